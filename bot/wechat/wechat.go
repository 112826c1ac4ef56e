// Package wechat is the channel to WeChat groups, over the web protocol by way
// of openwechat. The platform may bar the account at any time: the channel then
// waits, tells the operator, and the program goes on without it.
package wechat

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"youshi/bot"
	"youshi/grid"
	"youshi/prompts"
)

// How long things take, in machine time.
const (
	idleSync     = 2 * time.Hour    // the session's cookies live 12 hours and only webwxsync renews them
	renewApart   = 5 * time.Second  // the same, where cookies live shorter
	downAfter    = 15 * time.Second // without a good answer the platform counts as unreachable
	soonBarred   = 90 * time.Second // a new session that ends so soon, before anything was heard, was barred
	barredRest   = 20 * time.Second // before the next login after that, and four times as long each time
	longestRest  = 6 * time.Hour
	refreshAfter = time.Minute    // a group's members are asked for so often at most
	staleAfter   = 24 * time.Hour // and so often at least, when somebody speaks there
	detailsApart = 3 * time.Second
)

// Options is what the channel is built of.
type Options struct {
	Notes   bot.Notes
	Media   bot.Media
	Voice   *prompts.Voice
	Log     *slog.Logger // nil: slog.Default
	Now     func() time.Time
	Changed func(bot.Health) // told of every change of state or sentence; may be nil

	Session string // the file of the credentials
	Mode    string // "desktop" or "normal"
	// Groups gives the names of the groups that an area is bound to, by the config
	// or by a code said in them.
	Groups func(context.Context) ([]string, error)
	Bot    string // the bot's name, as residents call it

	Gap       time.Duration // at least between two messages; up to two thirds more by chance
	PerMinute int           // messages a minute at most, in all
	Rest      time.Duration // without a message after the platform said "too often"
	DeafAfter time.Duration // without hearing anything in daytime; 0: never

	Terminal  io.Writer         // where QR codes are drawn; nil: nowhere
	Transport http.RoundTripper // nil: one of the machine's settings (HTTPS_PROXY, SSL_CERT_FILE)
}

// Channel is the WeChat channel. It is a bot.Channel, bot.Private and bot.Watched.
type Channel struct {
	opt   Options
	gate  *gate
	pace  *pace
	state *state
	hear  bot.Hear
	idle  time.Duration // without news, before the session's cookies are renewed

	refusals refusals
	mu       sync.Mutex
	now      *login // nil: not logged in
}

var (
	_ bot.Channel = (*Channel)(nil)
	_ bot.Private = (*Channel)(nil)
	_ bot.Watched = (*Channel)(nil)
)

// New builds the channel; nothing runs until Run.
func New(o Options) *Channel {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	o.Log = o.Log.With("part", "wechat")
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Gap <= 0 {
		o.Gap = 3 * time.Second
	}
	if o.PerMinute <= 0 {
		o.PerMinute = 12
	}
	if o.Rest <= 0 {
		o.Rest = 30 * time.Minute
	}
	return &Channel{opt: o, gate: &gate{}, pace: newPace(o.Gap, o.PerMinute), state: newState(o), idle: idleSync}
}

// ID implements bot.Channel.
func (c *Channel) ID() grid.ChannelID { return ID }

// Run keeps the account logged in and hears until ctx is done. It never fails:
// WeChat can be lost, and the program goes on.
func (c *Channel) Run(ctx context.Context, hear bot.Hear) error {
	c.hear = hear
	if c.opt.Transport == nil {
		own := http.DefaultTransport.(*http.Transport).Clone() // keeps Proxy: http.ProxyFromEnvironment
		own.IdleConnTimeout = 15 * time.Second                 // shorter than the server's: a send must not meet a connection that ends
		c.opt.Transport = own
		defer own.CloseIdleConnections()
	}
	c.whenever(ctx, "reading what was sent before", func() error { return c.pace.read(ctx, c.opt.Notes) })
	l := &ladder{Channel: c}
	for ctx.Err() == nil {
		if err := guard(func() error { return l.live(ctx) }); err != nil && ctx.Err() == nil {
			c.opt.Log.Error("the connection to WeChat broke; beginning anew", "err", err)
			_ = sleep(ctx, backoff(3)) // ctx is looked at
		}
	}
	return nil
}

// whenever does something until it works or ctx is done.
func (c *Channel) whenever(ctx context.Context, what string, do func() error) {
	for n := 1; ctx.Err() == nil; n++ {
		err := guard(do)
		if err == nil {
			return
		}
		c.opt.Log.Error(what+" failed; trying again", "try", n, "err", err)
		_ = sleep(ctx, backoff(n)) // ctx is looked at
	}
}

// guard turns a panic into an error: nothing the platform says may end the program.
func guard(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return do()
}

// current gives the login that messages can go through, nil when there is none.
func (c *Channel) current() *login {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *Channel) setCurrent(l *login) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = l
}

// Health implements bot.Watched.
func (c *Channel) Health() bot.Health { return c.state.health() }
