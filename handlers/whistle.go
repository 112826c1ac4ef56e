package handlers

import (
	"slices"
	"strings"
	"unicode/utf8"

	"youshi/grid"
)

// whistle is 吹哨: several units are called to one matter. The first named leads;
// each is told at once and has a clock to report in by. A second whistle calls
// more of them, and again those who did not come.
func (t *turn) whistle(c grid.Command) error {
	tk, err := t.ticket(c.Ticket)
	if err != nil {
		return err
	}
	me := &grid.Whistle{Caller: t.who.ID, Lead: t.who.ID, Parts: []grid.Part{{Unit: t.who.ID}}}
	if _, err := t.asks(tk, grid.WantWhistle, grid.Change{Whistle: me, Assignee: t.who.ID}); err != nil {
		return err // before who is named: it is not the speaker's to know
	}
	called, why, missing, err := t.units(c, tk.Area)
	switch {
	case err != nil:
		return err
	case missing != "":
		full, err := t.cardWith(tk, missing)
		if err != nil {
			return err
		}
		return t.answer(grid.PostRefusal, "whistle.nobody", full)
	case len(called) == 0:
		return &grid.Error{Code: grid.Invalid, Say: "no unit was named"}
	}
	w := t.calling(tk, called)
	if tk, err = t.step(c.Ticket, grid.WantWhistle, why, grid.Change{Whistle: &w, Assignee: w.Lead}); err != nil {
		return err
	}
	if err := t.listen(tk); err != nil {
		return err
	}
	return t.callUnits(tk, called, why)
}

// units finds whom a whistle names. What follows the last name is the reason; a
// short word that is nobody's name is missing, and no reason.
func (t *turn) units(c grid.Command, area grid.AreaID) (called []grid.PersonID, why, missing string, err error) {
	const longestName = 8
	for i, name := range c.Units {
		p, err := grid.Person{}, error(nil)
		if utf8.RuneCountInString(name) <= longestName {
			p, err = t.named(name, area)
		}
		if strings.Contains(name, p.Name) && utf8.RuneCountInString(name)-utf8.RuneCountInString(p.Name) > 2 {
			p = grid.Person{} // 市政来过两次了 speaks of somebody
		}
		switch {
		case err != nil && grid.CodeOf(err) == "":
			return nil, "", "", err
		case p.ID != "":
			if !slices.Contains(called, p.ID) {
				called = append(called, p.ID)
			}
			continue
		case len(called) == 0 || utf8.RuneCountInString(name) <= 4:
			return nil, "", name, nil
		}
		c.Text = strings.TrimSpace(strings.Join(c.Units[i:], " ") + " " + c.Text)
		break
	}
	return called, c.Text, "", nil
}

// calling is the whistle with these units called now.
func (t *turn) calling(tk grid.Ticket, called []grid.PersonID) grid.Whistle {
	span := t.Clocks.ReportIn
	if tk.Urgency == grid.Emergency {
		span = t.Clocks.Emergency.Accept
	}
	w := grid.Whistle{Caller: t.who.ID, Lead: called[0], At: t.now}
	if tk.Whistle != nil {
		w = *tk.Whistle
		w.Parts = slices.Clone(w.Parts)
	}
	w.Span = span
	from := wait{from: t.now, span: span}.counted()
	for _, unit := range called {
		p := grid.Part{Unit: unit, Called: from, Due: t.Calendar.Add(from, span)}
		if unit == t.who.ID {
			p.In = t.now // whoever whistles is there
		}
		i := slices.IndexFunc(w.Parts, func(x grid.Part) bool { return x.Unit == unit })
		switch {
		case i < 0:
			w.Parts = append(w.Parts, p)
		case w.Parts[i].In.IsZero():
			w.Parts[i] = p
		}
	}
	return w
}

// callUnits tells the caller that it is done, and each unit that it is wanted.
func (t *turn) callUnits(tk grid.Ticket, called []grid.PersonID, why string) error {
	c, err := t.jointCard(tk, called)
	if err != nil {
		return err
	}
	c.Text = why
	if err := t.answer(grid.PostAnswer, "whistled", c); err != nil {
		return err
	}
	o := grid.Outgoing{Class: classOf(tk, grid.ClassFirst), Kind: grid.PostConfirm,
		Buttons: []grid.Button{button("报到", grid.WantReportIn, tk.No)}}
	for _, unit := range called {
		if unit == t.who.ID {
			continue
		}
		if c.Who, err = t.name(unit); err != nil {
			return err
		}
		if err := t.tellWorker(tk, unit, o, "told.whistle", c); err != nil {
			return err
		}
	}
	return nil
}

// jointCard is a card of a joint matter: its lead, these people by name, and by
// when the last of them must report in.
func (t *turn) jointCard(tk grid.Ticket, people []grid.PersonID) (card, error) {
	c, err := t.sight(tk, "")
	if err != nil || tk.Whistle == nil {
		return c, err
	}
	if c.Lead, err = t.name(tk.Whistle.Lead); err != nil {
		return c, err
	}
	for _, id := range people {
		name, err := t.name(id)
		if err != nil {
			return c, err
		}
		c.Names = append(c.Names, name)
		if p, _ := tk.Whistle.Of(id); p.Due.After(c.By) {
			c.By = p.Due
		}
	}
	if !c.By.IsZero() {
		c.By = t.local(c.By)
	}
	return c, nil
}
