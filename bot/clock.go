package bot

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// timersAtOnce is how many due timers are read at a time.
const timersAtOnce = 500

// Clock fires timers: one that is due goes into the inbox of its lane as an
// event and is gone from the timers in the same transaction, so it fires once,
// whatever happens in between.
type Clock struct {
	Store storage.Store
	Time  Time
	// Woken is told of each lane that a timer fired in; it may be nil.
	Woken func(grid.CommunityID, grid.LaneID)
	Log   *slog.Logger // nil: slog.Default

	changed news
	firing  sync.Mutex
}

// Kick says that timers may have changed.
func (c *Clock) Kick() { c.changed.tell() }

// Run fires timers as they fall due, what fell due while nothing ran at once,
// until ctx is done.
func (c *Clock) Run(ctx context.Context) error {
	for failed := 0; ctx.Err() == nil; {
		changed := c.changed.next()
		next, ok, err := c.Next(ctx)
		if err == nil && ok && !next.After(c.Time.Now()) {
			if _, err = c.Fire(ctx); err == nil {
				continue
			}
		}
		if err != nil {
			if ctx.Err() == nil {
				failed++
				logger(c.Log).Error("timers cannot be fired; trying again", "part", "clock", "try", failed, "err", err)
				pause(ctx, failed)
			}
			continue
		}
		failed = 0
		sleep(ctx, c.Time, next, ok, changed)
	}
	return nil
}

// Next gives the time of the earliest timer of all communities, false when none is set.
func (c *Clock) Next(ctx context.Context) (time.Time, bool, error) {
	var next time.Time
	all, err := c.Store.Communities(ctx)
	if err != nil {
		return next, false, fmt.Errorf("listing communities: %w", err)
	}
	found := false
	for _, id := range all {
		err := c.Store.View(ctx, id, func(tx storage.Tx) error {
			t, ok, err := tx.Timers().Earliest()
			if ok && (!found || t.Before(next)) {
				next, found = t, true
			}
			return err
		})
		if err != nil {
			return next, false, fmt.Errorf("reading the timers of %s: %w", id, err)
		}
	}
	return next, found, nil
}

// Fire moves every timer that is due now into the inbox of its lane, in order of
// due, lane and id, one transaction a community, and gives those that fired.
func (c *Clock) Fire(ctx context.Context) ([]grid.Timer, error) {
	c.firing.Lock()
	defer c.firing.Unlock()
	all, err := c.Store.Communities(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing communities: %w", err)
	}
	var fired []grid.Timer
	now := c.Time.Now()
	for _, id := range all {
		of, err := c.fire(ctx, id, now)
		if err != nil {
			return fired, fmt.Errorf("firing timers of %s: %w", id, err)
		}
		fired = append(fired, of...)
		for _, t := range of {
			if c.Woken != nil {
				c.Woken(id, t.Lane)
			}
		}
	}
	return fired, nil
}

func (c *Clock) fire(ctx context.Context, id grid.CommunityID, now time.Time) ([]grid.Timer, error) {
	var fired []grid.Timer
	due := false
	err := c.Store.View(ctx, id, func(tx storage.Tx) error {
		t, ok, err := tx.Timers().Earliest()
		due = ok && !t.After(now)
		return err
	})
	if err != nil || !due {
		return nil, err
	}
	err = c.Store.Update(ctx, id, func(tx storage.Tx) error {
		fired = nil
		for {
			due, err := tx.Timers().Due(now, timersAtOnce)
			if err != nil {
				return err
			}
			for _, t := range due {
				if err := fire(tx, t, now); err != nil {
					return fmt.Errorf("timer %s: %w", t.ID, err)
				}
			}
			if fired = append(fired, due...); len(due) < timersAtOnce {
				return nil
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return fired, nil
}

func fire(tx storage.Tx, t grid.Timer, now time.Time) error {
	if err := tx.Timers().Cancel(t.ID); err != nil {
		return err
	}
	_, _, err := tx.Inbox().Put(grid.Event{Kind: grid.EventTimer, Lane: t.Lane, Timer: &t}, now)
	return err
}

// Settle returns when no timer is due: it fires what is.
func (c *Clock) Settle(ctx context.Context) error {
	_, err := c.Fire(ctx)
	return err
}
