package linear

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestScoreAgreesWithScikitLearn(t *testing.T) {
	// Values worked out by hand; zero_division=0, average="macro" over all five texts.
	gold := []string{"a", "a", "b", "b", "a"}
	got := []string{"a", "b", "b", "b", "c"}
	s := Score(gold, got)
	near := func(what string, got, want float64) {
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%s is %g, want %g", what, got, want)
		}
	}
	near("accuracy", s.Accuracy, 3.0/5)
	near("macro F1", s.MacroF1, (0.5+0.8+0)/3)
	a, _ := s.Class("a")
	near("precision of a", a.Precision, 1)
	near("recall of a", a.Recall, 1.0/3)
	near("F1 of a", a.F1, 0.5)
	c, ok := s.Class("c")
	if !ok || c.N != 0 || c.Given != 1 || c.F1 != 0 {
		t.Errorf("c: %+v", c)
	}
	if s.Confusion[0][1] != 1 || s.Confusion[1][1] != 2 || s.Confusion[0][2] != 1 {
		t.Errorf("confusion %v", s.Confusion)
	}
}

func TestScoreOfNothingIsNothing(t *testing.T) {
	if s := Score(nil, nil); s.N != 0 || s.Accuracy != 0 || s.MacroF1 != 0 || len(s.Classes) != 0 {
		t.Errorf("%+v", s)
	}
}

func TestScoresAreWrittenUnderTheNamesOfTheCommand(t *testing.T) {
	b, err := json.Marshal(Scores{Accuracy: 0.5, MacroF1: 0.25, TextsPerSecond: 2, ModelBytes: 3})
	for _, want := range []string{`"accuracy":0.5`, `"macro_f1":0.25`, `"texts_per_second":2`, `"model_bytes":3`} {
		if err != nil || !strings.Contains(string(b), want) {
			t.Errorf("%s lacks %s (%v)", b, want, err)
		}
	}
}

func TestScoresKeepTheirBoundsAndAddUp(t *testing.T) {
	label := rapid.SampledFrom([]string{"a", "b", "c", "d"})
	rapid.Check(t, func(t *rapid.T) {
		gold := rapid.SliceOfN(label, 1, 50).Draw(t, "gold")
		got := rapid.SliceOfN(label, len(gold), len(gold)).Draw(t, "got")
		s := Score(gold, got)
		n, given := 0, 0
		for _, c := range s.Classes {
			n, given = n+c.N, given+c.Given
			if c.F1 < 0 || c.F1 > 1 || c.F1 > max(c.Precision, c.Recall)+1e-9 || c.F1 < min(c.Precision, c.Recall)-1e-9 {
				t.Fatalf("%+v", c)
			}
		}
		if n != len(gold) || given != len(gold) || s.MacroF1 > 1+1e-9 {
			t.Fatalf("%d texts are %d right and %d given labels: %+v", len(gold), n, given, s)
		}
		if same := Score(gold, gold); same.Accuracy != 1 || math.Abs(same.MacroF1-1) > 1e-9 {
			t.Fatalf("agreeing with oneself scores %+v", same)
		}
	})
}

func TestECEIsTheGapBetweenWordAndDeed(t *testing.T) {
	for name, c := range map[string]struct {
		confidence []float64
		right      []bool
		want       float64
	}{
		"nothing said":       {nil, nil, 0},
		"certain and right":  {[]float64{1, 1}, []bool{true, true}, 0},
		"certain and wrong":  {[]float64{1, 1}, []bool{false, false}, 1},
		"half and half":      {[]float64{0.5, 0.5}, []bool{true, false}, 0},
		"too bold by a half": {[]float64{1, 1}, []bool{true, false}, 0.5},
		"two bins":           {[]float64{0.9, 0.3}, []bool{true, false}, 0.2},
	} {
		if got := ECE(c.confidence, c.right); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: %g, want %g", name, got, c.want)
		}
	}
}
