package intents

import (
	"context"
	"testing"

	"youshi/grid"
	"youshi/intents/trees"
)

// leaning makes a Linker that finds everything the beginning of a matter (5),
// or talk (-5), whatever is known of it.
func leaning(score float64) Linker {
	return Linker{Weights: &Weights{Forest: &trees.Forest{Names: ClueNames(), Trees: []trees.Tree{{Leaves: []float64{score}}}}}}
}

// twoSided is a local model's answer with the one on the other side of its line.
func twoSided(in, other grid.Intent) says {
	in.By, other.By = "local", "local"
	in.Else = &other
	return says{name: "local", in: in}
}

func TestTheLinkerTurnsWhatTheLocalModelDoubts(t *testing.T) {
	report := grid.Intent{Kind: grid.Report, Category: grid.Immediate, Urgency: grid.Normal, Topic: "facilities", Confidence: 0.7}
	talk := grid.Intent{Kind: grid.Chatter, Confidence: 0.7}
	more := grid.Intent{Kind: grid.FollowUp, Confidence: 0.7}
	alarm, secret, elder := report, report, report
	alarm.Urgency, secret.Sensitive, elder.Elder = grid.Emergency, true, true
	const opens, talks = 5, -5
	for name, c := range map[string]struct {
		score float64
		steps []Step
		want  grid.Kind
	}{
		"talk becomes a report":                         {opens, []Step{twoSided(talk, report)}, grid.Report},
		"a report becomes talk":                         {talks, []Step{twoSided(report, talk)}, grid.Chatter},
		"a report stays one":                            {opens, []Step{twoSided(report, talk)}, grid.Report},
		"a report does not become more of nothing":      {talks, []Step{twoSided(report, more)}, grid.Report},
		"an emergency never becomes talk":               {talks, []Step{twoSided(alarm, talk)}, grid.Report},
		"nor what must not be said aloud":               {talks, []Step{twoSided(secret, talk)}, grid.Report},
		"nor an old neighbour not seen":                 {talks, []Step{twoSided(elder, talk)}, grid.Report},
		"nor a suspicion of danger":                     {talks, []Step{says{name: "rule", in: grid.Intent{Danger: "gas"}}, twoSided(report, talk)}, grid.Report},
		"nor what a rule finds as well":                 {talks, []Step{says{name: "rule", in: grid.Intent{Kind: grid.Report, Confidence: 0.5}}, twoSided(report, talk)}, grid.Report},
		"more of nothing that sounds like danger is it": {talks, []Step{twoSided(more, alarm)}, grid.Report},
		"more of nothing else stays that":               {talks, []Step{twoSided(more, report)}, grid.FollowUp},
		"what a rule says is not the Linker's to turn":  {opens, []Step{says{name: "rule", in: talk, sure: true}}, grid.Chatter},
	} {
		t.Run(name, func(t *testing.T) {
			m, s := said("有人在叫")
			got := Chain{Steps: c.steps, Linker: leaning(c.score)}.Think(context.Background(), m, s)
			if got.Kind != c.want {
				t.Errorf("%s, want %s", got.Kind, c.want)
			}
		})
	}
}

// sees is a Later step that notes what it is shown.
type sees struct {
	says
	soFar *grid.Intent
}

func (s sees) After(_ context.Context, _ grid.Message, _ grid.Scene, soFar grid.Intent, _ bool) (grid.Intent, bool, error) {
	*s.soFar = soFar
	return grid.Intent{}, false, nil
}

func TestALaterStepIsShownDoubtAndDanger(t *testing.T) {
	talk := grid.Intent{Kind: grid.Chatter, Confidence: 0.95}
	report := grid.Intent{Kind: grid.Report, Confidence: 0.05}
	m, s := said("有人在叫")
	var soFar grid.Intent
	ask := sees{says{name: "llm"}, &soFar}
	Chain{Steps: []Step{says{name: "rule", in: grid.Intent{Danger: "violence"}}, twoSided(talk, report), ask}, Linker: leaning(5)}.Think(context.Background(), m, s)
	if soFar.Kind != grid.Report || soFar.Doubt < differ || soFar.Danger != "violence" {
		t.Errorf("shown %+v", soFar)
	}
	Chain{Steps: []Step{twoSided(talk, report), ask}, Linker: leaning(-5)}.Think(context.Background(), m, s)
	if soFar.Kind != grid.Chatter || soFar.Doubt > 0.05 {
		t.Errorf("shown %+v", soFar)
	}
}

func TestWhatARuleFindsAtAPlaceOfItsOwnStaysAReport(t *testing.T) {
	rule := says{name: "rule", in: grid.Intent{By: "rule", Kind: grid.Report, Topic: "facilities", Confidence: 0.75}}
	for name, c := range map[string]struct {
		place string
		sure  bool
		want  grid.Kind
	}{
		"a place, however sure the model is":  {"北门", true, grid.Report},
		"no place, and the model is not sure": {"", false, grid.Report},
		"no place, and the model is sure":     {"", true, grid.FollowUp},
	} {
		t.Run(name, func(t *testing.T) {
			more := says{name: "local", in: grid.Intent{By: "local", Kind: grid.FollowUp, Confidence: 0.9, Location: c.place}, sure: c.sure}
			v := Chain{Steps: []Step{rule, more}}.weigh(context.Background(), grid.Message{Kind: grid.TextMessage, Text: "灯不亮了"}, grid.Scene{})
			if got := v.conclude(); got.Kind != c.want {
				t.Errorf("%s, want %s", got.Kind, c.want)
			}
		})
	}
}

func TestAFollowUpThatALanguageModelReadFindsItsMatter(t *testing.T) {
	m, s := said("灯还是黑的")
	s.Open = []grid.Matter{{Ticket: grid.Ticket{No: 3, Kind: grid.Report, Status: grid.Proposed, Heard: m.Sent, Reporter: "z"}, SummaryText: "路灯坏了"}}
	for by, want := range map[string]grid.TicketNo{"llm": 3, "local": 0} {
		// Each option has a share of 0.21, none 0.58.
		got, _, _ := leaning(-1).Link(m, grid.Intent{By: by, Kind: grid.FollowUp, Confidence: 0.9}, s)
		if got.Ticket != want {
			t.Errorf("read by %s: ticket %d, want %d", by, got.Ticket, want)
		}
	}
}
