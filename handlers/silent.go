package handlers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"youshi/grid"
)

// callMarks are the moments of a unit's clock: at half of it and near its end it is
// reminded, at its end it is named.
func (t *turn) callMarks(w *grid.Whistle, p grid.Part) []time.Time {
	return []time.Time{t.Calendar.Part(p.Called, w.Span, slotHalf), t.Calendar.Part(p.Called, w.Span, slotNearly), p.Due}
}

// whistleDue is the clock of a whistle: who did not report in is reminded, and when
// it is over named to the caller, the staff and one level up.
func (t *turn) whistleDue(timer grid.Timer) error {
	tk, err := t.ticket(timer.Ticket)
	if err != nil || tk.Whistle == nil || tk.Status == grid.Resolved || tk.Status.Ended() {
		return err
	}
	for _, p := range tk.Whistle.Parts {
		if !p.In.IsZero() || p.Due.IsZero() || !t.now.Before(p.Due) || p.Unit == tk.Assignee && tk.Due != nil && tk.Due.Step == stepReportIn {
			continue // the lead is reminded by the matter's own clock
		}
		if !slices.ContainsFunc(t.callMarks(tk.Whistle, p), t.now.Equal) {
			continue
		}
		if err := t.tellUnit(tk, p.Unit, grid.ClassNotice, "whistle.reminder"); err != nil {
			return err
		}
	}
	if tk, err = t.nameSilent(tk); err != nil {
		return err
	}
	return t.listen(tk)
}

func (t *turn) tellUnit(tk grid.Ticket, unit grid.PersonID, class grid.Class, sentence string) error {
	c, err := t.jointCard(tk, []grid.PersonID{unit})
	if err != nil {
		return err
	}
	c.Who = strings.Join(c.Names, "")
	o := grid.Outgoing{Class: classOf(tk, class), Kind: grid.PostReminder, Buttons: []grid.Button{button("报到", grid.WantReportIn, tk.No)}}
	return t.tellWorker(tk, unit, o, sentence, c)
}

// nameSilent names the units whose clock ran out, once each: in the journal, from
// which their score is reckoned, and to those who must know.
func (t *turn) nameSilent(tk grid.Ticket) (grid.Ticket, error) {
	silent := tk.Whistle.Unheard(t.now)
	if len(silent) == 0 {
		return tk, nil
	}
	c, err := t.jointCard(tk, silent)
	if err != nil {
		return tk, err
	}
	ask := grid.Ask{Want: grid.WantSilent, By: grid.TheHouse(), At: t.now, Set: grid.Change{Silent: silent}}
	if ask.Why, err = t.tx.Words().Put("", strings.Join(c.Names, "、")); err != nil {
		return tk, fmt.Errorf("keeping who is silent on ticket %d: %w", tk.No, err)
	}
	if tk, err = t.move(tk, ask); err != nil {
		return tk, err
	}
	for _, unit := range silent {
		if err := t.tellUnit(tk, unit, grid.ClassFirst, "whistle.missed"); err != nil {
			return tk, err
		}
	}
	rooms, err := t.ofSilence(tk)
	if err != nil {
		return tk, err
	}
	o := grid.Outgoing{Class: classOf(tk, grid.ClassFirst), Kind: grid.PostEscalation, Ticket: tk.No}
	return tk, t.tellRooms(rooms, o, "whistle.silent", c)
}

// ofSilence are the rooms of those who hear that units are silent: the staff, the
// caller, and the first level with somebody above both the matter's and the caller's.
func (t *turn) ofSilence(tk grid.Ticket) ([]grid.ChatID, error) {
	rooms, err := t.quietRooms(tk.Area)
	if err != nil {
		return nil, err
	}
	caller, err := t.tx.Roster().Person(tk.Whistle.Caller)
	if err != nil {
		return nil, fmt.Errorf("looking up person %s: %w", tk.Whistle.Caller, err)
	}
	to, ok, err := t.Reach(t.tx, caller)
	if err != nil {
		return nil, err
	}
	if ok {
		rooms = append(rooms, to)
	}
	level := tk.Level
	for _, o := range caller.Offices {
		if l := o.Role.Level(); o.Held(t.now) && l.Rank() > level.Rank() {
			level = l
		}
	}
	for up, more := level.Above(); more; up, more = up.Above() {
		above, err := t.levelRooms(tk, up)
		if err != nil {
			return nil, err
		}
		if len(above) > 0 {
			rooms = append(rooms, above...)
			break
		}
	}
	slices.Sort(rooms)
	return slices.Compact(rooms), nil
}
