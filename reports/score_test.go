package reports

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"youshi/grid"
)

func scoreNamed(t *testing.T, all []Score, who string) Score {
	t.Helper()
	for _, s := range all {
		if s.Who == who {
			return s
		}
	}
	t.Fatalf("nobody is called %s in %+v", who, all)
	return Score{}
}

func TestScoresAreGivenToWhoeverHadIt(t *testing.T) {
	inTown(t, store(t), "c", func(w *town) {
		no := w.raises("g1", grid.Immediate, on(9, 9, 0), "3栋", on(9, 11, 0), false)
		w.does(no, "b", grid.WantMeToo, on(9, 9, 10), grid.Change{Supporters: []grid.PersonID{w.id("b")}}, w.ticket(no).Due)
		w.does(no, "worker", grid.WantConfirm, on(9, 12, 0), grid.Change{Assignee: w.id("worker")}, due("resolve", on(10, 9, 0))) // late
		w.does(no, "worker", grid.WantAssign, on(9, 12, 5), grid.Change{Assignee: w.id("property")}, due("accept", on(9, 15, 0)))
		w.does(no, "property", grid.WantAccept, on(9, 14, 0), grid.Change{}, due("resolve", on(10, 9, 0))) // in time
		w.does(no, "house", grid.WantLate, on(10, 9, 0), grid.Change{}, w.ticket(no).Due)
		w.does(no, "property", grid.WantResolve, on(10, 10, 0), grid.Change{}, nil) // late
		w.polls(no, on(10, 10, 0), "a", "b")
		w.rates(no, "b", grid.Unsatisfied, on(10, 11, 0))
		w.rates(no, "b", grid.Partly, on(10, 11, 5)) // the last one counts
		w.rates(no, "a", grid.Unsatisfied, on(10, 12, 0))
		w.does(no, "house", grid.WantRework, on(10, 12, 0), grid.Change{}, due("resolve", on(11, 12, 0)))
		w.does(no, "property", grid.WantResolve, on(11, 9, 0), grid.Change{}, nil) // in time
		w.polls(no, on(11, 9, 0), "a", "b")
		w.rates(no, "a", grid.Satisfied, on(11, 10, 0))

		p := Period{Kind: "week", From: on(9, 0, 0), To: on(16, 0, 0)}
		f, err := Reckon(w.tx, p, nil, on(12, 0, 0))
		w.must(err)
		unit := scoreNamed(t, f.Scores.Units, "property")
		want := Score{Who: "property", Resolved: 2, InTime: Rate{2, 3}, Late: 1, SentBack: Rate{1, 2}, Satisfaction: Rate{2, 3}, Turnout: Rate{3, 4},
			Marks: map[grid.Mark]int{grid.Satisfied: 1, grid.Partly: 1, grid.Unsatisfied: 1}}
		same(t, unit, want)
		worker := scoreNamed(t, f.Scores.Workers, "worker")
		same(t, worker.InTime, Rate{0, 1})
		same(t, worker.Resolved, 0)
		same(t, scoreNamed(t, f.Scores.Areas, "g1").InTime, Rate{2, 4})
		same(t, scoreNamed(t, f.Scores.Classes, "immediate").Resolved, 2)
		before, err := Reckon(w.tx, p, nil, on(10, 11, 30))
		w.must(err)
		same(t, scoreNamed(t, before.Scores.Units, "property").Turnout, Rate{1, 2})
		other, err := Reckon(w.tx, p, []grid.AreaID{"g2"}, on(12, 0, 0))
		w.must(err)
		same(t, len(other.Scores.Units)+len(other.Scores.Areas), 0)
	})
}

func same(t *testing.T, got, want any) {
	t.Helper()
	g, _ := json.Marshal(got)
	if w, _ := json.Marshal(want); string(g) != string(w) {
		t.Errorf("got  %s\nwant %s", g, w)
	}
}

// A clerk with nothing but the entries, written down one after the other, comes to
// the same sums.
func TestAnybodyCanCountTheScoresAgainFromTheJournal(t *testing.T) {
	s, n := store(t), 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		inTown(r, s, string(rune('A'+n%20))+time.Duration(n).String(), func(w *town) {
			end := live(r, w).Add(time.Minute)
			p := Period{From: on(9, 0, 0), To: on(9, 0, 0).AddDate(0, 0, rapid.IntRange(1, 20).Draw(r, "days"))}
			f, err := Reckon(w.tx, p, nil, end)
			w.must(err)
			var resolved, back, late, asked int
			last := map[string]grid.Mark{} // ticket, round, person
			began := map[grid.TicketNo]time.Time{}
			for e, err := range w.tx.Journal().Between(epoch, end) {
				w.must(err)
				in := p.Has(e.At)
				if e.Want == grid.WantPoll {
					began[e.Ticket] = e.At
					if in {
						asked += len(e.Set.Poll.Asked)
					}
				}
				if a := e.Set.Answer; a != nil && p.Has(began[e.Ticket]) {
					last[e.Ticket.String()+began[e.Ticket].String()+string(a.Person)] = a.Mark
				}
				if !in {
					continue
				}
				if e.Want == grid.WantResolve && e.To == grid.Resolved {
					resolved++
				}
				if e.Want == grid.WantRework || e.Want == grid.WantObject {
					back++
				}
				if e.Want == grid.WantLate {
					late++
				}
			}
			content := 0
			for _, m := range last {
				content += one(m != grid.Unsatisfied)
			}
			for what, list := range map[string][]Score{"areas": f.Scores.Areas, "classes": f.Scores.Classes} {
				var sum Score
				for _, x := range list {
					sum.Resolved += x.Resolved
					sum.Late += x.Late
					sum.SentBack.N += x.SentBack.N
					sum.Satisfaction = Rate{sum.Satisfaction.N + x.Satisfaction.N, sum.Satisfaction.Of + x.Satisfaction.Of}
					sum.Turnout.Of += x.Turnout.Of
					sum.InTime = Rate{sum.InTime.N + x.InTime.N, sum.InTime.Of + x.InTime.Of}
				}
				kept := Rate{}
				for _, x := range f.OnTime {
					kept = Rate{kept.N + x.N, kept.Of + x.Of}
				}
				got := []any{sum.Resolved, sum.Late, sum.SentBack.N, sum.Satisfaction, sum.Turnout.Of, sum.InTime}
				if g, w := text(got), text([]any{resolved, late, back, Rate{content, len(last)}, asked, kept}); g != w {
					r.Fatalf("%s: %s, counted again %s", what, g, w)
				}
			}
		})
	})
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
