package learn

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"youshi/grid"
	"youshi/intents/local"
)

// someDays are three short days of the project's own.
func someDays(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, name := range []string{"d01", "d02", "d07"} {
		b, err := os.ReadFile("../../testdata/days/" + name + ".jsonl")
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.SplitAfter(string(b), "\n")
		out = append(out, writeFile(t, name+".jsonl", strings.Join(lines[:min(80, len(lines))], "")))
	}
	return out
}

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func strangers(t *testing.T) string {
	return writeFile(t, "talk.jsonl", strings.Repeat(`{"text":"外卖太慢了 差评","kind":"review"}`+"\n"+`{"text":"哈哈你说得对"}`+"\n", 200))
}

func TestTrainWritesTheSameModelTwiceAndItOpens(t *testing.T) {
	out := filepath.Join(t.TempDir(), "model.bin")
	o := Options{Data: someDays(t), Extra: []string{strangers(t)}, Out: out}
	var files [2][]byte
	for i := range files {
		if err := Train(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		files[i], _ = os.ReadFile(out)
	}
	if len(files[0]) == 0 || !bytes.Equal(files[0], files[1]) {
		t.Error("the second model is another one")
	}
	if _, err := local.Open(files[0]); err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(filepath.Dir(out))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the model lies %v, %v", left, err)
	}
}

func TestTrainMeasuresOnDaysLeftOut(t *testing.T) {
	var out bytes.Buffer
	if err := Train(t.Context(), Options{Data: someDays(t), Extra: []string{strangers(t)}, Measure: &out}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"as written", "240 labelled messages", "mixed in", "calibration error", "false alarms per 1,000 of"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the measure lacks %q:\n%s", want, out.String())
		}
	}
}

func TestTrainWithoutLabelsSaysSoAndWritesNothing(t *testing.T) {
	out := filepath.Join(t.TempDir(), "model.bin")
	day := writeFile(t, "d.jsonl", `{"id":"a","time":"2026-11-10T06:31:07+08:00","sender":"老周","text":"早"}`)
	err := Train(t.Context(), Options{Data: []string{day}, Extra: []string{strangers(t)}, Out: out})
	if grid.CodeOf(err) != grid.Invalid {
		t.Errorf("got %v", err)
	}
	if err := Train(t.Context(), Options{Data: []string{strangers(t)}, Out: out}); err == nil || !strings.Contains(err.Error(), "talk.jsonl:1: no intent") {
		t.Errorf("unlabelled data gave %v", err)
	}
	if _, err := os.Stat(out); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was written: %v", err)
	}
}

func TestMixKeepsTheDayAndUsesTheTalkOnce(t *testing.T) {
	c, err := loadCourse(Options{Data: someDays(t), Extra: []string{strangers(t)}})
	if err != nil {
		t.Fatal(err)
	}
	day := c.days[0].heard
	mixed, left := mix(day, c.talk, rand.New(rand.NewPCG(1, 1)))
	if len(mixed) != 2*len(day) || len(left) != len(c.talk)-len(day) {
		t.Errorf("%d messages and %d left of %d and %d", len(mixed), len(left), len(day), len(c.talk))
	}
	var kept []local.Heard
	for i, h := range mixed {
		if h.ID != "" {
			kept = append(kept, h)
		} else if h.Gold.Kind != grid.Chatter {
			t.Errorf("a stranger's message is a %s", h.Gold.Kind)
		}
		if i > 0 && h.Sent.Before(mixed[i-1].Sent) {
			t.Errorf("message %d is out of time", i)
		}
	}
	if !slices.EqualFunc(kept, day, func(a, b local.Heard) bool { return a.ID == b.ID }) {
		t.Error("the day has another order")
	}
}
