package handlers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// byHand is how long the bot holds its posts on a matter that staff answer themselves.
const byHand = 30 * time.Minute

// join adds what was said to a matter that is known already: a part, a me-too,
// a follow-up. It gives 0 when the matter is over and this is a new one.
func (t *turn) join(in grid.Intent) (grid.TicketNo, error) {
	tk, err := t.tx.Tickets().Get(in.Link.Ticket)
	if err != nil {
		return 0, fmt.Errorf("reading ticket %d: %w", in.Link.Ticket, err)
	}
	if tk.Status == grid.Merged {
		if tk, err = t.tx.Tickets().Get(tk.Into); err != nil {
			return 0, fmt.Errorf("reading ticket %d: %w", tk.Into, err)
		}
	}
	if tk.Status.Ended() && in.Kind.Actionable() {
		return 0, nil
	}
	set := grid.Change{Messages: append(slices.Clone(in.Link.Earlier), t.msg.ID), Private: in.Sensitive}
	part := in.Link.PartOf != "" && t.who.ID == tk.Reporter
	if tk.Location == "" && in.Location != "" && t.who.ID == tk.Reporter {
		if set.Location, err = t.tx.Words().Put(t.who.ID, in.Location); err != nil {
			return 0, fmt.Errorf("keeping a place: %w", err)
		}
	}
	if tk, err = t.byHouse(tk, grid.WantLink, "", set); err != nil {
		return 0, err
	}
	if part {
		in = grid.Intent{Kind: tk.Kind, Category: tk.Category, Urgency: tk.Urgency, Topic: tk.Topic, Location: in.Location,
			Sensitive: in.Sensitive || tk.Private, By: in.By, Confidence: in.Confidence, Link: in.Link}
	}
	t.msg.Intent = in
	if err := t.claim(tk, in.Link.Earlier); err != nil {
		return tk.No, err
	}
	if in.Link.MeToo && !tk.Status.Ended() && tk.Status != grid.Resolved && tk.StandingOf(t.who.ID) == 0 && !t.role.Staff() {
		if tk, err = t.support(tk); err != nil {
			return tk.No, err
		}
	}
	return tk.No, t.joined(tk, in)
}

// joined does what follows from something more being said of a matter.
func (t *turn) joined(tk grid.Ticket, in grid.Intent) error {
	switch {
	case tk.Status == grid.OnHold && t.who.ID == tk.Reporter:
		tk, err := t.byHouse(tk, grid.WantResume, "", grid.Change{})
		if err != nil {
			return err
		}
		c, err := t.cardWith(tk, t.msg.Shown())
		if err != nil {
			return err
		}
		return t.tellStaff(tk, grid.Outgoing{Class: grid.ClassNotice, Kind: grid.PostAnswer}, "resumed", c)
	case in.Link.Over && !t.role.Staff() && !tk.Status.Ended() && tk.Status != grid.Resolved:
		c, err := t.cardWith(tk, t.msg.Shown())
		if err != nil {
			return err
		}
		return t.tellStaff(tk, grid.Outgoing{Class: grid.ClassNotice, Kind: grid.PostAnswer, For: tk.Assignee}, "said_over", c)
	case t.role.Staff() && t.chat.Kind == grid.GroupChat:
		return t.yield(tk)
	}
	return nil
}

// yield holds what the bot still has to say in the group about a matter that
// staff are answering by hand.
func (t *turn) yield(tk grid.Ticket) error {
	queued, err := t.tx.Outbox().QueueOf(t.chat.ID)
	if err != nil {
		return fmt.Errorf("reading what waits for %s: %w", t.chat.ID, err)
	}
	for _, o := range queued {
		until := t.now.Add(byHand)
		if o.Ticket != tk.No || o.Class != grid.ClassNotice || o.State != grid.Waiting || o.NotBefore.After(until) {
			continue
		}
		o.NotBefore = until
		if _, err := t.tx.Outbox().Set(o); err != nil {
			return fmt.Errorf("holding post %s: %w", o.ID, err)
		}
	}
	return nil
}

// support adds the speaker to those who have the same trouble (附议) and raises
// the priority when three households, and again when three buildings, have it.
func (t *turn) support(tk grid.Ticket) (grid.Ticket, error) {
	set := grid.Change{Supporters: []grid.PersonID{t.who.ID}}
	households, buildings := map[string]bool{}, map[string]bool{}
	for _, id := range append(append([]grid.PersonID{tk.Reporter}, tk.Supporters...), t.who.ID) {
		p, err := t.tx.Roster().Person(id)
		if err != nil {
			return tk, fmt.Errorf("looking up person %s: %w", id, err)
		}
		if p.Household == "" {
			households[string(id)] = true // without a household one person is one
			continue
		}
		households[p.Household] = true
		building, _, _ := strings.Cut(p.Household, "-")
		buildings[building] = true
	}
	if len(households) >= 3 {
		set.Priority++
	}
	if len(buildings) >= 3 {
		set.Priority++
	}
	set.Priority = max(set.Priority, tk.Priority)
	role, err := storage.RoleIn(t.tx.Roster(), t.who, tk.Area, t.now)
	if err != nil {
		return tk, err
	}
	by := grid.Actor{Person: t.who.ID, Role: role, Standing: tk.StandingOf(t.who.ID)}
	return t.move(tk, grid.Ask{Want: grid.WantMeToo, By: by, At: t.now, Said: t.msg.ID, Set: set})
}

// meToo is 附议 as a command.
func (t *turn) meToo(c grid.Command) error {
	tk, err := t.tx.Tickets().Get(c.Ticket)
	if err != nil {
		return fmt.Errorf("reading ticket %d: %w", c.Ticket, err)
	}
	if tk.StandingOf(t.who.ID).Has(grid.StandsReporter | grid.StandsSupporter) {
		return t.done(tk, "metoo.already", "")
	}
	if tk, err = t.support(tk); err != nil {
		return err
	}
	return t.done(tk, "metoo", "")
}

// watch is 盯: the speaker hears of each change.
func (t *turn) watch(c grid.Command) error {
	tk, err := t.step(c.Ticket, grid.WantWatch, "", grid.Change{Watchers: []grid.PersonID{t.who.ID}})
	if err != nil {
		return err
	}
	return t.done(tk, "watch", "")
}
