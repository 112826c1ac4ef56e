package storagetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"youshi/grid"
	"youshi/storage"
)

var errTest = errors.New("the test's own error")

func testWhole(t *testing.T, open func(*testing.T) storage.Store) {
	eachDesk(t, open, map[string]func(desk){
		"an error undoes everything": func(d desk) {
			if err := d.refused("a failing update", func(tx storage.Tx) error { return errors.Join(Furnish(tx), errTest) }); !errors.Is(err, errTest) {
				d.t.Errorf("got error %v, want the function's own", err)
			}
			d.nothingHere()
		},
		"a panic undoes everything and comes back as an error": func(d desk) {
			d.refused("a panicking update", func(tx storage.Tx) error {
				if err := Furnish(tx); err != nil {
					return err
				}
				panic("the test's own panic")
			})
			d.nothingHere()
			d.do(Furnish) // and the store goes on
		},
		"numbers given in an undone update are given again": func(d desk) {
			d.refused("a failing update", func(tx storage.Tx) error { return errors.Join(Furnish(tx), errTest) })
			d.do(func(tx storage.Tx) error {
				no, err := tx.Tickets().NextNo()
				d.same("number", no, 1)
				return err
			})
		},
		"a view changes nothing": func(d desk) {
			d.do(Furnish)
			before := d.dump()
			if err := d.s.View(d.t.Context(), d.c, func(tx storage.Tx) error { return tx.Notes().Put("scope", "k", []byte("w")) }); err == nil {
				d.t.Error("a view could write")
			}
			d.same("state", d.dump(), before)
		},
		"a view's error comes back": func(d desk) {
			if err := d.s.View(d.t.Context(), d.c, func(storage.Tx) error { return errTest }); !errors.Is(err, errTest) {
				d.t.Errorf("got %v, want the function's own error", err)
			}
		},
		"an ended context keeps the function from running": func(d desk) {
			ctx, cancel := context.WithCancel(d.t.Context())
			cancel()
			ran := func(storage.Tx) error { d.t.Error("the function ran"); return nil }
			if err := d.s.Update(ctx, d.c, ran); !errors.Is(err, context.Canceled) {
				d.t.Errorf("Update gave %v, want context.Canceled", err)
			}
			if err := d.s.View(ctx, d.c, ran); !errors.Is(err, context.Canceled) {
				d.t.Errorf("View gave %v, want context.Canceled", err)
			}
		},
		"an update sees what it wrote": func(d desk) {
			d.do(func(tx storage.Tx) error {
				if err := Furnish(tx); err != nil {
					return err
				}
				_, err := tx.Tickets().Get(1)
				return err
			})
		},
		"communities do not see each other": func(d desk) {
			other := desk{d.t, d.s, "a社区"}
			d.do(Furnish)
			other.nothingHere()
			other.do(Furnish)
			d.same("the other community's state", other.dump(), d.dump()) // its numbers begin at 1 too
			got, err := d.s.Communities(d.t.Context())
			if err != nil {
				d.t.Fatal(err)
			}
			d.same("communities", got, []grid.CommunityID{"a社区", here})
		},
		"a transaction knows its community": func(d desk) {
			d.do(func(tx storage.Tx) error { d.same("community", tx.Community(), here); return nil })
		},
		"a closed store refuses": func(d desk) {
			if err := d.s.Close(); err != nil {
				d.t.Fatal(err)
			}
			if err := d.s.Update(d.t.Context(), d.c, Furnish); grid.CodeOf(err) != grid.Shut {
				d.t.Errorf("Update gave %v, want code shut", err)
			}
			if err := d.s.View(d.t.Context(), d.c, func(storage.Tx) error { return nil }); grid.CodeOf(err) != grid.Shut {
				d.t.Errorf("View gave %v, want code shut", err)
			}
		},
	})
}

func (d desk) dump() (all string) {
	d.t.Helper()
	d.see(func(tx storage.Tx) (err error) { all, err = Dump(tx); return err })
	return all
}

