package handlers

import "youshi/grid"

// withdraw is 撤回 by the reporter, as long as nobody was sent; staff take back a
// whistle or an escalation with it.
func (t *turn) withdraw(c grid.Command) error {
	tk, err := t.ticket(c.Ticket)
	if err != nil {
		return err
	}
	by, err := t.actor(tk)
	if err != nil {
		return err
	}
	if grid.Decides(by.Role) && (tk.Whistle != nil || tk.Level != grid.LevelGrid) {
		return t.retract(tk, c)
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
