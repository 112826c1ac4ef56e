package bot

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"youshi/grid"
)

// longestNap bounds how long one sleep trusts the machine: after a suspend the
// wall clock has moved and a sleeping timer has not.
const longestNap = time.Minute

// MachineTime is the machine's own clock, as it shows in Zone: the time of serve.
// What a message means may depend on the hour of the place, not of the machine.
type MachineTime struct{ Zone *time.Location } // nil: the machine's zone

// Now gives the machine's time.
func (m MachineTime) Now() time.Time {
	if m.Zone == nil {
		return time.Now()
	}
	return time.Now().In(m.Zone)
}

// WakeAt implements Time. It looks at the wall clock at least every minute.
func (MachineTime) WakeAt(t time.Time) (<-chan struct{}, func()) {
	return newWaiter(t).start(time.Now, func(left time.Duration) time.Duration { return left })
}

// PushedTime is a clock that somebody pushes: in demo it also runs by itself
// between pushes, in replay it stands still. It never goes back.
type PushedTime struct {
	mu      sync.Mutex
	base    time.Time // house time at `since`
	since   time.Time // machine time
	rate    float64   // house seconds a machine second
	waiting map[*waiter]struct{}
}

// NewPushed gives a clock that stands still at start.
func NewPushed(start time.Time) *PushedTime {
	return &PushedTime{base: start, since: time.Now(), waiting: map[*waiter]struct{}{}}
}

// Now implements Time.
func (p *PushedTime) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now()
}

func (p *PushedTime) now() time.Time {
	if p.rate == 0 {
		return p.base
	}
	return p.base.Add(time.Duration(float64(time.Since(p.since)) * p.rate))
}

// Set pushes the clock to t; whoever waited for it is awake when Set returns. A
// t before now changes nothing and is a grid.Error with code Invalid.
func (p *PushedTime) Set(t time.Time) error {
	p.mu.Lock()
	if now := p.now(); t.Before(now) {
		p.mu.Unlock()
		return &grid.Error{Code: grid.Invalid, Say: fmt.Sprintf("the clock goes forward only: it is %s already", now.Format(time.RFC3339))}
	}
	p.base, p.since = t, time.Now()
	p.unlockAndWake()
	return nil
}

// SetRate lets the clock run by itself at that many times life speed; 0 (or
// less) lets it stand still.
func (p *PushedTime) SetRate(perSecond float64) {
	p.mu.Lock()
	p.base, p.since = p.now(), time.Now()
	p.rate = max(perSecond, 0)
	p.unlockAndWake()
}

// unlockAndWake lets everybody who waits look at the clock again. They read it
// themselves, so it must be unlocked.
func (p *PushedTime) unlockAndWake() {
	all := slices.Collect(maps.Keys(p.waiting))
	p.mu.Unlock()
	for _, w := range all {
		w.check()
	}
}

// WakeAt implements Time.
func (p *PushedTime) WakeAt(t time.Time) (<-chan struct{}, func()) {
	w := newWaiter(t)
	p.mu.Lock()
	p.waiting[w] = struct{}{}
	p.mu.Unlock()
	c, stop := w.start(p.Now, p.machineTime)
	return c, func() {
		p.mu.Lock()
		delete(p.waiting, w)
		p.mu.Unlock()
		stop()
	}
}

// machineTime gives how long the machine takes for that much house time; less
// than nothing when the clock stands still.
func (p *PushedTime) machineTime(left time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rate == 0 {
		return -1
	}
	return time.Duration(math.Ceil(min(float64(left)/p.rate, float64(longestNap))))
}

// waiter is one that sleeps until a clock shows t.
type waiter struct {
	t    time.Time
	c    chan struct{}
	mu   sync.Mutex
	over bool
	nap  *time.Timer
	now  func() time.Time
	cost func(time.Duration) time.Duration
}

func newWaiter(t time.Time) *waiter { return &waiter{t: t, c: make(chan struct{})} }

// start begins the wait; cost turns time on the clock into time on the machine.
func (w *waiter) start(now func() time.Time, cost func(time.Duration) time.Duration) (<-chan struct{}, func()) {
	w.mu.Lock()
	w.now, w.cost = now, cost
	w.mu.Unlock()
	w.check()
	return w.c, w.stop
}

// check ends the wait when the time has come, and sleeps on when not.
func (w *waiter) check() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over || w.now == nil {
		return
	}
	if w.nap != nil {
		w.nap.Stop()
	}
	left := w.t.Sub(w.now())
	if left <= 0 {
		w.over = true
		close(w.c)
		return
	}
	if d := w.cost(left); d >= 0 {
		w.nap = time.AfterFunc(min(max(d, time.Microsecond), longestNap), w.check)
	}
}

func (w *waiter) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	if w.nap != nil {
		w.nap.Stop()
	}
}
