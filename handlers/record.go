package handlers

import (
	"errors"
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

// notesTellers remembers, a grid and a name, who was told of without an account.
const notesTellers = "tellers"

// teller gives the person of that name who told something face to face. A name is
// no account: whoever calls himself so in a chat is somebody else.
func (t *turn) teller(name string, area grid.AreaID) (grid.PersonID, error) {
	key := string(area) + "/" + name
	known, err := t.tx.Notes().Get(notesTellers, key)
	if err != nil {
		return "", fmt.Errorf("reading who told something in %s: %w", area, err)
	}
	if known != nil {
		p, err := t.tx.Roster().Person(grid.PersonID(known))
		if err == nil && p.Name == name {
			return p.ID, nil
		} else if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return "", fmt.Errorf("looking up person %s: %w", known, err)
		}
	}
	p, err := t.tx.Roster().PutPerson(grid.Person{Name: name, Home: area})
	if err == nil {
		err = t.tx.Notes().Put(notesTellers, key, []byte(p.ID))
	}
	if err != nil {
		return "", fmt.Errorf("keeping who told something in %s: %w", area, err)
	}
	return p.ID, nil
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

// unrecord follows a record that was taken back: its items go as if each had been
// recalled.
func (t *turn) unrecord(record grid.Message) error {
	for i := range mostItems {
		m, err := t.tx.Messages().Get(itemID(record.ID, i))
		if errors.Is(err, storage.ErrNotFound) {
			return nil
		} else if err != nil {
			return fmt.Errorf("reading item %s: %w", itemID(record.ID, i), err)
		}
		if !m.Recalled.IsZero() {
			continue
		}
		m.Sealed, m.Text, m.Media, m.Recalled = append(m.Sealed, m.Text), "", nil, t.now
		m.Intent.Summary, m.Intent.Location = "", ""
		if err := t.tx.Messages().Put(m); err != nil {
			return fmt.Errorf("sealing item %s: %w", m.ID, err)
		}
		tk, err := t.ticket(m.Ticket)
		if err != nil {
			return err
		}
		if err := t.unsay(m, tk); err != nil {
			return err
		}
		if tk.Status == grid.Proposed && len(tk.Supporters) == 0 {
			_, err = t.byHouse(tk, grid.WantWithdraw, grid.ReasonRecalled, grid.Change{})
		} else {
			_, err = t.byHouse(tk, grid.WantNote, grid.ReasonRecalled, grid.Change{})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
