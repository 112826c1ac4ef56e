package bot

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// news tells everybody who waits that something changed. Take the channel
// first, look at the state, then wait: nothing can be missed in between.
type news struct {
	mu sync.Mutex
	c  chan struct{}
}

// next gives a channel that is closed at the next tell.
func (n *news) next() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.c == nil {
		n.c = make(chan struct{})
	}
	return n.c
}

func (n *news) tell() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.c != nil {
		close(n.c)
		n.c = nil
	}
}

// A store that cannot be reached is asked again after pauses from first to
// longest: machine time, for the house's clock may stand still.
const (
	firstPause   = 50 * time.Millisecond
	longestPause = 5 * time.Second
)

// pause waits before try n (from 1), twice as long each time. It reports false
// when ctx is done.
func pause(ctx context.Context, n int) bool {
	return nap(ctx, min(firstPause<<min(n-1, 16), longestPause))
}

// nap waits for d of the machine's time, false when ctx is done before.
func nap(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// sleep waits until the clock shows t (if timed), something changed, or ctx is done.
func sleep(ctx context.Context, clock Time, t time.Time, timed bool, changed <-chan struct{}) {
	var due <-chan struct{}
	if timed {
		c, stop := clock.WakeAt(t)
		defer stop()
		due = c
	}
	select {
	case <-due:
	case <-changed:
	case <-ctx.Done():
	}
}

// logger gives l, or the program's own.
func logger(l *slog.Logger) *slog.Logger {
	if l == nil {
		return slog.Default()
	}
	return l
}
