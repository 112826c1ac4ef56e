// Package reports tells what became of matters: the flat ticket that scripts and
// the board read, the figures of a period, and the accounts that show that
// nothing heard was lost. It reads one transaction and changes nothing.
package reports

import (
	"errors"
	"fmt"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// Flat is the flat ticket.
type Flat = grid.Flat

// FlatPoll is its judging.
type FlatPoll = grid.FlatPoll

// Detail is a ticket with its journal and the lines heard about it.
type Detail struct {
	Flat
	Journal []FlatEntry   `json:"journal"`
	Heard   []FlatMessage `json:"heard"`

	Units []FlatUnit `json:"units,omitempty"` // of a joint matter (吹哨), its lead first

	By     string `json:"by"`     // the step that understood it: rule, local, llm; "": nobody had to
	Prompt string `json:"prompt"` // the numbered prompt, where a language model did
	Unread string `json:"unread"` // why a language model that should have did not: timeout, busy, resting, spent …; else ""
}

// FlatEntry is one step. Who is empty for the house; To equals From where the
// step changed no status; Why is in somebody's words, else a reason's code.
type FlatEntry struct {
	At   time.Time   `json:"at"`
	Who  string      `json:"who"`
	Role grid.Role   `json:"role"`
	Want grid.Want   `json:"want"`
	From grid.Status `json:"from"`
	To   grid.Status `json:"to"`
	Why  string      `json:"why"`
}

// FlatUnit is what one unit has to do in a joint matter; a nil time is null: not yet.
type FlatUnit struct {
	Unit     string     `json:"unit"`
	Lead     bool       `json:"lead"`
	Due      *time.Time `json:"due"`      // by when it must report in
	Reported *time.Time `json:"reported"` // 报到
	Ended    *time.Time `json:"ended"`    // 办结 of its own part
	Silent   bool       `json:"silent"`   // did not report in by then
}

// unitsOf gives the units of a joint matter, its lead first.
func (r *reader) unitsOf(w *grid.Whistle, loc *time.Location) []FlatUnit {
	if w == nil {
		return nil
	}
	at := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		return some(t.In(loc))
	}
	var out []FlatUnit
	for _, p := range w.Parts {
		u := FlatUnit{Unit: r.name(p.Unit), Lead: p.Unit == w.Lead, Due: at(p.Due), Reported: at(p.In), Ended: at(p.Ended), Silent: p.Silent}
		if u.Lead {
			out = append([]FlatUnit{u}, out...)
		} else {
			out = append(out, u)
		}
	}
	return out
}

// FlatMessage is a line heard. The text of what was taken back is empty.
type FlatMessage struct {
	ID   grid.MessageID   `json:"id"`
	At   time.Time        `json:"at"`
	From string           `json:"from"`
	Kind grid.MessageKind `json:"kind"`
	Text string           `json:"text"`
}

// FlatOf gives the ticket as people and scripts read it, with times in loc.
func FlatOf(tx storage.Tx, t grid.Ticket, loc *time.Location) (Flat, error) {
	r := reader{tx: tx}
	f := Flat{
		Number: t.No, Messages: t.Messages, Supporters: len(t.Supporters), Category: some(t.Category),
		Urgency: some(t.Urgency), Topic: some(t.Topic), Location: some(r.words(t.Location)), Summary: r.words(t.Summary),
		Reporter: r.name(t.Reporter), Status: t.Status, Round: t.Round, Level: t.Level, Private: t.Private,
		Assignee: some(r.name(t.Assignee)), Source: t.Source, Priority: t.Priority, Reason: some(r.reason(t)),
	}
	if f.Messages == nil {
		f.Messages = []grid.MessageID{}
	}
	if d := deadline(t); d != nil {
		f.Due, f.DueBecause = some(d.Due.In(loc)), some(d.Because)
	}
	if p := t.Poll; p != nil {
		f.Poll = &FlatPoll{Asked: len(p.Asked), Satisfied: p.Count(grid.Satisfied), Partly: p.Count(grid.Partly),
			Unsatisfied: p.Count(grid.Unsatisfied), Ends: p.Ends.In(loc)}
	}
	if r.err != nil {
		return f, fmt.Errorf("reading what ticket %d says: %w", t.No, r.err)
	}
	return f, nil
}

