package handlers

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"youshi/grid"
	"youshi/storage"
)

// meToo is 附议 as a command. Staff have a matter to do, not the trouble: theirs is
// 盯, and counts for no household.
func (t *turn) meToo(c grid.Command) error {
	tk, err := t.ticket(c.Ticket)
	if err != nil {
		return err
	}
	if tk.StandingOf(t.who.ID).Has(grid.StandsReporter | grid.StandsSupporter) {
		return t.done(tk, "metoo.already", "")
	}
	by, err := t.actor(tk)
	if err != nil {
		return err
	}
	if by.Role.Staff() {
		return t.watchAs(tk, "metoo.staff")
	}
	tk, households, err := t.support(tk)
	if err != nil {
		return err
	}
	full, err := t.card(tk)
	if err != nil {
		return err
	}
	full.Households = households
	return t.answer(grid.PostAnswer, "metoo", full)
}

// support adds the speaker to those who have the same trouble (附议), and gives
// how many households have it now.
func (t *turn) support(tk grid.Ticket) (grid.Ticket, int, error) {
	priority, households, err := t.weigh(tk, append(troubled(tk), t.who.ID))
	if err != nil {
		return tk, 0, err
	}
	set := grid.Change{Supporters: []grid.PersonID{t.who.ID}, Priority: max(priority, tk.Priority)}
	ask, err := t.asks(tk, grid.WantMeToo, set)
	if err != nil {
		return tk, 0, err
	}
	tk, err = t.move(tk, ask)
	return tk, households, err
}

// troubled are all who have the trouble: reporter and supporters.
func troubled(tk grid.Ticket) []grid.PersonID {
	return append([]grid.PersonID{tk.Reporter}, tk.Supporters...)
}

// weigh gives the priority of a matter that these people have, and how many
// households they are: it rises at three households, and again at three
// buildings. Somebody without a household on the Roster is one. A supporter who
// works here is none.
func (t *turn) weigh(tk grid.Ticket, people []grid.PersonID) (priority, households int, err error) {
	homes, buildings := map[string]bool{}, map[string]bool{}
	for _, id := range people {
		p, err := t.tx.Roster().Person(id)
		if err != nil {
			return 0, 0, fmt.Errorf("looking up person %s: %w", id, err)
		}
		role, err := storage.RoleIn(t.tx.Roster(), p, tk.Area, t.now)
		if err != nil {
			return 0, 0, err
		}
		if role.Staff() && id != tk.Reporter {
			continue
		}
		if p.Household == "" {
			homes["person "+string(id)] = true
			continue
		}
		homes[p.Household] = true
		buildings[buildingOf(p.Household)] = true
	}
	if len(homes) >= 3 {
		priority++
	}
	if len(buildings) >= 3 {
		priority++
	}
	return priority, len(homes), nil
}

// buildingOf gives the building of a household: 3 of "3-2-502", 3号楼 of "3号楼502".
func buildingOf(household string) string {
	for _, end := range []string{"号楼", "栋", "幢", "#", "-"} {
		if building, _, found := strings.Cut(household, end); found {
			return strings.TrimSpace(building)
		}
	}
	return household
}

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
