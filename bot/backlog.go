package bot

import (
	"cmp"
	"context"
	"slices"
	"time"

	"youshi/grid"
)

// How the backlog is watched, in machine time.
const (
	watchEvery = 10 * time.Second
	stuckAfter = time.Minute // a lane whose first event stays the same that long does not move
)

// Backlog is what waited in the inbox when it was last looked at.
type Backlog struct {
	Events int
	Lanes  int
	Stuck  []grid.LaneID // lanes whose first event has not moved for a minute, sorted
}

// Backlog gives what waited in the inbox a few seconds ago; empty until Run runs.
func (d *Dispatcher) Backlog() Backlog {
	if b := d.backlog.Load(); b != nil {
		return *b
	}
	return Backlog{}
}

// watch wakes every lane that holds events, at the start and now and then (a
// lane that was not woken must not wait for ever), and measures the backlog,
// until ctx is done.
func (d *Dispatcher) watch(ctx context.Context) {
	every := time.NewTicker(watchEvery)
	defer every.Stop()
	since := map[lane]firstSeen{}
	for {
		if err := d.look(ctx, since); err != nil && ctx.Err() == nil {
			d.log().Error("the inbox cannot be read", "err", err)
		}
		select {
		case <-every.C:
		case <-ctx.Done():
			return
		}
	}
}

// firstSeen is since when an event is the first of its lane.
type firstSeen struct {
	seq grid.Seq
	at  time.Time
}

func (d *Dispatcher) look(ctx context.Context, since map[lane]firstSeen) error {
	lanes, err := d.lanes(ctx)
	if err != nil {
		return err
	}
	b := Backlog{Lanes: len(lanes)}
	now := time.Now()
	for l := range since {
		if _, still := lanes[l]; !still {
			delete(since, l)
		}
	}
	for l, s := range lanes {
		b.Events += s.Events
		if f := since[l]; f.seq != s.First {
			since[l] = firstSeen{s.First, now}
		} else if now.Sub(f.at) >= stuckAfter {
			b.Stuck = append(b.Stuck, l.id)
		}
		d.Wake(l.community, l.id)
	}
	slices.Sort(b.Stuck)
	d.backlog.Store(&b)
	switch log := d.log().With("events", b.Events, "lanes", b.Lanes); {
	case len(b.Stuck) > 0:
		log.Warn("lanes do not move", "stuck", b.Stuck)
	case b.Events > 0:
		log.Info("backlog")
	}
	return nil
}

// compareEach compares three pairs, the first that differs counting.
func compareEach[A, B, C cmp.Ordered](a1, a2 A, b1, b2 B, c1, c2 C) int {
	return cmp.Or(cmp.Compare(a1, a2), cmp.Compare(b1, b2), cmp.Compare(c1, c2))
}
