package handlers

import (
	"fmt"
	"time"

	"youshi/grid"
)

// wait is 待补充: the reporter is asked, and the clock stops until the answer.
func (t *turn) wait(c grid.Command) error {
	tk, err := t.step(c.Ticket, grid.WantWait, c.Text, grid.Change{})
	if err != nil {
		return err
	}
	if err := t.done(tk, "waiting", c.Text); err != nil {
		return err
	}
	full, err := t.cardWith(tk, c.Text)
	if err != nil {
		return err
	}
	o := grid.Outgoing{Class: grid.ClassFirst, Kind: grid.PostAsk, Ticket: tk.No}
	told, err := t.tellPerson(tk.Reporter, o, "ask.more", full)
	if err != nil || told || tk.Private {
		return err
	}
	o.To, o.ReplyTo, o.For = tk.Chat, tk.Opening, tk.Reporter
	return t.post(o, "ask.more", full)
}

// extend is 延期: the assignee asks for more time, once a matter. The old
// deadline stands until somebody grants it.
func (t *turn) extend(c grid.Command) error {
	tk, err := t.step(c.Ticket, grid.WantExtend, c.Text, grid.Change{Extension: &grid.Extension{Days: c.Days}})
	if err != nil {
		return err
	}
	full, err := t.cardWith(tk, c.Text)
	if err != nil {
		return err
	}
	full.Days = c.Days
	if err := t.answer(&tk, grid.PostAnswer, "extend.asked", full); err != nil {
		return err
	}
	o := grid.Outgoing{Class: grid.ClassNotice, Kind: grid.PostConfirm, Buttons: []grid.Button{button("同意", grid.WantGrant, tk.No)}}
	return t.tellStaff(tk, o, "extend.ask", full)
}

// grant is 同意: the days asked for are added to the deadline.
func (t *turn) grant(c grid.Command) error {
	tk, err := t.tx.Tickets().Get(c.Ticket)
	if err != nil {
		return fmt.Errorf("reading ticket %d: %w", c.Ticket, err)
	}
	set := grid.Change{}
	days := 0
	if tk.Extension != nil && !tk.Extension.Granted && tk.Due != nil {
		days = tk.Extension.Days
		set.Extension = &grid.Extension{Days: days, Granted: true}
		d := *tk.Due
		d.From, d.Due = t.now, d.Due.Add(time.Duration(days)*24*time.Hour)
		d.Span = grid.ClockSpan(max(time.Minute, d.Due.Sub(t.now)))
		d.Because = fmt.Sprintf("%s; %d days more were granted", d.Because, days)
		set.Due = &d
	}
	if tk, err = t.step(c.Ticket, grid.WantGrant, "", set); err != nil {
		return err
	}
	if err := t.done(tk, "extend.granted", ""); err != nil {
		return err
	}
	return t.tellAssignee(tk, "extend.granted", "")
}

// progress is 进展: a word on how it goes; the reporter and who watches hear it.
func (t *turn) progress(c grid.Command) error {
	if c.Text == "" {
		return &grid.Error{Code: grid.Invalid, Say: "progress needs words"}
	}
	tk, err := t.step(c.Ticket, grid.WantProgress, c.Text, grid.Change{})
	if err != nil {
		return err
	}
	if err := t.done(tk, "progressed", c.Text); err != nil {
		return err
	}
	if err := t.tellReporter(tk, "told.progress", c.Text); err != nil {
		return err
	}
	return t.tellWatchers(tk, "told.progress", c.Text)
}

// tellWatchers tells those who watch, each in private.
func (t *turn) tellWatchers(tk grid.Ticket, sentence, text string) error {
	c, err := t.cardWith(tk, text)
	if err != nil {
		return err
	}
	for _, id := range tk.Watchers {
		if id == tk.Reporter || id == t.who.ID {
			continue
		}
		o := grid.Outgoing{Class: grid.ClassNotice, Kind: grid.PostAnswer, Ticket: tk.No}
		if _, err := t.tellPerson(id, o, sentence, c); err != nil {
			return err
		}
	}
	return nil
}
