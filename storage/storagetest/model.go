package storagetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"youshi/grid"
	"youshi/storage"
)

// model is the inbox, the timers and the outbox as plain lists: what the store
// must look like from outside.
type model struct {
	now    time.Time
	heard  grid.Seq
	inbox  []grid.Event // by Seq
	taken  map[string]time.Time
	timers map[grid.TimerID]grid.Timer
	posts  []grid.Outgoing // by Seq
	said   grid.Seq

	touched map[grid.ChatID]bool // whose change number must be a new one
	changes map[grid.ChatID][]grid.Seq
}

func testModel(t *testing.T, open func(*testing.T) storage.Store) {
	s := open(t)
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		m := &model{now: at(0), taken: map[string]time.Time{}, timers: map[grid.TimerID]grid.Timer{},
			touched: map[grid.ChatID]bool{}, changes: map[grid.ChatID][]grid.Seq{}}
		d := desk{t, s, grid.CommunityID(fmt.Sprint("community ", runs))}
		rt.Repeat(map[string]func(*rapid.T){
			"wait": func(rt *rapid.T) {
				m.now = m.now.Add(time.Duration(rapid.IntRange(1, 60*30).Draw(rt, "minutes")) * time.Minute)
			},
			"steps": func(rt *rapid.T) { m.steps(rt, d) },
			"":      func(rt *rapid.T) { m.check(rt, d) },
		})
	})
}

// steps does some things in one update, or in one that fails.
func (m *model) steps(rt *rapid.T, d desk) {
	after := *m
	after.inbox, after.posts = slices.Clone(m.inbox), slices.Clone(m.posts)
	after.taken, after.timers, after.touched = maps.Clone(m.taken), maps.Clone(m.timers), maps.Clone(m.touched)
	var todo []func(storage.Tx) error
	for range rapid.IntRange(1, 4).Draw(rt, "steps") {
		step := rapid.SampledFrom([]func(*model, *rapid.T) func(storage.Tx) error{
			(*model).put, (*model).take, (*model).hand, (*model).forget, (*model).set, (*model).cancel, (*model).write, (*model).say,
		}).Draw(rt, "step")
		todo = append(todo, step(&after, rt))
	}
	fail := rapid.IntRange(0, 4).Draw(rt, "fail") == 0
	err := d.s.Update(d.t.Context(), d.c, func(tx storage.Tx) error {
		for _, do := range todo {
			if err := do(tx); err != nil {
				return err
			}
		}
		if fail {
			return errTest
		}
		return nil
	})
	switch {
	case fail && !errors.Is(err, errTest), !fail && err != nil:
		rt.Fatalf("Update gave %v", err)
	case !fail:
		*m = after
	}
}

var lanes = []string{"a", "ab", "b"}

func (m *model) put(rt *rapid.T) func(storage.Tx) error {
	ev := heard(rapid.SampledFrom([]string{"1", "2", "3", "4", ""}).Draw(rt, "message"), rapid.SampledFrom(lanes).Draw(rt, "lane"))
	ev.Key.Revision = rapid.SampledFrom([]string{"", "1"}).Draw(rt, "revision")
	var seq grid.Seq
	fresh := true
	if ev.Key.Message != "" {
		if i := slices.IndexFunc(m.inbox, func(x grid.Event) bool { return x.Key == ev.Key }); i >= 0 {
			seq, fresh = m.inbox[i].Seq, false
		} else if taken, ok := m.taken[told(ev.Key)]; ok && m.now.Before(taken.Add(storage.Remember)) {
			fresh = false
		}
	}
	if fresh {
		m.heard++
		seq = m.heard
		kept := ev
		kept.Seq = seq
		m.inbox = append(m.inbox, kept)
	}
	now := m.now
	return func(tx storage.Tx) error {
		s, f, err := tx.Inbox().Put(ev, now)
		return errors.Join(err, differ("Put", []any{s, f}, []any{seq, fresh}))
	}
}

func (m *model) pick(rt *rapid.T) (int, bool) {
	if len(m.inbox) == 0 {
		return 0, false
	}
	return rapid.IntRange(0, len(m.inbox)-1).Draw(rt, "event"), true
}

