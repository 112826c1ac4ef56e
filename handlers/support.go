package handlers

import (
	"fmt"
	"strings"

	"youshi/grid"
)

// meToo is 附议 as a command.
func (t *turn) meToo(c grid.Command) error {
	tk, err := t.ticket(c.Ticket)
	if err != nil {
		return err
	}
	if tk.StandingOf(t.who.ID).Has(grid.StandsReporter | grid.StandsSupporter) {
		return t.done(tk, "metoo.already", "")
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
	priority, households, err := t.weigh(append(troubled(tk), t.who.ID))
	if err != nil {
		return tk, 0, err
	}
	ask, err := t.asks(tk, grid.WantMeToo, grid.Change{Supporters: []grid.PersonID{t.who.ID}, Priority: max(priority, tk.Priority)})
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
// buildings. Somebody without a household on the Roster is one.
func (t *turn) weigh(people []grid.PersonID) (priority, households int, err error) {
	homes, buildings := map[string]bool{}, map[string]bool{}
	for _, id := range people {
		p, err := t.tx.Roster().Person(id)
		if err != nil {
			return 0, 0, fmt.Errorf("looking up person %s: %w", id, err)
		}
		if p.Household == "" {
			homes["person "+string(id)] = true
			continue
		}
		homes[p.Household] = true
		building, _, _ := strings.Cut(p.Household, "-") // "3-2-502": building 3
		buildings[building] = true
	}
	if len(homes) >= 3 {
		priority++
	}
	if len(buildings) >= 3 {
		priority++
	}
	return priority, len(homes), nil
}

// watch is 盯: the speaker hears of each change, alone.
func (t *turn) watch(c grid.Command) error {
	if _, ok, err := t.Reach(t.tx, t.who); err != nil {
		return err
	} else if !ok {
		return t.decline("watch.unreachable")
	}
	tk, err := t.step(c.Ticket, grid.WantWatch, "", grid.Change{Watchers: []grid.PersonID{t.who.ID}})
	if err != nil {
		return err
	}
	return t.done(tk, "watch", "")
}
