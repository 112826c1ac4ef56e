package handlers_test

import (
	"testing"
	"time"

	"youshi/grid"
	"youshi/handlers"
	"youshi/storage"
)

func TestRemindersComeAtHalfAtNinetyPercentAndWhenOver(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift()) // confirm within 2 service hours
	for _, c := range []struct {
		until time.Time
		kinds []grid.PostKind
	}{
		{monday(9, 59), nil}, {monday(10, 0), []grid.PostKind{grid.PostReminder}}, {monday(10, 47), nil},
		{monday(10, 48), []grid.PostKind{grid.PostReminder}}, {monday(10, 59), nil},
		{monday(11, 0), []grid.PostKind{grid.PostReminder, grid.PostEscalation}},
		{monday(11, 0).Add(days(1) - time.Minute), nil},
		{monday(11, 0).Add(days(1)), []grid.PostKind{grid.PostReminder}},
		{monday(11, 0).Add(days(2)), []grid.PostKind{grid.PostReminder}},
	} {
		got := h.advance(c.until)
		if len(got) != len(c.kinds) {
			t.Fatalf("until %s:\n%s", c.until, got)
		}
		for i, o := range got {
			h.is("kind", o.Kind, c.kinds[i])
			if o.Kind == grid.PostReminder {
				h.is("to", o.To, staff)
				h.is("for", o.For, h.ids["李敏"])
				h.says(o, "李敏", "1号", "确认")
			} else {
				h.is("one level up", o.To, h.private("王书记"))
			}
		}
	}
	h.is("noted once", len(h.journal(1)), 2)
}

func TestAStepThatWasTakenIsNotRemindedOf(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	waiting := h.advance(monday(10, 0)).one(h)
	h.order("李敏", want(grid.WantConfirm, 1))
	h.view(func(tx storage.Tx) error {
		o, err := tx.Outbox().Get(waiting.ID)
		h.is("the reminder that still waited", o.State, grid.Dropped)
		return err
	})
	h.advance(monday(12, 0)).none(h)
}

func TestTheAssigneeIsRemindedAlone(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	h.order("李敏", grid.Command{Want: grid.WantAssign, Ticket: 1, Who: "物业小孙"})
	o := h.advance(monday(10, 0)).one(h)
	h.is("to", o.To, h.private("物业小孙"))
	h.says(o, "签收")
}

func TestAnOverdueMatterBeyondTheCommunityClimbs(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "违建", of(lift(), func(in *grid.Intent) { in.Category = grid.Escalate }))
	h.order("李敏", want(grid.WantConfirm, 1))
	h.order("李敏", grid.Command{Want: grid.WantAssign, Ticket: 1, Who: "物业小孙"})
	got := h.advance(monday(11, 0))
	tk := h.ticket(1)
	h.is("level", tk.Level, grid.LevelCommunity)
	h.is("assignee", tk.Assignee, h.ids["王书记"])
	h.is("accept at that level", tk.Due.Due, monday(13, 0))
	card := got.to(h.private("王书记")).one(h)
	h.press("王书记", card, "签收")
	h.is("status", h.ticket(1).Status, grid.Working)
}

func TestEscalatingRaisesTheLevelNeverTheCategory(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.order("李敏", want(grid.WantConfirm, 1))
	got := h.order("李敏", with(grid.WantEscalate, 1, "要街道出面"))
	tk := h.ticket(1)
	h.is("level", tk.Level, grid.LevelCommunity)
	h.is("category", tk.Category, grid.Immediate)
	h.says(got.posts.to(h.private("王书记")).one(h), "要街道出面")
	for range 2 {
		h.order("王书记", with(grid.WantEscalate, 1, "上报"))
	}
	h.is("level", h.ticket(1).Level, grid.LevelDistrict)
	h.is("district's time", h.ticket(1).Due.Due, h.now.Add(days(7)))
	h.order("王书记", with(grid.WantEscalate, 1, "上报")).posts.kind(grid.PostRefusal).one(h)
}

func TestAnEmergencyIsAnsweredAtOnceByItsDanger(t *testing.T) {
	for danger, number := range map[string]string{"gas": "燃气公司", "fire": "119", "electric": "断电", "trapped": "报警铃",
		"fall": "120", "missing": "110", "collapse": "119", "": "110", "martians": "110"} {
		t.Run(danger, func(t *testing.T) {
			h := newHouse(t)
			h.now = monday(23, 30)
			got := h.say("张大妈", "快来人", of(gas(), func(in *grid.Intent) { in.Danger = danger }))
			ack := got.posts.to(group).one(h)
			h.is("class", ack.Class, grid.ClassEmergency)
			h.is("quotes", ack.ReplyTo, got.msg.ID)
			h.says(ack, number, "5号楼", "网格员")
			h.is("card", got.posts.kind(grid.PostConfirm).one(h).Class, grid.ClassEmergency)
			for _, who := range []string{"王书记", "街道老赵", "区里老钱"} {
				h.is(who, got.posts.to(h.private(who)).one(h).Class, grid.ClassEmergency)
			}
		})
	}
}

