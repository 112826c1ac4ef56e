package linear

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Model answers. It is safe for use by many goroutines.
type Model struct {
	cutter  cutter
	words   *vocabulary
	heads   []head
	width   int    // labels of all heads together
	weights []int8 // [row][label], the heads' labels side by side
	scratch sync.Pool
}

type head struct {
	name       string
	labels     []string  // sorted
	from       int       // its first column in weights
	bias       []float32 // by label
	scale      []float32 // by label: score of one unit of weight
	calibrator calibrator
}

// Answer holds one Prediction a head, in the order of Model.Heads.
type Answer []Prediction

// Prediction is what the model thinks about one head.
type Prediction struct {
	Head   string
	Label  string    // the most probable; of equals the first by name
	P      float64   // its probability, 0 to 1
	Labels []string  // all labels of the head, sorted; shared by all predictions, not to be changed
	All    []float64 // their probabilities, in the same order
}

// Of gives the probability of a label, 0 for one that the head never learnt.
func (p Prediction) Of(label string) float64 {
	if i, ok := slices.BinarySearch(p.Labels, label); ok {
		return p.All[i]
	}
	return 0
}

// Head gives the prediction of a head; one that the model does not have is
// the zero Prediction.
func (a Answer) Head(name string) Prediction {
	for _, p := range a {
		if p.Head == name {
			return p
		}
	}
	return Prediction{}
}

// Heads gives the names of the heads in the order of answers.
func (m *Model) Heads() []string {
	var names []string
	for _, h := range m.heads {
		names = append(names, h.name)
	}
	return names
}

// Labels gives the labels that a head can answer, sorted; nil if it has no
// such head.
func (m *Model) Labels(head string) []string {
	for _, h := range m.heads {
		if h.name == head {
			return slices.Clone(h.labels)
		}
	}
	return nil
}

// reading is what one Predict needs for a moment.
type reading struct {
	cutting cutting
	vector  []entry
	sums    []float32
}

// Predict answers all heads. A text in which nothing is known (an empty one,
// say) gets what the labels' shares in training suggest.
func (m *Model) Predict(d Doc) Answer {
	r, _ := m.scratch.Get().(*reading)
	if r == nil {
		r = &reading{sums: make([]float32, m.width)}
	}
	defer m.scratch.Put(r)
	m.cutter.cut(&r.cutting, d)
	r.vector = m.words.weigh(r.vector[:0], &r.cutting)
	clear(r.sums)
	for _, e := range r.vector {
		weights := m.weights[int(e.row)*m.width:][:len(r.sums)]
		for k, w := range weights {
			r.sums[k] += float32(e.value * float32(w))
		}
	}
	answer := make(Answer, len(m.heads))
	all := make([]float64, m.width)
	for i := range m.heads {
		h := &m.heads[i]
		p := all[h.from:][:len(h.labels):len(h.labels)]
		for k := range p {
			p[k] = float64(r.sums[h.from+k])*float64(h.scale[k]) + float64(h.bias[k])
		}
		h.calibrator.probabilities(p)
		answer[i] = h.prediction(p)
	}
	return answer
}

func (h *head) prediction(p []float64) Prediction {
	best := 0
	for k := range p {
		if p[k] > p[best] {
			best = k
		}
	}
	return Prediction{Head: h.name, Label: h.labels[best], P: p[best], Labels: h.labels, All: p}
}

// Test measures one head on examples it has not learnt from, one after the
// other on one processor. Examples without a label for the head are left out;
// it is an error if none is left or the model has no such head.
func (m *Model) Test(head string, examples []Example) (Scores, error) {
	column := slices.Index(m.Heads(), head)
	if column < 0 {
		return Scores{}, fmt.Errorf("linear: the model has no head %q, only %q", head, m.Heads())
	}
	var docs []Doc
	var gold []string
	for _, e := range examples {
		if l := e.Labels[head]; l != "" {
			docs, gold = append(docs, e.Doc), append(gold, l)
		}
	}
	if len(docs) == 0 {
		return Scores{}, fmt.Errorf("linear: no example has a label for head %q", head)
	}
	predictions := make([]Prediction, len(docs))
	begin := time.Now()
	for i, d := range docs {
		predictions[i] = m.Predict(d)[column]
	}
	took := time.Since(begin)
	s := scorePredictions(gold, predictions)
	s.TextsPerSecond = float64(len(docs)) / max(took.Seconds(), 1e-9)
	s.ModelBytes = len(m.encode(1))
	return s, nil
}

func scorePredictions(gold []string, predictions []Prediction) Scores {
	got, confidence, right := make([]string, len(gold)), make([]float64, len(gold)), make([]bool, len(gold))
	for i, p := range predictions {
		got[i], confidence[i], right[i] = p.Label, p.P, p.Label == gold[i]
	}
	s := Score(gold, got)
	s.ECE = ECE(confidence, right)
	return s
}
