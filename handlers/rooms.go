package handlers

import (
	"errors"
	"fmt"

	"youshi/grid"
	"youshi/storage"
)

// staffChat gives the staff chat (工作群) of an area, and false where none is bound.
func (t *turn) staffChat(a grid.AreaID) (grid.ChatID, bool, error) {
	id := grid.ChatID("staff:" + string(a))
	_, err := t.tx.Roster().Chat(id)
	if errors.Is(err, storage.ErrNotFound) {
		return id, false, nil
	} else if err != nil {
		return id, false, fmt.Errorf("looking up chat %s: %w", id, err)
	}
	return id, true, nil
}

// workerRooms are where the grid worker reads: the staff chat, else each grid
// worker in private.
func (t *turn) workerRooms(a grid.AreaID) ([]grid.ChatID, error) {
	if id, ok, err := t.staffChat(a); ok || err != nil {
		return []grid.ChatID{id}, err
	}
	return t.privately(grid.GridWorker, a)
}

// roomAbove gives the nearest staff chat of the areas above, up to the community.
func (t *turn) roomAbove(a grid.AreaID) ([]grid.ChatID, error) {
	path, err := storage.Path(t.tx.Roster(), a)
	if err != nil {
		return nil, err
	}
	for _, up := range path {
		if id, ok, err := t.staffChat(up.ID); ok || err != nil {
			return []grid.ChatID{id}, err
		}
		if up.Kind == grid.Community {
			break
		}
	}
	return nil, nil
}

// quietRooms are where the staff of an area are told without the residents:
// where the grid worker reads, else the secretary alone, else the staff chat above.
// None: it waits on the board.
func (t *turn) quietRooms(a grid.AreaID) ([]grid.ChatID, error) {
	rooms, err := t.workerRooms(a)
	if err != nil || len(rooms) > 0 {
		return rooms, err
	}
	if rooms, err = t.privately(grid.Secretary, a); err != nil || len(rooms) > 0 {
		return rooms, err
	}
	return t.roomAbove(a)
}

// staffRooms are where the staff of a ticket's grid are told of it: where the
// grid worker reads, else in the staff chat above, without one in the group. A
// private matter is told quietly.
func (t *turn) staffRooms(tk grid.Ticket) ([]grid.ChatID, error) {
	rooms, err := t.workerRooms(tk.Area)
	if err == nil && len(rooms) == 0 && !tk.Private {
		rooms, err = t.roomAbove(tk.Area)
	}
	if err != nil || len(rooms) > 0 {
		return rooms, err
	}
	kind, err := t.kindOf(tk.Chat)
	if err != nil {
		return nil, err
	}
	if kind == grid.GroupChat && !tk.Private {
		return []grid.ChatID{tk.Chat}, nil
	}
	return t.quietRooms(tk.Area)
}

// groupsOf are the groups in which the neighbours of a matter read of it: the one
// where it was raised, else those of its grid. None of a private one.
func (t *turn) groupsOf(tk grid.Ticket) ([]grid.ChatID, error) {
	kind, err := t.kindOf(tk.Chat)
	switch {
	case err != nil || tk.Private:
		return nil, err
	case kind == grid.GroupChat:
		return []grid.ChatID{tk.Chat}, nil
	}
	chats, err := t.tx.Roster().Chats()
	if err != nil {
		return nil, fmt.Errorf("reading the chats: %w", err)
	}
	var out []grid.ChatID
	for _, c := range chats {
		if c.Kind == grid.GroupChat && c.Area == tk.Area {
			out = append(out, c.ID)
		}
	}
	return out, nil
}

// levelRooms are where those who answer for a level are told: each in private,
// else in the staff chat of their area.
func (t *turn) levelRooms(tk grid.Ticket, level grid.Level) ([]grid.ChatID, error) {
	rooms, err := t.privately(officeOf[level], tk.Area)
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
		if id, ok, err := t.staffChat(a.ID); ok || err != nil {
			return []grid.ChatID{id}, err
		}
	}
	return nil, nil
}

// privately gives the private chats of those who hold a role in an area and can
// be reached alone.
func (t *turn) privately(role grid.Role, a grid.AreaID) ([]grid.ChatID, error) {
	people, err := storage.Holders(t.tx.Roster(), role, a, t.now)
	if err != nil {
		return nil, err
	}
	var out []grid.ChatID
	for _, p := range people {
		to, ok, err := t.Reach(t.tx, p)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, to)
		}
	}
	return out, nil
}

// kindOf says who reads a chat. One that is not bound counts as a group: there
// the least may be said.
func (t *turn) kindOf(id grid.ChatID) (grid.ChatKind, error) {
	if id == t.chat.ID {
		return t.chat.Kind, nil
	}
	c, err := t.tx.Roster().Chat(id)
	if errors.Is(err, storage.ErrNotFound) {
		return grid.GroupChat, nil
	} else if err != nil {
		return "", fmt.Errorf("looking up chat %s: %w", id, err)
	}
	return c.Kind, nil
}