// nothingHere checks that the community looks like one that was never written to.
func (d desk) nothingHere() {
	d.t.Helper()
	d.same("state", d.dump(), desk{d.t, d.s, "a community that nobody wrote to"}.dump())
}

func testConcurrent(t *testing.T, open func(*testing.T) storage.Store) {
	eachDesk(t, open, map[string]func(desk){
		"updates of 64 goroutines are all kept, in the order of each": func(d desk) {
			const callers, times = 64, 20
			d.crowd(callers, func(who int) {
				for i := range times {
					d.do(func(tx storage.Tx) error { return oneMore(tx, who, i) })
				}
			})
			d.counted(callers, func(int) int { return times })
		},
		"those who fail do not disturb those who do not": func(d desk) {
			const callers, times = 32, 20
			d.crowd(callers, func(who int) {
				for i := range times {
					if who%2 == 0 {
						d.do(func(tx storage.Tx) error { return oneMore(tx, who, i) })
						continue
					}
					err := d.refused("a failing update", func(tx storage.Tx) error {
						return errors.Join(oneMore(tx, who, 0), fmt.Errorf("%w %d", errTest, who))
					})
					if !errors.Is(err, errTest) || err.Error() == "" {
						d.t.Errorf("got %v, want the function's own error", err)
					}
				}
			})
			d.counted(callers, func(who int) int { return times * (1 - who%2) })
		},
		"readers see whole updates only": func(d desk) {
			stop := make(chan struct{})
			var readers sync.WaitGroup
			for range 4 {
				readers.Go(func() {
					for {
						select {
						case <-stop:
							return
						default:
						}
						d.see(func(tx storage.Tx) error {
							a, _ := tx.Notes().Get("pair", "a")
							b, err := tx.Notes().Get("pair", "b")
							d.same("the pair", string(b), string(a))
							return err
						})
					}
				})
			}
			for i := range 50 {
				d.do(func(tx storage.Tx) error {
					v := []byte(strconv.Itoa(i))
					return errors.Join(tx.Notes().Put("pair", "a", v), tx.Notes().Put("pair", "b", v))
				})
			}
			close(stop)
			readers.Wait()
		},
	})
}

func (d desk) crowd(callers int, work func(who int)) {
	var all sync.WaitGroup
	for who := range callers {
		all.Go(func() { work(who) })
	}
	all.Wait()
}

// oneMore counts a shared number up and puts the i-th event into one's own lane.
func oneMore(tx storage.Tx, who, i int) error {
	raw, err := tx.Notes().Get("scope", "count")
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(string(raw))
	_, _, err = tx.Inbox().Put(heard(fmt.Sprintf("%d/%d", who, i), fmt.Sprintf("lane %d", who)), at(0))
	return errors.Join(err, tx.Notes().Put("scope", "count", []byte(strconv.Itoa(n+1))))
}

// counted empties every lane and checks that it held the events in order, that
// no Seq was given twice, and that the shared number is their sum.
func (d desk) counted(callers int, times func(who int) int) {
	d.t.Helper()
	var seqs []grid.Seq
	d.do(func(tx storage.Tx) error {
		seqs = nil
		for who := range callers {
			for i := range times(who) {
				ev, ok, err := tx.Inbox().Next(grid.LaneID(fmt.Sprintf("lane %d", who)))
				if err != nil {
					return err
				}
				if want := fmt.Sprintf("%d/%d", who, i); !ok || ev.Key.Message != want {
					return fmt.Errorf("lane %d holds %q (%v), want %q", who, ev.Key.Message, ok, want)
				}
				seqs = append(seqs, ev.Seq)
				if err := tx.Inbox().Take(ev.Seq, at(0)); err != nil {
					return err
				}
			}
		}
		raw, err := tx.Notes().Get("scope", "count")
		d.same("the shared number", string(raw), strconv.Itoa(len(seqs)))
		lanes, _ := tx.Inbox().Lanes()
		d.same("lanes left", lanes, nil)
		return err
	})
	slices.Sort(seqs)
	if len(slices.Compact(seqs)) != len(seqs) {
		d.t.Error("a Seq was given twice")
	}
}
