package linear

import (
	"math"
	"slices"
)

// Scores say how well given labels agree with the right ones. All shares are
// 0 to 1.
type Scores struct {
	N              int          `json:"n"` // texts
	Accuracy       float64      `json:"accuracy"`
	MacroF1        float64      `json:"macro_f1"`                   // mean of F1 over all labels that are right or given anywhere
	Classes        []ClassScore `json:"classes"`                    // by label
	Confusion      [][]int      `json:"confusion"`                  // [right][given], in the order of Classes
	ECE            float64      `json:"ece"`                        // expected calibration error; set by Model.Test and Train
	TextsPerSecond float64      `json:"texts_per_second,omitempty"` // on one processor; set by Model.Test
	ModelBytes     int          `json:"model_bytes,omitempty"`      // as saved; set by Model.Test
}

// ClassScore is one label's part of Scores.
type ClassScore struct {
	Label     string  `json:"label"`
	Precision float64 `json:"precision"` // right of those given; 0 if never given
	Recall    float64 `json:"recall"`    // given of those right; 0 if never right
	F1        float64 `json:"f1"`
	N         int     `json:"n"`     // texts for which it is right
	Given     int     `json:"given"` // texts for which it was given
}

// Score compares labels pairwise: gold is right, got was given. A label that
// occurs only in got counts as a class with F1 0, as in scikit-learn. It
// panics if the lengths differ; without texts everything is 0.
func Score(gold, got []string) Scores {
	if len(gold) != len(got) {
		panic("linear: Score needs as many right labels as given ones")
	}
	labels := slices.Concat(gold, got)
	slices.Sort(labels)
	labels = slices.Compact(labels)
	number := make(map[string]int, len(labels))
	s := Scores{N: len(gold), Confusion: make([][]int, len(labels))}
	for i, l := range labels {
		number[l] = i
		s.Confusion[i] = make([]int, len(labels))
	}
	right := 0
	for i := range gold {
		s.Confusion[number[gold[i]]][number[got[i]]]++
		if gold[i] == got[i] {
			right++
		}
	}
	s.Accuracy = share(right, s.N)
	for i, l := range labels {
		c := ClassScore{Label: l}
		for j := range labels {
			c.N += s.Confusion[i][j]
			c.Given += s.Confusion[j][i]
		}
		hit := s.Confusion[i][i]
		c.Precision, c.Recall, c.F1 = share(hit, c.Given), share(hit, c.N), share(2*hit, c.N+c.Given)
		s.Classes = append(s.Classes, c)
		s.MacroF1 += c.F1 / float64(len(labels))
	}
	return s
}

// Class gives one label's part; ok is false if the label never occurred.
func (s Scores) Class(label string) (c ClassScore, ok bool) {
	for _, c := range s.Classes {
		if c.Label == label {
			return c, true
		}
	}
	return ClassScore{}, false
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// eceBins is the usual number of equally wide bins.
const eceBins = 15

// ECE is the expected calibration error: how far, on average, the stated
// confidence (0 to 1) of an answer lies from the share of right answers among
// those with about that confidence (15 bins of equal width). It panics if the
// lengths differ; without answers it is 0.
func ECE(confidence []float64, right []bool) float64 {
	if len(confidence) != len(right) {
		panic("linear: ECE needs a verdict for every confidence")
	}
	var gap [eceBins]float64 // Σ confidence − Σ right
	for i, c := range confidence {
		b := min(max(int(c*eceBins), 0), eceBins-1)
		gap[b] += c
		if right[i] {
			gap[b]--
		}
	}
	sum := 0.0
	for _, g := range gap {
		sum += math.Abs(g)
	}
	if len(confidence) == 0 {
		return 0
	}
	return sum / float64(len(confidence))
}
