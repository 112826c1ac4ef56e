package storagetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

func ids(ms []grid.Message) (out []grid.MessageID) {
	for _, m := range ms {
		out = append(out, m.ID)
	}
	return out
}

// store puts messages, each in an update of its own.
func (d desk) store(ms ...grid.Message) {
	d.t.Helper()
	for _, m := range ms {
		d.do(func(tx storage.Tx) error { return tx.Messages().Put(m) })
	}
}

func (d desk) recent(chats []grid.ChatID, before grid.MessageID, n int) (out []grid.MessageID) {
	d.t.Helper()
	d.see(func(tx storage.Tx) error {
		ms, err := tx.Messages().Recent(chats, before, n)
		out = ids(ms)
		return err
	})
	return out
}

func (d desk) between(from, to time.Time) (out []grid.MessageID) {
	d.t.Helper()
	d.see(func(tx storage.Tx) error {
		ms, err := list(tx.Messages().Between(from, to))
		out = ids(ms)
		return err
	})
	return out
}

func testMessages(t *testing.T, open func(*testing.T) storage.Store) {
	month := 31 * 24 * 60
	eachDesk(t, open, map[string]func(desk){
		"a message comes back as it was put, but for what is not stored": func(d desk) {
			m := message("m1", "group:1", at(0))
			m.Sealed, m.Media, m.Name = []string{"旧"}, []grid.MediaID{"ab"}, "not stored"
			m.Intent = grid.Intent{Kind: grid.Report, Confidence: 0.5, Link: grid.Link{Earlier: []grid.MessageID{"m0"}}}
			d.store(m)
			d.see(func(tx storage.Tx) error {
				got, err := tx.Messages().Get("m1")
				m.Name = ""
				d.same("message", got, m)
				if got.Name != "" {
					d.t.Error("a name was stored with the message")
				}
				_, missing := tx.Messages().Get("m2")
				d.absent("m2", missing)
				return err
			})
		},
		"a rewritten message keeps its place": func(d desk) {
			d.store(message("m1", "group:1", at(1)), message("m2", "group:1", at(2)))
			m := message("m1", "group:1", at(1))
			m.Text, m.Outcome = "改了", grid.OutChatter
			d.store(m)
			d.same("recent", d.recent([]grid.ChatID{"group:1"}, "", 9), []string{"m1", "m2"})
			d.see(func(tx storage.Tx) error {
				got, err := tx.Messages().Get("m1")
				d.same("text", got.Text, "改了")
				return err
			})
		},
		"a message whose time and chat are mended is found there alone": func(d desk) {
			d.store(message("m1", "group:1", at(1)), message("m1", "group:2", at(9)))
			d.same("old chat", d.recent([]grid.ChatID{"group:1"}, "", 9), nil)
			d.same("new chat", d.recent([]grid.ChatID{"group:2"}, "", 9), []string{"m1"})
			d.same("old time", d.between(at(0), at(5)), nil)
			d.same("new time", d.between(at(5), at(10)), []string{"m1"})
		},
		"recent messages are the last stored of the chats, whenever they were sent": func(d desk) {
			late := message("m3", "group:2", at(-2*month))
			late.Heard = at(month)
			d.store(message("m1", "group:1", at(0)), message("m2", "group:3", at(month)), late, message("m4", "group:1", at(month)),
				message("m5", "group:2", at(month+1)), message("m6", "group:1", at(3*month)))
			both := []grid.ChatID{"group:1", "group:2", "group:1"}
			d.same("all", d.recent(both, "", 9), []string{"m1", "m3", "m4", "m5", "m6"})
			d.same("three", d.recent(both, "", 3), []string{"m4", "m5", "m6"})
			d.same("before m5", d.recent(both, "m5", 2), []string{"m3", "m4"})
			d.same("before one of another chat", d.recent(both, "m2", 9), []string{"m1"})
			d.same("before one that is not stored", d.recent(both, "m9", 1), []string{"m6"})
			d.same("none wanted", d.recent(both, "", 0), nil)
			d.same("a chat that begins alike", d.recent([]grid.ChatID{"group:"}, "", 9), nil)
		},
		"messages between two times come by sending, then by storing": func(d desk) {
			late := message("m4", "group:2", at(1))
			late.Heard = at(2 * month)
			d.store(message("m1", "group:1", at(1)), message("m2", "group:1", at(0)), message("m3", "group:2", at(1)),
				message("m5", "group:1", at(2*month)), late)
			d.same("all", d.between(at(0), at(3*month)), []string{"m2", "m1", "m3", "m4", "m5"})
			d.same("from included, to not", d.between(at(1), at(2*month)), []string{"m1", "m3", "m4"})
			d.same("nothing", d.between(at(5), at(5)), nil)
		},
		"whole months are forgotten, and what is heard afterwards is new": func(d desk) {
			chat := []grid.ChatID{"group:1"}
			d.store(message("m1", "group:1", at(0)), message("m2", "group:1", at(month)), message("m3", "group:1", at(2*month)))
			forget := func(before time.Time, want int) {
				d.do(func(tx storage.Tx) error {
					n, err := tx.Messages().Forget(before)
					d.same("months", n, want)
					return err
				})
			}
			forget(at(0), 0)
			forget(at(month), 1) // November has ended, December has not
			forget(at(month), 0)
			d.same("left", d.recent(chat, "", 9), []string{"m2", "m3"})
			d.see(func(tx storage.Tx) error {
				_, missing := tx.Messages().Get("m1")
				d.absent("m1", missing)
				return nil
			})
			forget(at(9*month), 2)
			d.same("nothing left", d.between(ever[0], ever[1]), nil)
			d.store(message("m4", "group:1", at(9*month)), message("m1", "group:1", at(9*month)))
			d.same("new ones", d.recent(chat, "", 9), []string{"m4", "m1"})
		},
		"a message without an id is refused": func(d desk) {
			d.refused("a message without an id", func(tx storage.Tx) error { return tx.Messages().Put(grid.Message{}) })
		},
	})
}

