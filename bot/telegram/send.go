package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"youshi/bot"
	"youshi/grid"
)

const (
	// mostText is how long a message may be, in UTF-16 units.
	mostText = 4096
	// partsPrefix is the note of a long post's parts that were said: <post id>.
	partsPrefix = "parts/"
	// patience is how long a Send waits for the chat's turn itself.
	patience = 3 * time.Second
)

// Send says o, a long one in parts. The first part quotes, the last has the buttons.
func (c *Channel) Send(ctx context.Context, to grid.Chat, o grid.Outgoing) ([]grid.MessageID, error) {
	chat, err := strconv.ParseInt(to.Native, 10, 64)
	if err != nil {
		return nil, &bot.Undelivered{State: grid.PutAside, Say: fmt.Sprintf("%q is no Telegram chat: a number such as -1001234567890 would be right", to.Native)}
	}
	parts := split(o.Text, mostText)
	said, err := c.saidParts(ctx, o, parts)
	if err != nil {
		return nil, &bot.Undelivered{State: grid.Waiting, After: patience, Say: "what was said of a long post cannot be read", Err: err}
	}
	reply, topic := c.where(ctx, chat, o.ReplyTo)
	for i := len(said); i < len(parts); i++ {
		p := &tg.SendMessageParams{ChatID: chat, Text: parts[i], MessageThreadID: topic, LinkPreviewOptions: noPreview()}
		if i == 0 && reply != 0 {
			p.ReplyParameters = &models.ReplyParameters{MessageID: reply, AllowSendingWithoutReply: true}
		}
		if i == len(parts)-1 {
			p.ReplyMarkup = keyboard(o.Buttons)
		}
		id, fail := c.say(ctx, chat, p)
		if fail != nil {
			return nil, fail
		}
		said = append(said, messageID(chat, id))
		if err := c.keepParts(ctx, o, said, parts); err != nil {
			c.log.Error("the parts of a long post cannot be noted", "post", o.ID, "err", err)
		}
	}
	return said, nil
}

func noPreview() *models.LinkPreviewOptions { return &models.LinkPreviewOptions{IsDisabled: tg.True()} }

// say says one message at the chat's turn. A topic that is gone does not hold it up.
func (c *Channel) say(ctx context.Context, chat int64, p *tg.SendMessageParams) (int, error) {
	for {
		if u := c.turn(ctx, chat); u != nil {
			return 0, u
		}
		traced, left := traced(ctx)
		m, err := c.api.lib.SendMessage(traced, p)
		c.pace.ended(chat, time.Now())
		if err == nil {
			c.pace.well()
			return m.ID, nil
		}
		if p.MessageThreadID != 0 && errors.Is(err, tg.ErrorBadRequest) && aboutTopic(err) {
			p.MessageThreadID = 0
			continue
		}
		return 0, c.fault(ctx, chat, err, left.Load())
	}
}

func aboutTopic(err error) bool {
	return strings.Contains(err.Error(), "thread not found") || strings.Contains(err.Error(), "TOPIC_")
}

// Await implements bot.Paced.
func (c *Channel) Await(ctx context.Context, to grid.Chat) {
	chat, err := strconv.ParseInt(to.Native, 10, 64)
	if err != nil {
		return // Send says what is wrong with it
	}
	if wait := c.pace.peek(chat, time.Now()); wait > 0 && wait <= patience {
		sleep(ctx, wait)
	}
}

// turn waits a moment for the chat's turn; a longer wait is the outbox's.
func (c *Channel) turn(ctx context.Context, chat int64) *bot.Undelivered {
	if c.health.barred() {
		return &bot.Undelivered{State: grid.Waiting, After: whileBarred, Say: "Telegram refuses the token"}
	}
	for {
		wait := c.pace.wait(chat, time.Now())
		if wait == 0 {
			return nil
		}
		if wait <= patience {
			sleep(ctx, wait)
		}
		if wait > patience || ctx.Err() != nil {
			return &bot.Undelivered{State: grid.Waiting, After: wait, Say: "Telegram takes only so many messages"}
		}
	}
}

