package handlers

import (
	"fmt"

	"youshi/grid"
)

// rate is 评价: one answer a person, changeable until the poll ends. The
// reporter's no sends the work back at once; after closing it is an objection.
func (t *turn) rate(c grid.Command) error {
	tk, err := t.tx.Tickets().Get(c.Ticket)
	if err != nil {
		return fmt.Errorf("reading ticket %d: %w", c.Ticket, err)
	}
	if tk.Status == grid.Closed && c.Mark == grid.Unsatisfied {
		return t.object(c)
	}
	why, err := t.tx.Words().Put(t.who.ID, c.Text)
	if err != nil {
		return fmt.Errorf("keeping the words of a judgement: %w", err)
	}
	answer := &grid.Answer{Person: t.who.ID, Mark: c.Mark, At: t.now, Why: why}
	if tk, err = t.step(c.Ticket, grid.WantRate, "", grid.Change{Answer: answer}); err != nil {
		return err
	}
	if tk.Reporter != t.who.ID || c.Mark != grid.Unsatisfied {
		full, err := t.cardWith(tk, c.Text)
		if err != nil {
			return err
		}
		full.Mark = c.Mark
		return t.answer(&tk, grid.PostAnswer, "rated", full)
	}
	if tk.Round >= grid.MaxRounds {
		return t.leaveToPerson(tk)
	}
	if err := t.done(tk, "rated.sent_back", c.Text); err != nil {
		return err
	}
	return t.sendBackWith(tk, grid.ReasonUnsatisfied, c.Text)
}

// object is the reporter's no within 10 days of closing: the matter reopens.
func (t *turn) object(c grid.Command) error {
	tk, err := t.step(c.Ticket, grid.WantObject, c.Text, grid.Change{})
	if err != nil {
		return err
	}
	if err := t.done(tk, "rated.sent_back", c.Text); err != nil {
		return err
	}
	return t.tellRework(tk, c.Text)
}

// sendBack starts a round of rework (整改). The second one goes one level up.
func (t *turn) sendBack(tk grid.Ticket, why grid.Reason) error { return t.sendBackWith(tk, why, "") }

func (t *turn) sendBackWith(tk grid.Ticket, why grid.Reason, words string) error {
	var set grid.Change
	if up, ok := tk.Level.Above(); ok && tk.Round == 1 {
		set.Level = up
	}
	tk, err := t.byHouse(tk, grid.WantRework, why, set)
	if err != nil {
		return err
	}
	return t.tellRework(tk, words)
}

func (t *turn) tellRework(tk grid.Ticket, words string) error {
	c, err := t.cardWith(tk, words)
	if err != nil {
		return err
	}
	o := grid.Outgoing{Class: classOf(tk, grid.ClassNotice), Kind: grid.PostResult}
	if err := t.tellStaff(tk, o, "rework", c); err != nil {
		return err
	}
	if tk.Round < 2 {
		return nil
	}
	return t.tellLevel(tk, tk.Level, "rework", c)
}

// leaveToPerson tells the secretary that the rounds are used up.
func (t *turn) leaveToPerson(tk grid.Ticket) error {
	next, entries, err := tk.Move(grid.Ask{Want: grid.WantNote, By: grid.TheHouse(), At: t.now, Said: t.msg.ID, Reason: grid.ReasonUnsatisfied})
	if err != nil {
		return err
	}
	if tk, err = t.store(tk, next, entries); err != nil {
		return err
	}
	if t.msg.ID != "" {
		if err := t.done(tk, "rated.person_decides", ""); err != nil {
			return err
		}
	}
	c, err := t.card(tk)
	if err != nil {
		return err
	}
	return t.tellLevel(tk, grid.LevelCommunity, "decide", c)
}

// rework is 整改 as a command: the secretary sends the work back.
func (t *turn) rework(c grid.Command) error {
	tk, err := t.step(c.Ticket, grid.WantRework, c.Text, grid.Change{})
	if err != nil {
		return err
	}
	if err := t.done(tk, "rework", c.Text); err != nil {
		return err
	}
	return t.tellAssignee(tk, "rework", c.Text)
}
