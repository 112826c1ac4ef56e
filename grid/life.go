package grid

import (
	"fmt"
	"slices"
	"time"
)

// Limits of the life cycle.
const (
	// ObjectWithin is how long after closing the reporter may object.
	ObjectWithin = 10 * 24 * time.Hour
	// MaxRounds is how many rounds of rework there are before a person decides.
	MaxRounds = 3
)

// who is a set of people who may want something.
type who uint16

const (
	byHouse who = 1 << iota
	byStaff     // grid worker of that grid, secretary, and the levels above
	bySecretary
	byAssignee
	byReporter
	bySupporter
	byUnit // called by a whistle, and not its lead
	byAnyone
)

func (w who) has(a Actor) bool {
	in := func(x who) bool { return w&x != 0 }
	switch {
	case in(byAnyone), a.Role == House && in(byHouse):
		return true
	case in(byStaff) && Decides(a.Role):
		return true
	case in(bySecretary) && a.Role.Level().Rank() > 0 && Decides(a.Role):
		return true
	}
	return in(byAssignee) && a.Standing.Has(StandsAssignee) ||
		in(byReporter) && a.Standing.Has(StandsReporter) ||
		in(bySupporter) && a.Standing.Has(StandsSupporter) ||
		in(byUnit) && a.Standing.Has(StandsUnit)
}

// Decides reports whether r confirms, assigns and rejects in its area.
func Decides(r Role) bool {
	return r == GridWorker || r == Secretary || r == SubdistrictHQ || r == DistrictHQ
}

// rule is one line of the life cycle: who may take a ticket from where to where.
type rule struct {
	want Want
	from []Status
	to   Status // "": stays where it is
	by   who
	via  []Want // the steps that are skipped, and go into the journal as such
}

var alive = []Status{Proposed, Open, Assigned, Working, OnHold}
var begun = []Status{Open, Assigned, Working}

// life is the life cycle of a matter, whole.
var life = []rule{
	{WantOpen, []Status{""}, Proposed, byAnyone, nil},
	{WantLink, append([]Status{Resolved, Closed, Rejected}, alive...), "", byHouse, nil},
	{WantNote, append([]Status{Resolved, Closed, Rejected, Merged}, alive...), "", byHouse, nil},
	{WantMeToo, alive, "", byAnyone, nil},
	{WantWatch, append([]Status{Resolved}, alive...), "", byAnyone, nil},
	{WantLate, append([]Status{Resolved}, alive...), "", byHouse, nil},
	{WantLook, Statuses(), "", byAnyone, nil}, // whoever read a private matter

	{WantConfirm, []Status{Proposed}, Open, byStaff, nil},
	{WantReject, []Status{Proposed, Open, Assigned, Working, OnHold}, Rejected, byStaff, nil},
	{WantReclassify, alive, "", byStaff, nil},
	{WantAssign, begun, Assigned, byStaff, nil},
	{WantPass, begun, Assigned, byStaff | byHouse, nil},
	{WantPass, []Status{OnHold, Resolved}, "", byHouse, nil}, // from somebody absent or gone
	{WantAccept, []Status{Open, Assigned}, Working, byAssignee, nil},
	{WantProgress, []Status{Working}, "", byStaff | byAssignee, nil},
	{WantProgress, []Status{Open, Assigned}, Working, byStaff | byAssignee, []Want{WantAccept}},
	{WantWait, begun, OnHold, byStaff | byAssignee, nil},
	{WantResume, []Status{OnHold}, "", byHouse | byReporter | byStaff | byAssignee, nil}, // to Before
	// Whoever goes on with a matter that waits has the answer: the clock runs again.
	{WantProgress, []Status{OnHold}, Working, byStaff | byAssignee, []Want{WantResume}},
	{WantAssign, []Status{OnHold}, Assigned, byStaff, []Want{WantResume}},
	{WantPass, []Status{OnHold}, Assigned, byStaff, []Want{WantResume}},
	{WantEscalate, []Status{OnHold}, Assigned, byStaff, []Want{WantResume}},
	{WantExtend, begun, "", byAssignee, nil},
	{WantGrant, begun, "", byStaff, nil},
	{WantEscalate, []Status{Proposed}, "", byStaff | byHouse, nil},
	{WantEscalate, begun, Assigned, byStaff | byHouse, nil}, // somebody at the new level must accept

	// A joint matter (吹哨): each unit reports in and ends its part, the lead the whole.
	{WantWhistle, begun, "", byStaff, nil}, // to Assigned, until the lead reports in
	{WantWhistle, []Status{OnHold}, Assigned, byStaff, []Want{WantResume}},
	{WantReportIn, []Status{Assigned}, Working, byAssignee, nil},
	{WantReportIn, append([]Status{OnHold}, begun...), "", byAssignee | byUnit, nil},
	{WantSilent, append([]Status{OnHold}, begun...), "", byHouse, nil},
	{WantTakeBack, []Status{Proposed}, "", byStaff, nil},
	{WantTakeBack, begun, Working, byStaff, nil},
	{WantResolve, append([]Status{OnHold}, begun...), "", byUnit, nil},

	{WantResolve, []Status{Working}, Resolved, byStaff | byAssignee, nil},
	{WantResolve, []Status{Open}, Resolved, byStaff | byAssignee, []Want{WantAssign, WantAccept}},
	{WantResolve, []Status{Assigned}, Resolved, byStaff | byAssignee, []Want{WantAccept}},
	{WantResolve, []Status{OnHold}, Resolved, byStaff | byAssignee, []Want{WantResume}},
	{WantResolve, []Status{Resolved}, Closed, bySecretary, nil}, // the decision after the last round
	{WantPoll, []Status{Resolved}, "", byHouse, nil},
	{WantRate, []Status{Resolved}, "", byReporter | bySupporter, nil},
	{WantRework, []Status{Resolved}, Working, byHouse | bySecretary, nil},
	{WantClose, []Status{Resolved}, Closed, byHouse, nil},
	{WantObject, []Status{Closed}, Working, byReporter, nil},

	{WantPublish, []Status{Resolved, Closed}, "", byStaff, nil},
	{WantWithdraw, []Status{Proposed, Open}, Closed, byReporter | byHouse, nil},
	{WantMerge, alive, Merged, byStaff, nil},
	{WantSplit, []Status{Merged}, "", byStaff, nil}, // to Before: it has its number back
	{WantSplit, append([]Status{Resolved, Closed}, alive...), "", byStaff, nil},
}

