package handlers_test

import (
	"strings"
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

func TestAWarningNamesWhoIsToldAndNobodyElse(t *testing.T) {
	all := newHouse(t).say("张大妈", "有燃气味", gas()).posts.to(group).one(newHouse(t))
	h := newHouse(t)
	h.says(all, "已经马上通知网格员、社区书记、街道、区里", "别围观")
	h = newHouse(t, withoutStaffChat, unreachable("李敏", "街道老赵", "区里老钱"))
	h.says(h.say("张大妈", "有燃气味", gas()).posts.to(group).kind(grid.PostAck).one(h), "已经马上通知社区书记。")
	h = newHouse(t, withoutStaffChat, unreachable("李敏", "王书记", "街道老赵", "区里老钱"))
	h.says(h.say("张大妈", "有燃气味", gas()).posts.to(group).kind(grid.PostAck).one(h), "联系不上", "119")
}

func TestWhatToDoFitsTheDanger(t *testing.T) {
	for danger, words := range map[string][]string{
		"gas":      {"别开关电器", "别点火", "开窗", "人先出来", "119"},
		"trapped":  {"别慌", "报警铃", "别扒门", "119"},
		"electric": {"8米", "95598", "120"},
		"fire":     {"119", "别坐电梯"},
	} {
		h := newHouse(t)
		got := h.say("张大妈", "快来人", of(gas(), func(in *grid.Intent) { in.Danger = danger }))
		h.says(got.posts.to(group).one(h), words...)
	}
}

func TestWhenAnEmergencyIsOverTheGroupHearsOfItOnce(t *testing.T) {
	for name, c := range map[string]struct {
		do  func(h *house, m grid.MessageID) heard
		say string
	}{
		"lowered": {func(h *house, _ grid.MessageID) heard {
			return h.order("李敏", grid.Command{Want: grid.WantReclassify, Ticket: 1, Urgency: grid.Normal})
		}, "没有危险"},
		"rejected": {func(h *house, _ grid.MessageID) heard {
			return h.order("李敏", with(grid.WantReject, 1, "邻居在炒菜"))
		}, "不用再避开"},
		"recalled": {func(h *house, m grid.MessageID) heard { return h.recall("张大妈", m) }, "收回"},
		"resolved": {func(h *house, _ grid.MessageID) heard {
			return h.order("李敏", with(grid.WantResolve, 1, "阀门关了"))
		}, "险情解除"},
	} {
		for _, spoken := range []bool{true, false} {
			h := newHouse(t)
			m := h.say("张大妈", "有燃气味", gas()).msg.ID
			if name == "resolved" {
				h.order("李敏", want(grid.WantConfirm, 1))
			}
			if spoken {
				h.speak()
			}
			got := c.do(h, m).posts.to(group)
			if !spoken && name != "resolved" {
				got.none(h) // nobody was alarmed: nobody is calmed
				continue
			}
			o := got.one(h)
			h.says(o, c.say)
			h.is(name, o.Class, grid.ClassEmergency)
			h.is(name+": quotes", o.ReplyTo, m)
			h.after(days(30)).to(group).none(h)
		}
	}
}

func endangered(danger, words string) grid.Intent {
	return of(gas(), func(in *grid.Intent) {
		in.Sensitive, in.Danger, in.Summary, in.Topic = true, danger, words, "other"
	})
}

func TestTheReporterOfAPrivateMatterGetsTheNumbersThatHelp(t *testing.T) {
	for words, c := range map[string]struct {
		in      grid.Intent
		numbers []string
		not     []string
	}{
		"隔壁男人打老婆":     {endangered("violence", "隔壁打人"), []string{"110", "120", "12338"}, []string{"12355", "12356"}},
		"后爸打孩子":       {endangered("violence", "隔壁打人"), []string{"110", "12355"}, []string{"12338"}},
		"我老公又打我了":     {endangered("violence", "隔壁打人"), []string{"110", "12338"}, []string{"12355"}},
		"她说不想活了":      {endangered("self_harm", "有人轻生"), []string{"12356", "110", "120"}, []string{"12355"}},
		"刘奶奶三天没露面":    {elder(), []string{"110", "120"}, []string{"12345", "12356"}},
		"楼上那位精神不太好":   {beaten(), []string{"12356"}, []string{"110"}},
		"老梁欠我四万块不还":   {beaten(), []string{"12345"}, []string{"12356"}},
		"有人在学校门口摸女孩子": {endangered("", "…"), []string{"110", "12355"}, nil},
	} {
		h := newHouse(t)
		got := h.say("张大妈", words, c.in)
		got.posts.to(group).none(h)
		o := got.posts.to(h.private("张大妈")).one(h)
		h.says(o, c.numbers...)
		for _, n := range c.not {
			if strings.Contains(o.Text, n) {
				t.Errorf("%s: %s in %s", words, n, o.Text)
			}
		}
	}
}

func TestTheChainOfAPrivateDanger(t *testing.T) {
	for name, c := range map[string]struct {
		confirm, news time.Duration
		told          [4]string // at 10, 30, 60, 120 minutes
	}{
		"nobody acts":                 {0, 0, [4]string{"", "王书记", "街道老赵", "区里老钱"}},
		"taken up and no word":        {time.Minute, 0, [4]string{"李敏", "王书记", "街道老赵", "区里老钱"}},
		"a word ticks one off":        {time.Minute, 5 * time.Minute, [4]string{"", "王书记", "街道老赵", "区里老钱"}},
		"a word after twenty minutes": {time.Minute, 20 * time.Minute, [4]string{"李敏", "王书记", "街道老赵", "区里老钱"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			began := monday(23, 0)
			h.now = began
			h.say("张大妈", "快来人", endangered("violence", "隔壁打人"))
			from := time.Duration(0)
			for i, at := range []time.Duration{10 * time.Minute, 30 * time.Minute, 60 * time.Minute, 120 * time.Minute} {
				for _, step := range []struct {
					at time.Duration
					c  grid.Command
				}{{c.confirm, want(grid.WantConfirm, 1)}, {c.news, with(grid.WantProgress, 1, "民警到了")}} {
					if step.at > from && step.at <= at {
						h.advance(began.Add(step.at))
						h.order("李敏", step.c)
					}
				}
				from = at
				h.advance(began.Add(at - time.Second))
				got := h.advance(began.Add(at))
				h.silent(got)
				asked := posts{}
				for _, o := range got.kind(grid.PostEscalation) {
					if strings.Contains(o.Text, "见到人了吗") || strings.Contains(o.Text, "请马上过问") {
						asked = append(asked, o)
					}
				}
				if c.told[i] == "" {
					asked.none(h)
					continue
				}
				o := asked.one(h)
				h.is("to", o.To, h.private(c.told[i]))
				h.is("class", o.Class, grid.ClassEmergency)
				h.says(o, "5号楼", "不要在")
			}
		})
	}
}

func TestTheChainEndsWithTheDanger(t *testing.T) {
	for name, c := range map[string]grid.Command{"lowered": {Want: grid.WantReclassify, Ticket: 1, Urgency: grid.Urgent},
		"done": with(grid.WantResolve, 1, "人安全了"), "rejected": with(grid.WantReject, 1, "是电视声")} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.say("张大妈", "快来人", endangered("violence", "隔壁打人"))
			h.order("李敏", want(grid.WantConfirm, 1))
			h.order("李敏", c)
			for _, o := range h.after(3 * time.Hour).kind(grid.PostEscalation) {
				t.Errorf("still told: %s", o.Text)
			}
		})
	}
}

