package handlers

import (
	"fmt"

	"youshi/grid"
	"youshi/storage"
)

// tellRooms says the same in several rooms.
func (t *turn) tellRooms(rooms []grid.ChatID, o grid.Outgoing, sentence string, c card) error {
	for _, to := range rooms {
		o.To = to
		if err := t.post(o, sentence, c); err != nil {
			return err
		}
	}
	return nil
}

// tellStaff tells the staff of the ticket's grid.
func (t *turn) tellStaff(tk grid.Ticket, o grid.Outgoing, sentence string, c card) error {
	rooms, err := t.staffRooms(tk)
	if err != nil {
		return err
	}
	o.Ticket = tk.No
	return t.tellRooms(rooms, o, sentence, c)
}

// tellAssignee tells whoever has the matter; the speaker knows already.
func (t *turn) tellAssignee(tk grid.Ticket, o grid.Outgoing, sentence string, c card) error {
	if tk.Assignee != "" && tk.Assignee == t.who.ID {
		return nil
	}
	return t.tellWorker(tk, tk.Assignee, o, sentence, c)
}

// tellWorker tells whoever works on a matter, "" for nobody by name: a grid
// worker where the staff are told, unless the matter is private; others alone
// where that is possible.
func (t *turn) tellWorker(tk grid.Ticket, id grid.PersonID, o grid.Outgoing, sentence string, c card) error {
	o.Ticket, o.For = tk.No, id
	ofGrid := false
	if id != "" {
		p, err := t.tx.Roster().Person(id)
		if err != nil {
			return fmt.Errorf("looking up person %s: %w", id, err)
		}
		role, err := storage.RoleIn(t.tx.Roster(), p, tk.Area, t.now)
		if err != nil {
			return err
		}
		ofGrid = role == grid.GridWorker
	}
	if !ofGrid || tk.Private {
		told, err := t.tellPerson(id, o, sentence, c)
		if err != nil || told {
			return err
		}
	}
	return t.tellStaff(tk, o, sentence, c)
}

// tellPerson tells one person in private, and does nothing where that is impossible.
func (t *turn) tellPerson(id grid.PersonID, o grid.Outgoing, sentence string, c card) (bool, error) {
	if id == "" {
		return false, nil
	}
	p, err := t.tx.Roster().Person(id)
	if err != nil {
		return false, fmt.Errorf("looking up person %s: %w", id, err)
	}
	to := t.chat.ID
	if here := id == t.who.ID && t.chat.Kind == grid.PrivateChat; !here { // who speaks alone to the bot is answered there, vouched for or not
		var ok bool
		if to, ok, err = t.Reach(t.tx, p); err != nil || !ok {
			return false, err
		}
	}
	o.To, o.For = to, id
	if t.heard == nil {
		t.heard = map[grid.TicketNo][]grid.PersonID{}
	}
	t.heard[o.Ticket] = append(t.heard[o.Ticket], id)
	return true, t.post(o, sentence, c)
}

// tellReporter tells the reporter how the matter goes on, in private alone, and
// reports whether that could be. Who watches is told the same when the turn ends.
func (t *turn) tellReporter(tk grid.Ticket, sentence string, c card) (bool, error) {
	t.tells(tk.No, sentence, c)
	if tk.Reporter == t.who.ID {
		return true, nil // knows it already
	}
	o := grid.Outgoing{Class: classOf(tk, grid.ClassNotice), Kind: grid.PostAnswer, Ticket: tk.No}
	return t.tellPerson(tk.Reporter, o, sentence, c)
}

// tellOrQuote is tellReporter with one quote in the group where the reporter
// cannot be told alone.
func (t *turn) tellOrQuote(tk grid.Ticket, sentence string, c card) error {
	told, err := t.tellReporter(tk, sentence, c)
	if err != nil || told {
		return err
	}
	o := grid.Outgoing{Class: grid.ClassNotice, Kind: grid.PostAnswer, For: tk.Reporter}
	return t.quote(tk, o, sentence, c)
}

// quote says something in the group by a quote of the report; nothing of what
// was raised in private.
func (t *turn) quote(tk grid.Ticket, o grid.Outgoing, sentence string, c card) error {
	kind, err := t.kindOf(tk.Chat)
	if err != nil || kind == grid.PrivateChat {
		return err
	}
	o.To, o.Ticket, o.ReplyTo = tk.Chat, tk.No, tk.Opening
	return t.post(o, sentence, c)
}