// Ask is a want with everything the journal keeps of it.
type Ask struct {
	Want   Want
	By     Actor
	At     time.Time
	Reason Reason
	Why    TextID
	Said   MessageID
	Set    Change
}

// Move takes the ticket one step, or says why it may not go: the Error's Code is
// Forbidden for the wrong person and Conflict for the wrong moment. It returns
// the ticket after the step and the entries of it (with steps that were skipped
// before it), and leaves t as it was.
func (t Ticket) Move(a Ask) (Ticket, []Entry, error) {
	r, err := t.find(a)
	if err != nil {
		return t, nil, err
	}
	if a.Reason == "" {
		a.Reason = r.reason(t.Status)
	}
	before, entries := t, []Entry(nil)
	step := func(want Want, to Status, a Ask) {
		e := Entry{Ticket: t.No, Seq: t.Steps + 1, At: a.At, By: a.By, Want: want, From: t.Status, To: to,
			Reason: a.Reason, Why: a.Why, Said: a.Said, Set: a.Set}
		entries, t = append(entries, e), t.apply(e)
	}
	for _, w := range r.via {
		step(w, t.after(w), Ask{By: a.By, At: a.At, Said: a.Said, Reason: ReasonSkipped})
		if w == WantResume { // from where it stood before it had to wait, the way goes on
			after, more, err := t.Move(a)
			if err != nil {
				return before, nil, err
			}
			return after, append(entries, more...), nil
		}
	}
	to := r.to
	if to == "" {
		to = t.after(a.Want)
	}
	step(a.Want, to, a)
	return t, entries, nil
}

// after gives the status in which a step without one of its own leaves t.
func (t Ticket) after(w Want) Status {
	switch {
	case w == WantAssign:
		return Assigned
	case w == WantAccept:
		return Working
	case w == WantWhistle && !t.led():
		return Assigned
	case t.Before != "" && (w == WantResume || w == WantSplit && t.Status == Merged):
		return t.Before
	}
	return t.Status
}

// reason gives the code of a step that says by itself why it is taken.
func (r rule) reason(from Status) Reason {
	switch {
	case r.want == WantWithdraw:
		return ReasonWithdrawn
	case r.want == WantResolve && from == Resolved:
		return ReasonDecided
	}
	return ""
}

// May reports whether Move would let a go on.
func (t Ticket) May(a Ask) bool { _, err := t.find(a); return err == nil }

func (t Ticket) find(a Ask) (rule, error) {
	known, allowed := false, false
	for _, r := range life {
		if r.want != a.Want {
			continue
		}
		known = true
		if !r.by.has(a.By) {
			continue
		}
		allowed = true
		if slices.Contains(r.from, t.Status) {
			return r, t.meets(a, r)
		}
	}
	switch {
	case !known:
		return rule{}, &Error{Code: Invalid, Say: fmt.Sprintf("no ticket knows the want %q", a.Want)}
	case !allowed:
		return rule{}, &Error{Code: Forbidden, Say: fmt.Sprintf("%s may not %s ticket %d", a.By.Role, a.Want, t.No)}
	}
	return rule{}, &Error{Code: Conflict, Say: fmt.Sprintf("ticket %d is %s: %s is not possible now", t.No, t.Status, a.Want)}
}

// Schedule puts the deadline of the step that has just begun (nil: no clock)
// into the ticket and into the last of the step's entries. No clock runs for a
// matter that waits or has ended.
func Schedule(t Ticket, entries []Entry, d *Deadline) (Ticket, []Entry) {
	if t.Status.Ended() || t.Status == OnHold {
		d = nil
	}
	last := &entries[len(entries)-1]
	last.Set.Due, last.Set.NoDue = d, d == nil
	t.Due = d
	return t, entries
}

// Keep puts another deadline in place of the one that a waiting matter goes on with
// afterwards, into the ticket and into the last of the step's entries.
func Keep(t Ticket, entries []Entry, d *Deadline) (Ticket, []Entry) {
	entries[len(entries)-1].Set.Kept, t.Kept = d, d
	return t, entries
}

// NewTicket opens a ticket. set carries the Opening and what else is known.
func NewTicket(no TicketNo, by Actor, at time.Time, said MessageID, set Change) (Ticket, []Entry, error) {
	if set.Opening == nil || no < 1 {
		return Ticket{}, nil, &Error{Code: Invalid, Say: "a ticket needs a number and an opening"}
	}
	return Ticket{No: no}.Move(Ask{Want: WantOpen, By: by, At: at, Said: said, Set: set})
}