func TestAPrivateMatterEndsOnlyWithAnOutcomeWritten(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "邻居的病没人管", beaten())
	h.order("李敏", want(grid.WantConfirm, 1))
	before := h.record(1)
	for _, w := range []grid.Want{grid.WantResolve, grid.WantReject} {
		h.is("kind", h.order("李敏", want(w, 1)).posts.one(h).Kind, grid.PostRefusal)
	}
	h.is("ticket and journal", h.record(1), before)
	h.order("李敏", with(grid.WantResolve, 1, "送医了"))
	h.is("status", h.ticket(1).Status, grid.Resolved)
	j := h.journal(1)
	h.view(func(tx storage.Tx) error {
		s, err := tx.Words().Get(j[len(j)-2].Why)
		h.is("outcome", s, "送医了")
		return err
	})
}

func TestWhoTakesBackADangerMayBeMadeTo(t *testing.T) {
	h := newHouse(t)
	m := h.say("张大妈", "快来人", endangered("violence", "隔壁打人")).msg.ID
	got := h.recall("张大妈", m)
	h.is("status", h.ticket(1).Status, grid.Closed)
	h.says(got.posts.one(h), "仍然去看一眼")
	h.is("to", got.posts[0].To, staff)
	h = newHouse(t)
	h.say("张大妈", "刘奶奶三天没露面了", elder())
	h.says(h.orderIn(h.private("张大妈"), "张大妈", want(grid.WantWithdraw, 1)).posts.to(staff).one(h), "仍然去看一眼")
}

func TestAChainThatNobodyCouldTellGoesOnWithoutAFlood(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "刘奶奶三天没露面了", elder())
	h.order("李敏", want(grid.WantConfirm, 1))
	h.speak()
	told := h.dark(5 * time.Hour)
	h.is("property", len(told.to(h.private("物业小孙"))), 1)
	h.is("secretary", len(told.kind(grid.PostEscalation).to(h.private("王书记"))), 1)
	h.says(told.kind(grid.PostEscalation).to(h.private("王书记")).one(h), "120分钟")
}
