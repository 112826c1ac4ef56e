package local

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"

	"youshi/grid"
	"youshi/intents"
	"youshi/intents/linear"
)

//go:embed model.bin
var shipped []byte // the model of this release; never changed

// Shipped gives the model that comes with the program. See docs/decisions/0007
// for what it learnt from.
func Shipped() (*Step, error) { return Open(shipped) }

// The heads of the model: the questions it answers.
const (
	headIntent    = "intent"
	headCategory  = "category"
	headUrgency   = "urgency"
	headTopic     = "topic"
	headSensitive = "sensitive"
)

const (
	fileFormat = 2
	yes        = "yes"
	no         = "no"
)

// header is the first line of a model file, in JSON. Two linear models follow:
// what kind of message it is, and what it is about. The first leans on the
// scene, the second on the words; learnt apart, each does better.
type header struct {
	Youshi string `json:"youshi"` // "local model"
	Format int    `json:"format"`
	Bars   Bars   `json:"bars"`
	Kind   int    `json:"kind"` // bytes of the first model
	// Links is how the Linker weighs; null where no days with their matters were learnt from.
	Links json.RawMessage `json:"links,omitempty"`
}

// Bars are the probabilities from which on the model is believed.
type Bars struct {
	Actionable float64 `json:"actionable"` // that somebody must act: under it a message is called what is next likely
	Emergency  float64 `json:"emergency"`  // that life is in danger, if it is a report
	Sensitive  float64 `json:"sensitive"`
	Sure       float64 `json:"sure"` // that the kind is right: from here on no later step is asked
}

// Step is the trained step of the chain. It is safe for use by many lanes.
type Step struct {
	kind   *linear.Model // headIntent
	matter *linear.Model // the other heads
	bars   Bars
	links  *intents.Weights
}

// Open reads a model file made by Train. The error says what is wrong with it.
func Open(b []byte) (*Step, error) {
	line, rest, ok := bytes.Cut(b, []byte("\n"))
	var h header
	if !ok || json.Unmarshal(line, &h) != nil || h.Youshi != "local model" {
		return nil, errors.New("opening the local model: this is not a model made by `youshi train`")
	}
	if h.Format != fileFormat {
		return nil, fmt.Errorf("opening the local model: the file has format %d, this program reads format %d: train the model anew", h.Format, fileFormat)
	}
	if h.Kind < 0 || h.Kind > len(rest) {
		return nil, errors.New("opening the local model: the file was cut short")
	}
	s := &Step{bars: h.Bars}
	var err error
	if len(h.Links) > 0 {
		if err = json.Unmarshal(h.Links, &s.links); err != nil {
			return nil, fmt.Errorf("opening the local model: the Linker: %w", err)
		}
	}
	if s.kind, err = load(rest[:h.Kind], headIntent); err != nil {
		return nil, err
	}
	s.matter, err = load(rest[h.Kind:], headCategory, headUrgency, headTopic, headSensitive)
	return s, err
}

func load(b []byte, heads ...string) (*linear.Model, error) {
	m, err := linear.Load(b)
	if err != nil {
		return nil, fmt.Errorf("opening the local model: %w", err)
	}
	for _, head := range heads {
		if m.Labels(head) == nil {
			return nil, fmt.Errorf("opening the local model: it does not answer %q: train the model anew", head)
		}
	}
	return m, nil
}

// Name is "local".
func (*Step) Name() string { return "local" }

// Bars gives the probabilities from which on the model is believed.
func (s *Step) Bars() Bars { return s.bars }

// Links gives what the Linker goes by: fitted on the days that the model learnt
// from; nil where it learnt from none.
func (s *Step) Links() *intents.Weights { return s.links }

// Try says what m means. Confidence is the calibrated probability of the kind;
// sure from the bar of the model file on. There is never an error.
func (s *Step) Try(_ context.Context, m grid.Message, scene grid.Scene) (grid.Intent, bool, error) {
	doc := read(m, scene)
	in := s.answer(m, s.kind.Predict(doc).Head(headIntent), s.matter.Predict(doc))
	return in, in.Confidence >= s.bars.Sure, nil
}

// answer makes an Intent of what the models say of m: on the likelier side of the
// line between what somebody must act on and all else, with the other in Else.
func (s *Step) answer(m grid.Message, kinds linear.Prediction, about linear.Answer) grid.Intent {
	act := actionable(kinds) >= s.bars.Actionable
	other := s.side(m, kinds, about, !act)
	in := s.side(m, kinds, about, act)
	in.Else = &other
	return in
}

// side answers on one side of the line.
func (s *Step) side(m grid.Message, kinds linear.Prediction, about linear.Answer, act bool) grid.Intent {
	kind, p := likeliest(kinds, act)
	topics := about.Head(headTopic)
	in := grid.Intent{By: s.Name(), Kind: kind, Confidence: p, Sensitive: about.Head(headSensitive).Of(yes) >= s.bars.Sensitive,
		Kinds: grid.Shares{Labels: kinds.Labels, P: kinds.All}, Topics: grid.Shares{Labels: topics.Labels, P: topics.All}}
	if kind.Actionable() {
		in.Category = grid.Category(about.Head(headCategory).Label)
	}
	if kind == grid.Report || kind == grid.Wish {
		in.Urgency = s.urgency(about.Head(headUrgency))
	}
	if kind.Actionable() || kind == grid.Inquiry {
		in.Topic = grid.Topic(topics.Label)
		in.Summary = intents.Summarise(m.Text)
	}
	if kind.Actionable() || kind == grid.Inquiry || kind == grid.FollowUp {
		in.Location = intents.Place(m.Text)
	}
	return in
}

// likeliest gives the likeliest kind of those that are actionable, or are not.
func likeliest(p linear.Prediction, act bool) (grid.Kind, float64) {
	best, most := grid.Chatter, -1.0
	for i, label := range p.Labels {
		if k := grid.Kind(label); k.Actionable() == act && p.All[i] > most {
			best, most = k, p.All[i]
		}
	}
	return best, max(most, 0)
}

func actionable(p linear.Prediction) (sum float64) {
	for i, label := range p.Labels {
		if grid.Kind(label).Actionable() {
			sum += p.All[i]
		}
	}
	return sum
}

func (s *Step) urgency(p linear.Prediction) grid.Urgency {
	if p.Of(string(grid.Emergency)) >= s.bars.Emergency {
		return grid.Emergency
	}
	if p.Of(string(grid.Urgent)) >= p.Of(string(grid.Normal)) {
		return grid.Urgent
	}
	return grid.Normal
}
