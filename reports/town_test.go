package reports

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
	"youshi/storage/bolt"
)

var local = time.FixedZone("CST", 8*3600)

// on gives a time of November 2026, whose 9th is a Monday.
func on(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, local) }

func store(t *testing.T) storage.Store {
	t.Helper()
	s, err := bolt.Open(context.Background(), filepath.Join(t.TempDir(), "town.db"), bolt.Options{Scratch: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

type fataler interface {
	Helper()
	Fatal(...any)
}

// town is a community of two grids in which things happen.
type town struct {
	t      fataler
	tx     storage.Tx
	said   int
	people map[string]grid.Person
}

// inTown runs fn in a community of its own.
func inTown(t fataler, s storage.Store, community string, fn func(w *town)) {
	t.Helper()
	err := s.Update(context.Background(), grid.CommunityID(community), func(tx storage.Tx) error {
		w := &town{t: t, tx: tx, people: map[string]grid.Person{}}
		r := tx.Roster()
		err := errors.Join(r.PutArea(grid.Area{ID: "社区", Kind: grid.Community}),
			r.PutArea(grid.Area{ID: "g1", Kind: grid.Grid, Parent: "社区"}), r.PutArea(grid.Area{ID: "g2", Kind: grid.Grid, Parent: "社区"}),
			r.PutChat(grid.Chat{ID: "group:g1", Kind: grid.GroupChat, Area: "g1", Native: "1"}),
			r.PutChat(grid.Chat{ID: "group:g2", Kind: grid.GroupChat, Area: "g2", Native: "2"}),
			r.PutChat(grid.Chat{ID: "staff:g1", Kind: grid.StaffChat, Area: "g1", Native: "3"}))
		if err != nil {
			return err
		}
		for _, name := range []string{"a", "b", "c", "d"} {
			w.meet(name, "", "")
		}
		w.meet("worker", grid.GridWorker, "社区")
		w.meet("property", grid.Property, "社区")
		fn(w)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *town) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) meet(name string, role grid.Role, area grid.AreaID) {
	p := grid.Person{Name: name}
	if role != "" {
		p.Offices = []grid.Office{{Role: role, Area: area}}
	}
	p, err := w.tx.Roster().PutPerson(p)
	w.must(err)
	w.people[name] = p
}

func (w *town) id(name string) grid.PersonID { return w.people[name].ID }

// hears stores a line.
func (w *town) hears(who string, chat grid.ChatID, at time.Time, out grid.Outcome, no grid.TicketNo, text string) grid.MessageID {
	w.t.Helper()
	w.said++
	m := grid.Message{ID: grid.MessageID(fmt.Sprintf("m%d", w.said)), Chat: chat, From: w.id(who), Sent: at, Heard: at,
		Kind: grid.TextMessage, Text: text, Outcome: out, Ticket: no}
	w.must(w.tx.Messages().Put(m))
	return m.ID
}

func due(step string, at time.Time) *grid.Deadline {
	return &grid.Deadline{Step: step, From: at.Add(-time.Hour), Due: at, Because: step + ": because"}
}

// raises opens a ticket of a's, to be confirmed by the deadline.
func (w *town) raises(area grid.AreaID, c grid.Category, at time.Time, place string, by time.Time, private bool) grid.TicketNo {
	w.t.Helper()
	no, err := w.tx.Tickets().NextNo()
	w.must(err)
	chat := grid.ChatID("group:" + string(area))
	first := w.hears("a", chat, at, grid.OutTicket, no, "灯不亮")
	set := grid.Change{Opening: &grid.Opening{Area: area, Chat: chat, Kind: grid.Report, Source: grid.Online, Reporter: w.id("a"), Heard: at},
		Category: c, Urgency: grid.Normal, Topic: "facilities", Private: private, Messages: []grid.MessageID{first}, Due: due("confirm", by)}
	set.Summary, err = w.tx.Words().Put(w.id("a"), fmt.Sprintf("%s灯不亮", place))
	w.must(err)
	set.Location, err = w.tx.Words().Put(w.id("a"), place)
	w.must(err)
	t, entries, err := grid.NewTicket(no, grid.Actor{Person: w.id("a"), Role: grid.Resident}, at, first, set)
	w.must(err)
	w.store(t, entries)
	return no
}

func (w *town) store(t grid.Ticket, entries []grid.Entry) {
	w.t.Helper()
	w.must(w.tx.Tickets().Put(t))
	w.must(w.tx.Journal().Append(entries...))
	id := grid.TimerID("t" + t.No.String() + "/step")
	if t.Due == nil {
		w.must(w.tx.Timers().Cancel(id))
		return
	}
	w.must(w.tx.Timers().Set(grid.Timer{ID: id, Lane: t.Lane(), Due: t.Due.Due, Kind: grid.TimerStep, Ticket: t.No}))
}

func (w *town) ticket(no grid.TicketNo) grid.Ticket {
	w.t.Helper()
	t, err := w.tx.Tickets().Get(no)
	w.must(err)
	return t
}

// tries moves a ticket and says whether it went on; next is the deadline after it.
func (w *town) tries(no grid.TicketNo, who string, want grid.Want, at time.Time, set grid.Change, next *grid.Deadline) bool {
	w.t.Helper()
	t := w.ticket(no)
	by := grid.TheHouse()
	if p, ok := w.people[who]; ok {
		role, err := storage.RoleIn(w.tx.Roster(), p, t.Area, at)
		w.must(err)
		by = grid.Actor{Person: p.ID, Role: role, Standing: t.StandingOf(p.ID)}
	}
	a := grid.Ask{Want: want, By: by, At: at, Set: set}
	if want == grid.WantClose {
		a.Reason = grid.ReasonJudged
	}
	t, entries, err := t.Move(a)
	if err != nil {
		return false
	}
	t, entries = grid.Schedule(t, entries, next)
	w.store(t, entries)
	return true
}

func (w *town) does(no grid.TicketNo, who string, want grid.Want, at time.Time, set grid.Change, next *grid.Deadline) {
	w.t.Helper()
	if !w.tries(no, who, want, at, set, next) {
		w.t.Fatal(fmt.Sprintf("%s may not %s ticket %d, which is %s", who, want, no, w.ticket(no).Status))
	}
}

// says stores a post that was sent.
func (w *town) says(no grid.TicketNo, kind grid.PostKind, to grid.ChatID, at time.Time) {
	w.t.Helper()
	o, err := w.tx.Outbox().Put(grid.Outgoing{To: to, Class: grid.ClassFirst, Kind: kind, Ticket: no, Text: "…", Written: at, State: grid.Waiting})
	w.must(err)
	o.State, o.SentAt = grid.Sent, at
	_, err = w.tx.Outbox().Set(o)
	w.must(err)
}

func (w *town) polls(no grid.TicketNo, at time.Time, asked ...string) {
	w.t.Helper()
	p := &grid.Poll{Began: at, Ends: at.AddDate(0, 0, 3)}
	for _, name := range asked {
		p.Asked = append(p.Asked, w.id(name))
	}
	w.does(no, "house", grid.WantPoll, at, grid.Change{Poll: p}, due("poll", p.Ends))
}

func (w *town) rates(no grid.TicketNo, who string, m grid.Mark, at time.Time) {
	w.t.Helper()
	a := &grid.Answer{Person: w.id(who), Mark: m, At: at}
	w.does(no, who, grid.WantRate, at, grid.Change{Answer: a}, w.ticket(no).Due)
}
