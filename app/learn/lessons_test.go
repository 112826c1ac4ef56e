package learn

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
	"youshi/storage/bolt"
)

// classroom is a store of one grid in which matters are raised and decided.
type classroom struct {
	t      *testing.T
	store  storage.Store
	at     time.Time
	people map[string]grid.PersonID
}

func newClassroom(t *testing.T) *classroom {
	t.Helper()
	s, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "y.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	c := &classroom{t: t, store: s, at: lessonsFrom, people: map[string]grid.PersonID{}}
	c.do(func(tx storage.Tx) error {
		for _, name := range []string{"老周", "小李", "王网格"} {
			p := grid.Person{Name: name}
			if name == "王网格" {
				p.Offices = []grid.Office{{Role: grid.GridWorker, Area: "1网格"}}
			}
			p, err := tx.Roster().PutPerson(p)
			if err != nil {
				return err
			}
			c.people[name] = p.ID
		}
		if err := tx.Roster().PutArea(grid.Area{ID: "1网格", Kind: grid.Grid}); err != nil {
			return err
		}
		return tx.Roster().PutChat(grid.Chat{ID: "group:1", Kind: grid.GroupChat, Channel: "webchat", Native: "1", Area: "1网格"})
	})
	return c
}

func (c *classroom) do(fn func(storage.Tx) error) {
	c.t.Helper()
	if err := c.store.Update(c.t.Context(), "东社区", fn); err != nil {
		c.t.Fatal(err)
	}
}

// say puts a message that the program read as in.
func (c *classroom) say(who, text string, in grid.Intent) grid.Message {
	c.t.Helper()
	c.at = c.at.Add(time.Minute)
	m := grid.Message{ID: grid.MessageID(fmt.Sprint(who, c.at.Unix())), Chat: "group:1", From: c.people[who], Sent: c.at, Heard: c.at, Kind: grid.TextMessage, Text: text,
		Outcome: grid.OutChatter, Intent: in}
	c.do(func(tx storage.Tx) error { return tx.Messages().Put(m) })
	return m
}

// raise opens a ticket from a message, by whoever.
func (c *classroom) raise(by string, m grid.Message, parts ...grid.MessageID) grid.TicketNo {
	c.t.Helper()
	var no grid.TicketNo
	c.do(func(tx storage.Tx) (err error) {
		if no, err = tx.Tickets().NextNo(); err != nil {
			return err
		}
		role := grid.Resident
		if by == "王网格" {
			role = grid.GridWorker
		}
		t, entries, err := grid.NewTicket(no, grid.Actor{Person: c.people[by], Role: role}, c.at, m.ID, grid.Change{
			Opening:  &grid.Opening{Area: "1网格", Chat: "group:1", Kind: grid.Report, Source: grid.Online, Reporter: m.From, Heard: m.Sent},
			Category: grid.Immediate, Urgency: grid.Normal, Topic: "facilities", Messages: append([]grid.MessageID{m.ID}, parts...)})
		if err != nil {
			return err
		}
		if err := tx.Tickets().Put(t); err != nil {
			return err
		}
		return tx.Journal().Append(entries...)
	})
	return no
}

// decide takes a step by the grid worker.
func (c *classroom) decide(no grid.TicketNo, want grid.Want, why string, set grid.Change) {
	c.t.Helper()
	c.at = c.at.Add(time.Minute)
	c.do(func(tx storage.Tx) error {
		t, err := tx.Tickets().Get(no)
		if err != nil {
			return err
		}
		words, err := tx.Words().Put(c.people["王网格"], why)
		if err != nil {
			return err
		}
		t, entries, err := t.Move(grid.Ask{Want: want, By: grid.Actor{Person: c.people["王网格"], Role: grid.GridWorker}, At: c.at, Why: words, Set: set})
		if err != nil {
			return err
		}
		if err := tx.Tickets().Put(t); err != nil {
			return err
		}
		return tx.Journal().Append(entries...)
	})
}

