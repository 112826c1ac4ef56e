package days

import (
	"maps"
	"slices"
)

// PRF is precision, recall and their harmonic mean, 0 to 1. What has no cases
// is 0.
type PRF struct {
	P  float64 `json:"p"`
	R  float64 `json:"r"`
	F1 float64 `json:"f1"`
}

// ClassScore is one class's part of a Classes.
type ClassScore struct {
	PRF
	N int `json:"n"` // cases of which it is the right answer
}

// Classes is how well one question with several answers went.
type Classes struct {
	Accuracy float64               `json:"accuracy"`
	MacroF1  float64               `json:"macro_f1"` // mean of F1 over the classes that are right or given anywhere
	PerClass map[string]ClassScore `json:"per_class"`
	N        int                   `json:"n"`
}

// hits counts a yes-or-no question.
type hits struct {
	both, gold, got int // yes by both, by the reader, by the program
}

func (h *hits) add(gold, got bool) {
	if gold {
		h.gold++
	}
	if got {
		h.got++
	}
	if gold && got {
		h.both++
	}
}

func (h *hits) plus(o hits) {
	h.both, h.gold, h.got = h.both+o.both, h.gold+o.gold, h.got+o.got
}

func (h hits) prf() PRF {
	return PRF{P: share(h.both, h.got), R: share(h.both, h.gold), F1: share(2*h.both, h.gold+h.got)}
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

func per100(n, of int) float64 { return 100 * share(n, of) }

// Confusion counts answers: right answer, given answer, how often.
type Confusion map[string]map[string]int

// none stands for no answer where there should be one. It is never right and
// is no class of its own: it only costs the right class recall.
const none = "none"

func (c Confusion) add(gold, got string) {
	if got == "" {
		got = none
	}
	row := c[gold]
	if row == nil {
		row = map[string]int{}
		c[gold] = row
	}
	row[got]++
}

// classes scores the counts.
func (c Confusion) classes() Classes {
	per := map[string]hits{}
	out := Classes{PerClass: map[string]ClassScore{}}
	right := 0
	for gold, row := range c {
		for got, n := range row {
			out.N += n
			g := per[gold]
			g.gold += n
			if gold == got {
				g.both += n
				right += n
			}
			per[gold] = g
			if got != none {
				h := per[got]
				h.got += n
				per[got] = h
			}
		}
	}
	out.Accuracy = share(right, out.N)
	for _, class := range slices.Sorted(maps.Keys(per)) { // in one order, so that the sum is the same to the last bit
		h := per[class]
		out.PerClass[class] = ClassScore{h.prf(), h.gold}
		out.MacroF1 += h.prf().F1 / float64(len(per))
	}
	return out
}
