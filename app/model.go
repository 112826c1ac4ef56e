package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"youshi/app/print"
	"youshi/config"
	"youshi/days"
	"youshi/intents/asked"
	"youshi/llm"
)

// newAsked makes the step that asks a language model; nil without [llm]. now is
// the clock of the budgets. A key that cannot be read is none: the backend says
// what it thinks of that.
func newAsked(c config.Config, classifier string, now func() time.Time, log *slog.Logger) (*asked.Step, error) {
	if c.LLM == nil || classifier == ClassifyRules || classifier == ClassifyLocal {
		return nil, nil
	}
	key := ""
	if !c.LLM.APIKey.IsZero() {
		var err error
		if key, err = c.LLM.APIKey.Open(); err != nil {
			log.Warn("the model is asked without a key", "part", "llm", "err", err)
		}
	}
	share := c.LLM.CallsPer100
	if classifier == ClassifyLLM {
		share = 100 // it is alone
	}
	return asked.New(llm.New(llm.Options{BaseURL: c.LLM.BaseURL, APIKey: key, Model: c.LLM.Model, Timeout: c.LLM.Timeout,
		Hourly: c.LLM.MaxCallsPerHour, Daily: c.LLM.MaxCallsPerDay, Extra: c.LLM.ExtraBody, Now: now, Log: log}), share)
}

// usage tells what a replay asked of the model.
func (h *house) usage() days.LLM {
	if h.asked == nil {
		return days.LLM{}
	}
	s := h.asked.Model().State()
	return days.LLM{Calls: s.Calls, Cached: s.Cached, Failed: s.Failed, PromptTokens: s.PromptTokens, CompletionTokens: s.CompletionTokens}
}

// gauges adds how the model does to /metrics.
func (h *house) gauges(to prometheus.Registerer) error {
	if h.asked == nil {
		return nil
	}
	var errs []error
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
	return errors.Join(errs...)
}

// patience is how long check waits for a model that may have to be loaded first.
const patience = 30 * time.Second

// modelAnswers asks the model about a message of nobody's.
func modelAnswers(ctx context.Context, c config.Config, k *print.Findings) {
	if c.LLM == nil {
		k.OK("no language model: rules and the local model answer alone")
		return
	}
	probe, set := c, *c.LLM
	set.Timeout = max(set.Timeout, patience)
	probe.LLM = &set
	step, err := newAsked(probe, ClassifyChain, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		k.Wrong("the language model: %v", err)
		return
	}
	start := time.Now()
	err = step.Probe(ctx)
	took := time.Since(start).Round(10 * time.Millisecond)
	var f *llm.Failure
	switch {
	case errors.As(err, &f):
		why := []rune(err.Error())
		if f.Detail != "" {
			why = append(why, []rune(": "+f.Detail)...)
		}
		k.Wrong("the language model %s at %s: %s; look at [llm] in the config. Meanwhile rules and the local model answer alone",
			c.LLM.Model, c.LLM.BaseURL, string(why[:min(len(why), 300)]))
	case err != nil:
		k.Wrong("the language model %s: %v", c.LLM.Model, err)
	case took > c.LLM.Timeout:
		k.Warn("the language model %s answers, but in %v: the timeout of [llm] is %v, so most answers would come too late", c.LLM.Model, took, c.LLM.Timeout)
	default:
		k.OK("the language model %s answers in %v, asked for JSON by %s", c.LLM.Model, took, step.Model().State().Format)
	}
}
