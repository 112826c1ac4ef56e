package days_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"youshi/days"
	"youshi/grid"
)

func line(id string, l days.Labels) days.Line {
	return days.Line{ID: grid.MessageID(id), Group: "g", Time: time.Unix(0, 0), Text: "text of " + id, Labels: l}
}

// row is what a program that agrees with l says.
func row(l days.Line, ticket grid.TicketNo, confidence float64) days.MessageRow {
	return days.MessageRow{
		ID: l.ID, Outcome: grid.OutLinked, Intent: l.Intent, Category: days.Null(l.Category), Urgency: days.Null(l.Urgency), Topic: days.Null(l.Topic),
		Location: days.Null(l.Location), Sensitive: l.Sensitive, Ticket: days.Null(ticket), By: "local", Confidence: confidence,
	}
}

func ticket(n grid.TicketNo, ids ...grid.MessageID) days.TicketRow {
	return days.TicketRow{Number: n, Messages: ids, Status: grid.Proposed}
}

// sample: two matters (a, b, c) and (d), talk (e, f) and an inquiry (g).
func sample() []days.Line {
	return []days.Line{
		line("a", days.Labels{Intent: grid.Report, Category: grid.Immediate, Urgency: grid.Urgent, Topic: "noise", Location: "3栋"}),
		line("b", days.Labels{Intent: grid.Report, Category: grid.Immediate, Urgency: grid.Urgent, Topic: "noise", PartOf: "a"}),
		line("c", days.Labels{Intent: grid.FollowUp, SameAs: "b"}),
		line("d", days.Labels{Intent: grid.Report, Category: grid.Escalate, Urgency: grid.Emergency, Topic: "security_fire", Sensitive: true}),
		line("e", days.Labels{Intent: grid.Chatter}),
		line("f", days.Labels{Intent: grid.Chatter}),
		line("g", days.Labels{Intent: grid.Inquiry, Topic: "property"}),
	}
}

