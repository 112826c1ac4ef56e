package linear

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

const (
	maxHeads = 64
	maxWidth = 4096 // labels of all heads
)

// Report says how well the model is expected to do on what it has not seen.
type Report struct {
	Examples int
	Features int // known to the model
	Bytes    int // of the saved model
	Heads    []HeadReport
}

// HeadReport is measured by cross-validation: every example is answered by a
// model, and calibrated by a fit, that have learnt only from other folds.
type HeadReport struct {
	Head         string
	Examples     int          // that have a label for this head
	HeldOut      Scores       // with ECE as calibrated; zero without folds
	Uncalibrated float64      // ECE of the plain softmax of the same scores
	Predictions  []Prediction // held out, by example; zero where there is no label, nil without folds
}

// Train learns all heads over the examples. The same examples in the same
// order, options and kind of processor give the same bytes, however many
// classes are learnt at a time. It is an error if a head has no labelled
// example, an option is impossible, or ctx ends first.
func Train(ctx context.Context, examples []Example, options Options) (*Model, Report, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, Report{}, err
	}
	t := &trainer{options: options, examples: examples}
	if err := t.prepare(); err != nil {
		return nil, Report{}, err
	}
	fold, folds := assignFolds(examples, max(options.Folds, 0), options.Seed)
	t.total = (folds + 1) * len(t.questions())
	held := make([]heldOut, len(t.heads))
	for f := range folds {
		if err := t.holdOut(ctx, fold, f, held); err != nil {
			return nil, Report{}, err
		}
	}
	everything := make([]int, len(examples))
	for i := range everything {
		everything[i] = i
	}
	words, planes, err := t.fit(ctx, everything)
	if err != nil {
		return nil, Report{}, err
	}
	m := &Model{cutter: t.cutter, words: words}
	report := Report{Examples: len(examples), Features: len(words.rows)}
	for i, h := range t.heads {
		out := head{name: h.name, labels: h.labels, from: m.width, calibrator: uncalibrated()}
		hr := HeadReport{Head: h.name, Examples: len(h.members)}
		if folds > 1 {
			out.calibrator = held[i].calibrate(h.calibration, nil)
			hr.score(&out, h, &held[i], folds, len(examples))
		}
		report.Heads = append(report.Heads, hr)
		m.heads = append(m.heads, out)
		m.width += len(h.labels)
	}
	if report.Bytes, err = m.pack(planes, options.MaxBytes); err != nil {
		return nil, Report{}, err
	}
	return m, report, nil
}

// trainer holds what all folds share.
type trainer struct {
	options  Options
	examples []Example
	cutter   cutter
	cuts     []*cutting
	heads    []task
	total    int
	mu       sync.Mutex // guards done and the calls of Progress
	done     int
}

// task is a head in the making.
type task struct {
	name        string
	calibration Calibration
	flat        bool
	uniform     bool
	labels      []string
	gold        []int // by example: number of its label, -1 none
	members     []int // examples that have one
}

func (t *trainer) prepare() error {
	o := t.options
	t.cutter = cutter{bits: o.Bits, minGram: o.MinGram, maxGram: o.MaxGram,
		fieldWeight: map[string]float32{}, flagWeight: float32(o.FlagWeight)}
	for name, w := range o.FieldWeight {
		t.cutter.fieldWeight[name] = float32(w)
	}
	for i, e := range t.examples {
		if e.Weight < 0 || !finite(e.Weight) {
			return fmt.Errorf("linear: example %d weighs %g, must be 0 (for 1) or more", i, e.Weight)
		}
	}
	wanted := o.Heads
	if wanted == nil {
		names := map[string]bool{}
		for _, e := range t.examples {
			for name := range e.Labels {
				names[name] = true
			}
		}
		for _, name := range slices.Sorted(maps.Keys(names)) {
			wanted = append(wanted, Head{Name: name})
		}
	}
	width := 0
	for i, h := range wanted {
		if slices.ContainsFunc(wanted[:i], func(x Head) bool { return x.Name == h.Name }) {
			return fmt.Errorf("linear: head %q is named twice", h.Name)
		}
		k := newTask(h, t.examples)
		if len(k.labels) == 0 {
			return fmt.Errorf("linear: no example has a label for head %q", h.Name)
		}
		if long := slices.IndexFunc(append(k.labels, h.Name), func(s string) bool { return len(s) > maxName }); long >= 0 {
			return fmt.Errorf("linear: head %.40q or a label of it is longer than %d bytes (is the label field free text?)", h.Name, maxName)
		}
		width += len(k.labels)
		t.heads = append(t.heads, k)
	}
	if len(t.heads) == 0 {
		return errors.New("linear: there is nothing to learn: no example has a label")
	}
	if len(t.heads) > maxHeads || width > maxWidth {
		return fmt.Errorf("linear: %d heads with %d labels, at most %d with %d are possible (is the label field free text?)", len(t.heads), width, maxHeads, maxWidth)
	}
	t.cuts = make([]*cutting, len(t.examples))
	return t.each(context.Background(), len(t.cuts), func(i int) {
		var c cutting
		t.cutter.cut(&c, t.examples[i].Doc)
		t.cuts[i] = &cutting{terms: slices.Clip(c.terms), blocks: c.blocks}
	})
}

