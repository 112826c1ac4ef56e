package handlers

import (
	"errors"
	"fmt"
	"slices"

	"youshi/grid"
	"youshi/storage"
)

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
