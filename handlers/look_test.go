package handlers_test

import (
	"strings"
	"testing"

	"youshi/grid"
)

func TestLookingUpAMatter(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李大爷", want(grid.WantMeToo, 1))
	o := h.order("王阿姨", want(grid.WantLook, 1)).posts.one(h)
	h.is("to", o.To, group)
	h.says(o, "1号", "待确认", "即办件", "电梯坏了", "3号楼2单元", "附议：1人", "11:00")
	h.says(h.orderIn(h.private("王书记"), "王书记", want(grid.WantLook, 1)).posts.one(h), "电梯坏了")
	h.orderIn("group:g4", "赵叔", want(grid.WantLook, 1)).posts.kind(grid.PostRefusal).one(h)
}

func TestMineAreWhatIRaisedOrJoined(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.say("李大爷", "灯坏了", of(lift(), func(in *grid.Intent) { in.Summary = "楼道灯坏了" }))
	h.say("张大妈", "…", beaten())
	h.order("李大爷", want(grid.WantMeToo, 1))
	o := h.order("李大爷", want(grid.WantMine, 0)).posts.one(h)
	h.says(o, "1号", "2号")
	h.says(h.order("赵叔", want(grid.WantMine, 0)).posts.one(h), "没有在办的事")
	if o := h.order("张大妈", want(grid.WantMine, 0)).posts.one(h); strings.Contains(o.Text, "3号") {
		t.Errorf("the group reads of a private matter: %s", o.Text)
	}
	h.says(h.orderIn(h.private("张大妈"), "张大妈", want(grid.WantMine, 0)).posts.one(h), "3号", "没人管")
}

func TestTodoIsWhatWaitsForMe(t *testing.T) {
	h := newHouse(t)
	for range 3 {
		h.say("张大妈", "电梯坏了", lift())
	}
	h.order("李敏", want(grid.WantConfirm, 1))
	h.order("李敏", grid.Command{Want: grid.WantAssign, Ticket: 1, Who: "物业小孙"})
	h.order("李敏", want(grid.WantConfirm, 2))
	h.says(h.order("李敏", want(grid.WantTodo, 0)).posts.one(h), "等您办的有2件", "2号", "3号")
	h.says(h.orderIn(h.private("物业小孙"), "物业小孙", want(grid.WantTodo, 0)).posts.one(h), "1件", "1号")
	h.order("张大妈", want(grid.WantTodo, 0)).posts.kind(grid.PostRefusal).one(h)
	h.order("李敏", with(grid.WantEscalate, 3, "要社区出面"))
	h.says(h.orderIn(h.private("王书记"), "王书记", want(grid.WantTodo, 0)).posts.one(h), "1件", "3号")
}

func TestOverdueIsTheWholeAreaOfTheSpeaker(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.sayIn("group:g4", "王阿姨", "电梯坏了", lift())
	h.says(h.order("李敏", want(grid.WantOverdue, 0)).posts.one(h), "没有超期")
	h.advance(monday(11, 1))
	h.says(h.order("李敏", want(grid.WantOverdue, 0)).posts.one(h), "1件", "1号")
	h.says(h.orderIn(h.private("王书记"), "王书记", want(grid.WantOverdue, 0)).posts.one(h), "2件", "1号", "2号")
	h.order("张大妈", want(grid.WantOverdue, 0)).posts.kind(grid.PostRefusal).one(h)
}

func TestALongListIsCut(t *testing.T) {
	h := newHouse(t)
	for range 12 {
		h.say("张大妈", "电梯坏了", lift())
	}
	o := h.order("李敏", want(grid.WantTodo, 0)).posts.one(h)
	h.says(o, "12件", "10号", "一共12件")
	if strings.Contains(o.Text, "11号") {
		t.Errorf("named too many: %s", o.Text)
	}
}

func TestHelpIsForWhoAsks(t *testing.T) {
	h := newHouse(t)
	h.says(h.order("张大妈", want(grid.WantHelp, 0)).posts.one(h), "小格", "附议")
	h.says(h.order("李敏", want(grid.WantHelp, 0)).posts.one(h), "派单", "本周小结")
}

func TestAWantThatNobodyCanDoYet(t *testing.T) {
	h := newHouse(t)
	h.says(h.order("李敏", want("dance", 1)).posts.one(h), "还不会办")
	got := h.order("张大妈", want("dance", 1))
	got.posts.none(h)
	h.is("a resident's is talk", got.msg.Outcome, grid.OutChatter)
}

func TestAnExportIsRefusedInWordsOfItsOwn(t *testing.T) {
	h := newHouse(t)
	no := h.order("李敏", want(grid.WantExport, 0)).posts.one(h)
	h.is("kind", no.Kind, grid.PostRefusal)
	h.says(no, "李敏", "导出")
	h.is("speaks of 小结", strings.Contains(no.Text, "小结"), false)
}
