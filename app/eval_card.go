package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"youshi/app/learn"
	"youshi/app/print"
	"youshi/config"
	"youshi/days"
	"youshi/grid"
	"youshi/intents"
	"youshi/intents/local"
)

// CardOptions say on what the score card is made and how it is told.
type CardOptions struct {
	Data       []string // labelled days, and files of single labelled messages to learn from
	Extra      []string // strangers' talk: one half is learnt from, the other mixed into the days
	Config     config.Config
	Classifier string // "": chain
	JSON       bool
	Out        io.Writer
	Log        *slog.Logger
	Progress   func(done, total int) // may be nil
}

// Card is how well the program does on days that it has not learnt from.
type Card struct {
	Written days.Score   `json:"written"` // the days as recorded
	Mixed   *days.Score  `json:"mixed"`   // with as many messages of strangers' talk in between; null without talk
	Alarms  *days.Alarms `json:"alarms"`  // what became of these; null without talk
	// Speed is messages a second through rules, model and Linker on one
	// goroutine. Of all figures it alone depends on the machine.
	Speed float64    `json:"speed"`
	Goals []CardGoal `json:"goals"`
	// Model says that a language model was asked: the goals are higher then.
	Model bool `json:"language_model"`
}

// CardGoal is a goal, and on what it was measured: "written", "mixed" or "".
type CardGoal struct {
	On string `json:"on"`
	days.Goal
}

// EvalCard leaves out each recorded day once: a model of everything else reads
// it, and the whole road is taken with that model, each day in a house of its
// own. All days are scored together.
func EvalCard(ctx context.Context, o CardOptions) error {
	dir, err := os.MkdirTemp("", "youshi-models-*")
	if err != nil {
		return fmt.Errorf("making a place for the models: %w", err)
	}
	defer os.RemoveAll(dir)
	t := &trials{o: o, dir: dir, days: map[int]trial{}}
	from := learn.Options{Data: o.Data, Extra: o.Extra, Bot: o.Config.Bot.Name, Progress: o.Progress}
	if err := learn.LeaveOneOut(ctx, from, t.take); err != nil {
		return err
	}
	card, err := t.card()
	if err != nil {
		return err
	}
	if o.JSON {
		return print.JSON(o.Out, card)
	}
	return card.write(o.Out)
}

// trial is one day left out, with what became of it.
type trial struct {
	learn.Left
	cfg            config.Config // names the model
	written, mixed days.Result
}

// trials gathers the days, whichever is done first.
type trials struct {
	o   CardOptions
	dir string

	mu   sync.Mutex
	days map[int]trial // by place among the files
}

