package handlers

import (
	"errors"
	"fmt"

	"youshi/grid"
	"youshi/storage"
)

// stepDue is the clock of a ticket's present step: reminders to who must act,
// and when it is over, word to one level up.
func (t *turn) stepDue(timer grid.Timer) error {
	tk, err := t.tx.Tickets().Get(timer.Ticket)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	} else if err != nil {
		return fmt.Errorf("reading ticket %d: %w", timer.Ticket, err)
	}
	switch {
	case tk.Due == nil || tk.Due.Step == "poll":
		return nil
	case t.now.Before(tk.Due.Due):
		if err := t.remind(tk, "reminder"); err != nil {
			return err
		}
		return t.arm(tk, timer.Slot)
	case timer.Slot <= slotOver:
		return t.late(tk)
	}
	if err := t.remind(tk, "reminder.late"); err != nil {
		return err
	}
	return t.arm(tk, timer.Slot)
}

// remind tells who must act.
func (t *turn) remind(tk grid.Ticket, sentence string) error {
	c, err := t.card(tk)
	if err != nil {
		return err
	}
	if tk.Private {
		c.Place, c.Summary = "", ""
	}
	o := grid.Outgoing{Class: classOf(tk, grid.ClassNotice), Kind: grid.PostReminder, Ticket: tk.No}
	must, err := t.mustAct(tk)
	if err != nil {
		return err
	}
	if must.ID == "" {
		return t.tellStaff(tk, o, sentence, c)
	}
	c.Who, o.For = must.Name, must.ID
	role, err := storage.RoleIn(t.tx.Roster(), must, tk.Area, t.now)
	if err != nil {
		return err
	}
	if role == grid.GridWorker {
		return t.tellStaff(tk, o, sentence, c)
	}
	told, err := t.tellPerson(must.ID, o, sentence, c)
	if err != nil || told {
		return err
	}
	return t.tellStaff(tk, o, sentence, c)
}

// mustAct gives the person whose turn it is: the assignee, before that the grid
// worker (nobody by name where there are several).
func (t *turn) mustAct(tk grid.Ticket) (grid.Person, error) {
	if tk.Assignee != "" {
		p, err := t.tx.Roster().Person(tk.Assignee)
		if err != nil {
			return p, fmt.Errorf("looking up person %s: %w", tk.Assignee, err)
		}
		return p, nil
	}
	workers, err := storage.Holders(t.tx.Roster(), grid.GridWorker, tk.Area, t.now)
	if err != nil || len(workers) != 1 {
		return grid.Person{}, err
	}
	return workers[0], nil
}

// late notes that a deadline passed, reminds who must act and tells one level
// up. A confirmed matter beyond the community's power climbs.
func (t *turn) late(tk grid.Ticket) error {
	was := tk.Due
	tk, err := t.byHouse(tk, grid.WantLate, "", grid.Change{})
	if err != nil {
		return err
	}
	if err := t.remind(tk, "reminder.late"); err != nil {
		return err
	}
	c, err := t.card(tk)
	if err != nil {
		return err
	}
	c.Step, c.Due = was.Step, was.Due.In(t.location())
	if tk.Private {
		c.Place, c.Summary = "", ""
	}
	if err := t.tellAbove(tk, "escalation.late", c); err != nil {
		return err
	}
	if tk.Category == grid.Escalate && tk.Status != grid.Proposed && tk.Urgency != grid.Emergency {
		set, err := t.levelUp(tk)
		if err == nil {
			_, err = t.byHouse(tk, grid.WantEscalate, "", set)
			return err
		}
		if grid.CodeOf(err) != grid.Conflict {
			return err
		}
	}
	return t.arm(tk, slotOver)
}
