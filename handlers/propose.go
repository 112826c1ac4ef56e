package handlers

import (
	"fmt"

	"youshi/grid"
)

// propose shows the matter to who must confirm it.
func (t *turn) propose(tk grid.Ticket) error {
	c, err := t.card(tk)
	if err != nil {
		return err
	}
	if c.Who, err = t.name(tk.Reporter); err != nil {
		return err
	}
	o := grid.Outgoing{Class: classOf(tk, grid.ClassNotice), Kind: grid.PostConfirm, Ticket: tk.No,
		Buttons: []grid.Button{button("确认", grid.WantConfirm, tk.No), button("驳回", grid.WantReject, tk.No)}}
	sentence := "confirm"
	if tk.Private {
		sentence = "confirm.private"
	}
	if tk.Elder {
		o.Class = grid.ClassEmergency
		if err := t.sendToKnock(tk, c); err != nil {
			return err
		}
	}
	rooms, err := t.staffRooms(tk)
	if err != nil {
		return err
	}
	quiet, err := t.quietRooms(tk.Area)
	if err != nil {
		return err
	}
	// A danger that only one step sees stays a quiet question to the grid worker.
	if tk.Danger != "" && tk.Urgency != grid.Emergency && !tk.Elder && len(quiet) > 0 {
		sentence, o.Class = sentence+".doubt", grid.ClassEmergency
		o.Buttons = append(o.Buttons, raise(tk.No))
	}
	if err := t.offer(tk, rooms, &o, &c); err != nil {
		return err
	}
	if err := t.tellRooms(rooms, o, sentence, c); err != nil || tk.Urgency != grid.Emergency {
		return err
	}
	return t.tellAbove(tk, "escalation.emergency", c)
}

func raise(no grid.TicketNo) grid.Button {
	b := button("是突发", grid.WantReclassify, no)
	b.Command.Urgency = grid.Emergency
	return b
}

// suspect asks the grid worker quietly about a danger word in what is otherwise
// nobody's business: never in the group.
func (t *turn) suspect(in grid.Intent) error {
	b := grid.Button{Label: "是，立案", Command: grid.Command{Want: grid.WantOpen, Text: string(t.msg.ID)}}
	return t.askQuietly(t.area.ID, grid.Outgoing{Buttons: []grid.Button{b}}, card{Private: in.Sensitive || untold[in.Danger]})
}

// untold are the dangers that happen behind doors: as long as nobody knows better,
// they must not be said aloud.
var untold = map[string]bool{"violence": true, "self_harm": true}

// suspectOf is the same for something more said of a matter that is known.
func (t *turn) suspectOf(tk grid.Ticket) error {
	return t.askQuietly(tk.Area, grid.Outgoing{Ticket: tk.No, Buttons: []grid.Button{raise(tk.No)}}, card{No: tk.No, Private: tk.Private})
}

func (t *turn) askQuietly(area grid.AreaID, o grid.Outgoing, c card) error {
	rooms, err := t.quietRooms(area)
	if err != nil {
		return err
	}
	o.Class, o.Kind = grid.ClassEmergency, grid.PostAsk
	c.Who, c.Said = t.who.Name, t.msg.Told()
	return t.tellRooms(rooms, o, "suspect", c)
}

// openSuspected opens an emergency from a message that the worker was asked about.
func (t *turn) openSuspected(c grid.Command) error {
	id := grid.MessageID(c.Text)
	if t.ev.Kind != grid.EventPress { // in words: which one it is must be found
		var err error
		if id, err = t.suspected(c); id == "" || err != nil {
			return err
		}
	}
	m, err := t.tx.Messages().Get(id)
	if err != nil {
		return fmt.Errorf("reading message %s: %w", id, err)
	}
	area, may, err := t.decidesOn(m)
	if err != nil {
		return err
	}
	if !may || m.Ticket != 0 || !m.Recalled.IsZero() {
		return t.decline("refuse.not_now_at_all")
	}
	in := m.Intent
	in.Kind, in.Category, in.Urgency, in.Elder, in.Link = grid.Report, grid.Escalate, grid.Emergency, false, grid.Link{}
	in.Sensitive = in.Sensitive || untold[in.Danger]
	if in.Summary == "" {
		in.Summary = m.Told()
	}
	if !in.Topic.Valid() {
		in.Topic = "security_fire"
	}
	tk, err := t.open(in, m, area)
	if err != nil {
		return err
	}
	m.Ticket, m.Outcome, m.Intent = tk.No, grid.OutTicket, in
	if err := t.tx.Messages().Put(m); err != nil {
		return fmt.Errorf("keeping that message %s opened ticket %d: %w", m.ID, tk.No, err)
	}
	if err := t.firstAnswer(tk, m); err != nil {
		return err
	}
	return t.propose(tk)
}

// decidesOn gives the area in which a message was said, and whether the speaker
// decides there.
func (t *turn) decidesOn(m grid.Message) (grid.AreaID, bool, error) {
	chat, err := t.tx.Roster().Chat(m.Chat)
	if err != nil {
		return "", false, fmt.Errorf("looking up chat %s: %w", m.Chat, err)
	}
	area := chat.Area
	if chat.Kind == grid.PrivateChat {
		from, err := t.tx.Roster().Person(m.From)
		if err != nil {
			return "", false, fmt.Errorf("looking up person %s: %w", m.From, err)
		}
		if area = from.Home; area == "" {
			area = grid.AreaID(t.tx.Community())
		}
	}
	by, err := t.actor(grid.Ticket{Area: area})
	return area, area != "" && grid.Decides(by.Role), err
}
