package storagetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"youshi/grid"
	"youshi/storage"
)

func testCopies(t *testing.T, open func(*testing.T) storage.Store) {
	eachDesk(t, open, map[string]func(desk){
		"changing what was given out or handed in changes nothing stored": func(d desk) {
			x := ticket(1, "a", at(0))
			x.Supporters, x.Poll = []grid.PersonID{"p2"}, &grid.Poll{Asked: []grid.PersonID{"p1"}}
			m := message("m1", "group:1", at(0))
			m.Sealed = []string{"旧"}
			o := post("group:1", grid.ClassFirst)
			o.Buttons = []grid.Button{{Label: "确认"}}
			p := grid.Person{ID: "p1", Offices: []grid.Office{{Role: grid.Secretary, Area: "a"}}}
			ev := heard("1", "a")
			ev.Press = &grid.Press{Button: "确认"}
			d.do(func(tx storage.Tx) error {
				_, err1 := tx.Outbox().Put(o)
				_, err2 := tx.Roster().PutPerson(p)
				_, _, err3 := tx.Inbox().Put(ev, at(0))
				err := errors.Join(err1, err2, err3, tx.Tickets().Put(x), tx.Messages().Put(m), tx.Notes().Put("scope", "k", []byte("v")))
				x.Supporters[0], x.Poll.Asked[0], m.Sealed[0], o.Buttons[0].Label, p.Offices[0].Area, ev.Press.Button = "!", "!", "!", "!", "!", "!"
				return err
			})
			before := d.dump()
			spoil := func(tx storage.Tx) error {
				x, err1 := tx.Tickets().Get(1)
				m, err2 := tx.Messages().Get("m1")
				o, err3 := tx.Outbox().Get("post-1")
				p, err4 := tx.Roster().Person("p1")
				ev, _, err5 := tx.Inbox().Next("a")
				v, err6 := tx.Notes().Get("scope", "k")
				if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
					return err
				}
				x.Supporters[0], x.Poll.Asked[0], m.Sealed[0], o.Buttons[0].Label, p.Offices[0].Area, ev.Press.Button = "?", "?", "?", "?", "?", "?"
				v[0] = '?'
				for _, v := range tx.Notes().All("scope") {
					v[0] = '?'
				}
				return nil
			}
			d.see(spoil)
			d.do(spoil)
			d.same("state", d.dump(), before)
			if want := fmt.Sprintf("%q", "p2"); !containsAll(before, want, "旧", "确认") {
				d.t.Errorf("what was put has changed with what was handed in: %s", before)
			}
		},
	})
}

// testIterators checks that iterators can be left and bear changes on the way.
func testIterators(t *testing.T, open func(*testing.T) storage.Store) {
	const n = 300 // several pages of any store
	fill := func(tx storage.Tx) error {
		var errs []error
		for i := range n {
			no := grid.TicketNo(i + 1)
			_, err := tx.Outbox().Put(post("group:1", grid.ClassNotice))
			errs = append(errs, err, tx.Tickets().Put(ticket(no, "a", at(i))), tx.Journal().Append(entry(no, 1, at(i))),
				tx.Messages().Put(message(fmt.Sprintf("m%03d", i), "group:1", at(i))), tx.Notes().Put("scope", fmt.Sprintf("k%03d", i), []byte("v")),
				tx.Timers().Set(grid.Timer{ID: grid.TimerID(fmt.Sprint(i)), Due: at(i)}))
		}
		return errors.Join(errs...)
	}
	eachDesk(t, open, map[string]func(desk){
		"an iterator can be left after the first": func(d desk) {
			d.do(fill)
			leave := func(tx storage.Tx) error {
				got := map[string]int{
					"tickets": first(tx.Tickets().All()), "heard": first(tx.Tickets().Heard(nil, ever[0], ever[1])),
					"journal": first(tx.Journal().Between(ever[0], ever[1])), "messages": first(tx.Messages().Between(ever[0], ever[1])),
					"timers": first(tx.Timers().All()), "queue": first(tx.Outbox().Queue()),
				}
				for what, n := range got {
					d.same(what, n, 1)
				}
				for range tx.Notes().All("scope") {
					return nil
				}
				return errors.New("there are no notes")
			}
			d.see(leave)
			d.do(leave)
		},
		"what an iterator yields may be changed on the way": func(d desk) {
			d.do(fill)
			var seen [5]int
			d.do(func(tx storage.Tx) error {
				seen = [5]int{}
				var errs []error
				for x, err := range tx.Timers().All() {
					seen[0]++
					errs = append(errs, err, tx.Timers().Cancel(x.ID))
				}
				for o, err := range tx.Outbox().Queue() {
					seen[1]++
					o.State = grid.Dropped
					_, err2 := tx.Outbox().Set(o)
					errs = append(errs, err, err2)
				}
				for x, err := range tx.Tickets().Heard(nil, ever[0], ever[1]) {
					seen[2]++
					x.Status, x.Area = grid.Closed, "b"
					errs = append(errs, err, tx.Tickets().Put(x))
				}
				for m, err := range tx.Messages().Between(ever[0], ever[1]) {
					seen[3]++
					m.Outcome, m.Text = grid.OutChatter, m.Text+m.Text+m.Text
					errs = append(errs, err, tx.Messages().Put(m))
				}
				for k := range tx.Notes().All("scope") {
					seen[4]++
					errs = append(errs, tx.Notes().Put("scope", k, nil))
				}
				return errors.Join(errs...)
			})
			d.same("seen", seen, [5]int{n, n, n, n, n})
			d.see(func(tx storage.Tx) error {
				left, err := tx.Tickets().Open("a")
				d.same("open tickets left", len(left), 0)
				_, any, err2 := tx.Timers().Earliest()
				d.same("timers left", any, false)
				return errors.Join(err, err2)
			})
			d.same("queue left", d.queue(), nil)
		},
	})
}

func first[T any](seq func(func(T, error) bool)) (n int) {
	for _, err := range seq {
		if err == nil {
			n++
		}
		break
	}
	return n
}

func containsAll(s string, parts ...string) bool {
	for _, p := range parts {
		if !strings.Contains(s, p) {
			return false
		}
	}
	return true
}
