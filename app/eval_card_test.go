package app

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"youshi/config"
	"youshi/grid"
)

// beginnings gives the first messages of recorded days, a file each.
func beginnings(t *testing.T, names ...string) (files []string) {
	t.Helper()
	for _, name := range names {
		b, err := os.ReadFile("../testdata/days/" + name + ".jsonl")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), name+".jsonl")
		if err := os.WriteFile(path, []byte(strings.Join(strings.SplitAfter(string(b), "\n")[:60], "")), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}
	return files
}

func TestTheScoreCardTellsHowDaysLeftOutAreUnderstood(t *testing.T) {
	data := beginnings(t, "d01", "d02", "d07")
	talk := filepath.Join(t.TempDir(), "talk.jsonl")
	if err := os.WriteFile(talk, []byte(strings.Repeat(`{"text":"外卖太慢了 差评"}`+"\n"+`{"text":"哈哈你说得对"}`+"\n", 200)), 0o600); err != nil {
		t.Fatal(err)
	}
	var cards [2]Card
	for i := range cards {
		var out bytes.Buffer
		err := EvalCard(t.Context(), CardOptions{Data: data, Extra: []string{talk}, Config: config.Default(), JSON: true, Out: &out})
		if err == nil {
			err = json.Unmarshal(out.Bytes(), &cards[i])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	card := cards[0]
	if card.Written.N != 180 || card.Mixed.N != 360 || card.Alarms.N != 180 || card.Speed <= 0 {
		t.Errorf("measured on %d, %d, %+v at %.0f a second", card.Written.N, card.Mixed.N, card.Alarms, card.Speed)
	}
	// Three half days teach little, and the days left out were not learnt.
	if f := card.Written.Actionable.F1; f < 0.3 || f > 0.97 {
		t.Errorf("actionable F1 %.2f", f)
	}
	if a, b := cards[0].Written.Actionable, cards[1].Written.Actionable; a != b || *cards[0].Alarms != *cards[1].Alarms {
		t.Errorf("measured twice: %+v and %+v", a, b)
	}
	for _, on := range []string{"written", "mixed", ""} {
		found := false
		for _, g := range card.Goals {
			found = found || g.On == on && g.Bound > 0
		}
		if !found {
			t.Errorf("no goal is held against %q", on)
		}
	}
}

func TestTheScoreCardIsATableForPeople(t *testing.T) {
	var out bytes.Buffer
	if err := EvalCard(t.Context(), CardOptions{Data: beginnings(t, "d01", "d02"), Config: config.Default(), Out: &out}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"actionable F1", "≥ 0.85", "written", "messages a second", "each day left out once", "120 labelled messages"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the card lacks %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "strangers") {
		t.Errorf("without strangers' talk the card tells of it:\n%s", out.String())
	}
}

func TestOneDayAloneCannotBeLeftOut(t *testing.T) {
	err := EvalCard(t.Context(), CardOptions{Data: beginnings(t, "d01"), Config: config.Default(), Out: &bytes.Buffer{}})
	if grid.CodeOf(err) != grid.Invalid {
		t.Errorf("got %v", err)
	}
	twice := beginnings(t, "d01")
	err = EvalCard(t.Context(), CardOptions{Data: append(twice, twice...), Config: config.Default(), Out: &bytes.Buffer{}})
	if grid.CodeOf(err) != grid.Invalid || !strings.Contains(err.Error(), "id") {
		t.Errorf("a day given twice: %v", err)
	}
}
