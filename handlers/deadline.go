package handlers

import (
	"fmt"
	"time"

	"youshi/grid"
)

// wait is what a clock is set for: a step, since when, and how long it may take.
type wait struct {
	step string
	from time.Time
	span grid.Span
}

func (w wait) same(x wait) bool {
	return w.step == x.step && w.span == x.span && w.from.Equal(x.from)
}

// deadlineAfter gives the deadline that runs after a step: the old one while the
// same thing is still waited for, and none where no clock runs.
func (t *turn) deadlineAfter(before, after grid.Ticket) *grid.Deadline {
	w := t.waitedFor(after)
	switch {
	case w.step == "":
		return nil
	case before.Kept != nil && before.Kept.Step == w.step && before.Status == grid.OnHold:
		return t.resumed(before)
	case after.Due != before.Due: // the step itself set one: more time was granted
		return after.Due
	case before.Urgency == grid.Emergency && after.Urgency != grid.Emergency:
		w.from = t.now // from the lowering: nobody is late by a clock that did not run
	case before.Due != nil && w.same(t.waitedFor(before)):
		return before.Due
	}
	from := w.counted()
	return &grid.Deadline{Step: w.step, From: from, Due: t.Calendar.Add(from, w.span), Span: w.span,
		Because: t.Calendar.Because(w.step, w.span, after.Heard, from)}
}

// counted is the moment from which the clock counts as people see it: service
// time to the minute, so that what was said at 10:00 and two hours are 12:00 and
// not the afternoon.
func (w wait) counted() time.Time {
	switch {
	case w.step == "poll":
		return w.from // it ends when the poll does
	case w.span.Unit == grid.ClockTime:
		return w.from.Truncate(time.Second)
	}
	return w.from.Truncate(time.Minute)
}

// waitedFor says what a ticket waits for; an empty step when no clock runs.
func (t *turn) waitedFor(tk grid.Ticket) wait {
	clocks := t.Clocks.of(tk)
	switch tk.Status {
	case grid.Proposed:
		if tk.Level != grid.LevelGrid {
			return wait{"confirm", t.now, clocks.Accept} // the next level has its own time
		}
		return wait{"confirm", tk.Heard, clocks.Confirm}
	case grid.Assigned:
		return wait{"accept", tk.Assigned, clocks.Accept}
	case grid.Open, grid.Working:
		if tk.Round > 0 {
			return wait{"resolve", tk.Reworked, clocks.Resolve}
		}
		return wait{"resolve", tk.Confirmed, clocks.Resolve}
	case grid.Resolved:
		if tk.Poll != nil && !t.undecided(tk) {
			return wait{"poll", tk.Poll.Began, grid.ClockSpan(t.Judging.Lasts)}
		}
	}
	return wait{}
}

// undecided reports whether a resolved matter waits for a person's word: the
// last round of rework did not help.
func (t *turn) undecided(tk grid.Ticket) bool {
	if tk.Round < grid.MaxRounds || tk.Poll == nil {
		return false
	}
	a, _ := tk.Poll.Of(tk.Reporter)
	return a.Mark == grid.Unsatisfied || !t.now.Before(tk.Poll.Ends) && tk.Poll.Failed()
}

// resumed gives a stopped clock its rest back.
func (t *turn) resumed(tk grid.Ticket) *grid.Deadline {
	d := *tk.Kept
	left := max(t.Calendar.Measure(tk.Stopped, d.Due, d.Span), time.Minute)
	if d.Span.Unit == grid.ClockTime {
		d.Span = grid.ClockSpan(left)
	} else {
		d.Span = grid.ServiceSpan(left)
	}
	d.From, d.Due = t.now, t.Calendar.Add(t.now, d.Span)
	d.Because = fmt.Sprintf("%s: the %s that were left when the clock stopped", d.Step, d.Span)
	return &d
}
