package bot_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"youshi/bot"
	"youshi/grid"
	"youshi/storage"
)

func (h *house) timer(id grid.TimerID, lane grid.LaneID, due time.Time) {
	h.t.Helper()
	h.update(func(tx storage.Tx) error {
		return tx.Timers().Set(grid.Timer{ID: id, Lane: lane, Due: due, Kind: grid.TimerStep})
	})
}

// fired gives the timers that wait in a lane, in order.
func (h *house) fired(lane grid.LaneID) (ids []grid.TimerID) {
	h.t.Helper()
	done := errors.New("only looked")
	err := h.store.Update(context.Background(), town, func(tx storage.Tx) error {
		ids = nil
		for {
			ev, ok, err := tx.Inbox().Next(lane)
			if err != nil || !ok {
				return errors.Join(err, done)
			}
			ids = append(ids, ev.Timer.ID)
			if err := tx.Inbox().Take(ev.Seq, h.time.Now()); err != nil {
				return err
			}
		}
	})
	if !errors.Is(err, done) {
		h.t.Fatal(err)
	}
	return ids
}

func TestClockFiresInOrderAndOnce(t *testing.T) {
	clock := bot.NewPushed(monday)
	h := build(t, clock)
	h.timer("b", "grid:g1", monday.Add(time.Hour))
	h.timer("a", "grid:g1", monday.Add(time.Hour))
	h.timer("first", "grid:g1", monday)
	h.timer("other", "grid:g2", monday.Add(time.Hour))
	h.timer("later", "grid:g1", monday.Add(2*time.Hour))
	var woken []grid.LaneID
	c := &bot.Clock{Store: h.store, Time: clock, Log: quiet, Woken: func(_ grid.CommunityID, l grid.LaneID) { woken = append(woken, l) }}
	if err := clock.Set(monday.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.Settle(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := h.fired("grid:g1"), []grid.TimerID{"first", "a", "b"}; !slices.Equal(got, want) {
		t.Errorf("fired %v, want %v", got, want)
	}
	if want := []grid.LaneID{"grid:g1", "grid:g1", "grid:g1", "grid:g2"}; !slices.Equal(woken, want) {
		t.Errorf("woke %v, want %v", woken, want)
	}
	next, ok, err := c.Next(context.Background())
	if err != nil || !ok || !next.Equal(monday.Add(2*time.Hour)) {
		t.Errorf("Next = %v, %v, %v; want the one that is left", next, ok, err)
	}
}

func TestClockFiresAHeapThatFellDueWhileDown(t *testing.T) {
	clock := bot.NewPushed(monday)
	h := build(t, clock)
	const n = 1203
	h.update(func(tx storage.Tx) error {
		for i := range n {
			id := grid.TimerID(time.Duration(i).String())
			if err := tx.Timers().Set(grid.Timer{ID: id, Lane: "grid:g1", Due: monday.Add(-time.Duration(n-i) * time.Second)}); err != nil {
				return err
			}
		}
		return nil
	})
	c := &bot.Clock{Store: h.store, Time: clock, Log: quiet}
	if fired, err := c.Fire(context.Background()); err != nil || len(fired) != n || fired[0].ID != "0s" {
		t.Fatalf("fired %d (%v), want %d, the oldest first", len(fired), err, n)
	}
	if fired, err := c.Fire(context.Background()); err != nil || len(fired) != 0 {
		t.Fatalf("fired %d again (%v)", len(fired), err)
	}
}

func TestClockRun(t *testing.T) {
	type moment struct {
		lane grid.LaneID
		at   time.Duration // since monday
	}
	run := func(h *house) (woken func() []moment, c *bot.Clock) {
		var mu sync.Mutex
		var all []moment
		c = &bot.Clock{Store: h.store, Time: h.time, Log: quiet, Woken: func(_ grid.CommunityID, l grid.LaneID) {
			mu.Lock()
			defer mu.Unlock()
			all = append(all, moment{l, h.time.Now().Sub(monday)})
		}}
		return func() []moment { mu.Lock(); defer mu.Unlock(); return slices.Clone(all) }, c
	}
	inBubble(t, "fires at the time, and what fell due while down at the start, each once though it restarts", func(t *testing.T) {
		h := build(t, bot.MachineTime{})
		h.timer("down", "grid:g2", monday.Add(-time.Hour))
		h.timer("up", "grid:g1", monday.Add(time.Hour))
		woken, c := run(h)
		stop := start(t, c.Run)
		time.Sleep(30 * time.Minute)
		stop()
		start(t, c.Run)
		time.Sleep(24 * time.Hour)
		if got, want := woken(), []moment{{"grid:g2", 0}, {"grid:g1", time.Hour}}; !slices.Equal(got, want) {
			t.Errorf("woke %v, want %v", got, want)
		}
	})
	inBubble(t, "a timer set before all others is not overslept", func(t *testing.T) {
		h := build(t, bot.MachineTime{})
		h.timer("late", "grid:g1", monday.Add(10*time.Hour))
		woken, c := run(h)
		start(t, c.Run)
		synctest.Wait()
		h.timer("soon", "grid:g1", monday.Add(time.Minute))
		c.Kick()
		time.Sleep(time.Hour)
		if got, want := woken(), []moment{{"grid:g1", time.Minute}}; !slices.Equal(got, want) {
			t.Errorf("woke %v, want %v", got, want)
		}
	})
	inBubble(t, "a store that fails for a while costs no timer", func(t *testing.T) {
		h := build(t, bot.MachineTime{})
		broken := &brokenStore{Store: h.store, left: 5}
		h.timer("x", "grid:g1", monday.Add(-time.Hour))
		woken, c := run(h)
		c.Store = broken
		start(t, c.Run)
		time.Sleep(time.Minute)
		if got := woken(); len(got) != 1 {
			t.Errorf("woke %v, want one", got)
		}
	})
}

// brokenStore fails its first Updates.
type brokenStore struct {
	storage.Store
	mu   sync.Mutex
	left int
}

func (b *brokenStore) Update(ctx context.Context, c grid.CommunityID, fn func(storage.Tx) error) error {
	b.mu.Lock()
	broken := b.left > 0
	b.left--
	b.mu.Unlock()
	if broken {
		return &grid.Error{Code: grid.Shut, Say: "the disk is full"}
	}
	return b.Store.Update(ctx, c, fn)
}
