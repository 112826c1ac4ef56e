package handlers

import (
	"errors"
	"fmt"

	"youshi/grid"
	"youshi/storage"
)

// neighbours are the names of everybody who is no staff: those who live in the grid
// of a matter, and those who had a word in it.
func (t *turn) neighbours(tk grid.Ticket) ([]string, error) {
	people, err := t.tx.Roster().People()
	if err != nil {
		return nil, fmt.Errorf("reading the people: %w", err)
	}
	in := map[grid.PersonID]bool{}
	for _, id := range append(troubled(tk), tk.Watchers...) {
		in[id] = true
	}
	for _, id := range tk.Messages {
		m, err := t.tx.Messages().Get(id)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return nil, fmt.Errorf("reading message %s: %w", id, err)
		}
		in[m.From] = true
	}
	var names []string
	for _, p := range people {
		if p.Home != tk.Area && !in[p.ID] {
			continue
		}
		role, err := storage.RoleIn(t.tx.Roster(), p, tk.Area, t.now)
		if err != nil {
			return nil, err
		}
		if !role.Staff() {
			names = append(names, p.Name)
		}
	}
	return names, nil
}

// notesUrged remembers of which matters the worker was reminded to publish.
const notesUrged = "publish_urged"

// urge reminds who works on a matter of public interest that has closed, quietly and
// once, that the neighbours want to read what was done.
func (t *turn) urge(c change) error {
	tk := c.after
	many := t.Public.Supporters > 0 && len(tk.Supporters) >= t.Public.Supporters
	closed := tk.Status == grid.Closed && c.before.Status != grid.Closed
	if !closed || tk.Private || tk.Public != nil || tk.Reason == grid.ReasonWithdrawn || tk.Reason == grid.ReasonRecalled ||
		!many && tk.Category != grid.Escalate {
		return nil
	}
	urged, err := t.tx.Notes().Get(notesUrged, tk.No.String())
	if err != nil || urged != nil {
		return err
	}
	if err := t.tx.Notes().Put(notesUrged, tk.No.String(), []byte{1}); err != nil {
		return fmt.Errorf("keeping that ticket %d should be published: %w", tk.No, err)
	}
	rooms, err := t.quietRooms(tk.Area)
	if err != nil {
		return err
	}
	full, err := t.card(tk)
	if err != nil {
		return err
	}
	o := grid.Outgoing{Class: grid.ClassNotice, Kind: grid.PostReminder, Ticket: tk.No, For: tk.Assignee}
	return t.tellRooms(rooms, o, "publish.urge", full)
}
