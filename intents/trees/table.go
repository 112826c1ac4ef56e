package trees

import "slices"

// maxBins is how many steps a number is cut into, at most.
const maxBins = 64

// table is all options of all choices, each number replaced by the step that it
// falls into. Most numbers are mostly the same: only what differs from a column's
// usual step is held row by row, the rest is what is left of the whole.
type table struct {
	rows    int
	columns [][]uint8
	usual   []uint8
	cuts    [][]float64 // by column, ascending: step i holds what is at most cuts[i] and over the one before
	cells   []cell      // of all rows
	from    []int       // by row, where its cells begin; one more for the end
}

// cell is a number that is not in its column's usual step.
type cell struct {
	column uint16
	step   uint8
}

func newTable(width int, choices []Choice) *table {
	t := &table{columns: make([][]uint8, width), usual: make([]uint8, width), cuts: make([][]float64, width)}
	for _, c := range choices {
		t.rows += len(c.Options)
	}
	values := make([]float64, 0, t.rows)
	for j := range width {
		values = values[:0]
		for _, c := range choices {
			for _, o := range c.Options {
				values = append(values, o[j])
			}
		}
		cuts := cutsOf(slices.Clone(values))
		column := make([]uint8, t.rows)
		var held [maxBins]int
		for i, v := range values {
			at, _ := slices.BinarySearch(cuts, v)
			column[i] = uint8(at)
			held[at]++
		}
		for i, n := range held {
			if n > held[t.usual[j]] {
				t.usual[j] = uint8(i)
			}
		}
		t.cuts[j], t.columns[j] = cuts, column
	}
	t.from = append(t.from, 0)
	for i := range t.rows {
		for j, column := range t.columns {
			if column[i] != t.usual[j] {
				t.cells = append(t.cells, cell{uint16(j), column[i]})
			}
		}
		t.from = append(t.from, len(t.cells))
	}
	return t
}

// cutsOf gives where to cut values into at most maxBins steps that hold about
// equally many; a value that fills a step alone has one of its own. Cuts lie
// between neighbours, so that what is learnt does not hang on a last digit.
func cutsOf(values []float64) (cuts []float64) {
	slices.Sort(values)
	distinct := slices.Compact(slices.Clone(values))
	cut := func(i int) { // before distinct[i]
		cuts = append(cuts, distinct[i-1]+(distinct[i]-distinct[i-1])/2)
	}
	if len(distinct) <= maxBins {
		for i := 1; i < len(distinct); i++ {
			cut(i)
		}
		return cuts
	}
	many := make([]int, len(distinct))
	for i, v := range distinct {
		from, _ := slices.BinarySearch(values, v)
		many[i] = -from
		if i > 0 {
			many[i-1] += from
		}
	}
	many[len(many)-1] += len(values)
	left, held := len(values), 0
	for i, n := range many {
		share := left / (maxBins - len(cuts)) // what each of the steps to come should hold
		if room := len(cuts) < maxBins-1; room && i > 0 && held > 0 && (held+n > share || n >= share) {
			cut(i)
			held = 0
		}
		held += n
		left -= n
	}
	return cuts
}
