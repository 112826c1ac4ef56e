package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	tg "github.com/go-telegram/bot"

	"youshi/bot"
	"youshi/grid"
)

// whileBarred is how long posts wait when Telegram refuses the token.
const whileBarred = time.Minute

// traced gives a context whose requests tell whether anything of them went out:
// what never left was surely not said.
func traced(ctx context.Context) (context.Context, *atomic.Bool) {
	var left atomic.Bool
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { left.Store(true) }}), &left
}

// fault says what an error of speaking means for the post.
func (c *Channel) fault(ctx context.Context, chat int64, err error, left bool) *bot.Undelivered {
	err = c.api.mask(err)
	var busy *tg.TooManyRequestsError
	var moved *tg.MigrateError
	var broken *statusError
	waits := func(after time.Duration, say string) *bot.Undelivered {
		return &bot.Undelivered{State: grid.Waiting, After: after, Say: say, Err: err}
	}
	aside := func(say string) *bot.Undelivered { return &bot.Undelivered{State: grid.PutAside, Say: say, Err: err} }
	switch {
	case errors.As(err, &busy):
		after := time.Duration(busy.RetryAfter)*time.Second + 100*time.Millisecond
		c.pace.busy(chat, time.Now().Add(after))
		return waits(after, fmt.Sprintf("Telegram asks to wait %d seconds with this chat", busy.RetryAfter))
	case errors.As(err, &moved):
		return c.follow(ctx, chat, int64(moved.MigrateToChatID), err)
	case errors.Is(err, tg.ErrorForbidden), chat > 0 && unknown(err):
		return c.forbidden(ctx, chat, err)
	case unknown(err):
		return aside(fmt.Sprintf("Telegram knows no chat %d: look at the chat in [[group]], and whether the bot is in it", chat))
	case errors.Is(err, tg.ErrorBadRequest):
		return aside("Telegram refuses this post")
	case errors.Is(err, tg.ErrorUnauthorized), errors.Is(err, tg.ErrorNotFound):
		c.health.set(bot.HealthBarred, sayToken)
		return waits(whileBarred, "Telegram refuses the token")
	case errors.Is(err, tg.ErrorConflict):
		return waits(whileBarred, "Telegram says that another program uses this bot")
	case errors.As(err, &broken):
		return waits(c.pace.trouble(time.Now()), "Telegram's server is in trouble")
	case !left:
		return waits(c.pace.trouble(time.Now()), "Telegram cannot be reached")
	}
	return &bot.Undelivered{State: grid.Unclear, Say: "nobody knows whether Telegram took it", Err: err}
}

// unknown reports whether Telegram knows no such chat: of a private one that the
// person and the bot never met.
func unknown(err error) bool {
	return errors.Is(err, tg.ErrorBadRequest) && strings.Contains(err.Error(), "chat not found")
}

// follow hears that a chat moved, which its own error told; the post then goes to
// where it is now.
func (c *Channel) follow(ctx context.Context, from, to int64, err error) *bot.Undelivered {
	c.log.Info("a group became a supergroup", "chat", from, "now", to)
	if herr := c.tell(ctx, bot.Heard{Events: []grid.Event{movedEvent(from, to)}}); herr != nil {
		c.log.Error("that a group moved cannot be written down", "chat", from, "now", to, "err", herr)
	}
	return &bot.Undelivered{State: grid.Waiting, After: time.Second, Say: fmt.Sprintf("the group has the id %d now", to), Err: err}
}

// forbidden is a chat in which the bot may not speak. Of a private one it is
// remembered, so that the person is told another way.
func (c *Channel) forbidden(ctx context.Context, chat int64, err error) *bot.Undelivered {
	if chat < 0 {
		return &bot.Undelivered{State: grid.PutAside, Say: fmt.Sprintf("the bot may not speak in chat %d: add it again, or let it send messages", chat), Err: err}
	}
	note := privateNote(chat, shutChat)
	if nerr := c.opt.Notes.Put(ctx, note); nerr != nil {
		c.log.Error("that somebody cannot be written to is not noted", "err", nerr)
	}
	c.alone.learn([]bot.Note{note})
	return &bot.Undelivered{State: grid.PutAside, Say: "this person has not begun a chat with the bot, or blocked it: ask them to open the bot and press Start", Err: err}
}
