package handlers

import (
	"errors"
	"fmt"
	"slices"

	"youshi/grid"
	"youshi/storage"
)

// reasons gives the messages by which each supporter of a matter joined it, those
// who came by a merge by what they said there.
func (t *turn) reasons(no grid.TicketNo) (map[grid.PersonID][]grid.MessageID, error) {
	entries, err := t.tx.Journal().Of(no)
	if err != nil {
		return nil, fmt.Errorf("reading the journal of ticket %d: %w", no, err)
	}
	by := map[grid.PersonID][]grid.MessageID{}
	for _, e := range entries {
		switch {
		case e.Want == grid.WantLink && e.Set.With != 0:
			err = t.inherit(by, e.Set.With)
		case e.Want == grid.WantLink:
			for _, id := range e.Set.Supporters { // merged before journals named the other one
				by[id] = append(by[id], e.Set.Messages...)
			}
		default:
			for _, id := range e.Set.Supporters {
				by[id] = append(by[id], e.Said)
			}
		}
		if err != nil {
			return nil, err
		}
		for _, id := range e.Set.Left {
			delete(by, id)
		}
	}
	return by, nil
}

// inherit adds the reasons of the people of a matter that was merged into another.
func (t *turn) inherit(by map[grid.PersonID][]grid.MessageID, from grid.TicketNo) error {
	tk, err := t.ticket(from)
	if err != nil {
		return err
	}
	theirs, err := t.reasons(from)
	if err != nil {
		return err
	}
	for _, id := range tk.Messages {
		m, err := t.tx.Messages().Get(id)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return fmt.Errorf("reading message %s: %w", id, err)
		}
		if err != nil || m.From == tk.Reporter { // a forgotten one is nobody's to take back
			by[tk.Reporter] = append(by[tk.Reporter], id)
		}
	}
	for id, said := range theirs {
		by[id] = append(by[id], said...)
	}
	return nil
}

// lacking gives a copy of a without what is in b.
func lacking[T comparable](a, b []T) []T {
	return slices.DeleteFunc(slices.Clone(a), func(x T) bool { return slices.Contains(b, x) })
}

// unsupport follows a recalled message by which somebody joined a matter: the 附议
// counts no longer, unless it was said another time.
func (t *turn) unsupport(m grid.Message) error {
	for no := m.Ticket; no != 0; {
		tk, err := t.ticket(no)
		if err != nil {
			return err
		}
		if tk.StandingOf(m.From).Has(grid.StandsSupporter) && tk.Status != grid.Closed && tk.Status != grid.Rejected {
			if err := t.leaves(tk, m); err != nil {
				return err
			}
		}
		no = tk.Into
	}
	return nil
}

// leaves takes the sender of a recalled message off a matter's supporters, if
// nothing else made them one.
func (t *turn) leaves(tk grid.Ticket, m grid.Message) error {
	by, err := t.reasons(tk.No)
	if err != nil {
		return err
	}
	for _, id := range by[m.From] {
		other, err := t.tx.Messages().Get(id)
		switch {
		case errors.Is(err, storage.ErrNotFound): // forgotten, not taken back
			return nil
		case err != nil:
			return fmt.Errorf("reading message %s: %w", id, err)
		case other.Recalled.IsZero() && id != m.ID:
			return nil
		}
	}
	set := grid.Change{Left: []grid.PersonID{m.From}}
	if set.Priority, _, err = t.weigh(tk, lacking(troubled(tk), set.Left)); err != nil {
		return err
	}
	set.Weighed = true
	_, err = t.byHouse(tk, grid.WantNote, grid.ReasonRecalled, set)
	return err
}
