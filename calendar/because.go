package calendar

import (
	"fmt"
	"strings"
	"time"

	"youshi/grid"
)

// Because says in English, for due_because, why the deadline Add(from, s) is
// when it is:
//
//	confirm: 2 service hours from Tue 08:30; heard at 06:41, before service
//	confirm: 4 service hours from Fri 16:30; the 11th is a make-up day
//
// step is what is due ("" for none), from the moment its clock counts from,
// heard when the matter was heard. When the clock starts later than from, it
// says that the matter was "heard" at from if that is the minute of heard, and
// otherwise that the step was "begun" then. Make-up days and holidays between
// from and the deadline are named, at most three stretches of them, and so is a
// year whose holidays are not announced. A weekday has its date where it would
// be more than six days away.
func (c *Calendar) Because(step string, s grid.Span, heard, from time.Time) string {
	from = from.In(c.location)
	start, due := c.start(from, s), c.Add(from, s)
	why := inWords(s) + " from " + moment(start, due)
	if step != "" {
		why = step + ": " + why
	}
	if s.Unit == grid.ClockTime {
		return why
	}
	parts := []string{why}
	if !start.Equal(from) {
		parts = append(parts, c.late(heard, from, start))
	}
	parts = append(parts, c.between(from, due)...)
	if year, ok := c.unannounced(from, due); ok {
		parts = append(parts, fmt.Sprintf("the holidays of %d are not announced yet", year))
	}
	return strings.Join(parts, "; ")
}

// start is when a clock set at from begins to run.
func (c *Calendar) start(from time.Time, s grid.Span) time.Time {
	if s.Unit == grid.ClockTime {
		return from
	}
	for open := range c.service(from) {
		return open
	}
	panic("unreachable: service time has no end")
}

// late says why a clock set at from begins only at start.
func (c *Calendar) late(heard, from, start time.Time) string {
	verb := "begun"
	if from.Sub(heard).Abs() < time.Minute {
		verb = "heard"
	}
	d, when := c.dayOf(from), moment(from, start)
	sameDay := d == c.dayOf(start)
	if sameDay {
		when = "at " + from.Format("15:04")
	}
	var where string
	switch first := d.at(c.hours[0].Open, c.location); {
	case !c.works(d):
		where = "on a day off"
	case from.Before(first):
		where = "before service"
	case sameDay:
		where = "in the break"
	default:
		where = "after service"
	}
	return fmt.Sprintf("%s %s, %s", verb, when, where)
}

// stretch is a run of days that are all make-up days or all listed days off.
type stretch struct {
	first, last day
	work        bool
}

const mostStretches = 3

// between names the make-up days and holidays on the way, as far as there is room.
func (c *Calendar) between(from, due time.Time) []string {
	var found []stretch
	for d, last := c.dayOf(from), c.dayOf(due); d <= last; d++ {
		work, listed := c.listed[d]
		if !listed || work && !d.weekend() {
			continue // an ordinary day, whoever lists it
		}
		if n := len(found) - 1; n >= 0 && found[n].last == d-1 && found[n].work == work {
			found[n].last = d
			continue
		}
		found = append(found, stretch{d, d, work})
	}
	var said []string
	for i, f := range found {
		if i == mostStretches {
			said = append(said, fmt.Sprintf("and %d more such", len(found)-i))
			break
		}
		said = append(said, f.inWords(due))
	}
	return said
}

func (f stretch) inWords(due time.Time) string {
	first, last := f.first.at(0, time.UTC), f.last.at(0, time.UTC)
	what := "holiday"
	if f.work {
		what = "make-up day"
	}
	switch {
	case f.first == f.last && first.Month() == due.Month() && first.Year() == due.Year():
		return fmt.Sprintf("the %s is a %s", ordinal(first.Day()), what)
	case f.first == f.last:
		return fmt.Sprintf("%s is a %s", first.Format("2 Jan"), what)
	case first.Month() == last.Month():
		return fmt.Sprintf("%d–%s are %ss", first.Day(), last.Format("2 Jan"), what)
	}
	return fmt.Sprintf("%s–%s are %ss", first.Format("2 Jan"), last.Format("2 Jan"), what)
}

// unannounced is the first year on the way whose holidays are not known.
func (c *Calendar) unannounced(from, due time.Time) (year int, ok bool) {
	for year := from.Year(); year <= due.Year(); year++ {
		if !c.Announced(year) {
			return year, true
		}
	}
	return 0, false
}

// moment is a weekday and a time, with the date where the weekday alone could
// be that of another week than seen's.
func moment(t, seen time.Time) string {
	if seen.Sub(t).Abs() > 6*24*time.Hour {
		return t.Format("Mon 2 Jan 15:04")
	}
	return t.Format("Mon 15:04")
}

// inWords is the length of s: "2 service hours", "1 working day", "10 minutes".
func inWords(s grid.Span) string {
	if s.Unit == grid.WorkingDays {
		return s.String()
	}
	kind := ""
	if s.Unit == grid.ServiceTime {
		kind = "service "
	}
	d := time.Duration(s.N)
	switch {
	case kind == "" && d%(24*time.Hour) == 0 && d > 24*time.Hour:
		return s.String()
	case d%time.Hour == 0:
		return count(d/time.Hour, kind+"hour")
	case d%time.Minute == 0 && d < time.Hour:
		return count(d/time.Minute, kind+"minute")
	case d%time.Second == 0 && d < time.Minute:
		return count(d/time.Second, kind+"second")
	}
	return s.String()
}

func count(n time.Duration, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func ordinal(n int) string {
	suffix := "th"
	if n < 11 || n > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprintf("%d%s", n, suffix)
}
