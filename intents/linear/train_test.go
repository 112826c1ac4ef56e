package linear

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strings"
	"testing"
)

func TestSameDataAndSeedGiveTheSameBytesWhateverTheParallelism(t *testing.T) {
	examples := sentences(300, 0.1, 7)
	first, _ := mustTrain(t, examples, Options{Seed: 5, Parallel: 1})
	want := saved(t, first)
	for _, parallel := range []int{1, 2, 7, 0} {
		m, _ := mustTrain(t, examples, Options{Seed: 5, Parallel: parallel})
		if !bytes.Equal(saved(t, m), want) {
			t.Errorf("%d at a time: other bytes", parallel)
		}
	}
	other, _ := mustTrain(t, examples, Options{Seed: 6})
	if bytes.Equal(saved(t, other), want) {
		t.Error("the seed changes nothing: is it used?")
	}
}

func TestModelLearnsWhatCanBeLearnt(t *testing.T) {
	for _, calibration := range []Calibration{Temperature, Platt} {
		heads := []Head{{Name: "topic", Calibration: calibration}, {Name: "place", Calibration: calibration, Uniform: true}}
		m, report := mustTrain(t, sentences(600, 0, 3), Options{Heads: heads})
		for _, h := range report.Heads {
			s, err := m.Test(h.Head, sentences(400, 0, 4))
			if err != nil {
				t.Fatal(err)
			}
			if s.MacroF1 < 0.95 || h.HeldOut.MacroF1 < 0.95 {
				t.Errorf("%s: macro F1 %.3f, held out %.3f", h.Head, s.MacroF1, h.HeldOut.MacroF1)
			}
			if s.ModelBytes != len(saved(t, m)) || s.ModelBytes != report.Bytes || s.TextsPerSecond <= 0 {
				t.Errorf("%s: %d bytes (report %d), %f texts/s", h.Head, s.ModelBytes, report.Bytes, s.TextsPerSecond)
			}
		}
	}
}

func TestCalibrationLowersTheErrorOnTextsNotSeen(t *testing.T) {
	test := sentences(2000, 0.3, 12)
	raw, _ := mustTrain(t, sentences(800, 0.3, 11), Options{Folds: -1})
	before, _ := raw.Test("topic", test)
	for name, c := range map[string]Calibration{"temperature": Temperature, "platt": Platt} {
		m, report := mustTrain(t, sentences(800, 0.3, 11), Options{Heads: []Head{{Name: "topic", Calibration: c}}})
		after, _ := m.Test("topic", test)
		if after.ECE > before.ECE/2 {
			t.Errorf("%s: error %.3f, without calibration %.3f", name, after.ECE, before.ECE)
		}
		h := report.Heads[0]
		if math.Abs(h.HeldOut.ECE-after.ECE) > 0.06 || h.Uncalibrated < h.HeldOut.ECE {
			t.Errorf("%s: the report promises %.3f (before %.3f), the test finds %.3f", name, h.HeldOut.ECE, h.Uncalibrated, after.ECE)
		}
	}
}

func TestGroupsAreNeverOnBothSidesOfAFold(t *testing.T) {
	examples := sentences(200, 0, 1)
	fold, folds := assignFolds(examples, 5, 1)
	if folds != 5 {
		t.Fatalf("%d folds, want 5", folds)
	}
	of, size := map[string]int{}, make([]int, folds)
	for i, e := range examples {
		if f, ok := of[e.Group]; ok && f != fold[i] {
			t.Errorf("group %s is in folds %d and %d", e.Group, f, fold[i])
		}
		of[e.Group] = fold[i]
		size[fold[i]]++
	}
	for f, n := range size {
		if n != 40 {
			t.Errorf("fold %d has %d examples, want 40", f, n)
		}
	}
	for i := range examples {
		examples[i].Group = "the same"
	}
	if _, folds := assignFolds(examples, 5, 1); folds != 0 {
		t.Errorf("one group makes %d folds, want none", folds)
	}
}

func TestHeldOutPredictionsDoNotKnowTheirExample(t *testing.T) {
	examples := sentences(200, 0, 1)
	// A word that only one group has, with a label that contradicts the rest.
	for i := range examples {
		if examples[i].Group == "day0" {
			examples[i] = Example{Doc: Text("物业物业"), Labels: map[string]string{"topic": "odd"}, Group: "day0"}
		}
	}
	_, report := mustTrain(t, examples, Options{Heads: []Head{{Name: "topic"}}})
	for i, p := range report.Heads[0].Predictions {
		if examples[i].Group == "day0" && p.Label == "odd" {
			t.Fatalf("example %d was answered by a model that had learnt its group", i)
		}
	}
}

func TestWeightCountsLikeRepeats(t *testing.T) {
	one := []Example{
		{Doc: Text("停水"), Labels: map[string]string{"x": "a"}}, {Doc: Text("停水"), Labels: map[string]string{"x": "b"}, Weight: 5},
		{Doc: Text("太吵"), Labels: map[string]string{"x": "a"}}, {Doc: Text("太吵"), Labels: map[string]string{"x": "b"}},
	}
	m, _ := mustTrain(t, one, Options{Folds: -1, Heads: []Head{{Name: "x", Flat: true}}})
	if got := m.Predict(Text("停水")).Head("x").Label; got != "b" {
		t.Errorf("five times b and once a is %q", got)
	}
}

