package handlers_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"youshi/grid"
	"youshi/handlers"
	"youshi/storage"
)

// check holds what must always hold, whatever happened.
func (h *house) check() {
	h.Helper()
	h.view(func(tx storage.Tx) error {
		for tk, err := range tx.Tickets().All() {
			if err != nil {
				return err
			}
			if err := errors.Join(sound(tx, tk), h.manned(tx, tk)); err != nil {
				return fmt.Errorf("ticket %d: %w", tk.No, err)
			}
		}
		for m, err := range tx.Messages().Between(time.Time{}, h.now.Add(days(1000))) {
			if err != nil {
				return err
			}
			if !slices.Contains(grid.Outcomes(), m.Outcome) {
				return fmt.Errorf("message %s (%q) ended as %q", m.ID, m.Text, m.Outcome)
			}
			if m.Outcome == grid.OutTicket && m.Ticket == 0 {
				return fmt.Errorf("message %s opened no ticket", m.ID)
			}
			if m.Of != "" || m.Outcome != grid.OutTicket && m.Outcome != grid.OutLinked {
				continue
			}
			if tk, err := tx.Tickets().Get(m.Ticket); err != nil || !slices.Contains(tk.Messages, m.ID) {
				return fmt.Errorf("message %s points to ticket %d, which does not rest on it (%w)", m.ID, m.Ticket, err)
			}
		}
		return nil
	})
}

// sound says what is wrong with a ticket as it is stored.
func sound(tx storage.Tx, tk grid.Ticket) error {
	entries, err := tx.Journal().Of(tk.No)
	if err != nil {
		return err
	}
	folded, err := grid.Fold(entries)
	if err != nil {
		return err
	}
	was, _ := json.Marshal(tk)
	if now, _ := json.Marshal(folded); string(now) != string(was) {
		return fmt.Errorf("it is not its journal:\nstored %s\nfolded %s", was, now)
	}
	timer, err := tx.Timers().Get(handlers.StepTimer(tk.No))
	switch {
	case errors.Is(err, storage.ErrNotFound) && tk.Due != nil:
		return fmt.Errorf("%s is due %s and no timer is set", tk.Due.Step, tk.Due.Due)
	case err == nil && tk.Due == nil:
		return fmt.Errorf("nothing is due, but a timer is set for %s", timer.Due)
	case err != nil && !errors.Is(err, storage.ErrNotFound):
		return err
	}
	said, err := tx.Outbox().Of(tk.No)
	if err != nil {
		return err
	}
	acks := 0
	for _, o := range said {
		if o.Kind == grid.PostAck && o.State != grid.Dropped {
			acks++
		}
		if strings.HasPrefix(string(o.To), "group:") && tk.Private && o.State == grid.Waiting {
			return fmt.Errorf("private, and to be said in the group: %s", o.Text)
		}
	}
	if acks > 1 {
		return fmt.Errorf("answered first %d times", acks)
	}
	return nil
}
