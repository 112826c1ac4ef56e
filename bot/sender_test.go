package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"youshi/bot"
	"youshi/bot/bottest"
	"youshi/grid"
	"youshi/storage"
)

func later(after time.Duration) error {
	return &bot.Undelivered{State: grid.Waiting, After: after, Say: "too many requests"}
}

// failing answers posts of these texts with these errors, each once, in order.
func failing(errs map[string][]error) func(context.Context, grid.Chat, grid.Outgoing) error {
	var mu sync.Mutex
	return func(_ context.Context, _ grid.Chat, o grid.Outgoing) error {
		mu.Lock()
		defer mu.Unlock()
		left := errs[o.Text]
		if len(left) == 0 {
			return nil
		}
		errs[o.Text] = left[1:]
		return left[0]
	}
}

func TestSenderKeepsOrderUnderRetry(t *testing.T) {
	inBubble(t, "what follows waits, other classes and chats pass", func(t *testing.T) {
		h := build(t, bot.MachineTime{})
		h.ch.Script(failing(map[string][]error{"一": {later(10 * time.Minute), later(0)}}))
		s := h.sender()
		h.say(notice("一"))
		h.say(notice("二"))
		h.say(class(grid.ClassEmergency, "着火"))
		h.say(grid.Outgoing{To: "group:g2", Kind: grid.PostResult, Text: "别处"})
		start(t, s.Run)
		settle(t, s)
		got := h.spoken()
		slices.Sort(got) // two chats at one moment
		want(t, "said at once", got, []string{"10:00 别处", "10:00 着火"})
		time.Sleep(10 * time.Minute)
		settle(t, s)
		if n := len(h.spoken()); n != 2 {
			t.Errorf("said %v though the second try failed", h.spoken())
		}
		time.Sleep(10 * time.Second)
		settle(t, s)
		want(t, "said after the third try", h.spoken()[2:], []string{"10:10 一", "10:10 二"})
	})
	inBubble(t, "pauses grow to six hours, and less than a quarter beside the plan", func(t *testing.T) {
		h := build(t, bot.MachineTime{})
		h.ch.Script(func(context.Context, grid.Chat, grid.Outgoing) error { return later(0) })
		s := h.sender()
		s.Manners.Quiet = [2]int{}
		start(t, s.Run)
		id := h.say(notice("一"))
		s.Kick()
		last, plan := time.Now(), 2*time.Second
		for range 20 {
			settle(t, s)
			o := h.post(id)
			if o.State != grid.Waiting {
				t.Fatalf("it is %s", o.State)
			}
			pause := o.NotBefore.Sub(last)
			if pause < plan*3/4 || pause > min(plan*5/4, 6*time.Hour) {
				t.Fatalf("after %d attempts it waits %v, want about %v", o.Attempts, pause, plan)
			}
			time.Sleep(pause)
			last, plan = o.NotBefore, min(plan*2, 6*time.Hour)
		}
	})
}

func TestSenderAttemptsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		err   error
		same  bool
		state grid.PostState
		tries int
	}{
		"sent":                          {nil, false, grid.Sent, 1},
		"unclear, never blindly again":  {errors.New("connection reset"), false, grid.Unclear, 1},
		"unclear as the channel says":   {&bot.Undelivered{State: grid.Unclear, Say: "timeout"}, false, grid.Unclear, 1},
		"again where twice is once":     {errors.New("connection reset"), true, grid.Sent, 2},
		"put aside as the channel says": {&bot.Undelivered{State: grid.PutAside, Say: "kicked out of the group"}, false, grid.PutAside, 1},
		"later":                         {later(time.Second), false, grid.Sent, 2},
	} {
		inBubble(t, name, func(t *testing.T) {
			h := build(t, bot.MachineTime{})
			h.ch.Same = c.same
			if c.err != nil {
				h.ch.Script(failing(map[string][]error{"一": {c.err}}))
			}
			s := h.sender()
			var ended []grid.PostState
			s.Ended = func(_ grid.CommunityID, o grid.Outgoing) { ended = append(ended, o.State) }
			stop := start(t, s.Run)
			id := h.say(notice("一"))
			s.Kick()
			time.Sleep(time.Hour)
			stop()
			o := h.post(id)
			if o.State != c.state || o.Attempts != c.tries || (o.Reason == "") != (c.state == grid.Sent) {
				t.Errorf("it is %s after %d attempts (%q), want %s after %d", o.State, o.Attempts, o.Reason, c.state, c.tries)
			}
			want(t, "ended", ended, []grid.PostState{c.state})
			if c.state == grid.Sent && (len(o.SentAs) != 1 || o.SentSeq == 0 || o.SentAt.IsZero()) {
				t.Errorf("sent as %v, seq %d, at %v", o.SentAs, o.SentSeq, o.SentAt)
			}
		})
	}
	inBubble(t, "a panic of a channel is unclear and no more", func(t *testing.T) {
		h := build(t, bot.MachineTime{})
		h.ch.Script(func(_ context.Context, _ grid.Chat, o grid.Outgoing) error {
			if o.Text == "一" {
				panic("at the platform")
			}
			return nil
		})
		s := h.sender()
		start(t, s.Run)
		id := h.say(notice("一"))
		h.say(notice("二"))
		s.Kick()
		settle(t, s)
		want(t, "said", h.spoken(), []string{"10:00 二"})
		if o := h.post(id); o.State != grid.Unclear {
			t.Errorf("it is %s", o.State)
		}
	})
}

func TestSenderAfterAKill(t *testing.T) {
	for name, c := range map[string]struct {
		same  bool
		state grid.PostState
	}{
		"what was being said is unclear":           {false, grid.Unclear},
		"what may be said twice is said once more": {true, grid.Sent},
	} {
		t.Run(name, func(t *testing.T) {
			h := build(t, bot.NewPushed(monday))
			h.ch.Same = c.same
			id := h.say(grid.Outgoing{Kind: grid.PostResult, Text: "一", State: grid.Trying, Attempts: 1})
			h.say(notice("二"))
			live(t, h.time.(*bot.PushedTime), h.sender(), at("12:00"))
			if o := h.post(id); o.State != c.state {
				t.Errorf("it is %s (%s), want %s", o.State, o.Reason, c.state)
			}
			if got := h.spoken(); got[len(got)-1] != "10:00 二" {
				t.Errorf("said %v, and not what came after", got)
			}
		})
	}
	t.Run("hours, lists and budgets are the same as without it", func(t *testing.T) {
		var days [2][]string
		for i := range days {
			clock := bot.NewPushed(at("09:00"))
			h := build(t, clock)
			s := h.sender()
			for n := range 40 {
				live(t, clock, s, at("09:00").Add(time.Duration(n)*7*time.Minute))
				if i == 1 {
					s = h.sender()
				}
				h.say(notice(fmt.Sprint("n", n)))
				h.say(reminder(fmt.Sprint("r", n), "p1"))
			}
			live(t, clock, s, at("20:00").AddDate(0, 0, 2))
			days[i] = h.spoken()
		}
		want(t, "with kills", days[1], days[0])
	})
}

func TestSenderFindsThePrivateChatOrSaysWhyNot(t *testing.T) {
	h := build(t, bot.NewPushed(monday))
	h.ch.Private = map[string]bool{"张三": true}
	posts := map[string]grid.MessageID{}
	for _, name := range []string{"张三", "李四"} {
		p := h.office(name, grid.Resident, "g1")
		posts[name] = h.say(grid.Outgoing{To: bot.PrivateID(p.ID), Kind: grid.PostPoll, Text: name})
	}
	posts["没有的群"] = h.say(grid.Outgoing{To: "group:nowhere", Kind: grid.PostResult, Text: "x"})
	h.update(func(tx storage.Tx) error {
		return tx.Roster().PutChat(grid.Chat{ID: "group:off", Kind: grid.GroupChat, Channel: "telegram", Native: "-1"})
	})
	posts["关掉的平台"] = h.say(grid.Outgoing{To: "group:off", Kind: grid.PostResult, Text: "x"})
	live(t, h.time.(*bot.PushedTime), h.sender(), at("11:00"))
	for who, state := range map[string]grid.PostState{"张三": grid.Sent, "李四": grid.PutAside, "没有的群": grid.PutAside, "关掉的平台": grid.PutAside} {
		if o := h.post(posts[who]); o.State != state || state == grid.PutAside && o.Reason == "" {
			t.Errorf("%s: %s (%q), want %s", who, o.State, o.Reason, state)
		}
	}
	if got := h.ch.Attempts()[0].To; got.Native != "dm:张三" || got.Kind != grid.PrivateChat {
		t.Errorf("said in %+v", got)
	}
}

