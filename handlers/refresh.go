package handlers

import (
	"errors"
	"fmt"
	"slices"

	"youshi/grid"
	"youshi/storage"
)

// A living card (活卡片): where the platform can rewrite what was said, the card of
// a matter shows how it stands now, instead of one more post a step. It is said as
// an answer: outside the budget, and nobody's phone rings for it.

// refresh rewrites the cards of the tickets that this turn changed.
func (t *turn) refresh() error {
	if t.Edits == nil {
		return nil
	}
	for _, no := range t.order {
		c := t.changes[no]
		if c.before.No == 0 {
			continue // its first card is on its way
		}
		if err := t.refreshOne(c.before, c.after); err != nil {
			return fmt.Errorf("refreshing the cards of ticket %d: %w", no, err)
		}
	}
	return nil
}

func (t *turn) refreshOne(before, after grid.Ticket) error {
	c, err := t.card(after)
	if err != nil {
		return err
	}
	if !showsOtherwise(before, after) && !c.Unsaid {
		return nil
	}
	posts, err := t.tx.Outbox().Of(after.No)
	if err != nil {
		return fmt.Errorf("reading what was said of it: %w", err)
	}
	for _, o := range posts {
		if o.Kind != grid.PostConfirm || o.Replaces != "" || len(o.Buttons) == 0 || o.State != grid.Sent && o.State != grid.Waiting && o.State != grid.Trying {
			continue
		}
		can, err := t.Edits(t.tx, o.To)
		if err != nil || !can {
			if err != nil {
				return err
			}
			continue
		}
		if err := t.rewrite(o, posts, after, c); err != nil {
			return err
		}
	}
	return nil
}

// showsOtherwise reports whether a card says something else after a step.
func showsOtherwise(a, b grid.Ticket) bool {
	return a.Status != b.Status || a.Assignee != b.Assignee || a.Category != b.Category || a.Urgency != b.Urgency || a.Topic != b.Topic ||
		a.Level != b.Level || a.Round != b.Round || a.Summary != b.Summary || a.Location != b.Location || a.Private != b.Private || !sameDue(a.Due, b.Due)
}

func sameDue(a, b *grid.Deadline) bool {
	return (a == nil) == (b == nil) && (a == nil || a.Step == b.Step && a.Due.Equal(b.Due))
}

// rewrite writes the edit of one card. An earlier one that waits is of no use any more.
func (t *turn) rewrite(o grid.Outgoing, posts []grid.Outgoing, tk grid.Ticket, c card) error {
	left := slices.DeleteFunc(slices.Clone(o.Buttons), func(b grid.Button) bool { return !ofUse(b.Command.Want, tk) })
	main := slices.ContainsFunc(o.Buttons, func(b grid.Button) bool {
		return b.Command.Want == grid.WantConfirm || b.Command.Want == grid.WantAccept
	})
	if !main && len(left) == len(o.Buttons) {
		return nil // a question of its own, still open
	}
	for _, p := range posts {
		if p.Replaces != o.ID || p.State != grid.Waiting {
			continue
		}
		p.State, p.Reason = grid.Dropped, "a later step says it"
		if _, err := t.tx.Outbox().Set(p); err != nil {
			return fmt.Errorf("taking back edit %s: %w", p.ID, err)
		}
	}
	var err error
	if c.Who, err = t.name(tk.Reporter); err != nil {
		return err
	}
	if tk.Private {
		c = c.discreet()
	}
	next := grid.Outgoing{To: o.To, Class: grid.ClassAnswer, Kind: grid.PostAnswer, Ticket: tk.No, For: o.For, Replaces: o.ID, Buttons: left}
	return t.post(next, "card", c)
}

// ofUse reports whether a button for a want still does something.
func ofUse(w grid.Want, tk grid.Ticket) bool {
	switch w {
	case grid.WantConfirm, grid.WantReject:
		return tk.Status == grid.Proposed
	case grid.WantAccept:
		return tk.Due != nil && tk.Due.Step == "accept"
	case grid.WantAssign:
		return tk.Status == grid.Proposed || tk.Status == grid.Open
	case grid.WantGrant:
		return tk.Extension != nil && !tk.Extension.Granted && !tk.Status.Ended()
	case grid.WantReclassify:
		return tk.Urgency != grid.Emergency && !tk.Status.Ended()
	}
	return !tk.Status.Ended() && tk.Status != grid.Resolved
}

// shownOnCard reports whether the card whose button was pressed is rewritten
// before everybody's eyes: saying the same once more is noise.
func (t *turn) shownOnCard(no grid.TicketNo) (bool, error) {
	if t.Edits == nil || t.ev.Kind != grid.EventPress || t.ev.Press == nil {
		return false, nil
	}
	o, err := t.tx.Outbox().Get(t.ev.Press.Post)
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("reading the post that was pressed: %w", err)
	}
	c, ok := t.changes[no]
	if o.Ticket != no || o.To != t.chat.ID || o.Kind != grid.PostConfirm && o.Replaces == "" || !ok || !showsOtherwise(c.before, c.after) {
		return false, nil
	}
	return t.Edits(t.tx, o.To)
}
