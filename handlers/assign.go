package handlers

import (
	"errors"
	"fmt"

	"youshi/grid"
	"youshi/storage"
)

// assign is 派单 and 转办: somebody else has it now, and must accept it by a clock.
// 派单 on a matter that is yet to be confirmed confirms it too, by button or in words.
func (t *turn) assign(c grid.Command) error {
	tk, err := t.ticket(c.Ticket)
	if err != nil {
		return err
	}
	first := c.Want
	if tk.Status == grid.Proposed && c.Want == grid.WantAssign {
		first = grid.WantConfirm
	}
	set := grid.Change{Assignee: t.who.ID} // a name that is unknown must not hide that the speaker may not
	if _, err := t.asks(tk, first, set); err != nil {
		return err
	}
	to, err := t.named(c.Who, tk.Area)
	if err != nil {
		return err
	}
	if first != c.Want {
		if tk, err = t.step(c.Ticket, first, "", set); err != nil {
			return err
		}
	}
	from := tk.Assignee
	set.Assignee = to.ID
	if tk, err = t.step(c.Ticket, c.Want, c.Text, set); err != nil {
		return err
	}
	if err := t.done(tk, "assigned", c.Text); err != nil {
		return err
	}
	return t.give(tk, "told.assigned", from, c.Text)
}

// give tells whoever has a matter now that it is theirs, at once, with the place
// and how many pictures there are; from is who had it before.
func (t *turn) give(tk grid.Ticket, sentence string, from grid.PersonID, text string) error {
	c, err := t.sight(tk, text)
	if err != nil {
		return err
	}
	if from != tk.Assignee && (from != t.who.ID || sentence != "told.assigned") { // 派单 by who has it is no 转办
		if c.From, err = t.name(from); err != nil {
			return err
		}
	}
	o := grid.Outgoing{Class: classOf(tk, grid.ClassNotice), Kind: grid.PostConfirm}
	if tk.Status == grid.Assigned {
		o.Buttons = []grid.Button{button("签收", grid.WantAccept, tk.No)}
	}
	return t.tellAssignee(tk, o, sentence, c)
}

// sight is a card with what there is to see: how many pictures the matter has.
func (t *turn) sight(tk grid.Ticket, text string) (card, error) {
	c, err := t.cardWith(tk, text)
	if err != nil {
		return c, err
	}
	for _, id := range tk.Messages {
		m, err := t.tx.Messages().Get(id)
		if errors.Is(err, storage.ErrNotFound) {
			continue // forgotten with its month
		} else if err != nil {
			return c, fmt.Errorf("reading message %s: %w", id, err)
		}
		if m.Recalled.IsZero() && (m.Kind == grid.ImageMessage || len(m.Media) > 0) {
			c.Pictures++
		}
	}
	return c, nil
}

// accept is 签收: whoever was named has begun.
func (t *turn) accept(c grid.Command) error {
	tk, err := t.step(c.Ticket, grid.WantAccept, "", grid.Change{})
	if err != nil {
		return err
	}
	return t.done(tk, "accepted", "")
}
