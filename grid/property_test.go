package grid

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// legal says what is wrong with a ticket that these entries made, or nil.
func legal(t Ticket, entries []Entry) error {
	s, began := t.Status, []Status{Open, Assigned, Working}
	rounds, reasked, escalated := 0, 0, false
	for i, e := range entries {
		if e.Want == WantRework || e.Want == WantObject {
			rounds++
		}
		if e.Want == WantRework && e.By.Role == House && rounds > MaxRounds {
			reasked++
		}
		escalated = escalated || e.Want == WantEscalate
		if i > 0 && e.From != entries[i-1].To {
			return fmt.Errorf("entry %d leaves %s after %s", e.Seq, e.From, entries[i-1].To)
		}
	}
	withdrawn := s == Closed && (t.Reason == ReasonWithdrawn || t.Reason == ReasonRecalled)
	confirmed := slices.Contains(began, s) || slices.Contains(began, t.Before) || s == Resolved || s == Closed && !withdrawn
	for _, rule := range []struct {
		broken bool
		say    string
	}{
		{!slices.Contains(Statuses(), s), "the status is unknown"},
		{s != entries[len(entries)-1].To, "the status is not the last entry's"},
		{t.Steps != len(entries), "steps are not the entries"},
		{(s.Ended() || s == OnHold) && t.Due != nil, "a clock runs although nobody has to act"},
		{s == OnHold && !slices.Contains(began, t.Before), "waiting without a status to go back to"},
		{s == Merged && !slices.Contains(append(began, Proposed), t.Before), "merged without a status to go back to"},
		{s != OnHold && s != Merged && t.Before != "", "a status to go back to without reason"},
		{(s == OnHold) != !t.Stopped.IsZero(), "stopped is not the beginning of waiting"},
		{s != OnHold && t.Kept != nil, "a deadline is kept although nothing waits"},
		{(s == Closed) != !t.Closed.IsZero(), "closed and the time of it differ"},
		{s == Closed && t.Reason == "", "closed without a reason"},
		{!s.Ended() && t.Reason != "", "a reason of an end that is not"},
		{(s == Merged) != (t.Into != 0) || t.Into == t.No, "merged and into differ"},
		{confirmed && t.Confirmed.IsZero(), "further than proposed without being confirmed"},
		{s == Assigned && t.Assigned.IsZero(), "assigned at no time"},
		{s == Assigned && t.Assignee == "" && !escalated, "assigned to nobody"}, // 上报 names a level first
		{s == Resolved && (t.Resolved.IsZero() || t.SolvedAt.Rank() < 0), "resolved at no time or level"},
		{t.Round != rounds || reasked > 0, "more rounds than were begun, or the house began one too many"},
		{t.Level.Rank() < 0, "not on the ladder"},
		{t.Poll != nil && s != Resolved && s != Closed, "judged although nothing was resolved"},
		{t.Extension != nil && t.Extension.Days < 1, "an extension of no time"},
		{repeats(t.Supporters) || repeats(t.Watchers) || repeats(t.Messages), "somebody or something counted twice"},
		{t.Reporter != "p1" || t.Area != "g1", "it is another matter than at its opening"},
	} {
		if rule.broken {
			return fmt.Errorf("%s ticket: %s", s, rule.say)
		}
	}
	if err := joint(t); err != nil || t.Poll == nil {
		return err
	}
	var judges []PersonID
	for _, a := range t.Poll.Answers {
		judges = append(judges, a.Person)
	}
	if repeats(judges) {
		return fmt.Errorf("somebody answered twice: %v", judges)
	}
	return nil
}

// joint says what is wrong with a joint matter, or nil.
func joint(t Ticket) error {
	w := t.Whistle
	switch {
	case w == nil:
		return nil
	case !w.sound():
		return fmt.Errorf("a whistle without its lead, or with a unit twice: %+v", *w)
	case w.Lead != t.Assignee:
		return fmt.Errorf("%s leads and %s has it", w.Lead, t.Assignee)
	case t.Status == Resolved && len(w.Unfinished()) > 0:
		return fmt.Errorf("resolved although %v have not ended their parts", w.Unfinished())
	}
	for _, p := range w.Parts {
		if p.In.IsZero() && !p.Ended.IsZero() {
			return fmt.Errorf("%s ended a part without having been there", p.Unit)
		}
	}
	return nil
}

