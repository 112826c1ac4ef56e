package llm

import (
	"sync"
	"time"
)

// When a backend is left alone, and for how long.
const (
	inARow    = 3 // failures before it rests
	firstRest = 15 * time.Second
	longRest  = 10 * time.Minute
)

// breaker leaves a backend alone that fails again and again (断路器), so that
// nobody waits for it. After a rest one asking tries it.
type breaker struct {
	mu     sync.Mutex
	failed int
	rest   time.Duration
	until  time.Time
	trying time.Time // since when one asking tries it after a rest; zero: none does
}

// enter reports whether the backend may be asked now. Every enter is followed
// by one leave.
func (b *breaker) enter(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case now.Before(b.until), !b.trying.IsZero():
		return false
	case b.rest > 0:
		b.trying = now
	}
	return true
}

// leave says how it went. after is how long the backend asked to be left alone.
func (b *breaker) leave(now time.Time, how outcome, after time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = time.Time{}
	switch how {
	case worked:
		b.failed, b.rest, b.until = 0, 0, time.Time{}
	case broke, hopeless:
		if b.failed++; b.failed >= inARow || how == hopeless || b.rest > 0 {
			b.rest = min(max(2*b.rest, firstRest), longRest)
			b.until = now.Add(b.rest)
		}
		if at := now.Add(min(after, longRest)); at.After(b.until) {
			b.until = at
		}
	}
}

// resting gives until when the backend is left alone; zero when it is not.
func (b *breaker) resting(now time.Time) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.until) {
		return b.until
	}
	return time.Time{}
}

// outcome is what an asking says about the backend.
type outcome int

const (
	says     outcome = iota // nothing
	worked                  // it answers, if only with a no
	broke                   // it failed
	hopeless                // it will fail again: a wrong key, no money
)

func outcomeOf(err error) outcome {
	if err == nil {
		return worked
	}
	switch CauseOf(err) {
	case Refused:
		return worked
	case Denied:
		return hopeless
	case Timeout, Busy, Down, Flood, Invalid, Unfit:
		return broke
	}
	return says
}
