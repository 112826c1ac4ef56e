package telegram

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"youshi/bot"
)

// What is kept of messages and albums: long enough for edits (Telegram allows them
// for 48 hours) and for answers into the right topic.
const (
	seenPrefix  = "seen/"  // <chat>/<message>
	albumPrefix = "album/" // <chat>/<media group>
	seenFor     = 7 * 24 * time.Hour
	forgetEvery = 6 * time.Hour
)

// seen is what is remembered of a message: never its words.
type seen struct {
	Words string `json:"w,omitempty"` // a short hash: an edit with the same words changes nothing
	Topic int    `json:"t,omitempty"` // of a forum
	First int    `json:"f,omitempty"` // an album: its first message
	At    int64  `json:"at"`          // Unix time
}

func seenKey(chat int64, id int) string { return fmt.Sprintf("%s%d/%d", seenPrefix, chat, id) }

func albumKey(chat int64, group string) string {
	return fmt.Sprintf("%s%d/%s", albumPrefix, chat, group)
}

// hashed is a short hash of a message's words.
func hashed(words string) string {
	sum := sha256.Sum256([]byte(words))
	return hex.EncodeToString(sum[:6])
}

func (s seen) note(key string) (bot.Note, error) {
	v, err := json.Marshal(s)
	if err != nil {
		return bot.Note{}, fmt.Errorf("noting %s: %w", key, err)
	}
	return bot.Note{Key: key, Value: v}, nil
}

// remembered reads what is known of a message or an album; zero for nothing.
func remembered(ctx context.Context, notes bot.Notes, key string) (s seen, err error) {
	v, err := notes.Get(ctx, key)
	if err != nil {
		return s, fmt.Errorf("reading the note %s: %w", key, err)
	}
	if v != nil && json.Unmarshal(v, &s) != nil {
		s = seen{} // an unreadable note is as good as none
	}
	return s, nil
}

// forget drops what was remembered for long enough, until ctx is done.
func (c *Channel) forget(ctx context.Context) {
	for {
		for _, prefix := range []string{seenPrefix, albumPrefix} {
			if err := c.forgetOld(ctx, prefix); err != nil && ctx.Err() == nil {
				c.log.Error("forgetting old messages", "err", err)
			}
		}
		select {
		case <-time.After(forgetEvery):
		case <-ctx.Done():
			return
		}
	}
}

func (c *Channel) forgetOld(ctx context.Context, prefix string) error {
	all, err := c.opt.Notes.All(ctx, prefix)
	if err != nil {
		return err
	}
	var old []bot.Note
	before := c.opt.Now().Add(-seenFor).Unix()
	for _, n := range all {
		var s seen
		if json.Unmarshal(n.Value, &s) != nil || s.At < before {
			old = append(old, bot.Note{Key: n.Key})
		}
	}
	for len(old) > 0 {
		n := min(len(old), 500) // short transactions
		if err := c.opt.Notes.Put(ctx, old[:n]...); err != nil {
			return err
		}
		old = old[n:]
	}
	return nil
}
