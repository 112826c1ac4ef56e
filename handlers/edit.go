package handlers

import (
	"errors"
	"fmt"
	"strings"

	"youshi/grid"
	"youshi/storage"
)

// meant gives the message that an edit or a recall is about, and false when it
// is not known or not the speaker's.
func (t *turn) meant() (grid.Message, bool, error) {
	m, err := t.tx.Messages().Get(t.msg.Of)
	if errors.Is(err, storage.ErrNotFound) {
		return m, false, nil
	} else if err != nil {
		return m, false, fmt.Errorf("reading message %s: %w", t.msg.Of, err)
	}
	return m, m.From == t.who.ID || t.ev.Kind == grid.EventRecall && grid.Decides(t.role), nil
}

// edited reads a changed text again, for understanding only. Before
// confirmation the ticket follows; afterwards the journal notes it and the
// worker is told.
func (t *turn) edited() (grid.Outcome, grid.TicketNo, error) {
	m, mine, err := t.meant()
	if err != nil || !mine || !m.Recalled.IsZero() {
		return grid.OutChatter, m.Ticket, err
	}
	in := t.ev.Intent
	in.Command = nil
	m.Sealed, m.Text, m.Edited = append(m.Sealed, m.Text), t.msg.Text, t.msg.Sent
	t.msg.Text = "" // a text lives in one place
	if m.Ticket == 0 {
		return t.editedTalk(m, in)
	}
	tk, err := t.tx.Tickets().Get(m.Ticket)
	if err != nil {
		return grid.OutError, 0, fmt.Errorf("reading ticket %d: %w", m.Ticket, err)
	}
	set := grid.Change{Private: in.Sensitive}
	follows := tk.Status == grid.Proposed && in.Kind.Actionable() && m.ID == tk.Opening
	if follows {
		set.Category, set.Urgency, set.Topic = in.Category, in.Urgency, in.Topic
		if set.Location, err = t.tx.Words().Put(t.who.ID, in.Location); err != nil {
			return grid.OutError, 0, fmt.Errorf("keeping a place: %w", err)
		}
		if set.Summary, err = t.tx.Words().Put(t.who.ID, in.Summary); err != nil {
			return grid.OutError, 0, fmt.Errorf("keeping a summary: %w", err)
		}
		m.Intent = in
	}
	if err := t.tx.Messages().Put(m); err != nil {
		return grid.OutError, 0, fmt.Errorf("keeping the edit of message %s: %w", m.ID, err)
	}
	if tk, err = t.byHouse(tk, grid.WantNote, grid.ReasonEdited, set); err != nil || follows || tk.Status.Ended() {
		return grid.OutLinked, tk.No, err
	}
	return grid.OutLinked, tk.No, t.note(tk, "edited", m.Text)
}

// editedTalk is an edit of what belonged to no matter: it may be a report now.
func (t *turn) editedTalk(m grid.Message, in grid.Intent) (grid.Outcome, grid.TicketNo, error) {
	edit := t.msg
	if !in.Kind.Actionable() {
		return grid.OutChatter, 0, t.tx.Messages().Put(m)
	}
	t.msg = m
	out, no, err := t.talk(in)
	m = t.msg
	m.Outcome, m.Ticket, m.Intent = out, no, in
	t.msg = edit
	if err == nil {
		err = t.tx.Messages().Put(m)
	}
	return grid.OutLinked, no, err
}

// recalled follows a message taken back. Its text is sealed already: hearing did
// that. An unconfirmed matter goes with the message that raised it.
func (t *turn) recalled() (grid.Outcome, grid.TicketNo, error) {
	m, mine, err := t.meant()
	if err != nil || !mine || m.Ticket == 0 {
		return grid.OutChatter, 0, err
	}
	tk, err := t.tx.Tickets().Get(m.Ticket)
	if err != nil {
		return grid.OutError, 0, fmt.Errorf("reading ticket %d: %w", m.Ticket, err)
	}
	if m.ID != tk.Opening {
		tk, err = t.byHouse(tk, grid.WantNote, grid.ReasonRecalled, grid.Change{})
		return grid.OutLinked, tk.No, err
	}
	if err := t.unsay(tk); err != nil {
		return grid.OutError, 0, err
	}
	if tk.Status == grid.Proposed && len(tk.Supporters) == 0 && m.From == tk.Reporter {
		tk, err = t.byHouse(tk, grid.WantWithdraw, grid.ReasonRecalled, grid.Change{})
		return grid.OutLinked, tk.No, err
	}
	if tk, err = t.byHouse(tk, grid.WantNote, grid.ReasonRecalled, grid.Change{}); err != nil || tk.Status.Ended() {
		return grid.OutLinked, tk.No, err
	}
	return grid.OutLinked, tk.No, t.note(tk, "recalled", "")
}

// note tells the staff that something was changed.
func (t *turn) note(tk grid.Ticket, sentence, text string) error {
	c, err := t.cardWith(tk, text)
	if err != nil {
		return err
	}
	return t.tellStaff(tk, grid.Outgoing{Class: grid.ClassNotice, Kind: grid.PostAnswer, For: tk.Assignee}, sentence, c)
}

// unsay takes the words of a recalled report out of everything the bot said or
// was about to say of it.
func (t *turn) unsay(tk grid.Ticket) error {
	var gone []string
	for _, id := range []grid.TextID{tk.Summary, tk.Location} {
		s, err := t.words(id)
		if err != nil {
			return err
		}
		if s != "" {
			gone = append(gone, s)
			if err := t.tx.Words().Erase(id); err != nil {
				return fmt.Errorf("erasing text %s: %w", id, err)
			}
		}
	}
	posts, err := t.tx.Outbox().Of(tk.No)
	if err != nil {
		return fmt.Errorf("reading what was said of ticket %d: %w", tk.No, err)
	}
	mark, err := t.Voice.Say("unsaid", nil)
	if err != nil {
		return err
	}
	for _, o := range posts {
		was := o.Text
		for _, s := range gone {
			o.Text = strings.ReplaceAll(o.Text, s, mark)
		}
		if o.Text == was {
			continue
		}
		if _, err := t.tx.Outbox().Set(o); err != nil {
			return fmt.Errorf("taking words out of post %s: %w", o.ID, err)
		}
	}
	return nil
}
