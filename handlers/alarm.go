package handlers

import (
	"fmt"
	"time"

	"youshi/grid"
)

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
		if l := tk.Late; l != nil && l.Step == tk.Due.Step && l.Due.Equal(tk.Due.Due) {
			fired = slotOver // one level up knows already
		}
		timer.Due, timer.Slot = t.nextSlot(tk, fired)
	}
	if err := t.tx.Timers().Set(timer); err != nil {
		return fmt.Errorf("setting the clock of ticket %d: %w", tk.No, err)
	}
	return nil
}

// nextSlot gives the first slot of the deadline that lies ahead.
func (t *turn) nextSlot(tk grid.Ticket, fired int) (time.Time, int) {
	d, emergency, pressing := *tk.Due, tk.Urgency == grid.Emergency, t.Manners.Pressing
	if fired < slotOver {
		if emergency {
			if n := t.now.Sub(d.From)/pressing + 1; d.From.Add(n * pressing).Before(d.Due) {
				return d.From.Add(n * pressing), slotHalf
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
	late, every := t.now.Sub(d.Due), 24*time.Hour
	switch {
	case emergency && late < 2*time.Hour:
		every = pressing
	case emergency && late < every: // whoever did not hear it twelve times is not there
		every = time.Hour
	}
	return d.Due.Add((late/every + 1) * every), slotOver + 1
}
