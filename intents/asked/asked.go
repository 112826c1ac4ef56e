// Package asked is the step of the chain that asks a language model (大模型). It
// asks only where the steps before it doubt or where somebody seems to have to
// act, within a share of the messages, and shows the model redacted text alone.
// What comes back fills fields of an Intent and nothing else: no word of a model
// is a command, and no number counts that was not shown to it.
package asked

import (
	"context"
	"encoding/json"
	"fmt"

	"youshi/grid"
	"youshi/intents"
	"youshi/llm"
	"youshi/prompts"
)

// promptName is the prompt in use: what tickets say understood them.
const promptName = "0001-intent"

// DefaultShare is how many requests there may be per 100 messages.
const DefaultShare = 25

// How far an answer is believed.
const (
	sureFrom = 0.5  // of the model's own confidence: from here on it goes over the local answer
	atMost   = 0.97 // no answer counts for more, whatever the model says of itself
)

// Step is the step. It is safe for use by many lanes at once.
type Step struct {
	model  *llm.Model
	prompt prompts.Prompt
	schema json.RawMessage
	share  *share
}

// New makes the step. share is how many requests there may be per 100 messages;
// 100 or more asks about every message that has words.
func New(model *llm.Model, per100 int) (*Step, error) {
	p, err := prompts.Numbered(promptName)
	if err != nil {
		return nil, err
	}
	schema, err := shape()
	if err != nil {
		return nil, fmt.Errorf("writing the shape of an answer: %w", err)
	}
	return &Step{model: model, prompt: p, schema: schema, share: newShare(per100)}, nil
}

// Name is "llm".
func (*Step) Name() string { return "llm" }

// Model gives the model asked, for its state.
func (s *Step) Model() *llm.Model { return s.model }

// Try asks without a local answer in hand.
func (s *Step) Try(ctx context.Context, m grid.Message, scene grid.Scene) (grid.Intent, bool, error) {
	return s.After(ctx, m, scene, grid.Intent{}, false)
}

// After asks what m means where that is worth a request (see intents.Later). The
// error is a *llm.Failure.
func (s *Step) After(ctx context.Context, m grid.Message, scene grid.Scene, soFar grid.Intent, settled bool) (grid.Intent, bool, error) {
	s.share.heard()
	w := worth(m, soFar, settled)
	if w == nothing && (s.share.limited() || !readable(m) || ordersModel.MatchString(m.Text)) || !s.share.open(w) {
		return grid.Intent{}, false, nil
	}
	asked := newSheet(m, scene)
	object, err := s.model.Ask(ctx, llm.Question{
		Messages: append(s.turns(), llm.Message{Role: "user", Text: asked.text()}),
		Name:     "intent", Schema: s.schema,
		Check:  func(b []byte) error { _, err := read(b, asked.numbers); return err },
		Permit: s.share.spend,
		Keep:   func(b json.RawMessage) json.RawMessage { return wordless(b, asked.numbers) },
	})
	if llm.CauseOf(err) == llm.Unasked {
		return grid.Intent{}, false, nil // no time or no share left: nobody was asked
	} else if err != nil {
		return grid.Intent{}, false, err
	}
	said, err := read(object, asked.numbers)
	if err != nil {
		return grid.Intent{}, false, fmt.Errorf("reading an answer once more: %w", err)
	}
	in := said.intent(m, asked)
	in.Prompt = s.prompt.Name
	return in, said.Confidence >= sureFrom, nil
}

// Probe asks about a message of nobody's, past share and chain, to see whether
// the model can be used. The error is a *llm.Failure.
func (s *Step) Probe(ctx context.Context) error {
	asked := newSheet(grid.Message{Kind: grid.TextMessage, Text: "3栋2单元楼道的灯不亮了"}, grid.Scene{})
	_, err := s.model.Ask(ctx, llm.Question{
		Messages: append(s.turns(), llm.Message{Role: "user", Text: asked.text()}),
		Name:     "intent", Schema: s.schema,
		Check: func(b []byte) error { _, err := read(b, nil); return err },
	})
	return err
}

// turns gives what is the same for every question.
func (s *Step) turns() []llm.Message {
	out := make([]llm.Message, 0, len(s.prompt.Turns)+1)
	for _, t := range s.prompt.Turns {
		out = append(out, llm.Message{Role: t.Role, Text: t.Text})
	}
	return out
}

var _ intents.Later = (*Step)(nil)
