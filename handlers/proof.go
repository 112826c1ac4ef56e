package handlers

import (
	"fmt"
	"slices"
	"time"

	"youshi/grid"
)

// justNow is how old a picture sent before 办结 may be and still be of its result.
const justNow = 10 * time.Minute

// unproven reports whether a matter's class asks for a picture of the result and
// the speaker gave none; then the speaker is told. What proves it joins the matter.
func (t *turn) unproven(c grid.Command) (bool, error) {
	tk, err := t.ticket(c.Ticket)
	if err != nil || !t.Photo[tk.Category] || tk.Status == grid.Resolved {
		return false, err
	}
	if may, err := t.may(tk, grid.WantResolve, grid.Change{}); err != nil || !may {
		return false, err // the usual no comes from the step itself
	}
	picture, err := t.proof(tk)
	switch {
	case err != nil:
		return false, err
	case picture.ID == "":
		full, err := t.card(tk)
		if err != nil {
			return false, err
		}
		return true, t.answer(grid.PostRefusal, "refuse.photo", full)
	case slices.Contains(tk.Messages, picture.ID):
		return false, nil
	}
	if _, err := t.byHouse(tk, grid.WantLink, "", grid.Change{Messages: []grid.MessageID{picture.ID}}); err != nil {
		return false, err
	}
	if picture.ID == t.msg.ID {
		return false, nil // it is kept when its handling ends
	}
	picture.Ticket = tk.No
	if picture.Outcome != grid.OutCommand {
		picture.Outcome = grid.OutLinked
	}
	if err := t.tx.Messages().Put(picture); err != nil {
		return false, fmt.Errorf("keeping that message %s belongs to ticket %d: %w", picture.ID, tk.No, err)
	}
	return false, nil
}

// proof finds the speaker's picture of the result: with the command itself, what the
// command quotes, one of the matter since the work began, or the last one sent here
// just now that belongs to nothing else.
func (t *turn) proof(tk grid.Ticket) (grid.Message, error) {
	near := []grid.MessageID{t.msg.ID, t.msg.ReplyTo}
	near = append(near, tk.Messages...)
	began := tk.Confirmed
	if tk.Reworked.After(began) {
		began = tk.Reworked
	}
	for _, id := range near {
		if id == "" {
			continue
		}
		m, found, err := t.message(id)
		if err != nil {
			return m, err
		}
		if found && t.pictured(m) && !m.Sent.Before(began) && (m.Ticket == 0 || m.Ticket == tk.No) {
			return m, nil
		}
	}
	recent, err := t.tx.Messages().Recent([]grid.ChatID{t.chat.ID}, t.msg.ID, 20)
	if err != nil {
		return grid.Message{}, fmt.Errorf("reading what was said in %s: %w", t.chat.ID, err)
	}
	for _, m := range slices.Backward(recent) {
		if t.pictured(m) && m.Ticket == 0 && t.now.Sub(m.Sent) <= justNow && !m.Sent.Before(began) {
			return m, nil
		}
	}
	return grid.Message{}, nil
}

// pictured reports whether m is a picture of the speaker's that stands.
func (t *turn) pictured(m grid.Message) bool {
	return m.From == t.who.ID && m.Recalled.IsZero() && (m.Kind == grid.ImageMessage || len(m.Media) > 0)
}
