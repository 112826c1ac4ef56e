package handlers

import (
	"fmt"
	"strings"

	"youshi/grid"
	"youshi/storage"
)

// officeWords are the roles as people call them.
var officeWords = map[string]grid.Role{"物业": grid.Property, "网格员": grid.GridWorker, "楼长": grid.BuildingHead,
	"楼栋长": grid.BuildingHead, "书记": grid.Secretary, "社区": grid.Secretary, "业委会": grid.Committee,
	"街道": grid.SubdistrictHQ, "区里": grid.DistrictHQ, "志愿者": grid.Volunteer}

// named finds the officer meant by a name, a role or an area as written: "李敏",
// "物业", "小孙", "天河街道". Part of a name counts when it is one person's alone.
// For somebody on leave the deputy is found.
func (t *turn) named(who string, area grid.AreaID) (grid.Person, error) {
	if who == "" {
		return grid.Person{}, &grid.Error{Code: grid.Invalid, Say: "nobody was named"}
	}
	people, err := t.tx.Roster().Officers()
	if err != nil {
		return grid.Person{}, fmt.Errorf("reading the officers: %w", err)
	}
	var near, held []grid.Person
	for _, p := range people {
		role, err := storage.RoleIn(t.tx.Roster(), p, area, t.now)
		if err != nil {
			return p, err
		}
		switch {
		case role == grid.Resident || p.Name == "":
		case p.Name == who:
			return t.orDeputy(p, who, area)
		case officeWords[who] == role && !p.Away(t.now):
			held = append(held, p)
		case strings.Contains(p.Name, who) || strings.Contains(who, p.Name):
			near = append(near, p)
		}
	}
	switch {
	case len(held) > 0:
		return held[0], nil
	case len(near) == 1:
		return t.orDeputy(near[0], who, area)
	}
	return t.answersFor(who, area)
}

// orDeputy gives the person, or who stands in for somebody on leave.
func (t *turn) orDeputy(p grid.Person, who string, area grid.AreaID) (grid.Person, error) {
	if !p.Away(t.now) {
		return p, nil
	}
	if p.Absent.Deputy != "" {
		d, err := t.tx.Roster().Person(p.Absent.Deputy)
		if err != nil {
			return d, fmt.Errorf("looking up the deputy of %s: %w", p.ID, err)
		}
		if fit, err := t.fit(d, area); fit || err != nil {
			return d, err
		}
	}
	return grid.Person{}, &grid.Error{Code: grid.NotFound, Say: fmt.Sprintf("%q is on leave without a deputy", who)}
}

// answersFor finds who answers for an area named as it is written in the tree.
func (t *turn) answersFor(who string, area grid.AreaID) (grid.Person, error) {
	path, err := storage.Path(t.tx.Roster(), area)
	if err != nil {
		return grid.Person{}, err
	}
	for _, a := range path {
		if string(a.ID) != who {
			continue
		}
		there, err := storage.Holders(t.tx.Roster(), officeOf[grid.Level(a.Kind)], area, t.now)
		if err != nil || len(there) > 0 {
			return append(there, grid.Person{})[0], err
		}
	}
	return grid.Person{}, &grid.Error{Code: grid.NotFound, Say: fmt.Sprintf("no one person with an office in %s is called %q", area, who)}
}

// fit reports whether a person can be given a matter of an area: there is an
// office, and no leave.
func (t *turn) fit(p grid.Person, area grid.AreaID) (bool, error) {
	if p.Away(t.now) {
		return false, nil
	}
	role, err := storage.RoleIn(t.tx.Roster(), p, area, t.now)
	return role != grid.Resident, err
}
