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
	if in.Danger != "" && in.Shared && !in.Elder { // only a person lowers it
		in.Category, in.Urgency = grid.Escalate, grid.Emergency
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
