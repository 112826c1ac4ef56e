package handlers_test

import (
	"strings"
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// silent fails when anything was said to a group, or when a staff chat reads
// what the matter is about.
func (h *house) silent(all posts) {
	h.Helper()
	for _, o := range all {
		if strings.HasPrefix(string(o.To), "group:") {
			h.Fatalf("the group reads: %s", o.Text)
		}
		if o.To == staff && (strings.Contains(o.Text, "没人管") || strings.Contains(o.Text, "6号楼")) {
			h.Fatalf("the staff chat reads too much: %s", o.Text)
		}
	}
}

func TestOfAPrivateMatterNothingReachesAGroupWhateverFollows(t *testing.T) {
	h := newHouse(t)
	got := h.say("张大妈", "邻居的病没人管", beaten())
	h.silent(got.posts)
	h.says(got.posts.to(h.private("张大妈")).one(h), "不会在群里说", "1号")
	h.says(got.posts.to(staff).one(h), "不公开", "不要在居民群里")
	for _, step := range []struct {
		name string
		do   func() posts
		told []string // who hears of it in private, "工作群" for the staff chat
	}{
		{"a neighbour's me-too by talk", func() posts {
			return h.say("李大爷", "我家也知道", follows(1, func(in *grid.Intent) { in.Link.MeToo = true })).posts
		}, nil},
		{"a neighbour's question", func() posts { return h.say("王阿姨", "怎么样了", follows(1, nil)).posts }, nil},
		{"staff's word in the group", func() posts { return h.say("李敏", "正在处理", follows(1, nil)).posts }, nil},
		{"reminders before confirmation", func() posts { return h.after(days(3)) }, []string{"李敏", "王书记"}},
		{"a command by staff in the group", func() posts { return h.orderIn(group, "李敏", want(grid.WantConfirm, 1)).posts }, []string{"李敏", "张大妈"}},
		{"a refusal in the group", func() posts { return h.orderIn(group, "李敏", want(grid.WantConfirm, 1)).posts }, []string{"李敏"}},
		{"the reporter's look in the group", func() posts { return h.orderIn(group, "张大妈", want(grid.WantLook, 1)).posts }, []string{"张大妈"}},
		{"a look in the staff chat", func() posts { return h.order("李敏", want(grid.WantLook, 1)).posts }, []string{"工作群"}},
		{"a list in the staff chat", func() posts { return h.order("李敏", want(grid.WantTodo, 0)).posts }, []string{"工作群"}},
		{"reminders afterwards", func() posts { return h.after(days(20)) }, []string{"李敏", "王书记"}},
		{"a question to the reporter", func() posts { return h.order("李敏", with(grid.WantWait, 1, "要紧吗？")).posts }, []string{"张大妈", "工作群"}},
		{"the reporter's answer", func() posts { return h.say("张大妈", "6号楼，没人管", follows(1, nil)).posts }, []string{"李敏"}},
		{"progress", func() posts { return h.order("李敏", with(grid.WantProgress, 1, "上门了")).posts }, []string{"张大妈", "工作群"}},
		{"climbing", func() posts { return h.order("李敏", with(grid.WantEscalate, 1, "要医院")).posts }, []string{"王书记", "工作群"}},
		{"result and poll", func() posts { return h.order("王书记", with(grid.WantResolve, 1, "送医了")).posts }, []string{"张大妈", "工作群"}},
		{"the reporter's no in the group", func() posts { return h.order("张大妈", mark(1, grid.Unsatisfied)).posts }, []string{"张大妈", "王书记"}},
		{"the result again", func() posts { return h.order("王书记", with(grid.WantResolve, 1, "送医了")).posts }, []string{"张大妈"}},
		{"the poll's reminder and end", func() posts { return h.after(days(4)) }, []string{"张大妈"}},
	} {
		said := step.do()
		h.silent(said)
		for _, who := range step.told {
			to := staff
			if who != "工作群" {
				to = h.private(who)
			}
			if len(said.to(to)) == 0 {
				t.Errorf("%s: %s hears nothing", step.name, who)
			}
		}
		if step.told == nil {
			said.none(h)
		}
		said.to(h.private("李大爷")).none(h) // who said "我家也知道" is not privy to it
	}
	o := h.orderIn(group, "李大爷", want(grid.WantMine, 0)).posts.one(h)
	if strings.Contains(o.Text, "1号") {
		t.Errorf("a list in the group names it: %s", o.Text)
	}
}

func TestOthersGetTheAnswerForAnUnknownNumber(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "邻居的病没人管", beaten())
	for _, w := range []grid.Want{grid.WantLook, grid.WantMeToo, grid.WantWatch, grid.WantConfirm, grid.WantRate, grid.WantWithdraw} {
		of := func(no grid.TicketNo) grid.Outgoing {
			o := h.order("李大爷", want(w, no)).posts.one(h)
			o.Seq, o.ID, o.ReplyTo = 0, "", ""
			return o
		}
		private, unknown := of(1), of(99)
		h.is(string(w)+": text", private.Text, unknown.Text)
		h.is(string(w)+": ticket", private.Ticket, unknown.Ticket)
		if strings.Contains(private.Text, "1") {
			t.Errorf("%s: the group reads the number: %s", w, private.Text)
		}
	}
	h.is("supporters", len(h.ticket(1).Supporters), 0)
	h.is("watchers", len(h.ticket(1).Watchers), 0)
}

