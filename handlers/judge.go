package handlers

import (
	"slices"

	"youshi/grid"
)

// pollDue is the poll's clock: one reminder to who has not answered, then its end.
func (t *turn) pollDue(timer grid.Timer) error {
	tk, err := t.ticket(timer.Ticket)
	if err != nil || tk.Status != grid.Resolved || tk.Poll == nil || tk.Due == nil {
		return err
	}
	if !t.now.Before(tk.Poll.Ends) {
		return t.judge(tk)
	}
	silent := slices.DeleteFunc(slices.Clone(tk.Poll.Asked), func(id grid.PersonID) bool {
		_, answered := tk.Poll.Of(id)
		return answered
	})
	c, err := t.card(tk)
	if err != nil {
		return err
	}
	if err := t.poll(tk, silent, "poll.reminder", c); err != nil {
		return err
	}
	return t.arm(tk, timer.Slot)
}

// judge ends the poll: too low a score sends the work back, whatever the reporter
// said; after the last round a person decides; else the matter closes.
func (t *turn) judge(tk grid.Ticket) error {
	var err error
	switch a, _ := tk.Poll.Of(tk.Reporter); {
	case t.undecided(tk):
		if tk, err = t.byHouse(tk, grid.WantNote, grid.ReasonLowScore, grid.Change{}); err != nil { // the clock stops
			return err
		}
		return t.leaveToPerson(tk)
	case tk.Poll.Failed():
		_, err = t.sendBack(tk, grid.WantRework, grid.ReasonLowScore, "")
	case a.Mark == grid.Satisfied:
		_, err = t.byHouse(tk, grid.WantClose, grid.ReasonSatisfied, grid.Change{})
	case len(tk.Poll.Answers) > 0:
		_, err = t.byHouse(tk, grid.WantClose, grid.ReasonJudged, grid.Change{})
	default:
		_, err = t.byHouse(tk, grid.WantClose, grid.ReasonNoAnswer, grid.Change{})
	}
	return err
}
