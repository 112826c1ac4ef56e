package handlers_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"youshi/calendar"
	"youshi/grid"
	"youshi/handlers"
	"youshi/prompts"
	"youshi/storage"
	"youshi/storage/bolt"
)

// The small town of these tests: 幸福社区 with 第3网格, its group and its staff
// chat, and everybody who has an office.
const (
	place = grid.AreaID("第3网格")
	group = grid.ChatID("group:g3")
	staff = grid.ChatID("staff:第3网格")
	town  = grid.CommunityID("幸福社区")
)

var zone = time.FixedZone("CST", 8*3600)

// monday is an ordinary working day.
func monday(hour, minute int) time.Time { return time.Date(2026, 11, 9, hour, minute, 0, 0, zone) }

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// fataler is *testing.T and *rapid.T.
type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// house is a store with the handlers in it, and a time that the test sets.
type house struct {
	fataler
	store     *bolt.Store
	acts      *handlers.Handlers
	now       time.Time
	ids       map[string]grid.PersonID
	noStaff   bool
	oneGrid   bool
	above     bool     // the community has a staff chat too
	away      []string // whom no channel reaches in private
	homes     map[string]string
	said      int
	last      grid.Seq // of the posts seen
	unchecked bool     // order is not looked at after the next event
}

// option changes the house before it is settled.
type option func(*house)

// withoutStaffChat leaves the staff chat unbound.
func withoutStaffChat(h *house) { h.noStaff = true }

// withCommunityChat binds a staff chat of the community.
func withCommunityChat(h *house) { h.above = true }

// withOneGrid leaves 第4网格 out.
func withOneGrid(h *house) { h.oneGrid = true }

// unreachable are people whom no channel reaches in private.
func unreachable(names ...string) option { return func(h *house) { h.away = names } }

// living puts people into households ("3-2-502").
func living(homes map[string]string) option { return func(h *house) { h.homes = homes } }

var townsfolk = []grid.Person{
	{Name: "张大妈"}, {Name: "李大爷"}, {Name: "王阿姨"}, {Name: "赵叔"},
	{Name: "李敏", Offices: []grid.Office{{Role: grid.GridWorker, Area: place}}},
	{Name: "物业小孙", Offices: []grid.Office{{Role: grid.Property, Area: place}}},
	{Name: "老周", Offices: []grid.Office{{Role: grid.BuildingHead, Area: place}}},
	{Name: "王书记", Offices: []grid.Office{{Role: grid.Secretary, Area: "幸福社区"}}},
	{Name: "街道老赵", Offices: []grid.Office{{Role: grid.SubdistrictHQ, Area: "天河街道"}}},
	{Name: "区里老钱", Offices: []grid.Office{{Role: grid.DistrictHQ, Area: "垦利区"}}},
}

func newHouse(t *testing.T, options ...option) *house {
	t.Helper()
	return openHouse(t, filepath.Join(t.TempDir(), "youshi.db"), t.Cleanup, options...)
}

func openHouse(t fataler, path string, cleanup func(func()), options ...option) *house {
	t.Helper()
	store, err := bolt.Open(context.Background(), path, bolt.Options{Scratch: true})
	if err != nil {
		t.Fatal(err)
	}
	cleanup(func() { store.Close() })
	voice, err := prompts.Open("zh")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{fataler: t, store: store, now: monday(9, 0), ids: map[string]grid.PersonID{}}
	h.acts = handlers.New(handlers.Options{Calendar: calendar.Default(), Voice: voice, Bot: "小格", Clocks: handlers.DefaultClocks(),
		Judging: handlers.Judging{Lasts: days(3), RemindAfter: days(1)},
		Public:  handlers.Public{Supporters: 3},
		Reach: func(tx storage.Tx, p grid.Person) (grid.ChatID, bool, error) {
			return grid.ChatID("private:" + string(p.ID)), !slices.Contains(h.away, p.Name), nil
		}})
	for _, o := range options {
		o(h)
	}
	h.update(h.settle)
	return h
}

