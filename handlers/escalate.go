package handlers

import (
	"youshi/grid"
	"youshi/storage"
)

// officeOf is the role that answers for a level.
var officeOf = map[grid.Level]grid.Role{grid.LevelGrid: grid.GridWorker, grid.LevelCommunity: grid.Secretary,
	grid.LevelSubdistrict: grid.SubdistrictHQ, grid.LevelDistrict: grid.DistrictHQ}

// escalate is 上报: the matter climbs one level, and somebody there must accept it.
func (t *turn) escalate(c grid.Command) error {
	tk, err := t.ticket(c.Ticket)
	if err != nil {
		return err
	}
	set, err := t.levelUp(tk)
	if err != nil {
		return err
	}
	if tk, err = t.step(c.Ticket, grid.WantEscalate, c.Text, set); err != nil {
		return err
	}
	if err := t.done(tk, "escalated", c.Text); err != nil {
		return err
	}
	return t.handUp(tk, c.Text)
}

// handUp shows the matter to those of its new level.
func (t *turn) handUp(tk grid.Ticket, why string) error {
	c, err := t.cardWith(tk, why)
	if err != nil {
		return err
	}
	return t.tellLevel(tk, tk.Level, "escalation", c)
}

// levelUp is the change of one level up, with who answers there. On the highest
// level it changes nothing, and the life cycle says no.
func (t *turn) levelUp(tk grid.Ticket) (grid.Change, error) {
	up, ok := tk.Level.Above()
	if !ok {
		return grid.Change{}, nil
	}
	set := grid.Change{Level: up}
	there, err := storage.Holders(t.tx.Roster(), officeOf[up], tk.Area, t.now)
	if err == nil && len(there) > 0 && tk.Status != grid.Proposed {
		set.Assignee = there[0].ID
	}
	return set, err
}

// tellAbove tells the level above the ticket's; an emergency the whole ladder.
func (t *turn) tellAbove(tk grid.Ticket, sentence string, c card) error {
	level, ok := tk.Level.Above()
	for ok {
		if err := t.tellLevel(tk, level, sentence, c); err != nil || tk.Urgency != grid.Emergency {
			return err
		}
		level, ok = level.Above()
	}
	return nil
}

// tellLevel tells those who answer for a level, in private or in the staff chat
// of their area; where nobody does, the nearest level above that has somebody,
// and at last the staff of the grid, so that no notice is lost.
func (t *turn) tellLevel(tk grid.Ticket, level grid.Level, sentence string, c card) error {
	o := grid.Outgoing{Class: classOf(tk, grid.ClassNotice), Kind: grid.PostEscalation, Ticket: tk.No}
	if tk.Status == grid.Assigned && sentence != "escalation.late" { // who is told of a delay has nothing to accept
		o.Buttons = []grid.Button{button("签收", grid.WantAccept, tk.No)}
	}
	for l, ok := level, true; ok; l, ok = l.Above() {
		rooms, err := t.levelRooms(tk, l)
		if err != nil {
			return err
		}
		if len(rooms) > 0 || tk.Urgency == grid.Emergency { // the whole ladder is told one by one
			return t.tellRooms(rooms, o, sentence, c)
		}
	}
	return t.tellStaff(tk, o, sentence, c)
}