// DetailOf gives a ticket with its journal and its messages, oldest first, with
// times in loc. The error wraps storage.ErrNotFound where there is no such ticket.
func DetailOf(tx storage.Tx, no grid.TicketNo, loc *time.Location) (Detail, error) {
	t, err := tx.Tickets().Get(no)
	if err != nil {
		return Detail{}, fmt.Errorf("reading ticket %d: %w", no, err)
	}
	d := Detail{Journal: []FlatEntry{}, Heard: []FlatMessage{}, By: t.By, Prompt: t.Prompt, Unread: t.Unread}
	if d.Flat, err = FlatOf(tx, t, loc); err != nil {
		return d, err
	}
	entries, err := tx.Journal().Of(no)
	if err != nil {
		return d, fmt.Errorf("reading the journal of ticket %d: %w", no, err)
	}
	r := reader{tx: tx}
	d.Units = r.unitsOf(t.Whistle, loc)
	for _, e := range entries {
		why := r.words(e.Why)
		if why == "" {
			why = string(e.Reason)
		}
		d.Journal = append(d.Journal, FlatEntry{At: e.At.In(loc), Who: r.name(e.By.Person), Role: e.By.Role,
			Want: e.Want, From: e.From, To: e.To, Why: why})
	}
	for _, id := range t.Messages {
		m := r.message(id)
		d.Heard = append(d.Heard, FlatMessage{ID: id, At: m.Sent.In(loc), From: r.name(m.From), Kind: m.Kind, Text: r.shown(m)})
	}
	if r.err != nil {
		return d, fmt.Errorf("reading what was heard of ticket %d: %w", no, r.err)
	}
	return d, nil
}

// deadline gives what the ticket waits for next, or nil: the end of the judging
// while resolved, unless the judging is over and a person must decide.
func deadline(t grid.Ticket) *grid.Deadline {
	decided := t.Round >= grid.MaxRounds && t.Refused()
	if t.Status == grid.Resolved && t.Due == nil && t.Poll != nil && !decided {
		return &grid.Deadline{Step: "poll", From: t.Poll.Began, Due: t.Poll.Ends, Because: "poll: the judging ends"}
	}
	if t.Status == grid.OnHold {
		return nil
	}
	return t.Due
}

// some gives a pointer to v, or nil for the empty v.
func some[T comparable](v T) *T {
	var none T
	if v == none {
		return nil
	}
	return &v
}

// reader looks names and words up and keeps the first error. What was erased
// or never stored reads as empty.
type reader struct {
	tx  storage.Tx
	err error
}

func (r *reader) keep(err error) {
	if err != nil && !errors.Is(err, storage.ErrNotFound) && r.err == nil {
		r.err = err
	}
}

func (r *reader) words(id grid.TextID) string {
	if id == "" {
		return ""
	}
	s, err := r.tx.Words().Get(id)
	r.keep(err)
	return s
}

func (r *reader) name(id grid.PersonID) string {
	if id == "" {
		return ""
	}
	p, err := r.tx.Roster().Person(id)
	r.keep(err)
	return p.Name
}

func (r *reader) message(id grid.MessageID) grid.Message {
	m, err := r.tx.Messages().Get(id)
	r.keep(err)
	return m
}

// shown gives a message's text unless it, or the message whose new words it
// brings, was taken back.
func (r *reader) shown(m grid.Message) string {
	if m.Of != "" && !r.message(m.Of).Recalled.IsZero() {
		return ""
	}
	return m.Told()
}

func (r *reader) reason(t grid.Ticket) string {
	switch {
	case withdrawn(t):
		return string(grid.ReasonWithdrawn)
	case t.Status != grid.Rejected:
		return ""
	}
	if s := r.words(t.Why); s != "" {
		return s
	}
	return string(t.Reason)
}

// withdrawn reports whether the reporter took the matter back, by a word or by
// recalling the message.
func withdrawn(t grid.Ticket) bool {
	return t.Status == grid.Closed && (t.Reason == grid.ReasonWithdrawn || t.Reason == grid.ReasonRecalled)
}
