package app

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"youshi/app/print"
	"youshi/bot"
	"youshi/bot/bottest"
	"youshi/config"
	"youshi/grid"
	"youshi/storage"
	"youshi/storage/bolt"
)

// sickly is a scripted channel that says how it stands.
type sickly struct {
	*bottest.Scripted
	mu     sync.Mutex
	health bot.Health
}

func (s *sickly) Health() bot.Health {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.health
}

// ward is a house with two platforms, "near" and "far", whose clock the test pushes.
type ward struct {
	*house
	t         *testing.T
	clock     *bot.PushedTime
	near, far *sickly
}

const wardTown = grid.CommunityID("东社区")

func newWard(t *testing.T) *ward {
	t.Helper()
	store, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "youshi.db"), bolt.Options{Scratch: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	cfg := config.Default()
	cfg.Data = t.TempDir()
	cfg.Areas = []config.Area{{Name: "东社区", Kind: grid.Community}, {Name: "1网格", Kind: grid.Grid, Parent: "东社区"}}
	cfg.Groups = []config.Group{
		{Channel: "far", Chat: "f1", Area: "1网格"}, {Channel: "near", Chat: "n1", Area: "1网格"},
		{Channel: "far", Chat: "fs", Area: "1网格", Staff: true}, {Channel: "near", Chat: "ns", Area: "1网格", Staff: true},
	}
	cfg.People = []config.Person{{Name: "运维小陈", Role: grid.Operator, Area: "东社区"}, {Name: "王书记", Role: grid.Secretary, Area: "东社区"}}
	w := &ward{t: t, clock: bot.NewPushed(time.Date(2026, 11, 10, 9, 0, 0, 0, cfg.Timezone))}
	w.near, w.far = &sickly{Scripted: bottest.New("near")}, &sickly{Scripted: bottest.New("far")}
	w.near.Private, w.far.Private = map[string]bool{"chen": true, "wang": true, "li": true}, map[string]bool{"chen": true, "wang": true, "li": true}
	if w.house, err = build(t.Context(), plan{cfg: cfg, store: store, time: w.clock}); err != nil {
		t.Fatal(err)
	}
	w.channels["near"], w.channels["far"] = w.near, w.far
	w.stand(w.near, bot.HealthOnline)
	w.stand(w.far, bot.HealthOnline)
	return w
}

func (w *ward) stand(s *sickly, state bot.HealthState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.health.State != state {
		s.health = bot.Health{State: state, Since: w.clock.Now(), Say: "mend it"}
		if state == bot.HealthScan {
			s.health.Scan = "https://scan.example/abc"
		}
	}
}

// account gives somebody of the config, or a new resident, accounts "channel:id".
func (w *ward) account(name string, accounts ...grid.Identity) grid.Person {
	w.t.Helper()
	var p grid.Person
	w.update(func(tx storage.Tx) (err error) {
		p, err = tx.Roster().PersonOf(grid.Identity{Channel: byConfig, ID: name})
		if errors.Is(err, storage.ErrNotFound) {
			p = grid.Person{Name: name}
		} else if err != nil {
			return err
		}
		p.Identities = append(p.Identities, accounts...)
		p, err = tx.Roster().PutPerson(p)
		return err
	})
	return p
}

func (w *ward) update(fn func(storage.Tx) error) {
	w.t.Helper()
	if err := w.store.Update(context.Background(), wardTown, fn); err != nil {
		w.t.Fatal(err)
	}
}

