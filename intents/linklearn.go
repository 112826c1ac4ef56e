package intents

import "math"

// How LearnLinks climbs (Adam).
const (
	steps     = 200
	firstRate = 0.1
	remember  = 0.9
	rememberS = 0.99
	tooSmall  = 1e-4 // a gradient that changes nothing
)

// row is a bid without what it does not have.
type row []term

type term struct {
	at int
	v  float64
}

// lesson is a choice as LearnLinks reads it.
type lesson struct {
	rows  []row
	right int
	own   int // where the weights of its manner stand
}

// LearnLinks fits weights to choices: a conditional logit, in which each manner
// has weights of its own beside those that all share. pull draws the shared ones
// and those of none to nothing, apart a manner's own. The same choices in the
// same order give the same weights.
func LearnLinks(choices []*Choice, pull, apart float64) *Weights {
	const shared = int(withClues)
	const all = shared * (1 + int(manners))
	lessons := lessonsOf(choices, shared, all)
	x := make([]float64, all+int(noneClues))
	grad, speed, square := make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(x))
	for step := 1; step <= steps; step++ {
		clear(grad)
		for i := range lessons {
			lessons[i].slope(x, grad)
		}
		rate := firstRate * min(1, 2*float64(steps-step+1)/steps)
		for j := range x {
			hold := pull
			if j >= shared && j < all {
				hold = apart
			}
			g := grad[j] + hold*x[j]
			speed[j] = remember*speed[j] + (1-remember)*g
			square[j] = rememberS*square[j] + (1-rememberS)*g*g
			v := speed[j] / (1 - math.Pow(remember, float64(step)))
			x[j] -= rate * v / (math.Sqrt(square[j]/(1-math.Pow(rememberS, float64(step)))) + 1e-9)
		}
	}
	w := &Weights{}
	for m := range w.with {
		for j := range w.with[m] {
			w.with[m][j] = x[j] + x[shared*(1+m)+j]
		}
	}
	copy(w.none[:], x[all:])
	return w
}

func lessonsOf(choices []*Choice, shared, none int) []lesson {
	lessons := make([]lesson, 0, len(choices))
	for _, c := range choices {
		l := lesson{right: c.Right, own: shared * (1 + int(c.manner))}
		for i, b := range c.Bids {
			var r row
			for j, v := range b.clues {
				if v == 0 {
					continue
				}
				if i == 0 {
					j += none
				}
				r = append(r, term{j, v})
			}
			l.rows = append(l.rows, r)
		}
		lessons = append(lessons, l)
	}
	return lessons
}

// slope adds to grad how the loss of the lesson changes with x.
func (l *lesson) slope(x, grad []float64) {
	p := make([]float64, len(l.rows))
	for i, r := range l.rows {
		for _, e := range r {
			p[i] += x[e.at] * e.v
			if i > 0 {
				p[i] += x[e.at+l.own] * e.v
			}
		}
	}
	softmax(p)
	p[l.right]--
	for i, r := range l.rows {
		if math.Abs(p[i]) < tooSmall {
			continue
		}
		for _, e := range r {
			grad[e.at] += p[i] * e.v
			if i > 0 {
				grad[e.at+l.own] += p[i] * e.v
			}
		}
	}
}
