package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"youshi/grid"
	"youshi/storage"
)

// Audit reads the whole store and gives a sentence for the operator about
// everything in it that contradicts something else; none is what one hopes for.
// It names messages and tickets by id and number alone.
func Audit(tx storage.Tx) ([]string, error) {
	a := audit{tx: tx, tickets: map[grid.TicketNo]grid.Ticket{}}
	for t, err := range tx.Tickets().All() {
		if err != nil {
			return nil, fmt.Errorf("auditing tickets: %w", err)
		}
		a.tickets[t.No] = t
		a.order = append(a.order, t.No)
	}
	for _, check := range []func() error{a.journals, a.strays, a.pointers, a.messages, a.timers} {
		if err := check(); err != nil {
			return nil, fmt.Errorf("auditing: %w", err)
		}
	}
	return a.found, nil
}

type audit struct {
	tx      storage.Tx
	tickets map[grid.TicketNo]grid.Ticket
	order   []grid.TicketNo
	found   []string
}

func (a *audit) say(format string, args ...any) {
	a.found = append(a.found, fmt.Sprintf(format, args...))
}

// journals compares every ticket with what its journal tells.
func (a *audit) journals() error {
	for _, no := range a.order {
		entries, err := a.tx.Journal().Of(no)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			a.say("ticket %d has no journal", no)
			continue
		}
		told, err := grid.Fold(entries)
		if err != nil {
			a.say("the journal of ticket %d is broken: %v", no, err)
			continue
		}
		same, err := alike(told, a.tickets[no])
		if err != nil {
			return err
		}
		if !same {
			a.say("ticket %d is not what its journal tells (stored: %s after %d steps; told: %s after %d)",
				no, a.tickets[no].Status, a.tickets[no].Steps, told.Status, told.Steps)
		}
	}
	return nil
}

// alike compares as the store writes: times by what they show.
func alike(x, y grid.Ticket) (bool, error) {
	a, err := json.Marshal(x)
	if err != nil {
		return false, err
	}
	b, err := json.Marshal(y)
	return bytes.Equal(a, b), err
}

// strays finds journals without a ticket.
func (a *audit) strays() error {
	said := map[grid.TicketNo]bool{}
	for e, err := range a.tx.Journal().Between(epoch, far) {
		if err != nil {
			return err
		}
		if _, ok := a.tickets[e.Ticket]; !ok && !said[e.Ticket] {
			said[e.Ticket] = true
			a.say("the journal tells of ticket %d, which is not stored", e.Ticket)
		}
	}
	return nil
}

// pointers follows every ticket's messages there and back.
func (a *audit) pointers() error {
	for _, no := range a.order {
		heirs := a.heirs(no)
		for _, id := range a.tickets[no].Messages {
			m, err := a.tx.Messages().Get(id)
			if errors.Is(err, storage.ErrNotFound) {
				kept, err := storage.Kept(a.tx, a.tickets[no].Heard)
				if err != nil {
					return err
				}
				if kept {
					a.say("ticket %d rests on message %s, which is not stored", no, id)
				}
				continue
			} else if err != nil {
				return err
			}
			if !slices.Contains(heirs, m.Ticket) {
				a.say("ticket %d rests on message %s, which points to ticket %d", no, id, m.Ticket)
			}
		}
	}
	return nil
}

// heirs gives the ticket and those it was merged into, one after the other.
func (a *audit) heirs(no grid.TicketNo) []grid.TicketNo {
	var out []grid.TicketNo
	for no != 0 && !slices.Contains(out, no) {
		out = append(out, no)
		no = a.tickets[no].Into
	}
	return out
}

// messages looks for lines that nobody will ever act on, and for tickets that
// lines speak of in vain.
func (a *audit) messages() error {
	unread, first := 0, grid.MessageID("")
	for m, err := range a.tx.Messages().Between(epoch, far) {
		if err != nil {
			return err
		}
		_, stored := a.tickets[m.Ticket]
		switch {
		case m.Outcome == "":
			if unread++; first == "" {
				first = m.ID
			}
		case !slices.Contains(grid.Outcomes(), m.Outcome):
			a.say("message %s ended as %q, which is no outcome", m.ID, m.Outcome)
		case m.Ticket != 0 && !stored:
			a.say("message %s points to ticket %d, which is not stored", m.ID, m.Ticket)
		case m.Ticket == 0 && (m.Outcome == grid.OutTicket || m.Outcome == grid.OutLinked):
			a.say("message %s ended as %q without a ticket", m.ID, m.Outcome)
		}
	}
	lanes, err := a.tx.Inbox().Lanes()
	if err != nil {
		return err
	}
	for _, l := range lanes {
		unread -= l.Events
	}
	if unread > 0 {
		a.say("at least %d messages were heard and neither acted on nor left in the inbox; the earliest without an outcome is %s", unread, first)
	}
	return nil
}

// timers finds deadlines that nobody watches.
func (a *audit) timers() error {
	for _, no := range a.order {
		t := a.tickets[no]
		if t.Status.Ended() || t.Due == nil {
			continue
		}
		_, err := a.tx.Timers().Get(grid.TimerID("t" + no.String() + "/step"))
		if errors.Is(err, storage.ErrNotFound) {
			a.say("ticket %d has a deadline (%s by %s) that no timer watches", no, t.Due.Step, t.Due.Due.Format("2006-01-02 15:04"))
		} else if err != nil {
			return err
		}
	}
	return nil
}
