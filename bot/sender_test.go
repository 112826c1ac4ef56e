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
	"youshi/bot/bottest"
	"youshi/grid"
	"youshi/storage"
)

// sender gives a Sender of the house with the manners of the trade.
func (h *house) sender() *bot.Sender {
	return &bot.Sender{Store: h.store, Time: h.time, Log: quiet, Manners: bot.GoodManners(),
		Channels: map[grid.ChannelID]bot.Channel{web: h.ch},
		Digest: func(_ storage.Tx, posts []grid.Outgoing) (string, error) {
			var all []string
			for _, o := range posts {
				all = append(all, o.Text)
			}
			return strings.Join(all, "+"), nil
		}}
}

// spoken gives what was said so far as "time text", the time as on monday's clock.
func (h *house) spoken() (out []string) {
	h.t.Helper()
	h.view(func(tx storage.Tx) error {
		said, err := tx.Outbox().Said(0, 1000)
		for _, o := range said {
			at := o.SentAt.In(monday.Location())
			day := ""
			if d := at.YearDay() - monday.YearDay(); d != 0 {
				day = fmt.Sprintf("+%d ", d)
			}
			out = append(out, day+at.Format("15:04")+" "+o.Text)
		}
		return err
	})
	return out
}

// live lets stepped time pass from moment to moment until the end: what may be
// said is said, as replay does it.
func live(t *testing.T, clock *bot.PushedTime, s *bot.Sender, end time.Time) {
	t.Helper()
	for {
		if _, err := s.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		next, ok, err := s.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !ok || next.After(end) {
			next = end
		}
		if err := clock.Set(next); err != nil {
			t.Fatal(err)
		}
		if next.Equal(end) {
			if _, err := s.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
}

// at gives a time of monday.
func at(clock string) time.Time {
	c, err := time.Parse("15:04", clock)
	if err != nil {
		panic(err)
	}
	return time.Date(2026, 11, 23, c.Hour(), c.Minute(), 0, 0, monday.Location())
}

// written is a post and the time of monday at which it is written.
type written struct {
	at   string
	post grid.Outgoing
}

func notice(text string) grid.Outgoing { return grid.Outgoing{Kind: grid.PostResult, Text: text} }

func reminder(text string, who grid.PersonID) grid.Outgoing {
	return grid.Outgoing{To: "staff:g1", Kind: grid.PostReminder, For: who, Text: text}
}

func class(c grid.Class, text string) grid.Outgoing {
	return grid.Outgoing{Class: c, Kind: grid.PostAck, Text: text}
}

func TestSenderManners(t *testing.T) {
	many := func(at string, n int, make func(string) grid.Outgoing) (out []written) {
		for i := range n {
			out = append(out, written{at, make(fmt.Sprint(i + 1))})
		}
		return out
	}
	for name, c := range map[string]struct {
		write []written
		want  []string // by the evening of the next day
	}{
		"what is written by day is said at once": {
			[]written{{"10:00", notice("一")}, {"10:05", class(grid.ClassFirst, "二")}},
			[]string{"10:00 一", "10:05 二"},
		},
		"at night only emergencies and answers are said, the rest at seven, first answers first": {
			[]written{{"21:59", notice("还行")}, {"22:00", notice("明早")}, {"23:00", class(grid.ClassFirst, "收到")},
				{"23:30", class(grid.ClassAnswer, "帮助")}, {"23:40", class(grid.ClassEmergency, "着火")}},
			[]string{"21:59 还行", "23:30 帮助", "23:40 着火", "+1 07:00 收到", "+1 07:00 明早"},
		},
		"at night a private and a staff chat are left in peace too": {
			[]written{{"23:00", grid.Outgoing{To: "staff:g1", Kind: grid.PostConfirm, Text: "卡片"}}},
			[]string{"+1 07:00 卡片"},
		},
		"before dawn it is still night": {
			[]written{{"06:59", notice("早")}},
			[]string{"07:00 早"},
		},
		"six notices an hour; the seventh waits for the first to be an hour old": {
			[]written{{"10:00", notice("1")}, {"10:05", notice("2")}, {"10:10", notice("3")}, {"10:15", notice("4")}, {"10:20", notice("5")},
				{"10:25", notice("6")}, {"10:30", notice("7")}},
			[]string{"10:00 1", "10:05 2", "10:10 3", "10:15 4", "10:20 5", "10:25 6", "11:00 7"},
		},
		"the last place of the hour goes to one digest of all that waits": {
			many("10:00", 8, notice),
			[]string{"10:00 1", "10:00 2", "10:00 3", "10:00 4", "10:00 5", "10:00 6+7+8"},
		},
		"what came after the digest waits for the next free place and goes together": {
			slices.Concat(many("10:00", 7, notice), many("10:01", 2, notice)),
			[]string{"10:00 1", "10:00 2", "10:00 3", "10:00 4", "10:00 5", "10:00 6+7", "11:00 1", "11:00 2"},
		},
		"first answers, answers and emergencies take nobody's place": {
			slices.Concat(many("10:00", 6, notice), many("10:01", 3, func(s string) grid.Outgoing { return class(grid.ClassFirst, "a"+s) }),
				[]written{{"10:02", class(grid.ClassAnswer, "b")}, {"10:02", class(grid.ClassEmergency, "c")}, {"10:03", notice("d")}}),
			[]string{"10:00 1", "10:00 2", "10:00 3", "10:00 4", "10:00 5", "10:00 6",
				"10:01 a1", "10:01 a2", "10:01 a3", "10:02 c", "10:02 b", "11:00 d"},
		},
		"a staff chat has no budget": {
			many("10:00", 8, func(s string) grid.Outgoing { return grid.Outgoing{To: "staff:g1", Kind: grid.PostConfirm, Text: s} }),
			[]string{"10:00 1", "10:00 2", "10:00 3", "10:00 4", "10:00 5", "10:00 6", "10:00 7", "10:00 8"},
		},
		"a first reminder goes at once, those within half an hour together at its end": {
			[]written{{"10:00", reminder("1", "p1")}, {"10:10", reminder("2", "p1")}, {"10:20", reminder("3", "p1")}, {"10:15", reminder("别人", "p2")}},
			[]string{"10:00 1", "10:15 别人", "10:30 2+3"},
		},
		"two reminders of one moment: the second at the end of the half hour": {
			[]written{{"10:00", reminder("1", "p1")}, {"10:00", reminder("2", "p1")}},
			[]string{"10:00 1", "10:30 2"},
		},
		"reminders of the night are one list": {
			[]written{{"23:00", reminder("1", "p1")}, {"23:50", reminder("2", "p1")}, {"06:50", reminder("0", "p1")}},
			[]string{"07:00 0", "+1 07:00 1+2"},
		},
		"escalations and emergencies are not gathered": {
			[]written{{"10:00", reminder("1", "p1")}, {"10:01", grid.Outgoing{To: "staff:g1", Kind: grid.PostEscalation, For: "p1", Text: "超期"}},
				{"10:02", grid.Outgoing{To: "staff:g1", Kind: grid.PostReminder, Class: grid.ClassEmergency, For: "p1", Text: "急"}}},
			[]string{"10:00 1", "10:01 超期", "10:02 急"},
		},
		"one person is reminded six times a day": {
			[]written{{"10:00", reminder("1", "p1")}, {"11:00", reminder("2", "p1")}, {"12:00", reminder("3", "p1")}, {"13:00", reminder("4", "p1")},
				{"14:00", reminder("5", "p1")}, {"15:00", reminder("6", "p1")}, {"16:00", reminder("7", "p1")}, {"17:00", reminder("8", "p1")}},
			[]string{"10:00 1", "11:00 2", "12:00 3", "13:00 4", "14:00 5", "15:00 6", "+1 07:00 7+8"},
		},
		"what its writer holds back lets others pass": {
			[]written{{"10:00", grid.Outgoing{Kind: grid.PostResult, Text: "半小时后", NotBefore: at("10:30")}}, {"10:01", notice("现在")}},
			[]string{"10:01 现在", "10:30 半小时后"},
		},
		"what is of no use any more is not said": {
			[]written{{"23:00", grid.Outgoing{Kind: grid.PostResult, Text: "过时", Until: at("23:30")}}, {"23:00", notice("照说")}},
			[]string{"+1 07:00 照说"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			clock := bot.NewPushed(at("00:00"))
			h := build(t, clock)
			slices.SortStableFunc(c.write, func(a, b written) int { return at(a.at).Compare(at(b.at)) })
			s := h.sender()
			for _, w := range c.write {
				if now := at(w.at); now.After(clock.Now()) {
					live(t, clock, s, now)
				}
				h.say(w.post)
			}
			live(t, clock, s, at("20:00").AddDate(0, 0, 1))
			want(t, "said", h.spoken(), c.want)
			if _, waits, err := s.Next(t.Context()); waits || err != nil {
				t.Errorf("something still waits (%v)", err)
			}
		})
	}
}

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
	inBubble(t, "in a chat, in a group's minute, and over all", func(t *testing.T) {
		h := build(t, bot.MachineTime{})
		h.ch.Bounds = bot.Limits{PerChat: time.Second, PerGroupMinute: 3, Overall: 100 * time.Millisecond}
		var gaps []time.Duration
		h.ch.Script(func(context.Context, grid.Chat, grid.Outgoing) error {
			gaps = append(gaps, time.Since(monday))
			return nil
		})
		s := h.sender()
		stop := start(t, s.Run)
		for range 4 {
			h.say(class(grid.ClassAnswer, "a"))
		}
		h.say(grid.Outgoing{To: "group:g2", Kind: grid.PostResult, Text: "b"})
		s.Kick()
		time.Sleep(2 * time.Minute)
		stop()
		want(t, "said after", gaps, []time.Duration{0, 100 * time.Millisecond, time.Second, 2 * time.Second, time.Minute})
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