func TestWhatStaffDecidedBecomesLessons(t *testing.T) {
	c := newClassroom(t)
	matter := grid.Intent{Kind: grid.Report, Category: grid.Immediate, Urgency: grid.Normal, Topic: "facilities", Confidence: 0.9}
	talk := grid.Intent{Kind: grid.Chatter, Confidence: 0.97}
	want := map[grid.MessageID]func(Lesson) bool{}
	expect := func(m grid.Message, ok func(Lesson) bool) { want[m.ID] = ok }

	right := c.say("老周", "楼道灯坏了", matter)
	part := matter
	part.Link.PartOf = right.ID
	more := c.say("老周", "3栋2单元", part)
	thanks := c.say("小李", "我家也是", grid.Intent{Kind: grid.FollowUp, Confidence: 0.8})
	no := c.raise("老周", right, more.ID, thanks.ID)
	c.decide(no, grid.WantConfirm, "", grid.Change{})
	expect(right, func(l Lesson) bool { return l.Gold != nil && !l.Wrong() && l.By == grid.WantConfirm })
	expect(more, func(l Lesson) bool { return l.Gold != nil && l.Gold.Kind == grid.Report })
	expect(thanks, func(l Lesson) bool { return l.Gold == nil && !l.Talk })

	other := c.say("老周", "楼上天天半夜剁馅", matter)
	no = c.raise("老周", other)
	c.decide(no, grid.WantReclassify, "", grid.Change{Category: grid.Pending, Urgency: grid.Urgent, Topic: "noise"})
	expect(other, func(l Lesson) bool {
		return l.Wrong() && l.Gold.Category == grid.Pending && l.Gold.Urgency == grid.Urgent && l.Gold.Topic == "noise"
	})

	joke := c.say("小李", "我这发型是不是被雷劈了", matter)
	c.decide(c.raise("小李", joke), grid.WantReject, "闲聊，不是诉求", grid.Change{})
	expect(joke, func(l Lesson) bool { return l.Wrong() && l.Gold.Kind == grid.Chatter && l.Gold.Category == "" })

	theirs := c.say("小李", "隔壁小区的路坏了", matter)
	c.decide(c.raise("小李", theirs), grid.WantReject, "不归我们管，已转告", grid.Change{})
	expect(theirs, func(l Lesson) bool { return l.Gold == nil })

	again := c.say("小李", "楼道黑漆漆的", matter)
	c.decide(c.raise("小李", again), grid.WantMerge, "", grid.Change{Into: 1})
	expect(again, func(l Lesson) bool { return l.Gold.Kind == grid.FollowUp && l.SameAs == right.ID && l.Wrong() })

	missed := c.say("老周", "一股怪味好像是煤气", talk)
	c.raise("王网格", missed)
	expect(missed, func(l Lesson) bool { return l.Missed && l.Wrong() && l.Gold.Kind == grid.Report })

	idle := c.say("小李", "今天天气不错", talk)
	expect(idle, func(l Lesson) bool { return l.Talk && l.Gold == nil })
	unsure := c.say("小李", "那个灯还行吧", grid.Intent{Kind: grid.Chatter, Confidence: 0.6})
	expect(unsure, func(l Lesson) bool { return !l.Talk && l.Gold == nil })

	undecided := c.say("老周", "门禁坏了", matter)
	c.raise("老周", undecided)
	expect(undecided, func(l Lesson) bool { return l.Gold == nil })

	gone := c.say("老周", "我家的事", matter)
	c.decide(c.raise("老周", gone), grid.WantConfirm, "", grid.Change{})
	gone.Recalled, gone.Sealed, gone.Text = c.at, []string{gone.Text}, ""
	c.do(func(tx storage.Tx) error { return tx.Messages().Put(gone) })

	var got []Lesson
	err := c.store.View(t.Context(), "东社区", func(tx storage.Tx) (err error) {
		got, err = LessonsOf(tx, c.at.Add(30*24*time.Hour))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Errorf("%d lessons, want %d", len(got), len(want))
	}
	for _, l := range got {
		ok, known := want[l.Message.ID]
		if !known || !ok(l) {
			t.Errorf("%q: %+v (gold %+v)", l.Message.Text, l, l.Gold)
		}
		if len(l.Message.Sealed) > 0 || l.Message.ID == gone.ID {
			t.Errorf("what was taken back is told: %+v", l)
		}
	}
}
