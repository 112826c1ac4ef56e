package handlers

import (
	"fmt"
	"time"

	"youshi/grid"
)

// link is one of a chain of people who are told one after the other until there is
// news. Each 进展 ticks one of them off.
type link struct {
	after time.Duration // from the chain's beginning
	who   string        // two links to the same people are one when both are late
	tell  func(*turn, grid.Ticket, card) error
}

// unseen is the chain of an old neighbour not seen (独居老人失联): building head and
// grid worker are told at once.
var unseen = []link{
	{30 * time.Minute, "property", (*turn).tellProperty},
	{60 * time.Minute, "family", (*turn).tellFamily},
	{90 * time.Minute, "secretary", (*turn).tellSecretary},
	{120 * time.Minute, "secretary", (*turn).tellSecretary},
}

// endangered is the chain of a private matter in which somebody is in danger: grid
// worker and ladder know at once; these are asked to look into it themselves.
var endangered = []link{
	{10 * time.Minute, "worker", (*turn).askForNews},
	{30 * time.Minute, "community", callOn(grid.LevelCommunity)},
	{60 * time.Minute, "subdistrict", callOn(grid.LevelSubdistrict)},
	{120 * time.Minute, "district", callOn(grid.LevelDistrict)},
}

// chainOf gives the chain that runs for a ticket, nil for none.
func chainOf(tk grid.Ticket) []link {
	switch {
	case tk.No == 0 || tk.Status.Ended() || tk.Status == grid.Resolved:
		return nil
	case tk.Elder:
		return unseen
	case tk.Private && tk.Urgency == grid.Emergency:
		return endangered
	}
	return nil
}

// guard starts the chain when a step made one necessary: that of an old neighbour
// counts from when it was heard.
func (t *turn) guard(before, after grid.Ticket) error {
	chain := chainOf(after)
	if chain == nil || chainOf(before) != nil {
		return nil
	}
	from := t.now
	if after.Elder && after.Status == grid.Proposed {
		from = after.Heard
	}
	return t.await(after, 0, from.Add(chain[0].after))
}

// await sets the timer of a link of the chain.
func (t *turn) await(tk grid.Ticket, at int, due time.Time) error {
	timer := grid.Timer{ID: grid.TimerID("t" + tk.No.String() + "/unseen"), Lane: tk.Lane(), Kind: grid.TimerUnseen,
		Ticket: tk.No, Slot: at, Due: due}
	if err := t.tx.Timers().Set(timer); err != nil {
		return fmt.Errorf("setting the chain of ticket %d: %w", tk.No, err)
	}
	return nil
}

// sendToKnock asks the building heads, who can be at the door first.
func (t *turn) sendToKnock(tk grid.Ticket, c card) error {
	heads, err := t.privately(grid.BuildingHead, tk.Area)
	if err != nil {
		return err
	}
	return t.tellRooms(heads, pressing(tk), "knock", c)
}

func pressing(tk grid.Ticket) grid.Outgoing {
	return grid.Outgoing{Class: grid.ClassEmergency, Kind: grid.PostEscalation, Ticket: tk.No}
}

// unseenDue tells the next of the chain, unless there was news for that link.
func (t *turn) unseenDue(timer grid.Timer) error {
	tk, err := t.ticket(timer.Ticket)
	if err != nil {
		return err
	}
	chain := chainOf(tk)
	if timer.Slot >= len(chain) {
		return nil
	}
	this, next, last := chain[timer.Slot], time.Time{}, timer.Slot+1 == len(chain)
	if !last {
		next = timer.Due.Add(chain[timer.Slot+1].after - this.after)
	}
	again := !last && !next.After(t.now) && chain[timer.Slot+1].who == this.who // nothing ran for a while
	news, err := t.news(tk)
	if err != nil {
		return err
	}
	if news <= timer.Slot && !again {
		c, err := t.card(tk)
		if err != nil {
			return err
		}
		c.Count = int(this.after.Minutes())
		if err := this.tell(t, tk, c); err != nil {
			return err
		}
	}
	if last {
		return nil
	}
	return t.await(tk, timer.Slot+1, next)
}

// takeUp confirms a matter whose chain runs before the word on how it goes (进展): the
// chain asks for that word while nobody confirmed yet, and who gives it has it in hand.
func (t *turn) takeUp(c grid.Command) error {
	tk, err := t.ticket(c.Ticket)
	if err != nil || tk.Status != grid.Proposed || chainOf(tk) == nil || c.Text == "" {
		return err
	}
	set := grid.Change{Assignee: t.who.ID}
	if may, err := t.may(tk, grid.WantConfirm, set); err != nil || !may {
		return err // the word itself is declined
	}
	_, err = t.step(tk.No, grid.WantConfirm, "", set)
	return err
}

// news counts the words on how a matter goes (进展).
func (t *turn) news(tk grid.Ticket) (int, error) {
	entries, err := t.tx.Journal().Of(tk.No)
	if err != nil {
		return 0, fmt.Errorf("reading the journal of ticket %d: %w", tk.No, err)
	}
	n := 0
	for _, e := range entries {
		if e.Want == grid.WantProgress {
			n++
		}
	}
	return n, nil
}

func (t *turn) tellProperty(tk grid.Ticket, c card) error {
	rooms, err := t.privately(grid.Property, tk.Area)
	if err != nil {
		return err
	}
	if len(rooms) == 0 { // nobody of the property can be told alone: the staff call them
		return t.tellStaff(tk, pressing(tk), "unseen.property", c)
	}
	return t.tellRooms(rooms, pressing(tk), "knock", c)
}

// tellFamily asks the staff to: only they may know whom to call.
func (t *turn) tellFamily(tk grid.Ticket, c card) error {
	return t.tellStaff(tk, pressing(tk), "unseen.family", c)
}

func (t *turn) tellSecretary(tk grid.Ticket, c card) error {
	return t.tellDuty(tk, grid.LevelCommunity, "unseen.secretary", c)
}

// askForNews asks whoever has the matter; while nobody has, the clock of
// confirming calls.
func (t *turn) askForNews(tk grid.Ticket, c card) error {
	if tk.Status == grid.Proposed {
		return nil
	}
	return t.tellWorker(tk, tk.Assignee, pressing(tk), "endangered.news", c)
}

// callOn asks those who answer for a level to look into it themselves.
func callOn(level grid.Level) func(*turn, grid.Ticket, card) error {
	return func(t *turn, tk grid.Ticket, c card) error { return t.tellDuty(tk, level, "endangered.call", c) }
}

// tellDuty tells those who answer for a level, else the next above that has
// somebody, else the staff of the grid: at any hour.
func (t *turn) tellDuty(tk grid.Ticket, level grid.Level, sentence string, c card) error {
	for l, ok := level, true; ok; l, ok = l.Above() {
		rooms, err := t.levelRooms(tk, l)
		if err != nil {
			return err
		}
		if len(rooms) > 0 {
			return t.tellRooms(rooms, pressing(tk), sentence, c)
		}
	}
	return t.tellStaff(tk, pressing(tk), sentence, c)
}
