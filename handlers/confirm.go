package handlers

import "youshi/grid"

// confirm is 确认: the matter is taken up (立案); who confirms it has it until 派单.
func (t *turn) confirm(c grid.Command) error {
	tk, err := t.step(c.Ticket, grid.WantConfirm, "", grid.Change{Assignee: t.who.ID})
	if err != nil {
		return err
	}
	if err := t.done(tk, "confirmed", ""); err != nil {
		return err
	}
	return t.tellReporter(tk, "told.confirmed", "")
}

// reject is 驳回, never without a reason.
func (t *turn) reject(c grid.Command) error {
	tk, err := t.step(c.Ticket, grid.WantReject, c.Text, grid.Change{})
	if err != nil {
		return err
	}
	if err := t.done(tk, "rejected", c.Text); err != nil {
		return err
	}
	return t.tellReporter(tk, "told.rejected", c.Text)
}

// reclassify is 改类: category, urgency, topic, never the level. The new class's
// clock counts from where the old one did.
func (t *turn) reclassify(c grid.Command) error {
	set := grid.Change{Category: c.Category, Urgency: c.Urgency, Topic: c.Topic}
	if c.Category == "" && c.Urgency == "" && c.Topic == "" {
		return &grid.Error{Code: grid.Invalid, Say: "nothing was named to change"}
	}
	if set.Urgency == grid.Emergency && set.Category == "" {
		set.Category = grid.Escalate
	}
	tk, err := t.step(c.Ticket, grid.WantReclassify, "", set)
	if err != nil {
		return err
	}
	return t.done(tk, "reclassified", "")
}
