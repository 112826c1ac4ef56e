package handlers

import (
	"errors"
	"fmt"

	"youshi/grid"
	"youshi/storage"
)

// notesTellers remembers, a grid and a name, who was told of without an account.
const notesTellers = "tellers"

// teller gives the person of that name who told something face to face. A name is
// no account: whoever calls himself so in a chat is somebody else.
func (t *turn) teller(name string, area grid.AreaID) (grid.PersonID, error) {
	key := string(area) + "/" + name
	known, err := t.tx.Notes().Get(notesTellers, key)
	if err != nil {
		return "", fmt.Errorf("reading who told something in %s: %w", area, err)
	}
	if known != nil {
		p, err := t.tx.Roster().Person(grid.PersonID(known))
		if err == nil && p.Name == name {
			return p.ID, nil
		} else if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return "", fmt.Errorf("looking up person %s: %w", known, err)
		}
	}
	p, err := t.tx.Roster().PutPerson(grid.Person{Name: name, Home: area})
	if err == nil {
		err = t.tx.Notes().Put(notesTellers, key, []byte(p.ID))
	}
	if err != nil {
		return "", fmt.Errorf("keeping who told something in %s: %w", area, err)
	}
	return p.ID, nil
}

// unrecord follows a record that was taken back: its items go as if each had been
// recalled.
func (t *turn) unrecord(record grid.Message) error {
	for i := range mostItems {
		m, err := t.tx.Messages().Get(itemID(record.ID, i))
		if errors.Is(err, storage.ErrNotFound) {
			return nil
		} else if err != nil {
			return fmt.Errorf("reading item %s: %w", itemID(record.ID, i), err)
		}
		if !m.Recalled.IsZero() {
			continue
		}
		m.Sealed, m.Text, m.Media, m.Recalled = append(m.Sealed, m.Text), "", nil, t.now
		m.Intent.Summary, m.Intent.Location = "", ""
		if err := t.tx.Messages().Put(m); err != nil {
			return fmt.Errorf("sealing item %s: %w", m.ID, err)
		}
		tk, err := t.ticket(m.Ticket)
		if err != nil {
			return err
		}
		if err := t.unsay(m, tk); err != nil {
			return err
		}
		if tk.Status == grid.Proposed && len(tk.Supporters) == 0 {
			_, err = t.byHouse(tk, grid.WantWithdraw, grid.ReasonRecalled, grid.Change{})
		} else {
			_, err = t.byHouse(tk, grid.WantNote, grid.ReasonRecalled, grid.Change{})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
