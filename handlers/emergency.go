package handlers

import (
	"cmp"

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
		c.Who, err = t.name(after.Reporter)
		if err != nil {
			return err
		}
		_, err = t.tellPerson(after.Reporter, grid.Outgoing{Class: grid.ClassEmergency, Kind: grid.PostAnswer, Ticket: after.No}, "ack.private", c)
		return err
	}
	return t.warn(after, cmp.Or(danger, after.Danger), grid.PostAnswer, after.Opening)
}

// warn tells the neighbours what to do now, which number to call and who knows.
func (t *turn) warn(tk grid.Ticket, danger string, kind grid.PostKind, quoting grid.MessageID) error {
	c, err := t.card(tk)
	if err != nil {
		return err
	}
	if c.Danger = danger; danger == "" || !t.Voice.Has("danger."+danger) {
		c.Danger = "other"
	}
	o := grid.Outgoing{To: tk.Chat, Class: grid.ClassEmergency, Kind: kind, Ticket: tk.No, ReplyTo: quoting}
	return t.post(o, "ack.emergency", c)
}
