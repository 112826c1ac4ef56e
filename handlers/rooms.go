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

// quietRooms are where the staff of an area are told without the residents: the
// staff chat, else each grid worker in private. None: it waits on the board.
func (t *turn) quietRooms(a grid.AreaID) ([]grid.ChatID, error) {
	if id, ok, err := t.staffChat(a); ok || err != nil {
		return []grid.ChatID{id}, err
	}
	return t.privately(grid.GridWorker, a)
}

// staffRooms are where the staff of a ticket's grid are told of it: quietly, and
// only where that is impossible in the group.
func (t *turn) staffRooms(tk grid.Ticket) ([]grid.ChatID, error) {
	rooms, err := t.quietRooms(tk.Area)
	if err != nil || len(rooms) > 0 {
		return rooms, err
	}
	kind, err := t.kindOf(tk.Chat)
	if err != nil || kind != grid.GroupChat {
		return nil, err
	}
	return []grid.ChatID{tk.Chat}, nil
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
