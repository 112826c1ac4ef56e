package handlers_test

import (
	"strings"
	"testing"
	"time"

	"youshi/grid"
	"youshi/handlers"
	"youshi/storage"
)

func rules(r ...handlers.Rule) option { return func(h *house) { h.acts.Assign = r } }

func labels(o grid.Outgoing) string {
	var out []string
	for _, b := range o.Buttons {
		out = append(out, b.Label)
	}
	return strings.Join(out, " ")
}

func TestTheCardProposesWhomToSendByRuleByHistoryAndByTopic(t *testing.T) {
	noise := of(lift(), func(in *grid.Intent) { in.Topic = "noise" })
	other := of(lift(), func(in *grid.Intent) { in.Topic = "other" })
	for name, c := range map[string]struct {
		option option
		in     grid.Intent
		want   string
	}{
		"by topic the property company": {rules(), lift(), "确认 驳回 派单 @物业小孙"},
		"by topic the building head":    {rules(), noise, "确认 驳回 派单 @老周"},
		"for nothing known nobody":      {rules(), other, "确认 驳回"},
		"a rule for a role":             {rules(handlers.Rule{Topic: "other", Role: grid.BuildingHead}), other, "确认 驳回 派单 @老周"},
		"a rule for a name":             {rules(handlers.Rule{Name: "王书记", Category: grid.Immediate}), lift(), "确认 驳回 派单 @王书记 派单 @物业小孙"},
		"a rule for an area above":      {rules(handlers.Rule{Area: "幸福社区", Name: "老周"}), other, "确认 驳回 派单 @老周"},
		"a rule for another area":       {rules(handlers.Rule{Area: "第4网格", Name: "老周"}), other, "确认 驳回"},
		"a rule for another topic":      {rules(handlers.Rule{Topic: "pets", Name: "老周"}), other, "确认 驳回"},
		"a rule for somebody unknown":   {rules(handlers.Rule{Name: "没这人"}), other, "确认 驳回"},
		"a private matter to nobody":    {rules(), of(beaten(), func(in *grid.Intent) { in.Topic = "elevator" }), "确认 驳回"},
		"a private matter by a rule":    {rules(handlers.Rule{Topic: "health_welfare", Name: "王书记"}), beaten(), "确认 驳回 派单 @王书记"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, c.option)
			card := h.say("张大妈", "…", c.in).posts.kind(grid.PostConfirm).to(staff).one(h)
			h.is("buttons", labels(card), c.want)
		})
	}
}

func TestWhoSolvedTheLikeBeforeIsProposedWithLoadAndCount(t *testing.T) {
	h := newHouse(t)
	for no := grid.TicketNo(1); no <= 2; no++ {
		h.say("张大妈", "电梯坏了", lift())
		h.order("李敏", want(grid.WantConfirm, no))
		h.order("李敏", grid.Command{Want: grid.WantAssign, Ticket: no, Who: "老周"})
		h.order("老周", with(grid.WantResolve, no, "好了"))
	}
	h.say("张大妈", "灯坏了", of(lift(), func(in *grid.Intent) { in.Topic = "greening" }))
	h.order("李敏", want(grid.WantConfirm, 3))
	h.order("李敏", grid.Command{Want: grid.WantAssign, Ticket: 3, Who: "物业小孙"})
	card := h.say("李大爷", "电梯坏了", lift()).posts.kind(grid.PostConfirm).one(h)
	h.says(card, "老周（手上0件，办过同类2件）", "物业小孙（手上1件）")
	h.is("order", labels(card), "确认 驳回 派单 @老周 派单 @物业小孙")
	confirmed := h.press("李敏", card, "确认").posts.to(staff).one(h)
	h.is("after confirming", labels(confirmed), "派单 @老周 派单 @物业小孙")
	h.says(h.press("李敏", confirmed, "派单 @老周").posts.to(h.private("老周")).one(h), "电梯坏了", "3号楼2单元")
	h.is("has it", h.has(4), "老周")
}

