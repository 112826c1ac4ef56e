package local

import (
	"slices"
	"unicode"

	"youshi/grid"
)

// known says how much of the text has been said in an open matter: the share of
// its pairs of characters that occur in one of them, in steps.
func known(text string, s grid.Scene) string {
	own := pairsOf(text)
	if len(own.all) == 0 || len(s.Open) == 0 {
		return "none open"
	}
	var open []grid.TicketNo
	for i := range s.Open {
		if o := &s.Open[i]; !o.Status.Ended() {
			open = append(open, o.No)
		}
	}
	said := make([]bool, len(open)*len(own.all)) // by matter, by pair
	in := func(i int) []bool { return said[i*len(own.all):][:len(own.all)] }
	for i := range s.Open {
		if at := slices.Index(open, s.Open[i].No); at >= 0 && !s.Open[i].Status.Ended() {
			own.mark(in(at), s.Open[i].SummaryText)
			own.mark(in(at), s.Open[i].LocationText)
		}
	}
	for i := range s.Recent {
		if at := slices.Index(open, s.Recent[i].Ticket); at >= 0 {
			own.mark(in(at), s.Recent[i].Shown())
		}
	}
	most := 0
	for i := range open {
		both := 0
		for _, yes := range in(i) {
			if yes {
				both++
			}
		}
		most = max(most, both)
	}
	switch best := float64(most) / float64(len(own.all)); {
	case best < 0.05:
		return "no"
	case best < 0.15:
		return "hardly"
	case best < 0.3:
		return "partly"
	}
	return "well"
}

// pairs are the pairs of neighbouring letters and digits of a text.
type pairs struct {
	all   []uint64  // sorted, each once
	sieve [8]uint64 // says at once of most other pairs that they are not among them
}

func pairsOf(text string) *pairs {
	p := &pairs{}
	eachPair(text, func(pair uint64) {
		p.all = append(p.all, pair)
		at := pair * 0x9e3779b97f4a7c15 >> 55
		p.sieve[at>>6] |= 1 << (at & 63)
	})
	slices.Sort(p.all)
	p.all = slices.Compact(p.all)
	return p
}

// mark sets those of the pairs that the text has.
func (p *pairs) mark(said []bool, text string) {
	eachPair(text, func(pair uint64) {
		at := pair * 0x9e3779b97f4a7c15 >> 55
		if p.sieve[at>>6]&(1<<(at&63)) == 0 {
			return
		}
		if i, ok := slices.BinarySearch(p.all, pair); ok {
			said[i] = true
		}
	})
}

func eachPair(text string, do func(pair uint64)) {
	last := rune(0)
	for _, r := range text {
		han := r >= 0x4e00 && r <= 0x9fa5 // most of what is written, and letters all
		if !han && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			last = 0
			continue
		}
		if last != 0 {
			do(uint64(last)<<32 | uint64(r))
		}
		last = r
	}
}
