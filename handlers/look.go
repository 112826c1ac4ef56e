package handlers

import (
	"fmt"

	"youshi/grid"
)

// longestList is how many matters one answer names.
const longestList = 10

// look is 查 12.
func (t *turn) look(c grid.Command) error {
	tk, err := t.tx.Tickets().Get(c.Ticket)
	if err != nil {
		return fmt.Errorf("reading ticket %d: %w", c.Ticket, err)
	}
	return t.done(tk, "look", "")
}

// mine is 我的: what the speaker raised or joined and is not over.
func (t *turn) mine(grid.Command) error {
	return t.list("look.mine", func(tk grid.Ticket) bool {
		return tk.StandingOf(t.who.ID).Has(grid.StandsReporter | grid.StandsSupporter)
	})
}

// todo is 待办: what waits for the speaker.
func (t *turn) todo(grid.Command) error {
	if !t.role.Staff() {
		return t.refuse(nil, "refuse.staff_only", card{})
	}
	return t.list("look.todo", func(tk grid.Ticket) bool {
		return tk.Assignee == t.who.ID && tk.Status != grid.Resolved || tk.Status == grid.Proposed && grid.Decides(t.role)
	})
}

// overdue is 超期: what is past its deadline in the speaker's area.
func (t *turn) overdue(grid.Command) error {
	if !t.role.Staff() {
		return t.refuse(nil, "refuse.staff_only", card{})
	}
	return t.list("look.overdue", func(tk grid.Ticket) bool {
		return tk.Due != nil && tk.Due.Step != "poll" && t.now.After(tk.Due.Due)
	})
}

// list answers with the open matters of the speaker's grid and the speaker's own
// ones elsewhere that are wanted. In a group private ones are left out.
func (t *turn) list(sentence string, want func(grid.Ticket) bool) error {
	tickets, err := t.tx.Tickets().Open(t.area.ID)
	if err != nil {
		return fmt.Errorf("reading the open tickets of %s: %w", t.area.ID, err)
	}
	own, err := t.tx.Tickets().OpenOf(t.who.ID)
	if err != nil {
		return fmt.Errorf("reading the tickets of %s: %w", t.who.ID, err)
	}
	for _, tk := range own {
		if tk.Area != t.area.ID {
			tickets = append(tickets, tk)
		}
	}
	all := card{Who: t.who.Name, Bot: t.Bot}
	for _, tk := range tickets {
		if !want(tk) || tk.Private && t.chat.Kind == grid.GroupChat {
			continue
		}
		c, err := t.card(tk)
		if err != nil {
			return err
		}
		if all.Days++; len(all.List) < longestList {
			all.List = append(all.List, c)
		}
	}
	return t.answer(nil, grid.PostAnswer, sentence, all)
}

// help is 帮助: what can be said, by whom.
func (t *turn) help(grid.Command) error {
	sentence := "help"
	if t.role.Staff() {
		sentence = "help.staff"
	}
	return t.answer(nil, grid.PostAnswer, sentence, card{Who: t.who.Name, Bot: t.Bot})
}