func testTickets(t *testing.T, open func(*testing.T) storage.Store) {
	eachDesk(t, open, map[string]func(desk){
		"numbers count from 1 and are never given twice": func(d desk) {
			for want := 1; want <= 3; want++ {
				d.do(func(tx storage.Tx) error {
					no, err := tx.Tickets().NextNo()
					d.same("number", no, want)
					return err
				})
			}
			d.do(func(tx storage.Tx) error { return tx.Tickets().Put(ticket(12, "a", at(0))) }) // brought along
			d.do(func(tx storage.Tx) error {
				no, err := tx.Tickets().NextNo()
				d.same("number", no, 13)
				return err
			})
		},
		"the lists follow every change of a ticket": func(d desk) {
			x := ticket(1, "a", at(0))
			d.ticket(x, []int{1}, nil, nil, []int{1}, nil)
			x.Status, x.Assignee = grid.Assigned, "p7"
			d.ticket(x, []int{1}, nil, []int{1}, []int{1}, nil)
			x.Area = "b"
			d.ticket(x, nil, []int{1}, []int{1}, nil, []int{1})
			x.Heard = at(90)
			d.ticket(x, nil, []int{1}, []int{1}, nil, nil)
			x.Heard, x.Status = at(0), grid.Closed
			d.ticket(x, nil, nil, nil, nil, []int{1})
			x.Status = grid.Working // the reporter objected
			d.ticket(x, nil, []int{1}, []int{1}, nil, []int{1})
			x.Status, x.Assignee = grid.OnHold, "p8"
			d.ticket(x, nil, []int{1}, nil, nil, []int{1})
			x.Status = grid.Merged
			d.ticket(x, nil, nil, nil, nil, []int{1})
		},
		"tickets heard come by time, then number, of the areas asked for": func(d desk) {
			d.do(func(tx storage.Tx) error {
				return errors.Join(tx.Tickets().Put(ticket(3, "a", at(1))), tx.Tickets().Put(ticket(2, "b", at(1))),
					tx.Tickets().Put(ticket(1, "a", at(5))), tx.Tickets().Put(ticket(4, "c", at(0))))
			})
			d.see(func(tx storage.Tx) error {
				all, err := list(tx.Tickets().Heard(nil, at(0), at(5)))
				d.same("all", nos(all), []int{4, 2, 3})
				some, err2 := list(tx.Tickets().Heard([]grid.AreaID{"a", "b"}, at(1), at(6)))
				d.same("of a and b", nos(some), []int{2, 3, 1})
				every, err3 := list(tx.Tickets().All())
				d.same("by number", nos(every), []int{1, 2, 3, 4})
				return errors.Join(err, err2, err3)
			})
		},
		"a ticket comes back as it was put": func(d desk) {
			x := ticket(1, "a", at(0))
			x.Poll = &grid.Poll{Began: at(1), Asked: []grid.PersonID{"p1"}, Answers: []grid.Answer{{Person: "p1", Mark: grid.Partly, At: at(2)}}}
			x.Due = &grid.Deadline{Step: "confirm", Due: at(120), Because: "两小时"}
			x.Supporters = []grid.PersonID{"p2", "p3"}
			d.do(func(tx storage.Tx) error { return tx.Tickets().Put(x) })
			d.see(func(tx storage.Tx) error {
				got, err := tx.Tickets().Get(1)
				d.same("ticket", got, x)
				_, missing := tx.Tickets().Get(2)
				d.absent("ticket 2", missing)
				return err
			})
		},
		"a ticket without a number is refused": func(d desk) {
			d.refused("ticket 0", func(tx storage.Tx) error { return tx.Tickets().Put(grid.Ticket{}) })
		},
	})
}

