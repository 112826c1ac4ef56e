package bottest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"youshi/bot"
	"youshi/grid"
)

// next waits until an event is heard that want accepts, and gives it.
func (e *ears) next(t *testing.T, what string, want func(grid.Event) bool) grid.Event {
	t.Helper()
	late := time.After(within)
	for {
		e.mu.Lock()
		i := slices.IndexFunc(e.evs, want)
		var ev grid.Event
		if i >= 0 {
			ev = e.evs[i]
		}
		e.mu.Unlock()
		if i >= 0 {
			return ev
		}
		select {
		case <-e.more:
		case <-late:
			t.Fatalf("%s was not heard within %v", what, within)
		}
	}
}

func losesNothingOverAStop(t *testing.T, f Fixture) {
	e := newEars(f)
	stop := run(t, f.Connect(), e)
	say(t, f, "先")
	e.texts(t, "先")
	e.mu.Lock()
	e.deaf = true
	e.mu.Unlock()
	refused := f.Say("后")
	stop()
	e.mu.Lock()
	e.deaf = false
	e.mu.Unlock()
	run(t, f.Connect(), e)
	if refused != nil {
		say(t, f, "后") // the resident was told, and says it again
	}
	e.texts(t, "先", "后")
}

func hearsOnce(t *testing.T, f Fixture) {
	if f.Again == nil {
		return
	}
	e := newEars(f)
	run(t, f.Connect(), e)
	say(t, f, "一")
	first := e.texts(t, "一")[0]
	if err := f.Again(); err != nil {
		t.Fatal(err)
	}
	say(t, f, "二")
	e.texts(t, "一", "二") // repeats of one key aside
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, ev := range e.evs {
		if ev.Message.Text == "一" && (ev.Key != first.Key || ev.Message.ID != first.Message.ID) {
			t.Errorf("told twice, it has the keys %+v and %+v", first.Key, ev.Key)
		}
	}
}

func knowsPeople(t *testing.T, f Fixture) {
	if f.As == nil {
		return
	}
	e := newEars(f)
	stop := run(t, f.Connect(), e)
	by := func(who, text string) {
		t.Helper()
		say(t, Fixture{Say: func(text string) error { return f.As(who, text) }}, text)
	}
	by("张三", "一")
	by("李四", "二")
	e.texts(t, "一", "二")
	stop()
	run(t, f.Connect(), e)
	by("张三", "三")
	heard := e.texts(t, "一", "二", "三")
	a, b, c := heard[0].Speaker, heard[1].Speaker, heard[2].Speaker
	if a.Identity == b.Identity || a.Identity != c.Identity {
		t.Errorf("张三 is %+v and later %+v, 李四 is %+v", a.Identity, c.Identity, b.Identity)
	}
	if !strings.Contains(a.Name, "张三") || !strings.Contains(b.Name, "李四") {
		t.Errorf("they are called %q and %q", a.Name, b.Name)
	}
}

func followsChanges(t *testing.T, f Fixture) {
	e := newEars(f)
	if f.Edit == nil && f.Recall == nil {
		return
	}
	run(t, f.Connect(), e)
	say(t, f, "三号楼灯坏了")
	was := e.texts(t, "三号楼灯坏了")[0]
	if f.Edit != nil {
		if err := f.Edit("五号楼灯坏了"); err != nil {
			t.Fatal(err)
		}
		ev := e.next(t, "the edit", func(ev grid.Event) bool { return ev.Kind == grid.EventEdit })
		if ev.Message.Of != was.Message.ID || ev.Message.Text != "五号楼灯坏了" || ev.Key == was.Key || ev.Message.ID == was.Message.ID || ev.Speaker.Identity != was.Speaker.Identity {
			t.Errorf("the edit is heard as %+v of %+v", ev.Message, was.Message)
		}
	}
	if f.Recall != nil {
		if err := f.Recall(); err != nil {
			t.Fatal(err)
		}
		ev := e.next(t, "the recall", func(ev grid.Event) bool { return ev.Kind == grid.EventRecall })
		if ev.Message.Of != was.Message.ID || ev.Key == was.Key || ev.Message.ID == was.Message.ID {
			t.Errorf("the recall is heard as %+v of %+v", ev.Message, was.Message)
		}
	}
}

// post makes a post as the Sender gives it to a channel.
func post(f Fixture, n int, text string, labels ...string) grid.Outgoing {
	o := grid.Outgoing{Seq: grid.Seq(n), ID: grid.MessageID("contract-post-" + text), To: f.Chat.ID,
		Class: grid.ClassAnswer, Kind: grid.PostAnswer, Text: text, Written: time.Now(), State: grid.Trying, Attempts: 1}
	for _, l := range labels {
		o.Buttons = append(o.Buttons, grid.Button{Label: l, Command: grid.Command{Want: grid.WantConfirm, Ticket: 12}})
	}
	return o
}

