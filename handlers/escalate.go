package handlers

import (
	"errors"
	"fmt"

	"youshi/grid"
	"youshi/storage"
)

// officeOf is the role that answers for a level.
var officeOf = map[grid.Level]grid.Role{grid.LevelGrid: grid.GridWorker, grid.LevelCommunity: grid.Secretary,
	grid.LevelSubdistrict: grid.SubdistrictHQ, grid.LevelDistrict: grid.DistrictHQ}

// escalate is 上报: the matter climbs one level, and somebody there must accept it.
func (t *turn) escalate(c grid.Command) error {
	tk, err := t.tx.Tickets().Get(c.Ticket)
	if err != nil {
		return fmt.Errorf("reading ticket %d: %w", c.Ticket, err)
	}
	set, err := t.levelUp(tk)
	if err != nil {
		return err
	}
	if tk, err = t.step(c.Ticket, grid.WantEscalate, c.Text, set); err != nil {
		return err
	}
	if err := t.done(tk, "escalated", c.Text); err != nil {
		return err
	}
	full, err := t.cardWith(tk, c.Text)
	if err != nil {
		return err
	}
	return t.tellLevel(tk, tk.Level, "escalation", full)
}

// levelUp is the change of one level up, with who answers there.
func (t *turn) levelUp(tk grid.Ticket) (grid.Change, error) {
	up, ok := tk.Level.Above()
	if !ok {
		return grid.Change{}, &grid.Error{Code: grid.Conflict, Say: "there is no level above"}
	}
	set := grid.Change{Level: up}
	there, err := storage.Holders(t.tx.Roster(), officeOf[up], tk.Area, t.now)
	if err == nil && len(there) > 0 && tk.Status != grid.Proposed {
		set.Assignee = there[0].ID
	}
	return set, err
}

// tellAbove tells the level above the ticket's; an emergency the whole ladder.
func (t *turn) tellAbove(tk grid.Ticket, sentence string, c card) error {
	level, ok := tk.Level.Above()
	for ok {
		if err := t.tellLevel(tk, level, sentence, c); err != nil || tk.Urgency != grid.Emergency {
			return err
		}
		level, ok = level.Above()
	}
	return nil
}

// tellLevel tells those who answer for a level, in private or in the staff chat
// of their area; where nobody does, the nearest level above that has somebody,
// and at last the staff of the grid, so that no notice is lost.
func (t *turn) tellLevel(tk grid.Ticket, level grid.Level, sentence string, c card) error {
	o := grid.Outgoing{Class: classOf(tk, grid.ClassNotice), Kind: grid.PostEscalation, Ticket: tk.No}
	for l, ok := level, true; ok; l, ok = l.Above() {
		rooms, err := t.levelRooms(tk, l)
		if err != nil {
			return err
		}
		for _, to := range rooms {
			o.To = to
			if err := t.post(o, sentence, c); err != nil {
				return err
			}
		}
		if len(rooms) > 0 {
			return nil
		}
		if tk.Urgency == grid.Emergency {
			return nil // the whole ladder is told one by one
		}
	}
	return t.tellStaff(tk, o, sentence, c)
}

func (t *turn) levelRooms(tk grid.Ticket, level grid.Level) ([]grid.ChatID, error) {
	there, err := storage.Holders(t.tx.Roster(), officeOf[level], tk.Area, t.now)
	if err != nil {
		return nil, err
	}
	rooms, err := t.privately(there)
	if err != nil || len(rooms) > 0 {
		return rooms, err
	}
	path, err := storage.Path(t.tx.Roster(), tk.Area)
	if err != nil {
		return nil, err
	}
	for _, a := range path {
		if string(a.Kind) != string(level) {
			continue
		}
		id := grid.ChatID("staff:" + string(a.ID))
		if _, err := t.tx.Roster().Chat(id); err == nil {
			return []grid.ChatID{id}, nil
		} else if !errors.Is(err, storage.ErrNotFound) {
			return nil, fmt.Errorf("looking up chat %s: %w", id, err)
		}
	}
	return nil, nil
}
