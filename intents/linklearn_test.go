package intents

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"youshi/grid"
)

// choiceOf makes a choice between none and one matter for each of speaks.
func choiceOf(right int, speaks ...withClue) *Choice {
	none := make([]float64, noneClues)
	none[always] = 1
	c := &Choice{Bids: []Bid{{clues: none}}, Right: right}
	for i, x := range speaks {
		with := make([]float64, withClues)
		with[x] = 1
		c.Bids = append(c.Bids, Bid{Ticket: grid.TicketNo(i + 1), clues: with})
	}
	return c
}

func TestWeightsFollowWhatWasRight(t *testing.T) {
	var all []*Choice
	for range 40 {
		all = append(all, choiceOf(2, longAgo, samePlace), choiceOf(1, samePlace, longAgo), choiceOf(0, longAgo))
	}
	w := LearnLinks(all, 1, 3)
	if p := w.shares(choiceOf(0, longAgo, samePlace)); p[2] < 0.8 {
		t.Errorf("of none, a matter of long ago and one of the same place: %.2f", p)
	}
	if p := w.shares(choiceOf(0, longAgo)); p[0] < 0.8 {
		t.Errorf("of none and a matter of long ago: %.2f", p)
	}
	if again := LearnLinks(all, 1, 3); again.with != w.with || again.none != w.none {
		t.Error("the same choices gave other weights")
	}
}

func TestSharesAreProbabilities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &Weights{}
		for m := range w.with {
			for j := range w.with[m] {
				w.with[m][j] = rapid.Float64Range(-50, 50).Draw(t, "weight")
			}
		}
		speaks := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) withClue { return withClue(rapid.IntRange(0, int(withClues)-1).Draw(t, "clue")) }), 1, 9).Draw(t, "matters")
		sum := 0.0
		for _, p := range w.shares(choiceOf(0, speaks...)) {
			if p < 0 || p > 1 || math.IsNaN(p) {
				t.Fatalf("a share of %v", p)
			}
			sum += p
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Fatalf("all together %v", sum)
		}
	})
}

func TestWeightsAreReadAsWritten(t *testing.T) {
	w := LearnLinks([]*Choice{choiceOf(1, samePlace), choiceOf(0, longAgo)}, 1, 3)
	w.Runes = map[string]float64{"水": 0.03}
	w.Round()
	b, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	got := &Weights{}
	if err := json.Unmarshal(b, got); err != nil || got.with != w.with || got.none != w.none || got.Runes["水"] != 0.03 {
		t.Errorf("%v: %+v", err, got)
	}
	less := strings.Replace(string(b), "talk same place", "talk same weather", 1)
	if err := json.Unmarshal([]byte(less), &Weights{}); err == nil || !strings.Contains(err.Error(), "same place") {
		t.Errorf("a file that lacks a weight: %v", err)
	}
}

func TestEveryClueHasAName(t *testing.T) {
	seen := map[string]bool{}
	for _, n := range append(withNames[:], noneNames[:]...) {
		if n == "" {
			t.Error("a clue has no name")
		}
	}
	for _, n := range withNames {
		if seen[n] {
			t.Errorf("two clues are called %q", n)
		}
		seen[n] = true
	}
	if w := (&Weights{Runes: map[string]float64{"的": 0.9}}); w.rarity('的') >= w.rarity('梯') {
		t.Error("a character of most texts tells as much as a rare one")
	}
}
