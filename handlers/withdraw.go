package handlers

import (
	"fmt"

	"youshi/grid"
)

// withdraw is 撤回 by the reporter, as long as nobody was sent.
func (t *turn) withdraw(c grid.Command) error {
	tk, err := t.tx.Tickets().Get(c.Ticket)
	if err != nil {
		return fmt.Errorf("reading ticket %d: %w", c.Ticket, err)
	}
	by, err := t.actor(tk)
	if err != nil {
		return err
	}
	if tk, err = t.move(tk, grid.Ask{Want: grid.WantWithdraw, By: by, At: t.now, Said: t.msg.ID, Reason: grid.ReasonWithdrawn}); err != nil {
		return err
	}
	if err := t.done(tk, "withdrawn", ""); err != nil {
		return err
	}
	return t.note(tk, "told.withdrawn", "")
}

// merge is 并案 12 15: 15 goes into 12 with its messages; its reporter and
// supporters become supporters of 12.
func (t *turn) merge(c grid.Command) error {
	goes, found, err := t.seen(c.Other)
	if err != nil {
		return err
	}
	into, err2 := t.tx.Tickets().Get(c.Ticket)
	switch {
	case err2 != nil:
		return fmt.Errorf("reading ticket %d: %w", c.Ticket, err2)
	case !found || into.Area != goes.Area:
		return &grid.Error{Code: grid.NotFound, Say: fmt.Sprintf("no ticket %d in this grid", c.Other)}
	case into.Status.Ended() || into.Private != goes.Private:
		return &grid.Error{Code: grid.Conflict, Say: "such two are not merged"}
	}
	if _, err := t.step(goes.No, grid.WantMerge, "", grid.Change{Into: into.No}); err != nil {
		return err
	}
	set := grid.Change{Messages: goes.Messages}
	for _, p := range append([]grid.PersonID{goes.Reporter}, goes.Supporters...) {
		if p != into.Reporter {
			set.Supporters = append(set.Supporters, p)
		}
	}
	if into, err = t.byHouse(into, grid.WantLink, "", set); err != nil {
		return err
	}
	for _, id := range goes.Messages {
		m, err := t.tx.Messages().Get(id)
		if err != nil {
			return fmt.Errorf("reading message %s: %w", id, err)
		}
		m.Ticket = into.No
		if m.Outcome == grid.OutTicket {
			m.Outcome = grid.OutLinked
		}
		if err := t.tx.Messages().Put(m); err != nil {
			return fmt.Errorf("keeping that message %s belongs to ticket %d: %w", id, into.No, err)
		}
	}
	full, err := t.card(into)
	if err != nil {
		return err
	}
	full.Into = goes.No
	return t.answer(&into, grid.PostAnswer, "merged", full)
}
