package handlers

import (
	"errors"
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
	full, err := t.cardWith(tk, c.Text)
	if err != nil {
		return err
	}
	o := grid.Outgoing{Class: classOf(tk, grid.ClassFirst), Kind: grid.PostAsk, Ticket: tk.No, For: tk.Reporter}
	told, err := t.tellPerson(tk.Reporter, o, "ask.more", full)
	if err != nil {
		return err
	}
	said := "waiting"
	if !told && tk.Private { // nobody was asked, and nobody will be: the worker must
		said = "waiting.unreachable"
	}
	if err := t.done(tk, said, c.Text); err != nil || told {
		return err
	}
	return t.quote(tk, o, "ask.more", full)
}

// resumed gives a stopped clock its rest back: of the clock's own time what was left,
// and then the days that were granted, so that they end as they would have. What is
// left of the granted days alone is clock time.
func (t *turn) resumed(w wait, tk grid.Ticket, entries []grid.Entry) (*grid.Deadline, error) {
	d := *tk.Kept
	g, err := t.given(w, tk.No, entries)
	if err != nil {
		return nil, err
	}
	end, like := d.Due, d.Span
	if g.days > 0 {
		end, like = t.local(d.Due).AddDate(0, 0, -g.days), w.span
		if !end.After(tk.Stopped) {
			end, like, g.days = d.Due, grid.ClockSpan(time.Minute), 0
		}
	}
	stopped, from := seen(tk.Stopped, like), seen(t.now, like)
	d.Span = likeSpan(max(t.Calendar.Measure(stopped, end, like), time.Minute), like)
	d.From, d.Due = from, t.Calendar.Add(from, d.Span)
	d.Because = t.Calendar.Because(d.Step, d.Span, tk.Heard, from) + "; it was left when the clock stopped"
	if g.days > 0 {
		d.Due = d.Due.AddDate(0, 0, g.days)
		d.Because += fmt.Sprintf("; %d days more were granted", g.days)
	}
	return &d, nil
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
	if err := t.answer(grid.PostAnswer, "extend.asked", full); err != nil {
		return err
	}
	o := grid.Outgoing{Class: grid.ClassNotice, Kind: grid.PostConfirm, Ticket: tk.No, Buttons: []grid.Button{button("同意", grid.WantGrant, tk.No)}}
	if by, err := t.actor(tk); err != nil {
		return err
	} else if by.Role == grid.GridWorker { // who asks for more time is not asked for it
		rooms, err := t.levelRooms(tk, grid.LevelCommunity)
		if err != nil || len(rooms) > 0 {
			return errors.Join(err, t.tellRooms(rooms, o, "extend.ask", full))
		}
	}
	return t.tellStaff(tk, o, "extend.ask", full)
}

// grant is 同意: the days asked for are added to the deadline.
func (t *turn) grant(c grid.Command) error {
	tk, err := t.ticket(c.Ticket)
	if err != nil {
		return err
	}
	set := grid.Change{}
	if x := tk.Extension; x != nil && !x.Granted && tk.Due != nil {
		d := *tk.Due
		d.From, d.Due = t.now, d.Due.Add(time.Duration(x.Days)*24*time.Hour)
		d.Span = grid.ClockSpan(max(time.Minute, d.Due.Sub(t.now)))
		d.Because = fmt.Sprintf("%s; %d days more were granted", d.Because, x.Days)
		set = grid.Change{Extension: &grid.Extension{Days: x.Days, Granted: true}, Due: &d}
	}
	if tk, err = t.step(c.Ticket, grid.WantGrant, "", set); err != nil {
		return err
	}
	if err := t.done(tk, "extend.granted", ""); err != nil {
		return err
	}
	full, err := t.card(tk)
	if err != nil {
		return err
	}
	return t.tellAssignee(tk, grid.Outgoing{Class: grid.ClassNotice, Kind: grid.PostAnswer}, "extend.granted", full)
}

// progress is 进展: a word on how it goes; the reporter and who watches hear it.
func (t *turn) progress(c grid.Command) error {
	if err := t.takeUp(c); err != nil {
		return err
	}
	tk, err := t.step(c.Ticket, grid.WantProgress, c.Text, grid.Change{})
	if err != nil {
		return err
	}
	if err := t.done(tk, "progressed", c.Text); err != nil {
		return err
	}
	full, err := t.cardWith(tk, c.Text)
	if err != nil {
		return err
	}
	return t.tellOrQuote(tk, "told.progress", full)
}
