package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"youshi/bot"
	"youshi/grid"
	"youshi/storage"
)

// acts records what was acted on: the text of a message, or the want of a command.
type acts struct {
	mu  sync.Mutex
	did []string
	by  func(tx storage.Tx, ev grid.Event) error // nil: ends
}

func (a *acts) Handle(_ context.Context, tx storage.Tx, ev grid.Event) error {
	what := string(ev.Kind)
	if ev.Message.ID != "" {
		m, err := tx.Messages().Get(ev.Message.ID)
		if err != nil {
			return err
		}
		what = m.Text
	}
	if c := ev.Intent.Command; c != nil {
		what = fmt.Sprintf("%s %d", c.Want, c.Ticket)
	}
	by := a.by
	if by == nil {
		by = ends
	}
	if err := by(tx, ev); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.did = append(a.did, fmt.Sprintf("%s: %s", ev.Lane, what))
	return nil
}

func (a *acts) all() []string { a.mu.Lock(); defer a.mu.Unlock(); return slices.Clone(a.did) }

// dispatcher gives a Dispatcher of the house, woken by its ear.
func (h *house) dispatcher(t bot.Thinker, a bot.Handler) *bot.Dispatcher {
	d := &bot.Dispatcher{Store: h.store, Time: h.time, Think: t, Act: a, Name: "小格", Log: quiet}
	h.ear.Woken = d.Wake
	return d
}

