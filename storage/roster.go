package storage

import (
	"errors"
	"fmt"
	"time"

	"youshi/grid"
)

// Path gives the area and everything above it, from the area up. A parent that
// is not stored, or a loop, ends it.
func Path(r Roster, id grid.AreaID) ([]grid.Area, error) {
	var path []grid.Area
	for id != "" && len(path) < 16 {
		a, err := r.Area(id)
		if errors.Is(err, ErrNotFound) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("reading area %s: %w", id, err)
		}
		path = append(path, a)
		id = a.Parent
	}
	return path, nil
}

// Subtree gives scope and every area below it.
func Subtree(r Roster, scope grid.AreaID) ([]grid.AreaID, error) {
	all, err := r.Areas()
	if err != nil {
		return nil, fmt.Errorf("reading areas: %w", err)
	}
	in := map[grid.AreaID]bool{scope: true}
	out := []grid.AreaID{scope}
	for grown := true; grown; {
		grown = false
		for _, a := range all {
			if !in[a.ID] && in[a.Parent] {
				in[a.ID], grown = true, true
				out = append(out, a.ID)
			}
		}
	}
	return out, nil
}

// OnlyGrid gives the grid of a community that has just one, "" otherwise, and how many
// there are.
func OnlyGrid(r Roster) (only grid.AreaID, grids int, err error) {
	all, err := r.Areas()
	if err != nil {
		return "", 0, fmt.Errorf("reading areas: %w", err)
	}
	for _, a := range all {
		if a.Kind == grid.Grid {
			only = a.ID
			grids++
		}
	}
	if grids != 1 {
		only = ""
	}
	return only, grids, nil
}

// RoleIn gives the strongest role the person holds in the area at that time: of
// offices in the area itself or in one above it; who looks after a building (楼栋长)
// does so in its grid. Resident when there is none.
func RoleIn(r Roster, p grid.Person, area grid.AreaID, at time.Time) (grid.Role, error) {
	role := grid.Resident
	if len(p.Offices) == 0 || p.Weak() { // an account that nothing vouches for holds no office
		return role, nil
	}
	path, err := Path(r, area)
	if err != nil {
		return role, err
	}
	for _, o := range p.Offices {
		if !o.Held(at) {
			continue
		}
		in, err := serves(r, o, path)
		if err != nil {
			return role, err
		}
		if in {
			role = grid.Stronger(role, o.Role)
		}
	}
	return role, nil
}

// serves reports whether an office covers the area that the path leads up from.
func serves(r Roster, o grid.Office, path []grid.Area) (bool, error) {
	if covers(path, o.Area) || o.Role != grid.BuildingHead || len(path) == 0 {
		return covers(path, o.Area), nil
	}
	a, err := r.Area(o.Area)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("reading area %s: %w", o.Area, err)
	}
	return a.Kind == grid.Building && a.Parent == path[0].ID, nil
}

// Holders gives the people whose office of the role covers the area and who are
// not on leave, in order of becoming known.
func Holders(r Roster, role grid.Role, area grid.AreaID, at time.Time) ([]grid.Person, error) {
	all, err := r.Officers()
	if err != nil {
		return nil, fmt.Errorf("reading officers: %w", err)
	}
	path, err := Path(r, area)
	if err != nil {
		return nil, err
	}
	var out []grid.Person
	for _, p := range all {
		holds, err := holds(r, p, role, path, at)
		if err != nil {
			return nil, err
		}
		if holds && !p.Away(at) {
			out = append(out, p)
		}
	}
	return out, nil
}

func holds(r Roster, p grid.Person, role grid.Role, path []grid.Area, at time.Time) (bool, error) {
	for _, o := range p.Offices {
		if o.Role != role || !o.Held(at) || p.Weak() {
			continue
		}
		if in, err := serves(r, o, path); in || err != nil {
			return in, err
		}
	}
	return false, nil
}

func covers(path []grid.Area, id grid.AreaID) bool {
	for _, a := range path {
		if a.ID == id {
			return true
		}
	}
	return false
}
