package handlers

import (
	"fmt"
	"slices"

	"youshi/grid"
)

// resolve is 办结: the work is done, says who did it; now the residents judge.
func (t *turn) resolve(c grid.Command) error {
	tk, err := t.step(c.Ticket, grid.WantResolve, c.Text, grid.Change{})
	if err != nil {
		return err
	}
	if tk.Status == grid.Closed { // the secretary's decision after the last round
		return t.done(tk, "decided.closed", c.Text)
	}
	asked := append([]grid.PersonID{tk.Reporter}, tk.Supporters...)
	poll := &grid.Poll{Began: t.now, Ends: t.now.Add(t.Judging.Lasts), Asked: asked}
	if tk, err = t.byHouse(tk, grid.WantPoll, "", grid.Change{Poll: poll}); err != nil {
		return err
	}
	if err := t.done(tk, "resolved", c.Text); err != nil {
		return err
	}
	if err := t.announce(tk, c.Text); err != nil {
		return err
	}
	if err := t.tellWatchers(tk, "told.resolved", c.Text); err != nil {
		return err
	}
	return t.poll(tk, asked, "poll", c.Text)
}

// announce says in the group what came of it, by one quote. Nothing of a
// private matter, and nothing of what was said in private.
func (t *turn) announce(tk grid.Ticket, result string) error {
	chat, err := t.tx.Roster().Chat(tk.Chat)
	if err != nil {
		return fmt.Errorf("looking up chat %s: %w", tk.Chat, err)
	}
	if tk.Private || chat.Kind != grid.GroupChat {
		return nil
	}
	c, err := t.cardWith(tk, result)
	if err != nil {
		return err
	}
	o := grid.Outgoing{To: tk.Chat, Class: classOf(tk, grid.ClassNotice), Kind: grid.PostResult, Ticket: tk.No, ReplyTo: tk.Opening}
	return t.post(o, "result", c)
}

// poll asks for the judgement: each in private where that is possible, the
// others together by one quote in the group.
func (t *turn) poll(tk grid.Ticket, asked []grid.PersonID, sentence, result string) error {
	c, err := t.cardWith(tk, result)
	if err != nil {
		return err
	}
	o := grid.Outgoing{Class: grid.ClassNotice, Kind: grid.PostPoll, Ticket: tk.No, Until: tk.Poll.Ends, Buttons: marks(tk.No)}
	aloud := false
	for _, id := range asked {
		told, err := t.tellPerson(id, o, sentence, c)
		if err != nil {
			return err
		}
		aloud = aloud || !told
	}
	if !aloud || tk.Private {
		return nil
	}
	o.To, o.ReplyTo = tk.Chat, tk.Opening
	return t.post(o, sentence, c)
}

// marks are the three answers, as buttons.
func marks(no grid.TicketNo) []grid.Button {
	var out []grid.Button
	for _, m := range []struct {
		label string
		mark  grid.Mark
	}{{"满意", grid.Satisfied}, {"基本满意", grid.Partly}, {"不满意", grid.Unsatisfied}} {
		b := button(m.label, grid.WantRate, no)
		b.Command.Mark = m.mark
		out = append(out, b)
	}
	return out
}

// pollDue is the poll's clock: one reminder to who has not answered, then its end.
func (t *turn) pollDue(timer grid.Timer) error {
	tk, err := t.tx.Tickets().Get(timer.Ticket)
	if err != nil {
		return fmt.Errorf("reading ticket %d: %w", timer.Ticket, err)
	}
	if tk.Status != grid.Resolved || tk.Poll == nil || tk.Due == nil {
		return nil
	}
	if t.now.Before(tk.Poll.Ends) {
		silent := slices.DeleteFunc(slices.Clone(tk.Poll.Asked), func(id grid.PersonID) bool {
			_, answered := tk.Poll.Of(id)
			return answered
		})
		if err := t.poll(tk, silent, "poll.reminder", ""); err != nil {
			return err
		}
		return t.arm(tk, timer.Slot)
	}
	switch a, _ := tk.Poll.Of(tk.Reporter); {
	case t.undecided(tk):
		return t.leaveToPerson(tk)
	case tk.Poll.Failed():
		return t.sendBack(tk, grid.ReasonLowScore)
	case a.Mark == grid.Satisfied:
		return t.close(tk, grid.ReasonSatisfied)
	case len(tk.Poll.Answers) > 0:
		return t.close(tk, grid.ReasonJudged)
	}
	return t.close(tk, grid.ReasonNoAnswer)
}

func (t *turn) close(tk grid.Ticket, why grid.Reason) error {
	_, err := t.byHouse(tk, grid.WantClose, why, grid.Change{})
	return err
}
