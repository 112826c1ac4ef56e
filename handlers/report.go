package handlers

import (
	"fmt"

	"youshi/grid"
	"youshi/storage"
)

// report opens a ticket from what was said (说事) and gives the first answer.
func (t *turn) report(in grid.Intent) (grid.TicketNo, error) {
	if t.area.ID == "" {
		return 0, t.refuse(nil, "refuse.no_grid", card{})
	}
	tk, err := t.open(in, t.msg)
	if err != nil {
		return 0, err
	}
	t.msg.Ticket = tk.No
	if err := t.claim(tk, in.Link.Earlier); err != nil {
		return tk.No, err
	}
	if t.now.Sub(t.msg.Sent) <= stale {
		if err := t.firstAnswer(tk); err != nil {
			return tk.No, err
		}
	}
	return tk.No, t.proposeToStaff(tk)
}

// open makes the ticket of a message.
func (t *turn) open(in grid.Intent, m grid.Message) (grid.Ticket, error) {
	no, err := t.tx.Tickets().NextNo()
	if err != nil {
		return grid.Ticket{}, fmt.Errorf("taking a ticket number: %w", err)
	}
	set := grid.Change{
		Opening: &grid.Opening{Area: t.area.ID, Chat: m.Chat, Kind: in.Kind, Source: grid.Online, Danger: in.Danger,
			Elder: in.Elder, By: in.By, Prompt: in.Prompt, Reporter: m.From, Heard: m.Sent},
		Category: in.Category, Urgency: in.Urgency, Topic: in.Topic, Private: in.Sensitive,
		Messages: append(append([]grid.MessageID{}, in.Link.Earlier...), m.ID),
	}
	if set.Urgency == "" {
		set.Urgency = grid.Normal
	}
	if len(in.Link.Earlier) > 0 { // the matter was raised with the first of them
		first, err := t.tx.Messages().Get(in.Link.Earlier[0])
		if err != nil {
			return grid.Ticket{}, fmt.Errorf("reading message %s: %w", in.Link.Earlier[0], err)
		}
		set.Opening.Heard = first.Sent
	}
	if set.Location, err = t.tx.Words().Put(m.From, in.Location); err != nil {
		return grid.Ticket{}, fmt.Errorf("keeping a place: %w", err)
	}
	if set.Summary, err = t.tx.Words().Put(m.From, in.Summary); err != nil {
		return grid.Ticket{}, fmt.Errorf("keeping a summary: %w", err)
	}
	role, err := storage.RoleIn(t.tx.Roster(), t.who, t.area.ID, t.now)
	if err != nil {
		return grid.Ticket{}, err
	}
	by := grid.Actor{Person: t.who.ID, Role: role}
	tk, entries, err := grid.NewTicket(no, by, t.now, m.ID, set)
	if err != nil {
		return tk, err
	}
	return t.store(grid.Ticket{}, tk, entries)
}

// claim marks earlier messages (a picture sent before the words) as the ticket's:
// they carry the labels of the report they belong to.
func (t *turn) claim(tk grid.Ticket, earlier []grid.MessageID) error {
	for _, id := range earlier {
		m, err := t.tx.Messages().Get(id)
		if err != nil {
			return fmt.Errorf("reading message %s: %w", id, err)
		}
		m.Outcome, m.Ticket = grid.OutLinked, tk.No
		m.Intent = grid.Intent{Kind: tk.Kind, Category: tk.Category, Urgency: tk.Urgency, Topic: tk.Topic,
			Sensitive: tk.Private, By: t.ev.Intent.By, Confidence: t.ev.Intent.Confidence, Link: grid.Link{PartOf: t.msg.ID, Why: "part"}}
		if err := t.tx.Messages().Put(m); err != nil {
			return fmt.Errorf("keeping that message %s belongs to ticket %d: %w", id, tk.No, err)
		}
	}
	return nil
}

