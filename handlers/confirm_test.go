package handlers_test

import (
	"encoding/json"
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

func messageIs(h *house, id grid.MessageID, out grid.Outcome, no grid.TicketNo) func(storage.Tx) error {
	return func(tx storage.Tx) error {
		m, err := tx.Messages().Get(id)
		if err == nil {
			h.is("outcome", m.Outcome, out)
			h.is("ticket", m.Ticket, no)
		}
		return err
	}
}

func (h *house) record(no grid.TicketNo) string {
	b, err := json.Marshal(struct {
		T grid.Ticket
		J []grid.Entry
	}{h.ticket(no), h.journal(no)})
	if err != nil {
		h.Fatal(err)
	}
	return string(b)
}

func TestAResidentsStaffWordIsRefusedAndChangesNothing(t *testing.T) {
	for _, c := range []grid.Command{
		want(grid.WantConfirm, 1), with(grid.WantReject, 1, "假的"), with(grid.WantResolve, 1, "好了"), want(grid.WantReject, 1),
		{Want: grid.WantReclassify, Ticket: 1, Category: grid.Escalate}, {Want: grid.WantReclassify, Ticket: 1},
		{Want: grid.WantAssign, Ticket: 1, Who: "没这人"}, with(grid.WantEscalate, 1, "x"), with(grid.WantProgress, 1, ""),
		{Want: grid.WantMerge, Ticket: 1, Other: 1}, want(grid.WantGrant, 1), want(grid.WantRework, 1),
		{Want: grid.WantExtend, Ticket: 1, Days: 2}, with(grid.WantWait, 1, "x"), want(grid.WantAccept, 1),
	} {
		t.Run(string(c.Want)+c.Text+string(c.Category), func(t *testing.T) {
			h := newHouse(t)
			h.say("张大妈", "电梯坏了", lift())
			before := h.record(1)
			got := h.order("李大爷", c)
			no := got.posts.one(h)
			h.is("kind", no.Kind, grid.PostRefusal)
			h.is("to", no.To, group)
			h.says(no, "李大爷", "1号")
			h.is("outcome", got.msg.Outcome, grid.OutCommand)
			h.is("ticket and journal", h.record(1), before)
		})
	}
}

func TestAStaffWordWithAnUnknownNumber(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	talk := grid.Intent{Kind: grid.Order, Command: &grid.Command{Want: grid.WantConfirm, Ticket: 12}, Otherwise: &grid.Intent{Kind: grid.Chatter, By: "rule"}}
	got := h.say("李大爷", "确认12份", talk)
	got.posts.none(h)
	h.is("a resident's is talk", got.msg.Outcome, grid.OutChatter)
	got = h.say("李敏", "确认12", talk)
	h.is("staff are told", got.posts.one(h).Kind, grid.PostRefusal)
	h.is("and it was a command", got.msg.Outcome, grid.OutCommand)
}

func TestConfirmingSetsAssigneeAndTheResolveClockFromThen(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.is("confirm due", h.ticket(1).Due.Due, monday(11, 0))
	h.advance(monday(9, 30))
	got := h.order("李敏", want(grid.WantConfirm, 1))
	tk := h.ticket(1)
	h.is("status", tk.Status, grid.Open)
	h.is("assignee", tk.Assignee, h.ids["李敏"])
	h.is("step", tk.Due.Step, "resolve")
	h.is("due one working day later", tk.Due.Due, monday(9, 30).AddDate(0, 0, 1))
	h.says(got.posts.to(staff).one(h), "李敏", "09:30")
	h.says(got.posts.to(h.private("张大妈")).one(h), "立案", "李敏")
	got.posts.to(group).none(h)
}

func TestAButtonPressedTwiceIsPressedOnce(t *testing.T) {
	h := newHouse(t)
	card := h.say("张大妈", "电梯坏了", lift()).posts.kind(grid.PostConfirm).one(h)
	h.press("李敏", card, "确认")
	h.press("李敏", card, "确认").posts.none(h)
	h.is("status", h.ticket(1).Status, grid.Open)
	h.says(h.press("王书记", card, "确认").posts.one(h), "已立案") // somebody else learns that it is done
}

func TestRejectingNeedsAReasonAndTellsIt(t *testing.T) {
	h := newHouse(t)
	card := h.say("张大妈", "电梯坏了", lift()).posts.kind(grid.PostConfirm).one(h)
	h.says(h.press("李敏", card, "驳回").posts.one(h), "原因")
	h.is("status", h.ticket(1).Status, grid.Proposed)
	got := h.order("李敏", with(grid.WantReject, 1, "不归社区管"))
	h.is("status", h.ticket(1).Status, grid.Rejected)
	h.says(got.posts.to(h.private("张大妈")).one(h), "不归社区管")
}

func TestRejectingIsToldByAQuoteWhereTheReporterCannotBeToldAlone(t *testing.T) {
	h := newHouse(t, unreachable("张大妈"))
	m := h.say("张大妈", "电梯坏了", lift()).msg
	o := h.order("李敏", with(grid.WantReject, 1, "不归社区管")).posts.to(group).one(h)
	h.is("quotes", o.ReplyTo, m.ID)
}

func TestReclassifyingBeforeConfirmationCountsFromTheReport(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.advance(monday(10, 0))
	h.order("李敏", grid.Command{Want: grid.WantReclassify, Ticket: 1, Category: grid.Pending})
	tk := h.ticket(1)
	h.is("confirm due", tk.Due.Due, monday(15, 0)) // 4 service hours from 09:00
	h.is("level", tk.Level, grid.LevelGrid)
}

func TestReclassifyingAfterwardsCountsFromConfirmation(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.advance(monday(9, 30))
	h.order("李敏", want(grid.WantConfirm, 1))
	h.advance(monday(11, 0))
	h.order("李敏", grid.Command{Want: grid.WantReclassify, Ticket: 1, Category: grid.Escalate})
	tk := h.ticket(1)
	h.is("resolve due", tk.Due.Due, time.Date(2026, 11, 30, 9, 30, 0, 0, zone)) // 15 working days
	h.is("level", tk.Level, grid.LevelGrid)
	h.says(h.order("李敏", want(grid.WantReclassify, 1)).posts.one(h), "改成什么")
}

func TestALoweredEmergencyGetsItsClassClockFromTheLowering(t *testing.T) {
	for name, c := range map[string]struct {
		confirmed bool
		step      string
		due       time.Time
	}{
		"before confirmation": {false, "confirm", monday(10, 0)},
		"afterwards":          {true, "resolve", time.Date(2026, 11, 30, 9, 0, 0, 0, zone)},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			m := h.line("张大妈", group, grid.TextMessage, "有燃气味")
			m.Sent = monday(8, 55)
			h.hears(grid.EventMessage, m, gas())
			if c.confirmed {
				h.order("李敏", want(grid.WantConfirm, 1))
			}
			h.order("李敏", grid.Command{Want: grid.WantReclassify, Ticket: 1, Urgency: grid.Normal})
			tk := h.ticket(1)
			h.is("urgency", tk.Urgency, grid.Normal)
			h.is("step", tk.Due.Step, c.step)
			h.is("due", tk.Due.Due, c.due)
			h.say("张大妈", "好像没味了", follows(1, nil))
			h.is("and it stays", h.ticket(1).Due.Due, c.due)
		})
	}
}