// push lets time pass in steps of a minute, looking after the channels at each.
func (w *ward) push(d time.Duration) {
	w.t.Helper()
	for end := w.clock.Now().Add(d); ; w.pass(time.Minute) {
		if err := w.lookAfter(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
		if !w.clock.Now().Before(end) {
			return
		}
	}
}

func (w *ward) pass(d time.Duration) {
	w.t.Helper()
	if err := w.clock.Set(w.clock.Now().Add(d)); err != nil {
		w.t.Fatal(err)
	}
}

// queued gives what waits in every chat of a channel.
func (w *ward) queued(ch grid.ChannelID) []grid.Outgoing {
	w.t.Helper()
	var out []grid.Outgoing
	w.update(func(tx storage.Tx) error {
		out = nil
		for o, err := range tx.Outbox().Queue() {
			if err != nil {
				return err
			}
			c, err := tx.Roster().Chat(o.To)
			if err != nil {
				return err
			}
			if c.Channel == ch && o.State == grid.Waiting {
				out = append(out, o)
			}
		}
		return nil
	})
	return out
}

func (w *ward) alarms(ch grid.ChannelID) (texts []string) {
	w.t.Helper()
	for _, o := range w.queued(ch) {
		if strings.HasPrefix(o.Text, "【通道】") {
			texts = append(texts, o.Text)
		}
	}
	return texts
}

func TestAnOperatorIsToldByAnotherWayOnceAChange(t *testing.T) {
	for name, c := range map[string]struct {
		state bot.HealthState
		after time.Duration // before nothing is said
		says  string
	}{
		"barred":          {bot.HealthBarred, 0, "拒绝"},
		"waiting to scan": {bot.HealthScan, 0, "https://scan.example/abc"},
		"deaf":            {bot.HealthDeaf, 0, "收不到消息"},
		"down for long":   {bot.HealthDown, 5 * time.Minute, "连不上"},
		"connecting long": {bot.HealthConnecting, 5 * time.Minute, "连不上"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWard(t)
			w.account("运维小陈", grid.Identity{Channel: "far", ID: "chen"}, grid.Identity{Channel: "near", ID: "chen"})
			w.account("王书记", grid.Identity{Channel: "near", ID: "wang"})
			w.push(0)
			if got := w.alarms("near"); len(got) != 0 {
				t.Fatalf("told although all is well: %v", got)
			}
			w.stand(w.far, c.state)
			if c.after > 0 {
				w.push(c.after - time.Minute)
				if got := w.alarms("near"); len(got) != 0 {
					t.Fatalf("told too early: %v", got)
				}
			}
			w.push(20 * time.Minute)
			got := w.alarms("near")
			if len(got) != 1 || !strings.Contains(got[0], c.says) || !strings.Contains(got[0], "mend it") || len(w.alarms("far")) != 0 {
				t.Fatalf("the operator alone is told once, by the other channel: %q", got)
			}
			w.stand(w.far, bot.HealthOnline)
			w.push(time.Minute)
			if got = w.alarms("near"); len(got) != 2 || !strings.Contains(got[1], "恢复正常") {
				t.Fatalf("that it is well again is told once: %q", got)
			}
			w.stand(w.far, c.state)
			w.push(5 * time.Minute)
			if got = w.alarms("near"); len(got) != 2 {
				t.Fatalf("the same is told again within half an hour: %q", got)
			}
			w.push(30 * time.Minute)
			if got = w.alarms("near"); len(got) != 3 {
				t.Fatalf("what stays so is told after half an hour: %q", got)
			}
		})
	}
}

func TestWithoutAnOperatorTheSecretaryIsTold(t *testing.T) {
	w := newWard(t)
	w.account("王书记", grid.Identity{Channel: "near", ID: "wang"})
	w.update(func(tx storage.Tx) error {
		p, err := tx.Roster().PersonOf(grid.Identity{Channel: byConfig, ID: "运维小陈"})
		p.Offices[0].Until = w.clock.Now()
		_, err2 := tx.Roster().PutPerson(p)
		return errors.Join(err, err2)
	})
	w.stand(w.far, bot.HealthBarred)
	w.push(0)
	if got := w.alarms("near"); len(got) != 1 {
		t.Fatalf("the secretary reads %q", got)
	}
}

