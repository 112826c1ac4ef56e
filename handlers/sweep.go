package handlers

import (
	"fmt"
	"slices"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// Sweep gives every open matter of somebody absent or gone to somebody else, and
// takes back what was kept for an office that is held again. Whoever changes the
// Roster calls it in the same transaction.
func (h *Handlers) Sweep(tx storage.Tx, now time.Time) error {
	t := &turn{Handlers: h, tx: tx, now: now}
	if err := t.sweep(); err != nil {
		return err
	}
	return t.tellWatchers()
}

// rosterDue is the end of a term or a leave.
func (t *turn) rosterDue(grid.Timer) error { return t.sweep() }

func (t *turn) sweep() error {
	people, err := t.tx.Roster().Officers()
	if err != nil {
		return fmt.Errorf("reading the officers: %w", err)
	}
	for _, p := range people {
		if p.Absent != nil && !t.now.Before(p.Absent.Until) {
			if _, err := t.comeBack(p); err != nil {
				return err
			}
		}
	}
	if err := t.endDeputies(people); err != nil {
		return err
	}
	open, err := t.allOpen()
	if err != nil {
		return err
	}
	for _, tk := range open {
		if err := t.tend(tk); err != nil {
			return err
		}
	}
	return t.watchTerms()
}

// endDeputies ends what is held for somebody who does not hold it any more.
func (t *turn) endDeputies(people []grid.Person) error {
	for _, d := range people {
		d, err := t.tx.Roster().Person(d.ID) // as the ends of leaves left it
		if err != nil {
			return fmt.Errorf("looking up person %s: %w", d.ID, err)
		}
		ended := false
		for i, o := range d.Offices {
			if o.For == "" || !o.Held(t.now) {
				continue
			}
			p, err := t.tx.Roster().Person(o.For)
			if err != nil {
				return fmt.Errorf("looking up person %s: %w", o.For, err)
			}
			if !slices.ContainsFunc(t.own(p), func(x grid.Office) bool { return x.Role == o.Role && x.Area == o.Area }) {
				d.Offices[i].Until, ended = t.now, true
			}
		}
		if !ended {
			continue
		}
		if _, err := t.tx.Roster().PutPerson(d); err != nil {
			return fmt.Errorf("ending what %s held for another: %w", d.ID, err)
		}
	}
	return nil
}

// allOpen gives the matters of the community that are not ended, by number.
func (t *turn) allOpen() ([]grid.Ticket, error) {
	areas, err := t.tx.Roster().Areas()
	if err != nil {
		return nil, fmt.Errorf("reading the areas: %w", err)
	}
	var out []grid.Ticket
	for _, a := range areas {
		open, err := t.tx.Tickets().Open(a.ID)
		if err != nil {
			return nil, fmt.Errorf("reading the open tickets of %s: %w", a.ID, err)
		}
		out = append(out, open...)
	}
	slices.SortFunc(out, func(a, b grid.Ticket) int { return int(a.No - b.No) })
	return out, nil
}

// rosterTimer is the timer of the next end of a term or a leave.
const rosterTimer = grid.TimerID("roster")

// watchTerms sets the timer for the next end of a term or a leave.
func (t *turn) watchTerms() error {
	people, err := t.tx.Roster().Officers()
	if err != nil {
		return fmt.Errorf("reading the officers: %w", err)
	}
	var next time.Time
	sooner := func(at time.Time) {
		if at.After(t.now) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	for _, p := range people {
		for _, o := range p.Offices {
			sooner(o.Until)
		}
		if p.Absent != nil {
			sooner(p.Absent.Until)
		}
	}
	if next.IsZero() {
		return t.tx.Timers().Cancel(rosterTimer)
	}
	lane := grid.LaneID("staff:" + string(t.tx.Community()))
	if err := t.tx.Timers().Set(grid.Timer{ID: rosterTimer, Lane: lane, Kind: grid.TimerRoster, Due: next}); err != nil {
		return fmt.Errorf("setting the clock of terms: %w", err)
	}
	return nil
}
