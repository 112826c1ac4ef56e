package telegram

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/go-telegram/bot/models"

	"youshi/bot"
)

// An album is one update a picture, without a word how many there are. It is
// complete when nothing more of it came for albumQuiet, or after albumMost.
const (
	heldPrefix = "held/" // <chat>/<update id>: an update as it came
	albumQuiet = 1200 * time.Millisecond
	albumMost  = 5 * time.Second
)

// room is where updates of a chat wait while an album of it is collected, so that
// what is said after the pictures is heard after them. They are on disk there
// before Telegram is told that they arrived.
type room struct {
	now func() time.Time // machine time

	mu    sync.Mutex
	chats map[int64]*waiting
	kick  chan struct{}
}

// waiting are the held updates of one chat, in order.
type waiting struct {
	updates     []*update
	began, last time.Time
}

func (w *waiting) due() time.Time {
	quiet, most := w.last.Add(albumQuiet), w.began.Add(albumMost)
	if most.Before(quiet) {
		return most
	}
	return quiet
}

// readRoom takes up what an earlier life of the program held.
func readRoom(ctx context.Context, notes bot.Notes) (*room, error) {
	r := &room{now: time.Now, chats: map[int64]*waiting{}, kick: make(chan struct{}, 1)}
	all, err := notes.All(ctx, heldPrefix)
	if err != nil {
		return nil, fmt.Errorf("reading the albums that wait: %w", err)
	}
	var held []*update
	for _, n := range all {
		if u := decode(json.RawMessage(n.Value)); u.chat != 0 {
			held = append(held, u)
		}
	}
	slices.SortFunc(held, func(a, b *update) int { return cmp.Compare(a.ID, b.ID) })
	r.add(held)
	return r, nil
}

// holds reports whether an update must wait: it is part of an album, or said in a
// chat that waits. A move of the chat never waits: the next words come from there.
func (r *room) holds(u *update) bool {
	switch {
	case u.Message != nil && (u.Message.MigrateToChatID != 0 || u.Message.MigrateFromChatID != 0):
		return false
	case u.Message != nil && u.Message.MediaGroupID != "":
		return true
	case u.Message == nil && u.EditedMessage == nil:
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.chats[u.chat] != nil
}

// add takes updates in that are on disk.
func (r *room) add(held []*update) {
	if len(held) == 0 {
		return
	}
	r.mu.Lock()
	now := r.now()
	for _, u := range held {
		w := r.chats[u.chat]
		if w == nil {
			w = &waiting{began: now, last: now}
			r.chats[u.chat] = w
		}
		if slices.ContainsFunc(w.updates, func(x *update) bool { return x.ID == u.ID }) {
			continue // delivered twice
		}
		if w.updates = append(w.updates, u); u.Message != nil && u.Message.MediaGroupID != "" {
			w.last = now
		}
	}
	r.mu.Unlock()
	select {
	case r.kick <- struct{}{}:
	default:
	}
}

// ripe gives a chat whose waiting is over, and otherwise when to look again; zero:
// when something comes.
func (r *room) ripe() (chat int64, held []*update, next time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(r.chats)) {
		w := r.chats[id]
		due := w.due()
		if !r.now().Before(due) {
			return id, w.updates, next
		}
		if next.IsZero() || due.Before(next) {
			next = due
		}
	}
	return 0, nil, next
}

func (r *room) empty(chat int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.chats, chat)
}

// watch calls flush whenever a chat may be ripe, until ctx is done. flush gives
// when to look again.
func (r *room) watch(ctx context.Context, flush func(context.Context) time.Time) {
	for ctx.Err() == nil {
		var timer <-chan time.Time
		if next := flush(ctx); !next.IsZero() {
			timer = time.After(next.Sub(r.now()))
		}
		select {
		case <-timer:
		case <-r.kick:
		case <-ctx.Done():
		}
	}
}

// flush hears the chats whose albums are complete.
func (c *Channel) flush(ctx context.Context) time.Time {
	c.hearing.Lock()
	defer c.hearing.Unlock()
	for {
		chat, held, next := c.room.ripe()
		if chat == 0 {
			return next
		}
		if err := c.release(ctx, held); err != nil {
			c.log.Error("an album cannot be heard; trying again", "err", err)
			return c.room.now().Add(time.Second)
		}
		c.room.empty(chat)
	}
}

// release hears what a chat held, albums put together.
func (c *Channel) release(ctx context.Context, held []*update) error {
	h := c.hearer()
	for _, one := range together(held) {
		if err := h.take(ctx, one); err != nil {
			return err
		}
	}
	for _, u := range held {
		h.note(heldKey(u.chat, u.ID), nil)
	}
	return c.commit(ctx, h)
}

// together gives the updates with the parts of each album in the place of its
// first, in the order in which they were sent.
func together(held []*update) [][]*update {
	var out [][]*update
	at := map[string]int{}
	for _, u := range held {
		if u.Message == nil || u.Message.MediaGroupID == "" {
			out = append(out, []*update{u})
			continue
		}
		i, begun := at[u.Message.MediaGroupID]
		if !begun {
			at[u.Message.MediaGroupID] = len(out)
			out = append(out, []*update{u})
			continue
		}
		out[i] = append(out[i], u)
	}
	for _, parts := range out {
		slices.SortStableFunc(parts, func(a, b *update) int { return cmp.Compare(messageOf(a), messageOf(b)) })
	}
	return out
}

func messageOf(u *update) int {
	if u.Message == nil {
		return 0
	}
	return u.Message.ID
}

func heldKey(chat, update int64) string { return fmt.Sprintf("%s%d/%020d", heldPrefix, chat, update) }

// update is one as it came, and the chat it is of; 0: of none.
type update struct {
	models.Update
	chat int64
	raw  json.RawMessage
}

// decode reads an update. One of a shape that the models do not know is read as
// far as it goes: what was said, by whom, where.
func decode(raw json.RawMessage) *update {
	u := &update{raw: raw}
	if json.Unmarshal(raw, &u.Update) != nil {
		u.Update = plain(raw)
	}
	switch {
	case u.Message != nil:
		u.chat = u.Message.Chat.ID
	case u.EditedMessage != nil:
		u.chat = u.EditedMessage.Chat.ID
	case u.CallbackQuery != nil:
		u.chat, _, _ = under(u.CallbackQuery)
	case u.MyChatMember != nil:
		u.chat = u.MyChatMember.Chat.ID
	}
	return u
}

// plain reads no more of an update than its words.
func plain(raw json.RawMessage) models.Update {
	type bare struct {
		ID         int          `json:"message_id"`
		Date       int          `json:"date"`
		EditDate   int          `json:"edit_date"`
		Chat       models.Chat  `json:"chat"`
		From       *models.User `json:"from"`
		SenderChat *models.Chat `json:"sender_chat"`
		Text       string       `json:"text"`
		Caption    string       `json:"caption"`
	}
	var u struct {
		ID      int64 `json:"update_id"`
		Message *bare `json:"message"`
		Edited  *bare `json:"edited_message"`
	}
	if json.Unmarshal(raw, &u) != nil {
		u.Message, u.Edited = nil, nil // its id may be read all the same
	}
	message := func(b *bare) *models.Message {
		if b == nil {
			return nil
		}
		return &models.Message{ID: b.ID, Date: b.Date, EditDate: b.EditDate, Chat: b.Chat, From: b.From,
			SenderChat: b.SenderChat, Text: b.Text, Caption: b.Caption}
	}
	return models.Update{ID: u.ID, Message: message(u.Message), EditedMessage: message(u.Edited)}
}
