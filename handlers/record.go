package handlers

import (
	"fmt"

	"youshi/grid"
	"youshi/storage"
)

// mostItems is how many matters one record may hold.
const mostItems = 20

// record is 记: what staff heard at a doorstep or at a bench meeting. Each item is a
// matter of its own in the same queue as what is said in a group.
func (t *turn) record(c grid.Command) error {
	if !t.role.Staff() {
		return t.decline("refuse.staff_only")
	}
	if len(c.Items) > mostItems {
		return t.decline("refuse.too_many")
	}
	area, err := t.beat()
	if err != nil {
		return err
	}
	if area == "" {
		return t.decline("refuse.no_grid")
	}
	var all []card
	for i := range c.Items {
		tk, err := t.item(c, i, area)
		if err != nil {
			return err
		}
		line, err := t.card(tk)
		if err != nil {
			return err
		}
		line.Who = c.Teller(i)
		all = append(all, line)
	}
	return t.recorded(all)
}

// beat is the grid for which the speaker records: that of the chat; in private the
// one lived in where an office covers it, else that of the office.
func (t *turn) beat() (grid.AreaID, error) {
	id := t.area.ID
	if t.chat.Kind == grid.PrivateChat {
		role, err := storage.RoleIn(t.tx.Roster(), t.who, id, t.now)
		if err != nil {
			return "", err
		}
		if held := t.offices(); !role.Staff() && len(held) > 0 {
			id = held[0].Area
		}
	}
	path, err := storage.Path(t.tx.Roster(), id)
	if err != nil {
		return "", err
	}
	for _, a := range path { // a building head's is part of one
		if a.Kind == grid.Grid {
			return a.ID, nil
		}
	}
	return id, nil
}

// item opens the matter of one item. Its words become a message of their own, told
// to the speaker alone: what one neighbour said is no part of another's matter, and
// the residents' group has not heard it.
func (t *turn) item(c grid.Command, i int, area grid.AreaID) (grid.Ticket, error) {
	in := grid.Intent{Kind: grid.Report, Category: grid.Immediate, Urgency: grid.Normal, Topic: "other", Summary: c.Items[i]}
	if i < len(t.ev.Intent.Items) {
		in = t.ev.Intent.Items[i]
	}
	m := grid.Message{ID: itemID(t.msg.ID, i), Chat: grid.ChatID("private:" + string(t.who.ID)), From: t.who.ID, Sent: t.msg.Sent,
		Heard: t.msg.Heard, Kind: grid.TextMessage, Text: c.Items[i], Intent: in, Outcome: grid.OutTicket}
	if len(c.Items) == 1 {
		m.Media = t.msg.Media
	}
	var err error
	if name := c.Teller(i); name != "" {
		if m.From, err = t.teller(name, area); err != nil {
			return grid.Ticket{}, err
		}
	}
	raised := m
	aloud := in.Urgency == grid.Emergency && !in.Sensitive // the neighbours are warned as if they had said it
	if groups, err := t.groupsOf(grid.Ticket{Area: area, Chat: m.Chat}); err != nil {
		return grid.Ticket{}, err
	} else if aloud && len(groups) > 0 {
		raised.Chat = groups[0]
	} else {
		aloud = false
	}
	tk, err := t.openFrom(in, raised, area, grid.Offline)
	if err != nil {
		return tk, err
	}
	m.Ticket = tk.No
	if err := t.tx.Messages().Put(m); err != nil {
		return tk, fmt.Errorf("keeping item %s: %w", m.ID, err)
	}
	if aloud {
		if err := t.warn(tk, tk.Danger, grid.PostAnswer, ""); err != nil {
			return tk, err
		}
	}
	return tk, t.propose(tk)
}

// itemID is the id of the message made of an item of a record.
func itemID(record grid.MessageID, i int) grid.MessageID {
	return grid.MessageID(fmt.Sprintf("%s/%d", record, i+1))
}

// recorded answers with the numbers: in a group with those that all may know, and
// with the others alone.
func (t *turn) recorded(all []card) error {
	shown, hidden := card{Bot: t.Bot, Count: len(all)}, card{Bot: t.Bot, Private: true}
	for _, c := range all {
		switch {
		case c.Private && t.chat.Kind == grid.GroupChat:
			hidden.List = append(hidden.List, c)
			continue
		case c.Private && t.chat.Kind == grid.StaffChat:
			c = c.discreet()
			c.Who = ""
		}
		shown.List = append(shown.List, c)
	}
	if len(hidden.List) > 0 {
		o := grid.Outgoing{Class: grid.ClassAnswer, Kind: grid.PostAnswer}
		hidden.Count = len(hidden.List)
		if _, err := t.tellPerson(t.who.ID, o, "recorded", hidden); err != nil {
			return err
		}
	}
	if len(shown.List) == 0 {
		return nil
	}
	shown.Count = len(shown.List)
	return t.answer(grid.PostAnswer, "recorded", shown)
}
