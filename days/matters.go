package days

import (
	"cmp"
	"slices"
	"strings"

	"youshi/grid"
)

// patch is a set of messages that nobody, reader or program, ties to anything
// outside of it. Linking and matters are counted patch by patch, so that the
// interval of a figure can be had by drawing patches.
type patch struct {
	pairs   hits // pairs of messages in one matter
	matters hits // tickets that opened a matter
}

// patches compares the reader's matters with the program's tickets.
//
// A gold matter is all messages tied by same_as and part_of, over any number of
// steps; it counts as a matter where at least one of them is actionable. The
// program's are the messages that bear one ticket's number, commands aside: an
// order about a matter is not a message of it. A ticket is right when its first
// message belongs to a gold matter that no earlier ticket took; tickets merged
// into others are not counted.
func patches(gold []Line, got Result) []patch {
	matter, ticket := newForest(len(gold)), newForest(len(gold))
	index := make(map[grid.MessageID]int, len(gold))
	for i, l := range gold {
		index[l.ID] = i
		for _, to := range []grid.MessageID{l.SameAs, l.PartOf} {
			if j, ok := index[to]; ok {
				matter.join(i, j)
			}
		}
	}
	first := map[grid.TicketNo]int{}
	for _, row := range got.ByMessage {
		i, known := index[row.ID]
		if n := Value(row.Ticket); known && n != 0 && row.Outcome != grid.OutCommand {
			if j, ok := first[n]; ok {
				ticket.join(i, j)
			} else {
				first[n] = i
			}
		}
	}
	all := newForest(len(gold))
	for i := range gold {
		all.join(i, matter.root(i))
		all.join(i, ticket.root(i))
	}
	byRoot := map[int]*patch{}
	of := func(i int) *patch {
		r := all.root(i)
		if byRoot[r] == nil {
			byRoot[r] = &patch{}
		}
		return byRoot[r]
	}
	members := map[int][]int{}
	var roots []int
	for i := range gold {
		r := all.root(i)
		if members[r] == nil {
			roots = append(roots, r)
		}
		members[r] = append(members[r], i)
	}
	for _, r := range roots {
		m := members[r]
		for a := range m {
			for b := range a {
				of(r).pairs.add(matter.root(m[a]) == matter.root(m[b]), ticket.root(m[a]) == ticket.root(m[b]))
			}
		}
	}
	countMatters(gold, got.Tickets, matter, index, of)
	out := make([]patch, len(roots))
	for i, r := range roots {
		out[i] = *of(r)
	}
	return out
}

func countMatters(gold []Line, tickets []TicketRow, matter forest, index map[grid.MessageID]int, of func(int) *patch) {
	open := map[int]bool{} // matters that no ticket has taken yet
	for i, l := range gold {
		if r := matter.root(i); l.Intent.Actionable() && !open[r] {
			open[r] = true
			of(i).matters.gold++
		}
	}
	tickets = slices.Clone(tickets)
	slices.SortStableFunc(tickets, func(a, b TicketRow) int { return cmp.Compare(a.Number, b.Number) })
	for _, t := range tickets {
		if t.Status == grid.Merged || len(t.Messages) == 0 {
			continue
		}
		i, known := index[t.Messages[0]]
		if !known {
			continue // of a message that nobody labelled
		}
		p := of(i)
		p.matters.got++
		if r := matter.root(i); open[r] {
			open[r] = false
			p.matters.both++
		}
	}
}

// forest joins numbers into sets.
type forest []int

func newForest(n int) forest {
	f := make(forest, n)
	for i := range f {
		f[i] = i
	}
	return f
}

func (f forest) root(i int) int {
	for f[i] != i {
		f[i] = f[f[i]]
		i = f[i]
	}
	return i
}

// join makes the smaller root that of both, so that roots do not depend on order.
func (f forest) join(a, b int) {
	a, b = f.root(a), f.root(b)
	f[max(a, b)] = min(a, b)
}

// inGroup reports whether a post went to a residents' group.
func (p Post) inGroup() bool { return strings.HasPrefix(string(p.To), "group:") }
