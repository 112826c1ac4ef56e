package llm

import (
	"sync"
	"time"
)

const minutesADay = 24 * 60

// ledger counts requests by the minute against the budgets (预算). What was
// spent before the program started is not known to it.
type ledger struct {
	hourly, daily int // 0: no bound

	mu      sync.Mutex
	minutes [minutesADay]int // a ring: the minute m lies at m % minutesADay
	last    int64            // the latest minute counted, since 1970
}

// spend counts one request, or says that there is no money for it.
func (l *ledger) spend(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn(now)
	hour, day := l.sums()
	if l.hourly > 0 && hour >= l.hourly || l.daily > 0 && day >= l.daily {
		return false
	}
	l.minutes[l.last%minutesADay]++
	return true
}

// spent gives the requests of the last 60 minutes and 24 hours.
func (l *ledger) spent(now time.Time) (hour, day int) {
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
		l.minutes = [minutesADay]int{}
		l.last = minute
	}
	for l.last < minute {
		l.last++
		l.minutes[l.last%minutesADay] = 0
	}
}

func (l *ledger) sums() (hour, day int) {
	for i := range int64(minutesADay) {
		n := l.minutes[(l.last-i+minutesADay)%minutesADay]
		if i < 60 {
			hour += n
		}
		day += n
	}
	return hour, day
}
