package handlers

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// Refused finds other readers for a confirm card (确认卡) that was put aside because
// nobody can write to the person it was for: those whom the staff's cards reach now
// that this person is known to be out of reach. Where somebody else has the card
// already, or nobody else may read it, it stays aside.
func (h *Handlers) Refused(tx storage.Tx, post grid.MessageID, now time.Time) error {
	t := &turn{Handlers: h, tx: tx, now: now}
	o, err := tx.Outbox().Get(post)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	} else if err != nil {
		return fmt.Errorf("reading post %s: %w", post, err)
	}
	if o.State != grid.PutAside || o.Kind != grid.PostConfirm || o.Ticket == 0 {
		return nil
	}
	tk, err := t.ticket(o.Ticket)
	if err != nil || tk.Status != grid.Proposed {
		return err
	}
	rooms, err := t.otherReaders(tk, o)
	if err != nil || len(rooms) == 0 {
		return err
	}
	again := o
	o.State, o.Reason = grid.Dropped, fmt.Sprintf("said in %s instead: %s", rooms[0], o.Reason)
	if _, err := tx.Outbox().Set(o); err != nil {
		return fmt.Errorf("giving up post %s: %w", o.ID, err)
	}
	again.Seq, again.ID, again.ReplyTo, again.Replaces = 0, "", "", ""
	again.State, again.Attempts, again.Reason, again.Written = grid.Waiting, 0, "", now
	for _, again.To = range rooms {
		if _, err := tx.Outbox().Put(again); err != nil {
			return fmt.Errorf("writing post %s anew for %s: %w", o.ID, again.To, err)
		}
	}
	return nil
}

// otherReaders gives the chats that a card goes to instead of the private chat that
// refused it. The words of a private matter were written for one reader alone.
func (t *turn) otherReaders(tk grid.Ticket, o grid.Outgoing) ([]grid.ChatID, error) {
	if kind, err := t.kindOf(o.To); err != nil || kind != grid.PrivateChat {
		return nil, err
	}
	posts, err := t.tx.Outbox().Of(tk.No)
	if err != nil {
		return nil, fmt.Errorf("reading the posts about ticket %d: %w", tk.No, err)
	}
	for _, p := range posts {
		if p.Kind == grid.PostConfirm && p.State != grid.PutAside && p.State != grid.Dropped {
			return nil, nil
		}
	}
	rooms, err := t.staffRooms(tk)
	if err != nil || slices.Contains(rooms, o.To) { // refused for another reason than the person
		return nil, err
	}
	for _, r := range rooms {
		kind, err := t.kindOf(r)
		if err != nil || tk.Private && kind != grid.PrivateChat {
			return nil, err
		}
	}
	return rooms, nil
}
