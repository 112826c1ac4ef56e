package storage

import (
	"fmt"
	"slices"
	"time"

	"youshi/grid"
)

// Load is what one person has to do.
type Load struct {
	Person grid.PersonID
	Open   int // matters given to the person that are neither resolved nor ended
	Late   int // of these past their deadline
}

// LoadOf gives what a person has to do at that time.
func LoadOf(tx Tx, p grid.PersonID, at time.Time) (Load, error) {
	l := Load{Person: p}
	mine, err := tx.Tickets().OpenOf(p)
	if err != nil {
		return l, fmt.Errorf("reading the tickets of %s: %w", p, err)
	}
	for _, t := range mine {
		if t.Status == grid.Resolved {
			continue
		}
		l.Open++
		if t.Due != nil && at.After(t.Due.Due) {
			l.Late++
		}
	}
	return l, nil
}

// Loads gives what each person with an office in the areas, or below them, has to
// do, the most first; whoever has nothing is left out. Ties keep the order of
// becoming known.
func Loads(tx Tx, areas []grid.AreaID, at time.Time) ([]Load, error) {
	officers, err := tx.Roster().Officers()
	if err != nil {
		return nil, fmt.Errorf("reading the officers: %w", err)
	}
	var out []Load
	for _, p := range officers {
		if !slices.ContainsFunc(p.Offices, func(o grid.Office) bool { return slices.Contains(areas, o.Area) }) {
			continue
		}
		l, err := LoadOf(tx, p.ID, at)
		if err != nil {
			return nil, err
		}
		if l.Open > 0 {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b Load) int { return b.Open - a.Open })
	return out, nil
}