// send says a post, waiting as often and as long as the channel wants.
func send(t *testing.T, ch bot.Channel, f Fixture, o grid.Outgoing) []grid.MessageID {
	t.Helper()
	for late := time.Now().Add(2 * within); ; o.Attempts++ {
		ids, err := ch.Send(t.Context(), f.Chat, o)
		var u *bot.Undelivered
		switch {
		case err == nil && len(ids) > 0:
			return ids
		case errors.As(err, &u) && u.State == grid.Waiting && time.Now().Add(u.After).Before(late):
			time.Sleep(max(u.After, 20*time.Millisecond))
		default:
			t.Fatalf("Send(%q) = %v, %v; want the platform's ids", o.Text, ids, err)
		}
	}
}

func hearsAnswers(t *testing.T, f Fixture) {
	if f.Answer == nil {
		return
	}
	ch, e := f.Connect(), newEars(f)
	run(t, ch, e)
	o := post(f, 1, "【待确认】12号")
	ids := send(t, ch, f, o)
	if err := f.Answer("确认"); err != nil {
		t.Fatal(err)
	}
	ev := e.next(t, "the answer", func(ev grid.Event) bool { return ev.Message.Text == "确认" })
	if to := ev.Message.ReplyTo; to != o.ID && !slices.Contains(ids, to) {
		t.Errorf("the answer names %q, want %q or one of %q", to, o.ID, ids)
	}
}

func offersChoices(t *testing.T, f Fixture) {
	if f.Press == nil && f.Seen == nil {
		return
	}
	ch, e := f.Connect(), newEars(f)
	run(t, ch, e)
	long := "这是一个很长很长很长很长很长很长很长很长很长很长很长的选择" // more than 64 bytes
	o := post(f, 1, "请选择", "确认", long)
	ids := send(t, ch, f, o)
	for _, label := range []string{"确认", long} {
		if f.Press == nil {
			if seen := f.Seen(); !strings.Contains(strings.Join(seen, "\n"), label) {
				t.Errorf("residents read %q, and not the choice %q", seen, label)
			}
			continue
		}
		if err := f.Press(label); err != nil {
			t.Fatal(err)
		}
		ev := e.next(t, "the press", func(ev grid.Event) bool { return ev.Press != nil && ev.Press.Button == label })
		if ev.Kind != grid.EventPress || ev.Press.Post != o.ID && !slices.Contains(ids, ev.Press.Post) || ev.Speaker.ID == "" || ev.Key.Revision == "" {
			t.Errorf("the press is heard as %+v %+v by %+v", ev.Key, *ev.Press, ev.Speaker)
		}
	}
}

func rewrites(t *testing.T, f Fixture) {
	ch := f.Connect()
	editor, can := ch.(bot.Editor)
	if !can {
		return
	}
	run(t, ch, newEars(f))
	ids := send(t, ch, f, post(f, 1, "待确认", "确认"))
	next := post(f, 2, "已立案")
	next.Replaces = "contract-post-待确认"
	for range 2 { // once more is harmless
		if err := editor.Edit(t.Context(), f.Chat, ids, next); err != nil {
			t.Fatalf("Edit = %v", err)
		}
	}
	if f.Seen != nil && !slices.Equal(f.Seen(), []string{"已立案"}) {
		t.Errorf("residents see %q, want the new text alone", f.Seen())
	}
	var u *bot.Undelivered
	err := editor.Edit(t.Context(), f.Chat, []grid.MessageID{"no such post"}, next)
	if !errors.As(err, &u) || u.State != grid.PutAside {
		t.Errorf("rewriting what is not there = %v, want it put aside", err)
	}
}

func keepsLimits(t *testing.T, f Fixture) {
	ch := f.Connect()
	limited, is := ch.(bot.Limited)
	if !is || f.Times == nil {
		return
	}
	gap := limited.Limits().PerChat
	if gap <= 0 || limited.Limits().PerGroupMinute <= 0 {
		t.Errorf("the limits are %+v, want a gap and a number a minute", limited.Limits())
	}
	run(t, ch, newEars(f))
	for i, text := range []string{"甲", "乙", "丙"} {
		send(t, ch, f, post(f, i+1, text))
	}
	times := f.Times()
	for i := 1; i < len(times); i++ {
		if d := times[i].Sub(times[i-1]); d < gap-50*time.Millisecond {
			t.Errorf("two posts came %v apart, want %v", d, gap)
		}
	}
	if len(times) != 3 {
		t.Errorf("the platform took %d posts, want 3", len(times))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ch.Send(ctx, f.Chat, post(f, 4, "丁")); err == nil {
		t.Error("a Send whose context is done says that it said something")
	}
}
