package llm

import (
	"context"
	"maps"
	"net/http"
	"regexp"
	"strings"

	openai "github.com/sashabaranov/go-openai"
)

// format is how a backend is told to answer in JSON. The prompt says it too.
type format string

// The formats, best first.
const (
	bySchema format = "json_schema"
	byMode   format = "json_object"
	byText   format = "none"
)

func (f format) next() format {
	if f == bySchema {
		return byMode
	}
	return byText
}

func (f format) of(q Question) *openai.ChatCompletionResponseFormat {
	switch {
	case f == bySchema && q.Schema != nil:
		return &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{Name: q.Name, Strict: true, Schema: q.Schema}}
	case f == byText:
		return nil
	}
	return &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONObject}
}

// habit is what is known of a backend: what it takes. It is learnt from its
// refusals and remembered (see Remember).
type habit struct {
	format format
	warm   bool // it does not take a temperature
}

// thinkers are models that fix their temperature and count what they think as
// answer; go-openai refuses max_tokens for them.
var thinkers = regexp.MustCompile(`^(o\d|gpt-[5-9])`)

func (m *Model) habits() habit {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.habit.format == "" {
		m.habit.format = bySchema
	}
	return m.habit
}

type habitKey struct{}

func withHabit(ctx context.Context, h habit) context.Context {
	return context.WithValue(ctx, habitKey{}, h)
}

// extra gives what is merged into a request. Temperature 0 stands here, since
// go-openai leaves a zero out and the vendor's default would rule.
func (m *Model) extra(ctx context.Context) map[string]any {
	h, _ := ctx.Value(habitKey{}).(habit)
	out := map[string]any{}
	if thinkers.MatchString(m.opt.Model) {
		out["max_completion_tokens"] = 4 * answerSize
	} else {
		out["max_tokens"] = answerSize
		if !h.warm {
			out["temperature"] = 0
		}
	}
	if _, own := m.opt.Extra["max_completion_tokens"]; own {
		delete(out, "max_tokens")
	}
	maps.Copy(out, m.opt.Extra)
	return out
}

// adapt learns from a refusal of the way of asking, and says whether to ask
// again at once. It ends: there are two steps of format and one temperature.
func (m *Model) adapt(f *Failure, used habit) bool {
	if f.Cause != Unfit {
		return false
	}
	about := strings.ToLower(f.Detail)
	m.mu.Lock()
	defer m.mu.Unlock()
	_, own := m.opt.Extra["temperature"]
	switch {
	case strings.Contains(about, "temperature") && !used.warm && !own:
		m.habit.warm = true
	case strings.Contains(about, "response_format") || strings.Contains(about, "json") || strings.Contains(about, "schema") || strings.Contains(about, "grammar"),
		f.Status == http.StatusUnprocessableEntity, f.Status == http.StatusNotImplemented:
		if used.format == byText {
			return false
		}
		if m.habit.format == used.format { // another lane may have learnt it meanwhile
			m.habit.format = used.format.next()
		}
	default:
		return false
	}
	m.opt.Log.Info("the model's backend is asked another way", "part", "llm", "format", m.habit.format, "temperature", !m.habit.warm)
	return true
}
