package handlers_test

import (
	"strings"
	"testing"

	"youshi/grid"
)

func TestAStepWithoutANumberIsAskedBackOnceAndChangesNothing(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.say("李大爷", "邻居的病没人管", beaten())
	h.say("王阿姨", "电梯又坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 3))
	before := h.record(1) + h.record(2) + h.record(3)
	o := h.orderIn(group, "李敏", want(grid.WantConfirm, 0)).posts.one(h)
	h.is("kind", o.Kind, grid.PostAnswer)
	h.says(o, "确认 1", "1号")
	for _, no := range []string{"2号", "3号"} { // one is private, one is confirmed
		if strings.Contains(o.Text, no) {
			t.Errorf("%s in %s", no, o.Text)
		}
	}
	h.says(h.orderIn(h.private("李敏"), "李敏", want(grid.WantConfirm, 0)).posts.one(h), "1号", "2号")
	h.says(h.order("李敏", want(grid.WantAssign, 0)).posts.one(h), "派单 3")
	h.says(h.orderIn(group, "张大妈", want(grid.WantLook, 0)).posts.one(h), "查 3", "1号")
	h.says(h.orderIn(group, "张大妈", want(grid.WantRate, 0)).posts.one(h), "现在没有能“评价”的事")
	h.is("nothing changed", h.record(1)+h.record(2)+h.record(3), before)
}

func TestManyChoicesAreCutShort(t *testing.T) {
	h := newHouse(t)
	for range 7 {
		h.say("张大妈", "电梯坏了", lift())
	}
	o := h.order("李敏", want(grid.WantConfirm, 0)).posts.one(h)
	h.says(o, "确认 7", "7号", "3号", "一共7件")
	if strings.Contains(o.Text, "2号") {
		t.Error(o.Text)
	}
}
