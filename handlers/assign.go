package handlers

import (
	"fmt"
	"strings"

	"youshi/grid"
	"youshi/storage"
)

// assign is 派单 and 转办: somebody else has it now, and must accept it by a clock.
func (t *turn) assign(c grid.Command) error {
	tk, err := t.tx.Tickets().Get(c.Ticket)
	if err != nil {
		return fmt.Errorf("reading ticket %d: %w", c.Ticket, err)
	}
	by, err := t.actor(tk)
	if err != nil {
		return err
	}
	set := grid.Change{Assignee: t.who.ID} // a name that is unknown must not hide that the speaker may not
	if ask := (grid.Ask{Want: c.Want, By: by, At: t.now, Set: set}); !tk.May(ask) {
		_, _, err := tk.Move(ask)
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
	return t.tellAssignee(tk, "told.assigned", c.Text, button("签收", grid.WantAccept, tk.No))
}

// named finds the officer meant by a name or a role as written: "李敏", "物业".
func (t *turn) named(who string, area grid.AreaID) (grid.Person, error) {
	nobody := &grid.Error{Code: grid.NotFound, Say: fmt.Sprintf("nobody with an office in %s is called %q", area, who)}
	if who == "" {
		return grid.Person{}, &grid.Error{Code: grid.Invalid, Say: "nobody was named"}
	}
	people, err := t.tx.Roster().Officers()
	if err != nil {
		return grid.Person{}, fmt.Errorf("reading the officers: %w", err)
	}
	var near []grid.Person
	for _, p := range people {
		role, err := storage.RoleIn(t.tx.Roster(), p, area, t.now)
		if err != nil {
			return p, err
		}
		switch {
		case role == grid.Resident:
		case p.Name == who:
			return p, nil
		case strings.Contains(p.Name, who) || strings.Contains(who, p.Name) || officeWords[who] == role:
			near = append(near, p)
		}
	}
	if len(near) == 0 {
		return grid.Person{}, nobody
	}
	return near[0], nil
}

// officeWords are the roles as people call them.
var officeWords = map[string]grid.Role{"物业": grid.Property, "网格员": grid.GridWorker, "楼长": grid.BuildingHead,
	"楼栋长": grid.BuildingHead, "书记": grid.Secretary, "社区": grid.Secretary, "业委会": grid.Committee,
	"街道": grid.SubdistrictHQ, "志愿者": grid.Volunteer}

// tellAssignee tells whoever has the matter, in private or else in the staff chat.
func (t *turn) tellAssignee(tk grid.Ticket, sentence, text string, buttons ...grid.Button) error {
	if tk.Assignee == t.who.ID {
		return nil
	}
	c, err := t.cardWith(tk, text)
	if err != nil {
		return err
	}
	o := grid.Outgoing{Class: classOf(tk, grid.ClassNotice), Kind: grid.PostConfirm, Ticket: tk.No, Buttons: buttons}
	told, err := t.tellPerson(tk.Assignee, o, sentence, c)
	if err != nil || told {
		return err
	}
	return t.tellStaff(tk, o, sentence, c)
}

// accept is 签收: whoever was named has begun.
func (t *turn) accept(c grid.Command) error {
	tk, err := t.step(c.Ticket, grid.WantAccept, "", grid.Change{})
	if err != nil {
		return err
	}
	return t.done(tk, "accepted", "")
}
