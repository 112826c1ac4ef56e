package handlers

import (
	"errors"
	"fmt"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// keepTimer is the timer of forgetting, and when at night it fires. What one turn
// does not drop waits a minute for the next: a lane is never held up for long.
const (
	keepTimer  = grid.TimerID("keep")
	keepHour   = 3
	keepMinute = 30
	keepMost   = 2000 // posts a turn
)

// beginKeeping sets the timer of forgetting, or takes it away where all is kept.
func (h *Handlers) beginKeeping(tx storage.Tx, now time.Time) error {
	if h.KeepMonths <= 0 {
		return tx.Timers().Cancel(keepTimer)
	}
	if _, err := tx.Timers().Get(keepTimer); err == nil {
		return nil
	} else if !errors.Is(err, storage.ErrNotFound) {
		return fmt.Errorf("reading the timer of forgetting: %w", err)
	}
	return h.nextKeeping(tx, now)
}

func (h *Handlers) nextKeeping(tx storage.Tx, now time.Time) error {
	local := h.local(now)
	y, m, d := local.Date()
	due := time.Date(y, m, d, keepHour, keepMinute, 0, 0, local.Location())
	if !due.After(now) {
		due = due.AddDate(0, 0, 1)
	}
	return setKeeping(tx, due)
}

func setKeeping(tx storage.Tx, due time.Time) error {
	area := grid.AreaID(tx.Community())
	lane := grid.Chat{Kind: grid.StaffChat, Area: area}.Lane(grid.Area{ID: area, Kind: grid.Community})
	if err := tx.Timers().Set(grid.Timer{ID: keepTimer, Lane: lane, Due: due, Kind: grid.TimerKeep, Area: area}); err != nil {
		return fmt.Errorf("setting the timer of forgetting: %w", err)
	}
	return nil
}

// keepDue forgets what is older than the site keeps: lines heard and posts said.
// Tickets and the journal are kept for good.
func (t *turn) keepDue(grid.Timer) error {
	if t.KeepMonths <= 0 {
		return nil
	}
	more, err := storage.Forget(t.tx, t.now.AddDate(0, -t.KeepMonths, 0), t.now, keepMost)
	if err != nil {
		return err
	}
	if more {
		return setKeeping(t.tx, t.now.Add(time.Minute))
	}
	return t.nextKeeping(t.tx, t.now)
}
