package bot_test

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"youshi/bot"
	"youshi/bot/bottest"
	"youshi/grid"
	"youshi/storage"
	"youshi/storage/bolt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	town = grid.CommunityID("天后宫社区")
	web  = grid.ChannelID("scripted")
)

// monday is a working day, ten in the morning.
var monday = time.Date(2026, 11, 23, 10, 0, 0, 0, time.FixedZone("CST", 8*60*60))

// house is a store with two grids, each with a group and a staff chat, and the
// road around it.
type house struct {
	t     testing.TB
	store storage.Store
	time  bot.Time
	ch    *bottest.Scripted
	ear   *bot.Ear
	close func() // done at the end of the test in any case
}

func build(t testing.TB, clock bot.Time) *house {
	t.Helper()
	s, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "youshi.db"), bolt.Options{Scratch: true})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, store: s, time: clock, ch: bottest.New(web), close: sync.OnceFunc(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})}
	t.Cleanup(h.close)
	h.update(func(tx storage.Tx) error {
		r := tx.Roster()
		err := r.PutArea(grid.Area{ID: grid.AreaID(town), Kind: grid.Community})
		for _, g := range []string{"g1", "g2"} {
			err = errors.Join(err,
				r.PutArea(grid.Area{ID: grid.AreaID(g), Kind: grid.Grid, Parent: grid.AreaID(town)}),
				r.PutChat(grid.Chat{ID: grid.ChatID("group:" + g), Kind: grid.GroupChat, Channel: web, Native: g, Area: grid.AreaID(g)}),
				r.PutChat(grid.Chat{ID: grid.ChatID("staff:" + g), Kind: grid.StaffChat, Channel: web, Native: "staff " + g, Area: grid.AreaID(g)}))
		}
		return err
	})
	h.ear = &bot.Ear{Store: s, Time: clock, Log: quiet, Home: town, Where: func(_ context.Context, ev grid.Event) (grid.CommunityID, bool, error) {
		return town, ev.Native.Channel == web && !strings.HasPrefix(ev.Native.Native, "foreign"), nil
	}}
	return h
}

var quiet = slog.New(slog.DiscardHandler)

func (h *house) update(fn func(storage.Tx) error) {
	h.t.Helper()
	if err := h.store.Update(context.Background(), town, fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) view(fn func(storage.Tx) error) {
	h.t.Helper()
	if err := h.store.View(context.Background(), town, fn); err != nil {
		h.t.Fatal(err)
	}
}

// hear lets a line be said in a group and gives the event that was heard.
func (h *house) hear(group, from, text string) grid.Event {
	h.t.Helper()
	ev := h.ch.Line(group, from, text, h.time.Now())
	h.hearAll(ev)
	return ev
}

func (h *house) hearAll(evs ...grid.Event) {
	h.t.Helper()
	if err := h.ear.For(web)(context.Background(), bot.Heard{Events: evs}); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) message(id grid.MessageID) (m grid.Message) {
	h.t.Helper()
	h.view(func(tx storage.Tx) (err error) { m, err = tx.Messages().Get(id); return err })
	return m
}

func (h *house) post(id grid.MessageID) (o grid.Outgoing) {
	h.t.Helper()
	h.view(func(tx storage.Tx) (err error) { o, err = tx.Outbox().Get(id); return err })
	return o
}

// backlog gives how many events each lane holds.
func (h *house) backlog() map[grid.LaneID]int {
	h.t.Helper()
	out := map[grid.LaneID]int{}
	h.view(func(tx storage.Tx) error {
		lanes, err := tx.Inbox().Lanes()
		for _, l := range lanes {
			out[l.ID] = l.Events
		}
		return err
	})
	return out
}

// office gives a person an office.
func (h *house) office(account string, role grid.Role, area grid.AreaID) (p grid.Person) {
	h.t.Helper()
	h.update(func(tx storage.Tx) (err error) {
		id := grid.Identity{Channel: web, ID: account}
		if p, err = tx.Roster().PersonOf(id); errors.Is(err, storage.ErrNotFound) {
			p = grid.Person{Name: account, Identities: []grid.Identity{id}}
		} else if err != nil {
			return err
		}
		p.Offices = append(p.Offices, grid.Office{Role: role, Area: area})
		p, err = tx.Roster().PutPerson(p)
		return err
	})
	return p
}

// say writes a post for the group g1 and gives its id.
func (h *house) say(o grid.Outgoing) grid.MessageID {
	h.t.Helper()
	h.update(func(tx storage.Tx) (err error) {
		w := o
		w.To, w.Class, w.Written = cmp.Or(w.To, "group:g1"), cmp.Or(w.Class, grid.ClassNotice), h.time.Now()
		if w.State == "" {
			w.State = grid.Waiting
		}
		o, err = tx.Outbox().Put(w)
		return err
	})
	return o.ID
}

// ticket opens a ticket in a grid, raised by a person.
func (h *house) ticket(area grid.AreaID, reporter grid.PersonID, change func(*grid.Ticket)) (t grid.Ticket) {
	h.t.Helper()
	h.update(func(tx storage.Tx) error {
		no, err := tx.Tickets().NextNo()
		if err != nil {
			return err
		}
		t = grid.Ticket{No: no, Area: area, Chat: grid.ChatID("group:" + string(area)), Status: grid.Proposed, Reporter: reporter, Heard: h.time.Now()}
		if change != nil {
			change(&t)
		}
		return tx.Tickets().Put(t)
	})
	return t
}

// start runs loops until the test ends or the function given is called; it waits for them.
func start(t testing.TB, runs ...func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for _, run := range runs {
		all.Go(func() {
			if err := run(ctx); err != nil {
				t.Errorf("Run = %v, want nil", err)
			}
		})
	}
	stop = sync.OnceFunc(func() { cancel(); all.Wait() })
	t.Cleanup(stop)
	return stop
}

// inBubble runs a test in virtual time that begins on monday.
func inBubble(t *testing.T, name string, fn func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(monday))
			fn(t)
		})
	})
}

// handle is a Handler made of a function.
type handle func(tx storage.Tx, ev grid.Event) error

func (h handle) Handle(_ context.Context, tx storage.Tx, ev grid.Event) error { return h(tx, ev) }

// think is a Thinker made of a function.
type think func(ctx context.Context, m grid.Message, s grid.Scene) grid.Intent

func (f think) Think(ctx context.Context, m grid.Message, s grid.Scene) grid.Intent {
	return f(ctx, m, s)
}

// chatter means nothing by anything.
var chatter = think(func(context.Context, grid.Message, grid.Scene) grid.Intent { return grid.Intent{Kind: grid.Chatter} })

// ends gives a message the outcome chatter.
func ends(tx storage.Tx, ev grid.Event) error {
	if ev.Message.ID == "" {
		return nil
	}
	m, err := tx.Messages().Get(ev.Message.ID)
	if err != nil {
		return err
	}
	m.Outcome = grid.OutChatter
	return tx.Messages().Put(m)
}