func TestRaisingToAnEmergencyTellsTheLadderAndTheNeighbours(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "楼道里有味", of(gas(), func(in *grid.Intent) { in.Category, in.Urgency, in.Danger = grid.Immediate, grid.Normal, "" }))
	got := h.order("李敏", grid.Command{Want: grid.WantReclassify, Ticket: 1, Urgency: grid.Emergency})
	tk := h.ticket(1)
	h.is("category", tk.Category, grid.Escalate)
	h.is("due", tk.Due.Due, monday(9, 10))
	h.says(got.posts.to(group).one(h), "119")
	for _, who := range []string{"王书记", "街道老赵", "区里老钱"} {
		h.is(who, got.posts.to(h.private(who)).one(h).Class, grid.ClassEmergency)
	}
}

func TestAssigningSetsTheAcceptClockAndTellsTheAssignee(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	got := h.order("李敏", grid.Command{Want: grid.WantAssign, Ticket: 1, Who: "小孙", Text: "带上工具"})
	tk := h.ticket(1)
	h.is("status", tk.Status, grid.Assigned)
	h.is("assignee", tk.Assignee, h.ids["物业小孙"])
	h.is("accept due", tk.Due.Due, monday(11, 0))
	card := got.posts.to(h.private("物业小孙")).one(h)
	h.says(card, "派给您", "电梯坏了", "带上工具", "11:00")
	h.press("物业小孙", card, "签收")
	tk = h.ticket(1)
	h.is("status", tk.Status, grid.Working)
	h.is("resolve due", tk.Due.Due, monday(9, 0).AddDate(0, 0, 1))
	h.order("物业小孙", want(grid.WantAccept, 1)).posts.kind(grid.PostRefusal).one(h)
	h.order("李敏", grid.Command{Want: grid.WantPass, Ticket: 1, Who: "书记"})
	h.is("passed on", h.ticket(1).Assignee, h.ids["王书记"])
	h.is("status", h.ticket(1).Status, grid.Assigned)
}

