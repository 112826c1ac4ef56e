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
		in(bySupporter) && a.Standing.Has(StandsSupporter)
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

	{WantConfirm, []Status{Proposed}, Open, byStaff, nil},
	{WantReject, []Status{Proposed, Open, Assigned, Working, OnHold}, Rejected, byStaff, nil},
	{WantReclassify, alive, "", byStaff, nil},
	{WantAssign, begun, Assigned, byStaff, nil},
	{WantPass, begun, Assigned, byStaff | byAssignee, nil},
	{WantAccept, []Status{Open, Assigned}, Working, byAssignee, nil},
	{WantProgress, []Status{Working}, "", byStaff | byAssignee, nil},
	{WantProgress, []Status{Open, Assigned}, Working, byStaff | byAssignee, []Want{WantAccept}},
	{WantWait, begun, OnHold, byStaff | byAssignee, nil},
	{WantResume, []Status{OnHold}, "", byHouse | byReporter | byStaff | byAssignee, nil}, // to Before
	{WantExtend, begun, "", byAssignee, nil},
	{WantGrant, begun, "", byStaff, nil},
	{WantEscalate, append([]Status{Proposed}, begun...), "", byStaff | byHouse, nil},

	{WantResolve, []Status{Working}, Resolved, byStaff | byAssignee, nil},
	{WantResolve, []Status{Open, Assigned}, Resolved, byStaff | byAssignee, []Want{WantAccept}},
	{WantResolve, []Status{OnHold}, Resolved, byStaff | byAssignee, []Want{WantResume}},
	{WantResolve, []Status{Resolved}, Closed, bySecretary, nil}, // the decision after the last round
	{WantPoll, []Status{Resolved}, "", byHouse, nil},
	{WantRate, []Status{Resolved}, "", byReporter | bySupporter, nil},
	{WantRework, []Status{Resolved}, Working, byHouse | bySecretary, nil},
	{WantClose, []Status{Resolved}, Closed, byHouse, nil},
	{WantObject, []Status{Closed}, Working, byReporter, nil},

	{WantWithdraw, []Status{Proposed, Open}, Closed, byReporter | byHouse, nil},
	{WantMerge, alive, Merged, byStaff, nil},
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
	var entries []Entry
	step := func(want Want, to Status, a Ask) {
		e := Entry{Ticket: t.No, Seq: t.Steps + 1, At: a.At, By: a.By, Want: want, From: t.Status, To: to,
			Reason: a.Reason, Why: a.Why, Said: a.Said, Set: a.Set}
		entries, t = append(entries, e), t.apply(e)
	}
	for _, w := range r.via {
		to := Working
		if w == WantResume {
			to = t.Before
		}
		step(w, to, Ask{By: a.By, At: a.At, Said: a.Said, Reason: ReasonSkipped})
	}
	to := r.to
	switch {
	case a.Want == WantResume:
		to = t.Before
	case to == "":
		to = t.Status
	}
	step(a.Want, to, a)
	return t, entries, nil
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
			return r, t.meets(a)
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

// meets checks what a step needs beyond status and person.
func (t Ticket) meets(a Ask) error {
	conflict := func(say string) error { return &Error{Code: Conflict, Say: say} }
	switch a.Want {
	case WantAssign, WantPass:
		if a.Set.Assignee == "" {
			return &Error{Code: Invalid, Say: "nobody was named to assign to"}
		}
	case WantWithdraw:
		if !t.Assigned.IsZero() {
			return conflict("it was assigned already and cannot be withdrawn")
		}
	case WantExtend:
		if t.Extension != nil || t.Due == nil || a.Set.Extension == nil || a.Set.Extension.Days < 1 {
			return conflict("more time can be asked for once a matter, while a clock runs")
		}
	case WantGrant:
		if t.Extension == nil || t.Extension.Granted {
			return conflict("nobody has asked for more time")
		}
	case WantMerge:
		if a.Set.Into == 0 || a.Set.Into == t.No {
			return &Error{Code: Invalid, Say: "a ticket is merged into another one"}
		}
	case WantRate:
		if t.Poll == nil || a.Set.Answer == nil {
			return conflict("nobody was asked for a judgement yet")
		}
	case WantRework:
		if a.By.Role == House && t.Round >= MaxRounds {
			return conflict("after the last round of rework a person decides")
		}
	case WantObject:
		if t.Reason == ReasonWithdrawn || t.Reason == ReasonRecalled || a.At.Sub(t.Closed) > ObjectWithin {
			return conflict("an objection counts within 10 days of closing")
		}
	case WantResolve:
		if t.Status == Resolved && t.Round < MaxRounds {
			return conflict("it is resolved already and being judged")
		}
	case WantEscalate:
		if _, ok := t.Level.Above(); !ok || a.Set.Level.Rank() <= t.Level.Rank() {
			return conflict("there is no level above")
		}
	}
	return nil
}

// Schedule puts the deadline of the step that has just begun (nil: no clock)
// into the ticket and into the last of the step's entries.
func Schedule(t Ticket, entries []Entry, d *Deadline) (Ticket, []Entry) {
	last := &entries[len(entries)-1]
	last.Set.Due, last.Set.NoDue = d, d == nil
	t.Due = d
	return t, entries
}

// NewTicket opens a ticket. set carries the Opening and what else is known.
func NewTicket(no TicketNo, by Actor, at time.Time, said MessageID, set Change) (Ticket, []Entry, error) {
	if set.Opening == nil || no < 1 {
		return Ticket{}, nil, &Error{Code: Invalid, Say: "a ticket needs a number and an opening"}
	}
	return Ticket{No: no}.Move(Ask{Want: WantOpen, By: by, At: at, Said: said, Set: set})
}
