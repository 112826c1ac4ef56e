package learn

import (
	"context"
	"fmt"
	"io"
	"slices"

	"youshi/days"
	"youshi/grid"
	"youshi/intents/linear"
	"youshi/intents/local"
)

// measure leaves out one day after the other: a model of the others reads it
// as written, and with talk mixed in that no model of the measure has seen. What
// a model knows of earlier messages is what it made of them itself.
func (c *course) measure(ctx context.Context, o Options) error {
	half := *c
	half.talk = c.talk[:len(c.talk)/2]
	unseen := c.talk[len(c.talk)/2:]
	written, mixed := newTrial(c.bot), newTrial(c.bot)
	half.unlinked = true // the step alone is measured
	for i, d := range c.days {
		if d.file >= c.asked {
			continue
		}
		rest := half
		rest.days = slices.Concat(c.days[:i], c.days[i+1:])
		step, err := rest.learn(ctx, o)
		if err != nil {
			return err
		}
		written.read(step, d.gold, d.heard)
		var heard []local.Heard
		heard, unseen = mix(d.heard, unseen, rest.random(1000+i))
		mixed.read(step, d.gold, heard)
		if o.Progress != nil {
			o.Progress(i+1, len(c.days))
		}
	}
	fmt.Fprintln(o.Measure, "# each day left out once, as written")
	if err := written.report(o.Measure); err != nil || len(c.talk) == 0 {
		return err
	}
	fmt.Fprintln(o.Measure, "\n# the same with as many messages of strangers' talk mixed in")
	return mixed.report(o.Measure)
}

func (c *course) learn(ctx context.Context, o Options) (*local.Step, error) {
	b, err := c.model(ctx, o, nil)
	if err != nil {
		return nil, err
	}
	return local.Open(b)
}

// trial gathers answers.
type trial struct {
	bot        string
	gold       []days.Line
	got        days.Result
	confidence []float64 // by message
	right      []bool
	sure, hit  int // messages the model is sure of; of these right
	strangers  int // messages mixed in
	alarms     int // of these called actionable
}

func newTrial(bot string) *trial { return &trial{bot: bot} }

func (t *trial) read(step *local.Step, gold []days.Line, heard []local.Heard) {
	t.gold = append(t.gold, gold...)
	local.Scenes(heard, t.bot, func(i int, e local.Example) grid.Intent {
		in, sure, _ := step.Try(context.Background(), e.Message, e.Scene) // a local step never errs
		right := in.Kind == e.Gold.Kind
		t.confidence, t.right = append(t.confidence, in.Confidence), append(t.right, right)
		if sure {
			t.sure++
			if right {
				t.hit++
			}
		}
		id := e.Message.ID
		if id == "" {
			id = grid.MessageID(fmt.Sprint("stranger ", t.strangers))
			t.strangers++
			if in.Kind.Actionable() {
				t.alarms++
			}
			t.gold = append(t.gold, days.Line{ID: id, Text: e.Message.Text, Labels: days.Labels{Intent: grid.Chatter}})
		}
		t.got.Messages++
		t.got.ByMessage = append(t.got.ByMessage, days.MessageRow{
			ID: id, Intent: in.Kind, Category: days.Null(in.Category), Urgency: days.Null(in.Urgency), Topic: days.Null(in.Topic),
			Location: days.Null(in.Location), Sensitive: in.Sensitive, By: step.Name(), Confidence: in.Confidence,
		})
		return in
	})
}

func (t *trial) report(w io.Writer) error {
	share := func(part, whole int) float64 { return float64(part) / float64(max(whole, 1)) }
	if err := days.ScoreOf(t.gold, t.got).WriteTable(w); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\ncalibration error of intents %.3f\nsure of %.2f of the messages, %.3f of these right\n",
		linear.ECE(t.confidence, t.right), share(t.sure, len(t.right)), share(t.hit, t.sure))
	if t.strangers > 0 {
		_, err = fmt.Fprintf(w, "false alarms per 1,000 of %d messages of strangers: %.1f\n", t.strangers, 1000*share(t.alarms, t.strangers))
	}
	return err
}
