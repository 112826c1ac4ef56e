package llm_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"youshi/llm"
	"youshi/llm/llmtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("net/http.(*persistConn).writeLoop"),
		goleak.IgnoreTopFunction("internal/poll.runtime_pollWait"))
}

const good = `{"intent":"report"}`

// question wants an intent out of two.
func question(text string) llm.Question {
	return llm.Question{
		Messages: []llm.Message{{Role: "system", Text: "判断意图，回答 JSON"}, {Role: "user", Text: "判断：" + text}},
		Name:     "intent", Schema: json.RawMessage(`{"type":"object"}`),
		Check: func(object []byte) error {
			var x struct{ Intent string }
			if err := json.Unmarshal(object, &x); err != nil {
				return errors.New("intent is no string")
			}
			if x.Intent != "report" && x.Intent != "chatter" {
				return fmt.Errorf("intent %q is unknown", x.Intent)
			}
			return nil
		},
	}
}

func model(s *llmtest.Server, change ...func(*llm.Options)) *llm.Model {
	o := llm.Options{BaseURL: s.URL, APIKey: "key", Model: "small", Timeout: time.Second}
	for _, c := range change {
		c(&o)
	}
	return llm.New(o)
}

func TestAskComesBackWithAnObjectOrACause(t *testing.T) {
	for name, c := range map[string]struct {
		replies []llmtest.Reply
		want    llm.Cause // "": the good answer
		calls   int
	}{
		"a plain answer":                         {[]llmtest.Reply{llmtest.Says(good)}, "", 1},
		"a fenced answer":                        {[]llmtest.Reply{llmtest.Says("```json\n" + good + "\n```")}, "", 1},
		"an answer in prose":                     {[]llmtest.Reply{llmtest.Says("好的，我的判断是 {诉求}：" + good + " 希望有帮助{}")}, "", 1},
		"an answer after thinking":               {[]llmtest.Reply{llmtest.Says(`<think>也许是 {"intent":"chatter"}</think>` + good)}, "", 1},
		"prose alone, then an object":            {[]llmtest.Reply{llmtest.Says("这是诉求"), llmtest.Says(good)}, "", 2},
		"another enum, then a right one":         {[]llmtest.Reply{llmtest.Says(`{"intent":"投诉"}`), llmtest.Says(good)}, "", 2},
		"another enum twice":                     {[]llmtest.Reply{llmtest.Says(`{"intent":"投诉"}`)}, llm.Invalid, 2},
		"another type twice":                     {[]llmtest.Reply{llmtest.Says(`{"intent":["report"]}`)}, llm.Invalid, 2},
		"an array twice":                         {[]llmtest.Reply{llmtest.Says(`[{"intent":"report"}]`)}, llm.Invalid, 2},
		"cut off by its length twice":            {[]llmtest.Reply{llmtest.Ends(`{"intent":"rep`, "length")}, llm.Invalid, 2},
		"thinking without end":                   {[]llmtest.Reply{llmtest.Says(`<think>` + good)}, llm.Invalid, 2},
		"all tokens thought away":                {[]llmtest.Reply{llmtest.Ends("", "length")}, llm.Invalid, 1},
		"a blank answer, then a good one":        {[]llmtest.Reply{llmtest.Says(" \n "), llmtest.Says(good)}, "", 2},
		"blank answers":                          {[]llmtest.Reply{llmtest.Says("   ")}, llm.Down, 3},
		"a limit, then a good one":               {[]llmtest.Reply{llmtest.Fails(429, "rate_limit", "slow"), llmtest.Says(good)}, "", 2},
		"a limit that asks for a minute":         {[]llmtest.Reply{llmtest.Fails(429, "rate_limit", "slow", "Retry-After: 60")}, llm.Busy, 1},
		"a limit that asks for half a second":    {[]llmtest.Reply{llmtest.Fails(429, "rate_limit", "slow", "Retry-After: 0.5"), llmtest.Says(good)}, "", 2},
		"no money":                               {[]llmtest.Reply{llmtest.Fails(429, "insufficient_quota", "pay")}, llm.Denied, 1},
		"500 twice":                              {[]llmtest.Reply{llmtest.Fails(500, "x", "x"), llmtest.Fails(500, "x", "x"), llmtest.Says(good)}, "", 3},
		"502 as HTML for ever":                   {[]llmtest.Reply{llmtest.Body(502, "<html>bad gateway")}, llm.Down, 3},
		"408, then a good one":                   {[]llmtest.Reply{llmtest.Body(408, ""), llmtest.Says(good)}, "", 2},
		"HTML with status 200":                   {[]llmtest.Reply{llmtest.Body(200, "<html>sign in")}, llm.Down, 3},
		"a redirect":                             {[]llmtest.Reply{llmtest.Body(307, "", "Location: http://127.0.0.1:1/")}, llm.Down, 3},
		"a wrong key":                            {[]llmtest.Reply{llmtest.Fails(401, "invalid_api_key", "key sk-1 is wrong")}, llm.Denied, 1},
		"an unknown model":                       {[]llmtest.Reply{llmtest.Fails(404, "model_not_found", "none")}, llm.Denied, 1},
		"a connection dropped, then a good one":  {[]llmtest.Reply{llmtest.Drops(), llmtest.Says(good)}, "", 2},
		"a body cut, then a good one":            {[]llmtest.Reply{llmtest.Cuts(), llmtest.Says(good)}, "", 2},
		"bodies cut for ever":                    {[]llmtest.Reply{llmtest.Cuts()}, llm.Down, 3},
		"silence":                                {[]llmtest.Reply{llmtest.Hangs()}, llm.Timeout, 1},
		"blank lines and no answer":              {[]llmtest.Reply{llmtest.Drips()}, llm.Timeout, 1},
		"ten megabytes":                          {[]llmtest.Reply{llmtest.Floods()}, llm.Flood, 1},
		"200 with an error of overload":          {[]llmtest.Reply{llmtest.Body(200, `{"error":{"code":"1305","message":"busy"}}`), llmtest.Says(good)}, "", 2},
		"200 with an error of the filter":        {[]llmtest.Reply{llmtest.Body(200, `{"error":{"code":"1301","message":"unsafe"}}`)}, llm.Refused, 1},
		"200 without choices":                    {[]llmtest.Reply{llmtest.Body(200, `{"choices":[]}`)}, llm.Down, 3},
		"a refusal":                              {[]llmtest.Reply{llmtest.Refuses()}, llm.Refused, 1},
		"a filter at the end":                    {[]llmtest.Reply{llmtest.Ends("", "content_filter")}, llm.Refused, 1},
		"a filter before":                        {[]llmtest.Reply{llmtest.Body(400, `{"code":"DataInspectionFailed","message":"Input data may contain inappropriate content."}`)}, llm.Refused, 1},
		"no schemas, but JSON":                   {[]llmtest.Reply{llmtest.Fails(400, "", "response_format type json_schema is unavailable"), llmtest.Says(good)}, "", 2},
		"no temperature":                         {[]llmtest.Reply{llmtest.Fails(400, "", "temperature must be 1"), llmtest.Says(good)}, "", 2},
		"neither schema nor JSON mode":           {[]llmtest.Reply{llmtest.Fails(400, "", "json_schema?"), llmtest.Fails(400, "", "response_format?"), llmtest.Says(good)}, "", 3},
		"a request that is never understood":     {[]llmtest.Reply{llmtest.Fails(400, "", "what?")}, llm.Unfit, 1},
		"a format that is never understood":      {[]llmtest.Reply{llmtest.Fails(400, "", "json?")}, llm.Unfit, 3},
		"braces without end, then a good answer": {[]llmtest.Reply{llmtest.Says(strings.Repeat(`{"a":`, 10_000)), llmtest.Says(good)}, "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := llmtest.New(t, c.replies...)
			m := model(s)
			start := time.Now()
			got, err := m.Ask(t.Context(), question("灯坏了"))
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("it took %v of the second it had", took)
			}
			if llm.CauseOf(err) != c.want || c.want == "" && (err != nil || string(got) != good) {
				t.Errorf("got %s, %v; want cause %q", got, err, c.want)
			}
			if err != nil && (strings.Contains(err.Error(), "灯坏了") || strings.Contains(err.Error(), "sk-1")) {
				t.Errorf("the error tells what it must not: %v", err)
			}
			state := m.State()
			if n := len(s.Requests()); n != c.calls || state.Calls != c.calls {
				t.Errorf("%d requests arrived, %d counted, want %d", n, state.Calls, c.calls)
			}
			if failed := state.Failed == 1; failed != (c.want != "") {
				t.Errorf("%d askings are counted as failed", state.Failed)
			}
		})
	}
}

