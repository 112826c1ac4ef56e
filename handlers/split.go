package handlers

import (
	"errors"
	"fmt"
	"slices"

	"youshi/grid"
	"youshi/storage"
)

// split is 拆分 12, quoting the message that goes: what came by 并案 has its old
// number back, anything else a new one, with the supporters who joined there.
func (t *turn) split(c grid.Command) error {
	stays, err := t.ticket(c.Ticket)
	if err != nil {
		return err
	}
	if stays.Status == grid.Merged { // its own number was named
		goes := stays
		if stays, err = t.ticket(goes.Into); err != nil {
			return err
		}
		return t.giveBack(stays, goes)
	}
	if _, err := t.asks(stays, grid.WantSplit, grid.Change{Gone: []grid.MessageID{t.msg.ReplyTo}}); err != nil {
		return err // who may not split, and what is over
	}
	m, goes, err := t.quotedIn(stays)
	switch {
	case err != nil:
		return err
	case goes.No != 0:
		return t.giveBack(stays, goes)
	case m.ID == "" || !m.Recalled.IsZero():
		return &grid.Error{Code: grid.Invalid, Say: "no message of this matter was quoted"}
	}
	return t.cutOut(stays, m)
}

// quotedIn gives what the command quotes: a message of the matter, by itself or by
// what the bot answered to it, and the matter that it belonged to before 并案 (No 0:
// to none).
func (t *turn) quotedIn(stays grid.Ticket) (m grid.Message, goes grid.Ticket, err error) {
	id := t.msg.ReplyTo
	switch post, err := t.tx.Outbox().Get(id); {
	case err == nil:
		id = post.ReplyTo
		if post.Ticket != 0 && post.Ticket != stays.No {
			if goes, err := t.ticket(post.Ticket); err != nil || goes.Into == stays.No {
				return m, goes, err
			}
		}
	case !errors.Is(err, storage.ErrNotFound):
		return m, goes, fmt.Errorf("reading post %s: %w", id, err)
	}
	if !slices.Contains(stays.Messages, id) {
		return m, goes, nil
	}
	if m, err = t.tx.Messages().Get(id); err != nil {
		return m, goes, fmt.Errorf("reading message %s: %w", id, err)
	}
	entries, err := t.tx.Journal().Of(stays.No)
	if err != nil {
		return m, goes, fmt.Errorf("reading the journal of ticket %d: %w", stays.No, err)
	}
	for _, e := range slices.Backward(entries) {
		if e.Set.With == 0 || !slices.Contains(e.Set.Messages, id) {
			continue
		}
		was, err := t.ticket(e.Set.With)
		if err != nil || was.Into == stays.No {
			return m, was, err
		}
	}
	return m, grid.Ticket{}, nil
}

// giveBack takes a matter that was merged out of the one it is in.
func (t *turn) giveBack(stays, goes grid.Ticket) error {
	p, err := t.partOf(stays, goes, goes.Messages)
	if err != nil {
		return err
	}
	if err := t.letGo(stays, goes.No, p); err != nil {
		return err
	}
	set := grid.Change{Messages: p.messages, With: stays.No}
	if goes, err = t.step(goes.No, grid.WantSplit, "", set); err != nil {
		return err
	}
	return t.apart(stays, goes, p)
}

// cutOut makes a matter of its own of a message that was said of another one.
func (t *turn) cutOut(stays grid.Ticket, m grid.Message) error {
	p, err := t.partOf(stays, grid.Ticket{}, []grid.MessageID{m.ID})
	if err != nil {
		return err
	}
	if slices.Contains(p.messages, stays.Opening) {
		return &grid.Error{Code: grid.Conflict, Say: "what opened a matter stays with it"}
	}
	in := m.Intent
	if !in.Kind.Actionable() {
		in.Kind, in.Category, in.Urgency, in.Topic = stays.Kind, stays.Category, grid.Normal, stays.Topic
	}
	in.Link, in.Command, in.Sensitive = grid.Link{}, nil, in.Sensitive || stays.Private
	if in.Summary == "" {
		in.Summary = m.Told()
	}
	goes, err := t.openFrom(in, m, stays.Area, stays.Source)
	if err != nil {
		return err
	}
	if err := t.letGo(stays, goes.No, p); err != nil {
		return err
	}
	p.leave = lacking(p.leave, []grid.PersonID{goes.Reporter})
	if goes, err = t.byHouse(goes, grid.WantLink, "", grid.Change{Messages: p.messages}); err != nil {
		return err
	}
	return t.apart(stays, goes, p)
}

// part is what leaves a matter in a split.
type part struct {
	messages []grid.MessageID
	leave    []grid.PersonID // who supported the matter by these alone
	reason   map[grid.PersonID]grid.MessageID
}

