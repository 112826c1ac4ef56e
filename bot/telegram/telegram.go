// Package telegram is the channel to Telegram: it sits in groups as a bot, fetches
// updates itself (or takes them by webhook) and tells Telegram that they arrived
// only when they are on disk, and speaks within Telegram's limits. The library
// go-telegram/bot lends its models and its sends; its own loop acknowledges before
// anything is handled and is not used.
package telegram

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/go-telegram/bot/models"
	"golang.org/x/sync/errgroup"

	"youshi/bot"
	"youshi/grid"
)

// ID names the channel.
const ID grid.ChannelID = "telegram"

// Webhook is where Telegram delivers updates to, instead of being asked for them.
type Webhook struct {
	URL    string // as Telegram reaches it; its path is where deliveries are taken
	Addr   string // HOST:PORT to listen on, behind whatever speaks TLS
	Secret string // Telegram sends it along
}

// Options is what a channel is built of.
type Options struct {
	Token     string
	ServerURL string   // "": https://api.telegram.org
	Webhook   *Webhook // nil: updates are fetched
	Bot       string   // the bot's name as residents call it; its @username means the same
	// Bound are accounts that the config binds to a person: they may be told in
	// private before they spoke there.
	Bound []int64

	Notes   bot.Notes
	Media   bot.Media
	Log     *slog.Logger     // nil: silent
	Now     func() time.Time // nil: time.Now
	Changed func(bot.Health) // told of every change of State; may be nil
}

// Channel is Telegram: a bot.Channel that edits, keeps limits, knows its health
// and speaks in private with whoever spoke to it.
type Channel struct {
	opt    Options
	log    *slog.Logger
	api    *api
	pace   *pace
	health *standing
	alone  *alone
	room   *room
	files  *files
	taps   chan string // presses to be answered

	// hearing orders batches: whoever hears holds it until all of it is on disk.
	hearing sync.Mutex

	mu   sync.Mutex
	hear bot.Hear // nil unless Run runs
	self *models.User
}

// New builds the channel and reads its notes; nothing is asked of Telegram until Run.
func New(ctx context.Context, o Options) (*Channel, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Bot == "" {
		o.Bot = "小格"
	}
	log := o.Log.With("part", "telegram")
	a, err := newAPI(o.Token, o.ServerURL)
	if err != nil {
		return nil, err
	}
	c := &Channel{opt: o, log: log, api: a, pace: newPace(time.Now()), health: newStanding(o.Now, o.Changed, log),
		taps: make(chan string, 256)}
	if c.alone, err = readAlone(ctx, o.Notes, o.Bound); err != nil {
		return nil, err
	}
	if c.room, err = readRoom(ctx, o.Notes); err != nil {
		return nil, err
	}
	c.files = &files{api: a, notes: o.Notes, media: o.Media, now: o.Now, log: log, kick: make(chan struct{}, 1)}
	return c, nil
}

// ID gives "telegram".
func (c *Channel) ID() grid.ChannelID { return ID }

// Run hears until ctx is done. Nothing that Telegram does ends it: a token that is
// refused, another program that polls, a network that is gone are told by Health
// and tried again. An error means that the webhook's address cannot be listened on.
func (c *Channel) Run(ctx context.Context, hear bot.Hear) error {
	c.setHear(hear)
	defer c.setHear(nil)
	defer c.api.close()
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { return c.listen(ctx) })
	all.Go(func() error { c.room.watch(ctx, c.flush); return nil })
	all.Go(func() error { c.files.run(ctx, c.tell); return nil })
	all.Go(func() error { c.answerTaps(ctx); return nil })
	all.Go(func() error { c.forget(ctx); return nil })
	if err := all.Wait(); err != nil {
		return fmt.Errorf("telegram: %w", err)
	}
	return nil
}

// listen finds out who the bot is and then takes updates, one way or the other.
func (c *Channel) listen(ctx context.Context) error {
	if c.opt.Webhook != nil {
		return c.serveHook(ctx)
	}
	c.poll(ctx)
	return nil
}

func (c *Channel) setHear(hear bot.Hear) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hear = hear
}

// tell lets the house hear; an error while it does not run.
func (c *Channel) tell(ctx context.Context, h bot.Heard) error {
	c.mu.Lock()
	hear := c.hear
	c.mu.Unlock()
	if hear == nil {
		return &grid.Error{Code: grid.Shut, Say: "the telegram channel has stopped"}
	}
	return hear(ctx, h)
}

// Limits are Telegram's: one message a second in a chat, twenty a minute in a
// group (two are left for attempts whose end nobody knows), thirty a second in all.
func (c *Channel) Limits() bot.Limits {
	return bot.Limits{PerChat: perChat, PerGroupMinute: perGroupMinute, Overall: overall}
}

// Health says how the channel stands with Telegram.
func (c *Channel) Health() bot.Health { return c.health.get() }

// PrivateChat gives the private chat with an account that spoke there, or that
// the config binds, unless Telegram said that the bot may not write to it.
func (c *Channel) PrivateChat(id grid.Identity) (string, bool) {
	if id.Channel != ID || id.Weak {
		return "", false
	}
	n, err := strconv.ParseInt(id.ID, 10, 64)
	if err != nil || n <= 0 {
		return "", false
	}
	return id.ID, c.alone.may(n)
}

// me is the bot's own account, nil until Telegram told it.
func (c *Channel) me() *models.User {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.self
}

var (
	_ bot.Channel = (*Channel)(nil)
	_ bot.Private = (*Channel)(nil)
	_ bot.Editor  = (*Channel)(nil)
	_ bot.Limited = (*Channel)(nil)
	_ bot.Watched = (*Channel)(nil)
)