func nothing(storage.Tx) error { return nil }

func (m *model) take(rt *rapid.T) func(storage.Tx) error {
	i, ok := m.pick(rt)
	if !ok {
		return nothing
	}
	ev, now := m.inbox[i], m.now
	m.inbox = slices.Delete(m.inbox, i, i+1)
	if ev.Key.Message != "" {
		m.taken[told(ev.Key)] = now
	}
	return func(tx storage.Tx) error { return tx.Inbox().Take(ev.Seq, now) }
}

func (m *model) hand(rt *rapid.T) func(storage.Tx) error {
	i, ok := m.pick(rt)
	if !ok {
		return nothing
	}
	m.inbox[i].Lane = grid.LaneID(rapid.SampledFrom(lanes).Draw(rt, "to"))
	ev := m.inbox[i]
	return func(tx storage.Tx) error { return tx.Inbox().Hand(ev.Seq, ev.Lane) }
}

func (m *model) forget(*rapid.T) func(storage.Tx) error {
	now := m.now
	return func(tx storage.Tx) error { return tx.Inbox().Forget(now) }
}

func (m *model) set(rt *rapid.T) func(storage.Tx) error {
	x := grid.Timer{
		ID:   grid.TimerID(rapid.SampledFrom([]string{"1", "2", "3"}).Draw(rt, "timer")),
		Lane: grid.LaneID(rapid.SampledFrom(lanes).Draw(rt, "lane")),
		Due:  at(rapid.IntRange(0, 3).Draw(rt, "due")),
	}
	m.timers[x.ID] = x
	return func(tx storage.Tx) error { return tx.Timers().Set(x) }
}

func (m *model) cancel(rt *rapid.T) func(storage.Tx) error {
	id := grid.TimerID(rapid.SampledFrom([]string{"1", "2", "3"}).Draw(rt, "timer"))
	delete(m.timers, id)
	return func(tx storage.Tx) error { return tx.Timers().Cancel(id) }
}

func (m *model) write(rt *rapid.T) func(storage.Tx) error {
	o := post(rapid.SampledFrom([]string{"group:1", "group:11", "staff:1"}).Draw(rt, "to"), rapid.SampledFrom(grid.Classes()).Draw(rt, "class"))
	o.Ticket = grid.TicketNo(rapid.IntRange(0, 2).Draw(rt, "ticket"))
	kept := o
	kept.Seq = grid.Seq(len(m.posts) + 1)
	kept.ID, kept.State = grid.MessageID(fmt.Sprint("post-", kept.Seq)), grid.Waiting
	m.posts = append(m.posts, kept)
	m.touched[o.To] = true
	return func(tx storage.Tx) error {
		got, err := tx.Outbox().Put(o)
		return errors.Join(err, differ("Put", got, kept))
	}
}

func (m *model) say(rt *rapid.T) func(storage.Tx) error {
	if len(m.posts) == 0 {
		return nothing
	}
	i := rapid.IntRange(0, len(m.posts)-1).Draw(rt, "post")
	o := m.posts[i]
	o.State = rapid.SampledFrom([]grid.PostState{grid.Waiting, grid.Trying, grid.Sent, grid.Unclear, grid.PutAside, grid.Dropped}).Draw(rt, "state")
	o.Class = rapid.SampledFrom(grid.Classes()).Draw(rt, "class")
	kept := o
	if kept.State == grid.Sent && kept.SentSeq == 0 {
		m.said++
		kept.SentSeq = m.said
	}
	m.posts[i] = kept
	m.touched[o.To] = true
	return func(tx storage.Tx) error {
		got, err := tx.Outbox().Set(o)
		return errors.Join(err, differ("Set", got, kept))
	}
}

func differ(what string, got, want any) error {
	if g, w := told(got), told(want); g != w {
		return fmt.Errorf("%s gave %s, want %s", what, g, w)
	}
	return nil
}

