package handlers_test

import (
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// confirmed is a lift of 张大妈 that 李敏 took up on Monday at half past eight.
func confirmed(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.now = monday(8, 30)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	h.is("due", h.ticket(1).Due.Due, monday(17, 30))
	return h
}

func (h *house) assignAndAccept(who string) {
	h.Helper()
	h.order("李敏", grid.Command{Want: grid.WantPass, Ticket: 1, Who: who})
	h.order(who, want(grid.WantAccept, 1))
	h.is("status", h.ticket(1).Status, grid.Working)
}

func TestTheJournalSaysWhatStoppedTheClock(t *testing.T) {
	h := confirmed(t)
	h.advance(monday(10, 0))
	h.order("李敏", with(grid.WantWait, 1, "是几单元"))
	j := h.journal(1)
	e := j[len(j)-1]
	h.is("want", e.Want, grid.WantWait)
	h.is("from", e.From, grid.Open)
	h.is("to", e.To, grid.OnHold)
	h.is("by", e.By.Person, h.ids["李敏"])
	h.view(func(tx storage.Tx) error {
		s, err := tx.Words().Get(e.Why)
		h.is("why", s, "是几单元")
		return err
	})
	h.is("no clock", h.ticket(1).Due == nil, true)
	h.after(days(30)).none(h)
}

func TestWhatWasWaitedIsNeverCountedAgainst(t *testing.T) {
	h := confirmed(t)
	h.advance(monday(10, 0))
	h.order("李敏", with(grid.WantWait, 1, "是几单元"))
	h.advance(monday(10, 0).AddDate(0, 0, 2)) // Wednesday: two service days stood still
	h.say("张大妈", "二单元", follows(1, nil))
	due := monday(17, 30).AddDate(0, 0, 2)
	h.is("five and a half hours were left", h.ticket(1).Due.Due, due)
	h.is("why", h.ticket(1).Due.Because, "resolve: 5h30m service from Wed 10:00; it was left when the clock stopped")
	h.assignAndAccept("物业小孙")
	h.is("after 转办 and 签收", h.ticket(1).Due.Due, due)
	h.is("why", h.ticket(1).Due.Because, "resolve: 1 working day from Mon 08:30; the clock had stopped for 14h service")
}

func TestReclassifyingAWaitingMatterChangesTheClockThatGoesOn(t *testing.T) {
	h := confirmed(t)
	h.advance(monday(10, 0))
	h.order("李敏", with(grid.WantWait, 1, "是几单元"))
	h.advance(monday(10, 0).AddDate(0, 0, 1))
	h.order("李敏", grid.Command{Want: grid.WantReclassify, Ticket: 1, Category: grid.Pending})
	h.is("none runs", h.ticket(1).Due == nil, true)
	h.is("kept", h.ticket(1).Kept.Due, time.Date(2026, 11, 17, 17, 30, 0, 0, zone))
	h.advance(monday(10, 0).AddDate(0, 0, 2))
	h.say("张大妈", "二单元", follows(1, nil))
	h.is("seven working days, two of them waited", h.ticket(1).Due.Due, time.Date(2026, 11, 19, 17, 30, 0, 0, zone))
}

func TestAnEmergencyLoweredWhileItWaitsHasAllOfItsClassesClock(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "有燃气味", gas())
	h.order("李敏", want(grid.WantConfirm, 1))
	h.advance(monday(10, 0))
	h.order("李敏", with(grid.WantWait, 1, "是几单元"))
	h.advance(monday(14, 0))
	h.order("李敏", grid.Command{Want: grid.WantReclassify, Ticket: 1, Category: grid.Immediate, Urgency: grid.Normal})
	h.advance(monday(15, 0))
	h.say("张大妈", "二单元", follows(1, nil))
	h.is("one working day", h.ticket(1).Due.Due, monday(15, 0).AddDate(0, 0, 1))
}