// where gives the message that is quoted and the topic it was said in; 0: none.
func (c *Channel) where(ctx context.Context, chat int64, to grid.MessageID) (id, topic int) {
	at, ours := parseID(to)
	if !ours || at.chat != chat {
		return 0, 0
	}
	id = at.id
	if at.album != "" {
		s, err := remembered(ctx, c.opt.Notes, albumKey(chat, at.album))
		if err != nil || s.First == 0 {
			return 0, 0
		}
		id = s.First
	}
	s, err := remembered(ctx, c.opt.Notes, seenKey(chat, id))
	if err != nil {
		c.log.Error("the topic of a message cannot be read", "err", err)
	}
	return id, s.Topic
}

// saidParts gives the parts of a long post that an earlier attempt said.
func (c *Channel) saidParts(ctx context.Context, o grid.Outgoing, parts []string) (ids []grid.MessageID, err error) {
	if len(parts) < 2 || o.Attempts < 2 {
		return nil, nil
	}
	v, err := c.opt.Notes.Get(ctx, partsPrefix+string(o.ID))
	if err != nil || v == nil {
		return nil, err
	}
	return ids, json.Unmarshal(v, &ids)
}

// keepParts notes the parts said of a long post, and forgets them when it is whole.
func (c *Channel) keepParts(ctx context.Context, o grid.Outgoing, said []grid.MessageID, parts []string) error {
	if len(parts) < 2 {
		return nil
	}
	n := bot.Note{Key: partsPrefix + string(o.ID)}
	if len(said) < len(parts) {
		var err error
		if n.Value, err = json.Marshal(said); err != nil {
			return err
		}
	}
	return c.opt.Notes.Put(ctx, n)
}

// Edit rewrites a post in place: its text, and the buttons under its last part.
// Editing again what was edited is harmless, so nothing of it stays unclear.
func (c *Channel) Edit(ctx context.Context, to grid.Chat, as []grid.MessageID, o grid.Outgoing) error {
	parts := split(o.Text, mostText)
	gone := &bot.Undelivered{State: grid.PutAside, Say: "this post cannot be rewritten any more"}
	if len(parts) != len(as) {
		return gone
	}
	for i, id := range as {
		at, ours := parseID(id)
		if !ours || at.id == 0 || native(at.chat) != to.Native {
			return gone
		}
		p := &tg.EditMessageTextParams{ChatID: at.chat, MessageID: at.id, Text: parts[i], LinkPreviewOptions: noPreview()}
		if i == len(as)-1 {
			p.ReplyMarkup = keyboard(o.Buttons)
		}
		if u := c.turn(ctx, at.chat); u != nil {
			return u
		}
		_, err := c.api.lib.EditMessageText(ctx, p)
		c.pace.ended(at.chat, time.Now())
		switch {
		case err == nil:
			c.pace.well()
		case errors.Is(err, tg.ErrorBadRequest) && strings.Contains(err.Error(), "not modified"):
		default:
			return c.rewriting(ctx, at.chat, err)
		}
	}
	return nil
}

// rewriting says what an error of rewriting means: whatever may pass is tried again.
func (c *Channel) rewriting(ctx context.Context, chat int64, err error) error {
	u := c.fault(ctx, chat, err, false)
	if u.State == grid.Unclear {
		u.State, u.After = grid.Waiting, c.pace.trouble(time.Now())
	}
	return u
}

// split cuts a text into parts of at most so many UTF-16 units, at the end of a
// line where there is one in the latter half, never within a character.
func split(text string, most int) []string {
	var parts []string
	for text != "" {
		n, line := 0, 0 // bytes that fit, and bytes to the last end of a line
		units := 0
		for i, r := range text {
			if units += 1 + btoi(r > 0xFFFF); units > most {
				break
			}
			n = i + len(string(r))
			if r == '\n' && units > most/2 {
				line = n
			}
		}
		if n < len(text) && line > 0 {
			n = line
		}
		if part := strings.Trim(text[:n], "\n"); strings.TrimSpace(part) != "" {
			parts = append(parts, part)
		}
		text = text[n:]
	}
	return slices.Clip(parts)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
