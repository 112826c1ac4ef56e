package bot

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// Patience is how long after hearing a message may be thought about, unless the
// Dispatcher says otherwise.
const Patience = 3 * time.Second

// Dispatcher takes what was heard, lane by lane: a lane's events in order, one
// at a time, and no lane waits for another. A lane without events costs nothing.
type Dispatcher struct {
	Store    storage.Store
	Time     Time
	Think    Thinker
	Act      Handler
	Name     string        // the bot's, for the scene
	Patience time.Duration // from hearing to the end of thinking; 0: Patience
	// Acted is called after each commit (clock and sender are kicked); it may be nil.
	Acted func()
	Log   *slog.Logger // nil: slog.Default

	desks   chan struct{} // one token for each lane that reads or acts; nil while Run does not run
	mu      sync.Mutex
	run     func(lane)    // starts a lane's goroutine; nil while Run does not run
	busy    map[lane]bool // lanes with a goroutine; true: woken meanwhile
	idle    news
	backlog atomic.Pointer[Backlog]
}

// desksPerCore bounds how many lanes read or act at the same time (thinking is
// not bounded: it may wait for a model). What is heard shares the processors and
// the commits with what is acted on, and must not wait behind a hundred lanes.
const desksPerCore = 1

// sit takes a place among the lanes that work; the caller gives it back.
func (d *Dispatcher) sit() (leave func()) {
	if d.desks == nil {
		return func() {}
	}
	d.desks <- struct{}{}
	return func() { <-d.desks }
}

// lane is a lane of a community.
type lane struct {
	community grid.CommunityID
	id        grid.LaneID
}

// Wake says that a lane has something to do. While Run does not run it does
// nothing: Run looks at every lane when it starts.
func (d *Dispatcher) Wake(c grid.CommunityID, id grid.LaneID) {
	l := lane{c, id}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.run == nil {
		return
	}
	if _, working := d.busy[l]; working {
		d.busy[l] = true
		return
	}
	d.busy[l] = false
	d.run(l)
}

// Run takes events until ctx is done: first the backlog of an earlier run, then
// whatever Wake tells of. What is being acted on ends first.
func (d *Dispatcher) Run(ctx context.Context) error {
	var all sync.WaitGroup
	d.mu.Lock()
	d.desks = make(chan struct{}, desksPerCore*runtime.GOMAXPROCS(0))
	d.busy = map[lane]bool{}
	d.run = func(l lane) { all.Go(func() { d.work(ctx, l) }) }
	d.mu.Unlock()
	d.watch(ctx)
	d.mu.Lock()
	d.run = nil // nothing starts from now on, so the wait below is whole
	d.mu.Unlock()
	all.Wait()
	return nil
}

// work empties one lane. When ctx is done the rest stays in the inbox.
func (d *Dispatcher) work(ctx context.Context, l lane) {
	defer d.idle.tell()
	for {
		more, err := d.step(ctx, l)
		if more {
			continue
		}
		d.mu.Lock()
		if err != nil || !d.busy[l] {
			delete(d.busy, l)
			d.mu.Unlock()
			return
		}
		d.busy[l] = false
		d.mu.Unlock()
	}
}

// Settle waits until the inbox is empty. Run must be running.
func (d *Dispatcher) Settle(ctx context.Context) error {
	for {
		changed := d.idle.next()
		d.mu.Lock()
		busy := len(d.busy)
		d.mu.Unlock()
		if busy == 0 {
			lanes, err := d.lanes(ctx)
			if err != nil || len(lanes) == 0 {
				return err
			}
			for l := range lanes {
				d.Wake(l.community, l.id)
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("waiting for the lanes: %w", ctx.Err())
		}
	}
}

// Drain takes everything there is on the caller's goroutine, in order of hearing
// over all lanes of a community, and gives how many steps that took. An error is
// the store's or ctx's. It is replay's way and must not be called while Run runs.
func (d *Dispatcher) Drain(ctx context.Context) (int, error) {
	for n := 0; ; {
		lanes, err := d.lanes(ctx)
		if err != nil || len(lanes) == 0 {
			return n, err
		}
		first := slices.MinFunc(slices.Collect(maps.Keys(lanes)), func(a, b lane) int {
			return compareEach(a.community, b.community, lanes[a].First, lanes[b].First, a.id, b.id)
		})
		if _, err := d.try(ctx, first); err != nil {
			return n, fmt.Errorf("taking from lane %s: %w", first.id, err)
		}
		n++
	}
}

// lanes gives every lane that holds events.
func (d *Dispatcher) lanes(ctx context.Context) (map[lane]storage.Lane, error) {
	all, err := d.Store.Communities(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing communities: %w", err)
	}
	out := map[lane]storage.Lane{}
	for _, c := range all {
		err := d.Store.View(ctx, c, func(tx storage.Tx) error {
			lanes, err := tx.Inbox().Lanes()
			for _, l := range lanes {
				out[lane{c, l.ID}] = l
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("reading the inbox of %s: %w", c, err)
		}
	}
	return out, nil
}
