package webchat

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"youshi/bot"
	"youshi/grid"
)

var beijing = time.FixedZone("CST", 8*3600)

// memory is a Book and a Hear in memory: what is heard becomes a line at once.
type memory struct {
	mu       sync.Mutex
	demo     bool
	chats    []string
	staff    []string // who may read staff chats
	lines    map[string][]Line
	posts    []Post
	people   []Person
	accounts map[string]string
	events   []grid.Event
	fail     error // of hearing, once
	now      time.Time
	pushed   []time.Time
}

func newMemory(demo bool) *memory {
	return &memory{
		demo: demo, chats: []string{"d01", "d02", "staff:d01"}, staff: []string{"王网格"},
		lines: map[string][]Line{}, accounts: map[string]string{}, now: time.Date(2026, 11, 10, 6, 31, 0, 0, beijing),
		people: []Person{
			{Name: "清风徐来", Role: grid.Resident}, {Name: "老周3-2-501", Role: grid.Resident},
			{Name: "王网格", Role: grid.GridWorker, Group: "d01"}, {Name: "李书记", Role: grid.Secretary, Group: "示范社区"},
		},
	}
}

func (m *memory) Now() time.Time { m.mu.Lock(); defer m.mu.Unlock(); return m.now }

func (m *memory) Push(_ context.Context, to func(time.Time) time.Time) (time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := to(m.now)
	m.now, m.pushed = t, append(m.pushed, t)
	return t, nil
}

func (m *memory) hear(_ context.Context, h bot.Heard) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fail; err != nil {
		m.fail = nil
		return err
	}
	for _, ev := range h.Events {
		if slices.ContainsFunc(m.events, func(e grid.Event) bool { return e.Key == ev.Key }) {
			continue // heard before, as the ear does
		}
		m.events = append(m.events, ev)
		native := ev.Native.Native
		switch ev.Kind {
		case grid.EventMessage:
			l := Line{ID: ev.Message.ID, At: ev.Message.Sent, From: ev.Speaker.ID, Role: grid.Resident, Kind: string(ev.Message.Kind),
				Text: ev.Message.Text, Media: ev.Message.Media, ReplyTo: ev.Message.ReplyTo}
			if q := m.line(ev.Message.ReplyTo); q != nil {
				l.Quote = &Quote{From: q.From, Text: q.Text}
			}
			m.lines[native] = append(m.lines[native], l)
		case grid.EventEdit:
			l := m.line(ev.Message.Of)
			l.Text, l.Edited = ev.Message.Text, true
		case grid.EventRecall:
			l := m.line(ev.Message.Of)
			l.Text, l.Recalled = "", true
		}
	}
	return nil
}

func (m *memory) line(id grid.MessageID) *Line {
	for _, lines := range m.lines {
		for i := range lines {
			if lines[i].ID == id && id != "" {
				return &lines[i]
			}
		}
	}
	return nil
}

// say lets the bot speak, as the store would tell it after Send.
func (m *memory) say(to string, kind grid.PostKind, text string, replyTo grid.MessageID, buttons ...string) Post {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := Post{Seq: grid.Seq(len(m.posts) + 1), ID: grid.MessageID(fmt.Sprintf("post-%d", len(m.posts)+1)), At: m.now, To: to, Kind: kind, Text: text, Buttons: buttons}
	n := grid.TicketNo(12)
	p.Ticket = &n
	if buttons == nil {
		p.Buttons = []string{}
	}
	l := Line{ID: p.ID, At: p.At, From: "小格", Bot: true, Kind: string(kind), Text: text, Buttons: buttons, Ticket: n}
	if q := m.line(replyTo); q != nil {
		p.ReplyTo, l.ReplyTo, l.Quote = &replyTo, replyTo, &Quote{From: q.From, Text: q.Text}
	}
	m.posts = append(m.posts, p)
	chat := strings.TrimPrefix(to, "group:")
	m.lines[chat] = append(m.lines[chat], l)
	return p
}

func (m *memory) mayRead(who, chat string) bool {
	switch {
	case strings.HasPrefix(chat, privatePrefix):
		return chat == privatePrefix+who
	case strings.HasPrefix(chat, staffPrefix):
		return slices.Contains(m.staff, who)
	}
	return true
}

func (m *memory) Enter(_ context.Context, who, chat string) (grid.Chat, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := grid.Chat{Channel: ID, Native: chat, Kind: grid.GroupChat}
	switch {
	case strings.HasPrefix(chat, privatePrefix):
		c.Kind = grid.PrivateChat
	case strings.HasPrefix(chat, staffPrefix):
		c.Kind = grid.StaffChat
	}
	if m.demo || c.Kind == grid.PrivateChat {
		return c, nil
	}
	if !slices.Contains(m.chats, chat) {
		return c, &grid.Error{Code: grid.NotFound, Say: "没有这个群。"}
	}
	if !m.mayRead(who, chat) {
		return c, &grid.Error{Code: grid.Forbidden, Say: "工作群只有工作人员能进。"}
	}
	return c, nil
}

