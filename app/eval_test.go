package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"youshi/days"
	"youshi/grid"
)

// dayFile writes a recorded day.
func dayFile(t *testing.T, lines string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "day.jsonl")
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEvalScoresWhatTheReplayMade(t *testing.T) {
	replay := func(_ context.Context, lines []days.Line) (days.Result, error) {
		r := days.Result{Messages: len(lines)}
		for _, l := range lines {
			r.ByMessage = append(r.ByMessage, days.MessageRow{ID: l.ID, Intent: grid.Chatter})
		}
		return r, nil
	}
	data := []string{dayFile(t, `{"id":"a","time":"2026-11-10T06:31:07+08:00","sender":"老周","text":"早","intent":"chatter"}
{"id":"b","time":"2026-11-10T06:32:07+08:00","sender":"老周","text":"<灯>坏了","intent":"report","category":"immediate","urgency":"normal","topic":"facilities"}`)}
	var out bytes.Buffer
	if err := Eval(t.Context(), EvalOptions{Data: data, Replay: replay, JSON: true, Out: &out}); err != nil {
		t.Fatal(err)
	}
	var score days.Score
	if err := json.Unmarshal(out.Bytes(), &score); err != nil || score.N != 2 || score.Intent.Accuracy != 0.5 || !strings.Contains(out.String(), "<灯>") {
		t.Errorf("%v: %s", err, out.String())
	}
	out.Reset()
	if err := Eval(t.Context(), EvalOptions{Data: data, Replay: replay, Out: &out}); err != nil || !strings.Contains(out.String(), "2 labelled messages") {
		t.Errorf("%v: %s", err, out.String())
	}
	broken := errors.New("no store")
	fail := func(context.Context, []days.Line) (days.Result, error) { return days.Result{}, broken }
	if err := Eval(t.Context(), EvalOptions{Data: data, Replay: fail, Out: &out}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if err := Eval(t.Context(), EvalOptions{Data: []string{dayFile(t, `{"id":"a","time":"2026-11-10T06:31:07+08:00","sender":"老周","text":"早"}`)}, Replay: replay, Out: &out}); grid.CodeOf(err) != grid.Invalid {
		t.Errorf("unlabelled days gave %v", err)
	}
}
