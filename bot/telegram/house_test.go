package telegram_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"youshi/bot"
	"youshi/bot/bottest"
	"youshi/bot/telegram"
	"youshi/bot/telegram/telegramtest"
	"youshi/grid"
)

// The tests wait for the network's time more than they work, so they wait together.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// site is a channel over a server of its own.
type site struct {
	t      *testing.T
	server *telegramtest.Server
	group  *telegramtest.Chat
	chat   grid.Chat
	opt    telegram.Options
	ch     *telegram.Channel
	ears   *ears
	logged *lines
}

// newSite opens a server with one group; the channel runs once start is called.
func newSite(t *testing.T, o telegramtest.Options) *site {
	t.Helper()
	server, err := telegramtest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	group := server.Supergroup("第3网格")
	s := &site{t: t, server: server, group: group, logged: &lines{}, ears: newEars()}
	s.chat = grid.Chat{ID: "group:g3", Kind: grid.GroupChat, Channel: telegram.ID, Native: fmt.Sprint(group.ID)}
	s.opt = telegram.Options{Token: telegramtest.Token, ServerURL: server.URL(), Bot: "小格", Notes: &s.ears.notes,
		Media: bot.Media{Dir: t.TempDir()}, Log: slog.New(slog.NewTextHandler(s.logged, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	return s
}

// start builds the channel anew and runs it; the function given stops it.
func (s *site) start() (stop func()) {
	s.t.Helper()
	ch, err := telegram.New(s.t.Context(), s.opt)
	if err != nil {
		s.t.Fatal(err)
	}
	s.ch = ch
	ctx, cancel := context.WithCancel(s.t.Context())
	done := make(chan error, 1)
	go func() { done <- ch.Run(ctx, s.ears.hear) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				s.t.Errorf("Run ended with %v", err)
			}
		case <-time.After(10 * time.Second):
			s.t.Error("Run did not end")
		}
	})
	s.t.Cleanup(stop)
	return stop
}

// to is a chat of the server as the house knows it.
func to(c *telegramtest.Chat) grid.Chat {
	kind := grid.GroupChat
	if c.Kind == "private" {
		kind = grid.PrivateChat
	}
	return grid.Chat{ID: grid.ChatID(fmt.Sprint("chat:", c.ID)), Kind: kind, Channel: telegram.ID, Native: fmt.Sprint(c.ID)}
}

// send says a post and gives its ids.
func (s *site) send(c *telegramtest.Chat, o grid.Outgoing) ([]grid.MessageID, error) {
	if o.ID == "" {
		o.ID = "post-1"
	}
	return s.ch.Send(s.t.Context(), to(c), o)
}

// undelivered gives what an error says about a post.
func undelivered(t *testing.T, err error) *bot.Undelivered {
	t.Helper()
	var u *bot.Undelivered
	if !errors.As(err, &u) {
		t.Fatalf("the error is %v, want one that knows what happened", err)
	}
	return u
}

// eventually waits for something that must come true.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for late := time.Now().Add(20 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("%s did not come true", what)
		}
	}
}

// lines are what was logged.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// ears keep what is heard as the house does: notes and events together, each key once.
type ears struct {
	notes bottest.Notes
	mu    sync.Mutex
	all   []grid.Event
	keys  map[grid.EventKey]bool
	media map[grid.MessageID][]grid.MediaID
	fail  func() error
}

func newEars() *ears {
	return &ears{keys: map[grid.EventKey]bool{}, media: map[grid.MessageID][]grid.MediaID{}}
}

func (e *ears) hear(ctx context.Context, h bot.Heard) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fail != nil {
		if err := e.fail(); err != nil {
			return err
		}
	}
	for _, ev := range h.Events {
		if ev.Kind == grid.EventMedia {
			e.media[ev.Message.ID] = append(e.media[ev.Message.ID], ev.Message.Media...)
			continue
		}
		if !e.keys[ev.Key] {
			e.keys[ev.Key] = true
			e.all = append(e.all, ev)
		}
	}
	return e.notes.Put(ctx, h.Notes...)
}

// failing sets how hearing goes wrong; nil: not at all.
func (e *ears) failing(how func() error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fail = how
}

func (e *ears) events() []grid.Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.all)
}

func (e *ears) files(id grid.MessageID) []grid.MediaID {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.media[id])
}

// heard waits for n events and gives them.
func (s *site) heard(n int) []grid.Event {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("hearing %d events", n), func() bool { return len(s.ears.events()) >= n })
	return s.ears.events()
}

// silent makes sure that the token is in no line of the log.
func (s *site) silent() {
	s.t.Helper()
	if strings.Contains(s.logged.String(), telegramtest.Token) {
		s.t.Error("the token is in the log")
	}
}

// freeAddr gives an address of this machine that nobody listens on.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
