package handlers

import (
	"fmt"

	"youshi/grid"
)

// back is 销假: the offices are the speaker's alone again.
func (t *turn) back(grid.Command) error {
	if t.who.Absent == nil {
		return t.decline("leave.none")
	}
	mine := t.own(t.who)
	n, err := t.comeBack(t.who)
	if err != nil {
		return err
	}
	if err := t.sweep(); err != nil {
		return err
	}
	full := card{Who: t.who.Name, Bot: t.Bot, Count: n}
	if err := t.answer(grid.PostAnswer, "leave.ends", full); err != nil {
		return err
	}
	return t.tellStaffChats(mine, grid.Outgoing{Class: grid.ClassNotice, Kind: grid.PostAnswer}, "leave.over", full)
}

// endLeave ends a person's leave and the offices that others hold for it.
func (t *turn) endLeave(p grid.Person) (grid.Person, error) {
	if p.Absent == nil {
		return p, nil
	}
	officers, err := t.tx.Roster().Officers()
	if err != nil {
		return p, fmt.Errorf("reading the officers: %w", err)
	}
	for _, d := range officers {
		ended := false
		for i, o := range d.Offices {
			if o.For == p.ID && o.Held(t.now) {
				d.Offices[i].Until, ended = t.now, true
			}
		}
		if !ended {
			continue
		}
		if _, err := t.tx.Roster().PutPerson(d); err != nil {
			return p, fmt.Errorf("ending what %s held for another: %w", d.ID, err)
		}
	}
	p.Absent = nil
	if p, err = t.tx.Roster().PutPerson(p); err != nil {
		return p, fmt.Errorf("ending the leave of %s: %w", p.ID, err)
	}
	return p, nil
}

// comeBack ends a leave and gives back what was passed on for it: what nobody has
// begun, and what the deputy may not go on with. Who has begun finishes.
func (t *turn) comeBack(p grid.Person) (int, error) {
	p, err := t.endLeave(p)
	if err != nil {
		return 0, err
	}
	if p.ID == t.who.ID {
		t.who = p
	}
	open, err := t.allOpen()
	if err != nil {
		return 0, err
	}
	n := 0
	for _, tk := range open {
		last, before, err := t.lastGiven(tk.No)
		if err != nil {
			return n, err
		}
		absent := last.Reason == grid.ReasonAbsent || last.Reason == grid.ReasonVacant
		if !absent || before != p.ID || last.Set.Assignee != tk.Assignee {
			continue
		}
		stays, err := t.goesOn(tk)
		if err != nil {
			return n, err
		}
		fit, err := t.fit(p, tk.Area)
		if err != nil {
			return n, err
		}
		if stays || !fit {
			continue
		}
		if _, err := t.passTo(tk, p.ID, grid.ReasonBack); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// goesOn reports whether whoever has a matter has begun and may finish.
func (t *turn) goesOn(tk grid.Ticket) (bool, error) {
	if tk.Status == grid.Assigned {
		return false, nil
	}
	p, err := t.tx.Roster().Person(tk.Assignee)
	if err != nil {
		return false, fmt.Errorf("looking up person %s: %w", tk.Assignee, err)
	}
	return t.fit(p, tk.Area)
}