// check compares everything that can be seen.
func (m *model) check(rt *rapid.T, d desk) {
	var errs []error
	keep := func(what string, got any, err error, want any) {
		errs = append(errs, err, differ(what, got, want))
	}
	err := d.s.View(d.t.Context(), d.c, func(tx storage.Tx) error {
		var backlog []storage.Lane
		for _, l := range lanes {
			var mine []grid.Event
			for _, ev := range m.inbox {
				if string(ev.Lane) == l {
					mine = append(mine, ev)
				}
			}
			ev, ok, err := tx.Inbox().Next(grid.LaneID(l))
			keep("Next of "+l, ok, err, len(mine) > 0)
			if len(mine) > 0 {
				keep("Next of "+l, ev, nil, mine[0])
				backlog = append(backlog, storage.Lane{ID: grid.LaneID(l), Events: len(mine), First: mine[0].Seq})
			}
		}
		got, err := tx.Inbox().Lanes()
		keep("Lanes", got, err, backlog)
		m.checkTimers(tx, keep)
		m.checkPosts(tx, keep)
		return nil
	})
	if err := errors.Join(append(errs, err)...); err != nil {
		rt.Fatal(err)
	}
}

func (m *model) checkTimers(tx storage.Tx, keep func(string, any, error, any)) {
	all := slices.SortedFunc(maps.Values(m.timers), func(a, b grid.Timer) int {
		if c := a.Due.Compare(b.Due); c != 0 {
			return c
		}
		if c := strings.Compare(string(a.Lane), string(b.Lane)); c != 0 {
			return c
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	got, err := list(tx.Timers().All())
	keep("All timers", got, err, all)
	due := slices.DeleteFunc(slices.Clone(all), func(t grid.Timer) bool { return t.Due.After(at(1)) })
	got, err = tx.Timers().Due(at(1), 9)
	keep("Due", got, err, due)
}

func (m *model) checkPosts(tx storage.Tx, keep func(string, any, error, any)) {
	var queue, said, of []grid.Outgoing
	for _, o := range m.posts {
		if o.State == grid.Waiting || o.State == grid.Trying {
			queue = append(queue, o)
		}
		if o.State == grid.Sent {
			said = append(said, o)
		}
		if o.Ticket == 1 {
			of = append(of, o)
		}
	}
	slices.SortStableFunc(queue, func(a, b grid.Outgoing) int {
		if c := strings.Compare(string(a.To), string(b.To)); c != 0 {
			return c
		}
		return slices.Index(grid.Classes(), a.Class) - slices.Index(grid.Classes(), b.Class)
	})
	slices.SortFunc(said, func(a, b grid.Outgoing) int { return int(a.SentSeq) - int(b.SentSeq) })
	saidTo := slices.DeleteFunc(slices.Clone(said), func(o grid.Outgoing) bool { return o.To != "group:1" })
	saidTo = saidTo[max(0, len(saidTo)-2):]
	got, err := list(tx.Outbox().Queue())
	keep("Queue", got, err, queue)
	to, err := tx.Outbox().Destinations()
	keep("Destinations", destinations(to), err, m.destinations(queue))
	for _, d := range to {
		keep("the change of "+string(d.To), m.change(d), nil, true)
	}
	got, err = tx.Outbox().Said(0, 1000)
	keep("Said", got, err, said)
	got, err = tx.Outbox().SaidTo("group:1", 0, 2)
	keep("SaidTo", got, err, saidTo)
	got, err = tx.Outbox().Of(1)
	keep("Of", got, err, of)
}

// destinations gives those of the queue, which is sorted by them.
func (m *model) destinations(queue []grid.Outgoing) (out []grid.ChatID) {
	for _, o := range queue {
		out = append(out, o.To)
	}
	return slices.Compact(out)
}

// change reports whether a change number is new where it must be and the same
// where it must be.
func (m *model) change(d storage.Destination) bool {
	seen := m.changes[d.To]
	if !m.touched[d.To] {
		return len(seen) > 0 && seen[len(seen)-1] == d.Change
	}
	delete(m.touched, d.To)
	m.changes[d.To] = append(seen, d.Change)
	return !slices.Contains(seen, d.Change)
}
