package wechat_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"youshi/bot"
	"youshi/bot/wechat/wechattest"
)

// Whatever fails, nothing said meanwhile is lost, and the server is asked once a
// second at most.
func TestNoFaultLosesAWordOrHammersTheServer(t *testing.T) {
	t.Parallel()
	const lasts = 4 * time.Second
	for name, f := range map[string]wechattest.Fault{
		"everything answers 500":         {Code: 500},
		"everything is cut off":          {Drop: true},
		"every answer ends too early":    {Cut: true},
		"the heartbeat answers 503":      {Path: "synccheck", Code: 503},
		"the heartbeat is refused":       {Path: "synccheck", Ret: 1},
		"the heartbeat is slow":          {Path: "synccheck", Slow: 2 * time.Second},
		"the heartbeat answers nothing":  {Path: "synccheck", Blank: true},
		"too often":                      {Path: "synccheck", Ret: 1205},
		"fetching answers 502":           {Path: "webwxsync", Code: 502},
		"fetching is cut off":            {Path: "webwxsync", Drop: true},
		"fetching is cut off afterwards": {Path: "webwxsync", Drop: true, Late: true},
		"fetching ends too early":        {Path: "webwxsync", Cut: true},
		"fetching answers nothing":       {Path: "webwxsync", Blank: true},
		"fetching is refused":            {Path: "webwxsync", Ret: -1},
		"fetching says no position":      {Path: "webwxsync", NoKey: true},
		"the groups answer 500":          {Path: "webwxbatchgetcontact", Code: 500},
		"the groups answer too much":     {Path: "webwxbatchgetcontact", Extra: true},
		"the groups answer too often":    {Path: "webwxbatchgetcontact", Ret: 1205},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, home, "第4网格群")
			wang := s.server.Stranger("王芳")
			g := s.server.NewGroup(home, true, wang)
			s.connect()
			s.online()
			s.server.Say(g, wang, "先")
			s.hears("先")
			s.server.Break(f)
			broken := time.Now()
			li := s.server.Stranger("李强")
			other := s.server.NewGroup("第4网格群", false, li) // which nobody knows yet
			for i := range 5 {
				time.Sleep(lasts / 5)
				s.server.Say(other, li, fmt.Sprintf("第%d句", i))
			}
			var asked []time.Time // of what fails
			for _, r := range s.server.Requests() {
				if r.At.After(broken) && (f.Path == "" || r.Path == f.Path) {
					asked = append(asked, r.At)
				}
			}
			s.server.Heal()
			s.server.Say(g, wang, "后")
			s.hears("后")
			s.hears("第4句")
			got := s.texts() // in order within a group
			for _, want := range [][]string{{"先", "后"}, {"第0句", "第1句", "第2句", "第3句", "第4句"}} {
				if in := slices.DeleteFunc(slices.Clone(got), func(text string) bool { return !slices.Contains(want, text) }); !slices.Equal(in, want) {
					t.Errorf("heard %q, want %q", in, want)
				}
			}
			if n := wechattest.Busiest(asked, time.Second); n > 1 || len(asked) == 0 {
				t.Errorf("%d requests within one second of %d, want 1", n, len(asked))
			}
			s.online()
		})
	}
}

// The session ends in every way that is known: the channel comes back by itself
// where it can, and groups and people are the same.
func TestAfterTheSessionEndedEverythingIsAsBefore(t *testing.T) {
	t.Parallel()
	for name, ret := range map[string]int{"logged out on the phone": 1100, "logged in elsewhere": 1101, "cookies invalid": 1102, "the ticket is wrong": -14} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			worker, wang := s.server.NewFriend("小王", "网格员#3-王芳"), s.server.Stranger("李强")
			g := s.server.NewGroup(home, false, worker, wang)
			s.connect()
			s.online()
			s.server.Say(g, worker, "一")
			s.server.Say(g, wang, "二")
			first, second := s.hears("一"), s.hears("二")
			s.server.Expire(ret)
			s.server.Say(g, worker, "三") // while nobody is logged in
			s.until("a second login", func() bool { return s.server.Logins() == 2 })
			s.server.Say(g, wang, "四")
			third, fourth := s.hears("三"), s.hears("四")
			if first.Native != third.Native || second.Native != fourth.Native || first.Native.Native != home {
				t.Errorf("the group was %+v and is %+v", first.Native, third.Native)
			}
			if first.Speaker != third.Speaker || second.Speaker != fourth.Speaker {
				t.Errorf("people were %+v, %+v and are %+v, %+v", first.Speaker, second.Speaker, third.Speaker, fourth.Speaker)
			}
			if _, err := s.send(group, post("post-1", "还在")); err != nil {
				t.Errorf("sending after it: %v", err)
			}
		})
	}
}

