package llm

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestObjectIsFoundQuicklyOrNotAtAll(t *testing.T) {
	for name, text := range map[string]string{
		"nested without end": strings.Repeat(`{"a":`, 200_000),
		"braces":             strings.Repeat("{", 1<<20),
		"one long string":    `{"a":"` + strings.Repeat("x", 1<<20),
		"prose":              strings.Repeat("是诉求", 300_000),
	} {
		start := time.Now()
		if got, err := Object(text); err == nil {
			t.Errorf("%s gave %.40s", name, got)
		}
		if took := time.Since(start); took > 500*time.Millisecond {
			t.Errorf("%s took %v", name, took)
		}
	}
}

func FuzzObjectIsJSON(f *testing.F) {
	for _, s := range []string{`{"a":1}`, "```json\n{\"a\":\"}\"}\n```", `<think>{"a":1}</think> {"b":{}} x`, `{{"a":1}}`, `[{"a":1}]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Object(s)
		var object map[string]json.RawMessage
		if err == nil && json.Unmarshal(got, &object) != nil {
			t.Errorf("%q gave %q", s, got)
		}
	})
}