func TestAMatterThatBecomesPrivateTakesBackWhatWaits(t *testing.T) {
	h := newHouse(t)
	got := h.say("张大妈", "楼上吵", lift())
	ack := got.posts.to(group).one(h)
	h.say("张大妈", "他打人了", follows(1, func(in *grid.Intent) { in.Sensitive = true })).posts.to(group).none(h)
	h.view(func(tx storage.Tx) error {
		o, err := tx.Outbox().Get(ack.ID)
		h.is("the first answer", o.State, grid.Dropped)
		return err
	})
	h.is("private", h.ticket(1).Private, true)
}

func TestASensitiveMessageThatIsNoReportOpensNothing(t *testing.T) {
	h := newHouse(t)
	got := h.say("张大妈", "…", grid.Intent{Kind: grid.Chatter, Sensitive: true})
	got.posts.none(h)
	h.is("outcome", got.msg.Outcome, grid.OutChatter)
}

func TestAPrivateEmergencyTellsTheLadderAndNoNeighbour(t *testing.T) {
	h := newHouse(t)
	got := h.say("张大妈", "…", of(gas(), func(in *grid.Intent) { in.Sensitive, in.Danger = true, "violence" }))
	h.silent(got.posts)
	h.says(got.posts.to(h.private("张大妈")).one(h), "110", "120")
	h.says(got.posts.to(staff).one(h), "5号楼") // where somebody is in danger the place is told
	h.is("district", len(got.posts.to(h.private("区里老钱"))), 1)
	for _, o := range got.posts {
		if o.To != h.private("张大妈") && strings.Contains(o.Text, "燃气味") {
			t.Errorf("%s reads too much: %s", o.To, o.Text)
		}
	}
}

func elder() grid.Intent {
	return of(lift(), func(in *grid.Intent) {
		in.Urgency, in.Topic, in.Sensitive, in.Elder = grid.Urgent, "elderly_children", true, true
		in.Location, in.Summary = "7号楼101", "刘奶奶三天没露面"
	})
}

func TestAnElderNotSeenIsPrivateAndToBeConfirmedInTenMinutes(t *testing.T) {
	h := newHouse(t)
	h.now = monday(20, 0)
	got := h.say("张大妈", "刘奶奶三天没露面了", elder())
	got.posts.to(group).none(h)
	tk := h.ticket(1)
	h.is("urgency", tk.Urgency, grid.Urgent)
	h.is("due", tk.Due.Due, monday(20, 10))
	card := got.posts.to(staff).one(h)
	h.says(card, "敲门", "7号楼101")
	h.is("class", card.Class, grid.ClassEmergency)
	h.says(got.posts.to(h.private("老周")).one(h), "敲门", "7号楼101")
	h.says(got.posts.to(h.private("张大妈")).one(h), "110")
	late := h.after(10 * time.Minute)
	late.to(group).none(h)
	h.is("one level up", len(late.to(h.private("王书记"))), 1)
	h.is("the building head may look", h.order("老周", want(grid.WantLook, 1)).posts.one(h).Kind, grid.PostAnswer)
}

func TestASuspicionNotSharedIsAQuietQuestionThatCanOpenIt(t *testing.T) {
	h := newHouse(t)
	doubt := grid.Intent{Kind: grid.Chatter, Danger: "gas", By: "rule"}
	got := h.say("张大妈", "怎么有煤气味", doubt)
	h.is("outcome", got.msg.Outcome, grid.OutChatter)
	q := got.posts.one(h)
	h.is("to", q.To, staff)
	h.says(q, "张大妈", "怎么有煤气味")
	h.press("张大妈", q, "是，立案").posts.kind(grid.PostRefusal).one(h)
	opened := h.press("李敏", q, "是，立案")
	tk := h.ticket(1)
	h.is("urgency", tk.Urgency, grid.Emergency)
	h.is("reporter", tk.Reporter, h.ids["张大妈"])
	h.view(messageIs(h, got.msg.ID, grid.OutTicket, 1))
	h.says(opened.posts.to(group).one(h), "燃气公司")
	h.is("quotes", opened.posts.to(group).one(h).ReplyTo, got.msg.ID)
	h.press("李敏", q, "是，立案").posts.kind(grid.PostRefusal).one(h)
}

func TestASuspicionIsNeverAskedInTheGroup(t *testing.T) {
	h := newHouse(t, withoutStaffChat, unreachable("李敏", "王书记"))
	h.say("张大妈", "怎么有煤气味", grid.Intent{Kind: grid.Chatter, Danger: "gas"}).posts.none(h)
	card := h.say("张大妈", "5号楼有味", of(gas(), func(in *grid.Intent) { in.Urgency, in.Shared = grid.Urgent, false })).posts.kind(grid.PostConfirm).one(h)
	h.is("to", card.To, group)
	h.is("no question of danger", len(card.Buttons), 2)
	h.is("class", card.Class, grid.ClassNotice)
}

