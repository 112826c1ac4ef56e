package storagetest

import (
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

func testTimers(t *testing.T, open func(*testing.T) storage.Store) {
	timer := func(id, lane string, minutes int) grid.Timer {
		return grid.Timer{ID: grid.TimerID(id), Lane: grid.LaneID(lane), Due: at(minutes), Kind: grid.TimerStep}
	}
	set := func(ts ...grid.Timer) func(storage.Tx) error {
		return func(tx storage.Tx) (err error) {
			for _, x := range ts {
				err = errors.Join(err, tx.Timers().Set(x))
			}
			return err
		}
	}
	eachDesk(t, open, map[string]func(desk){
		"timers fall due earliest first, ties by lane, then id": func(d desk) {
			d.do(set(timer("1", "b", 5), timer("3", "a", 5), timer("2", "a", 5), timer("4", "ab", 5), timer("0", "z", 6), timer("9", "z", 1)))
			d.see(func(tx storage.Tx) error {
				due, err := tx.Timers().Due(at(5), 9)
				d.same("due", timerIDs(due), []string{"9", "2", "3", "4", "1"})
				two, err2 := tx.Timers().Due(at(5), 2)
				d.same("two", timerIDs(two), []string{"9", "2"})
				none, err3 := tx.Timers().Due(at(5), 0)
				d.same("none", timerIDs(none), nil)
				first, ok, err4 := tx.Timers().Earliest()
				d.same("earliest", []any{first.Equal(at(1)), ok}, []any{true, true})
				return errors.Join(err, err2, err3, err4)
			})
		},
		"a timer set again moves": func(d desk) {
			d.do(set(timer("1", "a", 5), timer("1", "b", 3), timer("1", "b", 8)))
			d.see(func(tx storage.Tx) error {
				all, err := list(tx.Timers().All())
				d.same("all", all, []grid.Timer{timer("1", "b", 8)})
				got, err2 := tx.Timers().Get("1")
				d.same("get", got, timer("1", "b", 8))
				return errors.Join(err, err2)
			})
		},
		"a cancelled timer is gone, and cancelling nothing is no error": func(d desk) {
			d.do(set(timer("1", "a", 5), timer("2", "a", 6)))
			d.do(func(tx storage.Tx) error {
				return errors.Join(tx.Timers().Cancel("1"), tx.Timers().Cancel("1"), tx.Timers().Cancel("x"))
			})
			d.see(func(tx storage.Tx) error {
				all, err := list(tx.Timers().All())
				d.same("all", timerIDs(all), []string{"2"})
				_, missing := tx.Timers().Get("1")
				d.absent("timer 1", missing)
				return err
			})
		},
		"without timers there is no earliest": func(d desk) {
			d.see(func(tx storage.Tx) error {
				_, ok, err := tx.Timers().Earliest()
				d.same("ok", ok, false)
				return err
			})
		},
		"a timer is due in its very nanosecond, whatever the zone": func(d desk) {
			x := timer("1", "a", 0)
			x.Due = at(0).Add(1)
			d.do(set(x))
			d.see(func(tx storage.Tx) error {
				before, err := tx.Timers().Due(at(0).UTC(), 9)
				then, err2 := tx.Timers().Due(at(0).Add(1).UTC(), 9)
				d.same("due", []int{len(before), len(then)}, []int{0, 1})
				return errors.Join(err, err2)
			})
		},
		"a timer without an id is refused": func(d desk) { d.refused("a timer without an id", set(grid.Timer{Due: at(1)})) },
	})
}

func timerIDs(ts []grid.Timer) (out []grid.TimerID) {
	for _, t := range ts {
		out = append(out, t.ID)
	}
	return out
}

// write puts a post and gives it as stored.
func (d desk) write(o grid.Outgoing) (out grid.Outgoing) {
	d.t.Helper()
	d.do(func(tx storage.Tx) (err error) { out, err = tx.Outbox().Put(o); return err })
	return out
}

// set rewrites a post and gives it as stored.
func (d desk) set(o grid.Outgoing) (out grid.Outgoing) {
	d.t.Helper()
	d.do(func(tx storage.Tx) (err error) { out, err = tx.Outbox().Set(o); return err })
	return out
}

// say marks a post as sent.
func (d desk) say(o grid.Outgoing, as ...grid.MessageID) grid.Outgoing {
	d.t.Helper()
	o.State, o.SentAs, o.SentAt = grid.Sent, as, at(1)
	return d.set(o)
}

func seqs(os []grid.Outgoing) (out []int) {
	for _, o := range os {
		out = append(out, int(o.Seq))
	}
	return out
}

func (d desk) queue() (out []int) {
	d.t.Helper()
	d.see(func(tx storage.Tx) error {
		q, err := list(tx.Outbox().Queue())
		out = seqs(q)
		return err
	})
	return out
}

func testOutbox(t *testing.T, open func(*testing.T) storage.Store) {
	tests := map[string]func(desk){
		"a post gets its number and id": func(d desk) {
			a, b := d.write(post("group:1", grid.ClassFirst)), post("group:1", grid.ClassFirst)
			b.ID, b.State, b.Seq, b.SentSeq = "card-7", grid.Waiting, 99, 99
			b = d.write(b)
			d.same("posts", []any{a.Seq, a.ID, a.State, b.Seq, b.ID, b.SentSeq}, []any{1, "post-1", "waiting", 2, "card-7", 0})
			d.refused("an id that is taken", func(tx storage.Tx) error { _, err := tx.Outbox().Put(b); return err })
			d.refused("an id that was given", func(tx storage.Tx) error {
				x := post("group:1", grid.ClassFirst)
				x.ID = "post-1"
				_, err := tx.Outbox().Put(x)
				return err
			})
		},
		"the queue is by destination, class and number": func(d desk) {
			for i, class := range []grid.Class{grid.ClassNotice, grid.ClassFirst, grid.ClassAnswer, grid.ClassEmergency, grid.ClassNotice, grid.ClassEmergency} {
				d.write(post(fmt.Sprintf("group:%d", 2-i/5), class))
			}
			d.same("queue", d.queue(), []int{6, 4, 3, 2, 1, 5})
			d.see(func(tx storage.Tx) error {
				to, err := tx.Outbox().Destinations()
				d.same("destinations", destinations(to), []string{"group:1", "group:2"})
				one, err2 := tx.Outbox().QueueOf("group:2")
				d.same("queue of group:2", seqs(one), []int{4, 3, 2, 1, 5})
				none, err3 := tx.Outbox().QueueOf("group:")
				d.same("queue of nobody", seqs(none), nil)
				return errors.Join(err, err2, err3)
			})
		},
		"what a person must look at is listed, the latest first, until it is mended": func(d desk) {
			for _, end := range []grid.PostState{grid.Sent, grid.Unclear, grid.PutAside, grid.Dropped, grid.Waiting, grid.PutAside} {
				o := d.write(post("group:1", grid.ClassFirst))
				o.State = end
				d.set(o)
			}
			stuck := func(n int, want []int) {
				d.see(func(tx storage.Tx) error {
					got, err := tx.Outbox().Stuck(n)
					d.same("stuck", seqs(got), want)
					return err
				})
			}
			stuck(9, []int{6, 3, 2})
			stuck(1, []int{6})
			stuck(0, nil)
			again := d.find("post-3")
			again.State = grid.Waiting
			d.set(again)
			given := d.find("post-6")
			given.State = grid.Dropped
			d.set(given)
			stuck(9, []int{2})
		},
		"a post that is tried stays in the queue, one that ended leaves it": func(d desk) {
			for _, end := range []grid.PostState{grid.Sent, grid.Unclear, grid.PutAside, grid.Dropped} {
				o := d.write(post("group:1", grid.ClassFirst))
				o.State, o.Attempts = grid.Trying, 1
				o = d.set(o)
				d.same("queue while trying", d.queue(), []int{int(o.Seq)})
				o.State = end
				o = d.set(o)
				d.same("queue after "+string(end), d.queue(), nil)
				d.same("number of saying", o.SentSeq != 0, end == grid.Sent)
			}
			o := d.find("post-3") // the operator sends it after all
			o.State = grid.Waiting
			d.set(o)
			d.same("queue again", d.queue(), []int{3})
		},
		"a post that changes its class changes its place": func(d desk) {
			d.write(post("group:1", grid.ClassFirst))
			o := d.write(post("group:1", grid.ClassNotice))
			o.Class, o.To = grid.ClassEmergency, "group:0"
			d.set(o)
			d.same("queue", d.queue(), []int{2, 1})
		},
		"posts are said in their own order": func(d desk) {
			var os []grid.Outgoing
			for i := range 4 {
				os = append(os, d.write(post(fmt.Sprintf("group:%d", i%2), grid.ClassFirst)))
			}
			d.say(os[2])
			d.say(os[0])
			first := d.say(os[3])
			first.Text = "改" // rewritten later, its number stays, even when the writer has forgotten it
			first.SentSeq = 0
			d.same("number kept", d.set(first).SentSeq, 3)
			d.see(func(tx storage.Tx) error {
				all, err := tx.Outbox().Said(0, 9)
				d.same("said", seqs(all), []int{3, 1, 4})
				after, err2 := tx.Outbox().Said(1, 1)
				d.same("said after 1", seqs(after), []int{1})
				none, err3 := tx.Outbox().Said(3, 9)
				d.same("said after all", seqs(none), nil)
				to, err4 := tx.Outbox().SaidTo("group:0", 0, 9)
				d.same("said to group:0", seqs(to), []int{3, 1})
				last, err5 := tx.Outbox().SaidTo("group:0", 0, 1)
				d.same("last said to group:0", seqs(last), []int{1})
				earlier, err6 := tx.Outbox().SaidTo("group:0", 2, 9)
				d.same("said to group:0 before 2", seqs(earlier), []int{3})
				return errors.Join(err, err2, err3, err4, err5, err6)
			})
		},
	}
	maps.Copy(tests, outboxLookups)
	maps.Copy(tests, outboxChanges)
	eachDesk(t, open, tests)
}

func (d desk) find(id grid.MessageID) (o grid.Outgoing) {
	d.t.Helper()
	d.see(func(tx storage.Tx) (err error) { o, err = tx.Outbox().Get(id); return err })
	return o
}

var outboxLookups = map[string]func(desk){
	"a post is found by our id and by the platform's": func(d desk) {
		o := d.say(d.write(post("group:1", grid.ClassFirst)), "tg:1:55", "tg:1:56")
		for _, id := range []grid.MessageID{"post-1", "tg:1:55", "tg:1:56"} {
			d.same("post", d.find(id), o)
		}
		o.SentAs = []grid.MessageID{"tg:1:57"}
		d.set(o)
		d.same("found by the new id", d.find("tg:1:57").Seq, 1)
		d.see(func(tx storage.Tx) error {
			for _, id := range []grid.MessageID{"tg:1:55", "post-2", "post-01", "", "post-"} {
				_, err := tx.Outbox().Get(id)
				d.absent(string(id), err)
			}
			return nil
		})
	},
	"ended posts are forgotten by age, a few at a time; what waits stays": func(d desk) {
		for i := range 5 {
			o := post("group:1", grid.ClassFirst)
			o.Written, o.Ticket = at(i), 7
			o = d.write(o)
			if i != 1 {
				d.say(o, grid.MessageID(fmt.Sprintf("tg:%d", i)))
			}
		}
		forget := func(before, most, want int) {
			d.do(func(tx storage.Tx) error {
				n, err := tx.Outbox().Forget(at(before), most)
				d.same("forgotten", n, want)
				return err
			})
		}
		left := func(want ...int) {
			d.see(func(tx storage.Tx) error {
				of, err := tx.Outbox().Of(7)
				d.same("left", seqs(of), want)
				said, err2 := tx.Outbox().Said(0, 9)
				to, err3 := tx.Outbox().SaidTo("group:1", 0, 9)
				d.same("said", seqs(said), seqs(to))
				return errors.Join(err, err2, err3)
			})
		}
		forget(0, 9, 0)
		forget(4, 2, 2) // the first and the third; the second waits
		left(2, 4, 5)
		forget(4, 9, 1)
		left(2, 5)
		forget(4, 9, 0)
		d.see(func(tx storage.Tx) error {
			for _, id := range []grid.MessageID{"post-1", "tg:0", "tg:3"} {
				_, err := tx.Outbox().Get(id)
				d.absent(string(id), err)
			}
			return nil
		})
		d.same("the next one's number", d.write(post("group:1", grid.ClassFirst)).Seq, 6)
	},
	"posts about a ticket come by number": func(d desk) {
		for _, no := range []grid.TicketNo{2, 1, 2, 0} {
			o := post("group:1", grid.ClassFirst)
			o.Ticket = no
			d.write(o)
		}
		o := d.find("post-2")
		o.Ticket = 2
		d.set(o)
		d.see(func(tx storage.Tx) error {
			two, err := tx.Outbox().Of(2)
			d.same("of 2", seqs(two), []int{1, 2, 3})
			one, err2 := tx.Outbox().Of(1)
			d.same("of 1", seqs(one), nil)
			return errors.Join(err, err2)
		})
	},
	"a post that was never put cannot be set": func(d desk) {
		d.absent("Set", d.refused("setting post 5", func(tx storage.Tx) error {
			_, err := tx.Outbox().Set(grid.Outgoing{Seq: 5, State: grid.Waiting})
			return err
		}))
	},
}

func testJobs(t *testing.T, open func(*testing.T) storage.Store) {
	eachDesk(t, open, map[string]func(desk){
		"jobs are done in order, once": func(d desk) {
			next := func(tx storage.Tx) (kind string) {
				j, ok, err := tx.Jobs().Next()
				if err != nil || ok != (j.Seq != 0) {
					d.t.Errorf("Next gave %d, %v, %v", j.Seq, ok, err)
				}
				return fmt.Sprintf("%d %s %d", j.Seq, j.Kind, j.Tries)
			}
			d.do(func(tx storage.Tx) error {
				d.same("none yet", next(tx), "0  0")
				a, err := tx.Jobs().Put(grid.Job{Kind: "a", At: at(0)})
				b, err2 := tx.Jobs().Put(grid.Job{Kind: "b", At: at(0)})
				d.same("numbers", []grid.Seq{a, b}, []int{1, 2})
				_, err3 := tx.Jobs().Put(grid.Job{Seq: 1, Kind: "a", At: at(0).Add(time.Second), Tries: 1})
				d.same("first", next(tx), "1 a 1")
				return errors.Join(err, err2, err3)
			})
			d.do(func(tx storage.Tx) error { return tx.Jobs().Done(1) })
			d.absent("Done", d.refused("a job done twice", func(tx storage.Tx) error { return tx.Jobs().Done(1) }))
			d.absent("Put", d.refused("a job rewritten after its end", func(tx storage.Tx) error {
				_, err := tx.Jobs().Put(grid.Job{Seq: 1})
				return err
			}))
			d.see(func(tx storage.Tx) error { d.same("second", next(tx), "2 b 0"); return nil })
		},
	})
}