func perfect(gold []days.Line) days.Result {
	tickets := map[grid.MessageID]grid.TicketNo{"a": 1, "b": 1, "c": 1, "d": 2}
	r := days.Result{Messages: len(gold), Tickets: []days.TicketRow{ticket(1, "a", "b", "c"), ticket(2, "d")}}
	for _, l := range gold {
		r.ByMessage = append(r.ByMessage, row(l, tickets[l.ID], 0.9))
	}
	return r
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9 {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestAPerfectResultScoresOneEverywhere(t *testing.T) {
	gold := sample()
	s := days.ScoreOf(gold, perfect(gold))
	for what, v := range map[string]float64{
		"intent": s.Intent.Accuracy, "macro F1": s.Intent.MacroF1, "actionable": s.Actionable.F1, "category": s.Category.Accuracy,
		"end to end": s.CategoryEndToEnd.MacroF1, "urgency": s.Urgency.MacroF1, "emergency": s.Emergency.F1, "topic": s.Topic.Accuracy,
		"sensitive": s.Sensitive.F1, "location": s.Location.Exact, "linking": s.Linking.Pairwise.F1, "matters": s.Matters.F1,
		"interval": s.Intervals["actionable.f1"][0],
	} {
		near(t, what, v, 1)
	}
	if s.N != 7 || s.Intent.N != 7 || s.Topic.N != 4 || s.Location.N != 1 || len(s.Wrong) != 0 || len(s.WrongLabels) != 0 {
		t.Errorf("counts are off: %+v", s)
	}
}

func TestAResultThatIsAllWrongScoresNothing(t *testing.T) {
	gold := sample()
	got := days.Result{Messages: len(gold)}
	for _, l := range gold {
		wrong := days.Labels{Intent: grid.Chatter, Sensitive: !l.Sensitive}
		if l.Intent == grid.Chatter {
			wrong.Intent = grid.Report
		}
		got.ByMessage = append(got.ByMessage, row(line(string(l.ID), wrong), 0, 0.5))
	}
	s := days.ScoreOf(gold, got)
	for what, v := range map[string]float64{
		"intent": s.Intent.Accuracy, "actionable": s.Actionable.F1, "end to end": s.CategoryEndToEnd.Accuracy, "emergency": s.Emergency.R,
		"sensitive": s.Sensitive.F1, "location": s.Location.Exact, "linking": s.Linking.Pairwise.F1, "matters": s.Matters.F1,
	} {
		near(t, what, v, 0)
	}
	if len(s.Wrong) != 7 || s.Category.N != 0 || s.CategoryEndToEnd.N != 3 {
		t.Errorf("%d wrong, category over %d and %d; want 7, 0, 3", len(s.Wrong), s.Category.N, s.CategoryEndToEnd.N)
	}
}

func TestNothingToScoreIsZeroNotNaN(t *testing.T) {
	for name, gold := range map[string][]days.Line{"no lines": nil, "no labels": {line("a", days.Labels{})}} {
		t.Run(name, func(t *testing.T) {
			s := days.ScoreOf(gold, days.Result{Tickets: []days.TicketRow{ticket(1, "a")}})
			b, err := json.Marshal(s)
			if err != nil || s.N != 0 {
				t.Fatalf("n %d, %v", s.N, err)
			}
			if !strings.Contains(string(b), `"matters":{"p":0,"r":0,"f1":0}`) || !strings.Contains(string(b), `"wrong":[]`) {
				t.Errorf("got %s", b)
			}
		})
	}
}

func TestEveryFigureIsCountedAsItIsDescribed(t *testing.T) {
	gold := sample()
	got := perfect(gold)
	rows := got.ByMessage
	rows[1] = row(line("b", days.Labels{Intent: grid.Chatter}), 0, 0.6)                                                                   // a part missed
	rows[3].Category, rows[3].Urgency = days.Null(grid.Immediate), days.Null(grid.Urgent)                                                 // an emergency not seen
	rows[4] = row(line("e", days.Labels{Intent: grid.Report, Category: grid.Immediate, Urgency: grid.Emergency, Topic: "pets"}), 3, 0.95) // a false alarm
	rows[0].Location = days.Null("3栋2单元")
	got.Tickets = []days.TicketRow{ticket(1, "a", "c"), ticket(2, "d"), ticket(3, "e"), ticket(4, "c")}
	got.Said = []days.Post{
		{To: "group:g", ReplyTo: days.Null(grid.MessageID("e"))}, {To: "group:g", ReplyTo: days.Null(grid.MessageID("a"))}, {To: "staff:g", ReplyTo: days.Null(grid.MessageID("f"))},
	}
	got.LLM.Calls = 14
	s := days.ScoreOf(gold, got)

	near(t, "intent accuracy", s.Intent.Accuracy, 5.0/7)
	near(t, "report precision", s.Intent.PerClass["report"].P, 2.0/3)
	near(t, "report recall", s.Intent.PerClass["report"].R, 2.0/3)
	// report 2/3, follow-up 1, chatter: right f, given b f, of e f: 1/2, inquiry 1
	near(t, "intent macro F1", s.Intent.MacroF1, (2.0/3+1+0.5+1)/4)
	near(t, "actionable F1", s.Actionable.F1, 2.0/3)
	near(t, "category", s.Category.Accuracy, 1.0/2)                    // a right, d wrong, b not found
	near(t, "category end to end", s.CategoryEndToEnd.Accuracy, 1.0/3) // b counts
	near(t, "urgency", s.Urgency.Accuracy, 1.0/2)
	near(t, "emergency precision", s.Emergency.P, 0) // e was called one
	near(t, "emergency recall", s.Emergency.R, 0)
	near(t, "topic", s.Topic.Accuracy, 1) // a, d, g
	near(t, "location", s.Location.Exact, 0)
	near(t, "linking precision", s.Linking.Pairwise.P, 1)  // a–c
	near(t, "linking recall", s.Linking.Pairwise.R, 1.0/3) // of a–b, a–c, b–c
	near(t, "matters precision", s.Matters.P, 2.0/4)       // e is none, c's was taken by ticket 1
	near(t, "matters recall", s.Matters.R, 1)
	near(t, "posts", s.PostsPer100, 300.0/7)
	near(t, "group posts", s.GroupPostsPer100, 200.0/7)
	near(t, "chatter answered", s.ChatterAnsweredPer100, 50) // e of e, f
	near(t, "LLM calls", s.LLMCallsPer100, 200)
	if s.Confusion["chatter"]["report"] != 1 || s.Confusion["report"]["chatter"] != 1 || s.CategoryConfusion["immediate"]["none"] != 1 {
		t.Errorf("confusion is %v and %v", s.Confusion, s.CategoryConfusion)
	}
	if len(s.Wrong) != 2 || s.Wrong[0].ID != "e" || s.Wrong[0].Gold != "chatter" || s.Wrong[0].Got != "report" || s.Wrong[0].Confidence != 0.95 {
		t.Errorf("wrong is %+v", s.Wrong)
	}
}

func TestAMessageWithoutARowIsWrongAndNoClassOfItsOwn(t *testing.T) {
	gold := sample()[4:6]
	s := days.ScoreOf(gold, days.Result{ByMessage: []days.MessageRow{row(gold[0], 0, 1)}})
	near(t, "accuracy", s.Intent.Accuracy, 0.5)
	near(t, "macro F1", s.Intent.MacroF1, 2.0/3)
	if s.Confusion["chatter"]["none"] != 1 || s.Wrong[0].Got != "none" {
		t.Errorf("confusion %v, wrong %v", s.Confusion, s.Wrong)
	}
}

func TestMattersAreTiedOverAnyNumberOfSteps(t *testing.T) {
	gold := []days.Line{
		line("a", days.Labels{Intent: grid.Report}),
		line("b", days.Labels{Intent: grid.Report, SameAs: "a"}),
		line("c", days.Labels{Intent: grid.Report, PartOf: "b"}),
		line("q", days.Labels{Intent: grid.Inquiry}),
		line("r", days.Labels{Intent: grid.FollowUp, SameAs: "q"}), // tied, but no matter
	}
	var rows []days.MessageRow
	for i, n := range []grid.TicketNo{1, 0, 1, 2, 2} {
		rows = append(rows, row(gold[i], n, 1))
	}
	s := days.ScoreOf(gold, days.Result{ByMessage: rows, Tickets: []days.TicketRow{ticket(2, "q", "r"), ticket(1, "a", "c")}})
	near(t, "linking precision", s.Linking.Pairwise.P, 1) // a–c, q–r
	near(t, "linking recall", s.Linking.Pairwise.R, 2.0/4)
	near(t, "matters precision", s.Matters.P, 1.0/2) // q's ticket opened nothing that is a matter
	near(t, "matters recall", s.Matters.R, 1)
}

func TestAnOrderAboutATicketAndAMergedTicketAreNotCounted(t *testing.T) {
	gold := []days.Line{
		line("a", days.Labels{Intent: grid.Report}),
		line("o", days.Labels{Intent: grid.Order}),
		line("b", days.Labels{Intent: grid.Report, SameAs: "a"}),
	}
	order := row(gold[1], 1, 1)
	order.Outcome = grid.OutCommand
	merged := ticket(2, "b")
	merged.Status = grid.Merged
	s := days.ScoreOf(gold, days.Result{ByMessage: []days.MessageRow{row(gold[0], 1, 1), order, row(gold[2], 1, 1)}, Tickets: []days.TicketRow{ticket(1, "a", "b"), merged}})
	near(t, "linking", s.Linking.Pairwise.F1, 1)
	near(t, "matters", s.Matters.F1, 1)
}

func TestScoresStayWithinBoundsAndIntervalsHoldThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var gold []days.Line
		var got days.Result
		for i := range rapid.IntRange(0, 12).Draw(t, "lines") {
			l := line(fmt.Sprint(i), days.Labels{Intent: rapid.SampledFrom(grid.Kinds()).Draw(t, "gold")})
			if i > 0 && rapid.Bool().Draw(t, "tied") {
				l.SameAs = grid.MessageID(fmt.Sprint(rapid.IntRange(0, i-1).Draw(t, "to")))
			}
			gold = append(gold, l)
			n := grid.TicketNo(rapid.IntRange(0, 4).Draw(t, "ticket"))
			got.ByMessage = append(got.ByMessage, row(line(fmt.Sprint(i), days.Labels{Intent: rapid.SampledFrom(grid.Kinds()).Draw(t, "got")}), n, 0.5))
			if n > 0 {
				got.Tickets = append(got.Tickets, ticket(n, l.ID))
			}
		}
		s := days.ScoreOf(gold, got)
		for what, p := range map[string]days.PRF{"actionable": s.Actionable, "linking": s.Linking.Pairwise, "matters": s.Matters} {
			if p.P < 0 || p.P > 1 || p.R < 0 || p.R > 1 || p.F1 > max(p.P, p.R)+1e-9 || p.F1 < min(p.P, p.R)-1e-9 {
				t.Fatalf("%s is %+v", what, p)
			}
		}
		for what, i := range s.Intervals {
			if i[0] > i[1] || i[0] < 0 || i[1] > 1+1e-9 {
				t.Fatalf("interval of %s is %v", what, i)
			}
		}
		if i := s.Intervals["intent.accuracy"]; s.Intent.Accuracy < i[0]-1e-9 || s.Intent.Accuracy > i[1]+1e-9 {
			t.Fatalf("accuracy %v lies outside of %v", s.Intent.Accuracy, i)
		}
	})
}