func TestADoubtedReportKeepsItsLabelUntilAPersonRaisesIt(t *testing.T) {
	h := newHouse(t)
	got := h.say("张大妈", "5号楼有味", of(gas(), func(in *grid.Intent) { in.Category, in.Urgency, in.Shared = grid.Immediate, grid.Urgent, false }))
	h.is("urgency", h.ticket(1).Urgency, grid.Urgent)
	h.is("ack", got.posts.kind(grid.PostAck).one(h).Class, grid.ClassFirst)
	raised := h.press("李敏", got.posts.kind(grid.PostConfirm).one(h), "是突发")
	h.is("urgency", h.ticket(1).Urgency, grid.Emergency)
	h.says(raised.posts.to(group).one(h), "燃气公司")
}

func TestDangerInWhatFollows(t *testing.T) {
	danger := func(in *grid.Intent) { in.Danger, in.Shared = "fire", true }
	t.Run("shared raises the matter", func(t *testing.T) {
		h := newHouse(t)
		h.say("张大妈", "电梯坏了", lift())
		got := h.say("李大爷", "冒烟了", follows(1, danger))
		h.is("urgency", h.ticket(1).Urgency, grid.Emergency)
		h.is("outcome", got.msg.Outcome, grid.OutLinked)
		h.says(got.posts.to(group).one(h), "别坐电梯")
		h.is("staff", len(got.posts.to(staff)), 1)
	})
	t.Run("not shared is a quiet question", func(t *testing.T) {
		h := newHouse(t)
		h.say("张大妈", "电梯坏了", lift())
		got := h.say("李大爷", "冒烟了", follows(1, func(in *grid.Intent) { in.Danger = "fire" }))
		q := got.posts.one(h)
		h.is("to", q.To, staff)
		h.is("urgency", h.ticket(1).Urgency, grid.Normal)
		h.press("李敏", q, "是突发")
		h.is("urgency", h.ticket(1).Urgency, grid.Emergency)
	})
	t.Run("of a matter that is over opens a new one", func(t *testing.T) {
		h := resolved(t)
		got := h.say("李大爷", "又冒烟了", follows(1, danger))
		h.is("outcome", got.msg.Outcome, grid.OutTicket)
		h.is("urgency", h.ticket(2).Urgency, grid.Emergency)
	})
	t.Run("of no matter opens one", func(t *testing.T) {
		h := newHouse(t)
		h.say("李大爷", "冒烟了", of(grid.Intent{Kind: grid.FollowUp}, danger))
		h.is("urgency", h.ticket(1).Urgency, grid.Emergency)
	})
}

func TestTheChainOfAnElderNotSeen(t *testing.T) {
	for name, c := range map[string]struct {
		news  []time.Duration // 进展 after so long
		ends  time.Duration   // 办结 after so long; 0: never
		at30  []string
		at60  []string // "工作群": the staff chat, to call the family
		at90  []string
		at120 []string
	}{
		"without news everybody is told in turn": {nil, 0, []string{"物业小孙"}, []string{"工作群"}, []string{"王书记"}, []string{"王书记"}},
		"news ticks a link off":                  {[]time.Duration{20 * time.Minute}, 0, nil, []string{"工作群"}, []string{"王书记"}, []string{"王书记"}},
		"news twice tick off two":                {[]time.Duration{20 * time.Minute, 40 * time.Minute}, 0, nil, nil, []string{"王书记"}, []string{"王书记"}},
		"it ends when the old man is found":      {nil, 70 * time.Minute, []string{"物业小孙"}, []string{"工作群"}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			began := monday(20, 0)
			h.now = began
			h.say("张大妈", "刘奶奶三天没露面了", elder())
			h.order("李敏", want(grid.WantConfirm, 1))
			for i, told := range [][]string{c.at30, c.at60, c.at90, c.at120} {
				until := began.Add(time.Duration(i+1) * 30 * time.Minute)
				for _, n := range c.news {
					if at := began.Add(n); at.After(h.now) && at.Before(until) {
						h.advance(at)
						h.order("李敏", with(grid.WantProgress, 1, "正在敲门"))
					}
				}
				if at := began.Add(c.ends); c.ends > 0 && at.After(h.now) && at.Before(until) {
					h.advance(at)
					h.order("李敏", with(grid.WantResolve, 1, "人没事"))
				}
				got := h.advance(until).kind(grid.PostEscalation)
				h.is("told", len(got), len(told))
				for _, who := range told {
					to := staff
					if who != "工作群" {
						to = h.private(who)
					}
					o := got.to(to).one(h)
					h.is("class", o.Class, grid.ClassEmergency)
					h.says(o, "7号楼101")
				}
			}
		})
	}
}