func (m *memory) Rooms(_ context.Context, who string) ([]Room, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Room
	for _, id := range append(slices.Clone(m.chats), privatePrefix+who) {
		if !m.mayRead(who, id) {
			continue
		}
		r := Room{ID: id, Kind: grid.GroupChat, Name: id + "居民群", Area: id, Tail: []grid.MessageID{}}
		if area, ok := strings.CutPrefix(id, staffPrefix); ok {
			r.Kind, r.Name, r.Area = grid.StaffChat, area+"工作群", area
		} else if strings.HasPrefix(id, privatePrefix) {
			r.Kind, r.Name, r.Area = grid.PrivateChat, "小格", ""
		}
		lines := m.lines[id]
		for _, l := range lines[max(0, len(lines)-30):] {
			r.Tail, r.Last = append(r.Tail, l.ID), &l
		}
		out = append(out, r)
	}
	return out, nil
}

func (m *memory) Lines(_ context.Context, who, chat, before string, n int) ([]Line, string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.mayRead(who, chat) {
		return nil, "", &grid.Error{Code: grid.Forbidden, Say: "这是别人的私聊。"}
	}
	lines := m.lines[chat]
	if i := slices.IndexFunc(lines, func(l Line) bool { return string(l.ID) == before }); i >= 0 {
		lines = lines[:i]
	}
	next := ""
	if len(lines) > n {
		lines = lines[len(lines)-n:]
		next = string(lines[0].ID)
	}
	return slices.Clone(lines), next, nil
}

func (m *memory) Said(_ context.Context, who string, since grid.Seq, n int) ([]Post, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Post
	for _, p := range m.posts {
		if p.Seq > since && len(out) < n && (who == "" || m.mayRead(who, strings.TrimPrefix(p.To, groupPrefix))) {
			out = append(out, p)
		}
	}
	return out, nil
}

func (m *memory) Message(_ context.Context, id grid.MessageID) (Origin, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for chat, lines := range m.lines {
		for _, l := range lines {
			if l.ID == id && !l.Bot {
				return Origin{Chat: chat, From: l.From, Recalled: l.Recalled}, nil
			}
		}
	}
	return Origin{}, &grid.Error{Code: grid.NotFound, Say: "没有这条消息。"}
}

func (m *memory) Post(_ context.Context, id grid.MessageID) (Post, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.posts {
		if p.ID == id {
			return p, nil
		}
	}
	return Post{}, &grid.Error{Code: grid.NotFound, Say: "没有这条消息。"}
}

func (m *memory) Pressed(_ context.Context, post grid.MessageID, who, button string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.line(post)
	l.Pressed = append(l.Pressed, Pressed{who, button})
	return nil
}

func (m *memory) People(context.Context) ([]Person, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.people), nil
}

func (m *memory) Appoint(_ context.Context, p Person) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.people = append(slices.DeleteFunc(m.people, func(q Person) bool { return q.Name == p.Name }), p)
	return nil
}

func (m *memory) Account(_ context.Context, key string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n, ok := m.accounts[key]; ok {
		return n, nil
	}
	return "", &grid.Error{Code: grid.NotFound, Say: "没有这个账号。"}
}

func (m *memory) SignIn(_ context.Context, key, name, code string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if code != "GOODCODE" {
		return "", &grid.Error{Code: grid.NotFound, Say: "这个码不对。"}
	}
	m.accounts[key] = name
	return name, nil
}

func (m *memory) SignOut(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.accounts, key)
	return nil
}

func (m *memory) Person(ctx context.Context, name string) (Person, error) {
	all, err := m.People(ctx)
	for _, p := range all {
		if p.Name == name {
			return p, err
		}
	}
	return Person{Name: name, Role: grid.Resident}, err
}

func (m *memory) SignUp(_ context.Context, key, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.people {
		if p.Name == name {
			return &grid.Error{Code: grid.Conflict, Say: "这个称呼已经有人用了。"}
		}
	}
	m.accounts[key] = name
	m.people = append(m.people, Person{Name: name, Role: grid.Resident})
	return nil
}

// heard gives the events heard so far.
func (m *memory) heard() []grid.Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.events)
}

// site is a running web chat on a server of its own.
type site struct {
	*memory
	chat *Chat
	url  string
	stop func()
}

// newSite serves a web chat over book; extra adds handlers beside it.
func newSite(t *testing.T, m *memory, extra ...func(*http.ServeMux)) *site {
	t.Helper()
	o := Options{Book: m, Media: t.TempDir(), Now: m.Now, Demo: m.demo}
	if m.demo {
		o.Clock = m
	}
	s := &site{memory: m, chat: New(o)}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.chat.Run(ctx, m.hear) }()
	for s.chat.Hear(ctx) != nil { // Run has begun once hearing nothing works
		time.Sleep(time.Millisecond)
	}
	mux := http.NewServeMux()
	s.chat.Register(mux)
	for _, add := range extra {
		add(mux)
	}
	server := httptest.NewServer(mux)
	s.url = server.URL
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run ended with %v", err)
		}
	})
	t.Cleanup(func() { s.stop(); server.Close() })
	return s
}
