package handlers

import (
	"errors"
	"fmt"

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
// worker is told. A command that is edited does nothing more.
func (t *turn) edited() (grid.Outcome, grid.TicketNo, error) {
	m, mine, err := t.meant()
	if err != nil || !mine || !m.Recalled.IsZero() {
		return grid.OutChatter, 0, err
	}
	in := t.ev.Intent
	in.Command = nil
	m.Sealed, m.Text, m.Edited, m.Machine = append(m.Sealed, m.Text), t.msg.Text, t.msg.Sent, ""
	t.msg.Text = "" // a text lives in one place
	if m.Ticket == 0 || m.Outcome == grid.OutCommand {
		return t.editedTalk(m, in)
	}
	was, err := t.ticket(m.Ticket)
	if err != nil {
		return grid.OutError, 0, err
	}
	set := grid.Change{Private: in.Sensitive}
	follows := was.Status == grid.Proposed && in.Kind.Actionable() && m.ID == was.Opening
	if follows {
		if set, err = t.follow(was, in); err != nil {
			return grid.OutError, 0, err
		}
		m.Intent = in
	}
	if err := t.tx.Messages().Put(m); err != nil {
		return grid.OutError, 0, fmt.Errorf("keeping the edit of message %s: %w", m.ID, err)
	}
	tk, err := t.byHouse(was, grid.WantNote, grid.ReasonEdited, set)
	switch {
	case err != nil || tk.Status.Ended():
		return grid.OutLinked, tk.No, err
	case follows:
		if err := t.reword(was, tk, m); err != nil {
			return grid.OutError, 0, err
		}
		return grid.OutLinked, tk.No, t.ifEmergencyNow(was, tk, in.Danger)
	}
	return grid.OutLinked, tk.No, t.note(tk, "edited", m.Text)
}

// reword says anew what waits to be said of a matter by its old words: the first
// answer and its question, overnight, and the card to be confirmed. What is said of
// an emergency, or by the chain of an old neighbour, went out at once.
func (t *turn) reword(was, tk grid.Ticket, m grid.Message) error {
	posts, err := t.tx.Outbox().Of(tk.No)
	if err != nil {
		return fmt.Errorf("reading what was said of ticket %d: %w", tk.No, err)
	}
	waiting := map[grid.PostKind]bool{}
	for _, o := range posts {
		waiting[o.Kind] = waiting[o.Kind] || o.State == grid.Waiting
	}
	if was.Urgency == grid.Emergency || was.Elder {
		return nil
	}
	old := func(o grid.Outgoing) bool {
		return (o.Kind == grid.PostAck || o.Kind == grid.PostAsk) && waiting[grid.PostAck] || o.Kind == grid.PostConfirm
	}
	if err := t.drop(tk, old); err != nil {
		return err
	}
	emergency := tk.Urgency == grid.Emergency // everybody is told as of one, whatever waited
	if waiting[grid.PostAck] && !emergency {
		m.Sent = t.now // it had its answer coming
		if err := t.firstAnswer(tk, m); err != nil {
			return err
		}
	}
	if waiting[grid.PostConfirm] && !emergency {
		return t.propose(tk)
	}
	return nil
}

// follow is what a new wording changes of a matter that nobody has confirmed. An
// emergency stays one: only a person lowers it.
func (t *turn) follow(tk grid.Ticket, in grid.Intent) (grid.Change, error) {
	set := grid.Change{Private: in.Sensitive, Category: in.Category, Urgency: in.Urgency, Topic: in.Topic}
	if tk.Urgency == grid.Emergency {
		set.Category, set.Urgency = "", ""
	}
	var err error
	if set.Location, err = t.tx.Words().Put(t.who.ID, in.Location); err != nil {
		return set, fmt.Errorf("keeping a place: %w", err)
	}
	if set.Summary, err = t.tx.Words().Put(t.who.ID, in.Summary); err != nil {
		return set, fmt.Errorf("keeping a summary: %w", err)
	}
	return set, nil
}

// editedTalk is an edit of what belonged to no matter: it may be a report now.
func (t *turn) editedTalk(m grid.Message, in grid.Intent) (grid.Outcome, grid.TicketNo, error) {
	if !in.Kind.Actionable() {
		return grid.OutChatter, 0, t.tx.Messages().Put(m)
	}
	edit := t.msg
	t.msg = m
	out, no, err := t.talk(in)
	m, t.msg = t.msg, edit
	if err != nil || no == 0 {
		return grid.OutChatter, 0, err
	}
	m.Outcome, m.Ticket, m.Intent = out, no, in
	return grid.OutLinked, no, t.tx.Messages().Put(m)
}

// note tells the staff that something was changed, with a resident's words.
func (t *turn) note(tk grid.Ticket, sentence, said string) error {
	c, err := t.quoting(tk, said)
	if err != nil {
		return err
	}
	return t.tellWorker(tk, tk.Assignee, grid.Outgoing{Class: classOf(tk, grid.ClassNotice), Kind: grid.PostAnswer}, sentence, c)
}
