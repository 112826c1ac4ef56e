package linear

import (
	"math"
	"math/rand/v2"
)

const (
	solveTolerance = 0.1  // liblinear's own for this loss
	solvePasses    = 1000 // over all documents, at most
)

// problem is one two-sided question: which documents are the class.
type problem struct {
	x    [][]entry
	yes  []bool
	cost []float64 // of a mistake on that document
	rows int
	seed uint64
}

// plane separates the two sides: score = weights · x + bias.
type plane struct {
	weights []float64
	bias    float64
}

func (p *plane) score(x []entry) float64 {
	s := p.bias
	for _, e := range x {
		s += float64(p.weights[e.row] * float64(e.value))
	}
	return s
}

// scaleByEvidence stretches every feature by how surely it tells the two sides
// apart, (1 + |log ratio of its documents|) / 2, and returns the stretches.
// Multiplied into the weights that are found, they make what is telling
// cheaper to use than what is frequent (the idea of NB-SVM: Wang and Manning,
// Baselines and Bigrams, ACL 2012), and cost nothing at reading.
func (q *problem) scaleByEvidence() []float64 {
	yes, no := make([]float64, q.rows), make([]float64, q.rows)
	allYes, allNo := 2.0, 2.0
	for i, x := range q.x {
		side := no
		if q.yes[i] {
			side = yes
			allYes++
		} else {
			allNo++
		}
		for _, e := range x {
			side[e.row]++
		}
	}
	stretch := make([]float64, q.rows)
	for r := range stretch {
		ratio := math.Log((yes[r] + 1) / allYes * allNo / (no[r] + 1))
		stretch[r] = (1 + math.Abs(ratio)) / 2
	}
	for i, x := range q.x {
		scaled := make([]entry, len(x))
		for j, e := range x {
			scaled[j] = entry{e.row, e.value * float32(stretch[e.row])}
		}
		q.x[i] = scaled
	}
	return stretch
}

// solve finds the plane with the smallest ½‖w‖² + Σ cost·max(0, 1 − y·score)²
// by dual coordinate descent with shrinking (Hsieh et al., A Dual Coordinate
// Descent Method for Large-scale Linear SVM, ICML 2008; liblinear's solver 1).
// The bias is learnt as the weight of a coordinate that is always 1. Products
// are rounded by explicit conversion so that no processor fuses them.
func (q *problem) solve() plane {
	p := plane{weights: make([]float64, q.rows)}
	var (
		n      = len(q.x)
		alpha  = make([]float64, n)
		curve  = make([]float64, n) // second derivative in that coordinate
		diag   = make([]float64, n)
		order  = make([]int, n)
		active = n
		random = rand.New(rand.NewPCG(q.seed, 0x6c696e656172))
		// A coordinate at its bound whose gradient lies beyond the worst of the
		// last pass is left alone until the others have settled.
		high = math.Inf(1)
	)
	for i, x := range q.x {
		order[i] = i
		diag[i] = 0.5 / q.cost[i]
		curve[i] = diag[i] + 1
		for _, e := range x {
			curve[i] += float64(float64(e.value) * float64(e.value))
		}
	}
	for range solvePasses {
		most, least := math.Inf(-1), math.Inf(1)
		random.Shuffle(active, func(i, j int) { order[i], order[j] = order[j], order[i] })
		for s := 0; s < active; s++ {
			i := order[s]
			y := -1.0
			if q.yes[i] {
				y = 1
			}
			g := float64(y*p.score(q.x[i])) - 1 + float64(alpha[i]*diag[i])
			projected := g
			if alpha[i] == 0 {
				if g > high {
					active--
					order[s], order[active] = order[active], order[s]
					s--
					continue
				}
				projected = min(g, 0)
			}
			most, least = max(most, projected), min(least, projected)
			if math.Abs(projected) > 1e-12 {
				old := alpha[i]
				alpha[i] = max(old-g/curve[i], 0)
				p.add(q.x[i], float64((alpha[i]-old)*y))
			}
		}
		if most-least <= solveTolerance {
			if active == n {
				break
			}
			active, high = n, math.Inf(1)
			continue
		}
		if high = most; high <= 0 {
			high = math.Inf(1)
		}
	}
	return p
}

func (p *plane) add(x []entry, d float64) {
	for _, e := range x {
		p.weights[e.row] += float64(d * float64(e.value))
	}
	p.bias += d
}
