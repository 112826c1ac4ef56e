package handlers

import "youshi/grid"

// confirm is 确认: the matter is taken up (立案); who confirms it has it until 派单.
func (t *turn) confirm(c grid.Command) error {
	tk, err := t.step(c.Ticket, grid.WantConfirm, "", grid.Change{Assignee: t.who.ID})
	if err != nil {
		return err
	}
	full, err := t.card(tk)
	if err != nil {
		return err
	}
	offered := full
	o := grid.Outgoing{Kind: grid.PostAnswer}
	if err := t.offer(tk, []grid.ChatID{t.chat.ID}, &o, &offered); err != nil {
		return err
	}
	if err := t.answerWith(o, "confirmed", offered); err != nil {
		return err
	}
	_, err = t.tellReporter(tk, "told.confirmed", full)
	return err
}

// reject is 驳回, never without a reason.
func (t *turn) reject(c grid.Command) error {
	if done, err := t.turnDown(c); done || err != nil {
		return err
	}
	tk, err := t.step(c.Ticket, grid.WantReject, c.Text, grid.Change{})
	if err != nil {
		return err
	}
	if err := t.done(tk, "rejected", c.Text); err != nil {
		return err
	}
	full, err := t.cardWith(tk, c.Text)
	if err != nil {
		return err
	}
	return t.tellOrQuote(tk, "told.rejected", full)
}

// reclassify is 改类: category, urgency, topic, never the level.
func (t *turn) reclassify(c grid.Command) error {
	was, err := t.ticket(c.Ticket)
	if err != nil {
		return err
	}
	set := grid.Change{Category: c.Category, Urgency: c.Urgency, Topic: c.Topic}
	if set.Urgency == grid.Emergency && set.Category == "" {
		set.Category = grid.Escalate
	}
	if _, err := t.asks(was, grid.WantReclassify, set); err != nil {
		return err // before what is missing: it is not the speaker's to know
	}
	if c.Category == "" && c.Urgency == "" && c.Topic == "" {
		return &grid.Error{Code: grid.Invalid, Say: "nothing was named to change"}
	}
	tk, err := t.step(c.Ticket, grid.WantReclassify, "", set)
	if err != nil {
		return err
	}
	if err := t.done(tk, "reclassified", ""); err != nil {
		return err
	}
	return t.ifEmergencyNow(was, tk, "")
}
