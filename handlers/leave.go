package handlers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// absent is 请假: from now on the deputy (代班) holds the speaker's offices until the
// end, and every open matter goes to the deputy, or else to who holds the same office.
func (t *turn) absent(c grid.Command) error {
	mine := t.own(t.who)
	switch {
	case len(mine) == 0:
		return t.decline("refuse.staff_only")
	case t.chat.Kind == grid.GroupChat:
		return t.decline("leave.not_here")
	}
	until := t.now.Add(time.Duration(c.Days) * 24 * time.Hour)
	deputy := grid.Person{}
	if c.Who != "" {
		var err error
		if deputy, err = t.deputy(c.Who); err != nil {
			return err
		}
		if deputy.ID == "" {
			return t.decline("leave.no_deputy")
		}
	}
	var err error
	if t.who, err = t.endLeave(t.who); err != nil { // a second 请假 takes the place of the first
		return err
	}
	t.who.Absent = &grid.Absence{From: t.now, Until: until, Deputy: deputy.ID}
	if t.who, err = t.tx.Roster().PutPerson(t.who); err != nil {
		return fmt.Errorf("writing down that %s is on leave: %w", t.who.ID, err)
	}
	if deputy.ID != "" {
		if deputy, err = t.tx.Roster().Person(deputy.ID); err != nil { // as the end of an earlier leave left it
			return fmt.Errorf("looking up the deputy: %w", err)
		}
		for _, o := range mine {
			deputy.Offices = append(deputy.Offices, grid.Office{Role: o.Role, Area: o.Area, Since: t.now, Until: until, For: t.who.ID})
		}
		if deputy, err = t.tx.Roster().PutPerson(deputy); err != nil {
			return fmt.Errorf("writing down the deputy of %s: %w", t.who.ID, err)
		}
	}
	before, err := storage.LoadOf(t.tx, t.who.ID, t.now)
	if err != nil {
		return err
	}
	if err := t.sweep(); err != nil {
		return err
	}
	after, err := storage.LoadOf(t.tx, t.who.ID, t.now)
	if err != nil {
		return err
	}
	full := card{Who: t.who.Name, Bot: t.Bot, Assignee: deputy.Name, Due: t.local(until), Days: c.Days, Count: before.Open - after.Open}
	if err := t.answer(grid.PostAnswer, "leave.begins", full); err != nil {
		return err
	}
	o := grid.Outgoing{Class: grid.ClassNotice, Kind: grid.PostAnswer}
	if _, err := t.tellPerson(deputy.ID, o, "leave.deputy", full); err != nil {
		return err
	}
	return t.tellStaffChats(mine, o, "leave.told", full)
}

// own gives the offices that a person holds by right, and not for somebody else.
func (t *turn) own(p grid.Person) []grid.Office {
	var out []grid.Office
	for _, o := range p.Offices {
		if o.For == "" && o.Held(t.now) && o.Role.Staff() {
			out = append(out, o)
		}
	}
	return out
}

// deputy finds who is asked to stand in: somebody of the community with an office
// and not on leave. A name that any resident could take is nobody's here.
func (t *turn) deputy(name string) (grid.Person, error) {
	officers, err := t.tx.Roster().Officers()
	if err != nil {
		return grid.Person{}, fmt.Errorf("reading the officers: %w", err)
	}
	var near []grid.Person
	for _, p := range officers {
		holds := slices.ContainsFunc(p.Offices, func(o grid.Office) bool { return o.Held(t.now) })
		switch {
		case !holds || p.Weak() || p.ID == t.who.ID || p.Away(t.now) || p.Name == "":
		case p.Name == name:
			return p, nil
		case strings.Contains(p.Name, name):
			near = append(near, p)
		}
	}
	if len(near) == 1 {
		return near[0], nil
	}
	return grid.Person{}, nil
}

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

// tellStaffChats tells the staff chats of some offices' areas, but for the one in
// which it was said.
func (t *turn) tellStaffChats(of []grid.Office, o grid.Outgoing, sentence string, c card) error {
	var rooms []grid.ChatID
	for _, x := range of {
		room, ok, err := t.staffChat(x.Area)
		if err != nil {
			return err
		}
		if ok && room != t.chat.ID && !slices.Contains(rooms, room) {
			rooms = append(rooms, room)
		}
	}
	return t.tellRooms(rooms, o, sentence, c)
}
