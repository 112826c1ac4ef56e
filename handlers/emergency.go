package handlers

import (
	"cmp"
	"fmt"
	"slices"

	"youshi/grid"
)

// ifEmergencyNow tells everybody concerned when a step made an emergency (突发)
// of a matter: staff and assignee, the whole ladder, and the neighbours. danger is
// what is known of it now, "" for no more than at the opening.
func (t *turn) ifEmergencyNow(before, after grid.Ticket, danger string) error {
	if after.Urgency != grid.Emergency || before.Urgency == grid.Emergency || after.Status.Ended() {
		return nil
	}
	c, err := t.card(after)
	if err != nil {
		return err
	}
	o := grid.Outgoing{Class: grid.ClassEmergency, Kind: grid.PostEscalation, Ticket: after.No}
	if after.Status == grid.Proposed {
		o.Buttons = []grid.Button{button("确认", grid.WantConfirm, after.No)}
	}
	if err := t.tellStaff(after, o, "alarm", c); err != nil {
		return err
	}
	if after.Assignee != "" && after.Assignee != t.who.ID {
		if _, err := t.tellPerson(after.Assignee, o, "alarm", c); err != nil {
			return err
		}
	}
	if err := t.tellAbove(after, "escalation.emergency", c); err != nil {
		return err
	}
	if after.Private { // the numbers to call are for the reporter alone
		return t.consoled(after, danger, grid.Outgoing{Class: grid.ClassEmergency, Kind: grid.PostAnswer, Ticket: after.No})
	}
	return t.warn(after, cmp.Or(danger, after.Danger), grid.PostAnswer, after.Opening)
}

// warn tells the neighbours what to do now, which number to call and who knows.
func (t *turn) warn(tk grid.Ticket, danger string, kind grid.PostKind, quoting grid.MessageID) error {
	c, err := t.card(tk)
	if err != nil {
		return err
	}
	if c.Told, err = t.told(tk); err != nil {
		return err
	}
	if c.Danger = danger; danger == "" || !t.Voice.Has("danger."+danger) {
		c.Danger = "other"
	}
	o := grid.Outgoing{To: tk.Chat, Class: grid.ClassEmergency, Kind: kind, Ticket: tk.No, ReplyTo: quoting}
	return t.post(o, "ack.emergency", c)
}

// told gives the levels at which somebody can be told of a ticket, and is.
func (t *turn) told(tk grid.Ticket) ([]grid.Level, error) {
	var out []grid.Level
	rooms, err := t.workerRooms(tk.Area)
	for l, ok := grid.LevelGrid, true; ok && err == nil; l, ok = l.Above() {
		if l != grid.LevelGrid {
			rooms, err = t.levelRooms(tk, l)
		}
		if len(rooms) > 0 {
			out = append(out, l)
		}
	}
	return out, err
}

// calm corrects what the neighbours were told of an emergency once it is none any
// more: lowered, or ended without a result (the result says it by itself). One that
// is merged goes on under the other number.
func (t *turn) calm(before, after grid.Ticket) error {
	lowered, ended := after.Urgency != grid.Emergency, after.Status.Ended() && before.Status != after.Status
	if before.Urgency != grid.Emergency || after.Private || !lowered && !ended ||
		after.Status == grid.Merged || before.Status == grid.Resolved {
		return nil
	}
	warned, err := t.warned(after)
	if err != nil || !warned {
		return err
	}
	c, err := t.card(after)
	if err != nil {
		return err
	}
	sentence := "over.lowered"
	switch {
	case ended && (after.Reason == grid.ReasonWithdrawn || after.Reason == grid.ReasonRecalled):
		sentence = "over.withdrawn"
	case ended:
		sentence = "over"
	}
	return t.quote(after, grid.Outgoing{Class: grid.ClassEmergency, Kind: grid.PostResult}, sentence, c)
}

// warned reports whether the neighbours were told of the emergency. A warning that
// was not said yet is taken back.
func (t *turn) warned(tk grid.Ticket) (bool, error) {
	warning := func(o grid.Outgoing) bool {
		return o.To == tk.Chat && o.Class == grid.ClassEmergency && (o.Kind == grid.PostAck || o.Kind == grid.PostAnswer)
	}
	if err := t.drop(tk, warning); err != nil {
		return false, err
	}
	posts, err := t.tx.Outbox().Of(tk.No)
	if err != nil {
		return false, fmt.Errorf("reading what was said of ticket %d: %w", tk.No, err)
	}
	return slices.ContainsFunc(posts, func(o grid.Outgoing) bool { return warning(o) && o.State != grid.Dropped }), nil
}
