package handlers_test

import (
	"strings"
	"testing"
	"time"

	"youshi/grid"
)

func TestTheFirstAnswerQuotesTheReportOnce(t *testing.T) {
	h := newHouse(t)
	got := h.say("张大妈", "3号楼2单元电梯坏了", lift())
	ack := got.posts.to(group).one(h)
	h.is("kind", ack.Kind, grid.PostAck)
	h.is("reply to", ack.ReplyTo, got.msg.ID)
	h.is("class", ack.Class, grid.ClassFirst)
	h.says(ack, "张大妈", "1号", "电梯坏了", "3号楼2单元")
	h.is("outcome", got.msg.Outcome, grid.OutTicket)
	again := h.say("张大妈", "还有一股糊味", follows(1, func(in *grid.Intent) { in.Link.PartOf = got.msg.ID }))
	again.posts.to(group).none(h)
	h.is("outcome of a part", again.msg.Outcome, grid.OutLinked)
}

func TestThePlaceIsAskedForOnce(t *testing.T) {
	h := newHouse(t)
	nowhere := of(lift(), func(in *grid.Intent) { in.Location = "" })
	got := h.say("张大妈", "电梯坏了", nowhere)
	ask := got.posts.kind(grid.PostAsk).one(h)
	h.is("to", ask.To, group)
	h.is("for", ask.For, h.ids["张大妈"])
	more := h.say("张大妈", "3号楼2单元", follows(1, func(in *grid.Intent) { in.Location, in.Link.PartOf = "3号楼2单元", got.msg.ID }))
	more.posts.none(h)
	look := h.order("李敏", want(grid.WantLook, 1)).posts.one(h)
	h.says(look, "3号楼2单元")
}

func TestNoPlaceIsAskedForWhereNoneIsNeeded(t *testing.T) {
	h := newHouse(t)
	for _, in := range []grid.Intent{
		of(lift(), func(in *grid.Intent) { in.Location, in.Kind = "", grid.Wish }),
		of(lift(), func(in *grid.Intent) { in.Location, in.Topic = "", "health_welfare" }),
		of(gas(), func(in *grid.Intent) { in.Location = "" }), // an emergency asks nothing
	} {
		h.say("张大妈", "…", in).posts.kind(grid.PostAsk).none(h)
	}
}

func TestTheCardGoesWhereStaffReadIt(t *testing.T) {
	for name, c := range map[string]struct {
		options []option
		to      func(*house) grid.ChatID
		buttons int // beside 确认 and 驳回 whom to send, where residents do not read it
	}{
		"to the staff chat":                    {nil, func(*house) grid.ChatID { return staff }, 3},
		"without one to the worker in private": {[]option{withoutStaffChat}, func(h *house) grid.ChatID { return h.private("李敏") }, 3},
		"without either to the community's staff chat": {[]option{withoutStaffChat, withCommunityChat, unreachable("李敏")},
			func(*house) grid.ChatID { return "staff:幸福社区" }, 3},
		"without any to the group": {[]option{withoutStaffChat, unreachable("李敏")},
			func(*house) grid.ChatID { return group }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, c.options...)
			card := h.say("张大妈", "电梯坏了", lift()).posts.kind(grid.PostConfirm).one(h)
			h.is("to", card.To, c.to(h))
			h.is("buttons", len(card.Buttons), c.buttons)
			h.says(card, "待确认", "电梯坏了", "3号楼2单元", "张大妈", "11:00")
			h.press("李敏", card, "确认")
			h.is("status", h.ticket(1).Status, grid.Open)
		})
	}
}

func TestAPrivateMatterWaitsOnTheBoardWhereNobodyCanBeToldQuietly(t *testing.T) {
	h := newHouse(t, withoutStaffChat, unreachable("李敏", "王书记", "张大妈"))
	got := h.say("张大妈", "…", beaten())
	got.posts.none(h)
	h.is("outcome", got.msg.Outcome, grid.OutTicket)
	for _, o := range h.advance(h.now.Add(days(8))) {
		if o.To == group {
			t.Fatalf("the group reads %q", o.Text)
		}
	}
}

func TestAPrivateMatterIsToldInTheCommunitysStaffChatWhereNobodyReadsAlone(t *testing.T) {
	h := newHouse(t, withoutStaffChat, withCommunityChat, unreachable("李敏", "王书记", "张大妈"))
	got := h.say("张大妈", "邻居的病没人管", beaten())
	card := got.posts.kind(grid.PostConfirm).one(h)
	h.is("to", card.To, grid.ChatID("staff:幸福社区"))
	h.is("the words are told", strings.Contains(card.Text, "没人管"), false)
	h.silent(got.posts)
}

