package handlers

import (
	"fmt"

	"youshi/grid"
)

// reportIn is 报到: a unit that was called is there.
func (t *turn) reportIn(c grid.Command) error {
	tk, err := t.step(c.Ticket, grid.WantReportIn, "", grid.Change{})
	if err != nil {
		return err
	}
	if err := t.listen(tk); err != nil {
		return err
	}
	full, err := t.jointCard(tk, tk.Whistle.Absent())
	if err != nil {
		return err
	}
	if err := t.answer(grid.PostAnswer, "reported_in", full); err != nil || tk.Whistle.Caller == t.who.ID {
		return err
	}
	o := grid.Outgoing{Class: grid.ClassNotice, Kind: grid.PostAnswer}
	return t.tellWorker(tk, tk.Whistle.Caller, o, "told.reported_in", full)
}

// WhistleTimer is the id of the timer by which the units of a ticket must report in.
func WhistleTimer(no grid.TicketNo) grid.TimerID {
	return grid.TimerID("t" + no.String() + "/whistle")
}

// listen sets the timer for the next moment at which units that did not report in
// are reminded or named, or takes it away when all did.
func (t *turn) listen(tk grid.Ticket) error {
	timer := grid.Timer{ID: WhistleTimer(tk.No), Lane: tk.Lane(), Kind: grid.TimerWhistle, Ticket: tk.No}
	if tk.Whistle != nil && tk.Status != grid.Resolved && !tk.Status.Ended() {
		for _, p := range tk.Whistle.Parts {
			if p.Due.IsZero() || !p.In.IsZero() || p.Silent {
				continue
			}
			for _, at := range t.callMarks(tk.Whistle, p) {
				if at.After(t.now) && (timer.Due.IsZero() || at.Before(timer.Due)) {
					timer.Due = at
				}
			}
		}
	}
	if timer.Due.IsZero() {
		return t.tx.Timers().Cancel(timer.ID)
	}
	if err := t.tx.Timers().Set(timer); err != nil {
		return fmt.Errorf("setting the whistle's clock of ticket %d: %w", tk.No, err)
	}
	return nil
}
