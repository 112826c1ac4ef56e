package handlers_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// employ puts somebody with an office on the Roster.
func (h *house) employ(name string, role grid.Role, area grid.AreaID) {
	h.Helper()
	h.update(func(tx storage.Tx) error {
		p, err := tx.Roster().PutPerson(grid.Person{Name: name, Identities: []grid.Identity{{Channel: "test", ID: name}},
			Offices: []grid.Office{{Role: role, Area: area}}})
		if err != nil {
			return err
		}
		h.ids[name] = p.ID
		id := grid.ChatID("private:" + string(p.ID))
		return tx.Roster().PutChat(grid.Chat{ID: id, Kind: grid.PrivateChat, Channel: "test", Native: string(id), Person: p.ID})
	})
}

func (h *house) change(name string, change func(*grid.Person)) {
	h.Helper()
	h.update(func(tx storage.Tx) error {
		p, err := tx.Roster().Person(h.ids[name])
		if err != nil {
			return err
		}
		change(&p)
		if _, err = tx.Roster().PutPerson(p); err != nil {
			return err
		}
		return h.acts.Sweep(tx, h.now)
	})
}

// wants are the wants of a ticket's journal that are asked for, in order.
func (h *house) wants(no grid.TicketNo, of ...grid.Want) string {
	h.Helper()
	var out []string
	for _, e := range h.journal(no) {
		if slices.Contains(of, e.Want) {
			out = append(out, string(e.Want))
		}
	}
	return strings.Join(out, " ")
}

