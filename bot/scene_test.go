package bot_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"youshi/bot"
	"youshi/grid"
	"youshi/storage"
)

// skip takes everything that waits, unseen.
func (h *house) skip() {
	h.t.Helper()
	lanes := h.backlog()
	h.update(func(tx storage.Tx) error {
		for lane := range lanes {
			for {
				ev, ok, err := tx.Inbox().Next(lane)
				if err != nil {
					return err
				} else if !ok {
					break
				}
				if err := tx.Inbox().Take(ev.Seq, h.time.Now()); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// look gives the scene of the only event that waits.
func (h *house) look() (m grid.Message, s grid.Scene) {
	h.t.Helper()
	for lane := range h.backlog() {
		h.view(func(tx storage.Tx) error {
			ev, _, err := tx.Inbox().Next(lane)
			if err != nil {
				return err
			}
			m, s, err = bot.Look(tx, ev, h.time.Now(), "小格")
			return err
		})
	}
	return m, s
}

func texts(ms []grid.Message) (out []string) {
	for _, m := range ms {
		out = append(out, m.Name+"："+m.Shown())
	}
	return out
}

func numbers(ms []grid.Matter) (out []grid.TicketNo) {
	for _, m := range ms {
		out = append(out, m.No)
	}
	return out
}

func TestLookSeesTheLaneAndNothingElse(t *testing.T) {
	h := build(t, bot.NewPushed(monday))
	h.office("王网格", grid.GridWorker, "g1")
	h.hear("g1", "张三", "停水了")
	h.hear("g2", "李四", "别的网格")
	h.hear("staff g1", "王网格", "我去看看")
	h.skip()
	h.hear("g1", "王网格", "来水了吗")
	h.update(func(tx storage.Tx) error { // said later, heard later: not in the scene
		return tx.Messages().Put(grid.Message{ID: "later", Chat: "group:g1", Sent: monday, Kind: grid.TextMessage, Text: "后来的"})
	})
	m, s := h.look()
	if m.Text != "来水了吗" || m.Name != "王网格" || s.Role != grid.GridWorker || s.Area.ID != "g1" || s.Chat.ID != "group:g1" || s.Bot != "小格" {
		t.Errorf("message %+v in scene %+v", m, s)
	}
	if got, want := texts(s.Recent), []string{"张三：停水了", "王网格：我去看看"}; !slices.Equal(got, want) {
		t.Errorf("before it was said: %q, want %q", got, want)
	}
}

func TestLookGoesBackSoFarAndNoFurther(t *testing.T) {
	h := build(t, bot.NewPushed(monday))
	for i := range 170 {
		h.hear("g1", "张三", fmt.Sprint(i))
	}
	h.skip()
	h.hear("g1", "张三", "现在")
	_, s := h.look()
	if got := texts(s.Recent); len(got) != 160 || got[0] != "张三：10" || got[159] != "张三：169" {
		t.Errorf("sees %d messages, from %q to %q", len(got), got[0], got[len(got)-1])
	}
}

func TestLookFindsTheMatters(t *testing.T) {
	clock := bot.NewPushed(monday)
	h := build(t, clock)
	who := h.office("张三", grid.Resident, "g1").ID
	days := func(n int) time.Time { return monday.AddDate(0, 0, -n) }
	closed := func(at time.Time) func(*grid.Ticket) {
		return func(t *grid.Ticket) { t.Status, t.Closed, t.Heard = grid.Closed, at, at.AddDate(0, 0, -1) }
	}
	h.ticket("g1", who, closed(days(11)))                                          // 1: too long ago
	h.ticket("g1", who, closed(days(9)))                                           // 2
	h.ticket("g1", who, func(t *grid.Ticket) { t.Status = grid.Rejected })         // 3: never was one
	h.ticket("g1", "", func(t *grid.Ticket) { t.Status = grid.Working })           // 4
	h.ticket("g2", "", nil)                                                        // 5: another grid's
	h.ticket("g1", who, func(t *grid.Ticket) { t.Poll = poll(who) })               // 6: not resolved
	h.ticket("g1", who, func(t *grid.Ticket) { resolved(t, who) })                 // 7: asked
	h.ticket("g1", who, func(t *grid.Ticket) { resolved(t, who); answer(t, who) }) // 8: answered
	asked := h.ticket("g1", who, nil)                                              // 9: where?
	told := h.ticket("g1", who, nil)                                               // 10: where, and told
	h.say(grid.Outgoing{Kind: grid.PostAsk, Ticket: asked.No, Text: "在哪儿？"})
	h.say(grid.Outgoing{Kind: grid.PostAsk, Ticket: told.No, Text: "在哪儿？"})
	if err := clock.Set(monday.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	there := h.hear("g1", "张三", "三号楼")
	h.update(func(tx storage.Tx) error {
		told.Messages = []grid.MessageID{there.Message.ID}
		summary, err := tx.Words().Put(who, "路灯坏了")
		told.Summary = summary
		return errors.Join(err, tx.Tickets().Put(told))
	})
	h.skip()
	h.hear("g1", "张三", "满意")

	_, s := h.look()
	if got, want := numbers(s.Open), []grid.TicketNo{4, 6, 7, 8, 9, 10, 2}; !slices.Equal(got, want) {
		t.Errorf("matters %v, want %v", got, want)
	}
	if got := s.Open[5].SummaryText; got != "路灯坏了" {
		t.Errorf("ticket 10 is about %q", got)
	}
	if got, want := s.Asked, []grid.TicketNo{8, 7, 9}; !slices.Equal(got, want) {
		t.Errorf("asked about %v, want %v", got, want)
	}
	h.skip()
	h.hear("g1", "李四", "满意")
	if _, s := h.look(); len(s.Asked) != 0 {
		t.Errorf("a neighbour is asked about %v", s.Asked)
	}
}

func poll(who grid.PersonID) *grid.Poll {
	return &grid.Poll{Began: monday.Add(-time.Hour), Ends: monday.Add(71 * time.Hour), Asked: []grid.PersonID{who}}
}

func resolved(t *grid.Ticket, who grid.PersonID) { t.Status, t.Poll = grid.Resolved, poll(who) }

func answer(t *grid.Ticket, who grid.PersonID) {
	t.Poll.Answers = []grid.Answer{{Person: who, Mark: grid.Satisfied}}
}

func TestLookFindsWhatIsQuoted(t *testing.T) {
	h := build(t, bot.NewPushed(monday))
	said := h.hear("g1", "张三", "停水了")
	back := h.hear("g1", "张三", "打错了")
	h.hearAll(about(h, grid.EventRecall, back, "张三", ""))
	post := h.say(grid.Outgoing{Kind: grid.PostAck, Ticket: 12, Text: "收到，12号"})
	h.update(func(tx storage.Tx) error {
		m, err := tx.Messages().Get(said.Message.ID)
		m.Ticket = 12
		return errors.Join(err, tx.Messages().Put(m))
	})
	for name, c := range map[string]struct {
		to   grid.MessageID
		want *grid.Quoted
	}{
		"a message with its ticket":        {said.Message.ID, &grid.Quoted{ID: said.Message.ID, Text: "停水了", From: h.message(said.Message.ID).From, Ticket: 12}},
		"a post with its ticket":           {post, &grid.Quoted{ID: post, Post: true, Text: "收到，12号", Ticket: 12}},
		"no word of what was taken back":   {back.Message.ID, &grid.Quoted{ID: back.Message.ID, From: h.message(back.Message.ID).From}},
		"nothing when nobody remembers it": {"gone", nil},
	} {
		t.Run(name, func(t *testing.T) {
			h.skip()
			ev := h.ch.Line("g1", "李四", "附议", monday)
			ev.Message.ReplyTo = c.to
			h.hearAll(ev)
			_, s := h.look()
			if (s.Quoted == nil) != (c.want == nil) || c.want != nil && *s.Quoted != *c.want {
				t.Errorf("quotes %+v, want %+v", s.Quoted, c.want)
			}
		})
	}
}

func TestLookInPrivateSeesHomeAndOffices(t *testing.T) {
	h := build(t, bot.NewPushed(monday))
	one, two := h.ticket("g1", "", nil), h.ticket("g2", "", nil)
	whisper := func(from string) grid.Scene {
		h.skip()
		ev := h.ch.Line("dm "+from, from, "我的事怎样了", monday)
		ev.Native.Kind = grid.PrivateChat
		h.hearAll(ev)
		_, s := h.look()
		return s
	}
	h.hear("g1", "张三", "早")
	h.skip()
	h.update(func(tx storage.Tx) error { // handlers keep where a person lives
		p, err := tx.Roster().PersonOf(grid.Identity{Channel: web, ID: "张三"})
		p.Home = "g1"
		_, perr := tx.Roster().PutPerson(p)
		return errors.Join(err, perr)
	})
	h.office("书记", grid.Secretary, grid.AreaID(town))
	for from, want := range map[string]struct {
		matters []grid.TicketNo
		area    grid.AreaID
		role    grid.Role
	}{
		"张三": {[]grid.TicketNo{one.No}, "g1", grid.Resident},
		"书记": {[]grid.TicketNo{one.No, two.No}, grid.AreaID(town), grid.Secretary},
		"路人": {nil, "", grid.Resident},
	} {
		s := whisper(from)
		if got := numbers(s.Open); !slices.Equal(got, want.matters) || s.Area.ID != want.area || s.Role != want.role {
			t.Errorf("%s sees %v in %q as %s, want %v in %q as %s", from, got, s.Area.ID, s.Role, want.matters, want.area, want.role)
		}
	}
}
