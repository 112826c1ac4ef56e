package handlers

import (
	"fmt"
	"slices"

	"youshi/grid"
	"youshi/storage"
)

// longestList is how many matters one answer names.
const longestList = 10

// look is 查 12.
func (t *turn) look(c grid.Command) error {
	tk, err := t.ticket(c.Ticket)
	if err != nil {
		return err
	}
	if err := t.Looked(t.tx, tk.No, t.who.ID, t.now); err != nil {
		return err
	}
	return t.done(tk, "look", "")
}

// mine is 我的: what the speaker raised or joined and is not over.
func (t *turn) mine(grid.Command) error {
	return t.list("look.mine", func(_ grid.Ticket, by grid.Actor) bool {
		return by.Standing.Has(grid.StandsReporter | grid.StandsSupporter)
	})
}

// todo is 待办: what waits for the speaker.
func (t *turn) todo(grid.Command) error {
	if !t.role.Staff() {
		return t.decline("refuse.staff_only")
	}
	return t.list("look.todo", func(tk grid.Ticket, by grid.Actor) bool {
		part, called := tk.Whistle.Of(by.Person)
		return by.Standing.Has(grid.StandsAssignee) && tk.Status != grid.Resolved || called && part.Ended.IsZero() ||
			tk.Status == grid.Proposed && officeOf[tk.Level] == by.Role
	})
}

// overdue is 超期: what is past its deadline in the speaker's area.
func (t *turn) overdue(grid.Command) error {
	if !t.role.Staff() {
		return t.decline("refuse.staff_only")
	}
	return t.list("look.overdue", func(tk grid.Ticket, by grid.Actor) bool {
		return by.Role.Staff() && tk.Due != nil && tk.Due.Step != "poll" && t.now.After(tk.Due.Due)
	})
}

// list answers with the open matters in reach that are wanted: those of the
// chat's area, in private also of the speaker's offices, and those the speaker
// has to do elsewhere. In a group private ones are left out.
func (t *turn) list(sentence string, want func(grid.Ticket, grid.Actor) bool) error {
	tickets, err := t.inReach()
	if err != nil {
		return err
	}
	all := card{Who: t.who.Name, Bot: t.Bot}
	for _, tk := range tickets {
		by, err := t.actor(tk)
		if err != nil {
			return err
		}
		if !want(tk, by) || !t.knows(tk, by) || tk.Private && t.chat.Kind == grid.GroupChat {
			continue
		}
		if all.Count++; len(all.List) == longestList {
			continue
		}
		c, err := t.card(tk)
		if err != nil {
			return err
		}
		if tk.Private && !by.Standing.Has(grid.StandsReporter|grid.StandsSupporter) {
			c = c.discreet() // to read it is a look of its own: 查
		}
		all.List = append(all.List, c)
	}
	if sentence == "look.todo" && t.chat.Kind != grid.GroupChat && grid.Decides(t.role) {
		if all.Hands, err = t.hands(); err != nil {
			return err
		}
	}
	return t.answer(grid.PostAnswer, sentence, all)
}

// hands is what everybody has to do in the area that the speaker answers for.
func (t *turn) hands() ([]offered, error) {
	areas, err := storage.Subtree(t.tx.Roster(), t.scope())
	if err != nil {
		return nil, err
	}
	loads, err := storage.Loads(t.tx, areas, t.now)
	if err != nil {
		return nil, err
	}
	var out []offered
	for _, l := range loads[:min(len(loads), longestList)] {
		name, err := t.name(l.Person)
		if err != nil {
			return nil, err
		}
		out = append(out, offered{Who: name, Count: l.Open, Late: l.Late})
	}
	return out, nil
}

// inReach gives the open matters that the speaker may ask about here, by number.
func (t *turn) inReach() ([]grid.Ticket, error) {
	roots := []grid.AreaID{t.area.ID}
	if t.chat.Kind == grid.PrivateChat {
		for _, o := range t.offices() {
			roots = append(roots, o.Area)
		}
	}
	out, err := t.tx.Tickets().OpenOf(t.who.ID)
	if err != nil {
		return nil, fmt.Errorf("reading the tickets of %s: %w", t.who.ID, err)
	}
	for _, root := range roots {
		if root == "" {
			continue
		}
		areas, err := storage.Subtree(t.tx.Roster(), root)
		if err != nil {
			return nil, err
		}
		for _, a := range areas {
			open, err := t.tx.Tickets().Open(a)
			if err != nil {
				return nil, fmt.Errorf("reading the open tickets of %s: %w", a, err)
			}
			out = append(out, open...)
		}
	}
	slices.SortFunc(out, func(a, b grid.Ticket) int { return int(a.No - b.No) })
	return slices.CompactFunc(out, func(a, b grid.Ticket) bool { return a.No == b.No }), nil
}

// help is 帮助: what can be said, by whom.
func (t *turn) help(grid.Command) error {
	sentence := "help"
	if t.role.Staff() {
		sentence = "help.staff"
	}
	return t.answer(grid.PostAnswer, sentence, card{Who: t.who.Name, Bot: t.Bot})
}
