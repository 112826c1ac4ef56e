// Package llm asks a language model (大模型) behind an OpenAI-like API for one
// JSON object, and comes back in time: with an object that passed its check, or
// with a Failure that says why not. What backends really do is its business:
// they hang, refuse, flood, answer in prose, and take one format or another.
//
// It never logs what it asks or is told.
package llm

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// Options say which model is asked and how much may be spent.
type Options struct {
	BaseURL string // with the version: "http://127.0.0.1:11434/v1"
	APIKey  string // "": none is sent
	Model   string
	Timeout time.Duration  // the whole asking, retries and repair included; 0: 3 s
	Hourly  int            // requests in any 60 minutes; 0: no bound
	Daily   int            // requests in any 24 hours; 0: no bound
	Price   Price          // of tokens; zero: nothing is known of money
	Money   float64        // what may be spent in any 24 hours; 0: no bound
	Extra   map[string]any // merged into every request, over what youshi says itself
	// Now is the clock of the budgets; nil: the machine's. Deadlines, waits and
	// rests are always real time.
	Now func() time.Time
	// Wire carries the requests; nil: HTTP that honours HTTPS_PROXY.
	Wire http.RoundTripper
	Log  *slog.Logger // nil: quiet
}

// What one asking may take.
const (
	tries      = 3                      // of one request, the first included
	atOnce     = 4                      // requests on the way at the same time
	answerSize = 600                    // tokens; an object has about 150, thinking aloud costs more
	firstPause = 150 * time.Millisecond // before the second try, then doubled
	least      = 200 * time.Millisecond // with less time than that there is no use in asking
	kept       = 2000                   // answers in the cache
)

// Message is one turn of the conversation; Role is system, user or assistant.
type Message struct{ Role, Text string }

// Question is one thing to ask. The last message is the user's.
type Question struct {
	Messages []Message
	Name     string          // of the schema: letters, digits, "_" and "-"
	Schema   json.RawMessage // the JSON Schema of the object wanted
	// Check says what is wrong with an object. Its words go to the model once,
	// so they name field, fault and what would be right.
	Check func(object []byte) error
	// Permit is asked before every request (retries and repair included); false
	// ends the asking. nil: always.
	Permit func() bool
	// Keep gives what of an answer may be written to disk, so that a restart need
	// not ask again: nothing that anybody said. nil: nothing at all.
	Keep func(object json.RawMessage) json.RawMessage
}

// Model is one model of one backend. It is safe for use by many goroutines.
type Model struct {
	opt     Options
	client  *openai.Client
	slots   chan struct{}
	breaker breaker
	ledger  ledger
	cache   *cache

	mu    sync.Mutex
	habit habit
	state State
}

