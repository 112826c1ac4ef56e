package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"youshi/app/learn"
	"youshi/grid"
	"youshi/llm"
	"youshi/reports"
	"youshi/storage"
)

// How long the week's figures stand, and how many days they look at.
const (
	reckonEvery = 10 * time.Minute
	driftDays   = 35
)

// insight (识别情况) knows how well messages are understood, for the board and for
// metrics. Days that are over are counted once.
type insight struct {
	store     storage.Store
	community grid.CommunityID
	now       func() time.Time

	mu      sync.Mutex
	at      time.Time
	days    map[time.Time]reports.Tally // by local midnight, those that are over
	reading reports.Reading
	drift   reports.Drift
}

// week gives the last seven days' reading and what has changed in them, as of a
// few minutes ago at most.
func (i *insight) week(ctx context.Context) (reports.Reading, reports.Drift, time.Time, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	now := i.now()
	if !i.at.IsZero() && now.Sub(i.at) < reckonEvery && !now.Before(i.at) {
		return i.reading, i.drift, i.at, nil
	}
	days, err := i.tallies(ctx, now)
	if err != nil {
		return i.reading, i.drift, i.at, err
	}
	err = i.store.View(ctx, i.community, func(tx storage.Tx) (err error) {
		i.reading, err = reports.ReadingOf(tx, now.AddDate(0, 0, -7), now)
		return err
	})
	if err != nil {
		return i.reading, i.drift, i.at, fmt.Errorf("reckoning how well messages were understood: %w", err)
	}
	i.drift, i.at = reports.DriftOf(days), now
	return i.reading, i.drift, i.at, nil
}

// tallies counts the days, the last of which is today, one short read each.
func (i *insight) tallies(ctx context.Context, now time.Time) ([]reports.Tally, error) {
	kept := map[time.Time]reports.Tally{}
	var all []reports.Tally
	y, m, d := now.Date()
	for back := driftDays - 1; back >= 0; back-- {
		from := time.Date(y, m, d-back, 0, 0, 0, 0, now.Location())
		t, known := i.days[from]
		if !known {
			err := i.store.View(ctx, i.community, func(tx storage.Tx) (err error) {
				t, err = reports.TallyOf(tx, from, time.Date(y, m, d-back+1, 0, 0, 0, 0, now.Location()))
				return err
			})
			if err != nil {
				return nil, fmt.Errorf("counting the messages of %s: %w", from.Format(time.DateOnly), err)
			}
		}
		if back > 1 { // what was said late yesterday may still be read
			kept[from] = t
		}
		all = append(all, t)
	}
	i.days = kept
	return all, nil
}

// modelState tells how the program understands.
func (h *house) modelState(ctx context.Context) (reports.ModelState, error) {
	s := reports.ModelState{LLM: h.llmState()}
	var err error
	if s.Local, err = localModel(h.cfg.Model.File); err != nil {
		return s, err
	}
	s.Reading, s.Drift, s.At, err = h.insight.week(ctx)
	return s, err
}

func localModel(file string) (reports.LocalModel, error) {
	if file == "" {
		return reports.LocalModel{}, nil
	}
	p, err := learn.PapersOf(file)
	return reports.LocalModel{File: file, Made: &p.Made, Decisions: p.Decisions}, err
}

// llmState is nil without a language model.
func (h *house) llmState() *reports.LLMState {
	if h.asked == nil {
		return nil
	}
	c, s := h.cfg.LLM, h.asked.Model().State()
	out := reports.LLMState{Model: s.Model, Up: s.Resting.IsZero() && !s.OutOfMoney, Last: string(s.Last),
		Hour: s.Hour, HourMax: c.MaxCallsPerHour, Day: s.Day, DayMax: c.MaxCallsPerDay,
		PromptTokens: s.DayPrompt, CompletionTokens: s.DayCompletion, Cost: s.DayCost, CostMax: c.MaxCostPerDay,
		Currency: c.Currency, Priced: c.PromptPrice > 0 || c.CompletionPrice > 0}
	if !s.Resting.IsZero() {
		until := s.Resting.In(h.cfg.Timezone)
		out.Resting = &until
	}
	return &out
}