func TestSenderOneAtATimeInEachChat(t *testing.T) {
	inBubble(t, "a chat that hangs holds up no other", func(t *testing.T) {
		h := build(t, bot.MachineTime{})
		h.ch.Script(func(ctx context.Context, to grid.Chat, _ grid.Outgoing) error {
			if to.Native == "g1" {
				<-ctx.Done()
				return &bot.Undelivered{State: grid.Unclear, Err: ctx.Err()}
			}
			return nil
		})
		s := h.sender()
		first := h.say(notice("一"))
		second := h.say(class(grid.ClassEmergency, "二"))
		h.say(grid.Outgoing{To: "group:g2", Kind: grid.PostResult, Text: "别处"})
		start(t, s.Run)
		synctest.Wait()
		want(t, "said", h.spoken(), []string{"10:00 别处"})
		if a, b := h.post(first).State, h.post(second).State; a != grid.Waiting || b != grid.Trying {
			t.Errorf("the notice is %s, the emergency %s; want one attempt, the emergency's", a, b)
		}
		settle(t, s)
		if a, b := h.post(first).State, h.post(second).State; a != grid.Unclear || b != grid.Unclear {
			t.Errorf("after their minutes: %s, %s", a, b)
		}
	})
	inBubble(t, "stopping lets an attempt end and writes down how", func(t *testing.T) {
		h := build(t, bot.MachineTime{})
		h.ch.Script(func(ctx context.Context, _ grid.Chat, _ grid.Outgoing) error {
			time.Sleep(3 * time.Second)
			return ctx.Err()
		})
		s := h.sender()
		stop := start(t, s.Run)
		id := h.say(notice("一"))
		s.Kick()
		synctest.Wait()
		stop()
		if o := h.post(id); o.State != grid.Sent {
			t.Errorf("it is %s (%s)", o.State, o.Reason)
		}
	})
	inBubble(t, "a store that fails for a while costs nothing", func(t *testing.T) {
		h := build(t, bot.MachineTime{})
		s := h.sender()
		s.Store = &brokenStore{Store: h.store, left: 8}
		h.say(notice("一"))
		start(t, s.Run)
		time.Sleep(10 * time.Minute)
		if got := h.ch.Texts(); !slices.Equal(got, []string{"一"}) {
			t.Errorf("said %v, want it once", got)
		}
	})
	inBubble(t, "what is taken back while it is tried stays so unless it was said", func(t *testing.T) {
		h := build(t, bot.MachineTime{})
		h.ch.Script(func(context.Context, grid.Chat, grid.Outgoing) error {
			time.Sleep(time.Second)
			return later(0)
		})
		s := h.sender()
		start(t, s.Run)
		id := h.say(notice("一"))
		s.Kick()
		synctest.Wait()
		h.update(func(tx storage.Tx) error {
			o, err := tx.Outbox().Get(id)
			o.State, o.Reason = grid.Dropped, "recalled"
			_, serr := tx.Outbox().Set(o)
			return errors.Join(err, serr)
		})
		time.Sleep(time.Hour)
		if o := h.post(id); o.State != grid.Dropped || len(h.ch.Attempts()) != 1 {
			t.Errorf("it is %s after %d attempts", o.State, len(h.ch.Attempts()))
		}
	})
}

