package days_test

import (
	"testing"

	"youshi/days"
	"youshi/grid"
)

func TestResultsTogetherKeepTheirTicketsApart(t *testing.T) {
	gold := []days.Line{
		line("a", days.Labels{Intent: grid.Report}), line("b", days.Labels{Intent: grid.Report, SameAs: "a"}),
		line("c", days.Labels{Intent: grid.Report}),
	}
	no := grid.TicketNo(1)
	one := days.Result{Messages: 2, Outcomes: map[grid.Outcome]int{grid.OutTicket: 1, grid.OutLinked: 1}, LLM: days.LLM{Calls: 2},
		ByMessage: []days.MessageRow{row(gold[0], 1, 1), row(gold[1], 1, 1)}, Tickets: []days.TicketRow{ticket(1, "a", "b")}}
	two := days.Result{Messages: 1, Outcomes: map[grid.Outcome]int{grid.OutTicket: 1}, LLM: days.LLM{Calls: 1},
		ByMessage: []days.MessageRow{row(gold[2], 1, 1)}, Tickets: []days.TicketRow{ticket(1, "c")}, Said: []days.Post{{Ticket: &no}, {}}}
	both := days.Together(one, two)
	if both.Messages != 3 || both.Outcomes[grid.OutTicket] != 2 || both.LLM.Calls != 3 || len(both.Said) != 2 {
		t.Errorf("together: %+v", both)
	}
	if n := days.Value(both.ByMessage[2].Ticket); n != 2 || both.Tickets[1].Number != 2 || *both.Said[0].Ticket != 2 || both.Said[1].Ticket != nil {
		t.Errorf("the second day's ticket is %d: %+v", n, both)
	}
	if *two.ByMessage[0].Ticket != 1 {
		t.Error("the day's own result was changed")
	}
	s := days.ScoreOf(gold, both)
	near(t, "linking", s.Linking.Pairwise.F1, 1)
	near(t, "matters", s.Matters.F1, 1)
}

func TestGoalsAreMetOnTheirOwnSideOfTheBound(t *testing.T) {
	for _, c := range []struct {
		name   string
		atMost bool
		figure float64
		met    bool
	}{
		{"enough", false, 0.9, true}, {"exactly enough", false, 0.8, true}, {"too little", false, 0.7, false},
		{"few", true, 0.7, true}, {"exactly as many as may be", true, 0.8, true}, {"too many", true, 0.9, false},
	} {
		if g := days.NewGoal(c.name, c.atMost, 0.8, c.figure); g.Met != c.met {
			t.Errorf("%s: %+v", c.name, g)
		}
	}
	gold := sample()
	for _, g := range days.ScoreOf(gold, perfect(gold)).Goals(false) {
		if g.Name == "actionable F1" && (!g.Met || g.Interval == nil) {
			t.Errorf("a perfect reader: %+v", g)
		}
	}
}

func TestAlarmsCountWhatStrangersDidNotMean(t *testing.T) {
	var got days.Result
	for i := range 1000 {
		r := row(line("x", days.Labels{Intent: grid.Chatter}), 0, 1)
		if i < 4 {
			r.Intent = grid.Report
		}
		if i < 2 {
			r.Outcome = grid.OutTicket
		}
		got.ByMessage = append(got.ByMessage, r)
	}
	got.ByMessage = append(got.ByMessage, row(line("own", days.Labels{Intent: grid.Report}), 1, 1))
	a := days.AlarmsOf(got, func(id grid.MessageID) bool { return id == "x" })
	if a.N != 1000 || a.Alarms != 4 || a.Tickets != 2 || a.Per1000 != 4 || a.Interval[0] < 1 || a.Interval[0] > 4 || a.Interval[1] < 4 || a.Interval[1] > 11 {
		t.Errorf("got %+v", a)
	}
	if none := days.AlarmsOf(days.Result{}, nil); none != (days.Alarms{}) {
		t.Errorf("of nobody: %+v", none)
	}
}