func newTask(h Head, examples []Example) task {
	k := task{name: h.Name, calibration: h.Calibration, flat: h.Flat, uniform: h.Uniform, gold: make([]int, len(examples))}
	for _, e := range examples {
		if l := e.Labels[h.Name]; l != "" {
			k.labels = append(k.labels, l)
		}
	}
	slices.Sort(k.labels)
	k.labels = slices.Compact(k.labels)
	for i, e := range examples {
		k.gold[i] = -1
		if l := e.Labels[h.Name]; l != "" {
			k.gold[i], _ = slices.BinarySearch(k.labels, l)
			k.members = append(k.members, i)
		}
	}
	return k
}

// question is one plane to be found: is it this label of this head?
type question struct{ head, label int }

// questions lists the planes: none for a head of one label, one for two (the
// other is its opposite), otherwise one a label.
func (t *trainer) questions() (all []question) {
	for h, k := range t.heads {
		for l := range k.labels {
			if len(k.labels) > 2 || len(k.labels) == 2 && l == 1 {
				all = append(all, question{h, l})
			}
		}
	}
	return all
}

// fit learns vocabulary and planes [head][label] from some of the examples.
func (t *trainer) fit(ctx context.Context, from []int) (*vocabulary, [][]plane, error) {
	cuts := make([]*cutting, len(from))
	for i, e := range from {
		cuts[i] = t.cuts[e]
	}
	words := learnVocabulary(t.options.Bits, t.options.MinDF, cuts)
	vectors := make([][]entry, len(t.examples))
	if err := t.each(ctx, len(from), func(i int) { vectors[from[i]] = words.vector(cuts[i]) }); err != nil {
		return nil, nil, err
	}
	planes := make([][]plane, len(t.heads))
	for h, k := range t.heads {
		planes[h] = make([]plane, len(k.labels))
	}
	questions := t.questions()
	err := t.each(ctx, len(questions), func(i int) {
		q := questions[i]
		p := t.answer(q, from, vectors, len(words.rows))
		planes[q.head][q.label] = p
		if len(t.heads[q.head].labels) == 2 {
			planes[q.head][0] = p.opposite()
		}
		t.step()
	})
	return words, planes, err
}

func (p *plane) opposite() plane {
	o := plane{weights: make([]float64, len(p.weights)), bias: -p.bias}
	for i, w := range p.weights {
		o.weights[i] = -w
	}
	return o
}

func (t *trainer) answer(q question, from []int, vectors [][]entry, rows int) plane {
	posed := t.pose(q, from, vectors, rows)
	if t.heads[q.head].uniform {
		return posed.solve()
	}
	stretch := posed.scaleByEvidence()
	p := posed.solve()
	for r, s := range stretch {
		p.weights[r] *= s
	}
	return p
}

// pose sets up one question. Unless the head is flat, the rare side costs more
// by n / (labels × its n), liblinear's and scikit-learn's "balanced".
func (t *trainer) pose(q question, from []int, vectors [][]entry, rows int) *problem {
	k := &t.heads[q.head]
	p := &problem{rows: rows, seed: mix(t.options.Seed, seed('q', k.name+"\x00"+k.labels[q.label]))}
	weights := make([]float64, len(k.labels)) // of the examples of each label
	all := 0.0
	for _, i := range from {
		if g, w := k.gold[i], t.examples[i].weight(); g >= 0 {
			p.x = append(p.x, vectors[i])
			p.yes = append(p.yes, g == q.label)
			p.cost = append(p.cost, t.options.C*w)
			weights[g] += w
			all += w
		}
	}
	if k.flat {
		return p
	}
	yes, no := balance(all, weights[q.label], len(weights)), 1.0
	if len(weights) == 2 {
		no = balance(all, all-weights[q.label], 2)
	}
	for i := range p.cost {
		if p.yes[i] {
			p.cost[i] *= yes
		} else {
			p.cost[i] *= no
		}
	}
	return p
}

func balance(all, part float64, labels int) float64 {
	if part <= 0 {
		return 1
	}
	return all / (float64(labels) * part)
}

func (e *Example) weight() float64 {
	if e.Weight == 0 {
		return 1
	}
	return e.Weight
}

// each calls do(0) … do(n-1) on several goroutines and waits for them.
func (t *trainer) each(ctx context.Context, n int, do func(i int)) error {
	workers := t.options.Parallel
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(workers, n) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	group.Wait()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("training: %w", err)
	}
	return nil
}

func (t *trainer) step() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done++
	if t.options.Progress != nil {
		t.options.Progress(t.done, t.total)
	}
}