func repeats[T comparable](list []T) bool {
	seen := map[T]bool{}
	for _, x := range list {
		if seen[x] {
			return true
		}
		seen[x] = true
	}
	return false
}

var start = time.Date(2026, 11, 9, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))

var wants = []Want{WantOpen, WantLink, WantNote, WantMeToo, WantWatch, WantLate, WantConfirm, WantReject, WantReclassify,
	WantAssign, WantPass, WantAccept, WantProgress, WantWait, WantResume, WantExtend, WantGrant, WantEscalate, WantResolve,
	WantPoll, WantRate, WantRework, WantClose, WantObject, WantWithdraw, WantMerge, WantSplit,
	WantWhistle, WantReportIn, WantSilent, WantTakeBack, WantLook}

func person() *rapid.Generator[PersonID] {
	return rapid.SampledFrom([]PersonID{"p1", "p2", "p3", "p4"})
}

func actor(r *rapid.T, t Ticket) Actor {
	p := person().Draw(r, "person")
	roles := []Role{Resident, GridWorker, GridWorker, Property, Secretary, DistrictHQ, Operator, House, House}
	a := Actor{Person: p, Role: rapid.SampledFrom(roles).Draw(r, "role"), Standing: t.StandingOf(p)}
	if a.Role == House {
		return TheHouse()
	}
	return a
}

func deadline(at time.Time) *Deadline {
	return &Deadline{Step: "resolve", From: at, Due: at.Add(time.Hour), Because: "because"}
}

// sensible is what a handler would send along with the want.
func sensible(r *rapid.T, w Want, by Actor, at time.Time) Change {
	c := Change{}
	switch w {
	case WantAssign, WantPass:
		c.Assignee = person().Draw(r, "assignee")
	case WantExtend:
		c.Extension = &Extension{Days: rapid.IntRange(0, 3).Draw(r, "days")}
	case WantEscalate, WantRework:
		c.Level = rapid.SampledFrom(append(ladder, "")).Draw(r, "level")
	case WantWhistle:
		w := &Whistle{Caller: by.Person, At: at}
		for _, p := range rapid.SliceOfN(person(), 1, 3).Draw(r, "units") {
			w.Parts = append(w.Parts, Part{Unit: p, Due: at.Add(time.Hour)})
		}
		w.Lead = w.Parts[0].Unit
		c.Whistle, c.Assignee = w, w.Lead
	case WantSilent:
		c.Silent = []PersonID{person().Draw(r, "silent")}
	case WantNote:
		c.Handover = &Handover{From: person().Draw(r, "from"), To: person().Draw(r, "to")}
	case WantTakeBack:
		if c.CallOff = rapid.Bool().Draw(r, "call off"); !c.CallOff {
			c.Level = rapid.SampledFrom(ladder).Draw(r, "level")
		}
	case WantMerge:
		c.Into = TicketNo(rapid.IntRange(6, 9).Draw(r, "into"))
	case WantSplit:
		c.Gone, c.Left = []MessageID{"m1"}, []PersonID{"p2"}
	case WantPoll:
		c.Poll = &Poll{Began: at, Ends: at.Add(72 * time.Hour), Asked: []PersonID{"p1", "p2"}}
	case WantRate:
		c.Answer = &Answer{Person: by.Person, Mark: rapid.SampledFrom([]Mark{Satisfied, Partly, Unsatisfied}).Draw(r, "mark"), At: at}
	case WantMeToo, WantLink:
		c.Supporters = rapid.SliceOfN(person(), 0, 3).Draw(r, "supporters")
		c.Messages = rapid.SliceOfN(rapid.SampledFrom([]MessageID{"m1", "m2", "m3"}), 0, 3).Draw(r, "messages")
	}
	return c
}

