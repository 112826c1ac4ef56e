package handlers

import "youshi/grid"

// withdraw is 撤回 by the reporter, as long as nobody was sent.
func (t *turn) withdraw(c grid.Command) error {
	tk, err := t.ticket(c.Ticket)
	if err != nil {
		return err
	}
	ask, err := t.asks(tk, grid.WantWithdraw, grid.Change{})
	if err != nil {
		return err
	}
	was := tk
	if tk, err = t.move(tk, ask); err != nil {
		return err
	}
	if err := t.done(tk, "withdrawn", ""); err != nil {
		return err
	}
	if chainOf(was) != nil {
		return t.note(tk, "recalled.danger", "")
	}
	return t.note(tk, "told.withdrawn", "")
}