func TestTheTableShowsFiguresConfusionAndMistakes(t *testing.T) {
	gold := sample()
	got := perfect(gold)
	got.ByMessage[4].Intent, got.ByMessage[4].Confidence = grid.Report, 0.97
	var out bytes.Buffer
	if err := days.ScoreOf(gold, got).WriteTable(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"7 labelled messages", "actionable precision", "0.750", "right \\ given", "wrong intents (1)", "0.97", "intent: chatter → report", "text of e"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, out.String())
		}
	}
}

func TestAResultIsPrintedWithNullsWhereThereIsNothingToSay(t *testing.T) {
	b, err := json.Marshal(days.Result{
		ByMessage: []days.MessageRow{{ID: "a", Outcome: grid.OutChatter, Intent: grid.Chatter, By: "rule", Confidence: 1}},
		Tickets:   []days.TicketRow{{Number: 1, Status: grid.OnHold}}, Said: []days.Post{{To: "group:g", Buttons: []string{}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{"id":"a","outcome":"chatter","intent":"chatter","category":null,"urgency":null,"topic":null,"location":null,"sensitive":false,"ticket":null,"by":"rule","confidence":1}`,
		`"due":null,"due_because":null,"assignee":null`, `"poll":null`, `"reply_to":null,"buttons":[]`,
		`"llm":{"calls":0,"cached":0,"failed":0,"prompt_tokens":0,"completion_tokens":0}`,
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the object lacks %s:\n%s", want, b)
		}
	}
}
