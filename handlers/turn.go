package handlers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// turn is the handling of one event: who spoke, where, and the transaction.
type turn struct {
	*Handlers
	ctx context.Context
	tx  storage.Tx
	ev  grid.Event
	now time.Time

	msg  grid.Message // what was said; zero for presses and timers
	chat grid.Chat
	area grid.Area // the grid where it was said; zero in a private chat of somebody without one
	who  grid.Person
	role grid.Role // the speaker's in area
}

// meet looks up who spoke where.
func (t *turn) meet() error {
	r := t.tx.Roster()
	var err error
	if t.chat, err = r.Chat(t.ev.Chat); err != nil {
		return fmt.Errorf("looking up chat %s: %w", t.ev.Chat, err)
	}
	if t.who, err = r.Person(t.ev.From); err != nil {
		return fmt.Errorf("looking up person %s: %w", t.ev.From, err)
	}
	if t.ev.Kind != grid.EventPress {
		if t.msg, err = t.tx.Messages().Get(t.ev.Message.ID); err != nil {
			return fmt.Errorf("reading message %s: %w", t.ev.Message.ID, err)
		}
	}
	id := t.chat.Area
	switch {
	case t.chat.Kind != grid.PrivateChat:
	case t.who.Home != "":
		id = t.who.Home
	case len(t.who.Offices) > 0:
		id = t.who.Offices[0].Area
	}
	if id != "" {
		if t.area, err = r.Area(id); err != nil && !errors.Is(err, storage.ErrNotFound) {
			return fmt.Errorf("looking up area %s: %w", id, err)
		}
	}
	if t.role, err = storage.RoleIn(r, t.who, t.area.ID, t.now); err != nil {
		return err
	}
	if t.chat.Kind == grid.GroupChat && t.who.Home != t.area.ID {
		t.who.Home = t.area.ID
		if t.who, err = r.PutPerson(t.who); err != nil {
			return fmt.Errorf("keeping where person %s lives: %w", t.who.ID, err)
		}
	}
	return nil
}

// seen gives a ticket that the speaker may know of: one of the speaker's area,
// and a private one only by standing or office.
func (t *turn) seen(no grid.TicketNo) (grid.Ticket, bool, error) {
	if no == 0 {
		return grid.Ticket{}, false, nil
	}
	tk, err := t.tx.Tickets().Get(no)
	if errors.Is(err, storage.ErrNotFound) {
		return tk, false, nil
	} else if err != nil {
		return tk, false, fmt.Errorf("reading ticket %d: %w", no, err)
	}
	by, err := t.actor(tk)
	if err != nil {
		return tk, false, err
	}
	switch {
	case by.Role.Staff() || by.Standing != 0:
		return tk, true, nil
	case tk.Private:
		return tk, false, nil
	}
	return tk, tk.Area == t.area.ID, nil
}

// actor gives the speaker's say over a ticket: the role in its area, and the standing.
func (t *turn) actor(tk grid.Ticket) (grid.Actor, error) {
	role, err := storage.RoleIn(t.tx.Roster(), t.who, tk.Area, t.now)
	return grid.Actor{Person: t.who.ID, Role: role, Standing: tk.StandingOf(t.who.ID)}, err
}

// step moves a ticket as the speaker wants, with the words given for it.
func (t *turn) step(no grid.TicketNo, want grid.Want, words string, set grid.Change) (grid.Ticket, error) {
	tk, err := t.tx.Tickets().Get(no)
	if err != nil {
		return tk, fmt.Errorf("reading ticket %d: %w", no, err)
	}
	by, err := t.actor(tk)
	if err != nil {
		return tk, err
	}
	ask := grid.Ask{Want: want, By: by, At: t.now, Said: t.msg.ID, Set: set}
	if !tk.May(ask) {
		_, _, err := tk.Move(ask)
		return tk, err
	}
	if ask.Why, err = t.tx.Words().Put(t.who.ID, words); err != nil {
		return tk, fmt.Errorf("keeping the words for %s %d: %w", want, no, err)
	}
	return t.move(tk, ask)
}

// byHouse moves a ticket as the program itself.
func (t *turn) byHouse(tk grid.Ticket, want grid.Want, reason grid.Reason, set grid.Change) (grid.Ticket, error) {
	return t.move(tk, grid.Ask{Want: want, By: grid.TheHouse(), At: t.now, Reason: reason, Said: t.msg.ID, Set: set})
}

// move takes the ticket one step and stores all of it: ticket, journal, clock.
func (t *turn) move(tk grid.Ticket, ask grid.Ask) (grid.Ticket, error) {
	next, entries, err := tk.Move(ask)
	if err != nil {
		return tk, err
	}
	return t.store(tk, next, entries)
}

func (t *turn) store(before, after grid.Ticket, entries []grid.Entry) (grid.Ticket, error) {
	if due := t.deadlineAfter(before, after); due != after.Due {
		after, entries = grid.Schedule(after, entries, due)
	}
	if err := t.tx.Tickets().Put(after); err != nil {
		return after, fmt.Errorf("storing ticket %d: %w", after.No, err)
	}
	if err := t.tx.Journal().Append(entries...); err != nil {
		return after, fmt.Errorf("writing the journal of ticket %d: %w", after.No, err)
	}
	if before.Due != after.Due {
		return after, t.arm(after, 0)
	}
	return after, nil
}

// words reads a text kept by id.
func (t *turn) words(id grid.TextID) (string, error) {
	if id == "" {
		return "", nil
	}
	s, err := t.tx.Words().Get(id)
	if err != nil {
		return "", fmt.Errorf("reading text %s: %w", id, err)
	}
	return s, nil
}

// name gives a person's name, "" for nobody.
func (t *turn) name(id grid.PersonID) (string, error) {
	if id == "" {
		return "", nil
	}
	p, err := t.tx.Roster().Person(id)
	if err != nil {
		return "", fmt.Errorf("looking up person %s: %w", id, err)
	}
	return p.Name, nil
}
