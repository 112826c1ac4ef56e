package handlers

import (
	"fmt"
	"slices"
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
func (t *turn) deadlineAfter(before, after grid.Ticket, entries []grid.Entry) (*grid.Deadline, error) {
	w := t.waitedFor(after)
	switch goesOn := before.Status == grid.OnHold && after.Assigned.Equal(before.Assigned); {
	case w.step == "":
		return nil, nil
	case goesOn && before.Kept != nil && before.Kept.Step == w.step:
		return t.resumed(w, before, entries)
	case after.Due != before.Due: // the step itself set one: more time was granted
		return after.Due, nil
	case before.Due != nil && w.same(t.waitedFor(before)):
		return before.Due, nil
	}
	return t.clock(w, after, entries)
}

// keptAfter gives the deadline with which a waiting matter goes on: another one
// when its class became another while it waits.
func (t *turn) keptAfter(before, after grid.Ticket, entries []grid.Entry) (*grid.Deadline, error) {
	was, is := before, after
	was.Status, is.Status = before.Before, after.Before
	w := t.waitedFor(is)
	if before.Kept == nil || w.step == "" || w.same(t.waitedFor(was)) {
		return before.Kept, nil
	}
	return t.clock(w, after, entries)
}

// clock sets a clock anew. What a matter was given before it keeps: the time for
// which it waited, the days that were granted, and the beginning at the moment when
// it was no emergency any more.
func (t *turn) clock(w wait, tk grid.Ticket, entries []grid.Entry) (*grid.Deadline, error) {
	g, err := t.given(w, tk.No, entries)
	if err != nil {
		return nil, err
	}
	if g.from.After(w.from) {
		w.from = g.from
		if tk.Status == grid.OnHold { // lowered while its clock stands still
			w.from = tk.Stopped
		}
	}
	from := w.counted()
	d := grid.Deadline{Step: w.step, From: from, Span: w.span, Because: t.Calendar.Because(w.step, w.span, tk.Heard, from)}
	if g.waited > 0 {
		d.From = t.Calendar.Add(from, likeSpan(g.waited, w.span))
		d.Because += fmt.Sprintf("; the clock had stopped for %s", likeSpan(g.waited, w.span))
	}
	d.Due = t.Calendar.Add(d.From, w.span)
	if g.days > 0 {
		d.Due = d.Due.AddDate(0, 0, g.days)
		d.Because += fmt.Sprintf("; %d days more were granted", g.days)
	}
	return &d, nil
}

// given is what the journal says about a clock beside its length.
type given struct {
	from   time.Time     // when the matter was lowered from an emergency; zero: never
	waited time.Duration // since the clock's beginning, in the clock's own time
	days   int           // granted
}

// given reads the journal, with the entries of the step that is being taken.
func (t *turn) given(w wait, no grid.TicketNo, entries []grid.Entry) (g given, err error) {
	past, err := t.tx.Journal().Of(no)
	if err != nil {
		return g, fmt.Errorf("reading the journal of ticket %d: %w", no, err)
	}
	var urgency grid.Urgency
	var stopped time.Time
	for _, e := range slices.Concat(past, entries) {
		if u := e.Set.Urgency; u != "" {
			if urgency == grid.Emergency && u != urgency {
				g = given{from: e.At}
			}
			urgency = u
		}
		switch d := e.Set.Due; {
		case w.step != "resolve":
		case e.Want == grid.WantConfirm || e.Want == grid.WantRework || e.Want == grid.WantObject: // its clock begins here
			g.waited, g.days = 0, 0
		case e.Want == grid.WantWait:
			stopped = e.At
		case e.From == grid.OnHold && e.To != grid.OnHold && !stopped.IsZero():
			g.waited += t.Calendar.Measure(seen(stopped, w.span), seen(e.At, w.span), w.span)
			stopped = time.Time{}
		case e.Want == grid.WantGrant && d != nil && d.Step == w.step && e.Set.Extension != nil:
			g.days = e.Set.Extension.Days
		}
	}
	return g, nil
}

// likeSpan is a length of time as a span of the same kind of time as another.
func likeSpan(d time.Duration, like grid.Span) grid.Span {
	if like.Unit == grid.ClockTime {
		return grid.ClockSpan(d)
	}
	return grid.ServiceSpan(d)
}

// counted is the moment from which the clock counts as people see it: service
// time to the minute, so that what was said at 10:00 and two hours are 12:00 and
// not the afternoon.
func (w wait) counted() time.Time {
	if w.step == "poll" {
		return w.from // it ends when the poll does
	}
	return seen(w.from, w.span)
}

// seen is a moment as a clock of that length counts it.
func seen(at time.Time, s grid.Span) time.Time {
	if s.Unit == grid.ClockTime {
		return at.Truncate(time.Second)
	}
	return at.Truncate(time.Minute)
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
		if lead, ok := tk.Whistle.Of(tk.Assignee); ok && lead.In.IsZero() && !lead.Due.IsZero() {
			return wait{stepReportIn, lead.Called, tk.Whistle.Span}
		}
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
