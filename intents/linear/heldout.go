package linear

import "context"

// heldOut collects, for one head, the scores that examples got from models
// which had not learnt from them.
type heldOut struct {
	example []int
	fold    []int
	gold    []int
	weight  []float64
	scores  [][]float64
}

// holdOut learns without fold f and scores the examples of fold f.
func (t *trainer) holdOut(ctx context.Context, fold []int, f int, held []heldOut) error {
	var in, out []int
	for i := range t.examples {
		if fold[i] == f {
			out = append(out, i)
		} else {
			in = append(in, i)
		}
	}
	words, planes, err := t.fit(ctx, in)
	if err != nil {
		return err
	}
	var x []entry
	for _, i := range out {
		x = words.weigh(x[:0], t.cuts[i])
		for h, k := range t.heads {
			if k.gold[i] < 0 {
				continue
			}
			scores := make([]float64, len(k.labels))
			for l := range scores {
				if p := &planes[h][l]; p.weights != nil {
					scores[l] = p.score(x)
				}
			}
			o := &held[h]
			o.example, o.fold, o.gold = append(o.example, i), append(o.fold, f), append(o.gold, k.gold[i])
			o.weight, o.scores = append(o.weight, t.examples[i].weight()), append(o.scores, scores)
		}
	}
	return nil
}

// calibrate fits to all held-out scores that keep wants; nil wants all.
func (o *heldOut) calibrate(kind Calibration, keep func(fold int) bool) calibrator {
	if keep == nil {
		return calibrate(kind, o.scores, o.gold, o.weight)
	}
	var scores [][]float64
	var gold []int
	var weight []float64
	for i, f := range o.fold {
		if keep(f) {
			scores, gold, weight = append(scores, o.scores[i]), append(gold, o.gold[i]), append(weight, o.weight[i])
		}
	}
	return calibrate(kind, scores, gold, weight)
}

// score fills in the report: each fold is calibrated by the others, so that
// the stated error is not that of data fitted to.
func (r *HeadReport) score(h *head, k task, o *heldOut, folds, examples int) {
	r.Predictions = make([]Prediction, examples)
	calibrators := make([]calibrator, folds)
	for f := range calibrators {
		calibrators[f] = o.calibrate(k.calibration, func(fold int) bool { return fold != f })
	}
	plain := uncalibrated()
	gold := make([]string, len(o.example))
	before, after := make([]Prediction, len(gold)), make([]Prediction, len(gold))
	for i, e := range o.example {
		gold[i] = k.labels[o.gold[i]]
		p := append([]float64(nil), o.scores[i]...)
		plain.probabilities(p)
		before[i] = h.prediction(p)
		p = append([]float64(nil), o.scores[i]...)
		calibrators[o.fold[i]].probabilities(p)
		after[i] = h.prediction(p)
		r.Predictions[e] = after[i]
	}
	r.HeldOut = scorePredictions(gold, after)
	r.Uncalibrated = scorePredictions(gold, before).ECE
}