func nos(ts []grid.Ticket) (out []int) {
	for _, t := range ts {
		out = append(out, int(t.No))
	}
	return out
}

// ticket puts x and checks who lists it: open in a, open in b, open of p7, heard
// in the first hour in a, in b.
func (d desk) ticket(x grid.Ticket, openA, openB, ofP7, heardA, heardB []int) {
	d.t.Helper()
	d.do(func(tx storage.Tx) error { return tx.Tickets().Put(x) })
	d.see(func(tx storage.Tx) error {
		a, err1 := tx.Tickets().Open("a")
		b, err2 := tx.Tickets().Open("b")
		p, err3 := tx.Tickets().OpenOf("p7")
		ha, err4 := list(tx.Tickets().Heard([]grid.AreaID{"a"}, at(0), at(60)))
		hb, err5 := list(tx.Tickets().Heard([]grid.AreaID{"b"}, at(0), at(60)))
		what := fmt.Sprintf("lists of a ticket %s in %s", x.Status, x.Area)
		d.same(what, [][]int{nos(a), nos(b), nos(p), nos(ha), nos(hb)}, [][]int{openA, openB, ofP7, heardA, heardB})
		return errors.Join(err1, err2, err3, err4, err5)
	})
}

func testJournal(t *testing.T, open func(*testing.T) storage.Store) {
	eachDesk(t, open, map[string]func(desk){
		"the steps of a ticket come back in order": func(d desk) {
			d.do(func(tx storage.Tx) error {
				return tx.Journal().Append(entry(1, 1, at(0)), entry(2, 1, at(0)), entry(1, 2, at(0)))
			})
			d.do(func(tx storage.Tx) error { return tx.Journal().Append(entry(1, 3, at(-5))) }) // a clock set back
			d.see(func(tx storage.Tx) error {
				got, err := tx.Journal().Of(1)
				d.same("of 1", got, []grid.Entry{entry(1, 1, at(0)), entry(1, 2, at(0)), entry(1, 3, at(-5))})
				none, err2 := tx.Journal().Of(3)
				d.same("of 3", none, nil)
				return errors.Join(err, err2)
			})
		},
		"a gap, a repetition and a wrong start are refused": func(d desk) {
			d.do(func(tx storage.Tx) error { return tx.Journal().Append(entry(1, 1, at(0)), entry(1, 2, at(0))) })
			for name, e := range map[string]grid.Entry{"a gap": entry(1, 4, at(0)), "a repetition": entry(1, 2, at(9)),
				"zero": entry(1, 0, at(0)), "a start at 2": entry(2, 2, at(0)), "no ticket": entry(0, 1, at(0))} {
				d.refused(name, func(tx storage.Tx) error { return tx.Journal().Append(e) })
			}
			d.refused("a gap within one call", func(tx storage.Tx) error { return tx.Journal().Append(entry(1, 3, at(0)), entry(1, 5, at(0))) })
			d.see(func(tx storage.Tx) error {
				got, err := tx.Journal().Of(1)
				d.same("steps", len(got), 2)
				return err
			})
		},
		"entries between two times come by time": func(d desk) {
			d.do(func(tx storage.Tx) error {
				return tx.Journal().Append(entry(1, 1, at(0)), entry(1, 2, at(2)), entry(2, 1, at(1)), entry(2, 2, at(3)))
			})
			d.see(func(tx storage.Tx) error {
				got, err := list(tx.Journal().Between(at(0), at(3)))
				d.same("entries", got, []grid.Entry{entry(1, 1, at(0)), entry(2, 1, at(1)), entry(1, 2, at(2))})
				return err
			})
		},
	})
}
