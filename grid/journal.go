package grid

import (
	"fmt"
	"slices"
	"time"
)

// Entry is one step of a ticket in its journal (台账): who, when, from, to, why.
// It names people, messages and texts by id only.
type Entry struct {
	Ticket TicketNo  `json:"ticket"`
	Seq    int       `json:"seq"` // from 1 within the ticket
	At     time.Time `json:"at"`
	By     Actor     `json:"by"`
	Want   Want      `json:"want"`
	From   Status    `json:"from,omitempty"`
	To     Status    `json:"to"`
	Reason Reason    `json:"reason,omitempty"`
	Why    TextID    `json:"why,omitempty"`
	Said   MessageID `json:"said,omitempty"` // the message that asked for it
	Set    Change    `json:"set,omitzero"`
}

// Change is what an entry changes beside the status. Empty fields change nothing.
type Change struct {
	Opening    *Opening    `json:"opening,omitempty"`
	Category   Category    `json:"category,omitempty"`
	Urgency    Urgency     `json:"urgency,omitempty"`
	Topic      Topic       `json:"topic,omitempty"`
	Location   TextID      `json:"location,omitempty"`
	Summary    TextID      `json:"summary,omitempty"`
	Private    bool        `json:"private,omitempty"` // a matter can become private, never public again
	Messages   []MessageID `json:"messages,omitempty"`
	Supporters []PersonID  `json:"supporters,omitempty"`
	Watchers   []PersonID  `json:"watchers,omitempty"`
	Assignee   PersonID    `json:"assignee,omitempty"`
	Level      Level       `json:"level,omitempty"`
	Priority   int         `json:"priority,omitempty"`
	Weighed    bool        `json:"weighed,omitempty"` // Priority counts as it is, 0 included
	Into       TicketNo    `json:"into,omitempty"`
	Extension  *Extension  `json:"extension,omitempty"`
	Poll       *Poll       `json:"poll,omitempty"`
	Answer     *Answer     `json:"answer,omitempty"`
	Gone       []MessageID `json:"gone,omitempty"`      // split: the messages that go
	Left       []PersonID  `json:"left,omitempty"`      // supporters who go with them, or who took their word back
	Unwatched  []PersonID  `json:"unwatched,omitempty"` // split: the watchers who go with them
	With       TicketNo    `json:"with,omitempty"`      // merge and split, told of the one that stays: the other one
	Public     *Result     `json:"public,omitempty"`
	Due        *Deadline   `json:"due,omitempty"` // the deadline of the step that begins here
	NoDue      bool        `json:"no_due,omitempty"`
	Whistle    *Whistle    `json:"whistle,omitempty"`  // 吹哨: the units called, whole
	CallOff    bool        `json:"call_off,omitempty"` // the whistle is withdrawn
	Silent     []PersonID  `json:"silent,omitempty"`   // units that did not report in
	Handover   *Handover   `json:"handover,omitempty"` // a unit's part goes to somebody else
	Kept       *Deadline   `json:"kept,omitempty"`     // of another class while waiting: the deadline that goes on afterwards
}

// Opening is what a ticket is born with.
type Opening struct {
	Area     AreaID    `json:"area"`
	Chat     ChatID    `json:"chat"`
	Kind     Kind      `json:"kind"`
	Source   Source    `json:"source"`
	Danger   string    `json:"danger,omitempty"`
	Elder    bool      `json:"elder,omitempty"`
	By       string    `json:"by,omitempty"`
	Prompt   string    `json:"prompt,omitempty"`
	Unread   string    `json:"unread,omitempty"`
	Reporter PersonID  `json:"reporter"`
	Heard    time.Time `json:"heard"`
}

// Fold gives the ticket that a journal tells, and an error when the entries are
// not one ticket's, complete and in order.
func Fold(entries []Entry) (Ticket, error) {
	var t Ticket
	for i, e := range entries {
		switch {
		case e.Seq != i+1:
			return t, fmt.Errorf("folding ticket %d: entry %d stands at place %d", e.Ticket, e.Seq, i+1)
		case i > 0 && e.Ticket != t.No:
			return t, fmt.Errorf("folding ticket %d: entry %d belongs to ticket %d", t.No, e.Seq, e.Ticket)
		case e.From != t.Status:
			return t, fmt.Errorf("folding ticket %d: entry %d leaves %q but the ticket is %q", t.No, e.Seq, e.From, t.Status)
		}
		t = t.apply(e)
	}
	return t, nil
}

