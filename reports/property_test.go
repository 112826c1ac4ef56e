package reports

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"youshi/grid"
)

var somebody = []string{"a", "b", "c", "worker", "worker", "property", "house", "house"}

var something = []grid.Want{grid.WantConfirm, grid.WantConfirm, grid.WantReject, grid.WantAssign, grid.WantAccept, grid.WantProgress,
	grid.WantWait, grid.WantResume, grid.WantResolve, grid.WantResolve, grid.WantPoll, grid.WantPoll, grid.WantRate, grid.WantRework,
	grid.WantClose, grid.WantClose, grid.WantObject, grid.WantWithdraw, grid.WantMerge, grid.WantEscalate, grid.WantMeToo}

// live lets things happen to up to eight matters until the time of the last one.
func live(r *rapid.T, w *town) time.Time {
	at, n := on(7, 9, 0), rapid.IntRange(0, 8).Draw(r, "matters")
	for range n {
		c := rapid.SampledFrom(grid.Categories()).Draw(r, "category")
		area := rapid.SampledFrom([]grid.AreaID{"g1", "g2"}).Draw(r, "area")
		at = at.Add(time.Duration(rapid.IntRange(0, 40).Draw(r, "hours")) * time.Hour)
		w.raises(area, c, at, "3栋", at.Add(2*time.Hour), rapid.Bool().Draw(r, "private"))
		w.hears("d", grid.ChatID("group:"+area), at, rapid.SampledFrom(append(grid.Outcomes()[2:], "")).Draw(r, "outcome"), 0, "")
	}
	for range rapid.IntRange(0, 60).Draw(r, "steps") {
		if n == 0 {
			break
		}
		at = at.Add(time.Duration(rapid.IntRange(0, 300).Draw(r, "minutes")) * time.Minute)
		no := grid.TicketNo(rapid.IntRange(1, n).Draw(r, "ticket"))
		who := rapid.SampledFrom(somebody).Draw(r, "who")
		want := rapid.SampledFrom(something).Draw(r, "want")
		var set grid.Change
		switch want {
		case grid.WantAssign:
			set.Assignee = w.id("property")
		case grid.WantMerge:
			set.Into = no%grid.TicketNo(n) + 1
		case grid.WantEscalate:
			set.Level, _ = w.ticket(no).Level.Above()
		case grid.WantMeToo:
			set.Supporters = []grid.PersonID{w.id("b")}
		case grid.WantPoll:
			set.Poll = &grid.Poll{Began: at, Ends: at.Add(72 * time.Hour), Asked: []grid.PersonID{w.id("a"), w.id("b")}}
		case grid.WantRate:
			mark := rapid.SampledFrom([]grid.Mark{grid.Satisfied, grid.Partly, grid.Unsatisfied}).Draw(r, "mark")
			set.Answer = &grid.Answer{Person: w.id(who), Mark: mark, At: at}
		}
		next := rapid.SampledFrom([]*grid.Deadline{nil, due("accept", at.Add(3*time.Hour)), due("resolve", at.Add(24*time.Hour))}).Draw(r, "deadline")
		w.tries(no, who, want, at, set, next)
	}
	return at
}

// counted is what a clerk would count from the tickets as they are stored.
func counted(w *town, p Period, now time.Time) map[string]int {
	n := map[string]int{}
	for t, err := range w.tx.Tickets().All() {
		w.must(err)
		back := t.Reason == grid.ReasonWithdrawn
		if !t.Status.Ended() && t.Heard.Before(p.To) {
			n["open"]++
			if t.Due != nil && t.Due.Due.Before(now) && t.Status != grid.Resolved {
				n["overdue"]++
			}
		}
		if t.Heard.Before(p.From) || !t.Heard.Before(p.To) {
			continue
		}
		if t.Status == grid.Merged {
			n["merged"]++
			continue
		}
		n["found"]++
		for what, yes := range map[string]bool{
			"confirmed": !t.Confirmed.IsZero(), "rejected": t.Status == grid.Rejected, "withdrawn": t.Status == grid.Closed && back,
			"solved": t.Status == grid.Closed && !back, "rework": t.Round > 0,
		} {
			n[what] += one(yes)
		}
	}
	return n
}

func TestTheFiguresAddUpWhateverHappened(t *testing.T) {
	s, towns := store(t), 0
	rapid.Check(t, func(r *rapid.T) {
		towns++
		inTown(r, s, fmt.Sprintf("town %d", towns), func(w *town) {
			now := live(r, w).Add(time.Minute)
			p := Period{From: on(9, 0, 0), To: on(60, 0, 0), Kind: "days"}
			f, err := Reckon(w.tx, p, nil, now)
			w.must(err)
			want := counted(w, p, now)
			for what, got := range map[string]int{"found": f.Found, "merged": f.Merged, "confirmed": f.Confirmed, "rejected": f.Rejected,
				"withdrawn": f.Withdrawn, "solved": f.Solved, "rework": f.ReworkRate.N, "open": f.Open, "overdue": f.Overdue} {
				if got != want[what] {
					r.Fatalf("%s: %d from the journal, %d from the tickets", what, got, want[what])
				}
			}
			levels, outcomes, categories := 0, f.Unread, 0
			for _, n := range f.SolvedAtLevel {
				levels += n
			}
			for _, n := range f.Outcomes {
				outcomes += n
			}
			for _, n := range f.FoundByCategory {
				categories += n
			}
			for name, sum := range map[string][2]int{"levels are solved": {levels, f.Solved}, "outcomes are heard": {outcomes, f.Heard},
				"categories are found": {categories, f.Found}, "answers are turnout": {f.Satisfaction.Of, f.Turnout.N}} {
				if sum[0] != sum[1] {
					r.Fatalf("%s: %d and %d", name, sum[0], sum[1])
				}
			}
			for name, rate := range map[string]Rate{"solved": f.SolvedRate, "satisfaction": f.Satisfaction, "rework": f.ReworkRate,
				"repeat": f.Repeat, "confirm": f.OnTime["confirm"], "accept": f.OnTime["accept"], "resolve": f.OnTime["resolve"],
				"turnout": f.Turnout, "answered": {f.FirstAnswer.Answered, f.FirstAnswer.Of}} {
				if rate.N < 0 || rate.N > rate.Of {
					r.Fatalf("%s: %d of %d", name, rate.N, rate.Of)
				}
			}
			for _, h := range f.Hot {
				if w.ticket(h.Number).Private {
					r.Fatalf("the private matter %d is named", h.Number)
				}
			}
			for _, o := range f.Worst {
				if w.ticket(o.Number).Private {
					r.Fatalf("the private matter %d is named", o.Number)
				}
			}
			audited(r, w)
		})
	})
}

// audited checks that nothing but messages without outcome is wrong: the towns
// leave some of them outside the inbox.
func audited(r *rapid.T, w *town) {
	found, err := Audit(w.tx)
	w.must(err)
	unread := 0
	accounts, err := Accounts(w.tx, local)
	w.must(err)
	for _, a := range accounts {
		unread += a.Inbox
	}
	if len(found) != one(unread > 0) {
		r.Fatalf("the audit says %q, with %d unread", found, unread)
	}
}
