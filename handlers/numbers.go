package handlers

import (
	"errors"
	"fmt"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// JobNumbers is the kind of the job that reckons the numbers of a period.
const JobNumbers = "numbers"

// numbers is 本周小结 and the like: the secretary's, and those above.
func (t *turn) numbers(c grid.Command) error {
	if t.role != grid.Secretary && t.role != grid.SubdistrictHQ && t.role != grid.DistrictHQ {
		return t.decline("refuse.numbers")
	}
	to, err := t.numbersRoom()
	if err != nil {
		return err
	}
	job := grid.Job{Kind: JobNumbers, Chat: to, By: t.who.ID, Area: t.scope(), Period: c.Period, At: t.now}
	if to == t.chat.ID {
		job.ReplyTo = t.msg.ID
	}
	if _, err := t.tx.Jobs().Put(job); err != nil {
		return fmt.Errorf("asking for numbers: %w", err)
	}
	return nil
}

// numbersRoom is where the numbers go: not aloud into the residents' group while
// there is another way.
func (t *turn) numbersRoom() (grid.ChatID, error) {
	if t.chat.Kind != grid.GroupChat {
		return t.chat.ID, nil
	}
	if to, ok, err := t.Reach(t.tx, t.who); ok || err != nil {
		return to, err
	}
	if staff, ok, err := t.staffChat(t.area.ID); ok || err != nil {
		return staff, err
	}
	return t.chat.ID, nil
}

// scope is the area the speaker answers for.
func (t *turn) scope() grid.AreaID {
	for _, o := range t.offices() {
		if o.Role == t.role {
			return o.Area
		}
	}
	return t.area.ID
}

// Monday half past eight: when the week that ended is told.
const (
	summaryDay    = time.Monday
	summaryHour   = 8
	summaryMinute = 30
)

// summaryTimer is the timer of an area's weekly numbers.
func summaryTimer(a grid.AreaID) grid.TimerID { return grid.TimerID("summary/" + string(a)) }

// Begin sets the timers that a community always has: its weekly numbers. It
// moves none that is set already. Matters of whoever left meanwhile find somebody else.
func (h *Handlers) Begin(tx storage.Tx, now time.Time) error {
	areas, err := tx.Roster().Areas()
	if err != nil {
		return fmt.Errorf("reading the areas: %w", err)
	}
	for _, a := range areas {
		if a.Kind != grid.Community {
			continue
		}
		if _, err := tx.Timers().Get(summaryTimer(a.ID)); err == nil {
			continue
		} else if !errors.Is(err, storage.ErrNotFound) {
			return fmt.Errorf("reading the timer of the weekly numbers: %w", err)
		}
		if err := h.nextSummary(tx, a.ID, now); err != nil {
			return err
		}
	}
	return errors.Join(h.beginKeeping(tx, now), h.Sweep(tx, now))
}

func (h *Handlers) nextSummary(tx storage.Tx, a grid.AreaID, now time.Time) error {
	local := h.local(now)
	y, m, d := local.Date()
	due := time.Date(y, m, d, summaryHour, summaryMinute, 0, 0, local.Location())
	for due.Weekday() != summaryDay || !due.After(now) {
		due = due.AddDate(0, 0, 1)
	}
	lane := grid.Chat{Kind: grid.StaffChat, Area: a}.Lane(grid.Area{ID: a, Kind: grid.Community})
	timer := grid.Timer{ID: summaryTimer(a), Lane: lane, Due: due, Kind: grid.TimerSummary, Area: a}
	if err := tx.Timers().Set(timer); err != nil {
		return fmt.Errorf("setting the timer of the weekly numbers: %w", err)
	}
	return nil
}

// summaryDue sends last week's numbers to the secretaries of the area.
func (t *turn) summaryDue(timer grid.Timer) error {
	if err := t.nextSummary(t.tx, timer.Area, t.now); err != nil {
		return err
	}
	rooms, err := t.privately(grid.Secretary, timer.Area)
	if err != nil {
		return err
	}
	if len(rooms) == 0 {
		staff, ok, err := t.staffChat(timer.Area)
		if err != nil || !ok {
			return err
		}
		rooms = append(rooms, staff)
	}
	for _, to := range rooms {
		job := grid.Job{Kind: JobNumbers, Chat: to, Area: timer.Area, Period: grid.LastWeek, At: t.now}
		if _, err := t.tx.Jobs().Put(job); err != nil {
			return fmt.Errorf("asking for the weekly numbers: %w", err)
		}
	}
	return nil
}
