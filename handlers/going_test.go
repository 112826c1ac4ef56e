package handlers_test

import (
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

func TestServiceTimeCountsFromTheMinutePeopleSee(t *testing.T) {
	h := newHouse(t)
	h.now = monday(10, 0).Add(31 * time.Millisecond)
	h.say("张大妈", "电梯坏了", lift())
	h.is("due", h.ticket(1).Due.Due.Equal(monday(12, 0)), true)
}

func TestThatAStepIsOverIsNeverHeldBackAndReplacesWhatWaits(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	waiting := h.advance(monday(10, 48)) // half and nine tenths: the first is still unsaid
	over := h.advance(monday(11, 0))
	h.is("class of the overdue reminder", over[0].Class, grid.ClassFirst)
	h.view(func(tx storage.Tx) error {
		for _, o := range waiting {
			got, err := tx.Outbox().Get(o.ID)
			if err != nil {
				return err
			}
			h.is("an earlier reminder that nobody has heard", got.State, grid.Dropped)
		}
		return nil
	})
}

func TestGoingOnWithAMatterThatWaitsStartsItsClock(t *testing.T) {
	for _, c := range []struct {
		order grid.Command
		to    grid.Status
	}{
		{grid.Command{Want: grid.WantProgress, Ticket: 1, Text: "已联系维修"}, grid.Working},
		{grid.Command{Want: grid.WantAssign, Ticket: 1, Who: "物业小孙"}, grid.Assigned},
		{grid.Command{Want: grid.WantEscalate, Ticket: 1, Text: "要街道协调"}, grid.Assigned},
	} {
		h := newHouse(t)
		h.say("张大妈", "电梯坏了", lift())
		h.order("李敏", want(grid.WantConfirm, 1))
		h.order("李敏", grid.Command{Want: grid.WantWait, Ticket: 1, Text: "哪一部？"})
		h.is("clock while waiting", h.ticket(1).Due == nil, true)
		h.order("李敏", c.order)
		tk := h.ticket(1)
		h.is(string(c.order.Want)+" leads to", tk.Status, c.to)
		h.is(string(c.order.Want)+" runs a clock", tk.Due != nil && tk.Kept == nil, true)
		if c.to == grid.Assigned {
			h.is("the clock is that of accepting", tk.Due.Step, "accept")
		}
	}
}

func TestAnEmergencyNobodyHearsIsToldLessAndLessOften(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "有煤气味", gas())
	reminders := 0
	for _, o := range h.advance(monday(9, 0).Add(days(3))) {
		if o.Kind == grid.PostReminder {
			reminders++
		}
	}
	if reminders < 12+20 || reminders > 12+24+5 {
		t.Errorf("%d reminders in three days", reminders)
	}
}

func TestOneLevelUpIsToldOnceOfOneDeadline(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	h.advance(monday(9, 0).Add(days(2))).kind(grid.PostEscalation).one(h)
	h.order("李敏", grid.Command{Want: grid.WantAssign, Ticket: 1, Who: "物业小孙"})
	got := h.order("物业小孙", want(grid.WantAccept, 1))
	h.says(got.posts.kind(grid.PostAnswer).one(h), "已过")
	h.advance(h.now.Add(time.Minute)).none(h)
	if n := len(h.advance(h.now.Add(days(2))).kind(grid.PostReminder)); n == 0 {
		t.Error("nobody is reminded any more")
	}
}
