package llm

import (
	"sync"
	"time"
)

const minutesADay = 24 * 60

// spent is what requests cost.
type spent struct {
	Calls      int `json:"c,omitempty"`
	Prompt     int `json:"p,omitempty"` // tokens
	Completion int `json:"a,omitempty"`
}

func (s *spent) add(o spent) {
	s.Calls, s.Prompt, s.Completion = s.Calls+o.Calls, s.Prompt+o.Prompt, s.Completion+o.Completion
}

// Price is what tokens cost, in whatever currency the site pays.
type Price struct {
	Prompt     float64 // a million tokens asked
	Completion float64 // a million tokens answered
}

func (p Price) of(s spent) float64 {
	return (p.Prompt*float64(s.Prompt) + p.Completion*float64(s.Completion)) / 1e6
}

// ledger counts requests and tokens by the minute against the budgets (预算).
type ledger struct {
	hourly, daily int // requests; 0: no bound
	price         Price
	money         float64 // in 24 hours; 0: no bound

	mu      sync.Mutex
	minutes [minutesADay]spent // a ring: the minute m lies at m % minutesADay
	last    int64              // the latest minute counted, since 1970
}

// spend counts one request, or says that there is no money for it.
func (l *ledger) spend(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn(now)
	hour, day := l.sums()
	if l.broke(hour, day) {
		return false
	}
	l.minutes[l.last%minutesADay].Calls++
	return true
}

// broke reports whether one of the budgets is used up.
func (l *ledger) broke(hour, day spent) bool {
	return l.hourly > 0 && hour.Calls >= l.hourly || l.daily > 0 && day.Calls >= l.daily || l.money > 0 && l.price.of(day) >= l.money
}

// charge counts the tokens of a request that was answered.
func (l *ledger) charge(now time.Time, prompt, completion int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn(now)
	l.minutes[l.last%minutesADay].add(spent{Prompt: prompt, Completion: completion})
}

// spent gives what the last 60 minutes and 24 hours took.
func (l *ledger) spent(now time.Time) (hour, day spent) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn(now)
	return l.sums()
}

// turn forgets the minutes that are a day old. A clock set back counts on in
// the latest minute.
func (l *ledger) turn(now time.Time) {
	minute := now.Unix() / 60
	if minute-l.last >= minutesADay {
		l.minutes = [minutesADay]spent{}
		l.last = minute
	}
	for l.last < minute {
		l.last++
		l.minutes[l.last%minutesADay] = spent{}
	}
}

func (l *ledger) sums() (hour, day spent) {
	for i := range int64(minutesADay) {
		n := l.minutes[(l.last-i+minutesADay)%minutesADay]
		if i < 60 {
			hour.add(n)
		}
		day.add(n)
	}
	return hour, day
}

// kept gives the minutes in which something was spent.
func (l *ledger) kept() map[int64]spent {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[int64]spent{}
	for i := range int64(minutesADay) {
		if n := l.minutes[(l.last-i+minutesADay)%minutesADay]; n != (spent{}) {
			out[l.last-i] = n
		}
	}
	return out
}

// recall counts what an earlier program spent. Minutes that are a day old, or
// ahead of the clock, are no longer anybody's business.
func (l *ledger) recall(minutes map[int64]spent, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn(now)
	for minute, n := range minutes {
		if age := l.last - minute; age >= 0 && age < minutesADay && n.Calls >= 0 && n.Prompt >= 0 && n.Completion >= 0 {
			l.minutes[minute%minutesADay].add(n)
		}
	}
}
