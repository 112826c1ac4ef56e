package llm_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"youshi/llm"
	"youshi/llm/llmtest"
)

// kindOnly keeps the intent of an answer and drops its words.
func kindOnly(b json.RawMessage) json.RawMessage {
	var f struct {
		Intent string `json:"intent"`
	}
	if json.Unmarshal(b, &f) != nil {
		return nil
	}
	return json.RawMessage(fmt.Sprintf(`{"intent":%q}`, f.Intent))
}

func keeping(text string) llm.Question {
	q := question(text)
	q.Keep = kindOnly
	return q
}

// restarted is a model that goes on where m ended.
func restarted(t *testing.T, m *llm.Model, next *llm.Model) *llm.Model {
	t.Helper()
	b, err := m.Remember()
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Recall(b); err != nil {
		t.Fatal(err)
	}
	return next
}

func TestARestartForgetsNeitherMoneyNorManners(t *testing.T) {
	now := time.Date(2026, 11, 10, 9, 0, 0, 0, time.UTC)
	with := func(o *llm.Options) {
		o.Hourly, o.Daily, o.Price, o.Money = 3, 100, llm.Price{Prompt: 1000, Completion: 5000}, 1
		o.Now = func() time.Time { return now }
	}
	s := llmtest.New(t, llmtest.Fails(400, "", "response_format type json_schema is unavailable"), llmtest.Says(`{"intent":"report","summary":"老周家的灯"}`))
	m := model(s, with)
	if _, err := m.Ask(t.Context(), keeping("灯坏了")); err != nil {
		t.Fatal(err)
	}
	b, err := m.Remember()
	if err != nil || strings.Contains(string(b), "老周") || strings.Contains(string(b), "灯") {
		t.Errorf("what is kept tells what was said: %s, %v", b, err)
	}
	next := restarted(t, m, model(s, with))
	if state := next.State(); state.Hour != 2 || state.Format != "json_object" || state.DayPrompt != 100 || state.DayCost != 0.2 || state.OutOfMoney {
		t.Errorf("after a restart: %+v", state)
	}
	asked := len(s.Requests())
	got, err := next.Ask(t.Context(), keeping("灯坏了"))
	if err != nil || string(got) != `{"intent":"report"}` || len(s.Requests()) != asked {
		t.Errorf("the answer was not kept: %s, %v", got, err)
	}
	if _, err := next.Ask(t.Context(), keeping("水停了")); err != nil {
		t.Error(err)
	}
	if _, err := restarted(t, next, model(s, with)).Ask(t.Context(), keeping("门坏了")); llm.CauseOf(err) != llm.Spent {
		t.Errorf("the hour's budget began anew: %v", err)
	}
	now = now.Add(25 * time.Hour)
	if state := restarted(t, next, model(s, with)).State(); state.Day != 0 || state.DayCost != 0 {
		t.Errorf("a day later: %+v", state)
	}
}

func TestMoneyIsABudgetToo(t *testing.T) {
	s := llmtest.New(t, llmtest.Says(good)) // 100 and 20 tokens: 0.2 each
	m := model(s, func(o *llm.Options) { o.Price, o.Money = llm.Price{Prompt: 1000, Completion: 5000}, 0.5 })
	for i := range 5 {
		_, err := m.Ask(t.Context(), question(fmt.Sprint("灯坏了", i)))
		if want := map[bool]llm.Cause{true: llm.Spent}[i >= 3]; llm.CauseOf(err) != want {
			t.Errorf("asking %d: %v", i, err)
		}
	}
	if state := m.State(); len(s.Requests()) != 3 || !state.OutOfMoney || state.DayCost < 0.59 || state.DayCost > 0.61 {
		t.Errorf("%d requests, %+v", len(s.Requests()), state)
	}
}

func TestARestStaysARestAfterARestart(t *testing.T) {
	s := llmtest.New(t, llmtest.Fails(401, "invalid_api_key", "no"))
	m := model(s)
	_, _ = m.Ask(t.Context(), question("灯坏了"))
	if _, err := restarted(t, m, model(s)).Ask(t.Context(), question("水停了")); llm.CauseOf(err) != llm.Resting || len(s.Requests()) != 1 {
		t.Errorf("%v after %d requests", err, len(s.Requests()))
	}
	other := model(s, func(o *llm.Options) { o.Model = "another" })
	if _, err := restarted(t, m, other).Ask(t.Context(), question("水停了")); llm.CauseOf(err) != llm.Denied {
		t.Errorf("another model rests for this one: %v", err)
	}
}

func TestARefusalIsKept(t *testing.T) {
	s := llmtest.New(t, llmtest.Refuses())
	m := model(s)
	_, _ = m.Ask(t.Context(), question("灯坏了"))
	if _, err := restarted(t, m, model(s)).Ask(t.Context(), question("灯坏了")); llm.CauseOf(err) != llm.Refused || len(s.Requests()) != 1 {
		t.Errorf("%v after %d requests", err, len(s.Requests()))
	}
}

func TestADamagedPastIsAnErrorAndNoHarm(t *testing.T) {
	s := llmtest.New(t, llmtest.Says(good))
	for _, past := range []string{"", "{", "[]", `{"youshi_llm":9}`, `{"youshi_llm":1,"minutes":{"x":1}}`} {
		m := model(s)
		if err := m.Recall([]byte(past)); err == nil {
			t.Errorf("%q was read", past)
		}
		if _, err := m.Ask(t.Context(), question("灯坏了")); err != nil {
			t.Error(errors.Join(errors.New(past), err))
		}
	}
	m := model(s, func(o *llm.Options) { o.Hourly = 10 })
	odd := fmt.Sprintf(`{"youshi_llm":1,"model":"small","backend":%q,"minutes":{"99999999999":{"c":50},"%d":{"c":-5}},"rest":{"rest":-5,"until":"2999-01-01T00:00:00Z"},"habit":{"format":"x"},"answers":[{"key":"zz"},{"key":""}]}`,
		s.URL, time.Now().Unix()/60)
	if err := m.Recall([]byte(odd)); err != nil {
		t.Fatal(err)
	}
	if state := m.State(); state.Hour != 0 || time.Until(state.Resting) > 11*time.Minute || state.Format != "json_schema" {
		t.Errorf("%+v", state)
	}
}

func FuzzRecallNeverPanics(f *testing.F) {
	f.Add([]byte(`{"youshi_llm":1,"minutes":{"1":{"c":1}},"answers":[{"key":"00"}]}`))
	f.Fuzz(func(_ *testing.T, b []byte) {
		m := llm.New(llm.Options{Model: "m"})
		if m.Recall(b) == nil {
			_, _ = m.Remember()
			_ = m.State()
		}
	})
}
