package handlers

import (
	"fmt"
	"slices"

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
	up, err := t.above(tk)
	if err != nil || up == "" {
		return grid.Change{}, err
	}
	set := grid.Change{Level: up}
	there, err := storage.Holders(t.tx.Roster(), officeOf[up], tk.Area, t.now)
	if err == nil && len(there) > 0 && tk.Status != grid.Proposed {
		set.Assignee = there[0].ID
	}
	return set, err
}

// rungs are the levels that there are above a ticket's grid, from the grid up:
// those of the tree, and those for which somebody answers. There is no more climbing
// than that.
func (t *turn) rungs(tk grid.Ticket) ([]grid.Level, error) {
	path, err := storage.Path(t.tx.Roster(), tk.Area)
	if err != nil {
		return nil, err
	}
	out := []grid.Level{grid.LevelGrid}
	for l, ok := grid.LevelGrid.Above(); ok; l, ok = l.Above() {
		there := slices.ContainsFunc(path, func(a grid.Area) bool { return string(a.Kind) == string(l) })
		if !there {
			held, err := storage.Holders(t.tx.Roster(), officeOf[l], tk.Area, t.now)
			if err != nil {
				return nil, err
			}
			there = len(held) > 0
		}
		if there {
			out = append(out, l)
		}
	}
	return out, nil
}

// above gives the next rung of the ladder, "" at the top.
func (t *turn) above(tk grid.Ticket) (grid.Level, error) {
	rungs, err := t.rungs(tk)
	for _, l := range rungs {
		if l.Rank() > tk.Level.Rank() {
			return l, err
		}
	}
	return "", err
}

// below gives the rung from which a ticket came up, "" at the foot.
func (t *turn) below(tk grid.Ticket) (grid.Level, error) {
	rungs, err := t.rungs(tk)
	for _, l := range slices.Backward(rungs) {
		if l.Rank() < tk.Level.Rank() {
			return l, err
		}
	}
	return "", err
}

// climbs reports whether a ticket goes one level up by itself when its clock runs
// out: one beyond the community's power once it is confirmed, and any that the level
// it was reported to has not taken up.
func (t *turn) climbs(tk grid.Ticket) (bool, error) {
	beyond := tk.Category == grid.Escalate && tk.Status != grid.Proposed
	untaken := tk.Level != grid.LevelGrid && (tk.Status == grid.Proposed || tk.Status == grid.Assigned)
	if tk.Urgency == grid.Emergency || !beyond && !untaken {
		return false, nil
	}
	up, err := t.above(tk)
	return up != "", err
}

// turnDown is 驳回 by the level to which a matter was reported: the next one is
// asked. It is not done below the last level, or by the first.
func (t *turn) turnDown(c grid.Command) (done bool, err error) {
	tk, err := t.ticket(c.Ticket)
	if err != nil || tk.Level == grid.LevelGrid || tk.Status == grid.Proposed || c.Text == "" {
		return false, err
	}
	by, err := t.actor(tk)
	if err != nil || !grid.Decides(by.Role) {
		return false, err
	}
	if by.Role.Level().Rank() < tk.Level.Rank() { // what went up is not for those below to end
		return true, t.done(tk, "refuse.above", "")
	}
	set, err := t.levelUp(tk)
	if err != nil || set.Level == "" {
		return false, err
	}
	ask, err := t.asks(tk, grid.WantEscalate, set)
	if err != nil {
		return true, err
	}
	ask.Reason = grid.ReasonRefused
	if ask.Why, err = t.tx.Words().Put(t.who.ID, c.Text); err != nil {
		return true, fmt.Errorf("keeping why ticket %d is refused: %w", tk.No, err)
	}
	if tk, err = t.move(tk, ask); err != nil {
		return true, err
	}
	if err := t.done(tk, "turned_down", c.Text); err != nil {
		return true, err
	}
	return true, t.handUp(tk, c.Text)
}

// tellAbove tells the level above the ticket's, and above whoever has it: nobody is
// told of the own delay as if it were another's. Of an emergency the whole ladder is.
func (t *turn) tellAbove(tk grid.Ticket, sentence string, c card) error {
	from := tk.Level
	if tk.Assignee != "" && tk.Urgency != grid.Emergency {
		p, err := t.tx.Roster().Person(tk.Assignee)
		if err != nil {
			return fmt.Errorf("looking up person %s: %w", tk.Assignee, err)
		}
		by, err := t.actorOf(p, tk)
		if err != nil {
			return err
		}
		if l := by.Role.Level(); grid.Decides(by.Role) && l.Rank() > from.Rank() {
			from = l
		}
	}
	level, ok := from.Above()
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