// gauges adds how the program understands to /metrics.
func (h *house) gauges(to prometheus.Registerer) error {
	errs := []error{to.Register(&understanding{h})}
	if h.asked == nil {
		return errors.Join(errs...)
	}
	add := func(name, help string, of func(llm.State) float64) {
		errs = append(errs, to.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "youshi_llm_" + name, Help: help},
			func() float64 { return of(h.asked.Model().State()) })))
	}
	add("up", "1 when the model is asked, 0 while it is left alone after failures.", func(s llm.State) float64 {
		if s.Resting.IsZero() {
			return 1
		}
		return 0
	})
	add("calls", "Requests to the model since the start, retries and repairs included.", func(s llm.State) float64 { return float64(s.Calls) })
	add("cached", "Questions answered from the cache since the start.", func(s llm.State) float64 { return float64(s.Cached) })
	add("failed", "Questions without a usable answer since the start.", func(s llm.State) float64 { return float64(s.Failed) })
	add("refused", "Questions refused by a content filter since the start.", func(s llm.State) float64 { return float64(s.Refused) })
	add("prompt_tokens", "Tokens asked since the start.", func(s llm.State) float64 { return float64(s.PromptTokens) })
	add("completion_tokens", "Tokens answered since the start.", func(s llm.State) float64 { return float64(s.CompletionTokens) })
	add("calls_last_hour", "Requests of the last 60 minutes, against max_calls_per_hour.", func(s llm.State) float64 { return float64(s.Hour) })
	add("calls_last_day", "Requests of the last 24 hours, against max_calls_per_day.", func(s llm.State) float64 { return float64(s.Day) })
	add("cost_last_day", "What the last 24 hours cost, in the config's currency; 0 where no price is set.", func(s llm.State) float64 { return s.DayCost })
	add("out_of_budget", "1 while a budget of the config is used up.", func(s llm.State) float64 {
		if s.OutOfMoney {
			return 1
		}
		return 0
	})
	return errors.Join(errs...)
}

// understanding is the last seven days' figures for /metrics.
type understanding struct{ h *house }

var (
	rateDesc  = prometheus.NewDesc("youshi_reading_rate", "Of the last 7 days' matters, by staff's decisions: precision or recall of a class (matter, a category, an urgency).", []string{"rate", "class"}, nil)
	seenDesc  = prometheus.NewDesc("youshi_reading_decided", "Matters of the last 7 days that staff decided about.", nil, nil)
	shareDesc = prometheus.NewDesc("youshi_intent_share", "Share of the group messages of the last 7 days, and of the 28 before.", []string{"intent", "of"}, nil)
	driftDesc = prometheus.NewDesc("youshi_drift", "1 where the share of an intent, or the mean confidence, differs from the 28 days before by more than chance.", []string{"what"}, nil)
	madeDesc  = prometheus.NewDesc("youshi_local_model_made_seconds", "When the local model's file was made, since 1970; 0 for the one inside the program.", nil, nil)
)

// Describe names the gauges.
func (u *understanding) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{rateDesc, seenDesc, shareDesc, driftDesc, madeDesc} {
		ch <- d
	}
}

// Collect reads them.
func (u *understanding) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	s, err := u.h.modelState(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(seenDesc, err)
		return
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	made := 0.0
	if s.Local.Made != nil {
		made = float64(s.Local.Made.Unix())
	}
	gauge(madeDesc, made)
	gauge(seenDesc, float64(s.Reading.Decided))
	for _, c := range s.Reading.Classes() {
		for name, r := range map[string]reports.Rate{"precision": c.Precision, "recall": c.Recall} {
			if r.Of > 0 { // a rate of nothing is no rate
				gauge(rateDesc, float64(r.N)/float64(r.Of), name, c.Class)
			}
		}
	}
	for _, m := range s.Drift.Moves {
		gauge(shareDesc, m.Now, m.What, "week")
		gauge(shareDesc, m.Then, m.What, "before")
		moved := 0.0
		if m.Moved {
			moved = 1
		}
		gauge(driftDesc, moved, m.What)
	}
}
