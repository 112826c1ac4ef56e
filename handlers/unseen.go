package handlers

import (
	"fmt"
	"time"

	"youshi/grid"
)

// unseen is the chain of an old neighbour not seen (独居老人失联): building head and
// grid worker are told at once, these one after the other, until somebody has
// news. Each 进展 ticks one of them off.
var unseen = []struct {
	after time.Duration // from when it was heard
	tell  func(*turn, grid.Ticket, card) error
}{
	{30 * time.Minute, (*turn).tellProperty},
	{60 * time.Minute, (*turn).tellFamily},
	{90 * time.Minute, (*turn).tellSecretary},
	{120 * time.Minute, (*turn).tellSecretary},
}

// sendToKnock asks the building heads, who can be at the door first, and starts the chain.
func (t *turn) sendToKnock(tk grid.Ticket, c card) error {
	heads, err := t.privately(grid.BuildingHead, tk.Area)
	if err != nil {
		return err
	}
	if err := t.tellRooms(heads, grid.Outgoing{Class: grid.ClassEmergency, Kind: grid.PostEscalation, Ticket: tk.No}, "knock", c); err != nil {
		return err
	}
	return t.watchDoor(tk, 0)
}

// watchDoor sets the timer of a link of the chain.
func (t *turn) watchDoor(tk grid.Ticket, link int) error {
	if link >= len(unseen) {
		return nil
	}
	timer := grid.Timer{ID: grid.TimerID("t" + tk.No.String() + "/unseen"), Lane: tk.Lane(), Kind: grid.TimerUnseen,
		Ticket: tk.No, Slot: link, Due: tk.Heard.Add(unseen[link].after)}
	if err := t.tx.Timers().Set(timer); err != nil {
		return fmt.Errorf("setting the chain of ticket %d: %w", tk.No, err)
	}
	return nil
}

// unseenDue tells the next of the chain, unless there was news for that link.
func (t *turn) unseenDue(timer grid.Timer) error {
	tk, err := t.ticket(timer.Ticket)
	if err != nil || tk.Status.Ended() || tk.Status == grid.Resolved || timer.Slot >= len(unseen) {
		return err
	}
	entries, err := t.tx.Journal().Of(tk.No)
	if err != nil {
		return fmt.Errorf("reading the journal of ticket %d: %w", tk.No, err)
	}
	news := 0
	for _, e := range entries {
		if e.Want == grid.WantProgress {
			news++
		}
	}
	if link := unseen[timer.Slot]; news <= timer.Slot {
		c, err := t.card(tk)
		if err != nil {
			return err
		}
		c.Count = int(link.after.Minutes())
		if err := link.tell(t, tk, c); err != nil {
			return err
		}
	}
	return t.watchDoor(tk, timer.Slot+1)
}

func (t *turn) tellProperty(tk grid.Ticket, c card) error {
	rooms, err := t.privately(grid.Property, tk.Area)
	if err != nil {
		return err
	}
	return t.tellRooms(rooms, grid.Outgoing{Class: grid.ClassEmergency, Kind: grid.PostEscalation, Ticket: tk.No}, "knock", c)
}

// tellFamily asks the staff to: only they may know whom to call.
func (t *turn) tellFamily(tk grid.Ticket, c card) error {
	return t.tellStaff(tk, grid.Outgoing{Class: grid.ClassEmergency, Kind: grid.PostEscalation}, "unseen.family", c)
}

func (t *turn) tellSecretary(tk grid.Ticket, c card) error {
	rooms, err := t.levelRooms(tk, grid.LevelCommunity)
	if err != nil {
		return err
	}
	return t.tellRooms(rooms, grid.Outgoing{Class: grid.ClassEmergency, Kind: grid.PostEscalation, Ticket: tk.No}, "unseen.secretary", c)
}
