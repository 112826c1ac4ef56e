package linear

import "math"

// calibrator turns the scores of one head into probabilities.
type calibrator struct {
	kind  Calibration
	slope []float64 // Temperature: one, the inverse of the temperature; Platt: one a label
	shift []float64 // Platt: one a label
}

// probabilities overwrites scores with probabilities that sum to 1.
func (c *calibrator) probabilities(scores []float64) {
	if c.kind == Platt {
		for k, s := range scores {
			scores[k] = sigmoid(c.slope[k]*s + c.shift[k])
		}
		normalise(scores)
		return
	}
	top := math.Inf(-1)
	for _, s := range scores {
		top = max(top, s)
	}
	for k, s := range scores {
		scores[k] = math.Exp(c.slope[0] * (s - top))
	}
	normalise(scores)
}

func normalise(p []float64) {
	sum := 0.0
	for _, x := range p {
		sum += x
	}
	if sum == 0 { // every sigmoid has underflown: nothing is known
		sum = float64(len(p))
		for k := range p {
			p[k] = 1
		}
	}
	for k := range p {
		p[k] /= sum
	}
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// uncalibrated is the plain softmax.
func uncalibrated() calibrator { return calibrator{kind: Temperature, slope: []float64{1}} }

// calibrate fits to scores of documents that the scorer has not learnt from.
// gold is the number of the right label.
func calibrate(kind Calibration, scores [][]float64, gold []int, weight []float64) calibrator {
	if len(scores) == 0 || len(scores[0]) < 2 {
		return uncalibrated()
	}
	if kind == Platt {
		c := calibrator{kind: Platt}
		for k := range scores[0] {
			a, b := fitSigmoid(scores, gold, weight, k)
			c.slope, c.shift = append(c.slope, a), append(c.shift, b)
		}
		return c
	}
	return calibrator{kind: Temperature, slope: []float64{fitSlope(scores, gold, weight)}}
}

// fitSlope finds the inverse temperature of the least log loss. The loss is
// convex in it, so narrowing an interval by the golden section finds it.
func fitSlope(scores [][]float64, gold []int, weight []float64) float64 {
	buffer := make([]float64, len(scores[0]))
	loss := func(logSlope float64) (sum float64) {
		c := calibrator{kind: Temperature, slope: []float64{math.Exp(logSlope)}}
		for i, s := range scores {
			copy(buffer, s)
			c.probabilities(buffer)
			sum -= weight[i] * math.Log(max(buffer[gold[i]], 1e-300))
		}
		return sum
	}
	const ratio = 0.6180339887498949
	low, high := math.Log(0.01), math.Log(100)
	left, right := high-ratio*(high-low), low+ratio*(high-low)
	lossLeft, lossRight := loss(left), loss(right)
	for high-low > 1e-4 {
		if lossLeft <= lossRight {
			high, right, lossRight = right, left, lossLeft
			left = high - ratio*(high-low)
			lossLeft = loss(left)
		} else {
			low, left, lossLeft = left, right, lossRight
			right = low + ratio*(high-low)
			lossRight = loss(right)
		}
	}
	return math.Exp((low + high) / 2)
}

// fitSigmoid fits one label against the rest by Newton's method with halved
// steps and Platt's softened targets (Lin, Lin, Weng: A note on Platt's
// probabilistic outputs, 2007).
func fitSigmoid(scores [][]float64, gold []int, weight []float64, label int) (slope, shift float64) {
	var yes, no float64
	for i, g := range gold {
		if g == label {
			yes += weight[i]
		} else {
			no += weight[i]
		}
	}
	targetYes, targetNo := (yes+1)/(yes+2), 1/(no+2)
	target := func(i int) float64 {
		if gold[i] == label {
			return targetYes
		}
		return targetNo
	}
	loss := func(a, b float64) (sum float64) {
		for i, s := range scores {
			z := a*s[label] + b
			// −t·log σ(z) − (1−t)·log(1−σ(z)), without overflow
			sum += weight[i] * (math.Log1p(math.Exp(-math.Abs(z))) + max(z, 0) - target(i)*z)
		}
		return sum
	}
	slope, shift = 1, math.Log((yes+1)/(no+1))
	now := loss(slope, shift)
	for range 100 {
		var ga, gb, haa, hab, hbb float64
		haa, hbb = 1e-9, 1e-9
		for i, s := range scores {
			x := s[label]
			p := sigmoid(slope*x + shift)
			d, h := weight[i]*(p-target(i)), weight[i]*p*(1-p)
			ga, gb = ga+d*x, gb+d
			haa, hab, hbb = haa+h*x*x, hab+h*x, hbb+h
		}
		if math.Abs(ga) < 1e-6 && math.Abs(gb) < 1e-6 {
			break
		}
		det := haa*hbb - hab*hab
		da, db := -(hbb*ga-hab*gb)/det, -(haa*gb-hab*ga)/det
		step := 1.0
		for ; step > 1e-10; step /= 2 {
			if next := loss(slope+step*da, shift+step*db); next < now {
				slope, shift, now = slope+step*da, shift+step*db, next
				break
			}
		}
		if step <= 1e-10 {
			break
		}
	}
	if !finite(slope) || !finite(shift) || slope < 0 {
		// Scores that say nothing, or the opposite, of the label: only its share counts.
		return 0, math.Log((yes + 1) / (no + 1))
	}
	return slope, shift
}
