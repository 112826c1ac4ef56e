package handlers

import (
	"errors"
	"fmt"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// turn is the handling of one event: who spoke, where, and the transaction.
type turn struct {
	*Handlers
	tx  storage.Tx
	ev  grid.Event
	now time.Time

	msg  grid.Message // what was said; zero for presses and timers
	chat grid.Chat
	area grid.Area // the area of the chat; in private the speaker's home, else office; zero when there is neither
	who  grid.Person
	role grid.Role // the speaker's in area; in private the strongest one held anywhere

	together time.Time                         // what is said in this turn waits until then for more of its kind, emergencies aside
	changes  map[grid.TicketNo]*change         // what became of tickets in this turn
	order    []grid.TicketNo                   // of changes
	heard    map[grid.TicketNo][]grid.PersonID // who was told of which ticket in this turn
}

// meet looks up who spoke where.
func (t *turn) meet() error {
	r := t.tx.Roster()
	var err error
	if t.chat, err = r.Chat(t.ev.Chat); err != nil {
		return fmt.Errorf("looking up chat %s: %w", t.ev.Chat, err)
	}
	if t.ev.From != "" { // the platform itself may speak
		if t.who, err = r.Person(t.ev.From); err != nil {
			return fmt.Errorf("looking up person %s: %w", t.ev.From, err)
		}
	}
	if t.ev.Kind != grid.EventPress {
		if t.msg, err = t.tx.Messages().Get(t.ev.Message.ID); err != nil {
			return fmt.Errorf("reading message %s: %w", t.ev.Message.ID, err)
		}
	}
	if err := t.place(); err != nil {
		return err
	}
	if t.chat.Kind == grid.GroupChat && t.who.ID != "" && t.who.Home != t.area.ID {
		t.who.Home = t.area.ID
		if t.who, err = r.PutPerson(t.who); err != nil {
			return fmt.Errorf("keeping where person %s lives: %w", t.who.ID, err)
		}
	}
	return nil
}

// place finds the area that counts here, and the speaker's role in it.
func (t *turn) place() error {
	r := t.tx.Roster()
	offices := t.offices()
	id := t.chat.Area
	switch {
	case t.chat.Kind != grid.PrivateChat:
	case t.who.Home != "":
		id = t.who.Home
	case len(offices) > 0:
		id = offices[0].Area
	default: // a stranger's words are the community's to place
		id = grid.AreaID(t.tx.Community())
	}
	var err error
	if id != "" {
		if t.area, err = r.Area(id); err != nil && !errors.Is(err, storage.ErrNotFound) {
			return fmt.Errorf("looking up area %s: %w", id, err)
		}
	}
	if t.role, err = storage.RoleIn(r, t.who, t.area.ID, t.now); err != nil {
		return err
	}
	if t.chat.Kind == grid.PrivateChat {
		for _, o := range offices {
			t.role = grid.Stronger(t.role, o.Role)
		}
	}
	return nil
}

// offices are those the speaker holds now.
func (t *turn) offices() []grid.Office {
	var held []grid.Office
	if t.who.Weak() {
		return nil
	}
	for _, o := range t.who.Offices {
		if o.Until.IsZero() || t.now.Before(o.Until) {
			held = append(held, o)
		}
	}
	return held
}

// ticket reads a ticket that must be there.
func (t *turn) ticket(no grid.TicketNo) (grid.Ticket, error) {
	tk, err := t.tx.Tickets().Get(no)
	if err != nil {
		return tk, fmt.Errorf("reading ticket %d: %w", no, err)
	}
	return tk, nil
}

// seen gives a ticket that the speaker may know of, and false where the answer
// is the same as for a number that does not exist.
func (t *turn) seen(no grid.TicketNo) (grid.Ticket, bool, error) {
	tk, err := t.tx.Tickets().Get(no)
	if errors.Is(err, storage.ErrNotFound) {
		return tk, false, nil
	} else if err != nil {
		return tk, false, fmt.Errorf("reading ticket %d: %w", no, err)
	}
	by, err := t.actor(tk)
	return tk, err == nil && t.knows(tk, by), err
}

// knows reports whether the speaker may know of a ticket: of a private one those
// who decide, those it concerns, and for an old neighbour not seen who can go
// and knock; of any other the staff, and whoever lives in its grid.
func (t *turn) knows(tk grid.Ticket, by grid.Actor) bool {
	switch {
	case by.Standing != 0 || grid.Decides(by.Role):
		return true
	case tk.Private:
		return tk.Elder && (by.Role == grid.BuildingHead || by.Role == grid.Property)
	}
	return by.Role.Staff() || tk.Area == t.area.ID
}

// actor gives the speaker's say over a ticket: the role in its area, and the standing.
func (t *turn) actor(tk grid.Ticket) (grid.Actor, error) { return t.actorOf(t.who, tk) }

// actorOf is the same of anybody.
func (t *turn) actorOf(p grid.Person, tk grid.Ticket) (grid.Actor, error) {
	role, err := storage.RoleIn(t.tx.Roster(), p, tk.Area, t.now)
	by := grid.Actor{Person: p.ID, Role: role, Standing: tk.StandingOf(p.ID), Weak: p.Weak()}
	for _, was := range p.Former {
		by.Standing |= tk.StandingOf(was)
	}
	if by.Weak && tk.Private {
		by.Standing = 0 // whoever takes the name would take the secret
	}
	return by, err
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

// local gives a moment as the clocks of the site show it.
func (h *Handlers) local(at time.Time) time.Time { return h.Calendar.Add(at, grid.Span{}) }