func TestAnEmergencyIsCalledToMindEveryTenMinutesAndOnTheWholeLadderWhenLate(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "有燃气味", gas())
	h.advance(monday(9, 9)).none(h)
	late := h.advance(monday(9, 10))
	h.is("ladder", len(late.kind(grid.PostEscalation)), 3)
	h.is("worker", len(late.kind(grid.PostReminder)), 1)
	for range 3 {
		o := h.after(10 * time.Minute).one(h)
		h.is("kind", o.Kind, grid.PostReminder)
		h.is("class", o.Class, grid.ClassEmergency)
	}
	h.order("李敏", want(grid.WantConfirm, 1))
	began := h.now
	h.is("first result in two hours", h.ticket(1).Due.Due, began.Add(2*time.Hour))
	h.is("every ten minutes until then", len(h.advance(began.Add(119*time.Minute)).kind(grid.PostReminder)), 11)
	h.is("the ladder again", len(h.after(time.Minute).kind(grid.PostEscalation)), 3)
}

func TestTheWeeklyNumbersComeOnMondayMorning(t *testing.T) {
	h := newHouse(t)
	begin := func() { h.update(func(tx storage.Tx) error { return h.acts.Begin(tx, h.now) }) }
	h.now = monday(8, 30)
	begin()
	for week := 1; week <= 2; week++ {
		due := monday(8, 30).AddDate(0, 0, 7*week)
		h.advance(due.Add(-time.Second))
		begin() // a restart moves nothing
		h.is("none before", len(h.jobs()), 0)
		h.advance(due)
		jobs := h.jobs()
		h.is("jobs", len(jobs), 1)
		j := jobs[0]
		h.is("kind", j.Kind, handlers.JobNumbers)
		h.is("to", j.Chat, h.private("王书记"))
		h.is("area", j.Area, grid.AreaID("幸福社区"))
		h.is("period", j.Period, grid.LastWeek)
	}
}

// jobs gives the jobs that wait and takes them.
func (h *house) jobs() (all []grid.Job) {
	h.Helper()
	h.update(func(tx storage.Tx) error {
		all = nil
		for {
			j, ok, err := tx.Jobs().Next()
			if err != nil || !ok {
				return err
			}
			if err := tx.Jobs().Done(j.Seq); err != nil {
				return err
			}
			all = append(all, j)
		}
	})
	return all
}

func TestNumbersAreForTheSecretaryAndAbove(t *testing.T) {
	numbers := grid.Command{Want: grid.WantNumbers, Period: grid.ThisWeek}
	for who, area := range map[string]grid.AreaID{"王书记": "幸福社区", "街道老赵": "天河街道", "区里老钱": "垦利区"} {
		t.Run(who, func(t *testing.T) {
			h := newHouse(t)
			got := h.orderIn(h.private(who), who, numbers)
			got.posts.none(h)
			jobs := h.jobs()
			h.is("jobs", len(jobs), 1)
			h.is("to", jobs[0].Chat, h.private(who))
			h.is("quotes", jobs[0].ReplyTo, got.msg.ID)
			h.is("area", jobs[0].Area, area)
			h.orderIn(group, who, numbers).posts.none(h)
			h.is("asked in the group, told alone", h.jobs()[0].Chat, h.private(who))
		})
	}
	for _, who := range []string{"张大妈", "李敏", "物业小孙"} {
		t.Run(who, func(t *testing.T) {
			h := newHouse(t)
			h.is("kind", h.order(who, numbers).posts.one(h).Kind, grid.PostRefusal)
			h.is("jobs", len(h.jobs()), 0)
		})
	}
}

func TestAfterADarkWeekendEachOverdueMatterIsNamedOnceAndWaitsForTheOthers(t *testing.T) {
	h := newHouse(t)
	h.now = monday(16, 0).AddDate(0, 0, 4) // Friday
	for range 3 {
		h.say("张大妈", "电梯坏了", lift())
	}
	h.say("李大爷", "有燃气味", gas())
	h.speak()
	got := h.dark(2*24*time.Hour + 18*time.Hour) // Monday at ten: the weekend, and Friday's deadlines too
	for no := range grid.TicketNo(3) {
		of := got.where(func(o grid.Outgoing) bool { return o.Ticket == no+1 })
		h.is("posts of a matter", len(of), 2)
		for _, o := range of {
			h.is("waits for the others", o.NotBefore, h.now.Add(2*time.Minute))
			h.is("no button", len(o.Buttons), 0)
		}
	}
	urgent := got.where(func(o grid.Outgoing) bool { return o.Ticket == 4 })
	h.is("worker and ladder", len(urgent), 4)
	for _, o := range urgent {
		h.is("at once", o.NotBefore.IsZero(), true)
	}
	h.advance(h.now.Add(9 * time.Minute)).none(h)
}

func TestADeadlineNoticedInTimeWaitsForNothing(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "电梯坏了", lift())
	h.advance(monday(10, 59))
	for _, o := range h.advance(monday(11, 0)) {
		h.is("at once", o.NotBefore.IsZero(), true)
	}
}