func TestAssigningToNobodyKnownIsRefused(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	before := h.record(1)
	for who, says := range map[string]string{"": "派给谁", "刘能": "全名", "张大妈": "全名", "老": "全名"} {
		h.says(h.order("李敏", grid.Command{Want: grid.WantAssign, Ticket: 1, Who: who}).posts.one(h), says)
	}
	h.is("ticket and journal", h.record(1), before)
}

func TestProgressReachesReporterAndWhoWatches(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	h.order("李大爷", want(grid.WantWatch, 1))
	got := h.order("李敏", with(grid.WantProgress, 1, "已联系维保"))
	h.is("status", h.ticket(1).Status, grid.Working)
	for _, who := range []string{"张大妈", "李大爷"} {
		h.says(got.posts.to(h.private(who)).one(h), "已联系维保")
	}
	got.posts.to(group).none(h)
	h.says(h.order("李敏", want(grid.WantProgress, 1)).posts.one(h), "还差进展")
}

func TestWaitingStopsTheClockAndTheReportersAnswerBringsItBack(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	h.order("李敏", grid.Command{Want: grid.WantAssign, Ticket: 1, Who: "物业小孙"}) // accept by 11:00
	h.advance(monday(10, 0))
	h.says(h.order("李敏", want(grid.WantWait, 1)).posts.one(h), "问什么")
	got := h.order("李敏", with(grid.WantWait, 1, "几单元？"))
	h.says(got.posts.to(h.private("张大妈")).one(h), "几单元？")
	tk := h.ticket(1)
	h.is("status", tk.Status, grid.OnHold)
	if tk.Due != nil {
		t.Fatal("a clock runs while it waits")
	}
	h.after(days(2)).none(h)
	h.say("李大爷", "我也是", follows(1, nil)).posts.none(h)
	h.is("another's word", h.ticket(1).Status, grid.OnHold)
	back := h.say("张大妈", "2单元", follows(1, nil))
	tk = h.ticket(1)
	h.is("status before", tk.Status, grid.Assigned)
	h.is("step", tk.Due.Step, "accept")
	h.is("the hour that was left", tk.Due.Due, h.now.Add(time.Hour))
	h.says(back.posts.to(h.private("物业小孙")).one(h), "2单元")
	h.after(2 * time.Hour)
	h.say("张大妈", "怎么样了", follows(1, nil))
	h.is("the clock stays", h.ticket(1).Due.Due, tk.Due.Due)
}

func TestExtendingIsTheAssigneesOnceAndCountsFromTheOldDeadline(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	h.order("李敏", grid.Command{Want: grid.WantAssign, Ticket: 1, Who: "物业小孙"})
	h.order("物业小孙", want(grid.WantAccept, 1))
	old := h.ticket(1).Due.Due
	ask := grid.Command{Want: grid.WantExtend, Ticket: 1, Days: 2, Text: "等配件"}
	h.order("王书记", ask).posts.kind(grid.PostRefusal).one(h)
	h.order("物业小孙", want(grid.WantExtend, 1)).posts.kind(grid.PostRefusal).one(h)
	got := h.order("物业小孙", ask)
	h.is("until granted", h.ticket(1).Due.Due, old)
	card := got.posts.kind(grid.PostConfirm).one(h)
	h.is("asked in", card.To, staff)
	h.press("物业小孙", card, "同意").posts.kind(grid.PostRefusal).one(h)
	h.is("not by oneself", h.ticket(1).Due.Due, old)
	granted := h.press("李敏", card, "同意")
	h.is("two clock days more", h.ticket(1).Due.Due, old.Add(days(2)))
	h.says(granted.posts.to(h.private("物业小孙")).one(h), "同意延期")
	h.order("物业小孙", ask).posts.kind(grid.PostRefusal).one(h)
	h.press("李敏", card, "同意").posts.none(h)
	h.is("once", h.ticket(1).Due.Due, old.Add(days(2)))
	h.say("张大妈", "好", follows(1, nil))
	h.is("and it stays", h.ticket(1).Due.Due, old.Add(days(2)))
}