func TestAskSaysWhatGoOpenAICannot(t *testing.T) {
	s := llmtest.New(t, llmtest.Says(good))
	m := model(s, func(o *llm.Options) {
		o.Extra = map[string]any{"thinking": map[string]any{"type": "disabled"}, "max_tokens": int64(50), "enable_thinking": false}
	})
	if _, err := m.Ask(t.Context(), question("灯坏了")); err != nil {
		t.Fatal(err)
	}
	r := s.Requests()[0]
	if r.Body["temperature"] != 0.0 || r.Body["max_tokens"] != 50.0 || r.Body["enable_thinking"] != false ||
		fmt.Sprint(r.Body["thinking"]) != "map[type:disabled]" || r.Body["model"] != "small" || r.Format() != "json_schema" {
		t.Errorf("the body was %v", r.Body)
	}
	if r.Header.Get("Authorization") != "Bearer key" {
		t.Errorf("authorization %q", r.Header.Get("Authorization"))
	}
	if state := m.State(); state.PromptTokens != 100 || state.CompletionTokens != 20 || state.CachedTokens != 80 {
		t.Errorf("tokens %+v", state)
	}
}

func TestAThinkerGetsNoTemperatureAndItsOwnLimit(t *testing.T) {
	s := llmtest.New(t, llmtest.Says(good))
	m := model(s, func(o *llm.Options) { o.Model = "gpt-5-mini" })
	if _, err := m.Ask(t.Context(), question("灯坏了")); err != nil {
		t.Fatal(err)
	}
	body := s.Requests()[0].Body
	if _, ok := body["temperature"]; ok || body["max_tokens"] != nil || body["max_completion_tokens"] == nil {
		t.Errorf("the body was %v", body)
	}
}

