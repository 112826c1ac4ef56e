package handlers

import (
	"fmt"
	"slices"

	"youshi/grid"
)

// join adds what was said to a matter that is known already: a part, a me-too,
// a follow-up. It gives 0 when the matter is over and this is a new one.
func (t *turn) join(in grid.Intent) (grid.TicketNo, error) {
	tk, err := t.ticket(in.Link.Ticket)
	for err == nil && tk.Status == grid.Merged {
		tk, err = t.ticket(tk.Into)
	}
	if err != nil {
		return 0, err
	}
	if tk.Private && t.who.ID != tk.Reporter && !t.role.Staff() {
		return 0, nil // a neighbour's quote or "+1" makes nobody privy to it
	}
	danger := in.Danger != "" && !in.Elder
	over := tk.Status.Ended() || tk.Status == grid.Resolved && danger && in.Shared
	if over && (in.Kind.Actionable() || danger && in.Shared) {
		return 0, nil
	}
	others := t.who.ID != tk.Reporter && !t.role.Staff()
	shared := danger && in.Shared
	if in.Sensitive && !tk.Private && (shared && (others || in.Link.Why != "quote") || others && in.Kind.Actionable()) {
		return 0, nil // who is in danger is no part of a lamp, and is answered as oneself
	}
	before := tk
	set := grid.Change{Messages: append(slices.Clone(in.Link.Earlier), t.msg.ID), Private: in.Sensitive}
	if danger && in.Shared && !over { // only a person lowers it again
		set.Urgency, set.Category = grid.Emergency, grid.Escalate
	}
	mine := t.who.ID == tk.Reporter
	if mine && tk.Location == "" {
		if set.Location, err = t.tx.Words().Put(t.who.ID, in.Location); err != nil {
			return 0, fmt.Errorf("keeping a place: %w", err)
		}
	}
	if tk, err = t.byHouse(tk, grid.WantLink, "", set); err != nil {
		return 0, err
	}
	if mine && in.Link.PartOf != "" {
		in = grid.Intent{Kind: tk.Kind, Category: tk.Category, Urgency: tk.Urgency, Topic: tk.Topic, Location: in.Location, Danger: in.Danger,
			Shared: in.Shared, Sensitive: in.Sensitive || tk.Private, By: in.By, Confidence: in.Confidence, Link: in.Link}
	}
	t.msg.Intent = in
	if err := t.claim(tk, in.Link.Earlier); err != nil {
		return tk.No, err
	}
	if before.Location == "" && tk.Location != "" { // a question that waits is answered
		if err := t.drop(tk, func(o grid.Outgoing) bool { return o.Kind == grid.PostAsk && o.Class == grid.ClassFirst }); err != nil {
			return tk.No, err
		}
	}
	if err := t.ifEmergencyNow(before, tk, in.Danger); err != nil {
		return tk.No, err
	}
	if danger && !in.Shared && tk.Urgency != grid.Emergency && !tk.Status.Ended() && tk.Status != grid.Resolved {
		if err := t.suspectOf(tk); err != nil {
			return tk.No, err
		}
	}
	return tk.No, t.joined(tk, in)
}

// joined does what follows from something more being said of a matter.
func (t *turn) joined(tk grid.Ticket, in grid.Intent) error {
	going := !tk.Status.Ended() && tk.Status != grid.Resolved
	if in.Link.MeToo && going && tk.StandingOf(t.who.ID) == 0 && !t.role.Staff() {
		var err error
		if tk, _, err = t.support(tk); err != nil {
			return err
		}
	}
	switch {
	case tk.Status == grid.OnHold && t.who.ID == tk.Reporter:
		tk, err := t.byHouse(tk, grid.WantResume, "", grid.Change{})
		if err != nil {
			return err
		}
		return t.passOn(tk, "resumed")
	case in.Link.Over && going && !t.role.Staff():
		return t.passOn(tk, "said_over")
	case t.role.Staff() && t.chat.Kind == grid.GroupChat:
		return t.yield(tk)
	}
	return nil
}

// passOn gives what was just said on a matter to whoever has it.
func (t *turn) passOn(tk grid.Ticket, sentence string) error {
	c, err := t.quoting(tk, t.msg.Told())
	if err != nil {
		return err
	}
	return t.tellAssignee(tk, grid.Outgoing{Class: classOf(tk, grid.ClassNotice), Kind: grid.PostAnswer}, sentence, c)
}
