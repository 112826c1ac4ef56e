package wechat

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// gate stands before every request: as long as the last answer was none, and from
// the end of a session until the next is proved, at most one request a second goes
// through.
type gate struct {
	mu      sync.Mutex
	failed  int  // answers in a row that were none
	careful bool // the platform ended a session
	next    time.Time
}

// apart is how far apart requests to a failing server lie; a little over a second,
// for they take their time on the way.
const apart = 1100 * time.Millisecond

func (g *gate) enter(ctx context.Context) error {
	g.mu.Lock()
	now := time.Now()
	at := now
	if (g.failed > 0 || g.careful) && g.next.After(now) {
		at = g.next
	}
	g.next = at.Add(apart)
	g.mu.Unlock()
	return sleep(ctx, at.Sub(now))
}

// heed says whether the platform ended a session and has not proved the next.
func (g *gate) heed(careful bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.careful = careful
}

// left tells how a request went.
func (g *gate) left(good bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failed++; good {
		g.failed = 0
	}
}

// backoff is the pause after so many failures in a row: from one second to a
// minute, and up to a third more by chance, so that nothing comes back in step.
func backoff(failures int) time.Duration {
	d := min(apart<<min(max(failures-1, 0), 10), time.Minute)
	return d + time.Duration(rand.Int64N(int64(d)/3+1))
}

// sleep waits for d or until ctx is done, which is its error.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
