package storagetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// hear puts an event and gives what Put says.
func (d desk) hear(ev grid.Event, now time.Time) (seq grid.Seq, fresh bool) {
	d.t.Helper()
	d.do(func(tx storage.Tx) (err error) { seq, fresh, err = tx.Inbox().Put(ev, now); return err })
	return seq, fresh
}

func (d desk) take(seq grid.Seq, now time.Time) {
	d.t.Helper()
	d.do(func(tx storage.Tx) error { return tx.Inbox().Take(seq, now) })
}

// next gives the message id of the lane's earliest event, "" when there is none.
func (d desk) next(lane grid.LaneID) (id string) {
	d.t.Helper()
	d.see(func(tx storage.Tx) error {
		ev, ok, err := tx.Inbox().Next(lane)
		if ok != (ev.Seq != 0) {
			return fmt.Errorf("Next gave event %d and %v", ev.Seq, ok)
		}
		id = ev.Key.Message
		return err
	})
	return id
}

func testInbox(t *testing.T, open func(*testing.T) storage.Store) {
	eachDesk(t, open, map[string]func(desk){
		"an event is heard once while it waits": func(d desk) {
			seq, fresh := d.hear(heard("1", "a"), at(0))
			d.same("first", []any{seq, fresh}, []any{1, true})
			seq, fresh = d.hear(heard("1", "b"), at(1))
			d.same("again", []any{seq, fresh}, []any{1, false})
			d.same("the other lane", d.next("b"), "")
		},
		"another revision is another event": func(d desk) {
			edit := heard("1", "a")
			edit.Key.Revision = "08:05"
			d.hear(heard("1", "a"), at(0))
			_, fresh := d.hear(edit, at(1))
			d.same("fresh", fresh, true)
		},
		"ids do not run into each other": func(d desk) {
			a, b := heard("2", "a"), heard("12", "a")
			a.Key.Chat, b.Key.Chat = "11", "1"
			d.hear(a, at(0))
			_, fresh := d.hear(b, at(0))
			d.same("fresh", fresh, true)
		},
		"a key is remembered for seven days after its event was taken": func(d desk) {
			seq, _ := d.hear(heard("1", "a"), at(0))
			taken := at(60)
			d.take(seq, taken)
			for _, c := range []struct {
				now   time.Time
				fresh bool
			}{{taken, false}, {taken.Add(24 * time.Hour), false}, {taken.Add(storage.Remember - time.Second), false}, {taken.Add(storage.Remember), true}} {
				err := d.refused("what the test undoes", func(tx storage.Tx) error {
					_, fresh, err := tx.Inbox().Put(heard("1", "a"), c.now)
					d.same(fmt.Sprint("fresh at ", c.now), fresh, c.fresh)
					return errors.Join(err, errTest)
				})
				if !errors.Is(err, errTest) {
					d.t.Error(err)
				}
			}
		},
		"forgetting keeps what must be remembered": func(d desk) {
			for day := range 10 {
				seq, _ := d.hear(heard(fmt.Sprint(day), "a"), at(0))
				d.take(seq, at(day*24*60))
			}
			now := at(9 * 24 * 60)
			d.do(func(tx storage.Tx) error { return errors.Join(tx.Inbox().Forget(now), tx.Inbox().Forget(now)) })
			for day := range 10 {
				_, fresh := d.hear(heard(fmt.Sprint(day), "a"), now)
				d.same(fmt.Sprint("fresh, taken on day ", day), fresh, day <= 2)
			}
		},
		"an event without a message key is always new and leaves no key": func(d desk) {
			timer := grid.Event{Kind: grid.EventTimer, Lane: "a", Key: grid.EventKey{Channel: "clock"}}
			for i := range 3 {
				seq, fresh := d.hear(timer, at(0))
				d.same("put", []any{seq, fresh}, []any{i + 1, true})
			}
			d.take(1, at(0))
			_, fresh := d.hear(timer, at(0))
			d.same("fresh", fresh, true)
		},
		"lanes are queues of their own in order of hearing": func(d desk) {
			for i, lane := range []string{"a", "b", "a", "ab", "b"} {
				d.hear(heard(fmt.Sprint(i), lane), at(0))
			}
			d.same("next", []string{d.next("a"), d.next("ab"), d.next("b"), d.next("c")}, []string{"0", "3", "1", ""})
			d.take(1, at(0))
			d.same("next of a", d.next("a"), "2")
			d.see(func(tx storage.Tx) error {
				lanes, err := tx.Inbox().Lanes()
				d.same("lanes", lanes, []storage.Lane{{ID: "a", Events: 1, First: 3}, {ID: "ab", Events: 1, First: 4}, {ID: "b", Events: 2, First: 2}})
				return err
			})
		},
		"a handed event keeps its place by Seq in the other lane": func(d desk) {
			for i, lane := range []string{"a", "b", "a"} {
				d.hear(heard(fmt.Sprint(i), lane), at(0))
			}
			d.do(func(tx storage.Tx) error { return tx.Inbox().Hand(1, "b") })
			d.same("next", []string{d.next("a"), d.next("b")}, []string{"2", "0"})
			d.see(func(tx storage.Tx) error {
				ev, _, err := tx.Inbox().Next("b")
				d.same("its lane", ev.Lane, "b")
				return err
			})
			d.take(1, at(0))
			d.same("next of b", d.next("b"), "1")
			_, fresh := d.hear(heard("0", "a"), at(0))
			d.same("fresh after taking", fresh, false)
		},
		"keeping rewrites an event in its place": func(d desk) {
			d.hear(heard("1", "a"), at(0))
			d.hear(heard("2", "a"), at(0))
			d.do(func(tx storage.Tx) error {
				ev, _, err := tx.Inbox().Next("a")
				ev.Tries, ev.Lane = 3, "b" // the lane is Hand's business
				return errors.Join(err, tx.Inbox().Keep(ev))
			})
			d.see(func(tx storage.Tx) error {
				ev, _, err := tx.Inbox().Next("a")
				d.same("event", []any{ev.Seq, ev.Tries, ev.Lane}, []any{1, 3, "a"})
				return err
			})
		},
		"what is not in the inbox cannot be taken, handed or kept": func(d desk) {
			seq, _ := d.hear(heard("1", "a"), at(0))
			d.take(seq, at(0))
			d.absent("Take", d.refused("taking twice", func(tx storage.Tx) error { return tx.Inbox().Take(seq, at(0)) }))
			d.absent("Hand", d.refused("handing", func(tx storage.Tx) error { return tx.Inbox().Hand(seq, "b") }))
			d.absent("Keep", d.refused("keeping", func(tx storage.Tx) error { return tx.Inbox().Keep(grid.Event{Seq: seq}) }))
		},
		"an event comes back as it was put": func(d desk) {
			ev := heard("1", "a")
			ev.Speaker = grid.Speaker{Identity: grid.Identity{Channel: "webchat", ID: "x\x00y"}, Name: "清风徐来"}
			ev.Press = &grid.Press{Post: "post-1", Button: "确认"}
			ev.Timer = &grid.Timer{ID: "t", Due: at(7)}
			seq, _ := d.hear(ev, at(0))
			ev.Seq = seq
			d.see(func(tx storage.Tx) error {
				got, _, err := tx.Inbox().Next("a")
				d.same("event", got, ev)
				return err
			})
		},
	})
}