func TestARestartNeedsNoPerson(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	wang := s.server.Stranger("王芳")
	g := s.server.NewGroup(home, true, wang)
	s.connect()
	s.online()
	for i := range 4 { // also right after one, when nothing was fetched in between
		s.stop()
		said := fmt.Sprintf("第%d次停着的时候", i)
		s.server.Say(g, wang, said)
		s.connect()
		s.hears(said)
	}
	if n := s.server.Logins(); n != 1 {
		t.Errorf("%d logins, want the first alone", n)
	}
}

func TestAQuietNightDoesNotCostTheSession(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.server.NewGroup(home, true, s.server.Stranger("王芳"))
	s.idle = true
	s.connect()
	s.online()
	for range 4 {
		time.Sleep(1500 * time.Millisecond) // a heartbeat
		s.server.Break(wechattest.Fault{Path: "nothing"})
		s.server.Heal() // ends the long poll
		time.Sleep(100 * time.Millisecond)
		s.server.Age(5 * time.Hour) // 20 in all; cookies live 12
	}
	time.Sleep(1500 * time.Millisecond)
	if n := s.server.Logins(); n != 1 {
		t.Errorf("%d logins, want the first alone", n)
	}
}

// Where the phone does not help, a person must scan: every state on the way is
// told, and the text of the QR code with it.
func TestAPersonIsAskedToScan(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	wang := s.server.Stranger("王芳")
	g := s.server.NewGroup(home, true, wang)
	s.connect()
	s.online()
	s.forget()
	s.server.Refuse(true, true)
	s.server.Expire(1101)
	s.until("waiting for a scan", func() bool { h := s.ch.Health(); return h.State == bot.HealthScan && h.Scan != "" })
	before := len(s.server.Requests())
	time.Sleep(3 * time.Second)
	if n := len(s.server.Requests()) - before; n > 4 {
		t.Errorf("%d requests in three seconds of waiting", n)
	}
	s.server.Say(g, wang, "等着扫码的时候说的")
	s.server.Refuse(false, false)
	s.hears("等着扫码的时候说的")
	s.online()
	want := []bot.HealthState{bot.HealthConnecting, bot.HealthScan, bot.HealthConnecting, bot.HealthOnline}
	if got := slices.Compact(s.states()); !slices.Equal(got, want) {
		t.Errorf("the states were %v, want %v", got, want)
	}
}

func TestABarredAccountIsNotTriedAgainAndAgain(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]wechattest.Fault{
		"at the heartbeat after the login": {Path: "synccheck", Ret: 1102},
		"at the login":                     {Path: "webwxinit", Ret: 1203},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.server.NewGroup(home, true, s.server.Stranger("王芳"))
			s.server.Break(f)
			s.connect()
			s.until("being barred", func() bool { return s.ch.Health().State == bot.HealthBarred })
			before := len(s.server.Requests())
			time.Sleep(3 * time.Second)
			if n := len(s.server.Requests()) - before; n != 0 || s.ch.Health().Say == "" {
				t.Errorf("%d requests while barred; health %+v", n, s.ch.Health())
			}
		})
	}
}

func TestSilenceInDaytimeIsDeafness(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		hour int
		want bot.HealthState
	}{"at noon": {12, bot.HealthDeaf}, "at night": {3, bot.HealthOnline}, "early in the morning": {8, bot.HealthOnline}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			began := time.Now()
			s.opt.DeafAfter = 1500 * time.Millisecond
			s.opt.Now = func() time.Time {
				return time.Date(2026, 11, 23, c.hour, 0, 0, 0, time.FixedZone("CST", 8*3600)).Add(min(time.Since(began), time.Second))
			}
			wang := s.server.Stranger("王芳")
			g := s.server.NewGroup(home, true, wang)
			s.connect()
			s.online()
			s.server.Deaf()
			s.server.Say(g, wang, "有人吗")
			time.Sleep(7 * time.Second) // a heartbeat that waited
			if got := s.ch.Health().State; got != c.want {
				t.Errorf("state %s, want %s", got, c.want)
			}
			s.server.Heal()
			s.hears("有人吗")
			s.online()
		})
	}
}

func TestAMessageToldTwiceHasOneKey(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	wang := s.server.Stranger("王芳")
	g := s.server.NewGroup(home, true, wang)
	s.connect()
	s.server.Say(g, wang, "一")
	s.server.Say(g, wang, "二")
	s.hears("二")
	s.server.Repeat(2)
	s.server.Say(g, wang, "三")
	s.hears("三")
	if got := s.texts(); !slices.Equal(got, []string{"一", "二", "三"}) || s.again != 2 {
		t.Errorf("heard %q, and %d again", got, s.again)
	}
}
