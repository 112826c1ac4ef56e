package llm

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// memory is what outlives the program: what was spent, whether the backend is
// left alone, how it wants to be asked, and the latest answers.
type memory struct {
	Format  int             `json:"youshi_llm"` // 1
	Minutes map[int64]spent `json:"minutes"`    // since 1970
	// The rest holds for one model of one backend.
	Model   string     `json:"model"`
	Backend string     `json:"backend"`
	Habit   keptHabit  `json:"habit"`
	Rest    keptRest   `json:"rest"`
	Answers []keptOnce `json:"answers"` // the oldest first
}

type keptHabit struct {
	Format format `json:"format"`
	Warm   bool   `json:"warm,omitempty"`
}

type keptRest struct {
	Failed int           `json:"failed,omitempty"`
	Rest   time.Duration `json:"rest,omitempty"`
	Until  time.Time     `json:"until,omitzero"`
}

type keptOnce struct {
	Key    string          `json:"key"`
	At     time.Time       `json:"at"`
	Answer json.RawMessage `json:"answer,omitempty"` // none: it was refused
}

// memoryFormat is the format that this program writes, and freshFor how long an
// answer is worth keeping.
const (
	memoryFormat = 1
	freshFor     = 7 * 24 * time.Hour
)

// Remember gives what Recall needs, as JSON of some hundred kilobytes at most:
// of the answers only what their questions let be kept (Question.Keep), so that
// no word of a resident lies in it.
func (m *Model) Remember() ([]byte, error) {
	h := m.habits()
	k := memory{Format: memoryFormat, Minutes: m.ledger.kept(), Model: m.opt.Model, Backend: m.opt.BaseURL,
		Habit: keptHabit{Format: h.format, Warm: h.warm}, Rest: m.breaker.kept(), Answers: m.cache.kept(time.Now())}
	b, err := json.Marshal(k)
	if err != nil {
		return nil, fmt.Errorf("writing down what the model's past was: %w", err)
	}
	return b, nil
}

// Recall goes on where the program that wrote b ended. Call it before anything
// is asked. What another model or backend taught is not taken over, but for the
// money.
func (m *Model) Recall(b []byte) error {
	var k memory
	if err := json.Unmarshal(b, &k); err != nil {
		return fmt.Errorf("reading the model's past: %w", err)
	}
	if k.Format != memoryFormat {
		return fmt.Errorf("reading the model's past: it has format %d, this program reads %d", k.Format, memoryFormat)
	}
	m.ledger.recall(k.Minutes, m.opt.Now())
	if k.Model != m.opt.Model || k.Backend != m.opt.BaseURL {
		return nil
	}
	if slices.Contains([]format{bySchema, byMode, byText}, k.Habit.Format) {
		m.mu.Lock()
		m.habit = habit{format: k.Habit.Format, warm: k.Habit.Warm}
		m.mu.Unlock()
	}
	m.breaker.recall(k.Rest, time.Now())
	for _, a := range k.Answers {
		var key cacheKey
		if n, err := hex.Decode(key[:], []byte(a.Key)); err == nil && n == len(key) && len(a.Key) == 2*len(key) && time.Since(a.At) < freshFor {
			m.cache.put(entry{key: key, object: a.Answer, kept: a.Answer, at: a.At})
		}
	}
	return nil
}

func (b *breaker) kept() keptRest {
	b.mu.Lock()
	defer b.mu.Unlock()
	return keptRest{Failed: b.failed, Rest: b.rest, Until: b.until}
}

// recall rests on, no longer than any rest lasts.
func (b *breaker) recall(k keptRest, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failed, b.rest, b.until = max(0, k.Failed), min(max(0, k.Rest), longRest), k.Until
	if latest := now.Add(longRest); b.until.After(latest) {
		b.until = latest
	}
}

// kept gives the answers that may be kept, the oldest first.
func (c *cache) kept(now time.Time) []keptOnce {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := []keptOnce{}
	for e := c.order.Back(); e != nil; e = e.Prev() {
		x := e.Value.(entry)
		if (x.kept != nil || x.object == nil) && now.Sub(x.at) < freshFor {
			out = append(out, keptOnce{Key: hex.EncodeToString(x.key[:]), At: x.at, Answer: x.kept})
		}
	}
	return out
}
