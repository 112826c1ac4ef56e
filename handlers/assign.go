package handlers

import (
	"fmt"
	"strings"

	"youshi/grid"
	"youshi/storage"
)

// assign is 派单 and 转办: somebody else has it now, and must accept it by a clock.
func (t *turn) assign(c grid.Command) error {
	tk, err := t.ticket(c.Ticket)
	if err != nil {
		return err
	}
	set := grid.Change{Assignee: t.who.ID} // a name that is unknown must not hide that the speaker may not
	if _, err := t.asks(tk, c.Want, set); err != nil {
		return err
	}
	to, err := t.named(c.Who, tk.Area)
	if err != nil {
		return err
	}
	set.Assignee = to.ID
	if tk, err = t.step(c.Ticket, c.Want, c.Text, set); err != nil {
		return err
	}
	if err := t.done(tk, "assigned", c.Text); err != nil {
		return err
	}
	full, err := t.cardWith(tk, c.Text)
	if err != nil {
		return err
	}
	o := grid.Outgoing{Class: classOf(tk, grid.ClassNotice), Kind: grid.PostConfirm,
		Buttons: []grid.Button{button("签收", grid.WantAccept, tk.No)}}
	return t.tellAssignee(tk, o, "told.assigned", full)
}

// officeWords are the roles as people call them.
var officeWords = map[string]grid.Role{"物业": grid.Property, "网格员": grid.GridWorker, "楼长": grid.BuildingHead,
	"楼栋长": grid.BuildingHead, "书记": grid.Secretary, "社区": grid.Secretary, "业委会": grid.Committee,
	"街道": grid.SubdistrictHQ, "区里": grid.DistrictHQ, "志愿者": grid.Volunteer}

// named finds the officer meant by a name or a role as written: "李敏", "物业",
// "小孙". Part of a name counts when it is one person's alone.
func (t *turn) named(who string, area grid.AreaID) (grid.Person, error) {
	if who == "" {
		return grid.Person{}, &grid.Error{Code: grid.Invalid, Say: "nobody was named"}
	}
	people, err := t.tx.Roster().Officers()
	if err != nil {
		return grid.Person{}, fmt.Errorf("reading the officers: %w", err)
	}
	var near, held []grid.Person
	for _, p := range people {
		role, err := storage.RoleIn(t.tx.Roster(), p, area, t.now)
		if err != nil {
			return p, err
		}
		switch {
		case role == grid.Resident || p.Name == "":
		case p.Name == who:
			return p, nil
		case officeWords[who] == role:
			held = append(held, p)
		case strings.Contains(p.Name, who) || strings.Contains(who, p.Name):
			near = append(near, p)
		}
	}
	switch {
	case len(held) > 0:
		return held[0], nil
	case len(near) == 1:
		return near[0], nil
	}
	return grid.Person{}, &grid.Error{Code: grid.NotFound, Say: fmt.Sprintf("no one person with an office in %s is called %q", area, who)}
}

// accept is 签收: whoever was named has begun.
func (t *turn) accept(c grid.Command) error {
	tk, err := t.step(c.Ticket, grid.WantAccept, "", grid.Change{})
	if err != nil {
		return err
	}
	return t.done(tk, "accepted", "")
}
