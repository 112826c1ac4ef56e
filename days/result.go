package days

import (
	"time"

	"youshi/grid"
)

// Result is what the program made of recorded days: the object that
// `youshi replay --json` prints, and what Score reads.
type Result struct {
	Messages  int                  `json:"messages"`
	Outcomes  map[grid.Outcome]int `json:"outcomes"`   // every outcome, also those of no message
	ByMessage []MessageRow         `json:"by_message"` // every line, in the order of the days
	Tickets   []TicketRow          `json:"tickets"`    // by number
	Said      []Post               `json:"said"`       // in the order of saying
	LLM       LLM                  `json:"llm"`
}

// MessageRow is what the program holds of a message when the replay ends. nil
// is null: where the labelling rules say nothing, nothing is said.
type MessageRow struct {
	ID         grid.MessageID `json:"id"`
	Outcome    grid.Outcome   `json:"outcome"`
	Intent     grid.Kind      `json:"intent"`
	Category   *grid.Category `json:"category"`
	Urgency    *grid.Urgency  `json:"urgency"`
	Topic      *grid.Topic    `json:"topic"`
	Location   *string        `json:"location"`
	Sensitive  bool           `json:"sensitive"`
	Ticket     *grid.TicketNo `json:"ticket"`
	By         string         `json:"by"`         // the step that said so: rule, local, llm
	Confidence float64        `json:"confidence"` // 0 to 1
}

// TicketRow is a ticket told flat.
type TicketRow = grid.Flat

// PollRow is its judging in numbers of people.
type PollRow = grid.FlatPoll

// Post is something the bot said.
type Post struct {
	At      time.Time       `json:"at"`
	To      grid.ChatID     `json:"to"` // group:<id>, staff:<id> or private:<person>
	Kind    grid.PostKind   `json:"kind"`
	Ticket  *grid.TicketNo  `json:"ticket"`
	Text    string          `json:"text"`
	ReplyTo *grid.MessageID `json:"reply_to"`
	Buttons []string        `json:"buttons"` // their labels; [] for none
}

// LLM counts the use of a language model.
type LLM struct {
	Calls            int `json:"calls"`
	Cached           int `json:"cached"` // answered without a call
	Failed           int `json:"failed"`
	PromptTokens     int `json:"prompt_tokens"`
	CompletionTokens int `json:"completion_tokens"`
}

// Null gives a pointer to v, or nil if v is its zero value: for fields that are
// null where there is nothing to say.
func Null[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// Value gives what p points to, or the zero value for nil.
func Value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