func TestAPressSendsSomebodyStraightFromTheCardAndTheJournalHasBothSteps(t *testing.T) {
	h := newHouse(t)
	card := h.say("张大妈", "电梯坏了", lift()).posts.kind(grid.PostConfirm).one(h)
	h.is("a resident may not", h.press("张大妈", card, "派单 @物业小孙").posts.one(h).Kind, grid.PostRefusal)
	h.press("李敏", card, "派单 @物业小孙")
	h.is("status", h.ticket(1).Status, grid.Assigned)
	h.is("journal", h.wants(1, grid.WantConfirm, grid.WantAssign), "confirm assign")
	h.is("has it", h.has(1), "物业小孙")
	h.is("the second worker is told no", h.press("王书记", card, "确认").posts.one(h).Kind, grid.PostRefusal)
	h.is("and changes nothing", h.wants(1, grid.WantConfirm, grid.WantAssign), "confirm assign")
}

func TestOfTwoWhoPressConfirmOneHasItAndTheOtherIsTold(t *testing.T) {
	h := newHouse(t)
	h.employ("陈晨", grid.GridWorker, place)
	card := h.say("张大妈", "电梯坏了", lift()).posts.kind(grid.PostConfirm).one(h)
	h.press("陈晨", card, "确认")
	h.is("the second", h.press("李敏", card, "确认").posts.one(h).Kind, grid.PostRefusal)
	h.is("has it", h.has(1), "陈晨")
	h.is("confirmed once", h.wants(1, grid.WantConfirm), "confirm")
}

func TestWhatIsNotAcceptedInTimeIsOfferedToTheNextHolderOnceEach(t *testing.T) {
	h := newHouse(t)
	h.employ("物业老马", grid.Property, place)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	h.order("李敏", grid.Command{Want: grid.WantAssign, Ticket: 1, Who: "物业小孙"})
	h.is("has it", h.has(1), "物业小孙")
	posts := h.advance(monday(11, 0))
	h.is("the next", h.has(1), "物业老马")
	h.says(posts.to(h.private("物业老马")).one(h), "从物业小孙转给您", "签收 1")
	h.says(posts.to(h.private("物业小孙")).kind(grid.PostAnswer).one(h), "没有按时签收", "物业老马")
	h.says(posts.to(h.private("王书记")).one(h), "超期", "物业小孙")
	h.after(days(2))
	h.is("there is no third", h.has(1), "物业老马")
	h.is("trace", h.wants(1, grid.WantAssign, grid.WantPass, grid.WantLate), "assign late pass late")
}

func TestPropertyIsToldAtOnceWithPlaceAndPictures(t *testing.T) {
	h := newHouse(t)
	picture := h.line("张大妈", group, grid.ImageMessage, "")
	h.hears(grid.EventMessage, picture, grid.Intent{Kind: grid.Chatter})
	h.say("张大妈", "电梯坏了", of(lift(), func(in *grid.Intent) { in.Link = grid.Link{Earlier: []grid.MessageID{picture.ID}} }))
	h.order("李敏", want(grid.WantConfirm, 1))
	got := h.order("李敏", grid.Command{Want: grid.WantPass, Ticket: 1, Who: "物业"})
	h.says(got.posts.to(h.private("物业小孙")).one(h), "3号楼2单元", "照片1张")
}

func TestAClassMayAskForAPictureOfTheResult(t *testing.T) {
	proof := func(h *house) { h.acts.Photo = map[grid.Category]bool{grid.Immediate: true} }
	done := with(grid.WantResolve, 1, "换了门锁")
	picture := func(h *house, who string, chat grid.ChatID) grid.Message {
		m := h.line(who, chat, grid.ImageMessage, "")
		return h.hears(grid.EventMessage, m, grid.Intent{Kind: grid.Chatter}).msg
	}
	for name, c := range map[string]struct {
		before func(*house)
		to     grid.Status
	}{
		"without one":       {func(*house) {}, grid.Working},
		"somebody else's":   {func(h *house) { picture(h, "李敏", h.private("物业小孙")) }, grid.Working},
		"an old one":        {func(h *house) { picture(h, "物业小孙", staff); h.after(time.Hour) }, grid.Working},
		"one sent just now": {func(h *house) { picture(h, "物业小孙", staff); h.after(time.Minute) }, grid.Resolved},
		"one of the matter": {func(h *house) {
			m := h.line("物业小孙", staff, grid.ImageMessage, "")
			h.hears(grid.EventMessage, m, follows(1, nil))
			h.after(time.Hour)
		}, grid.Resolved},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, proof)
			h.say("张大妈", "电梯坏了", lift())
			working(h)
			c.before(h)
			got := h.order("物业小孙", done)
			h.is("status", h.ticket(1).Status, c.to)
			if c.to == grid.Working {
				h.says(got.posts.one(h), "照片")
				return
			}
			h.order("张大妈", mark(1, grid.Unsatisfied))
			h.after(time.Minute)
			h.says(h.order("物业小孙", done).posts.one(h), "照片") // of the new round
		})
	}
	h := newHouse(t, proof)
	h.say("张大妈", "…", of(lift(), func(in *grid.Intent) { in.Category = grid.Pending }))
	working(h)
	h.order("物业小孙", done)
	h.is("another class needs none", h.ticket(1).Status, grid.Resolved)
}

