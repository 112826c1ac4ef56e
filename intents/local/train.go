package local

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"youshi/grid"
	"youshi/intents"
	"youshi/intents/linear"
)

// Options say how to learn. The zero value is what the shipped model uses.
type Options struct {
	Seed     uint64
	Progress func(done, total int)              // may be nil
	Settings func(kind, matter *linear.Options) // other settings of the classifiers, for measuring; may be nil
	Spoken   []Spoken                           // days with their matters, for the Linker; may be nil
	Links    *intents.Weights                   // what the Linker goes by where there are no such days; may be nil
	Bot      string                             // the bot's name in them
}

// maxBytes bounds each of the two models in a file.
const maxBytes = 3 << 20

// Train makes a model file of examples. The same examples in the same order
// give the same bytes. The reports (of the kind's model, of the matter's) say
// how well each head does on folds held back; the bars are chosen by the same
// answers. It is an error if a label that the step needs never occurs, or ctx
// ends first.
func Train(ctx context.Context, examples []Example, o Options) ([]byte, [2]linear.Report, error) {
	var reports [2]linear.Report
	kind, matter := settings(o.Seed)
	if o.Settings != nil {
		o.Settings(&kind, &matter)
	}
	docs := make([]linear.Example, len(examples))
	for i, e := range examples {
		docs[i] = linear.Example{Doc: read(e.Message, e.Scene), Labels: labels(e.Gold), Group: e.Group, Weight: e.Weight}
	}
	var files [2]bytes.Buffer
	var models [2]*linear.Model
	for i, settings := range []linear.Options{kind, matter} {
		if o.Progress != nil {
			settings.Progress = func(done, total int) { o.Progress(i*total+done, 2*total) }
		}
		model, report, err := linear.Train(ctx, docs, settings)
		if err == nil {
			err = model.Save(&files[i])
		}
		if err != nil {
			return nil, reports, fmt.Errorf("training the local model: %w", err)
		}
		models[i], reports[i] = model, report
	}
	rules, err := intents.LoadRules(nil)
	if err != nil {
		return nil, reports, fmt.Errorf("training the local model: %w", err)
	}
	step := &Step{kind: models[0], matter: models[1], bars: chooseBars(examples, reports, calledSensitive(ctx, rules))}
	links, err := step.learnLinks(ctx, o, rules, reports)
	if err != nil {
		return nil, reports, fmt.Errorf("training the Linker: %w", err)
	}
	h := header{Youshi: "local model", Format: fileFormat, Bars: step.bars, Kind: files[0].Len()}
	if links != nil {
		if h.Links, err = json.Marshal(links); err != nil {
			return nil, reports, fmt.Errorf("training the Linker: %w", err)
		}
	}
	head, err := json.Marshal(h)
	if err != nil {
		return nil, reports, fmt.Errorf("training the local model: %w", err)
	}
	return slices.Concat(head, []byte("\n"), files[0].Bytes(), files[1].Bytes()), reports, nil
}

// calledSensitive tells of an example whether the rules call it sensitive.
func calledSensitive(ctx context.Context, rules *intents.Rules) func(Example) bool {
	return func(e Example) bool {
		in, _, _ := rules.Try(ctx, e.Message, e.Scene) // rules do not err
		return in.Sensitive
	}
}

// settings were chosen by leaving one day out, see docs/decisions/0007.
func settings(seed uint64) (kind, matter linear.Options) {
	both := linear.Options{
		Bits: 18, MaxGram: 3, MinDF: 2, Seed: seed, MaxBytes: maxBytes,
		FieldWeight: map[string]float64{fieldQuote: 0.4, fieldBefore: 0.4},
	}
	kind, matter = both, both
	kind.Heads = []linear.Head{{Name: headIntent, Calibration: linear.Platt}}
	kind.FlagWeight, kind.C = 0.25, 0.5
	matter.Heads = []linear.Head{{Name: headCategory}, {Name: headUrgency}, {Name: headTopic}, {Name: headSensitive, Calibration: linear.Platt}}
	matter.FlagWeight, matter.C = 0.1, 0.5
	matter.FieldWeight = map[string]float64{fieldQuote: 0.7, fieldBefore: 0.7}
	return kind, matter
}

// labels gives the answers to the heads that a message of its kind has.
func labels(in grid.Intent) map[string]string {
	l := map[string]string{headIntent: string(in.Kind), headSensitive: no}
	if in.Sensitive {
		l[headSensitive] = yes
	}
	if in.Kind.Actionable() {
		l[headCategory] = string(in.Category)
	}
	if in.Kind == grid.Report || in.Kind == grid.Wish {
		l[headUrgency] = string(in.Urgency)
	}
	if in.Kind.Actionable() || in.Kind == grid.Inquiry {
		l[headTopic] = string(in.Topic)
	}
	return l
}