// apply is the only place where a ticket changes: Move makes entries and applies
// them, Fold applies what was stored, so the two cannot differ.
func (t Ticket) apply(e Entry) Ticket {
	running, had := t.Due, t.Assignee
	t.No, t.Steps = e.Ticket, e.Seq
	passed := t.Due
	t = e.Set.on(t)
	switch e.Want {
	case WantOpen:
		t.Opened, t.Opening, t.Level = e.At, e.Said, LevelGrid
	case WantConfirm:
		t.Confirmed = e.At
		if t.Assignee == "" && e.By.Role == GridWorker {
			t.Assignee = e.By.Person // until 派单
		}
	case WantAssign, WantPass, WantEscalate, WantWhistle:
		if e.To == Assigned {
			t.Assigned = e.At
		}
	case WantExtend, WantGrant:
		if x := t.Extension; x != nil { // asked for is not granted, whatever the entry carries
			t.Extension = &Extension{Days: x.Days, Granted: e.Want == WantGrant}
		}
	case WantWait:
		// What ran until now is kept, whatever Schedule wrote into the entry.
		t.Before, t.Stopped, t.Kept = e.From, e.At, running
	case WantLate:
		t.Late = passed // the step may have set another one
	case WantResume:
		t.Before, t.Stopped, t.Kept = "", time.Time{}, nil
	case WantSplit:
		if e.From == Merged {
			t.Before, t.Into, t.Reason, t.Why = "", 0, "", ""
		}
	case WantResolve:
		if e.To == Resolved {
			t.Resolved, t.SolvedAt = e.At, t.Level
		}
	case WantRework, WantObject:
		t.Round++
		t.Reworked, t.Public = e.At, nil
		t.Poll, t.Resolved, t.SolvedAt, t.Closed, t.Reason, t.Why = nil, time.Time{}, "", time.Time{}, "", ""
	}
	t = t.joint(e, had)
	if e.To != e.From && e.To.Ended() {
		t = t.end(e)
	}
	t.Status = e.To
	if t.Status.Ended() || t.Status == OnHold {
		t.Due = nil
	}
	return t
}

// end is what every step into an end does. A merged ticket remembers the status
// it had, for a split gives it back; what it waited for is forgotten.
func (t Ticket) end(e Entry) Ticket {
	t.Reason, t.Why = e.Reason, e.Why
	before := e.From
	if before == OnHold {
		before = t.Before
	}
	t.Before, t.Stopped, t.Kept = "", time.Time{}, nil
	switch e.To {
	case Closed:
		t.Closed = e.At
	case Merged:
		t.Before = before
	}
	return t
}

// on applies the change to a ticket without touching what other copies share.
func (c Change) on(t Ticket) Ticket {
	if o := c.Opening; o != nil {
		t.Area, t.Chat, t.Kind, t.Source, t.Danger, t.Elder = o.Area, o.Chat, o.Kind, o.Source, o.Danger, o.Elder
		t.By, t.Prompt, t.Unread, t.Reporter, t.Heard = o.By, o.Prompt, o.Unread, o.Reporter, o.Heard
	}
	set(&t.Category, c.Category)
	set(&t.Urgency, c.Urgency)
	set(&t.Topic, c.Topic)
	set(&t.Location, c.Location)
	set(&t.Summary, c.Summary)
	set(&t.Assignee, c.Assignee)
	set(&t.Level, c.Level)
	set(&t.Priority, c.Priority)
	if c.Weighed {
		t.Priority = c.Priority
	}
	set(&t.Into, c.Into)
	set(&t.Extension, c.Extension)
	set(&t.Poll, c.Poll)
	set(&t.Due, c.Due)
	set(&t.Whistle, c.Whistle)
	set(&t.Public, c.Public)
	set(&t.Kept, c.Kept)
	t.Private = t.Private || c.Private
	t.Messages = join(t.Messages, c.Messages)
	t.Supporters = join(t.Supporters, c.Supporters)
	t.Watchers = join(t.Watchers, c.Watchers)
	t.Messages, t.Supporters = without(t.Messages, c.Gone), without(t.Supporters, c.Left)
	t.Watchers = without(t.Watchers, c.Unwatched)
	if c.NoDue {
		t.Due = nil
	}
	if c.Answer != nil && t.Poll != nil {
		p := *t.Poll
		p.Answers = slices.DeleteFunc(slices.Clone(p.Answers), func(a Answer) bool { return a.Person == c.Answer.Person })
		p.Answers = append(p.Answers, *c.Answer)
		t.Poll = &p
	}
	return t
}

// set overwrites *to unless v is empty.
func set[T comparable](to *T, v T) {
	var none T
	if v != none {
		*to = v
	}
}

// join appends to a copy what is not yet in it.
func join[T comparable](a, b []T) []T {
	if len(b) == 0 {
		return a
	}
	out := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// without gives a copy of a that lacks what is in b.
func without[T comparable](a, b []T) []T {
	if len(b) == 0 {
		return a
	}
	return slices.DeleteFunc(slices.Clone(a), func(x T) bool { return slices.Contains(b, x) })
}