func settle(t *testing.T, loops ...interface{ Settle(context.Context) error }) {
	t.Helper()
	for _, l := range loops {
		if err := l.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func want[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestDispatcherActsInOrder(t *testing.T) {
	inBubble(t, "on the backlog of an earlier run, then on what is heard", func(t *testing.T) {
		h, a := build(t, bot.MachineTime{}), &acts{}
		h.hear("g1", "张三", "一")
		d := h.dispatcher(chatter, a)
		kicked := 0
		d.Acted = func() { kicked++ }
		start(t, d.Run)
		h.hear("g1", "李四", "二")
		h.hear("staff g1", "王网格", "三")
		settle(t, d)
		want(t, "acted", a.all(), []string{"grid:g1: 一", "grid:g1: 二", "grid:g1: 三"})
		if kicked != 3 || len(h.backlog()) != 0 {
			t.Errorf("kicked %d times, backlog %v", kicked, h.backlog())
		}
	})
	inBubble(t, "stopped in the middle it goes on where it was", func(t *testing.T) {
		h, a := build(t, bot.MachineTime{}), &acts{}
		slow := think(func(ctx context.Context, _ grid.Message, _ grid.Scene) grid.Intent {
			<-ctx.Done()
			return grid.Intent{Kind: grid.Chatter}
		})
		d := h.dispatcher(slow, a)
		stop := start(t, d.Run)
		for _, s := range []string{"一", "二", "三"} {
			h.hear("g1", "张三", s)
		}
		time.Sleep(3500 * time.Millisecond)
		stop()
		did := len(a.all())
		if did == 0 || did+h.backlog()["grid:g1"] != 3 {
			t.Fatalf("%d acted on, %v wait; want 3 in all and some done", did, h.backlog())
		}
		d = h.dispatcher(slow, a)
		start(t, d.Run)
		settle(t, d)
		want(t, "acted", a.all(), []string{"grid:g1: 一", "grid:g1: 二", "grid:g1: 三"})
	})
	t.Run("drained, over all lanes in order of hearing", func(t *testing.T) {
		h, a := build(t, bot.NewPushed(monday)), &acts{}
		for i, g := range []string{"g2", "g1", "g2", "g1"} {
			h.hear(g, "张三", fmt.Sprint(i))
		}
		d := h.dispatcher(chatter, a)
		if n, err := d.Drain(t.Context()); n != 4 || err != nil {
			t.Errorf("Drain = %d, %v", n, err)
		}
		want(t, "acted", a.all(), []string{"grid:g2: 0", "grid:g1: 1", "grid:g2: 2", "grid:g1: 3"})
	})
	t.Run("drained, until the store is shut", func(t *testing.T) {
		h, a := build(t, bot.NewPushed(monday)), &acts{}
		h.hear("g1", "张三", "一")
		d := h.dispatcher(chatter, a)
		d.Store = &brokenStore{Store: h.store, left: 1}
		if _, err := d.Drain(t.Context()); grid.CodeOf(err) != grid.Shut {
			t.Errorf("Drain = %v, want it to say that the store is shut", err)
		}
		if n, err := d.Drain(t.Context()); n != 1 || err != nil {
			t.Errorf("Drain = %d, %v once the store answers", n, err)
		}
	})
}

func TestDispatcherSlowLaneHoldsUpNobody(t *testing.T) {
	inBubble(t, "the other lane is done while it thinks", func(t *testing.T) {
		h, a := build(t, bot.MachineTime{}), &acts{}
		slow := think(func(ctx context.Context, m grid.Message, _ grid.Scene) grid.Intent {
			if m.Chat == "group:g1" {
				<-ctx.Done()
			}
			return grid.Intent{}
		})
		d := h.dispatcher(slow, a)
		start(t, d.Run)
		h.hear("g1", "张三", "慢")
		h.hear("g2", "李四", "快")
		time.Sleep(time.Second)
		want(t, "acted", a.all(), []string{"grid:g2: 快"})
		settle(t, d)
		want(t, "acted", a.all(), []string{"grid:g2: 快", "grid:g1: 慢"})
	})
}

func TestDispatcherThinksAtMostThreeSecondsFromHearing(t *testing.T) {
	inBubble(t, "and hurries when the lane is behind", func(t *testing.T) {
		h, a := build(t, bot.MachineTime{}), &acts{}
		var took []time.Duration
		slow := think(func(ctx context.Context, _ grid.Message, _ grid.Scene) grid.Intent {
			begin := time.Now()
			<-ctx.Done()
			took = append(took, time.Since(begin))
			return grid.Intent{}
		})
		d := h.dispatcher(slow, a)
		h.hear("g1", "张三", "一")
		time.Sleep(time.Second)
		start(t, d.Run)
		h.hear("g1", "张三", "二")
		h.hear("g1", "张三", "三")
		settle(t, d)
		want(t, "thought for", took, []time.Duration{2 * time.Second, time.Second, 50 * time.Millisecond})
	})
}

func TestDispatcherPoisonNeverBlocksALane(t *testing.T) {
	poison := func(tx storage.Tx, ev grid.Event) error {
		switch m, err := tx.Messages().Get(ev.Message.ID); {
		case err != nil:
			return err
		case m.Text == "毒":
			_, err := tx.Tickets().NextNo() // must be undone
			return errors.Join(err, errors.New("cannot be acted on"))
		case m.Text == "惊":
			panic("at the disco")
		case m.Text == "忘":
			return nil
		}
		return ends(tx, ev)
	}
	inBubble(t, "it ends as an error after three tries more, with the reason", func(t *testing.T) {
		h := build(t, bot.MachineTime{})
		a := &acts{by: poison}
		d := h.dispatcher(chatter, a)
		bad, worse, lost := h.hear("g1", "张三", "毒"), h.hear("g1", "张三", "惊"), h.hear("g1", "张三", "忘")
		good := h.hear("g1", "张三", "好")
		start(t, d.Run)
		settle(t, d)
		for ev, why := range map[*grid.Event]string{&bad: "cannot be acted on", &worse: "panic: at the disco", &lost: "no handler said"} {
			if m := h.message(ev.Message.ID); m.Outcome != grid.OutError || !strings.Contains(m.Reason, why) {
				t.Errorf("%q ended as %q: %q; want an error: %q", m.Text, m.Outcome, m.Reason, why)
			}
		}
		if m := h.message(good.Message.ID); m.Outcome != grid.OutChatter {
			t.Errorf("what came after ended as %q", m.Outcome)
		}
		h.update(func(tx storage.Tx) error {
			if no, err := tx.Tickets().NextNo(); no != 1 || err != nil {
				t.Errorf("failed tries left something behind: the next number is %d (%v)", no, err)
			}
			return nil
		})
	})
	inBubble(t, "a failure that passes costs nothing", func(t *testing.T) {
		h := build(t, bot.MachineTime{})
		left := 3
		a := &acts{by: func(tx storage.Tx, ev grid.Event) error {
			if left > 0 {
				left--
				return errors.New("not yet")
			}
			return ends(tx, ev)
		}}
		d := h.dispatcher(chatter, a)
		ev := h.hear("g1", "张三", "一")
		start(t, d.Run)
		settle(t, d)
		if m := h.message(ev.Message.ID); m.Outcome != grid.OutChatter {
			t.Errorf("ended as %q: %q", m.Outcome, m.Reason)
		}
	})
	inBubble(t, "a store that is shut costs no event, however long", func(t *testing.T) {
		h, a := build(t, bot.MachineTime{}), &acts{}
		d := h.dispatcher(chatter, a)
		d.Store = &brokenStore{Store: h.store, left: 40}
		ev := h.hear("g1", "张三", "一")
		start(t, d.Run)
		settle(t, d)
		if m := h.message(ev.Message.ID); m.Outcome != grid.OutChatter {
			t.Errorf("ended as %q: %q", m.Outcome, m.Reason)
		}
	})
}

func TestDispatcherPressMeansTheCommandOfItsButton(t *testing.T) {
	h, a := build(t, bot.NewPushed(monday)), &acts{}
	h.ticket("g1", "", nil)
	card := h.say(grid.Outgoing{Kind: grid.PostConfirm, Ticket: 1, Text: "确认吗？", Buttons: []grid.Button{
		{Label: "确认", Command: grid.Command{Want: grid.WantConfirm}}, {Label: "驳回", Command: grid.Command{Want: grid.WantReject}}}})
	for _, label := range []string{"驳回", "没有这个"} {
		ev := h.ch.Line("staff g1", "王网格", "", monday)
		ev.Kind, ev.Message, ev.Press = grid.EventPress, grid.Message{}, &grid.Press{Post: card, Button: label}
		h.hearAll(ev)
	}
	unthinking := think(func(context.Context, grid.Message, grid.Scene) grid.Intent {
		t.Error("a press was thought about")
		return grid.Intent{}
	})
	if _, err := h.dispatcher(unthinking, a).Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	want(t, "acted", a.all(), []string{"grid:g1: reject 1", "grid:g1: press"})
}

func TestDispatcherNeverShowsAModelWhatWasTakenBack(t *testing.T) {
	inBubble(t, "neither before thinking nor its fruit after", func(t *testing.T) {
		h, a := build(t, bot.MachineTime{}), &acts{}
		var mu sync.Mutex
		var shown []string
		d := h.dispatcher(think(func(ctx context.Context, m grid.Message, _ grid.Scene) grid.Intent {
			mu.Lock()
			shown = append(shown, m.Text)
			mu.Unlock()
			<-ctx.Done()
			return grid.Intent{Kind: grid.Report, Summary: m.Text}
		}), handle(func(tx storage.Tx, ev grid.Event) error {
			if ev.Intent.Summary != "" {
				t.Errorf("acted on %q", ev.Intent.Summary)
			}
			return a.Handle(t.Context(), tx, ev)
		}))
		h.hearAll(func() []grid.Event {
			ev := h.ch.Line("g1", "张三", "先收回", h.time.Now())
			return []grid.Event{ev, about(h, grid.EventRecall, ev, "张三", "")}
		}()...)
		start(t, d.Run)
		settle(t, d)
		ev := h.hear("g1", "张三", "想的时候收回")
		synctest.Wait()
		h.hearAll(about(h, grid.EventRecall, ev, "张三", ""))
		settle(t, d)
		want(t, "shown", shown, []string{"想的时候收回"})
	})
}

func TestDispatcherBacklogTellsOfLanesThatDoNotMove(t *testing.T) {
	inBubble(t, "after a minute", func(t *testing.T) {
		h, a := build(t, bot.MachineTime{}), &acts{}
		d := h.dispatcher(chatter, a)
		d.Store = &brokenStore{Store: h.store, left: 1 << 30}
		h.hear("g1", "张三", "一")
		h.hear("g1", "张三", "二")
		start(t, d.Run)
		time.Sleep(30 * time.Second)
		if b := d.Backlog(); b.Events != 2 || b.Lanes != 1 || len(b.Stuck) != 0 {
			t.Errorf("after half a minute %+v", b)
		}
		time.Sleep(time.Minute)
		want(t, "stuck", d.Backlog().Stuck, []grid.LaneID{"grid:g1"})
	})
}
