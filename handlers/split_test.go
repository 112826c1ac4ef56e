package handlers_test

import (
	"slices"
	"strings"
	"testing"

	"youshi/grid"
	"youshi/storage"
)

// quoting gives a command that quotes a message, in the group.
func (h *house) quoting(who string, of grid.MessageID, c grid.Command) heard {
	h.Helper()
	m := h.line(who, group, grid.TextMessage, string(c.Want))
	m.ReplyTo = of
	return h.hears(grid.EventMessage, m, grid.Intent{Kind: grid.Order, Command: &c, By: "rule", Confidence: 1})
}

// answering says something that quotes a message and belongs to a matter.
func (h *house) answering(who string, of grid.MessageID, in grid.Intent) heard {
	h.Helper()
	m := h.line(who, group, grid.TextMessage, "+1")
	m.ReplyTo = of
	return h.hears(grid.EventMessage, m, in)
}

func (h *house) supporters(no grid.TicketNo) string {
	h.Helper()
	var names []string
	for _, id := range h.ticket(no).Supporters {
		names = append(names, nameOf(h, id))
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func merge(into, goes grid.TicketNo) grid.Command {
	return grid.Command{Want: grid.WantMerge, Ticket: into, Other: goes}
}

func TestASplitGivesTheOldNumberBackWithWhoJoinedThere(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	other := h.say("李大爷", "路灯坏了", lift()).msg
	h.order("李敏", want(grid.WantConfirm, 2))
	h.order("王阿姨", want(grid.WantMeToo, 2))
	h.order("李敏", merge(1, 2))
	h.answering("赵叔", other.ID, follows(1, meToo)) // joins the other's words
	h.is("together", h.supporters(1), "李大爷 王阿姨 赵叔")
	h.is("four households", h.ticket(1).Priority, 1)

	got := h.quoting("李敏", other.ID, want(grid.WantSplit, 1))
	stays, goes := h.ticket(1), h.ticket(2)
	h.is("its status again", goes.Status, grid.Open)
	h.is("its clock runs again", goes.Due != nil, true)
	h.is("in no other", goes.Into, grid.TicketNo(0))
	h.is("with who joined there", h.supporters(2), "王阿姨 赵叔")
	h.is("nobody of them here", len(stays.Supporters), 0)
	h.is("and the priority falls", stays.Priority, 0)
	h.is("that of the other", goes.Priority, 1)
	h.is("messages that stay", len(stays.Messages), 1)
	h.is("messages that go", len(goes.Messages), 2)
	h.view(messageIs(h, other.ID, grid.OutTicket, 2))
	for no := range grid.TicketNo(3) {
		if no > 0 {
			journal := h.journal(no)
			h.is("both journals tell of it", slices.ContainsFunc(journal, func(e grid.Entry) bool { return e.Want == grid.WantSplit && e.By.Person == h.ids["李敏"] }), true)
		}
	}
	h.says(got.posts.to(group).one(h), "2号", "1号")
	h.says(got.posts.to(h.private("李大爷")).one(h), "2号")
	h.say("李大爷", "还没修", follows(2, nil))
	h.is("what follows joins it", len(h.ticket(2).Messages), 3)
}

func TestASurvivorKeepsWhoSupportedItItself(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("王阿姨", want(grid.WantMeToo, 1))
	other := h.say("李大爷", "路灯坏了", lift()).msg
	h.order("王阿姨", want(grid.WantMeToo, 2))
	h.order("赵叔", want(grid.WantWatch, 2))
	h.order("张大妈", want(grid.WantMeToo, 2)) // reports one, supports the other
	h.order("李敏", merge(1, 2))
	h.order("赵叔", want(grid.WantMeToo, 1))
	h.quoting("李敏", other.ID, want(grid.WantSplit, 1))
	h.is("here", h.supporters(1), "王阿姨 赵叔")
	h.is("there", h.supporters(2), "张大妈 王阿姨")
	h.is("nobody watches what he did not ask for", len(h.ticket(1).Watchers), 0)
	h.is("who watched", len(h.ticket(2).Watchers), 1)
	h.is("the card is shown again", h.ticket(2).Status, grid.Proposed)
}

func TestASplitOfWhatWasNeverAMatterTakesANewNumber(t *testing.T) {
	h := newHouse(t)
	first := h.say("张大妈", "电梯坏了", lift()).msg
	said := h.say("李大爷", "我们这边路灯也不亮", follows(1, meToo)).msg
	h.answering("王阿姨", said.ID, follows(1, meToo))
	h.say("赵叔", "我也是", follows(1, meToo))
	h.is("together", h.supporters(1), "李大爷 王阿姨 赵叔")
	got := h.quoting("李敏", said.ID, want(grid.WantSplit, 1))
	goes := h.ticket(2)
	h.is("reporter", goes.Reporter, h.ids["李大爷"])
	h.is("status", goes.Status, grid.Proposed)
	h.is("supporters", h.supporters(2), "王阿姨")
	h.is("who stays", h.supporters(1), "赵叔")
	h.is("a card for it", got.posts.kind(grid.PostConfirm).one(h).Ticket, grid.TicketNo(2))
	h.view(messageIs(h, said.ID, grid.OutTicket, 2))

	before := h.record(1)
	h.says(h.quoting("李敏", first.ID, want(grid.WantSplit, 1)).posts.kind(grid.PostRefusal).one(h), "拆不出来")
	h.says(h.order("李敏", want(grid.WantSplit, 1)).posts.kind(grid.PostRefusal).one(h), "请引用")
	h.quoting("张大妈", said.ID, want(grid.WantSplit, 1)).posts.kind(grid.PostRefusal).one(h)
	h.is("as before", h.record(1), before)
}

func TestAMergedMatterIsNamedByItsCardOrItsNumberToo(t *testing.T) {
	for name, split := range map[string]func(*house, grid.Outgoing) heard{
		"by its card": func(h *house, card grid.Outgoing) heard {
			m := h.line("李敏", staff, grid.TextMessage, "拆分 1")
			m.ReplyTo = card.ID
			c := want(grid.WantSplit, 1)
			return h.hears(grid.EventMessage, m, grid.Intent{Kind: grid.Order, Command: &c})
		},
		"by its number": func(h *house, _ grid.Outgoing) heard { return h.order("李敏", want(grid.WantSplit, 2)) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.say("张大妈", "电梯坏了", lift())
			card := h.say("李大爷", "路灯坏了", lift()).posts.kind(grid.PostConfirm).one(h)
			h.order("李敏", merge(1, 2))
			split(h, card)
			h.is("status", h.ticket(2).Status, grid.Proposed)
			h.is("supporters", len(h.ticket(1).Supporters), 0)
		})
	}
}

func TestMattersOfMattersComeApartInTheOrderTheyWereMerged(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.say("李大爷", "路灯坏了", lift())
	third := h.say("王阿姨", "垃圾没人收", lift()).msg
	h.order("李敏", merge(2, 3))
	h.order("李敏", merge(1, 2))
	h.is("all", h.supporters(1), "李大爷 王阿姨")
	h.quoting("李敏", third.ID, want(grid.WantSplit, 1))
	h.is("the second first", h.ticket(2).Status, grid.Proposed)
	h.is("with the third in it", h.supporters(2), "王阿姨")
	h.quoting("李敏", third.ID, want(grid.WantSplit, 2))
	h.is("then the third", h.ticket(3).Status, grid.Proposed)
	h.is("alone", len(h.ticket(2).Supporters)+len(h.ticket(1).Supporters), 0)
}

func TestARecalledMeTooCountsNoLonger(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	plus := h.say("李大爷", "+1", follows(1, meToo)).msg
	typed := h.order("王阿姨", want(grid.WantMeToo, 1)).msg
	h.is("three households", h.ticket(1).Priority, 1)
	h.recall("王阿姨", typed.ID)
	h.is("who is left", h.supporters(1), "李大爷")
	h.is("priority", h.ticket(1).Priority, 0)
	h.order("王阿姨", want(grid.WantMeToo, 1))
	h.is("and again", h.ticket(1).Priority, 1)
	h.recall("李大爷", plus.ID)
	h.is("the other", h.supporters(1), "王阿姨")
}

func TestAMeTooTakenBackAfterAMergeLeavesBoth(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	other := h.say("李大爷", "电梯又坏了", lift()).msg
	typed := h.order("王阿姨", want(grid.WantMeToo, 2)).msg
	h.order("李敏", merge(1, 2))
	h.recall("王阿姨", typed.ID)
	h.is("here", h.supporters(1), "李大爷")
	h.recall("李大爷", other.ID)
	h.is("his own report counts no longer", len(h.ticket(1).Supporters), 0)
	h.order("李敏", want(grid.WantSplit, 2))
	h.is("there", len(h.ticket(2).Supporters), 0)
}

func TestStaffWhoSayMeTooAreNoHousehold(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李大爷", want(grid.WantMeToo, 1))
	got := h.orderIn(group, "物业小孙", want(grid.WantMeToo, 1))
	h.says(got.posts.one(h), "不算户数")
	tk := h.ticket(1)
	h.is("supporters", len(tk.Supporters), 1)
	h.is("priority", tk.Priority, 0)
	h.is("watches", slices.Equal(tk.Watchers, []grid.PersonID{h.ids["物业小孙"]}), true)
}

func TestWhoWatchesHearsOfEachChangeOnce(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李大爷", want(grid.WantWatch, 1))
	h.order("张大妈", want(grid.WantWatch, 1)) // hears as the reporter already
	h.say("王阿姨", "+1", follows(1, meToo)).posts.to(h.private("李大爷")).none(h)
	for _, step := range []struct {
		who  string
		c    grid.Command
		says string
	}{
		{"李敏", want(grid.WantConfirm, 1), "李敏"},
		{"李敏", grid.Command{Want: grid.WantAssign, Ticket: 1, Who: "物业小孙"}, "物业小孙"},
		{"物业小孙", want(grid.WantAccept, 1), "办理中"},
		{"物业小孙", with(grid.WantProgress, 1, "等配件"), "等配件"},
		{"李敏", with(grid.WantWait, 1, "几单元？"), "待补充"},
		{"李敏", with(grid.WantEscalate, 1, "要街道协调"), "已派单"},
		{"李敏", with(grid.WantResolve, 1, "换了门锁"), "换了门锁"},
	} {
		got := h.order(step.who, step.c).posts.where(func(o grid.Outgoing) bool { return o.Kind != grid.PostPoll })
		h.says(got.to(h.private("李大爷")).one(h), "1号", step.says)
		if n := len(got.to(h.private("张大妈"))); n > 1 {
			t.Errorf("%s: the reporter is told %d times", step.c.Want, n)
		}
	}
	h.says(h.after(days(4)).to(h.private("李大爷")).one(h), "已办结")
}

func TestWhomNobodyReachesAloneHearsInTheGroupsDigest(t *testing.T) {
	h := newHouse(t, unreachable("李大爷", "王阿姨"))
	h.say("张大妈", "电梯坏了", lift())
	h.says(h.order("李大爷", want(grid.WantWatch, 1)).posts.one(h), "群里")
	h.order("王阿姨", want(grid.WantWatch, 1))
	first := h.order("李敏", want(grid.WantConfirm, 1)).posts.kind(grid.PostDigest).one(h)
	h.is("to", first.To, group)
	h.says(first, "李大爷、王阿姨", "已立案")
	h.is("it gathers", first.NotBefore.After(h.now), true)
	h.order("李敏", with(grid.WantProgress, 1, "等配件")).posts.kind(grid.PostDigest).none(h)
	h.view(func(tx storage.Tx) error {
		o, err := tx.Outbox().Get(first.ID)
		h.says(o, "已立案", "等配件")
		return err
	})
	h.say("张大妈", "我老公又打我了", of(follows(1, nil), func(in *grid.Intent) { in.Sensitive = true }))
	h.view(func(tx storage.Tx) error {
		o, err := tx.Outbox().Get(first.ID)
		h.is("what became private is not said", o.State, grid.Dropped)
		return err
	})
	h.order("李敏", with(grid.WantProgress, 1, "到了")).posts.kind(grid.PostDigest).none(h)
}

func TestWhatBecamePrivateIsNotToldToWhoOnlyWatches(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李大爷", want(grid.WantWatch, 1))
	h.order("李敏", want(grid.WantConfirm, 1)).posts.to(h.private("李大爷")).one(h)
	h.say("张大妈", "我老公又打我了", of(follows(1, nil), func(in *grid.Intent) { in.Sensitive = true }))
	h.order("李敏", with(grid.WantProgress, 1, "见到人了")).posts.to(h.private("李大爷")).none(h)
}