// partOf gives what goes along with messages of a matter: what answers them, and
// the supporters whom nothing else ties to the one that stays.
func (t *turn) partOf(stays, goes grid.Ticket, messages []grid.MessageID) (part, error) {
	p := part{reason: map[grid.PersonID]grid.MessageID{}}
	for _, id := range stays.Messages {
		ours, err := t.goesWith(id, goes.No, append(slices.Clone(messages), p.messages...))
		if err != nil {
			return p, err
		}
		if ours {
			p.messages = append(p.messages, id)
		}
	}
	there := map[grid.PersonID][]grid.MessageID{}
	if goes.No != 0 {
		if err := t.inherit(there, goes.No); err != nil {
			return p, err
		}
	}
	by, err := t.reasons(stays.No)
	if err != nil {
		return p, err
	}
	for _, who := range stays.Supporters {
		stay := len(by[who]) == 0
		for _, id := range by[who] {
			ours, err := t.goesWith(id, goes.No, append(slices.Clone(messages), p.messages...))
			if err != nil {
				return p, err
			}
			if ours {
				p.reason[who] = id
			}
			stay = stay || !ours && !slices.Contains(there[who], id)
		}
		if !stay {
			p.leave = append(p.leave, who)
		}
	}
	return p, nil
}

// goesWith reports whether a message is one of those, or answers one of them or a
// post about the matter with that number.
func (t *turn) goesWith(id grid.MessageID, no grid.TicketNo, those []grid.MessageID) (bool, error) {
	if id == "" || slices.Contains(those, id) {
		return id != "", nil
	}
	m, err := t.tx.Messages().Get(id)
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("reading message %s: %w", id, err)
	}
	if c := m.Intent.Command; slices.Contains(those, m.ReplyTo) || slices.Contains(those, m.Intent.Link.PartOf) || c != nil && c.Ticket == no && no != 0 {
		return true, nil
	}
	post, err := t.tx.Outbox().Get(m.ReplyTo)
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("reading post %s: %w", m.ReplyTo, err)
	}
	return no != 0 && post.Ticket == no || slices.Contains(those, post.ReplyTo), nil
}

// letGo takes the part out of the matter that stays.
func (t *turn) letGo(stays grid.Ticket, to grid.TicketNo, p part) error {
	set := grid.Change{Gone: p.messages, Left: p.leave, With: to, Weighed: true}
	entries, err := t.tx.Journal().Of(stays.No)
	if err != nil {
		return fmt.Errorf("reading the journal of ticket %d: %w", stays.No, err)
	}
	for _, e := range entries { // who came with the merge and did not ask for this one
		if e.Set.With == to && e.Want == grid.WantLink {
			set.Unwatched = append(set.Unwatched, e.Set.Watchers...)
		}
	}
	for _, e := range entries {
		if e.Want == grid.WantWatch {
			set.Unwatched = lacking(set.Unwatched, e.Set.Watchers)
		}
	}
	if set.Priority, _, err = t.weigh(stays, lacking(troubled(stays), p.leave)); err != nil {
		return err
	}
	_, err = t.step(stays.No, grid.WantSplit, "", set)
	return err
}

// apart ends a split: the part's people and messages are with their matter, and
// everybody concerned is told.
func (t *turn) apart(stays, goes grid.Ticket, p part) error {
	for _, who := range p.leave {
		if goes.StandingOf(who) != 0 {
			continue
		}
		ask := grid.Ask{Want: grid.WantMeToo, By: grid.Actor{Person: who, Role: grid.Resident}, At: t.now, Said: p.reason[who],
			Set: grid.Change{Supporters: []grid.PersonID{who}}}
		priority, _, err := t.weigh(goes, append(troubled(goes), who))
		if err != nil {
			return err
		}
		ask.Set.Priority = max(priority, goes.Priority)
		if goes, err = t.move(goes, ask); err != nil {
			return err
		}
	}
	for _, id := range p.messages {
		m, err := t.tx.Messages().Get(id)
		if err != nil {
			return fmt.Errorf("reading message %s: %w", id, err)
		}
		if m.Ticket = goes.No; id == goes.Opening {
			m.Outcome = grid.OutTicket
		}
		if err := t.tx.Messages().Put(m); err != nil {
			return fmt.Errorf("keeping that message %s belongs to ticket %d: %w", id, goes.No, err)
		}
	}
	full, err := t.card(goes)
	if err != nil {
		return err
	}
	full.Into = stays.No
	if err := t.answer(grid.PostAnswer, "split", full); err != nil {
		return err
	}
	if _, err := t.tellReporter(goes, "told.split", full); err != nil || goes.Status != grid.Proposed {
		return err
	}
	return t.propose(goes)
}
