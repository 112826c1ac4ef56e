package handlers_test

import (
	"testing"
	"time"

	"youshi/grid"
)

func TestWhatTheReporterOfAnEmergencyIsToldDoesNotWaitForTheMorning(t *testing.T) {
	h := newHouse(t)
	h.now = monday(3, 0)
	h.say("张大妈", "有燃气味", gas())
	for _, c := range []grid.Command{want(grid.WantConfirm, 1), with(grid.WantProgress, 1, "燃气公司到了"), with(grid.WantWait, 1, "是哪一户")} {
		h.is(string(c.Want), h.order("李敏", c).posts.to(h.private("张大妈")).one(h).Class, grid.ClassEmergency)
	}
	h.say("李大爷", "电梯坏了", lift())
	h.is("no emergency", h.order("李敏", want(grid.WantConfirm, 2)).posts.to(h.private("李大爷")).one(h).Class, grid.ClassNotice)
}

func TestAWordOnAnElderNotSeenTakesTheMatterUp(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "刘奶奶三天没露面了", elder())
	h.now = h.now.Add(5 * time.Minute)
	h.order("李敏", with(grid.WantProgress, 1, "")) // without words it is none
	h.is("status", h.ticket(1).Status, grid.Proposed)
	h.order("物业小孙", with(grid.WantProgress, 1, "我去看看"))
	h.is("who may not confirm", h.ticket(1).Status, grid.Proposed)
	h.order("李敏", with(grid.WantProgress, 1, "楼长在敲门"))
	tk := h.ticket(1)
	h.is("status", tk.Status, grid.Working)
	h.is("assignee", tk.Assignee, h.ids["李敏"])
	h.advance(tk.Heard.Add(30 * time.Minute)).to(h.private("物业小孙")).none(h)
	h.say("李大爷", "电梯坏了", lift())
	h.order("李敏", with(grid.WantProgress, 2, "去看了"))
	h.is("any other is confirmed first", h.ticket(2).Status, grid.Proposed)
}

func TestAReminderThatWaitsPastTheDeadlineIsNotSaid(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift()) // confirm until 11:00
	early := h.advance(monday(10, 0)).kind(grid.PostReminder).one(h)
	h.is("of use until just before", early.Until, monday(11, 0).Add(-time.Second))
	over := h.advance(monday(11, 0)).kind(grid.PostReminder)
	h.is("of use ever after", over[len(over)-1].Until.IsZero(), true)
}