// whistled is a house in which 李敏 called 市政 (who leads) and 城管 to ticket 1 at 09:00.
func whistled(t *testing.T, options ...option) *house {
	t.Helper()
	h := newHouse(t, options...)
	h.employ("市政", grid.Unit, "幸福社区")
	h.employ("城管", grid.Unit, "幸福社区")
	h.say("张大妈", "井盖坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	return h
}

func whistle(units ...string) grid.Command {
	return grid.Command{Want: grid.WantWhistle, Ticket: 1, Units: units}
}

func TestAWhistleTellsEachUnitAtOnceWithThePlaceAndNamesTheLead(t *testing.T) {
	h := whistled(t)
	got := h.order("李敏", grid.Command{Want: grid.WantWhistle, Ticket: 1, Units: []string{"市政", "城管"}, Text: "井盖归谁说不清"})
	h.says(got.posts.to(staff).one(h), "市政、城管", "市政牵头", "11:00")
	for _, unit := range []string{"市政", "城管"} {
		o := got.posts.to(h.private(unit)).one(h)
		h.says(o, unit, "3号楼2单元", "井盖归谁说不清", "报到 1", "11:00")
		h.is("button", o.Buttons[0].Label, "报到")
	}
	got.posts.to(group).none(h)
	tk := h.ticket(1)
	h.is("status", tk.Status, grid.Assigned)
	h.is("lead", tk.Whistle.Lead, h.ids["市政"])
	h.is("has it", tk.Assignee, h.ids["市政"])
	h.is("step", tk.Due.Step, "report_in")
	h.is("due", tk.Due.Due, monday(11, 0))
}

func TestASilentUnitIsNamedToCallerStaffAndOneLevelUpAndCounted(t *testing.T) {
	h := whistled(t)
	h.order("李敏", whistle("市政", "城管"))
	h.press("市政", h.ticketCard(1, "市政"), "报到")
	h.is("the lead's report begins the work", h.ticket(1).Status, grid.Working)
	half := h.advance(monday(10, 0)).to(h.private("城管"))
	h.says(half.one(h), "城管", "报到")
	posts := h.advance(monday(11, 0)).kind(grid.PostEscalation)
	for _, room := range []grid.ChatID{staff, h.private("李敏"), h.private("王书记")} {
		o := posts.to(room).one(h)
		h.says(o, "城管", "没有在", "11:00", "报到")
		h.is("the one who came is not named", strings.Contains(o.Text, "市政"), false)
	}
	posts.to(group).none(h)
	h.is("journal", h.wants(1, grid.WantWhistle, grid.WantReportIn, grid.WantSilent), "whistle report_in silent")
	part, _ := h.ticket(1).Whistle.Of(h.ids["城管"])
	h.is("silent", part.Silent, true)
	h.after(days(1))
	h.is("named once", h.wants(1, grid.WantSilent), "silent")
	h.orderIn(h.private("城管"), "城管", want(grid.WantReportIn, 1))
	part, _ = h.ticket(1).Whistle.Of(h.ids["城管"])
	h.is("late is in all the same", part.In.IsZero(), false)
	h.is("and stays counted", part.Silent, true)
}

func TestASilentLeadIsNamedOnceByTheMattersOwnClock(t *testing.T) {
	h := whistled(t)
	h.order("李敏", whistle("市政", "城管"))
	h.advance(monday(10, 59))
	posts := h.advance(monday(11, 0))
	h.says(posts.to(h.private("王书记")).one(h), "市政、城管")
	h.says(posts.to(h.private("市政")).one(h), "未报到")
	h.is("journal", h.wants(1, grid.WantLate, grid.WantSilent), "late silent")
	h.is("still waits", h.ticket(1).Status, grid.Assigned)
}

func TestASecretarysWhistleIsNamedToTheLevelAboveHer(t *testing.T) {
	h := whistled(t)
	h.orderIn(h.private("王书记"), "王书记", whistle("市政"))
	posts := h.advance(monday(11, 0)).kind(grid.PostEscalation)
	h.says(posts.to(h.private("街道老赵")).one(h), "市政")
	h.says(posts.to(h.private("王书记")).one(h), "市政")
}

func TestAJointMatterEndsByItsLeadAfterAllOthers(t *testing.T) {
	h := whistled(t)
	h.order("李敏", whistle("市政", "城管", "物业"))
	resolve := with(grid.WantResolve, 1, "换了井盖")
	h.orderIn(h.private("市政"), "市政", want(grid.WantReportIn, 1))
	h.says(h.orderIn(h.private("市政"), "市政", resolve).posts.one(h), "还有单位没办完", "城管、物业小孙")
	h.says(h.order("李敏", resolve).posts.one(h), "联办件", "市政办结")
	got := h.orderIn(h.private("城管"), "城管", with(grid.WantResolve, 1, "清了占道"))
	h.says(got.posts.to(h.private("城管")).one(h), "您那一份", "物业小孙", "市政办结")
	h.says(got.posts.to(h.private("市政")).one(h), "城管", "清了占道", "还没办完：物业小孙")
	h.is("status", h.ticket(1).Status, grid.Working)
	part, _ := h.ticket(1).Whistle.Of(h.ids["城管"])
	h.is("who ends a part was there", part.In.IsZero(), false)
	h.says(h.order("物业小孙", resolve).posts.to(h.private("市政")).one(h), "都办完了", "办结 1")
	h.says(h.order("物业小孙", resolve).posts.one(h), "联办件")
	h.is("nobody else's does", h.ticket(1).Status, grid.Working)
	h.orderIn(h.private("市政"), "市政", resolve)
	h.is("the lead's does", h.ticket(1).Status, grid.Resolved)
	h.order("张大妈", mark(1, grid.Unsatisfied))
	h.is("rework", h.ticket(1).Status, grid.Working)
	h.orderIn(h.private("市政"), "市政", resolve)
	h.is("the lead answers for it", h.ticket(1).Status, grid.Resolved)
}

func TestAWhistleForNobodyIsRefusedByName(t *testing.T) {
	for units, missing := range map[string]string{"市政 燃气": "燃气", "燃气 市政": "燃气", "张大妈": "张大妈"} {
		h := whistled(t)
		steps := h.ticket(1).Steps
		h.says(h.order("李敏", whistle(strings.Fields(units)...)).posts.one(h), "“"+missing+"”")
		h.is("nothing is called", h.ticket(1).Steps, steps)
	}
	h := whistled(t)
	h.says(h.order("李敏", whistle()).posts.one(h), "第一个牵头")
	got := h.order("李敏", whistle("市政", "城管都来过两次", "井盖下面还漏水呢"))
	h.says(got.posts.to(h.private("市政")).one(h), "原因：城管都来过两次 井盖下面还漏水呢")
	h.is("words are no unit", len(h.ticket(1).Whistle.Parts), 1)
}

func TestASecondWhistleCallsMoreAndThoseWhoDidNotCome(t *testing.T) {
	h := whistled(t)
	h.order("李敏", whistle("市政", "城管"))
	h.orderIn(h.private("市政"), "市政", want(grid.WantReportIn, 1))
	h.advance(monday(11, 0))
	got := h.order("李敏", whistle("城管", "物业"))
	got.posts.to(h.private("市政")).none(h)
	tk := h.ticket(1)
	h.is("the lead works on", tk.Status, grid.Working)
	h.is("and leads", tk.Whistle.Lead, h.ids["市政"])
	h.is("units", len(tk.Whistle.Parts), 3)
	posts := h.advance(monday(15, 30)).kind(grid.PostEscalation).to(h.private("王书记"))
	h.says(posts.where(func(o grid.Outgoing) bool { return strings.Contains(o.Text, "吹哨未报到") }).one(h), "城管、物业小孙")
}

func TestAWhistleIsWithdrawnWithAReasonAlone(t *testing.T) {
	h := whistled(t)
	h.order("李敏", whistle("市政", "城管"))
	h.says(h.order("李敏", want(grid.WantWithdraw, 1)).posts.one(h), "要写原因")
	got := h.order("李敏", with(grid.WantWithdraw, 1, "找到责任单位了"))
	for _, unit := range []string{"市政", "城管"} {
		h.says(got.posts.to(h.private(unit)).one(h), "不用办了", "找到责任单位了")
	}
	tk := h.ticket(1)
	h.is("no joint matter any more", tk.Whistle == nil, true)
	h.is("back with who whistled", tk.Assignee, h.ids["李敏"])
	h.order("李敏", with(grid.WantResolve, 1, "换了"))
	h.is("status", h.ticket(1).Status, grid.Resolved)
}

func TestAPrivateMattersWhistleReachesNoGroup(t *testing.T) {
	h := newHouse(t, withoutStaffChat, unreachable("李敏", "城管"))
	h.employ("市政", grid.Unit, "幸福社区")
	h.employ("城管", grid.Unit, "幸福社区")
	h.say("张大妈", "邻居的病", beaten())
	h.orderIn(h.private("李敏"), "李敏", want(grid.WantConfirm, 1))
	got := h.orderIn(group, "李敏", whistle("市政", "城管"))
	got.posts.to(group).none(h)
	o := got.posts.to(h.private("市政")).one(h)
	h.is("least detail", strings.Contains(o.Text, "病"), false)
	h.advance(monday(12, 0)).to(group).none(h)
}

func TestAnEmergencysUnitsHaveTenMinutes(t *testing.T) {
	h := newHouse(t)
	h.employ("燃气公司", grid.Unit, "幸福社区")
	h.now = monday(23, 0)
	h.say("张大妈", "有燃气味", gas())
	h.order("李敏", want(grid.WantConfirm, 1))
	got := h.order("李敏", whistle("燃气公司"))
	h.is("at once, at night", got.posts.to(h.private("燃气公司")).one(h).Class, grid.ClassEmergency)
	h.is("due", h.ticket(1).Due.Due, monday(23, 10))
	h.says(h.after(10*time.Minute).kind(grid.PostEscalation).to(h.private("王书记")).one(h), "燃气公司", "没有")
}

// ticketCard gives the last post about a ticket to somebody in private.
func (h *house) ticketCard(no grid.TicketNo, to string) (card grid.Outgoing) {
	h.Helper()
	h.view(func(tx storage.Tx) error {
		of, err := tx.Outbox().Of(no)
		for _, o := range of {
			if o.To == h.private(to) && len(o.Buttons) > 0 {
				card = o
			}
		}
		return err
	})
	return card
}
