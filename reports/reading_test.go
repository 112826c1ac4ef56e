package reports

import (
	"math/rand/v2"
	"testing"

	"youshi/grid"
)

// refuses rejects a ticket for a reason.
func (w *town) refuses(no grid.TicketNo, why string) {
	w.t.Helper()
	id, err := w.tx.Words().Put(w.id("worker"), why)
	w.must(err)
	t, entries, err := w.ticket(no).Move(grid.Ask{Want: grid.WantReject, By: grid.Actor{Person: w.id("worker"), Role: grid.GridWorker}, At: on(10, 12, 0), Why: id})
	w.must(err)
	w.store(t, entries)
}

func TestReadingIsWhatStaffsDecisionsTell(t *testing.T) {
	inTown(t, store(t), "东", func(w *town) {
		raise := func(c grid.Category) grid.TicketNo {
			return w.raises("g1", c, on(9, 9, 0), "3栋", on(9, 11, 0), false)
		}
		asRead, raised, talk, theirs, again, undecided := raise(grid.Immediate), raise(grid.Immediate), raise(grid.Pending), raise(grid.Pending), raise(grid.Immediate), raise(grid.Immediate)
		w.does(asRead, "worker", grid.WantConfirm, on(9, 10, 0), grid.Change{}, nil)
		w.does(raised, "worker", grid.WantReclassify, on(9, 10, 0), grid.Change{Category: grid.Escalate, Urgency: grid.Urgent}, nil)
		w.does(raised, "worker", grid.WantConfirm, on(9, 10, 5), grid.Change{}, nil)
		w.refuses(talk, "误判，是闲聊")
		w.refuses(theirs, "这是市政的路，不归社区")
		w.does(again, "worker", grid.WantMerge, on(9, 10, 0), grid.Change{Into: asRead}, nil)
		_ = undecided
		old := w.raises("g1", grid.Pending, on(1, 9, 0), "3栋", on(9, 11, 0), false)
		w.does(old, "worker", grid.WantConfirm, on(9, 10, 0), grid.Change{}, nil)

		got, err := ReadingOf(w.tx, on(9, 0, 0), on(16, 0, 0))
		w.must(err)
		if got.Decided != 4 || got.AsRead != 1 || got.Merged != 1 || got.Missed != 0 {
			t.Errorf("%+v", got)
		}
		if got.Matters.Precision != (Rate{2, 3}) || got.Matters.Recall != (Rate{2, 2}) {
			t.Errorf("matters %+v", got.Matters)
		}
		if got.Categories[grid.Immediate].Precision != (Rate{1, 2}) || got.Categories[grid.Immediate].Recall != (Rate{1, 1}) || got.Categories[grid.Escalate].Recall != (Rate{0, 1}) {
			t.Errorf("categories %+v", got.Categories)
		}
		if got.Urgencies[grid.Urgent].Recall != (Rate{0, 1}) || got.Urgencies[grid.Normal].Precision != (Rate{1, 2}) || got.Topics != (Rate{2, 2}) {
			t.Errorf("urgencies %+v, topics %+v", got.Urgencies, got.Topics)
		}
	})
}

func TestWhatStaffOpenedThemselvesWasMissed(t *testing.T) {
	inTown(t, store(t), "东", func(w *town) {
		found := w.raises("g1", grid.Immediate, on(9, 9, 0), "3栋", on(9, 11, 0), false)
		w.does(found, "worker", grid.WantConfirm, on(9, 10, 0), grid.Change{}, nil)
		for _, source := range []grid.Source{grid.Online, grid.Offline} { // from a suspicion card, and 记
			no, err := w.tx.Tickets().NextNo()
			w.must(err)
			said := w.hears("a", "group:g1", on(9, 12, 0), grid.OutTicket, no, "一股怪味")
			tk, entries, err := grid.NewTicket(no, grid.Actor{Person: w.id("worker"), Role: grid.GridWorker}, on(9, 12, 5), said, grid.Change{
				Opening:  &grid.Opening{Area: "g1", Chat: "group:g1", Kind: grid.Report, Source: source, Reporter: w.id("a"), Heard: on(9, 12, 0)},
				Category: grid.Escalate, Urgency: grid.Emergency, Topic: "security_fire", Messages: []grid.MessageID{said}})
			w.must(err)
			w.store(tk, entries)
		}
		got, err := ReadingOf(w.tx, on(9, 0, 0), on(16, 0, 0))
		w.must(err)
		if got.Missed != 2 || got.Matters.Recall != (Rate{1, 3}) || got.Matters.Precision != (Rate{1, 1}) || got.Categories[grid.Escalate].Recall.Of != 0 {
			t.Errorf("%+v", got)
		}
	})
}

// weeksOf gives 35 days of n messages each; share and confidence of the last
// seven are of their own.
func weeksOf(random *rand.Rand, n int, reports, confidence, lastReports, lastConfidence float64) []Tally {
	var days []Tally
	for d := range 35 {
		p, c := reports, confidence
		if d >= 28 {
			p, c = lastReports, lastConfidence
		}
		t := Tally{Kinds: map[grid.Kind]int{}}
		for range n {
			k := grid.Chatter
			if random.Float64() < p {
				k = grid.Report
			}
			x := min(1, max(0, c+0.1*random.NormFloat64()))
			t = t.add(Tally{Messages: 1, Kinds: map[grid.Kind]int{k: 1}, Confidence: x, Squares: x * x})
		}
		days = append(days, t)
	}
	return days
}

func TestDriftIsWhatChanceDoesNotExplain(t *testing.T) {
	for name, c := range map[string]struct {
		perDay             int
		reports, last      float64
		confidence, latest float64
		moved, enough      bool
	}{
		"the same":            {80, 0.1, 0.1, 0.9, 0.9, false, true},
		"far more reports":    {80, 0.1, 0.3, 0.9, 0.9, true, true},
		"less sure":           {80, 0.1, 0.1, 0.9, 0.75, true, true},
		"too little to say":   {5, 0.1, 0.5, 0.9, 0.4, false, false},
		"a difference of 1 %": {4000, 0.1, 0.11, 0.9, 0.9, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			got := DriftOf(weeksOf(rand.New(rand.NewPCG(1, 2)), c.perDay, c.reports, c.confidence, c.last, c.latest))
			if got.Moved != c.moved || got.Enough != c.enough {
				t.Errorf("%+v", got)
			}
		})
	}
	alarms := 0
	for seed := range uint64(200) {
		if DriftOf(weeksOf(rand.New(rand.NewPCG(seed, 3)), 40, 0.2, 0.8, 0.2, 0.8)).Moved {
			alarms++
		}
	}
	if alarms > 6 {
		t.Errorf("%d of 200 months without a change are called changed", alarms)
	}
	if got := DriftOf(nil); got.Enough || got.Moved {
		t.Errorf("of nothing: %+v", got)
	}
}

func TestRejectionsThatSayItWasNoMatter(t *testing.T) {
	for reason, want := range map[string]bool{
		"闲聊": true, "不是诉求": true, "误报，玩笑话": true, "团购广告": true, "是在开玩笑": true,
		"不归我们管": false, "已经修好了": false, "重复": false, "属于市政": false, "": false, "地址不明": false, "没有这个单元": false,
	} {
		if got := NotAMatter(reason); got != want {
			t.Errorf("%q: %v", reason, got)
		}
	}
}