// firstAnswer tells the reporter that it was heard: in the group by a quote, of
// a private matter in private alone. An emergency that is not private is
// answered for everybody: what to do now, and which number to call.
func (t *turn) firstAnswer(tk grid.Ticket) error {
	c, err := t.card(tk)
	if err != nil {
		return err
	}
	c.Who = t.who.Name
	if c.Danger == "" || !t.Voice.Has("danger."+c.Danger) {
		c.Danger = "other"
	}
	o := grid.Outgoing{To: tk.Chat, Class: classOf(tk, grid.ClassFirst), Kind: grid.PostAck, Ticket: tk.No, ReplyTo: t.msg.ID}
	switch {
	case tk.Private:
		if t.chat.Kind == grid.PrivateChat {
			return t.post(o, "ack.private", c)
		}
		o.ReplyTo = ""
		_, err := t.tellPerson(tk.Reporter, o, "ack.private", c)
		return err
	case tk.Urgency == grid.Emergency:
		return t.post(o, "ack.emergency", c)
	case t.chat.Kind == grid.StaffChat:
		return nil // the card that follows says it all
	}
	if err := t.post(o, "ack", c); err != nil {
		return err
	}
	if tk.Location == "" && tk.Kind == grid.Report && placed[tk.Topic] {
		return t.ask(tk, c)
	}
	return nil
}

// placed are the topics of things that stand somewhere: without the place
// nobody can go there.
var placed = map[grid.Topic]bool{"facilities": true, "elevator": true, "sanitation": true, "parking_traffic": true,
	"illegal_building": true, "greening": true, "security_fire": true, "water_power_gas": true}

// proposeToStaff shows the matter to who must confirm it.
func (t *turn) proposeToStaff(tk grid.Ticket) error {
	c, err := t.card(tk)
	if err != nil {
		return err
	}
	if c.Who, err = t.name(tk.Reporter); err != nil {
		return err
	}
	sentence := "confirm"
	if tk.Private {
		sentence = "confirm.private"
	}
	// A danger that only one step sees stays a question to the grid worker.
	doubted := tk.Danger != "" && tk.Urgency != grid.Emergency && !tk.Elder
	buttons := []grid.Button{button("确认", grid.WantConfirm, tk.No), button("驳回", grid.WantReject, tk.No)}
	class := classOf(tk, grid.ClassNotice)
	if doubted {
		sentence, class = sentence+".doubt", grid.ClassEmergency
		raise := button("是突发", grid.WantReclassify, tk.No)
		raise.Command.Urgency = grid.Emergency
		buttons = append(buttons, raise)
	}
	if tk.Elder {
		class = grid.ClassEmergency
	}
	o := grid.Outgoing{Class: class, Kind: grid.PostConfirm, Buttons: buttons}
	if err := t.tellStaff(tk, o, sentence, c); err != nil {
		return err
	}
	if tk.Urgency == grid.Emergency {
		return t.tellAbove(tk, "escalation.emergency", c)
	}
	return nil
}

// suspect asks the grid worker quietly about a danger word in what is otherwise
// nobody's business.
func (t *turn) suspect(in grid.Intent) error {
	if in.Sensitive && !in.Shared && t.area.ID == "" {
		return nil
	}
	b := grid.Button{Label: "是，立案", Command: grid.Command{Want: grid.WantOpen, Text: string(t.msg.ID)}}
	here := grid.Ticket{Area: t.area.ID, Chat: t.chat.ID, Private: true} // never aloud
	o := grid.Outgoing{Class: grid.ClassEmergency, Kind: grid.PostAsk, Buttons: []grid.Button{b}}
	return t.tellStaff(here, o, "suspect", card{Who: t.who.Name, Text: t.msg.Shown(), Danger: in.Danger})
}

// openSuspected opens a ticket from a message that the bot asked the worker about.
func (t *turn) openSuspected(c grid.Command) error {
	m, err := t.tx.Messages().Get(grid.MessageID(c.Text))
	if err != nil || m.Ticket != 0 || !grid.Decides(t.role) {
		return t.refuse(nil, "refuse.not_now_at_all", card{})
	}
	in := m.Intent
	in.Kind, in.Category, in.Urgency, in.Link = grid.Report, grid.Escalate, grid.Emergency, grid.Link{}
	if in.Summary == "" {
		in.Summary = m.Shown()
	}
	if !in.Topic.Valid() {
		in.Topic = "security_fire"
	}
	tk, err := t.open(in, m)
	if err != nil {
		return err
	}
	m.Ticket, m.Outcome = tk.No, grid.OutTicket
	if err := t.tx.Messages().Put(m); err != nil {
		return fmt.Errorf("keeping that message %s opened ticket %d: %w", m.ID, tk.No, err)
	}
	return t.proposeToStaff(tk)
}