// senseless is anything at all.
func senseless(r *rapid.T, at time.Time) Change {
	c := Change{Private: rapid.Bool().Draw(r, "private"), NoDue: rapid.Bool().Draw(r, "no due"),
		Watchers: rapid.SliceOfN(person(), 0, 2).Draw(r, "watchers")}
	draw := func(what string) bool { return rapid.IntRange(0, 9).Draw(r, what) == 0 }
	if draw("opening") {
		c.Opening = &Opening{Area: "elsewhere", Reporter: "p4"}
	}
	if draw("into") {
		c.Into = TicketNo(rapid.IntRange(-1, 9).Draw(r, "into number"))
	}
	if draw("extension") {
		c.Extension = &Extension{Days: rapid.IntRange(-1, 2).Draw(r, "days"), Granted: true}
	}
	if draw("poll") {
		c.Poll = &Poll{Answers: []Answer{{Person: "p2", Mark: Unsatisfied}}}
	}
	if draw("answer") {
		c.Answer = &Answer{Person: person().Draw(r, "judge"), Mark: rapid.SampledFrom([]Mark{"splendid", Satisfied}).Draw(r, "mark")}
	}
	if draw("level") {
		c.Level = rapid.SampledFrom([]Level{"moon", LevelDistrict}).Draw(r, "level")
	}
	if draw("due") {
		c.Due = deadline(at)
	}
	return c
}

// likely is a want for which there is a line from here, by somebody who may.
func likely(r *rapid.T, t Ticket) (Want, Actor) {
	var lines []rule
	for _, l := range life {
		if slices.Contains(l.from, t.Status) && !slices.Contains([]Want{WantReject, WantMerge, WantWithdraw}, l.want) {
			lines = append(lines, l)
		}
	}
	l := rapid.SampledFrom(lines).Draw(r, "line")
	who := []Actor{TheHouse(), {Person: "p3", Role: GridWorker}, {Person: "p4", Role: Secretary}}
	concerned := append([]PersonID{t.Reporter, t.Assignee}, t.Supporters...)
	if t.Whistle != nil {
		concerned = append(concerned, t.Whistle.units(func(Part) bool { return true })...)
	}
	for _, p := range concerned {
		who = append(who, Actor{Person: p, Role: Resident})
	}
	for i := range who {
		who[i].Standing = t.StandingOf(who[i].Person)
	}
	may := slices.DeleteFunc(who, func(a Actor) bool { return !l.by.has(a) })
	if len(may) == 0 {
		may = []Actor{TheHouse()}
	}
	return l.want, rapid.SampledFrom(may).Draw(r, "who")
}

func ask(r *rapid.T, t Ticket, at time.Time) Ask {
	a := Ask{At: at}
	if t.Status != Rejected && rapid.IntRange(0, 3).Draw(r, "likely") > 0 {
		a.Want, a.By = likely(r, t)
	} else {
		a.Want, a.By = rapid.SampledFrom(wants).Draw(r, "want"), actor(r, t)
	}
	a.Reason = rapid.SampledFrom([]Reason{"", "", ReasonNoAnswer, ReasonWithdrawn, ReasonDecided}).Draw(r, "reason")
	a.Why = rapid.SampledFrom([]TextID{"", "w1"}).Draw(r, "why")
	if rapid.IntRange(0, 4).Draw(r, "senseless") == 0 {
		a.Set = senseless(r, at)
	} else {
		a.Set = sensible(r, a.Want, a.By, at)
	}
	return a
}

func opened(t interface{ Fatal(...any) }) (Ticket, []Entry) {
	born := Change{Opening: &Opening{Area: "g1", Chat: "group:g1", Kind: Report, Source: Online, Reporter: "p1", Heard: start},
		Category: Immediate, Urgency: Normal, Messages: []MessageID{"m1"}, Due: deadline(start)}
	ticket, entries, err := NewTicket(5, Actor{Person: "p1", Role: Resident, Standing: StandsReporter}, start, "m1", born)
	if err != nil {
		t.Fatal(err)
	}
	return ticket, entries
}

