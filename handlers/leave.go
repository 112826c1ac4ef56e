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