// settle builds the tree, the chats and the people.
func (h *house) settle(tx storage.Tx) error {
	r := tx.Roster()
	for _, a := range []grid.Area{{ID: "垦利区", Kind: grid.District}, {ID: "天河街道", Kind: grid.Subdistrict, Parent: "垦利区"},
		{ID: "幸福社区", Kind: grid.Community, Parent: "天河街道"}, {ID: place, Kind: grid.Grid, Parent: "幸福社区", Households: 300},
		{ID: "第4网格", Kind: grid.Grid, Parent: "幸福社区"}} {
		if h.oneGrid && a.ID == "第4网格" {
			continue
		}
		if err := r.PutArea(a); err != nil {
			return err
		}
	}
	chats := []grid.Chat{{ID: group, Kind: grid.GroupChat, Area: place}, {ID: "group:g4", Kind: grid.GroupChat, Area: "第4网格"}}
	if !h.noStaff {
		chats = append(chats, grid.Chat{ID: staff, Kind: grid.StaffChat, Area: place})
	}
	if h.above {
		chats = append(chats, grid.Chat{ID: "staff:幸福社区", Kind: grid.StaffChat, Area: "幸福社区"})
	}
	for _, p := range townsfolk {
		p.Identities, p.Household = []grid.Identity{{Channel: "test", ID: p.Name}}, h.homes[p.Name]
		p, err := r.PutPerson(p)
		if err != nil {
			return err
		}
		h.ids[p.Name] = p.ID
		chats = append(chats, grid.Chat{ID: grid.ChatID("private:" + string(p.ID)), Kind: grid.PrivateChat, Person: p.ID})
	}
	for _, c := range chats {
		c.Channel, c.Native = "test", string(c.ID)
		if err := r.PutChat(c); err != nil {
			return err
		}
	}
	return nil
}

func (h *house) update(fn func(storage.Tx) error) {
	h.Helper()
	if err := h.store.Update(context.Background(), town, fn); err != nil {
		h.Fatal(err)
	}
}

func (h *house) view(fn func(storage.Tx) error) {
	h.Helper()
	if err := h.store.View(context.Background(), town, fn); err != nil {
		h.Fatal(err)
	}
}

// private is the private chat with somebody.
func (h *house) private(name string) grid.ChatID {
	return grid.ChatID("private:" + string(h.ids[name]))
}

// heard is what followed from one event.
type heard struct {
	posts  posts
	msg    grid.Message
	ticket grid.Ticket // of the message, as it is now
}

// act lets the handlers act on one event and gives the posts that it made.
func (h *house) act(ev grid.Event) heard {
	h.Helper()
	ev.At = h.now
	h.update(func(tx storage.Tx) error { return h.acts.Handle(context.Background(), tx, ev) })
	var out heard
	out.posts = h.news()
	h.view(func(tx storage.Tx) (err error) {
		if ev.Message.ID == "" {
			return nil
		}
		if out.msg, err = tx.Messages().Get(ev.Message.ID); err == nil && out.msg.Ticket != 0 {
			out.ticket, err = tx.Tickets().Get(out.msg.Ticket)
		}
		return err
	})
	if !h.unchecked {
		h.check()
	}
	return out
}

