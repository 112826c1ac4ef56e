package handlers_test

import (
	"testing"
	"time"

	"youshi/grid"
)

// resolved is a matter of 张大妈 with supporters, done and being judged.
func resolved(t *testing.T, supporters ...string) *house {
	t.Helper()
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	for _, who := range supporters {
		h.order(who, want(grid.WantMeToo, 1))
	}
	h.order("李敏", want(grid.WantConfirm, 1))
	h.order("李敏", with(grid.WantResolve, 1, "换了门锁"))
	return h
}

func TestResolvingFromOpenWritesTheSkippedStepsAndAsksThoseItConcerns(t *testing.T) {
	h := newHouse(t)
	m := h.say("张大妈", "电梯坏了", lift()).msg
	h.order("李大爷", want(grid.WantMeToo, 1))
	h.order("李敏", want(grid.WantConfirm, 1))
	got := h.order("李敏", with(grid.WantResolve, 1, "换了门锁"))
	var steps []grid.Want
	for _, e := range h.journal(1) {
		steps = append(steps, e.Want)
	}
	h.is("steps", len(steps), 7)
	for i, w := range []grid.Want{grid.WantOpen, grid.WantMeToo, grid.WantConfirm, grid.WantAssign, grid.WantAccept, grid.WantResolve, grid.WantPoll} {
		h.is("step", steps[i], w)
	}
	polls := got.posts.kind(grid.PostPoll)
	h.is("asked", len(polls), 2)
	for _, who := range []string{"张大妈", "李大爷"} {
		o := polls.to(h.private(who)).one(h)
		h.is("buttons", len(o.Buttons), 3)
		h.says(o, "换了门锁", "满意")
	}
	result := got.posts.to(group).one(h)
	h.is("kind", result.Kind, grid.PostResult)
	h.is("quotes", result.ReplyTo, m.ID)
	h.says(result, "换了门锁")
	h.is("the poll's end", h.ticket(1).Due.Due, h.now.Add(days(3)))
}

func TestThoseWhoCannotBeAskedAloneAreAskedByOneQuote(t *testing.T) {
	h := newHouse(t, unreachable("张大妈", "李大爷"))
	m := h.say("张大妈", "电梯坏了", lift()).msg
	h.order("李大爷", want(grid.WantMeToo, 1))
	h.order("李敏", want(grid.WantConfirm, 1))
	o := h.order("李敏", with(grid.WantResolve, 1, "好了")).posts.kind(grid.PostPoll).one(h)
	h.is("to", o.To, group)
	h.is("quotes", o.ReplyTo, m.ID)
}

func TestTheReportersNoStartsReworkAtOnce(t *testing.T) {
	h := resolved(t)
	h.after(5 * time.Hour)
	no := h.now
	c := mark(1, grid.Unsatisfied)
	c.Text = "还是响"
	got := h.order("张大妈", c)
	tk := h.ticket(1)
	h.is("status", tk.Status, grid.Working)
	h.is("round", tk.Round, 1)
	h.is("level", tk.Level, grid.LevelGrid)
	h.is("counts from the no", tk.Due.From, no)
	h.is("due one service day later", tk.Due.Due, monday(12, 0).AddDate(0, 0, 1))
	h.says(got.posts.to(group).one(h), "第1轮整改")
	h.says(got.posts.to(staff).one(h), "还是响", "第1轮")
}

// again is the work done and refused once more.
func again(h *house) {
	h.Helper()
	h.order("王书记", with(grid.WantResolve, 1, "又修了"))
	h.order("张大妈", mark(1, grid.Unsatisfied))
}

func TestTheSecondReworkGoesOneLevelUp(t *testing.T) {
	h := resolved(t)
	h.order("张大妈", mark(1, grid.Unsatisfied))
	h.order("李敏", with(grid.WantResolve, 1, "又修了"))
	got := h.order("张大妈", mark(1, grid.Unsatisfied))
	tk := h.ticket(1)
	h.is("round", tk.Round, 2)
	h.is("level", tk.Level, grid.LevelCommunity)
	h.says(got.posts.to(h.private("王书记")).one(h), "第2轮")
}

func TestAfterTheThirdReworkAPersonDecides(t *testing.T) {
	for name, c := range map[string]struct {
		decides grid.Want
		status  grid.Status
	}{"to go on": {grid.WantRework, grid.Working}, "to end it": {grid.WantResolve, grid.Closed}} {
		t.Run(name, func(t *testing.T) {
			h := resolved(t)
			h.order("张大妈", mark(1, grid.Unsatisfied))
			again(h)
			again(h)
			h.order("王书记", with(grid.WantResolve, 1, "又修了"))
			got := h.order("张大妈", mark(1, grid.Unsatisfied))
			tk := h.ticket(1)
			h.is("status", tk.Status, grid.Resolved)
			h.is("round", tk.Round, 3)
			if tk.Due != nil {
				t.Fatal("a clock runs although a person must decide")
			}
			h.says(got.posts.to(h.private("王书记")).one(h), "请决定")
			h.says(got.posts.to(group).one(h), "社区书记")
			h.order("张大妈", mark(1, grid.Unsatisfied)).posts.to(h.private("王书记")).none(h)
			h.after(days(30)).none(h)
			h.is("the poll's end does not close it", h.ticket(1).Status, grid.Resolved)
			h.order("李敏", want(c.decides, 1)).posts.kind(grid.PostRefusal).one(h)
			told := h.order("王书记", with(c.decides, 1, "到此为止"))
			h.is("decided", h.ticket(1).Status, c.status)
			if c.status == grid.Closed {
				h.says(told.posts.to(h.private("张大妈")).one(h), "到此为止")
			}
		})
	}
}

