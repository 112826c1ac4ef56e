package webchat

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// How often wrong codes may come from one address: nobody shall find one by trying.
const (
	codeTries  = 5
	codePause  = time.Hour
	maxGuarded = 10_000 // addresses; when there are more, all begin anew
)

// guard counts wrong codes by address. It forgets with the program: a code is out of
// reach of guessing all the same.
type guard struct {
	mu   sync.Mutex
	seen map[string]tries
}

type tries struct {
	wrong int
	last  time.Time
}

func newGuard() *guard { return &guard{seen: map[string]tries{}} }

// waits reports whether an address has to wait, and until when.
func (g *guard) waits(from string, now time.Time) (time.Time, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.seen[from]
	until := t.last.Add(codePause)
	return until, t.wrong >= codeTries && now.Before(until)
}

func (g *guard) wrong(from string, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.seen[from]
	if !now.Before(t.last.Add(codePause)) {
		t.wrong = 0
	}
	if len(g.seen) >= maxGuarded {
		g.seen = map[string]tries{}
	}
	g.seen[from] = tries{t.wrong + 1, now}
}

// addressOf gives the address that a call comes from: behind a proxy the one that the
// proxy added last.
func (c *Chat) addressOf(r *http.Request) string {
	if c.opt.Proxied {
		hops := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
		if last := strings.TrimSpace(hops[len(hops)-1]); last != "" {
			return last
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
