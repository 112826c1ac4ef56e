package wechat_test

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"youshi/bot"
	"youshi/bot/bottest"
	"youshi/bot/wechat"
	"youshi/bot/wechat/wechattest"
	"youshi/grid"
	"youshi/prompts"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "60"); err != nil { // they wait for heartbeats, they do not compute
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

const home = "第3网格群"

// scene is a platform, what a program kept of it, and what it heard.
type scene struct {
	t      *testing.T
	server *wechattest.Server
	opt    wechat.Options
	notes  *bottest.Notes

	mu      sync.Mutex
	heard   []grid.Event // each key once, in order
	again   int          // events heard more than once
	changes []bot.Health
	idle    bool // renews its cookies at every heartbeat
	ch      *wechat.Channel
	stop    func()
}

func newScene(t *testing.T, groups ...string) *scene {
	t.Helper()
	voice, err := prompts.Open("zh")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s := &scene{t: t, server: wechattest.New(t, "有事助手"), notes: &bottest.Notes{}}
	if len(groups) == 0 {
		groups = []string{home}
	}
	s.opt = wechat.Options{Notes: s.notes, Media: bot.Media{Dir: filepath.Join(dir, "media")}, Voice: voice,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Session: filepath.Join(dir, "wechat.json"), Mode: "desktop",
		Groups: func(context.Context) ([]string, error) { return groups, nil },
		Bot:    "小格", Gap: 30 * time.Millisecond, PerMinute: 1000, Rest: 4 * time.Second,
		Changed: func(h bot.Health) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.changes = append(s.changes, h)
		}}
	return s
}

// connect starts the channel, as a start of the program does.
func (s *scene) connect() {
	s.t.Helper()
	o := s.opt
	transport := s.server.Transport()
	o.Transport = transport
	s.ch = wechat.New(o)
	if s.idle {
		s.ch.IdleAfter(0)
	}
	ctx, cancel := context.WithCancel(s.t.Context())
	done := make(chan error, 1)
	go func() { done <- s.ch.Run(ctx, s.hear) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Errorf("Run ended with %v", err)
		}
		transport.CloseIdleConnections()
	})
	s.t.Cleanup(s.stop)
}

func (s *scene) hear(ctx context.Context, h bot.Heard) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ev := range h.Events {
		if slices.ContainsFunc(s.heard, func(x grid.Event) bool { return x.Key == ev.Key }) {
			s.again++
			continue
		}
		s.heard = append(s.heard, ev)
	}
	return s.notes.Put(ctx, h.Notes...)
}

// until waits for something to become true: longer than the longest pause between
// requests to a server that failed.
func (s *scene) until(what string, ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(90 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
	}
	s.t.Fatalf("waited in vain: %s; health %+v; heard %q", what, s.ch.Health(), s.texts())
}

func (s *scene) events() []grid.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.heard)
}

func (s *scene) texts() []string {
	var out []string
	for _, ev := range s.events() {
		out = append(out, ev.Message.Text)
	}
	return out
}

// hears waits until the text was heard and gives its event.
func (s *scene) hears(text string) grid.Event {
	s.t.Helper()
	s.until("hearing "+text, func() bool { return slices.Contains(s.texts(), text) })
	evs := s.events()
	return evs[slices.IndexFunc(evs, func(ev grid.Event) bool { return ev.Message.Text == text })]
}

func (s *scene) online() {
	s.t.Helper()
	s.until("being online", func() bool { return s.ch.Health().State == bot.HealthOnline })
}

// forget forgets the changes so far.
func (s *scene) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes = nil
}

func (s *scene) states() []bot.HealthState {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []bot.HealthState
	for _, h := range s.changes {
		out = append(out, h.State)
	}
	return out
}

var group = grid.Chat{ID: "group:3", Kind: grid.GroupChat, Channel: wechat.ID, Native: home}

func post(id, text string) grid.Outgoing {
	return grid.Outgoing{ID: grid.MessageID(id), To: group.ID, Class: grid.ClassAnswer, Kind: grid.PostAnswer, Text: text, Written: time.Now(), State: grid.Trying, Attempts: 1}
}

// send says o as the Sender does: what waits is tried again.
func (s *scene) send(to grid.Chat, o grid.Outgoing) ([]grid.MessageID, error) {
	for end := time.Now().Add(10 * time.Second); ; {
		ids, err := s.ch.Send(s.t.Context(), to, o)
		var u *bot.Undelivered
		if errors.As(err, &u) && u.State == grid.Waiting && time.Now().Before(end) {
			time.Sleep(min(max(u.After, 10*time.Millisecond), 100*time.Millisecond))
			continue
		}
		return ids, err
	}
}

func TestWeChatKeepsTheContract(t *testing.T) {
	bottest.Run(t, func(t *testing.T) bottest.Fixture {
		s := newScene(t)
		wang := s.server.Stranger("王芳")
		g := s.server.NewGroup(home, true, wang)
		people := map[string]*wechattest.Person{}
		var last struct {
			who *wechattest.Person
			id  int64
		}
		return bottest.Fixture{
			Connect: func() bot.Channel {
				o := s.opt
				transport := s.server.Transport()
				t.Cleanup(transport.CloseIdleConnections)
				o.Transport = transport
				return wechat.New(o)
			},
			Say:  func(text string) error { last.who, last.id = wang, s.server.Say(g, wang, text); return nil },
			Chat: group,
			Seen: func() []string { return s.server.SentTo(home) },
			As: func(who, text string) error {
				p := people[who]
				if p == nil {
					p = s.server.Stranger(who)
					people[who] = p
					g.Join(p)
				}
				s.server.Say(g, p, text)
				return nil
			},
			Again:  func() error { s.server.Repeat(1); return nil },
			Recall: func() error { s.server.Recall(g, last.who, last.id); return nil },
			Times: func() []time.Time {
				var at []time.Time
				for _, m := range s.server.Sent() {
					at = append(at, m.At)
				}
				return at
			},
			Notes: s.notes,
		}
	})
}
