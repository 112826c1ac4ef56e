package grid

import "slices"

// misplaced names a part of the change that the want cannot carry, or "". Parts
// that it does not mention any want may carry.
func (c Change) misplaced(w Want) string {
	is := func(wants ...Want) bool { return slices.Contains(wants, w) }
	switch {
	case (c.Opening != nil) != is(WantOpen):
		return "opening"
	case c.Into != 0 && !is(WantMerge):
		return "into"
	case c.Extension != nil && !is(WantExtend, WantGrant):
		return "extension"
	case c.Poll != nil && !is(WantPoll, WantResolve):
		return "poll"
	case c.Answer != nil && !is(WantRate):
		return "answer"
	case c.Level != "" && (c.Level.Rank() < 0 || is(WantReclassify)): // 改类 never changes the level
		return "level"
	case len(c.Gone)+len(c.Unwatched) > 0 && !is(WantSplit):
		return "gone"
	case len(c.Left) > 0 && !is(WantSplit, WantNote): // or their word was taken back
		return "left"
	case c.With != 0 && !is(WantLink, WantSplit):
		return "with"
	case c.Public != nil && !is(WantPublish):
		return "public"
	case c.Kept != nil: // Keep alone writes it
		return "kept"
	case c.Due != nil && c.NoDue:
		return "due"
	case c.Whistle != nil && !is(WantWhistle), c.CallOff && !is(WantTakeBack), len(c.Silent) > 0 && !is(WantSilent), c.Handover != nil && !is(WantNote):
		return "whistle"
	}
	return ""
}

// meets checks what a step needs beyond status and person.
func (t Ticket) meets(a Ask, r rule) error {
	conflict := func(say string) error { return &Error{Code: Conflict, Say: say} }
	invalid := func(say string) error { return &Error{Code: Invalid, Say: say} }
	if part := a.Set.misplaced(a.Want); part != "" {
		return invalid(string(a.Want) + " cannot carry this " + part)
	}
	switch a.Want {
	case WantAssign, WantPass:
		if a.Set.Assignee == "" {
			return invalid("nobody was named to assign to")
		}
	case WantWithdraw:
		if !slices.Contains([]Reason{"", ReasonWithdrawn, ReasonRecalled}, a.Reason) {
			return invalid("a matter is withdrawn or its message recalled, for no other reason")
		}
		if !t.Assigned.IsZero() {
			return conflict("it was assigned already and cannot be withdrawn")
		}
	case WantExtend:
		if a.Set.Extension == nil || a.Set.Extension.Days < 1 {
			return invalid("more time is asked for in days")
		}
		if t.Extension != nil || t.Due == nil {
			return conflict("more time can be asked for once a matter, while a clock runs")
		}
	case WantGrant:
		if t.Extension == nil || t.Extension.Granted {
			return conflict("nobody has asked for more time")
		}
		if x := a.Set.Extension; x != nil && x.Days != t.Extension.Days {
			return invalid("granted is what was asked for, no more and no less")
		}
	case WantMerge:
		if a.Set.Into <= 0 || a.Set.Into == t.No {
			return invalid("a ticket is merged into another one")
		}
	case WantSplit:
		if t.Status != Merged && len(a.Set.Gone) == 0 {
			return invalid("no message was named that goes")
		}
	case WantPublish:
		if a.Set.Public == nil || !a.Set.Public.Whole() {
			return invalid("what was done, on what basis, to what standard and the result are all published")
		}
		if t.Private || t.Reason == ReasonWithdrawn || t.Reason == ReasonRecalled {
			return conflict("neither a private matter nor one that was taken back is published")
		}
	case WantEscalate:
		if _, ok := t.Level.Above(); !ok || a.Set.Level.Rank() <= t.Level.Rank() {
			return conflict("there is no level above")
		}
	}
	if err := t.whistles(a, r); err != nil {
		return err
	}
	return t.judges(a, r)
}

// judges checks what the steps of judging need beyond status and person.
func (t Ticket) judges(a Ask, r rule) error {
	conflict := func(say string) error { return &Error{Code: Conflict, Say: say} }
	invalid := func(say string) error { return &Error{Code: Invalid, Say: say} }
	switch a.Want {
	case WantPoll:
		if a.Set.Poll == nil {
			return invalid("a poll needs to know whom it asks and when it ends")
		}
		if t.Poll != nil {
			return conflict("it is being judged already, once a round")
		}
	case WantRate:
		if t.Poll == nil {
			return conflict("nobody was asked for a judgement yet")
		}
		n := a.Set.Answer
		if n == nil || n.Person == "" || n.Person != a.By.Person || !slices.Contains([]Mark{Satisfied, Partly, Unsatisfied}, n.Mark) {
			return invalid("a judgement is the speaker's own, and one of three")
		}
		if n.At.After(t.Poll.Ends) {
			return conflict("the judging has ended")
		}
	case WantClose:
		if a.Reason == "" {
			return invalid("a matter is closed for a reason")
		}
		if t.Refused() {
			return conflict("who judged it is not content: it does not close by itself")
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
		if r.to == Closed && t.Round < MaxRounds {
			return conflict("it is resolved already and being judged")
		}
		if r.to == Closed && a.Set.Poll != nil {
			return invalid("what a person decided is not judged again")
		}
	}
	return nil
}
