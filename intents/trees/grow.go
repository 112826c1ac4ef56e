package trees

import (
	"math"
	"sync"
)

// grower grows one tree at a time.
type grower struct {
	*table
	options Options
	slope   []float64 // by row: how the loss changes with its score
	curve   []float64 // … and how that changes
	spare   []*sums
}

// sum is what a step of a number adds up to.
type sum struct {
	slope, curve float64
	rows         int
}

func (s *sum) add(o sum) { s.slope += o.slope; s.curve += o.curve; s.rows += o.rows }

func (s sum) less(o sum) sum { return sum{s.slope - o.slope, s.curve - o.curve, s.rows - o.rows} }

// sums are those of every step of every number.
type sums [][maxBins]sum

// leaf is a leaf in the making.
type leaf struct {
	rows   []int32
	sums   *sums
	all    sum
	parent int  // the node that leads here; -1: none
	yes    bool // … by its yes
	split  split
}

// split is where a leaf is best parted.
type split struct {
	gain   float64 // 0: nowhere
	column int
	step   int // what is in it or before goes to yes
}

// grow grows a tree and adds what it says to the scores.
func (g *grower) grow(scores []float64) Tree {
	all := make([]int32, g.rows)
	for i := range all {
		all[i] = int32(i)
	}
	root := &leaf{rows: all, sums: g.add(all), parent: -1}
	root.split = g.best(root)
	leaves := []*leaf{root}
	var t Tree
	for len(leaves) < g.options.Leaves {
		most := 0
		for i, l := range leaves {
			if l.split.gain > leaves[most].split.gain {
				most = i
			}
		}
		l := leaves[most]
		if l.split.gain <= 0 {
			break
		}
		node := len(t.Ask)
		t.Ask = append(t.Ask, l.split.column)
		t.Most = append(t.Most, g.cuts[l.split.column][l.split.step])
		t.Yes, t.No = append(t.Yes, 0), append(t.No, 0)
		t.lead(l, node)
		yes, no := g.part(l, node)
		leaves[most] = yes
		leaves = append(leaves, no)
	}
	for i, l := range leaves {
		v := math.Round(-g.options.Rate*l.all.slope/(l.all.curve+g.options.Ridge)*1e5) / 1e5 // more digits are noise
		t.Leaves = append(t.Leaves, v)
		t.lead(l, -i-1)
		for _, r := range l.rows {
			scores[r] += v
		}
		g.spare = append(g.spare, l.sums)
	}
	return t
}

// lead lets the node before a leaf lead to the number given.
func (t *Tree) lead(l *leaf, to int) {
	switch {
	case l.parent < 0:
	case l.yes:
		t.Yes[l.parent] = to
	default:
		t.No[l.parent] = to
	}
}

// part parts a leaf where it is best. Only the smaller part is added up; the
// other is what is left.
func (g *grower) part(l *leaf, node int) (yes, no *leaf) {
	column, step := g.columns[l.split.column], uint8(l.split.step)
	yes, no = &leaf{parent: node, yes: true}, &leaf{parent: node}
	for _, r := range l.rows {
		if column[r] <= step {
			yes.rows = append(yes.rows, r)
		} else {
			no.rows = append(no.rows, r)
		}
	}
	small, large := yes, no
	if len(no.rows) < len(yes.rows) {
		small, large = no, yes
	}
	small.sums, large.sums = g.add(small.rows), l.sums
	for j := range *large.sums {
		a, b := &(*large.sums)[j], &(*small.sums)[j]
		for i := range g.steps(j) {
			a[i] = a[i].less(b[i])
		}
	}
	small.split, large.split = g.best(small), g.best(large)
	return yes, no
}

func (g *grower) steps(column int) int { return len(g.cuts[column]) + 1 }

// parts is how many parts of a leaf are added up at the same time: fixed, so that
// sums are rounded alike on every machine.
const parts = 4

// add adds up rows.
func (g *grower) add(rows []int32) *sums {
	var of [parts]*sums
	var group sync.WaitGroup
	for p := range parts {
		of[p] = g.blank()
		group.Go(func() { g.addPart(of[p], rows[len(rows)*p/parts:len(rows)*(p+1)/parts]) })
	}
	group.Wait()
	var all sum
	for _, r := range rows {
		all.add(sum{g.slope[r], g.curve[r], 1})
	}
	s := of[0]
	for j := range *s {
		usual := all
		for i := range g.steps(j) {
			x := &(*s)[j][i]
			for _, o := range of[1:] {
				x.add((*o)[j][i])
			}
			usual = usual.less(*x)
		}
		(*s)[j][g.usual[j]] = usual
	}
	g.spare = append(g.spare, of[1:]...)
	return s
}

// addPart adds up what is not usual in the rows.
func (g *grower) addPart(s *sums, rows []int32) {
	for _, r := range rows {
		slope, curve := g.slope[r], g.curve[r]
		for _, c := range g.cells[g.from[r]:g.from[r+1]] {
			x := &(*s)[c.column][c.step]
			x.slope += slope
			x.curve += curve
			x.rows++
		}
	}
}

// blank gives sums of nothing.
func (g *grower) blank() *sums {
	n := len(g.spare)
	if n == 0 {
		s := make(sums, len(g.columns))
		return &s
	}
	s := g.spare[n-1]
	g.spare = g.spare[:n-1]
	clear(*s)
	return s
}

// best finds where a leaf is best parted, and adds it up.
func (g *grower) best(l *leaf) (best split) {
	l.all = sum{}
	for i := range g.steps(0) {
		l.all.add((*l.sums)[0][i])
	}
	worth := func(s sum) float64 { return s.slope * s.slope / (s.curve + g.options.Ridge) }
	whole := worth(l.all)
	for j := range *l.sums {
		var yes sum
		for i := range g.steps(j) - 1 {
			yes.add((*l.sums)[j][i])
			no := l.all.less(yes)
			if yes.rows < g.options.LeastRows || no.rows < g.options.LeastRows {
				continue
			}
			if gain := worth(yes) + worth(no) - whole; gain > best.gain+1e-9 {
				best = split{gain, j, i}
			}
		}
	}
	return best
}
