package handlers

import (
	"fmt"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// Looked writes into the journal that somebody read a private matter: by 查 here, or
// on a page. A public matter is read by all, and the reporter's own is no secret to
// the reporter: both are left out.
func (h *Handlers) Looked(tx storage.Tx, no grid.TicketNo, by grid.PersonID, at time.Time) error {
	t := &turn{Handlers: h, tx: tx, now: at}
	tk, err := t.ticket(no)
	if err != nil || !tk.Private || by == "" || tk.Reporter == by {
		return err
	}
	if t.who, err = tx.Roster().Person(by); err != nil {
		return fmt.Errorf("looking up person %s: %w", by, err)
	}
	ask, err := t.asks(tk, grid.WantLook, grid.Change{})
	if err != nil {
		return err
	}
	_, err = t.move(tk, ask)
	return err
}