func TestSenderKeepsThePlatformsLimits(t *testing.T) {
	times := func(t *testing.T, limits bot.Limits, to ...grid.ChatID) []time.Duration {
		h := build(t, bot.MachineTime{})
		h.ch.Bounds = limits
		var mu sync.Mutex
		var at []time.Duration
		h.ch.Script(func(context.Context, grid.Chat, grid.Outgoing) error {
			mu.Lock()
			defer mu.Unlock()
			at = append(at, time.Since(monday))
			return nil
		})
		for _, id := range to {
			h.say(grid.Outgoing{To: id, Class: grid.ClassAnswer, Kind: grid.PostAnswer, Text: "好"})
		}
		s := h.sender()
		stop := start(t, s.Run)
		time.Sleep(2 * time.Minute)
		stop()
		return at
	}
	inBubble(t, "between two posts in a chat, and in a group's minute", func(t *testing.T) {
		got := times(t, bot.Limits{PerChat: time.Second, PerGroupMinute: 3}, "group:g1", "group:g1", "group:g1", "group:g1")
		want(t, "said after", got, []time.Duration{0, time.Second, 2 * time.Second, time.Minute})
	})
	inBubble(t, "over all chats", func(t *testing.T) {
		got := times(t, bot.Limits{Overall: 100 * time.Millisecond}, "group:g1", "group:g2", "staff:g1")
		want(t, "said after", got, []time.Duration{0, 100 * time.Millisecond, 200 * time.Millisecond})
	})
}

func TestWhatWaitsForItsTurnIsNoAttemptYet(t *testing.T) {
	inBubble(t, "over all chats", func(t *testing.T) {
		h := build(t, bot.MachineTime{})
		h.ch.Bounds = bot.Limits{Overall: time.Minute}
		var ids []grid.MessageID
		for _, to := range []grid.ChatID{"group:g1", "group:g2", "staff:g1"} {
			ids = append(ids, h.say(grid.Outgoing{To: to, Class: grid.ClassAnswer, Kind: grid.PostAnswer, Text: "好"}))
		}
		stop := start(t, h.sender().Run)
		defer stop()
		time.Sleep(30 * time.Second)
		said := 0
		for _, id := range ids {
			switch o := h.post(id); o.State {
			case grid.Sent:
				said++
			case grid.Waiting:
			default: // a kill now would leave it unclear
				t.Errorf("the post to %s is %s", o.To, o.State)
			}
		}
		if said != 1 {
			t.Errorf("%d posts were said in half a minute, want 1", said)
		}
	})
}

func TestSenderDigestThatCannotBeMadeGoesOneByOne(t *testing.T) {
	clock := bot.NewPushed(monday)
	h := build(t, clock)
	s := h.sender()
	s.Digest = func(storage.Tx, []grid.Outgoing) (string, error) { return "", errors.New("no such sentence") }
	for i := range 7 {
		h.say(notice(fmt.Sprint(i)))
	}
	live(t, clock, s, at("12:00"))
	want(t, "said", h.spoken(), []string{"10:00 0", "10:00 1", "10:00 2", "10:00 3", "10:00 4", "10:00 5", "11:00 6"})
}

func TestSenderDigestedPostsNameTheirDigest(t *testing.T) {
	clock := bot.NewPushed(monday)
	h := build(t, clock)
	var ids []grid.MessageID
	for i := range 7 {
		ids = append(ids, h.say(notice(fmt.Sprint(i))))
	}
	live(t, clock, h.sender(), at("12:00"))
	attempts := h.ch.Attempts()
	digest := attempts[len(attempts)-1].Post
	if digest.Kind != grid.PostDigest || digest.Class != grid.ClassNotice {
		t.Fatalf("the last post is %+v", digest)
	}
	for _, id := range ids[5:] {
		if o := h.post(id); o.State != grid.Dropped || o.Reason != "digest "+string(digest.ID) {
			t.Errorf("post %s is %s: %q", id, o.State, o.Reason)
		}
	}
}

var _ bot.Channel = (*bottest.Scripted)(nil)
