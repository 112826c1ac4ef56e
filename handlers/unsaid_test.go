package handlers_test

import (
	"strings"
	"testing"

	"youshi/grid"
)

func TestNoPostCarriesHalfANumber(t *testing.T) {
	for at := range 20 { // wherever the sentence is cut
		words := strings.Repeat("长", at) + "打13812345678找我"
		h := newHouse(t)
		all := h.say("张大妈", words, of(lift(), func(in *grid.Intent) { in.Summary = words })).posts
		all = append(all, h.order("李敏", want(grid.WantTodo, 0)).posts...)
		all = append(all, h.orderIn(h.private("李敏"), "李敏", want(grid.WantLook, 1)).posts...)
		for _, o := range all {
			if strings.Contains(o.Text, "1381") || strings.Contains(o.Text, "138…") {
				t.Fatalf("%s reads %s", o.To, o.Text)
			}
		}
	}
}

func TestTheReporterHearsOfNobodyWhoWasNotTold(t *testing.T) {
	h := newHouse(t)
	o := h.say("张大妈", "王奶奶一周没见了", elder()).posts.to(h.private("张大妈")).one(h)
	h.says(o, "已经马上通知网格员。", "110")
}

func TestHelpFitsWhatWasSaidLast(t *testing.T) {
	for words, c := range map[string]struct {
		in         grid.Intent
		want, none []string
	}{
		"她得了重病，儿子不管":   {beaten(), []string{"12345"}, []string{"12355"}},
		"我女儿要跳楼":       {endangered("self_harm", "轻生"), []string{"12356", "12355"}, []string{"12338"}},
		"又打起来了，女的满脸是血": {endangered("fall", "有人倒下"), []string{"110", "120"}, nil},
		"刘大强在打他老婆，喊救命": {endangered("fall", "有人倒下"), []string{"110", "120", "12338"}, nil},
		"老人摔倒了，快打120":  {endangered("fall", "有人倒下"), []string{"先别搬动"}, nil},
		"老公要跳楼":        {endangered("self_harm", "轻生"), []string{"12356"}, []string{"12338"}},
	} {
		h := newHouse(t)
		o := h.say("张大妈", words, c.in).posts.to(h.private("张大妈")).one(h)
		h.says(o, c.want...)
		for _, w := range c.none {
			if strings.Contains(o.Text, w) {
				t.Errorf("%s: %s", words, o.Text)
			}
		}
	}
	h := newHouse(t)
	h.say("张大妈", "我心里难受", beaten())
	in := follows(1, func(in *grid.Intent) { in.Sensitive, in.Danger, in.Shared = true, "self_harm", true })
	h.says(h.say("张大妈", "我要跳下去了", in).posts.to(h.private("张大妈")).one(h), "12356")
}

func TestADangerIsNoPartOfALamp(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "楼道堆杂物", lift())
	in := endangered("self_harm", "轻生")
	in.Link = grid.Link{Ticket: 1, Why: "part"}
	got := h.say("张大妈", "我要跳下去了", in)
	h.is("ticket", got.msg.Ticket, grid.TicketNo(2))
	h.is("the lamp is private", h.ticket(1).Private, false)
	if tk := h.ticket(2); !tk.Private || tk.Urgency != grid.Emergency {
		t.Errorf("it opened %+v", tk)
	}
}

func TestASuspicionOfViolenceIsNotSaidAloudWhenItIsTrue(t *testing.T) {
	for _, danger := range []string{"violence", "self_harm"} {
		h := newHouse(t)
		got := h.say("张大妈", "老公又动手，9栋501", grid.Intent{Kind: grid.Chatter, By: "rule", Danger: danger, Summary: "老公又动手"})
		o := got.posts.kind(grid.PostAsk).one(h)
		if strings.Contains(o.Text, "501") {
			t.Errorf("the staff chat reads %s", o.Text)
		}
		opened := h.press("李敏", o, "是，立案")
		opened.posts.to(group).none(h)
		h.is("private", h.ticket(1).Private, true)
	}
}

func TestNoSignTurnsAPostRound(t *testing.T) {
	h := newHouse(t)
	words := "\u202e电梯坏了\u2066\x1b[31m\x00\r，👨\u200d👩"
	for _, o := range h.say("张\u202e大妈", words, of(lift(), func(in *grid.Intent) { in.Summary = words })).posts {
		if strings.ContainsAny(o.Text, "\u202e\u2066\x1b\x00\r") || !strings.Contains(o.Text, "👨\u200d👩") {
			t.Errorf("%s reads %q", o.To, o.Text)
		}
	}
}

func TestStaffReadTheWordsOfAPrivateMatterOnTheBoardAlone(t *testing.T) {
	h := newHouse(t)
	m := h.say("张大妈", "邻居的病没人管", beaten()).msg.ID
	h.order("李敏", want(grid.WantConfirm, 1))
	h.order("李敏", grid.Command{Want: grid.WantAssign, Ticket: 1, Who: "老周"})
	all := h.edit("张大妈", m, "何秀英的病没人管", beaten()).posts
	h.order("李敏", with(grid.WantResolve, 1, "看过了"))
	no := mark(1, grid.Unsatisfied)
	no.Text = "何秀英还躺着"
	all = append(all, h.orderIn(h.private("张大妈"), "张大妈", no).posts...)
	told := all.to(h.private("老周"))
	h.is("told", len(told), 2)
	for _, o := range told {
		if strings.Contains(o.Text, "何秀英") {
			t.Errorf("%s reads %s", o.To, o.Text)
		}
	}
}

func TestTheGroupReadsNoNameOfWhomANeighbourAccuses(t *testing.T) {
	h := newHouse(t)
	words := "楼上的孙丽华天天吵架，没人管"
	got := h.say("张大妈", words, of(lift(), func(in *grid.Intent) { in.Summary = words }))
	o := got.posts.to(group).kind(grid.PostAck).one(h)
	h.says(o, "楼上的某居民天天吵架")
	h.says(got.posts.kind(grid.PostConfirm).one(h), "孙丽华")
}

func TestWhoAsksForHelpInWhatANeighbourRaisedIsAnswered(t *testing.T) {
	for name, kind := range map[string]grid.Kind{"a report": grid.Report, "a me-too": grid.FollowUp} {
		h := newHouse(t)
		h.say("张大妈", "电梯坏了", lift())
		in := endangered("violence", "老公打我")
		in.Kind, in.Link = kind, grid.Link{Ticket: 1, MeToo: true, Why: "quote"}
		got := h.say("李大爷", "我家也等电梯，我老公还打我", in)
		h.is(name, got.msg.Ticket, grid.TicketNo(2))
		h.is("the lift is private", h.ticket(1).Private, false)
		got.posts.to(h.private("张大妈")).none(h)
		h.says(got.posts.to(h.private("李大爷")).one(h), "110")
	}
}

func TestADangerStaysOneWhenItIsSplit(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	m := h.say("张大妈", "我家还有燃气味", follows(1, func(in *grid.Intent) { in.Danger, in.Shared = "gas", true })).msg
	split := h.line("李敏", staff, grid.TextMessage, "拆分 1")
	split.ReplyTo = m.ID
	c := want(grid.WantSplit, 1)
	h.hears(grid.EventMessage, split, grid.Intent{Kind: grid.Order, Command: &c})
	h.is("urgency", h.ticket(2).Urgency, grid.Emergency)
}
