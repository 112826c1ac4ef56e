package handlers

import (
	"fmt"
	"slices"

	"youshi/grid"
)

// merge is 并案 12 15: 15 goes into 12 with its messages; its reporter and
// supporters become supporters of 12.
func (t *turn) merge(c grid.Command) error {
	into, err := t.ticket(c.Ticket)
	if err != nil {
		return err
	}
	if _, err := t.asks(into, grid.WantMerge, grid.Change{Into: c.Other}); err != nil {
		return err // who may not merge, and a number that is missing
	}
	goes, found, err := t.seen(c.Other)
	switch {
	case err != nil:
		return err
	case !found || into.Area != goes.Area:
		return &grid.Error{Code: grid.NotFound, Say: fmt.Sprintf("no ticket %d in this grid", c.Other)}
	case into.Private != goes.Private:
		return &grid.Error{Code: grid.Conflict, Say: "a private matter and a public one are not merged"}
	}
	if goes, err = t.step(goes.No, grid.WantMerge, "", grid.Change{Into: into.No}); err != nil {
		return err
	}
	if into, err = t.takeIn(into, goes); err != nil {
		return err
	}
	full, err := t.card(into)
	if err != nil {
		return err
	}
	full.Into = goes.No
	if err := t.answer(grid.PostAnswer, "merged", full); err != nil {
		return err
	}
	_, err = t.tellReporter(goes, "told.merged", full)
	return err
}

// takeIn gives a ticket the people and messages of the one merged into it.
func (t *turn) takeIn(into, goes grid.Ticket) (grid.Ticket, error) {
	set := grid.Change{Messages: goes.Messages, Watchers: goes.Watchers, With: goes.No}
	set.Supporters = slices.DeleteFunc(troubled(goes), func(p grid.PersonID) bool { return p == into.Reporter })
	priority, _, err := t.weigh(into, append(troubled(into), set.Supporters...))
	if err != nil {
		return into, err
	}
	set.Priority = max(priority, into.Priority, goes.Priority)
	if into, err = t.byHouse(into, grid.WantLink, "", set); err != nil {
		return into, err
	}
	for _, id := range goes.Messages {
		m, err := t.tx.Messages().Get(id)
		if err != nil {
			return into, fmt.Errorf("reading message %s: %w", id, err)
		}
		m.Ticket = into.No
		if m.Outcome == grid.OutTicket {
			m.Outcome = grid.OutLinked
		}
		if err := t.tx.Messages().Put(m); err != nil {
			return into, fmt.Errorf("keeping that message %s belongs to ticket %d: %w", id, into.No, err)
		}
	}
	return into, nil
}