func TestWhatEverybodyHasToDoIsShownToWhoDecides(t *testing.T) {
	h := busy(t)
	h.order("李敏", grid.Command{Want: grid.WantPass, Ticket: 1, Who: "物业"})
	h.says(h.order("李敏", want(grid.WantTodo, 0)).posts.one(h), "各人手上", "李敏1件", "物业小孙1件")
	h.after(days(1))
	h.says(h.orderIn(h.private("王书记"), "王书记", want(grid.WantTodo, 0)).posts.one(h), "物业小孙1件（超期1件）")
	o := h.order("物业小孙", want(grid.WantTodo, 0)).posts.one(h)
	h.is("others see their own", strings.Contains(o.Text, "各人手上"), false)
}

func TestALookAtAPrivateMatterIsInTheJournal(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "邻居的病", beaten())
	h.say("张大妈", "电梯坏了", lift())
	for _, who := range []string{"李敏", "王书记", "张大妈", "李大爷"} {
		h.orderIn(h.private(who), who, want(grid.WantLook, 1))
		h.orderIn(h.private(who), who, want(grid.WantLook, 2))
	}
	h.is("staff's looks alone", h.wants(1, grid.WantLook), "look look")
	h.is("who", h.journal(1)[1].By.Person, h.ids["李敏"])
	h.is("a public one is read by all", h.wants(2, grid.WantLook), "")
	h.update(func(tx storage.Tx) error { return h.acts.Looked(tx, 1, h.ids["王书记"], h.now) })
	h.is("on a page", h.wants(1, grid.WantLook), "look look look")
	h.is("no clock moves", h.ticket(1).Due.Due, monday(14, 30).Add(30*time.Minute))
	h.check()
}

func TestABuildingsHeadServesItsGridAndIsProposedForItsBuilding(t *testing.T) {
	h := newHouse(t)
	h.update(func(tx storage.Tx) error {
		return tx.Roster().PutArea(grid.Area{ID: "3号楼", Kind: grid.Building, Parent: place})
	})
	h.employ("郭楼长", grid.BuildingHead, "3号楼")
	h.change("老周", func(p *grid.Person) { p.Offices = nil })
	h.is("role in the grid", h.roleHere("郭楼长"), grid.BuildingHead)
	noise := of(lift(), func(in *grid.Intent) { in.Topic = "noise" })
	h.is("of the building", labels(h.say("张大妈", "…", noise).posts.kind(grid.PostConfirm).one(h)), "确认 驳回 派单 @郭楼长")
	noise.Location = "5号楼"
	h.is("of another", labels(h.say("李大爷", "…", noise).posts.kind(grid.PostConfirm).one(h)), "确认 驳回")
}

func TestAssigningInWordsConfirmsTooAndARefusalLeavesTheMatterAsItWas(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("张大妈", grid.Command{Want: grid.WantAssign, Ticket: 1, Who: "物业小孙"}).posts.kind(grid.PostRefusal).one(h)
	h.order("李敏", grid.Command{Want: grid.WantAssign, Ticket: 1, Who: "没这人"}).posts.kind(grid.PostRefusal).one(h)
	h.is("after refusals", h.ticket(1).Status, grid.Proposed)
	h.order("李敏", grid.Command{Want: grid.WantAssign, Ticket: 1, Who: "物业小孙"})
	h.is("after 派单", h.ticket(1).Status, grid.Assigned)
	h.is("steps", h.wants(1, grid.WantConfirm, grid.WantAssign), "confirm assign")
}
