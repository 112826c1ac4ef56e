package handlers

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// message reads a message, and gives false when it was forgotten or is a post.
func (t *turn) message(id grid.MessageID) (grid.Message, bool, error) {
	m, err := t.tx.Messages().Get(id)
	if errors.Is(err, storage.ErrNotFound) {
		return m, false, nil
	} else if err != nil {
		return m, false, fmt.Errorf("reading message %s: %w", id, err)
	}
	return m, true, nil
}

// tend makes sure that nobody who works on a matter is absent or gone.
func (t *turn) tend(tk grid.Ticket) error {
	if tk.Assignee != "" && tk.Status != grid.Proposed {
		to, why, err := t.heir(tk, tk.Assignee)
		if err == nil && to != "" {
			tk, err = t.passTo(tk, to, why)
		}
		if err != nil {
			return err
		}
		if tk, err = t.filled(tk); err != nil {
			return err
		}
	}
	for _, unit := range tk.Whistle.Unfinished() {
		to, why, err := t.heir(tk, unit)
		if err != nil {
			return err
		}
		if to == "" {
			continue
		}
		if tk, err = t.byHouse(tk, grid.WantNote, why, grid.Change{Handover: &grid.Handover{From: unit, To: to}}); err != nil {
			return err
		}
		c, err := t.jointCard(tk, []grid.PersonID{unit})
		if err != nil {
			return err
		}
		o := grid.Outgoing{Class: classOf(tk, grid.ClassNotice), Kind: grid.PostConfirm}
		if err := t.tellWorker(tk, to, o, "told.part_handed", c); err != nil {
			return err
		}
	}
	return nil
}

// heir gives who takes over what somebody absent or gone has of a matter, and why;
// "" when that person is there, or when nobody else is. The deputy is first, then
// whoever else holds the same office and has least to do (one unit cannot do another
// unit's work), then the grid worker, then the levels above.
func (t *turn) heir(tk grid.Ticket, of grid.PersonID) (grid.PersonID, grid.Reason, error) {
	p, err := t.tx.Roster().Person(of)
	if err != nil {
		return "", "", fmt.Errorf("looking up person %s: %w", of, err)
	}
	if fit, err := t.fit(p, tk.Area); fit || err != nil {
		return "", "", err
	}
	why := grid.ReasonGone
	if p.Away(t.now) {
		why = grid.ReasonAbsent
		if p.Absent.Deputy != "" {
			d, err := t.tx.Roster().Person(p.Absent.Deputy)
			if err != nil {
				return "", "", fmt.Errorf("looking up the deputy of %s: %w", of, err)
			}
			if fit, err := t.fit(d, tk.Area); fit || err != nil {
				return d.ID, why, err
			}
		}
	}
	role, err := t.heldOnce(p, tk.Area)
	if err != nil {
		return "", "", err
	}
	if role != "" && role != grid.Unit {
		there, err := t.holders(role, tk)
		if err != nil || len(there) > 0 {
			return append(there, grid.Person{})[0].ID, why, err
		}
	}
	from := tk.Level
	if l := role.Level(); l.Rank() > from.Rank() {
		from = l
	}
	for l, ok := from, true; ok; l, ok = l.Above() {
		there, err := t.holders(officeOf[l], tk)
		if err != nil || len(there) > 0 {
			return append(there, grid.Person{})[0].ID, grid.ReasonVacant, err
		}
	}
	return "", "", nil
}

// heldOnce gives the strongest role a person holds or held in the area, "" for none.
func (t *turn) heldOnce(p grid.Person, area grid.AreaID) (grid.Role, error) {
	p.Offices = slices.Clone(p.Offices)
	for i := range p.Offices {
		p.Offices[i].Until = time.Time{}
	}
	role, err := storage.RoleIn(t.tx.Roster(), p, area, t.now)
	if role == grid.Resident {
		role = ""
	}
	return role, err
}

// passTo gives a matter to somebody else as the house, with the trace of it in the
// journal, and tells both.
func (t *turn) passTo(tk grid.Ticket, to grid.PersonID, why grid.Reason) (grid.Ticket, error) {
	from := tk.Assignee
	tk, err := t.byHouse(tk, grid.WantPass, why, grid.Change{Assignee: to})
	if err != nil || tk.Status == grid.Resolved {
		return tk, err
	}
	if err := t.listen(tk); err != nil {
		return tk, err
	}
	if why == grid.ReasonUnsigned {
		c, err := t.card(tk)
		if err != nil {
			return tk, err
		}
		if _, err := t.tellPerson(from, grid.Outgoing{Class: grid.ClassNotice, Kind: grid.PostAnswer, Ticket: tk.No}, "told.passed_over", c); err != nil {
			return tk, err
		}
	}
	return tk, t.give(tk, "told.handed", from, "")
}

// filled takes a matter from the level that keeps it for a vacant office, unless it
// has begun, and gives it to who holds that office now.
func (t *turn) filled(tk grid.Ticket) (grid.Ticket, error) {
	if tk.Status == grid.Working || tk.Status == grid.Resolved {
		return tk, nil
	}
	last, before, err := t.lastGiven(tk.No)
	if err != nil || last.Reason != grid.ReasonVacant {
		return tk, err
	}
	p, err := t.tx.Roster().Person(before)
	if err != nil {
		return tk, fmt.Errorf("looking up person %s: %w", before, err)
	}
	role, err := t.heldOnce(p, tk.Area)
	if err != nil || role == "" || role == grid.Unit {
		return tk, err
	}
	there, err := t.holders(role, tk)
	if err != nil || len(there) == 0 {
		return tk, err
	}
	return t.passTo(tk, there[0].ID, grid.ReasonFilled)
}

// lastGiven gives the last entry that gave a matter to somebody, and who had it before.
func (t *turn) lastGiven(no grid.TicketNo) (last grid.Entry, before grid.PersonID, err error) {
	journal, err := t.tx.Journal().Of(no)
	if err != nil {
		return last, "", fmt.Errorf("reading the journal of ticket %d: %w", no, err)
	}
	for _, e := range journal {
		if e.Set.Assignee != "" {
			last, before = e, last.Set.Assignee
		}
	}
	return last, before, nil
}

// manned ends a turn: what a step gave to somebody on leave, who keeps a say and may
// confirm, goes on to who stands in.
func (t *turn) manned() error {
	for _, no := range slices.Clone(t.order) {
		tk, err := t.ticket(no)
		if err != nil {
			return err
		}
		if tk.Status.Ended() || tk.Assignee == "" {
			continue
		}
		p, err := t.tx.Roster().Person(tk.Assignee)
		if err != nil {
			return fmt.Errorf("looking up person %s: %w", tk.Assignee, err)
		}
		if !p.Away(t.now) {
			continue
		}
		if err := t.tend(tk); err != nil {
			return err
		}
	}
	return nil
}