func TestWhatABackendTakesIsRemembered(t *testing.T) {
	s := llmtest.New(t, func(w http.ResponseWriter, r *http.Request, q llmtest.Request) {
		switch {
		case q.Format() == "json_schema":
			llmtest.Fails(400, "", "this response_format is unavailable now")(w, r, q)
		case q.Body["temperature"] != nil:
			llmtest.Fails(400, "", "invalid temperature: only 1 is allowed")(w, r, q)
		default:
			llmtest.Says(good)(w, r, q)
		}
	})
	m := model(s)
	for i := range 3 {
		if _, err := m.Ask(t.Context(), question(fmt.Sprint("第", i, "盏灯坏了"))); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.Requests()); n != 5 || m.State().Format != "json_object" {
		t.Errorf("%d requests, format %s", n, m.State().Format)
	}
}

func TestARepairSaysWhatWasWrongAndEndsAsTheQuestionDid(t *testing.T) {
	s := llmtest.New(t, llmtest.Says(`{"intent":"投诉"}`), llmtest.Says(good))
	if _, err := model(s).Ask(t.Context(), question("灯坏了")); err != nil {
		t.Fatal(err)
	}
	first, second := s.Requests()[0], s.Requests()[1]
	if !strings.Contains(second.Last(), `intent "投诉" is unknown`) || second.Asked() != "灯坏了" || first.Messages[0] != second.Messages[0] {
		t.Errorf("the repair asked %q", second.Last())
	}
}

func TestTheSameQuestionIsAskedOnce(t *testing.T) {
	s := llmtest.New(t, llmtest.Says(good))
	m := model(s)
	for _, text := range []string{"灯坏了 OK", "灯坏了  ok ", "灯又坏了"} {
		if _, err := m.Ask(t.Context(), question(text)); err != nil {
			t.Fatal(err)
		}
	}
	if state := m.State(); len(s.Requests()) != 2 || state.Cached != 1 || state.Calls != 2 {
		t.Errorf("%d requests, %+v", len(s.Requests()), state)
	}
	s = llmtest.New(t, llmtest.Refuses())
	m = model(s)
	for range 3 {
		if _, err := m.Ask(t.Context(), question("灯坏了")); llm.CauseOf(err) != llm.Refused {
			t.Fatal(err)
		}
	}
	if n := len(s.Requests()); n != 1 {
		t.Errorf("what was refused was asked %d times", n)
	}
}

func TestABackendThatFailsIsLeftAlone(t *testing.T) {
	s := llmtest.New(t, llmtest.Fails(400, "", "what?"))
	m := model(s)
	for i := range 10 {
		_, err := m.Ask(t.Context(), question(fmt.Sprint("灯坏了", i)))
		if want := map[bool]llm.Cause{true: llm.Unfit, false: llm.Resting}[i < 3]; llm.CauseOf(err) != want {
			t.Fatalf("asking %d: %v", i, err)
		}
	}
	if state := m.State(); len(s.Requests()) != 3 || state.Resting.IsZero() || state.Last != llm.Unfit || state.Failed != 10 {
		t.Errorf("%d requests, %+v", len(s.Requests()), state)
	}
}

