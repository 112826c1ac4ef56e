package handlers

import (
	"fmt"
	"time"

	"youshi/grid"
)

// Clocks are how long each step may take.
type Clocks struct {
	Class     map[grid.Category]Steps
	Emergency Steps
	Level     map[grid.Level]grid.Span // accepting at a level after 上报
}

// Steps are the clocks of one class of matters.
type Steps struct{ Confirm, Accept, Resolve grid.Span }

// emergencyEvery is how often an unanswered emergency is called to mind.
const emergencyEvery = 10 * time.Minute

// DefaultClocks are DOMAIN's table.
func DefaultClocks() Clocks {
	hours := func(n int) grid.Span { return grid.ServiceSpan(time.Duration(n) * time.Hour) }
	return Clocks{
		Class: map[grid.Category]Steps{
			grid.Immediate: {hours(2), hours(2), grid.WorkingDaySpan(1)},
			grid.Pending:   {hours(4), grid.WorkingDaySpan(1), grid.WorkingDaySpan(7)},
			grid.Escalate:  {hours(1), grid.ClockSpan(2 * time.Hour), grid.WorkingDaySpan(15)},
		},
		Emergency: Steps{grid.ClockSpan(emergencyEvery), grid.ClockSpan(emergencyEvery), grid.ClockSpan(2 * time.Hour)},
		Level: map[grid.Level]grid.Span{
			grid.LevelCommunity:   grid.ClockSpan(2 * time.Hour),
			grid.LevelSubdistrict: grid.ClockSpan(24 * time.Hour),
			grid.LevelDistrict:    grid.ClockSpan(7 * 24 * time.Hour),
		},
	}
}

// of gives the clocks that hold for a ticket.
func (c Clocks) of(t grid.Ticket) Steps {
	s := c.Class[t.Category]
	if t.Urgency == grid.Emergency {
		s = c.Emergency
	}
	if t.Elder {
		s.Confirm = c.Emergency.Confirm // somebody may be lying behind the door
	}
	if at, ok := c.Level[t.Level]; ok {
		s.Accept = at
	}
	return s
}

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
	case before.Status == grid.OnHold && before.Kept != nil:
		return t.resumed(before)
	case after.Due != before.Due: // the step itself set one: more time was granted
		return after.Due
	case before.Due != nil && w.same(t.waitedFor(before)):
		return before.Due
	}
	return &grid.Deadline{Step: w.step, From: w.from, Due: t.Calendar.Add(w.from, w.span), Span: w.span,
		Because: t.Calendar.Because(w.step, w.span, after.Heard, w.from)}
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

// Slots of a clock, as Timer.Slot: half, nearly over, over, and each day after.
const (
	slotHalf   = 50
	slotNearly = 90
	slotOver   = 100
)

// StepTimer is the id of the timer of a ticket's present deadline.
func StepTimer(no grid.TicketNo) grid.TimerID { return grid.TimerID("t" + no.String() + "/step") }

// arm sets the timer for the next slot of the ticket's deadline after the one
// that has just fired (0: none has), or takes it away when no clock runs.
func (t *turn) arm(tk grid.Ticket, fired int) error {
	if tk.Due == nil {
		return t.tx.Timers().Cancel(StepTimer(tk.No))
	}
	timer := grid.Timer{ID: StepTimer(tk.No), Lane: tk.Lane(), Kind: grid.TimerStep, Ticket: tk.No}
	if tk.Due.Step == "poll" {
		timer.Kind = grid.TimerPoll
		timer.Due, timer.Slot = tk.Poll.Began.Add(t.Judging.RemindAfter), slotHalf
		if fired >= slotHalf || !timer.Due.After(t.now) {
			timer.Due, timer.Slot = tk.Due.Due, slotOver
		}
	} else {
		timer.Due, timer.Slot = t.nextSlot(tk, fired)
	}
	if err := t.tx.Timers().Set(timer); err != nil {
		return fmt.Errorf("setting the clock of ticket %d: %w", tk.No, err)
	}
	return nil
}

// nextSlot gives the first slot of the deadline that lies ahead.
func (t *turn) nextSlot(tk grid.Ticket, fired int) (time.Time, int) {
	d, emergency := *tk.Due, tk.Urgency == grid.Emergency
	if fired < slotOver {
		if emergency {
			if n := t.now.Sub(d.From)/emergencyEvery + 1; d.From.Add(n * emergencyEvery).Before(d.Due) {
				return d.From.Add(n * emergencyEvery), slotHalf
			}
		} else {
			for _, p := range []int{slotHalf, slotNearly} {
				if at := t.Calendar.Part(d.From, d.Span, p); fired < p && at.After(t.now) && at.Before(d.Due) {
					return at, p
				}
			}
		}
		return d.Due, slotOver // now, when it is over already
	}
	every := 24 * time.Hour
	if emergency && t.now.Sub(d.Due) < every {
		every = emergencyEvery // for a day, then daily as for all
	}
	n := t.now.Sub(d.Due)/every + 1
	return d.Due.Add(n * every), slotOver + 1
}
