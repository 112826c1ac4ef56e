package handlers

import (
	"cmp"
	"fmt"

	"youshi/grid"
	"youshi/storage"
)

// report opens a ticket from what was said (说事) and gives the first answer. It
// gives 0 when nobody knows which grid the speaker belongs to.
func (t *turn) report(in grid.Intent) (grid.TicketNo, error) {
	if t.area.ID == "" {
		return 0, t.decline("refuse.no_grid")
	}
	tk, err := t.open(in, t.msg, t.area.ID)
	if err != nil {
		return 0, err
	}
	t.msg.Ticket = tk.No
	if err := t.claim(tk, in.Link.Earlier); err != nil {
		return tk.No, err
	}
	if err := t.firstAnswer(tk, t.msg); err != nil {
		return tk.No, err
	}
	return tk.No, t.propose(tk)
}

// open makes the ticket of a message.
func (t *turn) open(in grid.Intent, m grid.Message, area grid.AreaID) (grid.Ticket, error) {
	return t.openFrom(in, m, area, grid.Online)
}

// openFrom makes the ticket of a message, which may stand for what was told to
// somebody face to face.
func (t *turn) openFrom(in grid.Intent, m grid.Message, area grid.AreaID, from grid.Source) (grid.Ticket, error) {
	area, err := t.settled(area)
	if err != nil {
		return grid.Ticket{}, err
	}
	no, err := t.tx.Tickets().NextNo()
	if err != nil {
		return grid.Ticket{}, fmt.Errorf("taking a ticket number: %w", err)
	}
	set := grid.Change{
		Opening: &grid.Opening{Area: area, Chat: m.Chat, Kind: in.Kind, Source: from, Danger: in.Danger,
			Elder: in.Elder, By: in.By, Prompt: in.Prompt, Unread: in.Unread, Reporter: m.From, Heard: m.Sent},
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
	role, err := storage.RoleIn(t.tx.Roster(), t.who, area, t.now)
	if err != nil {
		return grid.Ticket{}, err
	}
	tk, entries, err := grid.NewTicket(no, grid.Actor{Person: t.who.ID, Role: role, Weak: t.who.Weak()}, t.now, m.ID, set)
	if err != nil {
		return tk, err
	}
	return t.store(grid.Ticket{}, tk, entries)
}

// settled gives the area that a matter belongs to: what a stranger told in private is
// the only grid's where the community has just one, so that somebody looks after it.
func (t *turn) settled(area grid.AreaID) (grid.AreaID, error) {
	if area != grid.AreaID(t.tx.Community()) {
		return area, nil
	}
	only, _, err := storage.OnlyGrid(t.tx.Roster())
	return cmp.Or(only, area), err
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
