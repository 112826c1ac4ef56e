package bot

import (
	"errors"
	"fmt"
	"slices"

	"youshi/grid"
	"youshi/storage"
)

// notesMoved is the scope of storage.Notes that holds, for "<channel>/<native
// id>", the native id that the chat has since.
const notesMoved = "moved"

// maxMoves bounds how often a chat is followed: a loop of moves ends.
const maxMoves = 16

// Native gives the native id that a chat has now: the one given, or where it moved.
func Native(tx storage.Tx, ch grid.ChannelID, native string) (string, error) {
	for range maxMoves {
		to, err := tx.Notes().Get(notesMoved, string(ch)+"/"+native)
		if err != nil {
			return "", fmt.Errorf("reading where chat %s of %s moved: %w", native, ch, err)
		}
		if to == nil {
			break
		}
		native = string(to)
	}
	return native, nil
}

// ChatOf gives the chat with that native id, also under one that it had before.
// storage.ErrNotFound when there is none.
func ChatOf(tx storage.Tx, ch grid.ChannelID, native string) (grid.Chat, error) {
	c, err := tx.Roster().ChatByNative(ch, native)
	if !errors.Is(err, storage.ErrNotFound) {
		return c, err
	}
	now, nerr := Native(tx, ch, native)
	if nerr != nil || now == native {
		return c, errors.Join(err, nerr)
	}
	return tx.Roster().ChatByNative(ch, now)
}

// move gives the chat its new native id. It keeps its own id, and with it its
// history, its area and its lane.
func move(tx storage.Tx, c grid.Chat, to string) (grid.Chat, error) {
	if to == "" || to == c.Native {
		return c, nil
	}
	from := c.Native
	c.Native = to
	if err := tx.Roster().PutChat(c); err != nil {
		return c, fmt.Errorf("moving chat %s: %w", c.ID, err)
	}
	return c, tx.Notes().Put(notesMoved, string(c.Channel)+"/"+from, []byte(to))
}

// Lead stores a chat whose native id may have led to another one until now: that one
// keeps its id and its history and can no longer be reached.
func Lead(tx storage.Tx, c grid.Chat) error {
	r := tx.Roster()
	was, err := r.ChatByNative(c.Channel, c.Native)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return fmt.Errorf("reading what chat %s of %s was: %w", c.Native, c.Channel, err)
	}
	if err == nil && was.ID != c.ID {
		was.Native = ""
		if err := r.PutChat(was); err != nil {
			return fmt.Errorf("releasing chat %s: %w", was.ID, err)
		}
	}
	return r.PutChat(c)
}

// addMedia adds files that arrived after their message and gives it. What was
// taken back meanwhile, or forgotten, gets none: the message is zero.
func addMedia(tx storage.Tx, of grid.Message) (grid.Message, error) {
	m, err := tx.Messages().Get(of.ID)
	if errors.Is(err, storage.ErrNotFound) {
		return grid.Message{}, nil
	} else if err != nil {
		return m, fmt.Errorf("reading message %s, whose files arrived: %w", of.ID, err)
	}
	if !m.Recalled.IsZero() {
		return grid.Message{}, nil
	}
	for _, f := range of.Media {
		if !slices.Contains(m.Media, f) {
			m.Media = append(m.Media, f)
		}
	}
	return m, tx.Messages().Put(m)
}