func asJSON(t interface{ Fatal(...any) }, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWhateverPeopleWantTheTicketStaysLegalAndIsTheFoldOfItsJournal(t *testing.T) {
	reached := map[Status]int{}
	sequences := func(r *rapid.T) {
		ticket, journal := opened(r)
		was, at := []Ticket{ticket}, start
		wrote := []string{asJSON(r, ticket)}
		for range rapid.IntRange(1, 60).Draw(r, "steps") {
			at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 2, 8, 30, 96}).Draw(r, "hours")) * time.Hour)
			a := ask(r, ticket, at)
			// A step that somebody thinks of and does not take must leave no trace.
			once := was[rapid.IntRange(0, len(was)-1).Draw(r, "older copy")]
			if _, _, err := once.Move(ask(r, once, at)); err != nil && CodeOf(err) == "" {
				r.Fatalf("a refusal without a code: %v", err)
			}
			next, entries, err := ticket.Move(a)
			if err != nil {
				refusal(r, ticket, next, entries, a, err)
				continue
			}
			if rapid.Bool().Draw(r, "schedule") {
				next, entries = Schedule(next, entries, rapid.SampledFrom([]*Deadline{nil, deadline(at)}).Draw(r, "deadline"))
			}
			ticket, journal = next, append(journal, entries...)
			if err := legal(ticket, journal); err != nil {
				r.Fatalf("after %s by %s: %v\n%s", a.Want, a.By.Role, err, asJSON(r, ticket))
			}
			was, wrote = append(was, ticket), append(wrote, asJSON(r, ticket))
			reached[ticket.Status]++
		}
		for i := range was {
			if now := asJSON(r, was[i]); now != wrote[i] {
				r.Fatalf("an older copy changed:\nwas %s\nnow %s", wrote[i], now)
			}
		}
		var stored []Entry
		if err := json.Unmarshal([]byte(asJSON(r, journal)), &stored); err != nil {
			r.Fatal(err)
		}
		for name, entries := range map[string][]Entry{"the journal": journal, "the stored journal": stored} {
			folded, err := Fold(entries)
			if err != nil {
				r.Fatal(err)
			}
			if got, want := asJSON(r, folded), asJSON(r, ticket); got != want {
				r.Fatalf("folding %s:\ngot  %s\nwant %s", name, got, want)
			}
		}
	}
	for range 10 { // the rarest status is not reached in every hundred
		if rapid.Check(t, sequences); len(reached) == len(Statuses()) {
			break
		}
	}
	for _, s := range Statuses() {
		if reached[s] == 0 {
			t.Errorf("no sequence ever came to %s: the generator tells nothing about it", s)
		}
	}
}

// refusal checks that a refused step changed nothing and was refused with the
// right code.
func refusal(r *rapid.T, before, after Ticket, entries []Entry, a Ask, err error) {
	if asJSON(r, before) != asJSON(r, after) || entries != nil {
		r.Fatalf("the refused %s changed the ticket", a.Want)
	}
	if before.May(a) {
		r.Fatalf("%s may go on, but Move refuses it: %v", a.Want, err)
	}
	someRule := slices.ContainsFunc(life, func(l rule) bool { return l.want == a.Want && l.by.has(a.By) })
	switch code := CodeOf(err); {
	case (code == Forbidden) == someRule:
		r.Fatalf("%s by %s is %s: %v", a.Want, a.By.Role, code, err)
	case code != Forbidden && code != Conflict && code != Invalid:
		r.Fatalf("%s is refused with code %q: %v", a.Want, code, err)
	}
}

func TestAJournalThatIsNotWholeFoldsToAnError(t *testing.T) {
	ticket, journal := opened(t)
	_, more, err := ticket.Move(Ask{Want: WantConfirm, By: Actor{Person: "p2", Role: GridWorker}, At: start})
	if err != nil {
		t.Fatal(err)
	}
	journal = append(journal, more...)
	other := slices.Clone(journal)
	other[1].Ticket = 6
	leap := slices.Clone(journal)
	leap[1].From = Working
	for name, entries := range map[string][]Entry{"first entry missing": journal[1:], "entry of another ticket": other,
		"out of order": {journal[1], journal[0]}, "leaves a status it was not in": leap} {
		if _, err := Fold(entries); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
