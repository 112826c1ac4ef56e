package handlers

import "youshi/grid"

// resolve is 办结: the work is done, says who did it; now the residents judge.
func (t *turn) resolve(c grid.Command) error {
	if done, err := t.endsPart(c); done || err != nil {
		return err
	}
	if missing, err := t.unproven(c); missing || err != nil {
		return err
	}
	tk, err := t.step(c.Ticket, grid.WantResolve, c.Text, grid.Change{})
	if err != nil {
		return err
	}
	if tk.Status == grid.Closed { // the secretary's decision after the last round
		return t.decided(tk, c.Text)
	}
	asked := troubled(tk)
	poll := &grid.Poll{Began: t.now, Ends: t.now.Add(t.Judging.Lasts), Asked: asked}
	if tk, err = t.byHouse(tk, grid.WantPoll, "", grid.Change{Poll: poll}); err != nil {
		return err
	}
	if err := t.solved(tk); err != nil {
		return err
	}
	if err := t.done(tk, "resolved", c.Text); err != nil {
		return err
	}
	full, err := t.cardWith(tk, c.Text)
	if err != nil {
		return err
	}
	if err := t.announce(tk, full); err != nil {
		return err
	}
	t.tells(tk.No, "told.resolved", full)
	return t.poll(tk, asked, "poll", full)
}

// decided ends the matter by the secretary's word.
func (t *turn) decided(tk grid.Ticket, why string) error {
	if err := t.done(tk, "decided", why); err != nil {
		return err
	}
	full, err := t.cardWith(tk, why)
	if err != nil {
		return err
	}
	return t.tellOrQuote(tk, "told.decided", full)
}

// announce says in the group what came of it, by one quote.
func (t *turn) announce(tk grid.Ticket, c card) error {
	kind, err := t.kindOf(tk.Chat)
	if err != nil || kind != grid.GroupChat {
		return err
	}
	sentence := "result"
	if tk.Urgency == grid.Emergency {
		sentence = "over.resolved"
	}
	return t.quote(tk, grid.Outgoing{Class: classOf(tk, grid.ClassNotice), Kind: grid.PostResult}, sentence, c)
}

// poll asks for the judgement: each in private where that is possible, the
// others together by one quote in the group.
func (t *turn) poll(tk grid.Ticket, asked []grid.PersonID, sentence string, c card) error {
	o := grid.Outgoing{Class: grid.ClassNotice, Kind: grid.PostPoll, Ticket: tk.No, Until: tk.Poll.Ends, Buttons: marks(tk.No)}
	aloud := false
	for _, id := range asked {
		told, err := t.tellPerson(id, o, sentence, c)
		if err != nil {
			return err
		}
		aloud = aloud || !told
	}
	if !aloud {
		return nil
	}
	return t.quote(tk, o, sentence, c)
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
