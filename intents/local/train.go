package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"youshi/grid"
	"youshi/intents/linear"
)

// Options say how to learn. The zero value is what the shipped model uses.
type Options struct {
	Seed     uint64
	Progress func(done, total int) // may be nil
	Linear   func(*linear.Options) // changes the settings of the classifier, for measuring; may be nil
}

// maxBytes bounds a model file.
const maxBytes = 4 << 20

// Train makes a model file of examples. The same examples in the same order
// give the same bytes. The report says how well each head does on folds held
// back; the bars are chosen by the same answers. It is an error if a label
// that the step needs never occurs, or ctx ends first.
func Train(ctx context.Context, examples []Example, o Options) ([]byte, linear.Report, error) {
	docs := make([]linear.Example, len(examples))
	for i, e := range examples {
		docs[i] = linear.Example{Doc: read(e.Message, e.Scene), Labels: labels(e.Gold), Group: e.Group, Weight: e.Weight}
	}
	options := settings(o)
	model, report, err := linear.Train(ctx, docs, options)
	if err != nil {
		return nil, report, fmt.Errorf("training the local model: %w", err)
	}
	if model.Labels(headSensitive) == nil || len(model.Labels(headIntent)) < 2 {
		return nil, report, errors.New("training the local model: the examples hold one kind of message only")
	}
	head, err := json.Marshal(header{Youshi: "local model", Format: fileFormat, Bars: chooseBars(examples, report)})
	if err != nil {
		return nil, report, fmt.Errorf("training the local model: %w", err)
	}
	out := bytes.NewBuffer(append(head, '\n'))
	if err := model.Save(out); err != nil {
		return nil, report, fmt.Errorf("training the local model: %w", err)
	}
	return out.Bytes(), report, nil
}

func settings(o Options) linear.Options {
	s := linear.Options{
		Heads: []linear.Head{
			{Name: headIntent, Calibration: linear.Platt}, {Name: headCategory}, {Name: headUrgency},
			{Name: headTopic}, {Name: headSensitive, Calibration: linear.Platt},
		},
		Bits: 18, MaxGram: 3, MinDF: 2, FlagWeight: 0.25,
		FieldWeight: map[string]float64{fieldQuote: 0.4, fieldBefore: 0.4},
		Seed:        o.Seed, MaxBytes: maxBytes, Progress: o.Progress,
	}
	if o.Linear != nil {
		o.Linear(&s)
	}
	return s
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
