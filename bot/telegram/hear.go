package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"youshi/bot"
	"youshi/grid"
)

// notePosition is the note of the next update to be fetched.
const notePosition = "offset"

// hearer gathers what is heard at once: events, and the notes that belong to them.
type hearer struct {
	*Channel
	events []grid.Event
	notes  []bot.Note
	taps   []string
}

func (c *Channel) hearer() *hearer { return &hearer{Channel: c} }

// note adds a note; nil removes it.
func (h *hearer) note(key string, value []byte) {
	h.notes = append(h.notes, bot.Note{Key: key, Value: value})
}

// remember notes what is to be known of a message or an album later.
func (h *hearer) remember(key string, s seen) error {
	n, err := s.note(key)
	h.notes = append(h.notes, n)
	return err
}

// recall reads what is known, what this very batch says included.
func (h *hearer) recall(ctx context.Context, key string) (s seen, err error) {
	for _, n := range slices.Backward(h.notes) {
		if n.Key == key {
			err = json.Unmarshal(n.Value, &s)
			return s, err
		}
	}
	return remembered(ctx, h.opt.Notes, key)
}

// errNoIDs says that a batch holds nothing that could be told to have arrived.
var errNoIDs = errors.New("no update of the batch has an id")

// hearBatch hears updates as they came and gives the position after them. It
// returns when all of it is on disk, the position (where it is kept) with it.
func (c *Channel) hearBatch(ctx context.Context, raws []json.RawMessage, keep bool) (next int64, err error) {
	c.hearing.Lock()
	defer c.hearing.Unlock()
	h := c.hearer()
	var held []*update
	waits := map[int64]bool{} // chats of which an album begins in this very batch
	for _, raw := range raws {
		u := decode(raw)
		if u.ID == 0 {
			c.log.Error("an update without an id cannot be heard", "bytes", len(raw))
			continue
		}
		next = u.ID + 1
		if c.room.holds(u) || waits[u.chat] && (u.Message != nil || u.EditedMessage != nil) {
			waits[u.chat] = true
			held = append(held, u)
			h.note(heldKey(u.chat, u.ID), raw)
			continue
		}
		if err := h.take(ctx, []*update{u}); err != nil {
			return 0, err
		}
	}
	if next == 0 {
		return 0, errNoIDs
	}
	if keep {
		h.note(notePosition, []byte(strconv.FormatInt(next, 10)))
	}
	if err := c.commit(ctx, h); err != nil {
		return 0, err
	}
	c.room.add(held)
	return next, nil
}

// commit hears what was gathered. What comes after a move of a chat is heard after
// it: only then its new id is known.
func (c *Channel) commit(ctx context.Context, h *hearer) error {
	events := h.events
	for i, ev := range h.events {
		if ev.Kind == grid.EventMoved {
			if err := c.tell(ctx, bot.Heard{Events: h.events[len(h.events)-len(events) : i+1]}); err != nil {
				return fmt.Errorf("hearing that a chat moved: %w", err)
			}
			events = h.events[i+1:]
		}
	}
	if len(events)+len(h.notes) > 0 {
		if err := c.tell(ctx, bot.Heard{Events: events, Notes: h.notes}); err != nil {
			return fmt.Errorf("hearing: %w", err)
		}
	}
	c.alone.learn(h.notes)
	for _, n := range h.notes {
		if strings.HasPrefix(n.Key, mediaPrefix) && n.Value != nil {
			c.files.wake()
			break
		}
	}
	for _, tap := range h.taps {
		select {
		case c.taps <- tap:
		default: // the buttons' clocks spin a while; what was pressed is heard
		}
	}
	return nil
}

// take reads one update, or the parts of one album.
func (h *hearer) take(ctx context.Context, parts []*update) error {
	u := parts[0]
	switch {
	case len(parts) > 1 || u.Message != nil && u.Message.MediaGroupID != "":
		return h.album(ctx, parts)
	case u.Message != nil:
		return h.message(u.Message)
	case u.EditedMessage != nil:
		return h.edited(ctx, u.EditedMessage)
	case u.CallbackQuery != nil:
		h.pressed(u.CallbackQuery)
	case u.MyChatMember != nil:
		h.membership(u.MyChatMember)
	default:
		h.log.Info("an update of a kind that youshi does not take", "update", u.ID, "bytes", len(u.raw))
	}
	return nil
}
