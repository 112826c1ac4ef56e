package calendar

import (
	"iter"
	"time"

	"youshi/grid"
)

// Add is the moment when s has passed since from: the deadline. Clock time runs
// always; service time and working days run in service hours alone, and what
// ends with a closing time ends there, not at the next opening. A span that is
// zero or less gives from.
func (c *Calendar) Add(from time.Time, s grid.Span) time.Time { return c.Part(from, s, 100) }

// Part is the moment when percent of s has passed since from, in its own time:
// half of "4h service" is two hours of service time. Reminders fall at 50 and
// 90. A percent of zero or less gives from.
func (c *Calendar) Part(from time.Time, s grid.Span, percent int) time.Time {
	from = from.Round(0).In(c.location)
	length := c.length(s)
	left := length/100*time.Duration(percent) + length%100*time.Duration(percent)/100
	if left <= 0 {
		return from
	}
	if s.Unit == grid.ClockTime {
		return from.Add(left)
	}
	for open, shut := range c.service(from) {
		if stretch := shut.Sub(open); left > stretch {
			left -= stretch
			continue
		}
		return open.Add(left)
	}
	panic("unreachable: service time has no end")
}

// Measure is the time from one moment to another as a clock of like's unit
// counts it: service time for service spans and working days, clock time for
// clock spans; like's length does not matter. It is less than zero when to is
// before from.
func (c *Calendar) Measure(from, to time.Time, like grid.Span) time.Duration {
	from, to = from.Round(0), to.Round(0)
	if like.Unit == grid.ClockTime {
		return to.Sub(from)
	}
	if to.Before(from) {
		return -c.Measure(to, from, like)
	}
	var sum time.Duration
	for open, shut := range c.service(from) {
		if !shut.Before(to) {
			return sum + max(0, to.Sub(open))
		}
		sum += shut.Sub(open)
	}
	panic("unreachable: service time has no end")
}

// length is how much of its own time s counts.
func (c *Calendar) length(s grid.Span) time.Duration {
	if s.Unit == grid.WorkingDays {
		return time.Duration(s.N) * c.serviceDay
	}
	return time.Duration(s.N)
}

// service gives every stretch of service time after from, without end, the
// first one cut to begin at from. The listed days are finite, so there is
// always another.
func (c *Calendar) service(from time.Time) iter.Seq2[time.Time, time.Time] {
	return func(yield func(open, shut time.Time) bool) {
		for d := c.dayOf(from); ; d++ {
			if !c.works(d) {
				continue
			}
			for _, h := range c.hours {
				open, shut := d.at(h.Open, c.location), d.at(h.Close, c.location)
				if open.Before(from) {
					open = from
				}
				// Where clocks are put forward a stretch can vanish as well.
				if open.Before(shut) && !yield(open, shut) {
					return
				}
			}
		}
	}
}
