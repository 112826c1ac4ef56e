package handlers_test

import (
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

func meToo(in *grid.Intent) { in.Link.MeToo = true }

func TestMeTooByTalkIsCountedInSilence(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	got := h.say("李大爷", "我家也是", follows(1, meToo))
	got.posts.none(h)
	h.is("supporters", len(h.ticket(1).Supporters), 1)
	h.say("李大爷", "真的", follows(1, meToo)).posts.none(h)
	h.say("张大妈", "我也急", follows(1, meToo)).posts.none(h)
	h.say("李敏", "+1", follows(1, meToo)).posts.none(h)
	h.is("once a person, and neither reporter nor staff", len(h.ticket(1).Supporters), 1)
}

func TestMeTooAsACommandIsAnswered(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.says(h.order("李大爷", want(grid.WantMeToo, 1)).posts.one(h), "2户")
	h.says(h.order("李大爷", want(grid.WantMeToo, 1)).posts.one(h), "已经算上您")
	h.says(h.order("张大妈", want(grid.WantMeToo, 1)).posts.one(h), "已经算上您")
	for range 3 {
		h.order("李大爷", want(grid.WantMeToo, 1)).posts.none(h) // told within the hour
	}
	h.is("supporters", len(h.ticket(1).Supporters), 1)
}

func TestPriorityRisesAtThreeHouseholdsAndAtThreeBuildings(t *testing.T) {
	supporters := []string{"李大爷", "王阿姨", "赵叔"}
	for name, c := range map[string]struct {
		homes map[string]string
		want  [3]int
	}{
		"nobody's household is known":        {nil, [3]int{0, 1, 1}},
		"one household is one":               {map[string]string{"张大妈": "3-1-101", "李大爷": "3-1-101", "王阿姨": "3-1-101", "赵叔": "3-1-102"}, [3]int{0, 0, 0}},
		"three households of one building":   {map[string]string{"张大妈": "3-1-101", "李大爷": "3-1-102", "王阿姨": "3-1-103", "赵叔": "3-1-104"}, [3]int{0, 1, 1}},
		"three buildings":                    {map[string]string{"张大妈": "3-1-101", "李大爷": "4-1-102", "王阿姨": "4-1-103", "赵叔": "5-1-104"}, [3]int{0, 1, 2}},
		"three buildings at once are both":   {map[string]string{"张大妈": "3-1-101", "李大爷": "4-1-102", "王阿姨": "5-1-103", "赵叔": "5-1-104"}, [3]int{0, 2, 2}},
		"somebody without one is one of his": {map[string]string{"张大妈": "3-1-101", "李大爷": "4-1-102"}, [3]int{0, 1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, living(c.homes))
			h.say("张大妈", "电梯坏了", lift())
			for i, who := range supporters {
				h.order(who, want(grid.WantMeToo, 1))
				h.is("after "+who, h.ticket(1).Priority, c.want[i])
			}
		})
	}
}

func TestMergingMovesMessagesAndPeople(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	other := h.say("李大爷", "电梯又坏了", lift()).msg
	h.order("王阿姨", want(grid.WantMeToo, 2))
	h.order("赵叔", want(grid.WantWatch, 2))
	got := h.order("李敏", grid.Command{Want: grid.WantMerge, Ticket: 1, Other: 2})
	h.says(got.posts.to(staff).one(h), "2号并进1号")
	h.says(got.posts.to(h.private("李大爷")).one(h), "1号")
	into, goes := h.ticket(1), h.ticket(2)
	h.is("status", goes.Status, grid.Merged)
	h.is("into", goes.Into, grid.TicketNo(1))
	h.is("supporters", len(into.Supporters), 2)
	h.is("the other's reporter", into.StandingOf(h.ids["李大爷"]), grid.StandsSupporter)
	h.is("watchers", len(into.Watchers), 1)
	h.is("priority of three households", into.Priority, 1)
	h.is("messages", len(into.Messages), 2)
	h.view(messageIs(h, other.ID, grid.OutLinked, 1))
	h.say("李大爷", "好了吗", follows(2, nil))
	h.is("what follows joins the other", len(h.ticket(1).Messages), 3)
	h.after(days(1))
	h.is("silent", h.ticket(2).Due == nil, true)
}

