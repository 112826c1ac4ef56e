package handlers

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// How far back a suspicion is looked for when it is answered in words.
const (
	doubtFor   = 24 * time.Hour
	doubtPosts = 60 // of one chat
)

// doubtOf gives the message that a post asks about, "" for any other post.
func doubtOf(o grid.Outgoing) grid.MessageID {
	for _, b := range o.Buttons {
		if b.Command.Want == grid.WantOpen {
			return grid.MessageID(b.Command.Text)
		}
	}
	return ""
}

// suspected finds the message that is meant by 立案 in words: the one that the quoted
// card asks about, else the only one that waits for an answer and fits the words. Where
// there are several it asks which, and nothing is guessed: "".
func (t *turn) suspected(c grid.Command) (grid.MessageID, error) {
	if c.Quoted {
		o, err := t.tx.Outbox().Get(t.msg.ReplyTo)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return "", fmt.Errorf("reading the quoted post %s: %w", t.msg.ReplyTo, err)
		}
		if id := doubtOf(o); id != "" {
			return id, nil
		}
		return "", t.decline("refuse.no_suspicion")
	}
	ids, names, err := t.doubts(c.Text)
	switch {
	case err != nil:
		return "", err
	case len(ids) == 1:
		return ids[0], nil
	case len(ids) == 0:
		return "", t.decline("refuse.no_suspicion")
	}
	return "", t.answer(grid.PostAnswer, "which.suspicion", card{Bot: t.Bot, Who: names[0], Text: strings.Join(names, "、")})
}

// doubts gives the messages that the speaker was lately asked about and that opened
// nothing yet, latest first, with who said each: those with these words in them or in
// the name.
func (t *turn) doubts(words string) (ids []grid.MessageID, names []string, err error) {
	rooms, err := t.quietRooms(t.area.ID)
	if err != nil {
		return nil, nil, err
	}
	if !slices.Contains(rooms, t.chat.ID) {
		rooms = append(rooms, t.chat.ID)
	}
	for _, room := range rooms {
		said, err := t.tx.Outbox().SaidTo(room, 0, doubtPosts)
		if err != nil {
			return nil, nil, fmt.Errorf("reading what was said to %s: %w", room, err)
		}
		for _, o := range slices.Backward(said) {
			id := doubtOf(o)
			if id == "" || slices.Contains(ids, id) || t.now.Sub(o.SentAt) > doubtFor {
				continue
			}
			name, waits, err := t.waits(id, words)
			if err != nil {
				return nil, nil, err
			}
			if waits {
				ids, names = append(ids, id), append(names, name)
			}
		}
	}
	return ids, names, nil
}

// waits reports whether a message may still be opened by the speaker and fits the
// words, and who said it.
func (t *turn) waits(id grid.MessageID, words string) (name string, waits bool, err error) {
	m, err := t.tx.Messages().Get(id)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return "", false, nil
	case err != nil:
		return "", false, fmt.Errorf("reading message %s: %w", id, err)
	case m.Ticket != 0 || !m.Recalled.IsZero():
		return "", false, nil
	}
	if _, may, err := t.decidesOn(m); err != nil || !may {
		return "", false, err
	}
	name, err = t.name(m.From)
	return name, strings.Contains(name, words) || strings.Contains(m.Told(), words), err
}
