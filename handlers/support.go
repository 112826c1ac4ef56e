package handlers

import (
	"fmt"
	"strings"
	"time"

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
		return t.countedAlready(tk)
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

// countedAlready tells somebody who is counted that it is so: once an hour, for
// whoever says it again and again fills the group for all.
func (t *turn) countedAlready(tk grid.Ticket) error {
	about, err := t.tx.Outbox().Of(tk.No)
	if err != nil {
		return fmt.Errorf("reading what was said of ticket %d: %w", tk.No, err)
	}
	for _, o := range about {
		if o.To == t.chat.ID && o.Kind == grid.PostAnswer && o.For == t.who.ID && t.now.Sub(o.Written) < time.Hour {
			return nil
		}
	}
	c, err := t.card(tk)
	if err != nil {
		return err
	}
	o := grid.Outgoing{To: t.chat.ID, Class: grid.ClassAnswer, Kind: grid.PostAnswer, Ticket: tk.No, For: t.who.ID, ReplyTo: t.msg.ID}
	if c.Private && t.chat.Kind == grid.GroupChat {
		return t.answer(grid.PostAnswer, "metoo.already", c)
	}
	return t.post(o, "metoo.already", c)
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
