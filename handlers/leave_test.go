package handlers_test

import (
	"fmt"
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

func leave(days int, deputy string) grid.Command {
	return grid.Command{Want: grid.WantAbsent, Days: days, Who: deputy}
}

// has is who has a ticket, by name.
func (h *house) has(no grid.TicketNo) string { return nameOf(h, h.ticket(no).Assignee) }

func (h *house) roleHere(name string) (role grid.Role) {
	h.Helper()
	h.view(func(tx storage.Tx) error {
		p, err := tx.Roster().Person(h.ids[name])
		if err == nil {
			role, err = storage.RoleIn(tx.Roster(), p, place, h.now)
		}
		return err
	})
	return role
}

// busy is a house in which 李敏 works on ticket 1, waits for words on 2 and has 3 judged.
func busy(t *testing.T, options ...option) *house {
	t.Helper()
	h := newHouse(t, options...)
	for no := grid.TicketNo(1); no <= 3; no++ {
		h.say("张大妈", "电梯坏了", lift())
		h.order("李敏", want(grid.WantConfirm, no))
	}
	h.order("李敏", with(grid.WantProgress, 1, "联系了"))
	h.order("李敏", with(grid.WantWait, 2, "哪部？"))
	h.order("李敏", with(grid.WantResolve, 3, "好了"))
	return h
}

func TestADeputyHoldsTheRoleAndTheOpenMattersUntilTheEnd(t *testing.T) {
	h := busy(t)
	h.employ("陈晨", grid.GridWorker, "第4网格")
	h.is("no office here before", h.roleHere("陈晨"), grid.Resident)
	got := h.order("李敏", leave(2, "陈晨"))
	h.says(got.posts.to(staff).where(func(o grid.Outgoing) bool { return o.Ticket == 0 }).one(h), "请假2天", "11月11日", "陈晨代班", "2件")
	h.is("role", h.roleHere("陈晨"), grid.GridWorker)
	for no, status := range map[grid.TicketNo]grid.Status{1: grid.Assigned, 2: grid.OnHold, 3: grid.Resolved} {
		h.is("has it", h.has(no), "陈晨")
		h.is("status", h.ticket(no).Status, status)
	}
	h.say("李大爷", "灯坏了", lift())
	h.order("陈晨", want(grid.WantConfirm, 4))
	h.is("confirmed by the deputy", h.ticket(4).Status, grid.Open)
	h.advance(monday(9, 0).Add(days(2)))
	h.is("the role ends with the leave", h.roleHere("陈晨"), grid.Resident)
	for no := range grid.TicketNo(4) {
		h.is("back", h.has(no+1), "李敏")
	}
}

func TestBackBeforeTheEndAndNoMatterOfTheDeputysOwnIsTouched(t *testing.T) {
	h := busy(t)
	h.employ("陈晨", grid.GridWorker, place)
	h.say("王阿姨", "垃圾没清", lift())
	h.orderIn(h.private("陈晨"), "陈晨", want(grid.WantConfirm, 4))
	h.order("李敏", leave(3, "陈晨"))
	h.orderIn(h.private("陈晨"), "陈晨", want(grid.WantAccept, 1))
	h.after(2 * time.Hour)
	h.says(h.orderIn(h.private("李敏"), "李敏", want(grid.WantBack, 0)).posts.kind(grid.PostAnswer).to(h.private("李敏"))[0], "欢迎回来")
	h.is("begun is finished by who began", h.has(1), "陈晨")
	h.is("the deputy's own", h.has(4), "陈晨")
	h.is("the deputy's own office stays", h.roleHere("陈晨"), grid.GridWorker)
	h.says(h.order("李敏", want(grid.WantBack, 0)).posts.one(h), "没有在请假")
}

func TestWithoutADeputyAnotherHolderElseOneLevelUp(t *testing.T) {
	h := busy(t)
	h.order("李敏", leave(1, ""))
	h.is("nobody else holds the office", h.has(1), "王书记")
	last := h.journal(1)[len(h.journal(1))-1]
	h.is("why", last.Reason, grid.ReasonVacant)
	h.employ("陈晨", grid.GridWorker, place)
	h.change("陈晨", func(*grid.Person) {})
	h.is("somebody holds it again", h.has(1), "陈晨")

	h = busy(t)
	h.employ("陈晨", grid.GridWorker, place)
	h.order("李敏", leave(1, ""))
	h.is("another holder", h.has(1), "陈晨")
}

func TestAWorkerReplacedMidwayLeavesNothingBehind(t *testing.T) {
	h := busy(t)
	h.change("李敏", func(p *grid.Person) { p.Offices[0].Until = h.now })
	h.is("kept one level up", h.has(1), "王书记")
	h.employ("陈晨", grid.GridWorker, place)
	h.change("陈晨", func(*grid.Person) {})
	h.is("and given to the new worker", h.has(1), "陈晨")
	h.is("with what waits", h.has(2), "陈晨")
	h.is("waiting goes on", h.ticket(2).Status, grid.OnHold)
	h.news()
	h.is("the old one is refused", h.order("李敏", with(grid.WantResolve, 1, "好了")).posts.one(h).Kind, grid.PostRefusal)
	h.orderIn(h.private("陈晨"), "陈晨", with(grid.WantResolve, 1, "好了"))
	h.is("the new one has", h.ticket(1).Status, grid.Resolved)
}

func TestOfTheDelayOfWhoAnswersForALevelTheNextIsTold(t *testing.T) {
	h := busy(t)
	h.change("李敏", func(p *grid.Person) { p.Offices[0].Until = h.now })
	h.is("kept one level up", h.has(1), "王书记")
	got := h.advance(h.ticket(1).Due.Due).kind(grid.PostEscalation)
	got.to(h.private("王书记")).none(h)
	h.says(got.to(h.private("街道老赵")).one(h), "1号", "王书记")
}

func TestATermThatEndsPassesMattersOnByItself(t *testing.T) {
	h := busy(t)
	h.employ("陈晨", grid.GridWorker, place)
	h.change("李敏", func(p *grid.Person) { p.Offices[0].Until = h.now.Add(days(2)) })
	h.is("until then", h.has(1), "李敏")
	h.advance(h.now.Add(days(2)))
	h.is("then", h.has(1), "陈晨")
}

func TestADeputysTermEndsWithTheOfficeItStandsInFor(t *testing.T) {
	h := busy(t)
	h.employ("陈晨", grid.GridWorker, "第4网格")
	h.order("李敏", leave(5, "陈晨"))
	h.change("李敏", func(p *grid.Person) { p.Offices[0].Until = h.now })
	h.is("role", h.roleHere("陈晨"), grid.Resident)
	h.is("kept one level up", h.has(1), "王书记")
}

func TestWhoIsOnLeaveIsGivenNothing(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	h.order("物业小孙", leave(3, "老周"))
	h.order("李敏", grid.Command{Want: grid.WantAssign, Ticket: 1, Who: "物业小孙"})
	h.is("the deputy is", h.has(1), "老周")
	h.order("李敏", grid.Command{Want: grid.WantAssign, Ticket: 1, Who: "物业"})
	h.is("by the office too", h.has(1), "老周")
}

func TestASilentUnitOnLeaveHandsItsPartToItsDeputy(t *testing.T) {
	h := whistled(t)
	h.order("李敏", whistle("市政", "城管"))
	h.orderIn(h.private("城管"), "城管", leave(2, "市政"))
	h.is("one part each", len(h.ticket(1).Whistle.Parts), 1)
	h.orderIn(h.private("市政"), "市政", with(grid.WantResolve, 1, "都办了"))
	h.is("status", h.ticket(1).Status, grid.Resolved)
}

func TestLeaveIsAskedForByStaffAndWithAColleague(t *testing.T) {
	for name, c := range map[string]struct {
		who  string
		chat func(*house) grid.ChatID
		ask  grid.Command
		says string
	}{
		"a resident":           {"张大妈", func(h *house) grid.ChatID { return h.private("张大妈") }, leave(3, "李敏"), "工作人员"},
		"in the group":         {"李敏", func(*house) grid.ChatID { return group }, leave(3, "老周"), "工作群"},
		"a resident as deputy": {"李敏", func(*house) grid.ChatID { return staff }, leave(3, "张大妈"), "名册"},
		"oneself":              {"李敏", func(*house) grid.ChatID { return staff }, leave(3, "李敏"), "名册"},
	} {
		t.Run(name, func(t *testing.T) {
			h := busy(t)
			h.says(h.orderIn(c.chat(h), c.who, c.ask).posts.one(h), c.says)
			h.is("nothing changes hands", h.has(1), "李敏")
		})
	}
}

func TestASecondLeaveTakesThePlaceOfTheFirst(t *testing.T) {
	h := busy(t)
	h.employ("陈晨", grid.GridWorker, "第4网格")
	h.order("李敏", leave(3, "老周"))
	h.is("first", h.has(1), "老周")
	h.after(time.Hour)
	h.order("李敏", leave(5, "陈晨"))
	h.is("the first deputy's office ends", h.roleHere("老周"), grid.BuildingHead)
	h.is("second", h.roleHere("陈晨"), grid.GridWorker)
}

// manned says that an open matter stays with somebody on leave although there is
// somebody who decides in its grid.
func (h *house) manned(tx storage.Tx, tk grid.Ticket) error {
	if tk.Assignee == "" || tk.Status.Ended() || tk.Status == grid.Proposed {
		return nil
	}
	p, err := tx.Roster().Person(tk.Assignee)
	if err != nil || !p.Away(h.now) {
		return err
	}
	for _, role := range []grid.Role{grid.GridWorker, grid.Secretary, grid.SubdistrictHQ, grid.DistrictHQ} {
		if role.Level().Rank() < tk.Level.Rank() {
			continue
		}
		there, err := storage.Holders(tx.Roster(), role, tk.Area, h.now)
		if err != nil {
			return err
		}
		if len(there) > 0 {
			return fmt.Errorf("%s is on leave and has it, though %s is there", p.Name, there[0].Name)
		}
	}
	return nil
}

func TestWhoConfirmsOnLeaveHasItNotForLong(t *testing.T) {
	h := newHouse(t)
	card := h.say("张大妈", "电梯坏了", lift()).posts.kind(grid.PostConfirm).one(h)
	h.order("李敏", leave(3, "老周"))
	h.press("李敏", card, "确认")
	h.is("confirmed", h.wants(1, grid.WantConfirm), "confirm")
	h.is("has it", h.has(1), "老周")
}