// take replays a day left out, as written and mixed.
func (t *trials) take(ctx context.Context, l learn.Left) error {
	cfg := t.o.Config
	cfg.Model.File = filepath.Join(t.dir, fmt.Sprintf("%d.bin", l.Day))
	if err := os.WriteFile(cfg.Model.File, l.Model, 0o600); err != nil {
		return fmt.Errorf("keeping a model: %w", err)
	}
	x := trial{Left: l, cfg: cfg}
	var err error
	for _, way := range []struct {
		lines []days.Line
		into  *days.Result
	}{{l.Written, &x.written}, {l.Mixed, &x.mixed}} {
		if way.lines == nil {
			continue
		}
		if *way.into, err = ReplayLines(ctx, ReplayOptions{Config: cfg, Classifier: t.o.Classifier, Log: t.o.Log}, way.lines); err != nil {
			return fmt.Errorf("replaying a day left out: %w", err)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.days[l.Day] = x
	return nil
}

// card scores all days together.
func (t *trials) card() (Card, error) {
	var written, mixed []days.Line
	var gotWritten, gotMixed []days.Result
	own := map[grid.MessageID]bool{}
	var thinking time.Duration
	for i := range len(t.days) {
		x := t.days[i]
		written, mixed = append(written, x.Written...), append(mixed, x.Mixed...)
		gotWritten, gotMixed = append(gotWritten, x.written), append(gotMixed, x.mixed)
		for _, l := range x.Written {
			own[l.ID] = true
		}
		took, err := thinkingTime(x.cfg, x.Written) // only now, when nothing else is at work
		if err != nil {
			return Card{}, err
		}
		thinking += took
	}
	if len(own) != len(written) {
		return Card{}, &grid.Error{Code: grid.Invalid, Say: "an id stands in two of the recorded days: each message needs one of its own"}
	}
	card := Card{Model: t.o.Config.LLM != nil && slices.Contains([]string{"", ClassifyChain, ClassifyLLM}, t.o.Classifier),
		Written: days.ScoreOf(written, days.Together(gotWritten...)), Speed: float64(len(written)) / max(thinking, 1).Seconds()}
	card.reach("written", card.Written.Goals(card.Model)...)
	if mixed != nil {
		got := days.Together(gotMixed...)
		score := days.ScoreOf(mixed, got)
		alarms := days.AlarmsOf(got, func(id grid.MessageID) bool { return !own[id] })
		card.Mixed, card.Alarms = &score, &alarms
		card.reach("mixed", score.Goals(card.Model)...)
		alarm := days.NewGoal("false alarms per 1,000 of strangers' talk", true, map[bool]float64{false: 5, true: 1}[card.Model], alarms.Per1000)
		alarm.Interval = &alarms.Interval
		card.reach("mixed", alarm)
	}
	card.reach("", days.NewGoal("messages a second, local chain", false, 2000, card.Speed))
	return card, nil
}

func (c *Card) reach(on string, goals ...days.Goal) {
	for _, g := range goals {
		c.Goals = append(c.Goals, CardGoal{on, g})
	}
}

// write tells the card to people: the goals first, then both scores in full.
func (c Card) write(w io.Writer) error {
	head := "goal without a language model"
	if c.Model {
		head = "goal with a language model"
	}
	err := print.Table(w, head+"\ton\tbound\tfigure\t95 %\t", func(row func(...any)) {
		for _, g := range c.Goals {
			bound, figure, interval, met := fmt.Sprintf("≥ %.4g", g.Bound), fmt.Sprintf("%.3f", g.Figure), "", "not met"
			if g.AtMost {
				bound = fmt.Sprintf("≤ %.4g", g.Bound)
			}
			if g.Bound >= 2 {
				figure = fmt.Sprintf("%.1f", g.Figure)
			}
			if g.Interval != nil {
				interval = fmt.Sprintf("%.3f–%.3f", g.Interval[0], g.Interval[1])
			}
			if g.Met {
				met = "met"
			}
			row(g.Name, g.On, bound, figure, interval, met)
		}
	})
	if err != nil {
		return err
	}
	if c.Alarms != nil {
		fmt.Fprintf(w, "\n%d messages of strangers' talk: %d called actionable, %d opened a ticket\n", c.Alarms.N, c.Alarms.Alarms, c.Alarms.Tickets)
	}
	fmt.Fprintln(w, "\n# each day left out once, as written")
	if err := c.Written.WriteTable(w); err != nil || c.Mixed == nil {
		return err
	}
	fmt.Fprintln(w, "\n# the same with as many messages of strangers' talk in between")
	return c.Mixed.WriteTable(w)
}

// thinkingTime gives how long rules, the model that cfg names and the Linker
// take for the messages of the day.
func thinkingTime(cfg config.Config, day []days.Line) (time.Duration, error) {
	rules, err := loadRules(cfg.Rules.File)
	if err != nil {
		return 0, err
	}
	model, err := loadModel(cfg.Model.File)
	if err != nil {
		return 0, err
	}
	links, err := linksOf(model)
	if err != nil {
		return 0, err
	}
	chain := intents.Chain{Steps: []intents.Step{rules, model}, Linker: intents.Linker{Weights: links}}
	var heard []local.Heard
	for _, l := range day {
		heard = append(heard, local.Heard{Role: l.Role, Message: grid.Message{
			ID: l.ID, From: grid.PersonID(l.Sender), Sent: l.Time, Kind: l.Kind, Text: l.Text, ReplyTo: l.ReplyTo}})
	}
	var took time.Duration
	local.Scenes(heard, cfg.Bot.Name, func(_ int, e local.Example) grid.Intent {
		began := time.Now()
		in := chain.Think(context.Background(), e.Message, e.Scene)
		took += time.Since(began)
		return in
	})
	return took, nil
}
