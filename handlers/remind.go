package handlers

import (
	"fmt"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// stepDue is the clock of a ticket's present step: reminders to who must act,
// and when it is over, word to one level up.
func (t *turn) stepDue(timer grid.Timer) error {
	tk, err := t.ticket(timer.Ticket)
	switch {
	case err != nil:
		return err
	case tk.Due == nil || tk.Due.Step == "poll":
		return nil
	case t.now.Before(tk.Due.Due):
		if err := t.remind(tk, grid.ClassNotice, "reminder"); err != nil {
			return err
		}
		return t.arm(tk, timer.Slot)
	case timer.Slot <= slotOver:
		return t.late(tk)
	}
	if err := t.remind(tk, grid.ClassNotice, "reminder.late"); err != nil {
		return err
	}
	return t.arm(tk, timer.Slot)
}

// A deadline that is noticed so long after it passed passed while nothing ran: such
// notices wait for each other, so that everybody gets them in one list.
const (
	darkAfter  = 10 * time.Minute
	darkGather = 2 * time.Minute // from the whole minute
)

// remind tells who must act; what waits to be said of the same step says less.
func (t *turn) remind(tk grid.Ticket, class grid.Class, sentence string) error {
	if err := t.drop(tk, func(o grid.Outgoing) bool { return o.Kind == grid.PostReminder }); err != nil {
		return err
	}
	c, err := t.card(tk)
	if err != nil {
		return err
	}
	must, err := t.mustAct(tk)
	if err != nil {
		return err
	}
	c.Who = must.Name
	o := grid.Outgoing{Class: classOf(tk, class), Kind: grid.PostReminder}
	if t.now.Before(tk.Due.Due) { // one that waits for its list past the deadline says nothing any more
		o.Until = tk.Due.Due.Add(-time.Second)
	}
	return t.tellWorker(tk, must.ID, o, sentence, c)
}

// mustAct gives the person whose turn it is: the assignee, before that whoever
// answers for the level (nobody by name where there are several).
func (t *turn) mustAct(tk grid.Ticket) (grid.Person, error) {
	if tk.Assignee != "" {
		p, err := t.tx.Roster().Person(tk.Assignee)
		if err != nil {
			return p, fmt.Errorf("looking up person %s: %w", tk.Assignee, err)
		}
		return p, nil
	}
	there, err := storage.Holders(t.tx.Roster(), officeOf[tk.Level], tk.Area, t.now)
	if err != nil || len(there) != 1 {
		return grid.Person{}, err
	}
	return there[0], nil
}

// late notes that a deadline passed, reminds who must act and tells one level
// up; an emergency the whole ladder. A confirmed matter beyond the community's
// power climbs.
func (t *turn) late(tk grid.Ticket) error {
	if t.now.Sub(tk.Due.Due) > darkAfter {
		t.together = t.now.Truncate(time.Minute).Add(darkGather)
	}
	tk, err := t.byHouse(tk, grid.WantLate, "", grid.Change{})
	if err != nil {
		return err
	}
	if tk.Late.Step == stepReportIn { // a silent lead is named with the other silent units, and told so
		if tk, err = t.nameSilent(tk); err != nil {
			return err
		}
		return t.arm(tk, slotOver)
	}
	climbs, err := t.climbs(tk)
	switch {
	case err != nil:
		return err
	case climbs:
		return t.climb(tk)
	}
	// That it is over is never held back for a list, nor by the hour's budget.
	if err := t.remind(tk, grid.ClassFirst, "reminder.late"); err != nil {
		return err
	}
	c, err := t.card(tk)
	if err != nil {
		return err
	}
	if err := t.tellAbove(tk, "escalation.late", c); err != nil {
		return err
	}
	if offered, err := t.offerNext(tk); offered || err != nil {
		return err
	}
	return t.arm(tk, slotOver)
}

// climb takes a matter one level up. Who had it is told that it went, not to hurry:
// what is said at night is read when it is long gone.
func (t *turn) climb(tk grid.Ticket) error {
	had, err := t.mustAct(tk)
	if err != nil {
		return err
	}
	c, err := t.card(tk) // with the deadline that passed
	if err != nil {
		return err
	}
	set, err := t.levelUp(tk)
	if err != nil {
		return err
	}
	up, err := t.byHouse(tk, grid.WantEscalate, "", set)
	if err != nil {
		return err
	}
	if had.ID == "" || had.ID != up.Assignee {
		c.Who, c.Level = had.Name, up.Level
		o := grid.Outgoing{Class: classOf(tk, grid.ClassFirst), Kind: grid.PostEscalation}
		if err := t.tellWorker(tk, had.ID, o, "climbed", c); err != nil {
			return err
		}
	}
	return t.handUp(up, "")
}
