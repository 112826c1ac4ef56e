package handlers_test

import (
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// reported is a house in which 李敏 reported ticket 1 to the community at 09:00.
func reported(t *testing.T, options ...option) *house {
	t.Helper()
	h := newHouse(t, options...)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	h.order("李敏", with(grid.WantEscalate, 1, "要社区协调"))
	h.is("level", h.ticket(1).Level, grid.LevelCommunity)
	return h
}

func TestSilenceAndRefusalClimbOneLevelEachAndNoFurtherThanTheTree(t *testing.T) {
	h := reported(t)
	h.is("the level's clock", h.ticket(1).Due.Due, monday(11, 0))
	h.advance(monday(11, 0))
	tk := h.ticket(1)
	h.is("silence: the next", tk.Level, grid.LevelSubdistrict)
	h.is("whose clock runs", tk.Due.Due, monday(11, 0).Add(24*time.Hour))
	h.is("category stays", tk.Category, grid.Immediate)
	got := h.orderIn(h.private("街道老赵"), "街道老赵", with(grid.WantReject, 1, "不归街道管"))
	h.says(got.posts.to(h.private("街道老赵")).one(h), "转到区里", "区里老钱")
	h.says(got.posts.to(h.private("区里老钱")).one(h), "不归街道管", "签收 1")
	tk = h.ticket(1)
	h.is("refusal: the next", tk.Level, grid.LevelDistrict)
	h.is("why", h.journal(1)[tk.Steps-1].Reason, grid.ReasonRefused)
	h.after(days(8))
	h.is("the last stays", h.ticket(1).Level, grid.LevelDistrict)
	h.is("climbed", h.wants(1, grid.WantEscalate), "escalate escalate escalate")
	h.orderIn(h.private("区里老钱"), "区里老钱", with(grid.WantReject, 1, "没有依据"))
	h.is("the last level's no is an end", h.ticket(1).Status, grid.Rejected)
}

func TestWhoLostAMatterOvernightReadsThatItWentAndNotToHurry(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	h.now = monday(21, 30)
	h.order("李敏", with(grid.WantEscalate, 1, "要社区协调"))
	night := h.after(3 * time.Hour)
	h.is("level", h.ticket(1).Level, grid.LevelSubdistrict)
	told := night.to(h.private("王书记"))
	h.says(told[len(told)-1], "自动上报到街道")
	h.view(func(tx storage.Tx) error {
		queue, err := tx.Outbox().QueueOf(h.private("王书记"))
		for _, o := range queue {
			h.is(o.Text, o.Kind == grid.PostReminder, false)
		}
		return err
	})
}

func TestThereAreAsManyLevelsAsTheTreeHas(t *testing.T) {
	h := newHouse(t)
	h.update(func(tx storage.Tx) error {
		return tx.Roster().PutArea(grid.Area{ID: "幸福社区", Kind: grid.Community})
	})
	for _, name := range []string{"街道老赵", "区里老钱"} {
		h.change(name, func(p *grid.Person) { p.Offices = nil })
	}
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	h.order("李敏", with(grid.WantEscalate, 1, "x"))
	h.is("one up", h.ticket(1).Level, grid.LevelCommunity)
	h.is("no further", h.orderIn(h.private("王书记"), "王书记", with(grid.WantEscalate, 1, "x")).posts.one(h).Kind, grid.PostRefusal)
	h.after(days(3))
	h.is("not by silence", h.ticket(1).Level, grid.LevelCommunity)
	h.orderIn(h.private("王书记"), "王书记", with(grid.WantReject, 1, "不归社区"))
	h.is("its no is an end", h.ticket(1).Status, grid.Rejected)
}

func TestAnEscalationIsTakenBackWithAReasonUntilSomebodyAccepts(t *testing.T) {
	h := reported(t)
	h.says(h.order("李敏", want(grid.WantWithdraw, 1)).posts.one(h), "要写原因")
	got := h.order("李敏", with(grid.WantWithdraw, 1, "自己解决了"))
	h.says(got.posts.to(h.private("王书记")).one(h), "不用办了", "自己解决了")
	tk := h.ticket(1)
	h.is("level", tk.Level, grid.LevelGrid)
	h.is("has it", h.has(1), "李敏")
	h.is("status", tk.Status, grid.Working)

	h = reported(t)
	h.orderIn(h.private("王书记"), "王书记", want(grid.WantAccept, 1))
	h.is("afterwards not", h.order("李敏", with(grid.WantWithdraw, 1, "自己解决了")).posts.one(h).Kind, grid.PostRefusal)
	h.is("level", h.ticket(1).Level, grid.LevelCommunity)
}

func TestThoseBelowCannotRefuseWhatWentUp(t *testing.T) {
	h := reported(t)
	h.says(h.order("李敏", with(grid.WantReject, 1, "算了")).posts.one(h), "社区决定", "撤回 1")
	h.is("status", h.ticket(1).Status, grid.Assigned)
}

func TestTheLevelAboveIsAskedWhereTheOfficeIsOnLeave(t *testing.T) {
	h := newHouse(t)
	h.orderIn(h.private("王书记"), "王书记", leave(3, "老周"))
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	got := h.order("李敏", with(grid.WantEscalate, 1, "要社区协调"))
	h.says(got.posts.to(h.private("老周")).one(h), "报到社区", "签收 1")
	h.is("the deputy has it", h.has(1), "老周")
	h.orderIn(h.private("老周"), "老周", with(grid.WantReject, 1, "社区没钱"))
	h.is("and the secretary's say", h.ticket(1).Level, grid.LevelSubdistrict)
}