// New makes a Model; nothing is asked yet.
func New(opt Options) *Model {
	opt.Timeout = cmp.Or(opt.Timeout, 3*time.Second)
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Wire == nil {
		opt.Wire = http.DefaultTransport.(*http.Transport).Clone()
	}
	m := &Model{opt: opt, slots: make(chan struct{}, atOnce), cache: newCache(kept),
		ledger: ledger{hourly: opt.Hourly, daily: opt.Daily, price: opt.Price, money: opt.Money}}
	c := openai.DefaultConfig(opt.APIKey)
	c.BaseURL = strings.TrimRight(opt.BaseURL, "/")
	c.HTTPClient = &http.Client{
		Transport: &wire{next: opt.Wire, extra: m.extra},
		// A redirect would carry residents' words to somebody who was not named.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	m.client = openai.NewClientWithConfig(c)
	return m
}

// Ask gives an object that passed q's check. The error is a *Failure. It comes
// within Options.Timeout or by ctx's deadline, whichever is first.
func (m *Model) Ask(ctx context.Context, q Question) (json.RawMessage, error) {
	key := keyOf(m.opt.Model, q.Messages)
	if kept, ok := m.cache.get(key); ok {
		m.count(func(s *State) { s.Cached++ })
		if kept == nil {
			return nil, &Failure{Cause: Refused}
		}
		return kept, nil
	}
	ctx, cancel := context.WithTimeout(ctx, m.opt.Timeout)
	defer cancel()
	object, err := m.ask(ctx, q)
	m.learn(err)
	if err != nil {
		if CauseOf(err) == Refused {
			m.cache.put(entry{key: key, at: time.Now()}) // the same words would be refused again
		}
		return nil, err
	}
	x := entry{key: key, object: object, at: time.Now()}
	if q.Keep != nil {
		x.kept = q.Keep(object)
	}
	m.cache.put(x)
	return object, nil
}

// ask talks with the backend if there is time and the breaker lets it.
func (m *Model) ask(ctx context.Context, q Question) (json.RawMessage, error) {
	if by, ok := ctx.Deadline(); ctx.Err() != nil || ok && time.Until(by) < least {
		return nil, &Failure{Cause: Unasked}
	}
	if !m.breaker.enter(time.Now()) {
		return nil, &Failure{Cause: Resting}
	}
	object, err := m.talk(ctx, q)
	after := time.Duration(0)
	if f := new(Failure); errors.As(err, &f) {
		after = f.After
	}
	m.breaker.leave(time.Now(), outcomeOf(err), after)
	return object, err
}

// talk takes an answer and, when it is of no use, one repair of it.
func (m *Model) talk(ctx context.Context, q Question) (json.RawMessage, error) {
	messages := q.Messages
	for repair := false; ; repair = true {
		text, err := m.say(ctx, q, messages)
		if err != nil {
			return nil, err
		}
		object, wrong := Object(text)
		if wrong == nil {
			wrong = q.Check(object)
		}
		if wrong == nil {
			return object, nil
		}
		if repair {
			return nil, &Failure{Cause: Invalid, Detail: wrong.Error()}
		}
		m.count(func(s *State) { s.Repaired++ })
		messages = mend(q.Messages, wrong)
	}
}

// mend asks again, saying what was wrong. The words of the wrong answer stay
// out; the beginning stays the same, for prompt caches, and so does the end.
func mend(messages []Message, wrong error) []Message {
	out := append([]Message{}, messages...)
	last := &out[len(out)-1]
	note := []rune(wrong.Error())
	last.Text = fmt.Sprintf("你上一次的回答不能用：%s。请只输出一个符合要求的 JSON 对象。\n%s", string(note[:min(len(note), 200)]), last.Text)
	return out
}

// say sends the messages until there is a text, as often and as long as allowed.
func (m *Model) say(ctx context.Context, q Question, messages []Message) (string, error) {
	pause := firstPause
	for try := 1; ; {
		text, used, err := m.send(ctx, q, messages)
		if err == nil {
			return text, nil
		}
		f := failureOf(ctx, err)
		if m.adapt(f, used) {
			continue // not the backend's fault: it was asked in a way that it does not know
		}
		wait := max(f.After, pause)
		by, _ := ctx.Deadline()
		if !f.again() || try == tries || time.Until(by) < wait+least {
			return "", f
		}
		m.count(func(s *State) { s.Retried++ })
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return "", f
		}
		try, pause = try+1, 2*pause
	}
}

// send makes one request. used is what it was asked with, for adapt.
func (m *Model) send(ctx context.Context, q Question, messages []Message) (text string, used habit, err error) {
	select {
	case m.slots <- struct{}{}:
		defer func() { <-m.slots }()
	case <-ctx.Done():
		return "", used, ctx.Err()
	}
	if q.Permit != nil && !q.Permit() {
		return "", used, &Failure{Cause: Unasked}
	}
	if !m.ledger.spend(m.opt.Now()) {
		return "", used, &Failure{Cause: Spent}
	}
	used = m.habits()
	r := openai.ChatCompletionRequest{Model: m.opt.Model, ResponseFormat: used.format.of(q)}
	for _, x := range messages {
		if x.Text != "" { // an empty one would be sent without content, which backends refuse
			r.Messages = append(r.Messages, openai.ChatCompletionMessage{Role: x.Role, Content: x.Text})
		}
	}
	m.count(func(s *State) { s.Calls++ })
	answer, err := m.client.CreateChatCompletion(withHabit(ctx, used), r)
	if err != nil {
		return "", used, &answered{err: err, header: answer.Header()}
	}
	m.ledger.charge(m.opt.Now(), answer.Usage.PromptTokens, answer.Usage.CompletionTokens)
	m.count(func(s *State) {
		s.PromptTokens += answer.Usage.PromptTokens
		s.CompletionTokens += answer.Usage.CompletionTokens
		if d := answer.Usage.PromptTokensDetails; d != nil {
			s.CachedTokens += d.CachedTokens
		}
	})
	text, err = textOf(answer)
	return text, used, err
}

// textOf takes the text out of an answer that came with status 200.
func textOf(a openai.ChatCompletionResponse) (string, error) {
	if len(a.Choices) == 0 {
		return "", &Failure{Cause: Down, Code: "no_choices"}
	}
	c := a.Choices[0]
	switch {
	case c.FinishReason == openai.FinishReasonContentFilter, c.FinishReason == "sensitive", c.Message.Refusal != "":
		return "", &Failure{Cause: Refused}
	case c.FinishReason == "network_error":
		return "", &Failure{Cause: Down, Code: "network_error"}
	case strings.TrimSpace(c.Message.Content) == "" && c.FinishReason == openai.FinishReasonLength:
		return "", &Failure{Cause: Invalid, Code: "length"} // it thought until its tokens were gone
	case strings.TrimSpace(c.Message.Content) == "":
		return "", &Failure{Cause: Down, Code: "blank"}
	}
	return c.Message.Content, nil
}
