package handlers

import (
	"fmt"

	"youshi/grid"
)

// rate is 评价: one answer a person, changeable until the poll ends. The
// reporter's no sends the work back at once; after closing it is an objection.
func (t *turn) rate(c grid.Command) error {
	was, err := t.ticket(c.Ticket)
	if err != nil {
		return err
	}
	no := was.Reporter == t.who.ID && c.Mark == grid.Unsatisfied
	if was.Status == grid.Closed && no {
		return t.object(was, c)
	}
	answer := grid.Answer{Person: t.who.ID, Mark: c.Mark, At: t.now}
	if _, err := t.asks(was, grid.WantRate, grid.Change{Answer: &answer}); err != nil {
		return err
	}
	if answer.Why, err = t.tx.Words().Put(t.who.ID, c.Text); err != nil {
		return fmt.Errorf("keeping the words of a judgement: %w", err)
	}
	tk, err := t.step(c.Ticket, grid.WantRate, "", grid.Change{Answer: &answer})
	if err != nil {
		return err
	}
	switch {
	case no && tk.Round < grid.MaxRounds:
		if tk, err = t.sendBack(tk, grid.WantRework, grid.ReasonUnsatisfied, c.Text); err != nil {
			return err
		}
		return t.done(tk, "rated.sent_back", "")
	case no && !t.undecided(was):
		if err := t.done(tk, "rated.person_decides", ""); err != nil {
			return err
		}
		return t.leaveToPerson(tk)
	}
	full, err := t.card(tk)
	if err != nil {
		return err
	}
	full.Mark = c.Mark
	return t.answer(grid.PostAnswer, "rated", full)
}

// object is the reporter's no within 10 days of closing: the matter reopens.
func (t *turn) object(tk grid.Ticket, c grid.Command) error {
	if _, err := t.asks(tk, grid.WantObject, grid.Change{}); err != nil {
		return err
	}
	tk, err := t.sendBack(tk, grid.WantObject, grid.ReasonObjection, c.Text)
	if err != nil {
		return err
	}
	return t.done(tk, "rated.sent_back", "")
}

// sendBack starts a round of rework (整改) and tells those who have to do it. The
// second round goes one level up. words are the resident's.
func (t *turn) sendBack(tk grid.Ticket, want grid.Want, why grid.Reason, words string) (grid.Ticket, error) {
	ask := grid.Ask{Want: want, By: grid.TheHouse(), At: t.now, Reason: why, Said: t.msg.ID}
	if up, ok := tk.Level.Above(); ok && tk.Round == 1 {
		ask.Set.Level = up
	}
	var err error
	if want == grid.WantObject {
		if ask.By, err = t.actor(tk); err != nil {
			return tk, err
		}
	}
	if words != "" {
		if ask.Why, err = t.tx.Words().Put(t.who.ID, words); err != nil {
			return tk, fmt.Errorf("keeping why ticket %d is sent back: %w", tk.No, err)
		}
	}
	if tk, err = t.move(tk, ask); err != nil {
		return tk, err
	}
	c, err := t.quoting(tk, words)
	if err != nil {
		return tk, err
	}
	o := grid.Outgoing{Class: classOf(tk, grid.ClassNotice), Kind: grid.PostReminder}
	if err := t.tellAssignee(tk, o, "rework", c); err != nil || tk.Round < 2 {
		return tk, err
	}
	return tk, t.tellLevel(tk, tk.Level, "rework", c)
}

// leaveToPerson tells the secretary that the rounds are used up.
func (t *turn) leaveToPerson(tk grid.Ticket) error {
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
	if err := t.done(tk, "rework.ordered", c.Text); err != nil {
		return err
	}
	full, err := t.cardWith(tk, c.Text)
	if err != nil {
		return err
	}
	return t.tellAssignee(tk, grid.Outgoing{Class: classOf(tk, grid.ClassNotice), Kind: grid.PostReminder}, "rework.ordered", full)
}