func TestALoweredEmergencyCountsFromTheLoweringWhateverFollows(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "有燃气味", gas())
	h.order("李敏", want(grid.WantConfirm, 1))
	h.advance(monday(11, 0))
	h.order("李敏", grid.Command{Want: grid.WantReclassify, Ticket: 1, Category: grid.Immediate, Urgency: grid.Normal})
	due := monday(11, 0).AddDate(0, 0, 1)
	h.is("due", h.ticket(1).Due.Due, due)
	h.assignAndAccept("物业小孙")
	h.is("after 转办 and 签收", h.ticket(1).Due.Due, due)
}

func TestGrantedDaysStayWithTheMatter(t *testing.T) {
	h := confirmed(t)
	h.order("李敏", grid.Command{Want: grid.WantExtend, Ticket: 1, Days: 2, Text: "等配件"})
	h.is("until it is granted the old deadline stands", h.ticket(1).Due.Due, monday(17, 30))
	h.order("王书记", want(grid.WantGrant, 1))
	due := monday(17, 30).AddDate(0, 0, 2)
	h.is("granted", h.ticket(1).Due.Due, due)
	h.assignAndAccept("物业小孙")
	h.is("after 转办 and 签收", h.ticket(1).Due.Due, due)
	h.order("物业小孙", grid.Command{Want: grid.WantExtend, Ticket: 1, Days: 2, Text: "再等"}).posts.kind(grid.PostRefusal).one(h)
	h.order("物业小孙", with(grid.WantResolve, 1, "好了"))
	h.order("张大妈", mark(1, grid.Unsatisfied))
	h.is("rework has its own clock", h.ticket(1).Due.Due, monday(17, 30))
	h.order("物业小孙", grid.Command{Want: grid.WantExtend, Ticket: 1, Days: 2}).posts.kind(grid.PostRefusal).one(h)
}

func TestGrantedDaysAndServiceTimeStayApartWhenTheClockGoesOn(t *testing.T) {
	h := confirmed(t)
	h.order("李敏", grid.Command{Want: grid.WantExtend, Ticket: 1, Days: 2, Text: "等配件"})
	h.order("王书记", want(grid.WantGrant, 1))
	h.advance(monday(10, 0))
	h.order("李敏", with(grid.WantWait, 1, "是几单元")) // five and a half service hours and two days are left
	h.advance(monday(15, 0))
	h.say("张大妈", "二单元", follows(1, nil))
	h.is("three hours later of service, not of the clock", h.ticket(1).Due.Due, monday(11, 30).AddDate(0, 0, 3))
	h.is("why", h.ticket(1).Due.Because, "resolve: 5h30m service from Mon 15:00; it was left when the clock stopped; 2 days more were granted")

	h.advance(monday(16, 0).AddDate(0, 0, 1)) // the service time is over, the granted days run
	h.order("李敏", with(grid.WantWait, 1, "是几楼"))
	h.advance(monday(17, 0).AddDate(0, 0, 1))
	h.say("张大妈", "二楼", follows(1, nil))
	h.is("an hour of the granted days", h.ticket(1).Due.Due, monday(12, 30).AddDate(0, 0, 3))
}

func TestAWorkersOwnWishForTimeGoesToTheSecretary(t *testing.T) {
	h := confirmed(t)
	asked := h.order("李敏", grid.Command{Want: grid.WantExtend, Ticket: 1, Days: 2, Text: "等配件"}).posts.kind(grid.PostConfirm).one(h)
	h.is("to", asked.To, h.private("王书记"))
	h.press("王书记", asked, "同意")
	h.is("granted", h.ticket(1).Extension.Granted, true)
	h = confirmed(t)
	h.assignAndAccept("物业小孙")
	asked = h.order("物业小孙", grid.Command{Want: grid.WantExtend, Ticket: 1, Days: 2, Text: "等配件"}).posts.kind(grid.PostConfirm).one(h)
	h.is("to", asked.To, staff)
}

func TestWhoCannotBeAskedAloneIsAskedByTheWorker(t *testing.T) {
	h := newHouse(t, unreachable("张大妈"))
	h.say("张大妈", "邻居的病没人管", beaten())
	h.order("李敏", want(grid.WantConfirm, 1))
	got := h.order("李敏", with(grid.WantWait, 1, "要紧吗"))
	h.says(got.posts.one(h), "请您自己问")
}
