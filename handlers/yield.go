package handlers

import (
	"fmt"
	"time"

	"youshi/grid"
)

// notesByHand is the scope of storage.Notes that remembers until when staff answer a
// matter themselves.
const notesByHand = "by_hand"

// heldUntil gives the time until which notices on a ticket wait, zero when they
// need not.
func (t *turn) heldUntil(no grid.TicketNo) (until time.Time, err error) {
	raw, err := t.tx.Notes().Get(notesByHand, no.String())
	if err == nil && raw != nil {
		err = until.UnmarshalText(raw)
	}
	if err != nil {
		return until, fmt.Errorf("reading who answers ticket %d: %w", no, err)
	}
	if !t.now.Before(until) {
		return time.Time{}, nil
	}
	return until, nil
}

// yield holds what the bot has to say in the group about a matter that staff are
// answering by hand: what waits already, and what comes within that time.
func (t *turn) yield(tk grid.Ticket) error {
	until := t.now.Add(t.Manners.ByHand)
	raw, err := until.MarshalText()
	if err == nil {
		err = t.tx.Notes().Put(notesByHand, tk.No.String(), raw)
	}
	if err != nil {
		return fmt.Errorf("keeping who answers ticket %d: %w", tk.No, err)
	}
	queued, err := t.tx.Outbox().QueueOf(t.chat.ID)
	if err != nil {
		return fmt.Errorf("reading what waits for %s: %w", t.chat.ID, err)
	}
	for _, o := range queued {
		if o.Ticket != tk.No || o.Class != grid.ClassNotice || o.State != grid.Waiting || o.NotBefore.After(until) {
			continue
		}
		o.NotBefore = until
		if _, err := t.tx.Outbox().Set(o); err != nil {
			return fmt.Errorf("holding post %s: %w", o.ID, err)
		}
	}
	return nil
}
