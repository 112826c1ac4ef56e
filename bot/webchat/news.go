package webchat

import (
	"context"
	"sync"
	"time"
)

// news wakes who waits for something new. It carries no content: whoever wakes
// reads the store, so nothing can be missed or told in the wrong order.
type news struct {
	mu      sync.Mutex
	version uint64
	next    chan struct{} // closed at the next news

	stirred chan struct{}
}

// ripple are the moments after a stir at which the pages look again: what was
// heard is acted on, and what was sent is marked as sent, a little later.
var ripple = []time.Duration{15 * time.Millisecond, 60 * time.Millisecond, 250 * time.Millisecond, 900 * time.Millisecond, 3 * time.Second}

func newNews() *news {
	return &news{version: 1, next: make(chan struct{}), stirred: make(chan struct{}, 1)}
}

// wait gives the present version and a channel closed when it is over.
func (n *news) wait() (uint64, <-chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.version, n.next
}

// tell wakes everybody.
func (n *news) tell() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.version++
	close(n.next)
	n.next = make(chan struct{})
}

// stir wakes everybody now and again along the ripple.
func (n *news) stir() {
	n.tell()
	select {
	case n.stirred <- struct{}{}:
	default:
	}
}

// run makes the ripples until ctx is done.
func (n *news) run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	timer.Stop()
	var began time.Time
	step := len(ripple)
	for {
		select {
		case <-ctx.Done():
			return
		case <-n.stirred:
			began, step = time.Now(), 0
		case <-timer.C:
			n.tell()
			step++
		}
		if step < len(ripple) {
			timer.Reset(ripple[step] - time.Since(began))
		}
	}
}
