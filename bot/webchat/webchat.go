// Package webchat is the embedded channel: a page that looks like a group chat
// on a phone, and the HTTP calls under it. The store's outbox is the delivery:
// what it says was said, every page can read.
package webchat

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"youshi/bot"
	"youshi/grid"
)

// ID names the channel.
const ID grid.ChannelID = "webchat"

// Options is what a web chat is built of.
type Options struct {
	Book  Book
	Media string           // folder of <sha256> files; made when the first file arrives
	Now   func() time.Time // of the one clock, in the community's time zone
	Bot   string           // the bot's name; "" is 小格
	Log   *slog.Logger     // nil: silent

	// Demo lets anyone speak as anyone, makes unknown groups and people, and
	// allows /api/people and /api/clock to change something.
	Demo  bool
	Clock Clock // demo's pushed clock; nil: /api/clock is refused
	// Secure marks the cookie of serve for https alone (a public_url with https).
	Secure bool
	// Origin is where the page is reached from outside ("https://youshi.example.org"),
	// if it is not where the program listens; "": nowhere else.
	Origin string
	// Proxied says that a proxy stands before the page and names callers' addresses.
	Proxied bool
}

// Clock is a clock that can be pushed.
type Clock interface {
	// Push moves the clock to where `to` says, given what it shows once every
	// other push is done, firing every timer on the way in order, and returns the
	// time when lanes and outbox are idle. Invalid: that lies before now.
	Push(ctx context.Context, to func(now time.Time) time.Time) (time.Time, error)
}

// Chat is the web chat: a bot.Channel and the HTTP handlers under it.
type Chat struct {
	opt   Options
	cross *http.CrossOriginProtection
	guard *guard
	news  *news

	mu    sync.Mutex
	hear  bot.Hear
	begun chan struct{} // closed when hearing begins
	gone  chan struct{} // closed when hearing ends
}

// New builds a web chat; nothing runs until Run.
func New(o Options) *Chat {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Bot == "" {
		o.Bot = "小格"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	c := &Chat{opt: o, cross: http.NewCrossOriginProtection(), guard: newGuard(), news: newNews(), begun: make(chan struct{}), gone: make(chan struct{})}
	if o.Origin != "" {
		if err := c.cross.AddTrustedOrigin(o.Origin); err != nil {
			o.Log.Warn("the page's own address cannot be trusted", "part", "webchat", "err", err)
		}
	}
	return c
}

// ID gives "webchat".
func (c *Chat) ID() grid.ChannelID { return ID }

// Run hears until ctx is done. Open long polls and live streams end with it.
// It runs once.
func (c *Chat) Run(ctx context.Context, hear bot.Hear) error {
	c.mu.Lock()
	c.hear = hear
	c.mu.Unlock()
	close(c.begun)
	defer func() {
		c.mu.Lock()
		c.hear = nil
		c.mu.Unlock()
		close(c.gone)
	}()
	c.news.run(ctx)
	return nil
}

// Hear writes events down as Run's hear does and tells the pages; app's player
// of recorded days speaks through it. Before Run it waits for it, after Run it
// is shut.
func (c *Chat) Hear(ctx context.Context, evs ...grid.Event) error {
	select {
	case <-c.begun:
	case <-c.gone:
	case <-ctx.Done():
		return fmt.Errorf("waiting for hearing to begin: %w", ctx.Err())
	}
	c.mu.Lock()
	hear := c.hear
	c.mu.Unlock()
	if hear == nil {
		return &grid.Error{Code: grid.Shut, Say: "程序正在停止，请稍后再试。"}
	}
	if err := hear(ctx, bot.Heard{Events: evs}); err != nil {
		return err
	}
	c.news.stir()
	return nil
}

// Send gives the post's own id: it is read from the outbox once it counts as
// sent, which the pages are told to look for.
func (c *Chat) Send(_ context.Context, _ grid.Chat, o grid.Outgoing) ([]grid.MessageID, error) {
	c.news.stir()
	return []grid.MessageID{o.ID}, nil
}

// Idempotent reports that sending a post twice shows it once, so that an
// attempt whose end nobody knows can be repeated.
func (c *Chat) Idempotent() bool { return true }

// PrivateChat gives the private chat with an account: it always exists.
func (c *Chat) PrivateChat(id grid.Identity) (string, bool) {
	if id.Channel != ID || id.ID == "" {
		return "", false
	}
	return privatePrefix + id.ID, true
}

// Changed tells the pages to look again; app calls it when something lasting
// changed that the web chat did not hear or say itself (a ticket moved).
func (c *Chat) Changed() { c.news.tell() }

var (
	_ bot.Channel = (*Chat)(nil)
	_ bot.Private = (*Chat)(nil)
)