func TestOneLabelAloneIsCertain(t *testing.T) {
	m, _ := mustTrain(t, []Example{{Doc: Text("停水"), Labels: map[string]string{"x": "a"}}, {Doc: Text("停水"), Labels: map[string]string{"x": "a"}}}, Options{})
	if p := m.Predict(Text("早")).Head("x"); p.Label != "a" || p.P != 1 {
		t.Errorf("got %q with %g, want a with 1", p.Label, p.P)
	}
}

func TestImpossibleTrainingIsRefusedWithASentence(t *testing.T) {
	good := sentences(10, 0, 1)
	for name, c := range map[string]struct {
		examples []Example
		options  Options
		want     string
	}{
		"nothing":         {nil, Options{}, "nothing to learn"},
		"no labels":       {[]Example{{Doc: Text("早")}}, Options{}, "nothing to learn"},
		"unknown head":    {good, Options{Heads: []Head{{Name: "mood"}}}, `"mood"`},
		"head twice":      {good, Options{Heads: []Head{{Name: "topic"}, {Name: "topic"}}}, "twice"},
		"bits":            {good, Options{Bits: 40}, "Bits is 40"},
		"grams":           {good, Options{MinGram: 4, MaxGram: 2}, "4 to 2"},
		"cost":            {good, Options{C: math.NaN()}, "C is NaN"},
		"negative weight": {[]Example{{Doc: Text("早"), Weight: -1}}, Options{}, "weighs -1"},
		"too small":       {good, Options{MaxBytes: 10}, "10 are allowed"},
		"field weight":    {good, Options{FieldWeight: map[string]float64{"q": -1}}, `"q"`},
		"free text label": {[]Example{{Doc: Text("早"), Labels: map[string]string{"x": strings.Repeat("长", 999)}}}, Options{}, "free text"},
	} {
		_, _, err := Train(context.Background(), c.examples, c.options)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestTrainingStopsWhenAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	last := 0
	_, _, err := Train(ctx, sentences(200, 0, 1), Options{Progress: func(done, total int) {
		if done != last+1 || total != 30 { // 6 fits of 4 topics and 1 place
			t.Errorf("progress %d of %d after %d", done, total, last)
		}
		if last = done; done == 3 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestModelKeepsToItsBytes(t *testing.T) {
	examples := sentences(400, 0.2, 2)
	free, report := mustTrain(t, examples, Options{Folds: -1})
	limit := report.Bytes * 2 / 3
	m, report := mustTrain(t, examples, Options{Folds: -1, MaxBytes: limit})
	if n := len(saved(t, m)); n > limit || n != report.Bytes {
		t.Errorf("%d bytes (report %d), at most %d are allowed", n, report.Bytes, limit)
	}
	a, _ := free.Test("topic", sentences(500, 0, 9))
	b, _ := m.Test("topic", sentences(500, 0, 9))
	if b.Accuracy < a.Accuracy-0.05 {
		t.Errorf("accuracy fell from %.3f to %.3f by dropping a third", a.Accuracy, b.Accuracy)
	}
}

// The solver must reach the minimum of the objective it names: no small step in
// any direction lowers it by much.
func TestSolverFindsTheMinimum(t *testing.T) {
	examples := sentences(150, 0.2, 8)
	k := cutter{bits: 12, minGram: 1, maxGram: 2}
	var cuts []*cutting
	q := &problem{seed: 1}
	for _, e := range examples {
		c := &cutting{}
		k.cut(c, e.Doc)
		cuts = append(cuts, c)
		q.yes = append(q.yes, e.Labels["topic"] == "water")
		q.cost = append(q.cost, 0.5)
	}
	words := learnVocabulary(12, 1, cuts)
	for _, c := range cuts {
		q.x = append(q.x, words.vector(c))
	}
	q.rows = len(words.rows)
	loss := func(p *plane) float64 {
		sum := p.bias * p.bias / 2
		for _, w := range p.weights {
			sum += w * w / 2
		}
		for i, x := range q.x {
			y := -1.0
			if q.yes[i] {
				y = 1
			}
			miss := max(0, 1-y*p.score(x))
			sum += q.cost[i] * miss * miss
		}
		return sum
	}
	p := q.solve()
	found := loss(&p)
	if empty := loss(&plane{weights: make([]float64, q.rows)}); found > empty/2 {
		t.Fatalf("loss %.4f, without weights %.4f", found, empty)
	}
	for r := range p.weights {
		for _, d := range []float64{-0.02, 0.02} {
			p.weights[r] += d
			if l := loss(&p); l < found-0.02 {
				t.Errorf("row %d: a step of %g lowers the loss from %.4f to %.4f", r, d, found, l)
			}
			p.weights[r] -= d
		}
	}
}
