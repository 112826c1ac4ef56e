package handlers

import "youshi/grid"

// firstAnswer tells the reporter that it was heard, once: in the group by a
// quote, of a private matter in private alone. An emergency that is not private
// is answered for everybody. What lay about for too long gets no word in a group.
func (t *turn) firstAnswer(tk grid.Ticket, m grid.Message) error {
	c, err := t.card(tk)
	if err != nil {
		return err
	}
	if c.Who, err = t.name(tk.Reporter); err != nil {
		return err
	}
	kind, err := t.kindOf(tk.Chat)
	if err != nil {
		return err
	}
	o := grid.Outgoing{To: tk.Chat, Class: classOf(tk, grid.ClassFirst), Kind: grid.PostAck, Ticket: tk.No, ReplyTo: m.ID}
	switch {
	case tk.Private:
		if kind != grid.PrivateChat {
			o.ReplyTo = ""
		}
		return t.consoled(tk, "", o)
	case kind == grid.GroupChat && t.now.Sub(m.Sent) > t.Manners.Fresh:
		return nil
	case tk.Urgency == grid.Emergency:
		return t.warn(tk, tk.Danger, grid.PostAck, m.ID)
	case kind == grid.StaffChat:
		return nil // the card that follows says it all
	case kind == grid.PrivateChat:
		err = t.post(o, "ack.alone", c)
	default:
		err = t.post(o, "ack", c)
	}
	if err != nil || tk.Location != "" || tk.Kind != grid.Report || !placed[tk.Topic] {
		return err
	}
	return t.askPlace(tk, m, c)
}

// placed are the topics of things that stand somewhere: without the place
// nobody can go there.
var placed = map[grid.Topic]bool{"facilities": true, "elevator": true, "sanitation": true, "parking_traffic": true,
	"illegal_building": true, "greening": true, "security_fire": true, "water_power_gas": true}

// askPlace puts the one short question. The matter goes on without an answer:
// what the reporter says next joins it by the Linker.
func (t *turn) askPlace(tk grid.Ticket, m grid.Message, c card) error {
	return t.post(grid.Outgoing{To: tk.Chat, Class: grid.ClassFirst, Kind: grid.PostAsk, Ticket: tk.No,
		For: tk.Reporter, ReplyTo: m.ID, Until: t.now.Add(t.Manners.Question)}, "ask.place", c)
}
