package trees

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// Choice is an example.
type Choice struct {
	Options [][]float64 // each as long as there are names
	Right   int         // which of them, from 0; -1: none
	Weight  float64     // how many choices it counts for; 0 means 1
}

func (c *Choice) weight() float64 {
	if c.Weight == 0 {
		return 1
	}
	return c.Weight
}

// Options say how to grow. The zero value is a good start.
type Options struct {
	Trees     int     // how many; 0 means 100
	Leaves    int     // of a tree, at most; 0 means 31
	Rate      float64 // how far each tree goes; 0 means 0.1
	Ridge     float64 // draws leaves to nothing; 0 means 5
	LeastRows int     // options that a leaf stands for, at least; 0 means 30
}

func (o Options) withDefaults() Options {
	def := func(x *int, v int) {
		if *x == 0 {
			*x = v
		}
	}
	def(&o.Trees, 100)
	def(&o.Leaves, 31)
	def(&o.LeastRows, 30)
	if o.Rate == 0 {
		o.Rate = 0.1
	}
	if o.Ridge == 0 {
		o.Ridge = 5
	}
	return o
}

// Train grows a forest over choices between options that the names describe. It
// is an error if an option has other numbers than names, or one is not finite, or
// ctx ends first.
func Train(ctx context.Context, names []string, choices []Choice, o Options) (*Forest, error) {
	o = o.withDefaults()
	if err := check(names, choices); err != nil {
		return nil, err
	}
	f := &Forest{Names: names}
	t := newTable(len(names), choices)
	g := &grower{table: t, options: o, slope: make([]float64, t.rows), curve: make([]float64, t.rows)}
	scores := make([]float64, t.rows)
	share := make([]float64, t.rows)
	for range o.Trees {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		copy(share, scores)
		at := 0
		for _, c := range choices {
			n := len(c.Options)
			softmax(share[at : at+n])
			w := c.weight()
			for i, p := range share[at : at+n] {
				g.slope[at+i], g.curve[at+i] = w*p, w*max(p*(1-p), 1e-6)
			}
			if c.Right >= 0 {
				g.slope[at+c.Right] -= w
			}
			at += n
		}
		tree := g.grow(scores)
		f.Trees = append(f.Trees, tree)
		if len(tree.Ask) == 0 {
			break // there is nothing more to tell apart
		}
	}
	return f, nil
}

func check(names []string, choices []Choice) error {
	for i, c := range choices {
		if c.Right < -1 || c.Right >= len(c.Options) {
			return fmt.Errorf("trees: choice %d has %d options, and number %d is right", i, len(c.Options), c.Right)
		}
		if c.Weight < 0 || math.IsNaN(c.Weight) || math.IsInf(c.Weight, 0) {
			return fmt.Errorf("trees: choice %d weighs %g", i, c.Weight)
		}
		for _, o := range c.Options {
			if len(o) != len(names) {
				return fmt.Errorf("trees: choice %d has an option of %d numbers, not %d", i, len(o), len(names))
			}
			for j, v := range o {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return fmt.Errorf("trees: choice %d: %s is %g", i, names[j], v)
				}
			}
		}
	}
	if len(names) == 0 || len(choices) == 0 {
		return errors.New("trees: there is nothing to learn")
	}
	return nil
}
