package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"youshi/bot"
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

// late is an overdue notice, held back until then when it comes of a dark time.
func late(text string, who grid.PersonID, until string) grid.Outgoing {
	o := reminder(text, who)
	o.Class = grid.ClassFirst
	if until != "" {
		o.NotBefore = at(until)
	}
	return o
}

func above(text, until string) grid.Outgoing {
	return grid.Outgoing{To: "staff:g1", Kind: grid.PostEscalation, Text: text, NotBefore: at(until)}
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
		"those to nobody by name are gathered too": {
			[]written{{"10:00", reminder("1", "")}, {"10:10", reminder("2", "")}, {"10:20", reminder("3", "")}, {"10:20", reminder("别人", "p2")}},
			[]string{"10:00 1", "10:20 别人", "10:30 2+3"},
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
		"overdue notices are said at once, each by itself": {
			[]written{{"10:00", late("1", "p1", "")}, {"10:00", late("2", "p1", "")}},
			[]string{"10:00 1", "10:00 2"},
		},
		"those of a time in which nothing ran are one list for each": {
			[]written{{"10:00", late("1", "p1", "10:01")}, {"10:00", late("2", "p1", "10:01")}, {"10:00", late("别人", "p2", "10:01")},
				{"10:00", above("上一级1", "10:01")}, {"10:00", above("上一级2", "10:01")}},
			[]string{"10:01 别人", "10:01 1+2", "10:01 上一级1+上一级2"},
		},
		"and in the night wait for the morning": {
			[]written{{"23:00", late("1", "p1", "23:01")}, {"23:00", late("2", "p1", "23:01")}},
			[]string{"+1 07:00 1+2"},
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

func TestSenderListThatComesLateKeepsTheNextOneAway(t *testing.T) {
	clock := bot.NewPushed(at("10:00"))
	h := build(t, clock)
	h.ch.Script(failing(map[string][]error{"2+3": {later(2 * time.Hour)}}))
	s := h.sender()
	for n, moment := range []string{"10:00", "10:10", "10:20", "10:40", "10:50"} {
		live(t, clock, s, at(moment))
		h.say(reminder(fmt.Sprint(n+1), "p1"))
	}
	live(t, clock, s, at("20:00"))
	want(t, "said", h.spoken(), []string{"10:00 1", "12:30 2+3", "13:00 4+5"})
}

// Whatever is written when: no group gets more than six notices within an hour,
// nobody is reminded twice within half an hour or seven times a day, the night is
// quiet, and every text is said exactly once.
func TestSenderMannersHoldWhateverIsWritten(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		clock := bot.NewPushed(at("00:00"))
		h := build(t, clock)
		defer h.close()
		s := h.sender()
		texts := map[string]grid.MessageID{}
		for i := range rapid.IntRange(1, 30).Draw(r, "posts") {
			live(t, clock, s, clock.Now().Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, 10, 45, 300}).Draw(r, "minutes"))*time.Minute))
			o := grid.Outgoing{To: rapid.SampledFrom([]grid.ChatID{"group:g1", "group:g1", "staff:g1"}).Draw(r, "to"),
				Class: rapid.SampledFrom(grid.Classes()).Draw(r, "class"), Kind: grid.PostResult, Text: fmt.Sprintf("<%d>", i)}
			if rapid.Bool().Draw(r, "reminder") {
				o.Class, o.Kind, o.For = grid.ClassNotice, grid.PostReminder, rapid.SampledFrom([]grid.PersonID{"p1", "p2"}).Draw(r, "for")
			}
			texts[o.Text] = h.say(o)
		}
		live(t, clock, s, clock.Now().AddDate(0, 0, 20))

		var all string
		notices, reminders := map[grid.ChatID][]time.Time{}, map[string][]time.Time{}
		for _, a := range h.ch.Attempts() {
			o := h.post(a.Post.ID)
			all += o.Text
			hour := o.SentAt.In(monday.Location()).Hour()
			if night := hour >= 22 || hour < 7; night && (o.Class == grid.ClassNotice || o.Class == grid.ClassFirst) {
				r.Errorf("%s said at night, %v", o.Class, o.SentAt)
			}
			if o.Class == grid.ClassNotice {
				notices[o.To] = append(notices[o.To], o.SentAt)
			}
			if o.Kind == grid.PostReminder {
				key := fmt.Sprint(o.To, " ", o.For)
				reminders[key] = append(reminders[key], o.SentAt)
			}
		}
		tooMany(r, "group:g1", notices["group:g1"], 6, time.Hour)
		for who, at := range reminders {
			tooMany(r, who, at, 1, 30*time.Minute)
			days := map[int]int{}
			for _, a := range at {
				if days[a.In(monday.Location()).YearDay()]++; days[a.In(monday.Location()).YearDay()] > 6 {
					r.Errorf("%s reminded seven times on one day: %v", who, at)
				}
			}
		}
		for text, id := range texts {
			if n := strings.Count(all, text); n != 1 {
				r.Errorf("%s said %d times; the post is %s (%s)", text, n, h.post(id).State, h.post(id).Reason)
			}
		}
	})
}

// tooMany complains when more than n times lie within a span.
func tooMany(t *rapid.T, who any, at []time.Time, n int, span time.Duration) {
	for i := n; i < len(at); i++ {
		if at[i].Sub(at[i-n]) < span {
			t.Errorf("%v: %d within %v of %v", who, n+1, span, at[i-n])
		}
	}
}
