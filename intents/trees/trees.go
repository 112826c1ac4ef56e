// Package trees learns to choose. A choice has some options, each described by
// the same numbers, and the right one is one of them or none: which open matter a
// message goes on with, or, with a single option, whether something is so.
//
// A Forest of small regression trees gives each option a score; an option's share
// is its exp(score) among that of all options and 1, which stands for none. The
// trees are grown one after the other against the gradient of that likelihood
// (gradient boosting, Friedman 2001; best leaf first and over binned numbers as
// LightGBM does it). Nothing is drawn by chance: the same choices in the same
// order give the same trees on the same kind of processor.
package trees

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Forest gives scores. It is safe for many goroutines once it is made.
type Forest struct {
	Names []string `json:"names"` // of the numbers that describe an option, in their order
	Trees []Tree   `json:"trees"`
}

// Tree is a tree of questions, flat: node i asks whether number Ask[i] is at most
// Most[i], and goes on at Yes[i] or No[i]. There, n ≥ 0 is a node and n < 0 the
// leaf -n-1. A tree without nodes is its only leaf.
type Tree struct {
	Ask    []int     `json:"ask"`
	Most   []float64 `json:"most"`
	Yes    []int     `json:"yes"`
	No     []int     `json:"no"`
	Leaves []float64 `json:"leaves"`
}

// Score gives an option's score: the log of how much likelier it is than none.
func (f *Forest) Score(option []float64) float64 {
	sum := 0.0
	for i := range f.Trees {
		sum += f.Trees[i].leaf(option)
	}
	return sum
}

func (t *Tree) leaf(option []float64) float64 {
	if len(t.Ask) == 0 {
		return t.Leaves[0]
	}
	for at := 0; ; {
		if option[t.Ask[at]] <= t.Most[at] {
			at = t.Yes[at]
		} else {
			at = t.No[at]
		}
		if at < 0 {
			return t.Leaves[-at-1]
		}
	}
}

// Shares gives how likely each option is the right one, and that none is.
func (f *Forest) Shares(options [][]float64) (shares []float64, none float64) {
	shares = make([]float64, len(options))
	for i, o := range options {
		shares[i] = f.Score(o)
	}
	return shares, softmax(shares)
}

// softmax makes shares of scores and gives what is left for none.
func softmax(p []float64) (none float64) {
	top := 0.0
	for _, v := range p {
		top = max(top, v)
	}
	none = math.Exp(-top)
	sum := none
	for i := range p {
		p[i] = math.Exp(p[i] - top)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return none / sum
}

// most is what a leaf may say at most: far more than any that is grown.
const most = 50

// Check reports what is wrong with a forest that was read, for options described
// by the names.
func (f *Forest) Check(names []string) error {
	if !slices.Equal(f.Names, names) {
		return errors.New("its numbers are not those that this program counts: train the model anew")
	}
	if len(f.Trees) == 0 {
		return errors.New("it has no trees")
	}
	for i, t := range f.Trees {
		if err := t.check(len(names)); err != nil {
			return fmt.Errorf("tree %d: %w", i+1, err)
		}
	}
	return nil
}

func (t *Tree) check(width int) error {
	n := len(t.Ask)
	if len(t.Most) != n || len(t.Yes) != n || len(t.No) != n || len(t.Leaves) != n+1 {
		return errors.New("its parts differ in length")
	}
	for _, v := range t.Leaves {
		if math.Abs(v) > most {
			return fmt.Errorf("a leaf says %g", v)
		}
	}
	for i := range n {
		if t.Ask[i] < 0 || t.Ask[i] >= width {
			return fmt.Errorf("node %d asks number %d of %d", i, t.Ask[i], width)
		}
		for _, to := range []int{t.Yes[i], t.No[i]} {
			// Nodes follow the one that leads to them, so no walk goes in circles.
			if to >= n || to >= 0 && to <= i || -to-1 >= len(t.Leaves) {
				return fmt.Errorf("node %d leads to %d", i, to)
			}
		}
	}
	return nil
}
