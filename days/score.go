package days

import (
	"cmp"
	"slices"

	"youshi/grid"
)

// Score is how well a Result fits the labels: the object that
// `youshi eval --json` prints. Shares are 0 to 1; a share of nothing is 0.
type Score struct {
	N          int     `json:"n"` // labelled messages; nothing else is scored
	Intent     Classes `json:"intent"`
	Actionable PRF     `json:"actionable"` // report, suggestion, wish against the rest
	// Category, Urgency and Topic are over messages that have such a label and
	// of which the program also said a kind that has one (see bears).
	Category         Classes  `json:"category"`
	CategoryEndToEnd Classes  `json:"category_end_to_end"` // over all that have a category, a miss being wrong
	Urgency          Classes  `json:"urgency"`
	Emergency        PRF      `json:"emergency"` // over all messages
	Topic            Classes  `json:"topic"`
	Sensitive        PRF      `json:"sensitive"` // over all messages
	Location         Location `json:"location"`
	Linking          Linking  `json:"linking"`
	Matters          PRF      `json:"matters"`

	PostsPer100           float64 `json:"posts_per_100"`            // posts anywhere, per 100 messages of the days
	GroupPostsPer100      float64 `json:"group_posts_per_100"`      // posts in residents' groups, the same
	ChatterAnsweredPer100 float64 `json:"chatter_answered_per_100"` // of 100 chatter messages, how many a group post quotes
	LLMCallsPer100        float64 `json:"llm_calls_per_100"`        // per 100 messages of the days

	// Intervals hold, with 95 % confidence, the figure for days like these
	// (bootstrap: 1,000 draws of messages, or of matters for linking and matters).
	Intervals map[string][2]float64 `json:"intervals"`

	Confusion         Confusion `json:"confusion"`          // of intents
	CategoryConfusion Confusion `json:"category_confusion"` // end to end
	Wrong             []Mistake `json:"wrong"`              // intents that are wrong, the most confident first
	WrongLabels       []Mistake `json:"wrong_labels"`       // other labels that are wrong on messages found; same order
}

// Location is how often the place is the labelled one, character by character.
type Location struct {
	Exact float64 `json:"exact"` // of messages that have a place
	N     int     `json:"n"`
}

// Linking is how well messages were put together.
type Linking struct {
	Pairwise PRF `json:"pairwise"`
}

// Mistake is one wrong answer.
type Mistake struct {
	ID         grid.MessageID `json:"id"`
	Text       string         `json:"text"`
	Label      string         `json:"label"` // intent, category, urgency, topic, location, sensitive
	Gold       string         `json:"gold"`
	Got        string         `json:"got"`
	By         string         `json:"by"`
	Confidence float64        `json:"confidence"`
}

// bears says which kinds of message have which labels at all.
var bears = map[string][]grid.Kind{
	"category": {grid.Report, grid.Suggestion, grid.Wish},
	"urgency":  {grid.Report, grid.Wish},
	"topic":    {grid.Report, grid.Suggestion, grid.Wish, grid.Inquiry},
}

// judged is a labelled message with what the program said of it.
type judged struct {
	Line
	row MessageRow
}

func (j judged) bears(label string) bool { return slices.Contains(bears[label], j.row.Intent) }

// ScoreOf compares gold, the lines of the days, with what the program made of
// them. Only labelled lines count. A line of which got has no row counts as one
// of which the program said nothing.
func ScoreOf(gold []Line, got Result) Score {
	rows := make(map[grid.MessageID]MessageRow, len(got.ByMessage))
	for _, row := range got.ByMessage {
		rows[row.ID] = row
	}
	var all []judged
	var labelled []Line
	for _, l := range gold {
		if l.Labelled() {
			labelled = append(labelled, l)
			all = append(all, judged{l, rows[l.ID]})
		}
	}
	t := newTally()
	for _, j := range all {
		t.add(j)
	}
	s := t.score()
	lands := patches(labelled, got)
	link, matters := sums(lands)
	s.Linking.Pairwise, s.Matters = link.prf(), matters.prf()
	s.manners(all, len(gold), got)
	s.Intervals = intervals(all, lands)
	s.Confusion, s.CategoryConfusion = t.intent, t.endToEnd
	s.Wrong, s.WrongLabels = mistakes(all)
	return s
}

// tally counts what can be counted message by message.
type tally struct {
	n                                         int
	intent, category, endToEnd                Confusion
	urgency, topic                            Confusion
	actionable, emergency, sensitive, located hits
}

