package reports

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"youshi/grid"
)

func TestTheAccountsOfEveryGroupAndDayAddUp(t *testing.T) {
	inTown(t, store(t), "c1", func(w *town) {
		aWeek(w)
		accounts, err := Accounts(w.tx, local)
		w.must(err)
		var got []string
		for _, a := range accounts {
			sum := a.Inbox
			for _, n := range a.Outcomes {
				sum += n
			}
			if sum != a.Heard {
				t.Errorf("%s on %s: %d heard, %d accounted for", a.Chat, a.Day, a.Heard, sum)
			}
			got = append(got, fmt.Sprintf("%s %s %d", a.Chat, a.Day[8:], a.Heard))
		}
		want := []string{"group:g1 06 1", "group:g1 09 4", "group:g1 10 4", "group:g1 12 2", "group:g1 14 1", "group:g1 16 1",
			"group:g2 11 1", "group:g2 15 1", "staff:g1 12 1"}
		if !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})
}

func TestTheAuditNamesEachContradiction(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(w *town)
		want  []string // what each sentence says, in order
	}{
		"nothing is wrong": {func(w *town) {}, nil},
		"a ticket was changed behind its journal": {func(w *town) {
			x := w.ticket(2)
			x.Priority = 2
			w.must(w.tx.Tickets().Put(x))
		}, []string{"ticket 2 is not what its journal tells"}},
		"a ticket without a journal": {func(w *town) {
			w.must(w.tx.Tickets().Put(grid.Ticket{No: 40, Area: "g1", Status: grid.Closed, Heard: on(9, 9, 0)}))
		}, []string{"ticket 40 has no journal"}},
		"a journal without a ticket": {func(w *town) {
			w.must(w.tx.Journal().Append(grid.Entry{Ticket: 41, Seq: 1, At: on(9, 9, 0), Want: grid.WantOpen, To: grid.Proposed}))
		}, []string{"tells of ticket 41, which is not stored"}},
		"a message neither acted on nor in the inbox": {func(w *town) {
			w.hears("d", "group:g1", on(12, 9, 0), "", 0, "听到了吗")
		}, []string{"at least 1 messages were heard and neither"}},
		"a message in the inbox is no loss": {func(w *town) {
			id := w.hears("d", "group:g1", on(12, 9, 0), "", 0, "排队呢")
			ev := grid.Event{Key: grid.EventKey{Channel: "webchat", Chat: "1", Message: string(id)}, Kind: grid.EventMessage,
				Lane: grid.GridLane("g1"), Message: grid.Message{ID: id}}
			_, _, err := w.tx.Inbox().Put(ev, on(12, 9, 0))
			w.must(err)
		}, nil},
		"a message of a ticket that does not exist": {func(w *town) {
			w.hears("d", "group:g1", on(12, 9, 0), grid.OutLinked, 77, "跟进")
		}, []string{"points to ticket 77, which is not stored"}},
		"a message linked to nothing": {func(w *town) {
			w.hears("d", "group:g1", on(12, 9, 0), grid.OutLinked, 0, "跟进")
		}, []string{`ended as "linked" without a ticket`}},
		"an outcome that nobody knows": {func(w *town) {
			w.hears("d", "group:g1", on(12, 9, 0), "lost", 0, "？")
		}, []string{`ended as "lost", which is no outcome`}},
		"a message that does not point back": {func(w *town) {
			m, err := w.tx.Messages().Get("m3")
			w.must(err)
			m.Ticket = 4
			w.must(w.tx.Messages().Put(m))
		}, []string{"ticket 2 rests on message m3, which points to ticket 4"}},
		"the message of a merged ticket may point to its heir": {func(w *town) {
			m, err := w.tx.Messages().Get(w.ticket(6).Messages[0])
			w.must(err)
			m.Ticket = 1
			w.must(w.tx.Messages().Put(m))
		}, nil},
		"a message that is gone": {func(w *town) {
			w.does(2, "house", grid.WantLink, on(12, 9, 0), grid.Change{Messages: []grid.MessageID{"gone"}}, due("resolve", on(12, 10, 0)))
		}, []string{"ticket 2 rests on message gone, which is not stored"}},
		"a deadline that nothing watches": {func(w *town) {
			w.must(w.tx.Timers().Cancel("t2/step"))
		}, []string{"ticket 2 has a deadline (resolve by 2026-11-12 10:00) that no timer watches"}},
	} {
		t.Run(name, func(t *testing.T) {
			inTown(t, store(t), "c1", func(w *town) {
				aWeek(w)
				unread, err := w.tx.Messages().Recent([]grid.ChatID{"group:g2"}, "", 1)
				w.must(err)
				unread[0].Outcome = grid.OutChatter
				w.must(w.tx.Messages().Put(unread[0]))
				c.spoil(w)
				found, err := Audit(w.tx)
				w.must(err)
				ok := len(found) == len(c.want)
				for i := range min(len(found), len(c.want)) {
					ok = ok && strings.Contains(found[i], c.want[i])
				}
				if !ok {
					t.Errorf("the audit says %q, want %q", found, c.want)
				}
			})
		})
	}
}
