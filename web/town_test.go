package web

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
	"youshi/storage/bolt"
)

const community = grid.CommunityID("天后宫社区")

var beijing = time.FixedZone("CST", 8*3600)

func at(hm string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-"+hm, beijing)
	if err != nil {
		panic(err)
	}
	return t
}

var now = at("10 12:00")

// town is a store with people, matters and lines.
type town struct {
	t      *testing.T
	store  storage.Store
	people map[string]grid.PersonID
}

func newTown(t *testing.T) *town {
	t.Helper()
	store, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "youshi.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &town{t: t, store: store, people: map[string]grid.PersonID{}}
	w.update(func(tx storage.Tx) error {
		for _, a := range []grid.Area{{ID: "天后宫社区", Kind: grid.Community}, {ID: "第1网格", Kind: grid.Grid, Parent: "天后宫社区"}, {ID: "第2网格", Kind: grid.Grid, Parent: "天后宫社区"}} {
			if err := tx.Roster().PutArea(a); err != nil {
				return err
			}
		}
		for _, name := range []string{"清风徐来", "桐桐妈妈", "王网格", "赵物业", "李奶奶"} {
			p, err := tx.Roster().PutPerson(grid.Person{Name: name, Identities: []grid.Identity{{Channel: "webchat", ID: name}}})
			if err != nil {
				return err
			}
			w.people[name] = p.ID
		}
		return nil
	})
	return w
}

func (w *town) update(fn func(storage.Tx) error) {
	w.t.Helper()
	if err := w.store.Update(context.WithoutCancel(w.t.Context()), community, fn); err != nil {
		w.t.Fatal(err)
	}
}

// matter is a ticket to be put into the town.
type matter struct {
	from, chat, area, text, summary, place string
	category                               grid.Category
	urgency                                grid.Urgency
	topic                                  grid.Topic
	private                                bool
	due                                    time.Time
	to                                     []grid.Status // after proposed
	assignee                               string
}

func (w *town) put(m matter) (no grid.TicketNo) {
	w.t.Helper()
	w.update(func(tx storage.Tx) error {
		var err error
		if no, err = tx.Tickets().NextNo(); err != nil {
			return err
		}
		id := grid.MessageID("m-" + no.String())
		if err := tx.Messages().Put(grid.Message{ID: id, Chat: grid.ChatID(m.chat), From: w.people[m.from], Sent: at("10 08:00"), Heard: at("10 08:00"), Kind: grid.TextMessage, Text: m.text, Outcome: grid.OutTicket, Ticket: no}); err != nil {
			return err
		}
		summary, err := tx.Words().Put(w.people[m.from], m.summary)
		if err != nil {
			return err
		}
		place, err := tx.Words().Put(w.people[m.from], m.place)
		if err != nil {
			return err
		}
		reporter := grid.Actor{Person: w.people[m.from], Role: grid.Resident}
		worker := grid.Actor{Person: w.people["王网格"], Role: grid.GridWorker}
		entries := []grid.Entry{{Ticket: no, Seq: 1, At: at("10 08:01"), By: reporter, Want: grid.WantOpen, To: grid.Proposed, Said: id, Set: grid.Change{
			Opening:  &grid.Opening{Area: grid.AreaID(m.area), Chat: grid.ChatID(m.chat), Kind: grid.Report, Source: grid.Online, Reporter: w.people[m.from], Heard: at("10 08:00")},
			Category: m.category, Urgency: m.urgency, Topic: m.topic, Private: m.private, Summary: summary, Location: place, Messages: []grid.MessageID{id},
			Due: &grid.Deadline{Step: "confirm", From: at("10 08:00"), Due: m.due, Because: "confirm: 2 service hours"},
		}}}
		wants := map[grid.Status]grid.Want{grid.Open: grid.WantConfirm, grid.Assigned: grid.WantAssign, grid.Working: grid.WantAccept, grid.Resolved: grid.WantResolve, grid.Closed: grid.WantClose, grid.Rejected: grid.WantReject, grid.OnHold: grid.WantWait}
		from := grid.Proposed
		for i, to := range m.to {
			e := grid.Entry{Ticket: no, Seq: i + 2, At: at("10 09:00").Add(time.Duration(i) * time.Minute), By: worker, Want: wants[to], From: from, To: to}
			if to == grid.Assigned {
				e.Set.Assignee = w.people[m.assignee]
			}
			if e.Why, err = tx.Words().Put("", "这样处理"); err != nil {
				return err
			}
			entries, from = append(entries, e), to
		}
		t, err := grid.Fold(entries)
		if err != nil {
			return err
		}
		if err := tx.Journal().Append(entries...); err != nil {
			return err
		}
		return tx.Tickets().Put(t)
	})
	return no
}

// settle fills the town with a morning's matters: 1 late, 2 working, 3 private,
// 4 closed, 5 rejected, 6 told in private, 7 on hold.
func (w *town) settle() {
	soon, late := at("10 16:00"), at("10 10:00")
	for _, m := range []matter{
		{"清风徐来", "group:第1网格", "第1网格", "3号楼2单元电梯坏了", "3号楼2单元电梯故障，老人出不了门", "3#2单元", grid.Immediate, grid.Urgent, "elevator", false, late, nil, ""},
		{"桐桐妈妈", "group:第1网格", "第1网格", "路灯不亮", "小区东门路灯不亮", "东门", grid.Pending, grid.Normal, "facilities", false, soon, []grid.Status{grid.Open, grid.Assigned, grid.Working}, "赵物业"},
		{"李奶奶", "private:p", "第1网格", "隔壁打孩子", "隔壁疑似打孩子", "5#", grid.Escalate, grid.Emergency, "neighbour", true, soon, []grid.Status{grid.Open}, ""},
		{"清风徐来", "group:第2网格", "第2网格", "垃圾桶满了", "垃圾桶满溢", "2#", grid.Immediate, grid.Normal, "sanitation", false, soon, []grid.Status{grid.Open, grid.Assigned, grid.Working, grid.Resolved, grid.Closed}, "赵物业"},
		{"清风徐来", "group:第2网格", "第2网格", "要求打折", "要求超市打折", "", grid.Immediate, grid.Normal, "other", false, soon, []grid.Status{grid.Rejected}, ""},
		{"李奶奶", "private:p", "第2网格", "我家漏水", "1号楼漏水", "1#", grid.Immediate, grid.Normal, "property", false, soon, nil, ""},
		{"桐桐妈妈", "group:第2网格", "第2网格", "井盖响", "井盖松动异响", "北路", grid.Pending, grid.Normal, "facilities", false, soon, []grid.Status{grid.Open, grid.OnHold}, ""},
	} {
		w.put(m)
	}
}

// serve opens the board over the town.
func (w *town) serve(change func(*Options)) string {
	w.t.Helper()
	o := Options{Store: w.store, Community: community, Accounts: "webchat", Now: func() time.Time { return now }}
	if change != nil {
		change(&o)
	}
	b, err := New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	s := httptest.NewServer(b.Handler())
	w.t.Cleanup(s.Close)
	return s.URL
}