func TestWhatIsNotMerged(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.say("李大爷", "…", beaten())
	h.sayIn("group:g4", "王阿姨", "电梯坏了", lift())
	h.say("赵叔", "电梯坏了", lift())
	h.order("李敏", with(grid.WantReject, 4, "假的"))
	for _, c := range []grid.Command{{Ticket: 1, Other: 1}, {Ticket: 1}, {Ticket: 1, Other: 2}, {Ticket: 1, Other: 3}, {Ticket: 4, Other: 1}, {Ticket: 1, Other: 4}, {Ticket: 1, Other: 99}} {
		c.Want = grid.WantMerge
		one, two := h.record(1), h.record(2)
		h.order("李敏", c).posts.kind(grid.PostRefusal).one(h)
		h.is("into", h.record(1), one)
		h.is("other", h.record(2), two)
	}
}

func TestWithdrawingIsTheReportersAndNeverAfterAssigning(t *testing.T) {
	for name, c := range map[string]struct {
		before func(*house)
		who    string
		status grid.Status
	}{
		"while proposed":           {func(*house) {}, "张大妈", grid.Closed},
		"while open":               {func(h *house) { h.order("李敏", want(grid.WantConfirm, 1)) }, "张大妈", grid.Closed},
		"not by somebody else":     {func(*house) {}, "李大爷", grid.Proposed},
		"not by the worker":        {func(*house) {}, "李敏", grid.Proposed},
		"not once it was assigned": {assigned, "张大妈", grid.Assigned},
		"not when work has begun": {func(h *house) {
			assigned(h)
			h.order("物业小孙", want(grid.WantAccept, 1))
		}, "张大妈", grid.Working},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.say("张大妈", "电梯坏了", lift())
			c.before(h)
			got := h.order(c.who, want(grid.WantWithdraw, 1))
			tk := h.ticket(1)
			h.is("status", tk.Status, c.status)
			if c.status != grid.Closed {
				got.posts.kind(grid.PostRefusal).one(h)
				return
			}
			h.is("reason", tk.Reason, grid.ReasonWithdrawn)
			h.says(got.posts.to(staff).one(h), "不用再办")
			h.view(func(tx storage.Tx) error {
				said, err := tx.Outbox().Of(1)
				for _, o := range said {
					if o.State == grid.Waiting && (o.Kind == grid.PostAck || o.Kind == grid.PostConfirm) {
						t.Errorf("still to be said: %s", o.Text)
					}
				}
				return err
			})
		})
	}
}

func assigned(h *house) {
	h.order("李敏", want(grid.WantConfirm, 1))
	h.order("李敏", grid.Command{Want: grid.WantAssign, Ticket: 1, Who: "物业小孙"})
}

func TestWhenStaffAnswerByHandTheBotHoldsItsNotices(t *testing.T) {
	h := newHouse(t, unreachable("张大妈"))
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	waiting := h.order("李敏", with(grid.WantProgress, 1, "在路上")).posts.to(group).one(h)
	h.after(time.Minute)
	h.say("李敏", "师傅马上到", follows(1, nil)).posts.none(h)
	until := h.now.Add(30 * time.Minute)
	h.view(func(tx storage.Tx) error {
		o, err := tx.Outbox().Get(waiting.ID)
		h.is("what waited", o.NotBefore, until)
		return err
	})
	h.after(10 * time.Minute)
	h.is("what comes", h.order("李敏", with(grid.WantProgress, 1, "到了")).posts.to(group).one(h).NotBefore, until)
	h.is("a command is answered", h.order("李大爷", want(grid.WantLook, 1)).posts.one(h).NotBefore, time.Time{})
	h.after(20 * time.Minute)
	h.is("and later", h.order("李敏", with(grid.WantProgress, 1, "在修")).posts.to(group).one(h).NotBefore, time.Time{})
}

func TestSayingThatItIsOverAsksTheWorker(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "停水了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	got := h.say("李大爷", "来水了", follows(1, func(in *grid.Intent) { in.Link.Over = true }))
	h.says(got.posts.one(h), "来水了", "办结 1")
	h.is("status", h.ticket(1).Status, grid.Open)
}

func TestAReportOfWhatIsOverIsANewMatter(t *testing.T) {
	h := resolved(t)
	h.after(days(4))
	got := h.say("李大爷", "电梯又坏了", of(lift(), func(in *grid.Intent) { in.Link.Ticket = 1 }))
	h.is("ticket", got.ticket.No, grid.TicketNo(2))
	thanks := h.say("张大妈", "谢谢", grid.Intent{Kind: grid.Praise, Link: grid.Link{Ticket: 1}})
	h.is("thanks belong to it", thanks.msg.Outcome, grid.OutLinked)
}
