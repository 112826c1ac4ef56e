package handlers_test

import (
	"strings"
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// carries fails when any post, said or waiting, still has these words.
func (h *house) forgot(words ...string) {
	h.Helper()
	h.view(func(tx storage.Tx) error {
		said, err := tx.Outbox().Said(0, 10000)
		if err != nil {
			return err
		}
		for o, err := range tx.Outbox().Queue() {
			if err != nil {
				return err
			}
			said = append(said, o)
		}
		for _, o := range said {
			for _, w := range words {
				if strings.Contains(o.Text, w) {
					h.Fatalf("%s still reads %q: %s", o.To, w, o.Text)
				}
			}
		}
		return nil
	})
}

// speak says all that waits, as the Sender does.
func (h *house) speak() {
	h.Helper()
	h.update(func(tx storage.Tx) error {
		var waiting []grid.Outgoing
		for o, err := range tx.Outbox().Queue() {
			if err != nil {
				return err
			}
			waiting = append(waiting, o)
		}
		for _, o := range waiting {
			o.State, o.SentAt = grid.Sent, h.now
			if _, err := tx.Outbox().Set(o); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestBeforeConfirmationTheTicketFollowsAnEdit(t *testing.T) {
	h := newHouse(t)
	m := h.say("张大妈", "3号楼2单元电梯坏了", lift()).msg
	got := h.edit("张大妈", m.ID, "说错了，是4号楼的停车位", of(lift(), func(in *grid.Intent) {
		in.Category, in.Topic, in.Location, in.Summary = grid.Pending, "parking_traffic", "4号楼", "停车位不够"
	}))
	h.is("what waited is said anew: answer and card", len(got.posts), 2)
	h.is("outcome", got.msg.Outcome, grid.OutLinked)
	tk := h.ticket(1)
	h.is("category", tk.Category, grid.Pending)
	h.is("topic", string(tk.Topic), "parking_traffic")
	h.is("due", tk.Due.Due, monday(15, 0))
	h.says(h.order("李敏", want(grid.WantLook, 1)).posts.one(h), "停车位不够", "4号楼")
	h.view(func(tx storage.Tx) error {
		m, err := tx.Messages().Get(m.ID)
		h.is("text", m.Text, "说错了，是4号楼的停车位")
		h.is("sealed", m.Sealed[0], "3号楼2单元电梯坏了")
		return err
	})
}

func TestAnEditNeverLowersAnEmergency(t *testing.T) {
	h := newHouse(t)
	m := h.say("张大妈", "有燃气味", gas()).msg
	h.edit("张大妈", m.ID, "是邻居炒菜", lift())
	h.is("urgency", h.ticket(1).Urgency, grid.Emergency)
}

func TestAnEditIntoAnEmergencyIsToldLikeOne(t *testing.T) {
	h := newHouse(t)
	m := h.say("张大妈", "有味", lift()).msg
	got := h.edit("张大妈", m.ID, "是燃气味！", gas())
	h.says(got.posts.to(group).one(h), "燃气公司")
	h.is("district", len(got.posts.to(h.private("区里老钱"))), 1)
}

func TestAfterConfirmationAnEditIsNotedAndTheWorkerTold(t *testing.T) {
	h := newHouse(t)
	m := h.say("张大妈", "电梯坏了", lift()).msg
	h.order("李敏", want(grid.WantConfirm, 1))
	got := h.edit("张大妈", m.ID, "是4号楼", of(lift(), func(in *grid.Intent) { in.Category = grid.Pending }))
	h.is("category", h.ticket(1).Category, grid.Immediate)
	h.says(got.posts.one(h), "张大妈", "是4号楼")
	j := h.journal(1)
	h.is("journal", j[len(j)-1].Reason, grid.ReasonEdited)
}

func TestAnEditIsNeverACommandAndASomebodyElsesIsNothing(t *testing.T) {
	h := newHouse(t)
	m := h.say("李敏", "早", grid.Intent{Kind: grid.Chatter}).msg
	h.say("张大妈", "电梯坏了", lift())
	before := h.record(1)
	c := want(grid.WantConfirm, 1)
	h.edit("李敏", m.ID, "确认1", grid.Intent{Kind: grid.Order, Command: &c}).posts.none(h)
	own := h.order("张大妈", want(grid.WantLook, 1)).msg
	h.edit("张大妈", own.ID, "查查", grid.Intent{Kind: grid.Chatter}).posts.none(h)
	h.edit("李大爷", m.ID, "哈哈", lift()).posts.none(h)
	h.is("ticket and journal", h.record(1), before)
}

func TestTalkThatIsEditedIntoAReportOpensATicket(t *testing.T) {
	h := newHouse(t)
	m := h.say("张大妈", "哎", grid.Intent{Kind: grid.Chatter}).msg
	got := h.edit("张大妈", m.ID, "电梯坏了", lift())
	h.is("the edit", got.msg.Outcome, grid.OutLinked)
	h.view(messageIs(h, m.ID, grid.OutTicket, 1))
	h.is("quotes the message", got.posts.to(group).one(h).ReplyTo, m.ID)
}

func TestRecallBeforeConfirmationWithdrawsAndUnsays(t *testing.T) {
	for name, spoken := range map[string]bool{"what waits": false, "what was said": true} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			long := "三号楼二单元的电梯从昨天晚上开始就一直卡在五楼下不来门也打不开老人孩子都出不了门"
			m := h.say("张大妈", long, of(lift(), func(in *grid.Intent) { in.Summary = long })).msg
			h.order("张大妈", want(grid.WantMine, 0))
			h.order("李敏", want(grid.WantTodo, 0))
			if spoken {
				h.speak()
			}
			got := h.recall("张大妈", m.ID)
			got.posts.none(h)
			h.is("outcome", got.msg.Outcome, grid.OutLinked)
			tk := h.ticket(1)
			h.is("status", tk.Status, grid.Closed)
			h.is("reason", tk.Reason, grid.ReasonRecalled)
			h.forgot("三号楼二单元的电梯", "3号楼2单元")
			h.after(days(10)).none(h)
		})
	}
}

func TestRecallAfterwardsIsNotedAndToldButTheWorkGoesOn(t *testing.T) {
	h := newHouse(t)
	m := h.say("张大妈", "电梯坏了", lift()).msg
	h.order("李敏", want(grid.WantConfirm, 1))
	got := h.recall("张大妈", m.ID)
	h.is("status", h.ticket(1).Status, grid.Open)
	h.says(got.posts.one(h), "撤回了原话")
	h.forgot("电梯坏了")
	h.says(h.order("李敏", want(grid.WantLook, 1)).posts.one(h), "原话已撤回")
}

func TestWhatStaffTakeAwayOrOthersSupportIsNotWithdrawn(t *testing.T) {
	h := newHouse(t)
	first := h.say("张大妈", "电梯坏了", lift()).msg
	h.recall("李敏", first.ID)
	h.is("taken away by staff", h.ticket(1).Status, grid.Proposed)
	second := h.say("张大妈", "电梯坏了", lift()).msg
	h.order("李大爷", want(grid.WantMeToo, 2))
	h.recall("张大妈", second.ID)
	h.is("with a supporter", h.ticket(2).Status, grid.Proposed)
	h.recall("李大爷", second.ID).posts.none(h)
}

func TestARecalledFollowUpLeavesThePostsThatQuoteIt(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	m := h.say("李大爷", "电梯好像自己好了", follows(1, func(in *grid.Intent) { in.Link.Over = true })).msg
	h.speak()
	h.recall("李大爷", m.ID)
	h.forgot("好像自己好了")
	q := h.say("王阿姨", "怎么有煤气味啊", grid.Intent{Kind: grid.Chatter, Danger: "gas"})
	h.speak()
	h.recall("王阿姨", q.msg.ID)
	h.forgot("煤气味")
	h.press("李敏", q.posts.one(h), "是，立案").posts.kind(grid.PostRefusal).one(h)
}

func TestWhatWaitsOvernightIsSaidByTheNewWords(t *testing.T) {
	h := newHouse(t)
	h.now = monday(23, 0)
	m := h.say("张大妈", "电梯坏了", of(lift(), func(in *grid.Intent) { in.Location = "" })).msg
	waiting(h, grid.PostAsk, 1)
	h.now = monday(23, 0).Add(4 * time.Hour)
	got := h.edit("张大妈", m.ID, "是5号楼水管爆了", of(lift(), func(in *grid.Intent) {
		in.Summary, in.Location, in.Topic = "水管爆了", "5号楼", "water_power_gas"
	}))
	h.says(got.posts.to(group).one(h), "水管爆了", "5号楼")
	h.is("quotes", got.posts.to(group).one(h).ReplyTo, m.ID)
	h.says(got.posts.to(staff).one(h), "水管爆了")
	h.is("the question is answered", len(got.posts), 2)
	waiting(h, grid.PostAsk, 0)
	waiting(h, grid.PostAck, 1)
	waiting(h, grid.PostConfirm, 1)
	h.forgot("电梯坏了")
}

func TestAQuestionThatWaitsGoesWhenThePlaceIsSaid(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", of(lift(), func(in *grid.Intent) { in.Location = "" }))
	waiting(h, grid.PostAsk, 1)
	h.say("张大妈", "5号楼", follows(1, func(in *grid.Intent) { in.Location = "5号楼" }))
	waiting(h, grid.PostAsk, 0)
}

func TestWhatWasSaidIsNotSaidAgainAfterAnEdit(t *testing.T) {
	h := newHouse(t)
	m := h.say("张大妈", "电梯坏了", lift()).msg
	h.speak()
	h.edit("张大妈", m.ID, "水管爆了", of(lift(), func(in *grid.Intent) { in.Summary = "水管爆了" })).posts.none(h)
}

// waiting checks how many posts of a kind wait.
func waiting(h *house, k grid.PostKind, n int) {
	h.Helper()
	h.view(func(tx storage.Tx) error {
		found := 0
		for o, err := range tx.Outbox().Queue() {
			if err != nil {
				return err
			}
			if o.Kind == k && o.State == grid.Waiting {
				found++
			}
		}
		h.is("waiting "+string(k), found, n)
		return nil
	})
}