func newTally() *tally {
	return &tally{intent: Confusion{}, category: Confusion{}, endToEnd: Confusion{}, urgency: Confusion{}, topic: Confusion{}}
}

func (t *tally) add(j judged) {
	t.n++
	t.intent.add(string(j.Intent), string(j.row.Intent))
	t.actionable.add(j.Intent.Actionable(), j.row.Intent.Actionable())
	t.emergency.add(j.Urgency == grid.Emergency, Value(j.row.Urgency) == grid.Emergency)
	t.sensitive.add(j.Sensitive, j.row.Sensitive)
	category := string(Value(j.row.Category))
	if j.Category != "" && j.Intent.Actionable() {
		if j.bears("category") {
			t.category.add(string(j.Category), category)
			t.endToEnd.add(string(j.Category), category)
		} else {
			t.endToEnd.add(string(j.Category), none)
		}
	}
	if j.Urgency != "" && j.bears("urgency") {
		t.urgency.add(string(j.Urgency), string(Value(j.row.Urgency)))
	}
	if j.Topic != "" && j.bears("topic") {
		t.topic.add(string(j.Topic), string(Value(j.row.Topic)))
	}
	if j.Location != "" {
		t.located.add(true, Value(j.row.Location) == j.Location)
	}
}

func (t *tally) score() Score {
	return Score{
		N: t.n, Intent: t.intent.classes(), Actionable: t.actionable.prf(),
		Category: t.category.classes(), CategoryEndToEnd: t.endToEnd.classes(),
		Urgency: t.urgency.classes(), Emergency: t.emergency.prf(), Topic: t.topic.classes(),
		Sensitive: t.sensitive.prf(), Location: Location{share(t.located.both, t.located.gold), t.located.gold},
	}
}

func sums(all []patch) (pairs, matters hits) {
	for _, p := range all {
		pairs.plus(p.pairs)
		matters.plus(p.matters)
	}
	return pairs, matters
}

// manners counts how much the bot said, and to whom it should not have.
func (s *Score) manners(all []judged, messages int, got Result) {
	group, quoted := 0, map[grid.MessageID]bool{}
	for _, p := range got.Said {
		if p.inGroup() {
			group++
			quoted[Value(p.ReplyTo)] = true
		}
	}
	chatter, answered := 0, 0
	for _, j := range all {
		if j.Intent != grid.Chatter {
			continue
		}
		chatter++
		if quoted[j.ID] {
			answered++
		}
	}
	s.PostsPer100, s.GroupPostsPer100 = per100(len(got.Said), messages), per100(group, messages)
	s.ChatterAnsweredPer100 = per100(answered, chatter)
	s.LLMCallsPer100 = per100(got.LLM.Calls, messages)
}

// mistakes lists what is wrong, the most confident first, then by id.
func mistakes(all []judged) (intents, labels []Mistake) {
	intents, labels = []Mistake{}, []Mistake{} // printed as [], not null
	for _, j := range all {
		m := func(label, gold, got string) Mistake {
			return Mistake{ID: j.ID, Text: j.Text, Label: label, Gold: gold, Got: cmp.Or(got, none), By: j.row.By, Confidence: j.row.Confidence}
		}
		if j.Intent != j.row.Intent {
			intents = append(intents, m("intent", string(j.Intent), string(j.row.Intent)))
		}
		for _, x := range []struct{ label, gold, got string }{
			{"category", string(j.Category), string(Value(j.row.Category))},
			{"urgency", string(j.Urgency), string(Value(j.row.Urgency))},
			{"topic", string(j.Topic), string(Value(j.row.Topic))},
		} {
			if x.gold != "" && j.bears(x.label) && x.gold != x.got {
				labels = append(labels, m(x.label, x.gold, x.got))
			}
		}
		if got := Value(j.row.Location); j.Intent == j.row.Intent && got != j.Location {
			labels = append(labels, m("location", cmp.Or(j.Location, none), got))
		}
		if j.Sensitive != j.row.Sensitive {
			labels = append(labels, m("sensitive", yesNo(j.Sensitive), yesNo(j.row.Sensitive)))
		}
	}
	order := func(a, b Mistake) int {
		return cmp.Or(-cmp.Compare(a.Confidence, b.Confidence), cmp.Compare(a.ID, b.ID))
	}
	slices.SortStableFunc(intents, order)
	slices.SortStableFunc(labels, order)
	return intents, labels
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
