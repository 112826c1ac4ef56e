package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	tg "github.com/go-telegram/bot"
)

// lookAgain is how often a bot that is told too little looks whether that changed.
const lookAgain = 10 * time.Minute

// poll fetches updates until ctx is done. A batch and the position after it are on
// disk before the next poll tells Telegram that they arrived.
func (c *Channel) poll(ctx context.Context) {
	c.meet(ctx)
	c.dropHook(ctx)
	offset := c.position(ctx)
	looked := time.Now()
	for ctx.Err() == nil {
		began := time.Now()
		batch, err := c.api.updates(ctx, offset, pollFor)
		if err != nil {
			if ctx.Err() == nil {
				sleep(ctx, c.health.ill(err))
			}
			continue
		}
		c.health.well()
		if c.health.isBlind() && time.Since(looked) > lookAgain {
			looked = time.Now()
			_ = c.look(ctx) // the next poll says what is wrong
		}
		if len(batch) > 0 {
			offset = c.take(ctx, batch, offset)
		} else if time.Since(began) < time.Second { // a server that does not hold the poll must not be hammered
			sleep(ctx, time.Second)
		}
	}
}

// take hears a batch, again and again until it is on disk or ctx is done.
func (c *Channel) take(ctx context.Context, batch []json.RawMessage, offset int64) int64 {
	for try := 1; ctx.Err() == nil; try++ {
		next, err := c.hearBatch(ctx, batch, true)
		if err == nil {
			return next
		}
		if ctx.Err() == nil {
			c.log.Error("what Telegram told cannot be written down; trying again", "updates", len(batch), "try", try, "err", err)
			sleep(ctx, min(firstPause<<min(try-1, 6), 10*time.Second))
		}
		if errors.Is(err, errNoIDs) {
			break
		}
	}
	return offset
}

// position reads where fetching goes on; 0: from the beginning.
func (c *Channel) position(ctx context.Context) int64 {
	for try := 1; ctx.Err() == nil; try++ {
		v, err := c.opt.Notes.Get(ctx, notePosition)
		if err == nil {
			n, _ := strconv.ParseInt(string(v), 10, 64) // none yet is 0
			return n
		}
		c.log.Error("the position at Telegram cannot be read; trying again", "try", try, "err", err)
		sleep(ctx, time.Second)
	}
	return 0
}

// meet asks Telegram who the bot is, until it answers or ctx is done.
func (c *Channel) meet(ctx context.Context) {
	for ctx.Err() == nil {
		err := c.look(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		sleep(ctx, c.health.ill(err))
	}
}

// look asks Telegram who the bot is and what it is told.
func (c *Channel) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	me, err := c.api.lib.GetMe(ctx)
	if err != nil {
		return c.api.mask(err)
	}
	c.mu.Lock()
	c.self = me
	c.mu.Unlock()
	c.health.sees(me.CanReadAllGroupMessages)
	c.health.well()
	return nil
}

// dropHook takes a webhook away that an earlier life set: with it nothing can be
// fetched. What waits stays.
func (c *Channel) dropHook(ctx context.Context) {
	for ctx.Err() == nil {
		err := c.noHook(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		sleep(ctx, c.health.ill(err))
	}
}

func (c *Channel) noHook(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	info, err := c.api.lib.GetWebhookInfo(ctx)
	if err != nil || info.URL == "" {
		return c.api.mask(err)
	}
	c.log.Warn("a webhook is set for this bot, and the config says to fetch: the webhook is taken away")
	_, err = c.api.lib.DeleteWebhook(ctx, &tg.DeleteWebhookParams{})
	return c.api.mask(err)
}

// Standing is what Telegram says of a bot.
type Standing struct {
	Username string
	Privacy  bool   // it hears only commands and answers to itself
	Webhook  string // where updates are delivered to; "": they are fetched
	Pending  int    // updates that wait
	Trouble  string // why the last delivery to the webhook failed
}

// Ask asks Telegram how a bot stands; it changes nothing and takes no updates.
func Ask(ctx context.Context, token, server string) (s Standing, err error) {
	a, err := newAPI(token, server)
	if err != nil {
		return s, err
	}
	defer a.close()
	me, err := a.lib.GetMe(ctx)
	if err != nil {
		return s, fmt.Errorf("asking who the bot is: %w", a.mask(err))
	}
	info, err := a.lib.GetWebhookInfo(ctx)
	if err != nil {
		return s, fmt.Errorf("asking for the webhook: %w", a.mask(err))
	}
	return Standing{Username: me.Username, Privacy: !me.CanReadAllGroupMessages, Webhook: info.URL,
		Pending: info.PendingUpdateCount, Trouble: info.LastErrorMessage}, nil
}

// Say gives what is wrong with a bot's standing, "" for nothing.
func (s Standing) Say(wantHook bool) string {
	switch {
	case s.Privacy:
		return sayPrivacy
	case !wantHook && s.Webhook != "":
		return "a webhook is set, and the config says to fetch: youshi serve takes it away"
	case wantHook && s.Trouble != "":
		return fmt.Sprintf(sayHookFail, s.Trouble)
	}
	return ""
}
