package linear

import (
	"cmp"
	"slices"
	"strconv"
)

// assignFolds gives every example the number of the fold in which it is held
// back. Groups stay whole and go, largest first, to the fold that has least;
// it returns how many folds there are, fewer than wanted when there are fewer
// groups. The order of the examples does not matter for named groups.
func assignFolds(examples []Example, want int, seedNumber uint64) (fold []int, folds int) {
	type group struct {
		name    string
		order   uint64 // a shuffle that depends on name and seed only
		members []int
	}
	var groups []*group
	byName := map[string]*group{}
	for i, e := range examples {
		name := e.Group
		if name == "" {
			name = "\x00" + strconv.Itoa(i)
		}
		g := byName[name]
		if g == nil {
			g = &group{name: name, order: mix(seedNumber, seed('g', name))}
			byName[name] = g
			groups = append(groups, g)
		}
		g.members = append(g.members, i)
	}
	folds = min(want, len(groups))
	fold = make([]int, len(examples))
	if folds < 2 {
		return fold, 0
	}
	slices.SortFunc(groups, func(a, b *group) int {
		return cmp.Or(cmp.Compare(len(b.members), len(a.members)), cmp.Compare(a.order, b.order), cmp.Compare(a.name, b.name))
	})
	sizes := make([]int, folds)
	for _, g := range groups {
		least := slices.Index(sizes, slices.Min(sizes))
		sizes[least] += len(g.members)
		for _, i := range g.members {
			fold[i] = least
		}
	}
	return fold, folds
}
