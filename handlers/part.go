package handlers

import (
	"strings"

	"youshi/grid"
)

// stepReportIn is the step whose clock runs while the lead of a joint matter has
// not reported in.
const stepReportIn = "report_in"

// endsPart is 办结 in a joint matter by anybody but its lead: a unit ends its own
// part, and the others are told who ends the whole. It is not done where the
// matter is no joint one, or its lead ends it after all others.
func (t *turn) endsPart(c grid.Command) (done bool, err error) {
	tk, err := t.ticket(c.Ticket)
	if err != nil || tk.Whistle == nil || tk.Status == grid.Resolved || tk.Status.Ended() {
		return false, err
	}
	part, called := tk.Whistle.Of(t.who.ID)
	left := tk.Whistle.Unfinished()
	switch {
	case called && tk.Whistle.Lead != t.who.ID && part.Ended.IsZero():
		return true, t.endPart(c)
	case tk.Whistle.Lead == t.who.ID && len(left) == 0:
		return false, nil
	}
	by, err := t.actor(tk)
	if err != nil || !grid.Decides(by.Role) && !called {
		return false, err // whoever has no say in it gets the usual no
	}
	full, err := t.jointCard(tk, left)
	if err != nil {
		return false, err
	}
	full.Count = len(left)
	sentence := "joint.lead"
	if tk.Whistle.Lead == t.who.ID {
		sentence = "joint.open"
	}
	return true, t.answer(grid.PostRefusal, sentence, full)
}

// endPart ends the speaker's part, and tells the lead how many are left.
func (t *turn) endPart(c grid.Command) error {
	tk, err := t.step(c.Ticket, grid.WantResolve, c.Text, grid.Change{})
	if err != nil {
		return err
	}
	if err := t.listen(tk); err != nil { // who ended a part was there
		return err
	}
	full, err := t.jointCard(tk, tk.Whistle.Unfinished())
	if err != nil {
		return err
	}
	full.Text, full.Count = c.Text, len(full.Names)
	if err := t.answer(grid.PostAnswer, "part.ended", full); err != nil {
		return err
	}
	return t.tellAssignee(tk, grid.Outgoing{Class: classOf(tk, grid.ClassNotice), Kind: grid.PostAnswer}, "told.part_ended", full)
}

// retract is 撤回 by staff, never without a reason: of a whistle, whose units are
// told that they need not come, or else of an escalation that the level above has
// not begun with. The matter is the speaker's again.
func (t *turn) retract(tk grid.Ticket, c grid.Command) error {
	set, called := grid.Change{Assignee: t.who.ID}, []grid.PersonID(nil)
	if set.CallOff = tk.Whistle != nil && tk.Status != grid.Proposed; set.CallOff {
		for _, p := range tk.Whistle.Parts {
			called = append(called, p.Unit)
		}
	} else {
		below, err := t.below(tk)
		if err != nil {
			return err
		}
		if set.Level = below; tk.Status == grid.Proposed {
			set.Assignee = ""
		}
	}
	if _, err := t.asks(tk, grid.WantTakeBack, set); err != nil {
		return err
	}
	if strings.TrimSpace(c.Text) == "" {
		return &grid.Error{Code: grid.Invalid, Say: "taking back needs a reason"}
	}
	had := tk.Assignee
	tk, err := t.step(tk.No, grid.WantTakeBack, c.Text, set)
	if err != nil {
		return err
	}
	if err := t.listen(tk); err != nil {
		return err
	}
	if err := t.done(tk, "taken_back", c.Text); err != nil {
		return err
	}
	if !set.CallOff {
		called = append(called, had)
	}
	full, err := t.cardWith(tk, c.Text)
	if err != nil {
		return err
	}
	o := grid.Outgoing{Class: classOf(tk, grid.ClassNotice), Kind: grid.PostAnswer}
	for _, id := range called {
		if id == "" || id == t.who.ID {
			continue
		}
		if err := t.tellWorker(tk, id, o, "told.taken_back", full); err != nil {
			return err
		}
	}
	return nil
}
