package llm

import "time"

// State is how the model does, since the program started.
type State struct {
	Model   string
	Format  string    // how the backend is asked for JSON: json_schema, json_object, none
	Resting time.Time // until when it is left alone after failures; zero: it is asked
	Last    Cause     // why the last asking failed; "": it went well
	Failing int       // askings in a row that failed

	Calls     int // requests sent, retries and repairs included
	Cached    int // askings answered without a request
	Failed    int // askings that a request was sent for, or should have been, without a usable answer
	Retried   int
	Repaired  int
	Refused   int // of the failed: content filters
	Hour, Day int // requests of the last 60 minutes and 24 hours, against the budgets

	PromptTokens     int
	CompletionTokens int
	CachedTokens     int // of the prompt tokens: read from the backend's cache

	DayPrompt, DayCompletion int     // tokens of the last 24 hours
	DayCost                  float64 // their price, against Options.Money
	OutOfMoney               bool    // a budget is used up: nothing is asked now
}

// State tells how the model does.
func (m *Model) State() State {
	h := m.habits()
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.state
	s.Model, s.Format = m.opt.Model, string(h.format)
	s.Resting = m.breaker.resting(time.Now())
	hour, day := m.ledger.spent(m.opt.Now())
	s.Hour, s.Day, s.DayPrompt, s.DayCompletion = hour.Calls, day.Calls, day.Prompt, day.Completion
	s.DayCost, s.OutOfMoney = m.opt.Price.of(day), m.ledger.broke(hour, day)
	return s
}

func (m *Model) count(with func(*State)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	with(&m.state)
}

// learn counts how an asking ended, and tells the log when the model's health
// changes.
func (m *Model) learn(err error) {
	how := outcomeOf(err)
	cause := CauseOf(err)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil && cause != Unasked {
		m.state.Failed++
	}
	if cause == Refused {
		m.state.Refused++
	}
	switch how {
	case worked:
		if m.state.Failing >= inARow {
			m.opt.Log.Info("the model answers again", "part", "llm")
		}
		m.state.Failing, m.state.Last = 0, cause
	case broke, hopeless:
		m.state.Failing++
		m.state.Last = cause
		if m.state.Failing == inARow || how == hopeless && m.state.Failing == 1 {
			m.opt.Log.Warn("the model does not answer; rules and the local model answer alone", "part", "llm", "err", err)
		}
	}
	if cause == Spent && m.state.Last != Spent {
		m.state.Last = Spent
		m.opt.Log.Warn("the model's budget is used up; rules and the local model answer alone until it is not", "part", "llm")
	}
}
