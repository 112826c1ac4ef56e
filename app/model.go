package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

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
		Hourly: c.LLM.MaxCallsPerHour, Daily: c.LLM.MaxCallsPerDay, Price: llm.Price{Prompt: c.LLM.PromptPrice, Completion: c.LLM.CompletionPrice},
		Money: c.LLM.MaxCostPerDay, Extra: c.LLM.ExtraBody, Now: now, Log: log}), share)
}

// usage tells what a replay asked of the model.
func (h *house) usage() days.LLM {
	if h.asked == nil {
		return days.LLM{}
	}
	s := h.asked.Model().State()
	return days.LLM{Calls: s.Calls, Cached: s.Cached, Failed: s.Failed, PromptTokens: s.PromptTokens, CompletionTokens: s.CompletionTokens}
}

// modelReads says which local model reads, and what the language model spent and
// how it did, as far as the program in use has written it down.
func modelReads(c config.Config, k *print.Findings) {
	switch m, err := localModel(c.Model.File); {
	case err != nil:
		k.Wrong("the local model: %v", err)
	case m.Made == nil:
		k.OK("the local model is the one inside the program")
	default:
		k.OK("the local model is %s, made %s, which has learnt from %d decisions of staff", m.File, m.Made.In(c.Timezone).Format("2006-01-02 15:04"), m.Decisions)
	}
	if c.LLM == nil {
		return
	}
	step, err := newAsked(c, ClassifyChain, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		return // modelAnswers says it
	}
	if err := recall(step.Model(), c); errors.Is(err, fs.ErrNotExist) {
		return
	} else if err != nil {
		k.Warn("what the language model spent is not known: %v", err)
		return
	}
	s := step.Model().State()
	said := fmt.Sprintf("the language model: %d of %d requests in the last hour, %d of %d in 24 hours", s.Hour, c.LLM.MaxCallsPerHour, s.Day, c.LLM.MaxCallsPerDay)
	if c.LLM.PromptPrice > 0 || c.LLM.CompletionPrice > 0 {
		said += fmt.Sprintf(", which cost %.2f %s", s.DayCost, c.LLM.Currency)
		if c.LLM.MaxCostPerDay > 0 {
			said += fmt.Sprintf(" of %.2f", c.LLM.MaxCostPerDay)
		}
	}
	switch {
	case s.OutOfMoney:
		k.Warn("%s: the budget is used up; rules and the local model answer alone", said)
	case !s.Resting.IsZero():
		k.Warn("%s; after failures it is left alone until %s", said, s.Resting.In(c.Timezone).Format("15:04:05"))
	default:
		k.OK("%s", said)
	}
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