func TestWhatWasHeardLateOpensWithoutAFirstAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		ago  time.Duration
		acks int
	}{"two hours ago still counts": {2 * time.Hour, 1}, "longer ago is taken up without a word": {2*time.Hour + time.Second, 0}} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			m := h.line("张大妈", group, grid.TextMessage, "电梯坏了")
			m.Sent = h.now.Add(-c.ago)
			got := h.hears(grid.EventMessage, m, lift())
			h.is("acks", len(got.posts.kind(grid.PostAck)), c.acks)
			h.is("cards", len(got.posts.kind(grid.PostConfirm)), 1)
			h.is("heard", h.ticket(1).Heard, m.Sent)
		})
	}
}

func TestAPictureBeforeTheWordsIsPartOfTheReport(t *testing.T) {
	h := newHouse(t)
	picture := h.hears(grid.EventMessage, h.line("张大妈", group, grid.ImageMessage, ""), grid.Intent{Kind: grid.Chatter, By: "rule"})
	h.is("outcome at first", picture.msg.Outcome, grid.OutChatter)
	began := h.now
	h.after(time.Minute)
	h.say("张大妈", "电梯坏了", of(lift(), func(in *grid.Intent) { in.Link.Earlier = []grid.MessageID{picture.msg.ID} }))
	tk := h.ticket(1)
	h.is("messages", len(tk.Messages), 2)
	h.is("heard", tk.Heard, began)
	h.view(messageIs(h, picture.msg.ID, grid.OutLinked, 1))
}

func TestEverythingElseEndsAsWhatItIs(t *testing.T) {
	h := newHouse(t)
	for name, c := range map[string]struct {
		chat grid.ChatID
		kind grid.Kind
		want grid.Outcome
	}{
		"talk":                  {group, grid.Chatter, grid.OutChatter},
		"praise":                {group, grid.Praise, grid.OutChatter},
		"a question":            {group, grid.Inquiry, grid.OutInquiry},
		"an order not to take":  {group, grid.Order, grid.OutCommand},
		"something in private":  {h.private("张大妈"), grid.Chatter, grid.OutPrivate},
		"a follow-up of nought": {group, grid.FollowUp, grid.OutChatter},
	} {
		t.Run(name, func(t *testing.T) {
			got := h.sayIn(c.chat, "张大妈", "…", grid.Intent{Kind: c.kind, By: "rule"})
			h.is("outcome", got.msg.Outcome, c.want)
			got.posts.none(h)
		})
	}
}

func TestAReportInPrivateOfAStrangerGoesToTheSecretary(t *testing.T) {
	h := newHouse(t)
	got := h.sayIn(h.private("张大妈"), "张大妈", "我不想活了", of(beaten(), func(in *grid.Intent) { in.Urgency, in.Category = grid.Emergency, grid.Escalate }))
	h.is("outcome", got.msg.Outcome, grid.OutTicket)
	h.is("area", got.ticket.Area, grid.AreaID(town))
	h.is("told", got.posts.kind(grid.PostConfirm).one(h).To, h.private("王书记"))
	h.says(got.posts.kind(grid.PostAck).one(h), "110")
	h.say("张大妈", "大家早", grid.Intent{Kind: grid.Chatter})
	got = h.sayIn(h.private("张大妈"), "张大妈", "电梯坏了", lift())
	h.is("outcome once a group is known", got.msg.Outcome, grid.OutTicket)
	got.posts.to(group).none(h)
	h.is("area", got.ticket.Area, place)
}

func TestSomebodyJoiningIsNotAnsweredEvenWithoutAName(t *testing.T) {
	h := newHouse(t)
	m := grid.Message{ID: "join1", Chat: group, Kind: grid.JoinMessage, Sent: h.now, Heard: h.now}
	got := h.hears(grid.EventJoin, m, grid.Intent{Kind: grid.Chatter})
	got.posts.none(h)
	h.is("outcome", got.msg.Outcome, grid.OutChatter)
}

func TestNumbersOfPeopleAreNotPosted(t *testing.T) {
	h := newHouse(t)
	got := h.say("张大妈", "…", of(lift(), func(in *grid.Intent) {
		in.Summary = "打13812345678或11010119900307123x,13912345678，工单123456789012"
	}))
	for _, o := range got.posts {
		for _, s := range []string{"13812345678", "11010119900307123", "13912345678"} {
			if strings.Contains(o.Text, s) {
				t.Errorf("%s carries %s", o.To, s)
			}
		}
	}
	h.says(got.posts.kind(grid.PostConfirm).one(h), "123456789012")
}

func TestWhatAStrangerTellsInPrivateIsTheOnlyGridsMatter(t *testing.T) {
	for name, c := range map[string]struct {
		option option
		area   grid.AreaID
		told   grid.ChatID
	}{
		"one grid":    {withOneGrid, place, staff},
		"two of them": {func(*house) {}, "幸福社区", ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, c.option)
			got := h.sayIn(h.private("张大妈"), "张大妈", "电梯坏了", lift())
			h.is("area", h.ticket(1).Area, c.area)
			if c.told != "" {
				got.posts.to(c.told).kind(grid.PostConfirm).one(h)
			}
		})
	}
}
