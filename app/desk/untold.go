package desk

import (
	"fmt"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// Untold gives the grids, of so many, in which nobody can be told of a matter at
// that time: without a grid worker or secretary who serves them, and without a
// staff chat of theirs or of an area above. With several grids the community itself
// is one of the places: what strangers tell in private belongs to it.
func Untold(tx storage.Tx, at time.Time) (deaf []grid.AreaID, grids int, err error) {
	areas, err := tx.Roster().Areas()
	if err != nil {
		return nil, 0, fmt.Errorf("looking for grids without staff: %w", err)
	}
	chats, err := tx.Roster().Chats()
	if err != nil {
		return nil, 0, fmt.Errorf("looking for grids without staff: %w", err)
	}
	staffed := map[grid.AreaID]bool{}
	for _, c := range chats {
		if c.Kind == grid.StaffChat {
			staffed[c.Area] = true
		}
	}
	for _, a := range areas {
		if a.Kind == grid.Grid {
			grids++
		}
	}
	for _, a := range areas {
		if a.Kind != grid.Grid && (grids < 2 || a.ID != grid.AreaID(tx.Community())) {
			continue
		}
		told, err := canBeTold(tx.Roster(), a.ID, staffed, at)
		if err != nil {
			return nil, 0, fmt.Errorf("looking for the staff of %s: %w", a.ID, err)
		}
		if !told {
			deaf = append(deaf, a.ID)
		}
	}
	return deaf, grids, nil
}

func canBeTold(r storage.Roster, area grid.AreaID, staffed map[grid.AreaID]bool, at time.Time) (bool, error) {
	path, err := storage.Path(r, area)
	if err != nil {
		return false, err
	}
	for _, a := range path {
		if staffed[a.ID] {
			return true, nil
		}
	}
	for _, role := range []grid.Role{grid.GridWorker, grid.Secretary} {
		holders, err := storage.Holders(r, role, area, at)
		if err != nil || len(holders) > 0 {
			return err == nil, err
		}
	}
	return false, nil
}
