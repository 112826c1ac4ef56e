// Package storagetest holds the contract of storage as tests that every store
// passes. A store's own test calls Run.
package storagetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// Run tests the stores that open gives. Each test opens one of its own, which
// must be empty; open closes it when the test ends (t.Cleanup).
func Run(t *testing.T, open func(t *testing.T) storage.Store) {
	parts := []struct {
		name string
		test func(*testing.T, func(*testing.T) storage.Store)
	}{
		{"whole", testWhole}, {"concurrent", testConcurrent}, {"copies", testCopies}, {"iterators", testIterators},
		{"inbox", testInbox}, {"messages", testMessages}, {"tickets", testTickets}, {"journal", testJournal},
		{"timers", testTimers}, {"outbox", testOutbox}, {"jobs", testJobs}, {"roster", testRoster},
		{"words", testWords}, {"notes", testNotes}, {"model", testModel},
	}
	for _, p := range parts {
		t.Run(p.name, func(t *testing.T) { p.test(t, open) })
	}
}

// here is the community of the tests.
const here grid.CommunityID = "天后宫社区"

// zone is where it lies.
var zone = time.FixedZone("CST", 8*3600)

// at gives a moment of a Tuesday in November 2026, so many minutes after 08:00.
func at(minutes int) time.Time {
	return time.Date(2026, 11, 10, 8, minutes, 0, 0, zone)
}

// desk is a store with one community in front of it.
type desk struct {
	t testing.TB
	s storage.Store
	c grid.CommunityID
}

// eachDesk runs a test for every name, each at a desk with an empty store.
func eachDesk(t *testing.T, open func(*testing.T) storage.Store, tests map[string]func(desk)) {
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(desk{t, open(t), here}) })
	}
}

// do updates; what goes wrong ends the test.
func (d desk) do(fn func(tx storage.Tx) error) {
	d.t.Helper()
	if err := d.s.Update(d.t.Context(), d.c, fn); err != nil {
		d.t.Fatalf("Update: %v", err)
	}
}

// refused updates with what must fail, and gives the error.
func (d desk) refused(why string, fn func(tx storage.Tx) error) error {
	d.t.Helper()
	err := d.s.Update(d.t.Context(), d.c, fn)
	if err == nil {
		d.t.Errorf("%s was accepted", why)
	}
	return err
}

// see views; what goes wrong ends the test.
func (d desk) see(fn func(tx storage.Tx) error) {
	d.t.Helper()
	if err := d.s.View(d.t.Context(), d.c, fn); err != nil {
		d.t.Fatalf("View: %v", err)
	}
}

