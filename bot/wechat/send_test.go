package wechat_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"youshi/bot"
	"youshi/bot/wechat/wechattest"
	"youshi/grid"
)

// ready is a scene whose bot can speak in the home group.
func ready(t *testing.T) *scene {
	t.Helper()
	s := newScene(t)
	s.server.NewGroup(home, true, s.server.Stranger("王芳"))
	s.connect()
	s.online()
	if _, err := s.send(group, post("post-0", "在")); err != nil {
		t.Fatal(err)
	}
	return s
}

func stateOf(err error) grid.PostState {
	if u, ok := errors.AsType[*bot.Undelivered](err); ok {
		return u.State
	}
	if err == nil {
		return grid.Sent
	}
	return grid.Unclear
}

// What the platform may have taken is not said again; what it surely has not may be.
func TestWhatBecomesOfASendThatFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		f    wechattest.Fault
		want grid.PostState
		seen int
	}{
		"the answer is lost":          {wechattest.Fault{Drop: true, Late: true}, grid.Unclear, 1},
		"the answer ends too early":   {wechattest.Fault{Cut: true}, grid.Unclear, 1},
		"it is lost on the way":       {wechattest.Fault{Drop: true}, grid.Unclear, 0},
		"the server has an error":     {wechattest.Fault{Code: 502}, grid.Waiting, 0},
		"a gateway waited in vain":    {wechattest.Fault{Code: 504}, grid.Unclear, 0},
		"the answer is empty":         {wechattest.Fault{Blank: true}, grid.Unclear, 0},
		"the platform refuses":        {wechattest.Fault{Ret: -1}, grid.Waiting, 0},
		"the platform says too often": {wechattest.Fault{Ret: 1205}, grid.Waiting, 0},
		"the session has ended":       {wechattest.Fault{Ret: 1101}, grid.Waiting, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := ready(t)
			time.Sleep(100 * time.Millisecond)
			c.f.Path, c.f.Times = "webwxsendmsg", 1
			s.server.Break(c.f)
			_, err := s.ch.Send(t.Context(), group, post("post-1", "灯修好了"))
			if got := stateOf(err); got != c.want {
				t.Errorf("it is %s (%v), want %s", got, err, c.want)
			}
			tried := 0
			for _, r := range s.server.Requests() {
				if r.Path == "webwxsendmsg" {
					tried++
				}
			}
			if seen := len(s.server.SentTo(home)) - 1; seen != c.seen || tried != 2 {
				t.Errorf("residents see it %d times after %d requests, want %d times", seen, tried-1, c.seen)
			}
		})
	}
}

func TestTooOftenStopsAllSendingOverARestart(t *testing.T) {
	t.Parallel()
	s := ready(t)
	s.stop()
	s.opt.Rest = time.Hour
	s.connect()
	s.online()
	if _, err := s.send(group, post("post-1", "再说一句")); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond)
	s.server.Break(wechattest.Fault{Path: "webwxsendmsg", Ret: 1205, Times: 1})
	for i, id := range []string{"post-2", "post-3"} {
		_, err := s.ch.Send(t.Context(), group, post(id, "办好了"))
		if u, ok := errors.AsType[*bot.Undelivered](err); !ok || u.State != grid.Waiting || u.After < 59*time.Minute {
			t.Errorf("%d: %v, want to wait an hour", i, err)
		}
		if i == 0 {
			s.until("an alarm", func() bool { return strings.Contains(s.ch.Health().Say, "too often") })
			s.stop()
			s.connect()
			s.online()
		}
	}
	if got := s.server.SentTo(home); len(got) != 2 {
		t.Errorf("residents read %q", got)
	}
}

func TestWhileWeChatIsLostPostsWait(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.server.NewGroup(home, true, s.server.Stranger("王芳"))
	s.server.Refuse(true, true)
	s.connect()
	s.until("waiting for a scan", func() bool { return s.ch.Health().State == bot.HealthScan })
	_, err := s.ch.Send(t.Context(), group, post("post-1", "办好了"))
	if stateOf(err) != grid.Waiting {
		t.Errorf("%v, want it to wait", err)
	}
}

func TestWhatWeChatCannotShowIsWritten(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	wang := s.server.Stranger("王芳")
	g := s.server.NewGroup(home, true, wang)
	s.connect()
	s.server.Say(g, wang, "3号楼2单元门口的路灯从昨天晚上开始不亮，电话13812345678")
	ev := s.hears("3号楼2单元门口的路灯从昨天晚上开始不亮，电话13812345678")
	button := func(label string, w grid.Want) grid.Button {
		return grid.Button{Label: label, Command: grid.Command{Want: w, Ticket: 12}}
	}
	marked := button("满意", grid.WantRate)
	marked.Command.Mark = grid.Satisfied
	sent := button("派单 @物业小孙", grid.WantAssign)
	sent.Command.Who = "物业小孙"
	for _, c := range []struct {
		o    grid.Outgoing
		want string
	}{
		{grid.Outgoing{Text: "记下了", ReplyTo: ev.Message.ID}, "@王芳 「3号楼2单元门口的路灯从…」\n记下了"},
		{grid.Outgoing{Text: "【待确认】12号", Buttons: []grid.Button{button("确认", grid.WantConfirm), button("驳回", grid.WantReject)}}, "【待确认】12号\n请回复：“确认 12”、“驳回 12”"},
		{grid.Outgoing{Text: "12号办好了", Buttons: []grid.Button{marked}}, "12号办好了\n请回复：“评价 12 满意”"},
		{grid.Outgoing{Text: "派给谁", Buttons: []grid.Button{sent}}, "派给谁\n请回复：“派单 12 @物业小孙”"},
		{grid.Outgoing{Text: "是不是有事", Buttons: []grid.Button{button("是，立案", grid.WantOpen)}}, "是不是有事\n请回复：“是，立案”"},
	} {
		o := post("post-"+c.want, c.o.Text)
		o.ReplyTo, o.Buttons = c.o.ReplyTo, c.o.Buttons
		if _, err := s.send(group, o); err != nil {
			t.Fatal(err)
		}
		if got := s.server.SentTo(home); got[len(got)-1] != c.want {
			t.Errorf("residents read %q, want %q", got[len(got)-1], c.want)
		}
	}
	s.server.Recall(g, wang, 7000000000000000004)
	s.server.Say(g, wang, "完")
	s.hears("完")
	o := post("post-r", "知道了")
	o.ReplyTo = ev.Message.ID
	ids, err := s.send(group, o)
	if err != nil || len(ids) != 1 {
		t.Fatal(ids, err)
	}
	if got := s.server.SentTo(home); got[len(got)-1] != "知道了" {
		t.Errorf("words that were taken back are quoted: %q", got[len(got)-1])
	}
	long := post("post-l", strings.Repeat("很长的一段话。\n", 400))
	if ids, err = s.send(group, long); err != nil || len(ids) != 3 || slices.Contains(ids, "") {
		t.Errorf("a long text went out as %q, %v", ids, err)
	}
}