func TestAChangeOfMindAfterTheThirdReworkLetsThePollEndIt(t *testing.T) {
	h := resolved(t)
	h.order("张大妈", mark(1, grid.Unsatisfied))
	again(h)
	again(h)
	h.order("王书记", with(grid.WantResolve, 1, "又修了"))
	began := h.now
	h.order("张大妈", mark(1, grid.Unsatisfied))
	h.order("张大妈", mark(1, grid.Satisfied))
	h.is("due", h.ticket(1).Due.Due, began.Add(days(3)))
	h.after(days(3))
	h.is("status", h.ticket(1).Status, grid.Closed)
}

func TestHowAPollEnds(t *testing.T) {
	type marks map[string]grid.Mark
	for name, c := range map[string]struct {
		marks  marks
		status grid.Status
		reason grid.Reason
	}{
		"no answer closes":                     {nil, grid.Closed, grid.ReasonNoAnswer},
		"the reporter's yes closes":            {marks{"张大妈": grid.Satisfied}, grid.Closed, grid.ReasonSatisfied},
		"partly closes":                        {marks{"张大妈": grid.Partly}, grid.Closed, grid.ReasonJudged},
		"two answers are too few to fail":      {marks{"李大爷": grid.Unsatisfied, "王阿姨": grid.Unsatisfied}, grid.Closed, grid.ReasonJudged},
		"a low score outweighs the yes":        {marks{"张大妈": grid.Satisfied, "李大爷": grid.Unsatisfied, "王阿姨": grid.Unsatisfied}, grid.Working, ""},
		"two of three are enough":              {marks{"张大妈": grid.Satisfied, "李大爷": grid.Partly, "王阿姨": grid.Unsatisfied}, grid.Closed, grid.ReasonSatisfied},
		"a supporter's no alone starts nought": {marks{"李大爷": grid.Unsatisfied}, grid.Closed, grid.ReasonJudged},
	} {
		t.Run(name, func(t *testing.T) {
			h := resolved(t, "李大爷", "王阿姨")
			for who, m := range c.marks {
				h.order(who, mark(1, m)).posts.to(group).one(h)
				h.is("nothing before the end", h.ticket(1).Status, grid.Resolved)
			}
			h.after(days(3) - time.Second)
			h.is("until the poll ends", h.ticket(1).Status, grid.Resolved)
			h.after(time.Second)
			tk := h.ticket(1)
			h.is("status", tk.Status, c.status)
			h.is("reason", tk.Reason, c.reason)
			if c.status == grid.Working {
				h.is("round", tk.Round, 1)
			}
		})
	}
}

func TestThereIsOneReminderToWhoHasNotAnswered(t *testing.T) {
	h := resolved(t, "李大爷")
	h.order("张大妈", mark(1, grid.Satisfied))
	all := h.after(days(3))
	o := all.kind(grid.PostPoll).one(h)
	h.is("to", o.To, h.private("李大爷"))
}

func TestWhoMayJudgeAndHow(t *testing.T) {
	h := resolved(t)
	before := h.record(1)
	h.says(h.order("李大爷", mark(1, grid.Satisfied)).posts.one(h), "反映和附议过")
	h.says(h.order("张大妈", mark(1, "")).posts.one(h), "基本满意")
	h.is("ticket and journal", h.record(1), before)
	h.order("张大妈", mark(1, grid.Partly))
	h.order("张大妈", mark(1, grid.Satisfied))
	h.is("one answer a person", len(h.ticket(1).Poll.Answers), 1)
}

func TestAnObjectionWithinTenDaysReopens(t *testing.T) {
	h := resolved(t)
	h.after(days(3))
	h.is("closed", h.ticket(1).Status, grid.Closed)
	h.after(days(10))
	h.says(h.order("李大爷", mark(1, grid.Unsatisfied)).posts.one(h), "反映和附议过")
	c := mark(1, grid.Unsatisfied)
	c.Text = "又坏了"
	got := h.order("张大妈", c)
	tk := h.ticket(1)
	h.is("status", tk.Status, grid.Working)
	h.is("round", tk.Round, 1)
	h.says(got.posts.to(group).one(h), "第1轮整改")
	h.says(got.posts.to(staff).one(h), "又坏了")
}

func TestAnObjectionLaterGetsOnePoliteNo(t *testing.T) {
	h := resolved(t)
	h.after(days(13) + time.Second)
	before := h.record(1)
	no := h.order("张大妈", mark(1, grid.Unsatisfied)).posts.one(h)
	h.is("kind", no.Kind, grid.PostRefusal)
	h.is("ticket and journal", h.record(1), before)
}

func TestNobodyIsAskedAboutWhatWasWithdrawnRejectedOrMerged(t *testing.T) {
	h := newHouse(t)
	for range 3 {
		h.say("张大妈", "电梯坏了", lift())
	}
	h.order("张大妈", want(grid.WantWithdraw, 1))
	h.order("李敏", with(grid.WantReject, 2, "不归社区管"))
	h.order("李敏", want(grid.WantConfirm, 3))
	h.say("李大爷", "电梯坏了", lift())
	h.order("李敏", grid.Command{Want: grid.WantMerge, Ticket: 3, Other: 4})
	h.after(days(20)).kind(grid.PostPoll).none(h)
}