// same compares by JSON, in which every stored type is told completely.
func (d desk) same(what string, got, want any) {
	d.t.Helper()
	if g, w := told(got), told(want); g != w {
		d.t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

func told(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%#v (%v)", v, err)
	}
	if string(raw) == "null" {
		return "[]" // an empty list may be nil
	}
	return string(raw)
}

// absent checks that an error says: not stored.
func (d desk) absent(what string, err error) {
	d.t.Helper()
	if !errors.Is(err, storage.ErrNotFound) {
		d.t.Errorf("%s: got error %v, want ErrNotFound", what, err)
	}
}

// list collects an iterator.
func list[T any](seq func(func(T, error) bool)) ([]T, error) {
	var out []T
	for v, err := range seq {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// ever is longer than any test's times.
var ever = [2]time.Time{at(-600000), at(600000)}

// Dump tells everything that can be seen of a community, as one line of JSON with
// sorted keys: two stores with equal dumps look alike from outside.
func Dump(tx storage.Tx) (string, error) {
	all := map[string]any{}
	var errs []error
	keep := func(name string, v any, err error) {
		all[name] = v
		errs = append(errs, err)
	}
	lanes, err := tx.Inbox().Lanes()
	keep("lanes", lanes, err)
	for _, l := range lanes {
		ev, _, err := tx.Inbox().Next(l.ID)
		keep("next "+string(l.ID), ev, err)
	}
	messages, err := list(tx.Messages().Between(ever[0], ever[1]))
	keep("messages", messages, err)
	tickets, err := list(tx.Tickets().All())
	keep("tickets", tickets, err)
	entries, err := list(tx.Journal().Between(ever[0], ever[1]))
	keep("journal", entries, err)
	timers, err := list(tx.Timers().All())
	keep("timers", timers, err)
	queue, err := list(tx.Outbox().Queue())
	keep("queue", queue, err)
	said, err := tx.Outbox().Said(0, 1000)
	keep("said", said, err)
	job, _, err := tx.Jobs().Next()
	keep("job", job, err)
	areas, err := tx.Roster().Areas()
	keep("areas", areas, err)
	chats, err := tx.Roster().Chats()
	keep("chats", chats, err)
	people, err := tx.Roster().People()
	keep("people", people, err)
	word, err := tx.Words().Get("w1")
	keep("word", word, err)
	for k, v := range tx.Notes().All("scope") {
		keep("note "+k, v, nil)
	}
	raw, err := json.Marshal(all)
	return string(raw), errors.Join(append(errs, err)...)
}

// Furnish writes something into every part of a community that holds nothing yet.
func Furnish(tx storage.Tx) error {
	_, _, err := tx.Inbox().Put(heard("1", "grid:1"), at(0))
	errs := []error{err}
	no, err := tx.Tickets().NextNo()
	errs = append(errs, err, tx.Tickets().Put(ticket(no, "第1网格", at(0))))
	errs = append(errs, tx.Messages().Put(message("m1", "group:1", at(0))))
	errs = append(errs, tx.Journal().Append(entry(no, 1, at(0))))
	errs = append(errs, tx.Timers().Set(grid.Timer{ID: "t1", Lane: "grid:1", Due: at(5), Ticket: no}))
	o, err := tx.Outbox().Put(post("group:1", grid.ClassFirst))
	errs = append(errs, err)
	o.State = grid.Sent
	_, err = tx.Outbox().Set(o)
	errs = append(errs, err)
	_, err = tx.Outbox().Put(post("group:2", grid.ClassNotice))
	errs = append(errs, err)
	_, err = tx.Jobs().Put(grid.Job{Kind: "numbers", At: at(0)})
	errs = append(errs, err)
	errs = append(errs, tx.Roster().PutArea(grid.Area{ID: "第1网格", Kind: grid.Grid}))
	errs = append(errs, tx.Roster().PutChat(grid.Chat{ID: "group:1", Channel: "webchat", Native: "1"}))
	_, err = tx.Roster().PutPerson(grid.Person{Name: "李四"})
	errs = append(errs, err)
	_, err = tx.Words().Put("p1", "三号楼二单元")
	errs = append(errs, err, tx.Notes().Put("scope", "k", []byte("v")))
	return errors.Join(errs...)
}

func heard(id, lane string) grid.Event {
	return grid.Event{
		Key:  grid.EventKey{Channel: "webchat", Chat: "1", Message: id},
		Kind: grid.EventMessage, Lane: grid.LaneID(lane), Message: grid.Message{ID: grid.MessageID("m" + id)},
	}
}

func message(id, chat string, sent time.Time) grid.Message {
	return grid.Message{ID: grid.MessageID(id), Chat: grid.ChatID(chat), Sent: sent, Heard: sent, Kind: grid.TextMessage, Text: "楼道灯坏了 " + id}
}

func ticket(no grid.TicketNo, area string, heard time.Time) grid.Ticket {
	return grid.Ticket{No: no, Area: grid.AreaID(area), Chat: "group:1", Status: grid.Proposed, Heard: heard, Reporter: "p1"}
}

func entry(no grid.TicketNo, seq int, when time.Time) grid.Entry {
	return grid.Entry{Ticket: no, Seq: seq, At: when, By: grid.TheHouse(), Want: grid.WantNote, To: grid.Proposed}
}

func post(to string, class grid.Class) grid.Outgoing {
	return grid.Outgoing{To: grid.ChatID(to), Class: class, Kind: grid.PostAck, Text: "已记下", Written: at(0)}
}
