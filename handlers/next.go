package handlers

import (
	"fmt"
	"slices"
	"strconv"

	"youshi/grid"
	"youshi/storage"
)

// notesSolved is the scope of storage.Notes that counts who solved how many matters
// of a topic in a grid: to read them from the tickets takes too long for a first answer.
func notesSolved(tk grid.Ticket) string { return "solved/" + string(tk.Area) + "/" + string(tk.Topic) }

// solvers gives who solved matters of the same topic in this grid, and how many.
func (t *turn) solvers(tk grid.Ticket) (map[grid.PersonID]int, error) {
	out := map[grid.PersonID]int{}
	for who, raw := range t.tx.Notes().All(notesSolved(tk)) {
		n, err := strconv.Atoi(string(raw))
		if err != nil {
			return nil, fmt.Errorf("reading who solved what in %s: %w", tk.Area, err)
		}
		out[grid.PersonID(who)] = n
	}
	return out, nil
}

// solved counts a matter for who has it, once: rework is no second one.
func (t *turn) solved(tk grid.Ticket) error {
	if tk.Assignee == "" || tk.Round > 0 {
		return nil
	}
	like, err := t.solvers(tk)
	if err != nil {
		return err
	}
	if err := t.tx.Notes().Put(notesSolved(tk), string(tk.Assignee), []byte(strconv.Itoa(like[tk.Assignee]+1))); err != nil {
		return fmt.Errorf("counting who solved ticket %d: %w", tk.No, err)
	}
	return nil
}

// offerNext gives a matter that was not accepted in time to the next holder of the
// same office who was not asked since somebody last decided. It gives false when
// there is none: then it stays, and one level up knows.
func (t *turn) offerNext(tk grid.Ticket) (bool, error) {
	if tk.Status != grid.Assigned || tk.Level != grid.LevelGrid || tk.Assignee == "" {
		return false, nil
	}
	silent, err := t.tx.Roster().Person(tk.Assignee)
	if err != nil {
		return false, fmt.Errorf("looking up person %s: %w", tk.Assignee, err)
	}
	role, err := storage.RoleIn(t.tx.Roster(), silent, tk.Area, t.now)
	if err != nil || role == grid.Resident || role == grid.Unit { // one unit cannot do another's work
		return false, err
	}
	asked, err := t.askedBefore(tk)
	if err != nil {
		return false, err
	}
	there, err := storage.Holders(t.tx.Roster(), role, tk.Area, t.now)
	if err != nil {
		return false, err
	}
	there = slices.DeleteFunc(there, func(p grid.Person) bool { return asked[p.ID] })
	if there, err = t.leastFirst(there); err != nil || len(there) == 0 {
		return false, err
	}
	if _, err := t.passTo(tk, there[0].ID, grid.ReasonUnsigned); err != nil {
		return false, err
	}
	return true, nil
}

// askedBefore gives who was given the matter since a person last decided whom.
func (t *turn) askedBefore(tk grid.Ticket) (map[grid.PersonID]bool, error) {
	journal, err := t.tx.Journal().Of(tk.No)
	if err != nil {
		return nil, fmt.Errorf("reading the journal of ticket %d: %w", tk.No, err)
	}
	asked := map[grid.PersonID]bool{tk.Assignee: true}
	for _, e := range journal {
		if e.Set.Assignee == "" {
			continue
		}
		if e.By.Role != grid.House {
			clear(asked)
		}
		asked[e.Set.Assignee] = true
	}
	return asked, nil
}