func TestAWrongKeyIsTriedOnce(t *testing.T) {
	s := llmtest.New(t, llmtest.Fails(401, "invalid_api_key", "no"))
	m := model(s)
	for i := range 3 {
		if _, err := m.Ask(t.Context(), question(fmt.Sprint("灯坏了", i))); err == nil {
			t.Fatal("it answered")
		}
	}
	if n := len(s.Requests()); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestARefusalIsNoFault(t *testing.T) {
	s := llmtest.New(t, llmtest.Refuses())
	m := model(s)
	for i := range 6 {
		_, _ = m.Ask(t.Context(), question(fmt.Sprint("灯坏了", i)))
	}
	if state := m.State(); len(s.Requests()) != 6 || !state.Resting.IsZero() || state.Refused != 6 {
		t.Errorf("%d requests, %+v", len(s.Requests()), state)
	}
}

func TestRetryAfterHoldsForEverybody(t *testing.T) {
	s := llmtest.New(t, llmtest.Fails(503, "", "later", "Retry-After: "+time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)), llmtest.Says(good))
	m := model(s)
	_, _ = m.Ask(t.Context(), question("灯坏了"))
	if _, err := m.Ask(t.Context(), question("水停了")); llm.CauseOf(err) != llm.Resting || len(s.Requests()) != 1 {
		t.Errorf("%v after %d requests", err, len(s.Requests()))
	}
}

func TestBudgetsOfTheHourAndTheDayHold(t *testing.T) {
	now := time.Date(2026, 11, 10, 8, 59, 30, 0, time.UTC)
	s := llmtest.New(t, llmtest.Says(good))
	m := model(s, func(o *llm.Options) { o.Hourly, o.Daily, o.Now = 2, 3, func() time.Time { return now } })
	ask := func() llm.Cause {
		_, err := m.Ask(t.Context(), question(fmt.Sprint("灯坏了", len(s.Requests()), now)))
		return llm.CauseOf(err)
	}
	for i, c := range []struct {
		after time.Duration
		want  llm.Cause
	}{{0, ""}, {time.Minute, ""}, {time.Minute, llm.Spent}, {58 * time.Minute, ""}, {2 * time.Hour, llm.Spent}, {21 * time.Hour, ""}, {time.Minute, ""}, {0, llm.Spent}} {
		now = now.Add(c.after)
		if got := ask(); got != c.want {
			t.Fatalf("asking %d at %v: %q, want %q", i, now, got, c.want)
		}
	}
	if state := m.State(); state.Hour != 2 || state.Day != 3 {
		t.Errorf("spent %d in the hour, %d in the day", state.Hour, state.Day)
	}
}

func TestPermissionIsAskedBeforeEveryRequest(t *testing.T) {
	s := llmtest.New(t, llmtest.Says("no object"))
	q := question("灯坏了")
	left := 1
	q.Permit = func() bool { left--; return left >= 0 }
	m := model(s)
	if _, err := m.Ask(t.Context(), q); llm.CauseOf(err) != llm.Unasked || len(s.Requests()) != 1 {
		t.Errorf("%v after %d requests", err, len(s.Requests()))
	}
}

func TestWithoutTimeNothingIsAsked(t *testing.T) {
	s := llmtest.New(t, llmtest.Says(good))
	m := model(s)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := m.Ask(ctx, question("灯坏了")); llm.CauseOf(err) != llm.Unasked || len(s.Requests()) != 0 || m.State().Failed != 0 {
		t.Errorf("%v after %d requests", err, len(s.Requests()))
	}
}

// relay is a wire that notes where requests go.
type relay struct{ to *[]string }

func (r relay) RoundTrip(q *http.Request) (*http.Response, error) {
	*r.to = append(*r.to, q.URL.String())
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(
		`{"choices":[{"finish_reason":"stop","message":{"content":"{\"intent\":\"report\"}"}}]}`))}, nil
}

func TestTheAddressMayEndInASlash(t *testing.T) {
	var to []string
	m := llm.New(llm.Options{BaseURL: "https://model.example.org/v1/", Model: "m", Wire: relay{&to}})
	if _, err := m.Ask(t.Context(), question("灯坏了")); err != nil || len(to) != 1 || to[0] != "https://model.example.org/v1/chat/completions" {
		t.Errorf("%v %v", to, err)
	}
}