func TestARestartTellsNothingTwice(t *testing.T) {
	w := newWard(t)
	w.account("运维小陈", grid.Identity{Channel: "near", ID: "chen"})
	w.stand(w.far, bot.HealthBarred)
	w.push(0)
	again, err := build(t.Context(), plan{cfg: w.cfg, store: w.store, time: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	again.channels["near"], again.channels["far"] = w.near, w.far
	w.house = again
	w.push(2 * time.Hour)
	if got := w.alarms("near"); len(got) != 1 {
		t.Fatalf("told again after the restart: %q", got)
	}
}

// waiting writes posts into the chats of the far channel.
func (w *ward) waiting(to grid.ChatID, class grid.Class, text string) {
	w.t.Helper()
	w.update(func(tx storage.Tx) error {
		_, err := tx.Outbox().Put(grid.Outgoing{To: to, Class: class, Kind: grid.PostAnswer, Text: text, Written: w.clock.Now(), State: grid.Waiting})
		return err
	})
}

func TestWhatAMuteChannelCannotSayGoesByASecondChatOrIsPutAside(t *testing.T) {
	w := newWard(t)
	far := grid.Identity{Channel: "far", ID: "li"}
	li := w.account("李大爷", far, grid.Identity{Channel: "near", ID: "li"})
	only := w.account("赵叔", grid.Identity{Channel: "far", ID: "zhao"})
	shade := w.account("影子", grid.Identity{Channel: "far", ID: "shade", Weak: true}, grid.Identity{Channel: "near", ID: "li2", Weak: true})
	w.near.Private["li2"] = true
	w.update(func(tx storage.Tx) error {
		for _, p := range []grid.Person{li, only, shade} {
			c := grid.Chat{ID: bot.PrivateID(p.ID), Kind: grid.PrivateChat, Channel: "far", Native: "dm:" + p.Identities[0].ID, Person: p.ID}
			if err := tx.Roster().PutChat(c); err != nil {
				return err
			}
		}
		return nil
	})
	w.stand(w.far, bot.HealthBarred)
	w.waiting("group:f1", grid.ClassNotice, "给群的")
	w.waiting("group:f1", grid.ClassEmergency, "给群的突发")
	w.waiting("staff:1网格", grid.ClassNotice, "给工作群的")
	w.waiting(bot.PrivateID(li.ID), grid.ClassNotice, "给李大爷的")
	w.waiting(bot.PrivateID(only.ID), grid.ClassNotice, "给赵叔的")
	w.waiting(bot.PrivateID(shade.ID), grid.ClassNotice, "给影子的")
	texts := func() string {
		var all []string
		for _, o := range w.queued("near") {
			if !strings.HasPrefix(o.Text, "【通道】") {
				all = append(all, string(o.To)+" "+o.Text)
			}
		}
		return strings.Join(all, "; ")
	}
	w.push(4 * time.Minute)
	if got := texts(); got != "" {
		t.Fatalf("said elsewhere too soon: %s", got)
	}
	w.push(2 * time.Minute)
	if got := texts(); got != "group:n1 给群的突发" {
		t.Fatalf("after five minutes an emergency goes by the second chat: %s", got)
	}
	w.push(2 * time.Hour)
	got := texts()
	for _, want := range []string{"group:n1 给群的", "staff:1网格@near 给工作群的", string(bot.PrivateID(li.ID)) + " 给李大爷的"} {
		if !strings.Contains(got, want) {
			t.Errorf("by the second chats goes %q; missing %q", got, want)
		}
	}
	if strings.Contains(got, "赵叔") || strings.Contains(got, "影子") {
		t.Errorf("who has no second account, or one that nothing vouches for, is told nowhere else: %q", got)
	}
	w.pass(72 * time.Hour)
	w.push(0)
	w.update(func(tx storage.Tx) error {
		left, err := tx.Outbox().QueueOf(bot.PrivateID(only.ID))
		if len(left) != 0 {
			t.Errorf("after three days it still waits: %v", left)
		}
		aside, err2 := tx.Outbox().Get("post-5")
		if aside.State != grid.PutAside || !strings.Contains(aside.Reason, "no second chat") {
			t.Errorf("it is put aside with a sentence, not %s %q", aside.State, aside.Reason)
		}
		return errors.Join(err, err2)
	})
}

func TestCheckAndMetricsSayHowEachChannelStands(t *testing.T) {
	w := newWard(t)
	w.stand(w.far, bot.HealthScan)
	w.near.health.Say = ""
	var out strings.Builder
	k := print.NewFindings(&out)
	if err := w.channelLines(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"WRONG far waits since 2026-11-10 09:00 for a person to scan a code: mend it", "https://scan.example/abc", "ok near is online"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("check says\n%s\nand not %q", out.String(), want)
		}
	}
	if k.End() == nil {
		t.Error("check goes well although a channel waits for a person")
	}
	r := prometheus.NewPedanticRegistry()
	if err := r.Register(channelGauge{w.house}); err != nil {
		t.Fatal(err)
	}
	all, err := r.Gather()
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	on := map[string]string{}
	for _, m := range all[0].GetMetric() {
		if m.GetGauge().GetValue() == 1 {
			on[m.GetLabel()[0].GetValue()] = m.GetLabel()[1].GetValue()
		}
	}
	if on["far"] != "scan" || on["near"] != "online" || len(all[0].GetMetric()) != 2*len(bot.HealthStates()) {
		t.Errorf("the gauges say %v", on)
	}
}

func TestAChannelThatEndsDoesNotEndTheProgram(t *testing.T) {
	w := newWard(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.channelPart("far", broken{w.far}).run(ctx) }()
	for range 500 {
		if s, _ := w.house.stand("far"); s.State == bot.HealthDown {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if s, _ := w.house.stand("far"); s.State != bot.HealthDown || !strings.Contains(s.Say, "shut out") {
		t.Errorf("it stands as %+v", s)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("the part ended with %v", err)
	}
}

// broken is a channel that is shut out at once.
type broken struct{ *sickly }

func (broken) Run(context.Context, bot.Hear) error { return errors.New("shut out") }