// news gives the posts that were written since it was last asked.
func (h *house) news() posts {
	var out posts
	h.view(func(tx storage.Tx) error {
		for o, err := range tx.Outbox().Queue() {
			if err != nil {
				return err
			}
			if o.Seq > h.last {
				out = append(out, o)
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b grid.Outgoing) int { return int(a.Seq) - int(b.Seq) })
	for _, o := range out {
		h.last = max(h.last, o.Seq)
	}
	return out
}

// line is a message about to be said.
func (h *house) line(who string, chat grid.ChatID, kind grid.MessageKind, text string) grid.Message {
	h.said++
	return grid.Message{ID: grid.MessageID(fmt.Sprintf("m%d", h.said)), Chat: chat, From: h.ids[who], Kind: kind, Text: text, Sent: h.now, Heard: h.now}
}

// hears puts a line on disk as hearing does and lets the handlers act on it.
func (h *house) hears(kind grid.EventKind, m grid.Message, in grid.Intent) heard {
	h.Helper()
	h.update(func(tx storage.Tx) error { return tx.Messages().Put(m) })
	m.Text = ""
	return h.act(grid.Event{Kind: kind, Chat: m.Chat, From: m.From, Message: m, Intent: in})
}

func (h *house) say(who, text string, in grid.Intent) heard {
	h.Helper()
	return h.sayIn(group, who, text, in)
}

func (h *house) sayIn(chat grid.ChatID, who, text string, in grid.Intent) heard {
	h.Helper()
	return h.hears(grid.EventMessage, h.line(who, chat, grid.TextMessage, text), in)
}

// order gives a command where such people give it: staff in the staff chat (in
// private where there is none), residents in the group.
func (h *house) order(who string, c grid.Command) heard {
	h.Helper()
	chat := group
	switch {
	case isStaff(who) && h.noStaff:
		chat = h.private(who)
	case isStaff(who):
		chat = staff
	}
	return h.orderIn(chat, who, c)
}

func isStaff(who string) bool {
	return slices.ContainsFunc(townsfolk, func(p grid.Person) bool { return p.Name == who && len(p.Offices) > 0 })
}

func (h *house) orderIn(chat grid.ChatID, who string, c grid.Command) heard {
	h.Helper()
	return h.sayIn(chat, who, string(c.Want)+c.Ticket.String(), grid.Intent{Kind: grid.Order, Command: &c, By: "rule", Confidence: 1})
}

// press presses a button under a post; it must be there.
func (h *house) press(who string, o grid.Outgoing, label string) heard {
	h.Helper()
	i := slices.IndexFunc(o.Buttons, func(b grid.Button) bool { return b.Label == label })
	if i < 0 {
		h.Fatalf("no button %q under %q, only %v", label, o.Text, o.Buttons)
	}
	c := o.Buttons[i].Command
	return h.act(grid.Event{Kind: grid.EventPress, Chat: o.To, From: h.ids[who], Press: &grid.Press{Post: o.ID, Button: label},
		Intent: grid.Intent{Kind: grid.Order, Command: &c, By: "rule", Confidence: 1}})
}

// recall takes a message back as hearing does, then acts on it.
func (h *house) recall(who string, of grid.MessageID) heard {
	h.Helper()
	var chat grid.ChatID
	h.update(func(tx storage.Tx) error {
		m, err := tx.Messages().Get(of)
		if err != nil {
			return err
		}
		chat = m.Chat
		m.Sealed, m.Text, m.Recalled = append(m.Sealed, m.Text), "", h.now
		m.Intent.Summary, m.Intent.Location = "", ""
		return tx.Messages().Put(m)
	})
	m := h.line(who, chat, grid.RecallMessage, "")
	m.Of = of
	return h.hears(grid.EventRecall, m, grid.Intent{Kind: grid.Chatter, By: "rule"})
}

func (h *house) edit(who string, of grid.MessageID, text string, in grid.Intent) heard {
	h.Helper()
	m := h.line(who, group, grid.EditMessage, text)
	m.Of = of
	return h.hears(grid.EventEdit, m, in)
}

// advance lets time pass: every timer on the way fires in order, as the Clock
// fires it. It gives what was posted.
func (h *house) advance(to time.Time) posts {
	h.Helper()
	var out posts
	for fired := 0; ; fired++ {
		var next []grid.Timer
		h.view(func(tx storage.Tx) (err error) { next, err = tx.Timers().Due(to, 1); return err })
		if len(next) == 0 {
			break
		}
		if fired > 2000 {
			h.Fatalf("timer %s does not come to rest", next[0].ID)
		}
		if next[0].Due.After(h.now) {
			h.now = next[0].Due
		}
		h.update(func(tx storage.Tx) error { return tx.Timers().Cancel(next[0].ID) })
		out = append(out, h.act(grid.Event{Kind: grid.EventTimer, Lane: next[0].Lane, Timer: &next[0]}).posts...)
	}
	h.now = to
	return out
}

func (h *house) after(d time.Duration) posts { h.Helper(); return h.advance(h.now.Add(d)) }

func (h *house) ticket(no grid.TicketNo) (tk grid.Ticket) {
	h.Helper()
	h.view(func(tx storage.Tx) (err error) { tk, err = tx.Tickets().Get(no); return err })
	return tk
}

func (h *house) journal(no grid.TicketNo) (entries []grid.Entry) {
	h.Helper()
	h.view(func(tx storage.Tx) (err error) { entries, err = tx.Journal().Of(no); return err })
	return entries
}

// dark is a time in which the program did not run: what fell due fires at its end,
// one after the other.
func (h *house) dark(d time.Duration) posts {
	h.Helper()
	h.now = h.now.Add(d)
	return h.advance(h.now)
}
