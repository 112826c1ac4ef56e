package grid

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// The people of the tables. What they are to the ticket is read from it.
var cast = map[string]Actor{
	"reporter":  {Person: "p1", Role: Resident},
	"neighbour": {Person: "p2", Role: Resident}, // a supporter
	"stranger":  {Person: "p3", Role: Resident},
	"worker":    {Person: "w1", Role: GridWorker},
	"property":  {Person: "w2", Role: Property},
	"secretary": {Person: "s1", Role: Secretary},
	"district":  {Person: "d1", Role: DistrictHQ},
	"committee": {Person: "c1", Role: Committee},
	"operator":  {Person: "o1", Role: Operator},
	"house":     TheHouse(),
}

// step is one line of a script: "worker confirm", with hours passed before it.
type step struct {
	line  string
	after time.Duration
	set   Change
}

func does(line string) step                       { return step{line: line} }
func later(after time.Duration, line string) step { return step{line: line, after: after} }
func with(line string, set Change) step           { return step{line: line, set: set} }
func marks(line string, m Mark) step              { return with(line, Change{Answer: &Answer{Mark: m}}) }
func merges(line string, into TicketNo) step      { return with(line, Change{Into: into}) }
func assigns(line string, to PersonID) step       { return with(line, Change{Assignee: to}) }
func asksFor(line string, days int) step {
	return with(line, Change{Extension: &Extension{Days: days}})
}
func raises(line string, l Level) step             { return with(line, Change{Level: l}) }
func then(steps []step, more ...step) []step       { return append(slices.Clone(steps), more...) }
func opens(who string, ends time.Duration) step    { return step{line: who + " poll", after: -ends} }
func times(n int, steps ...step) (repeated []step) { return slices.Repeat(steps, n) }

// run plays a script; only its last step may be refused.
func run(t *testing.T, script []step) (Ticket, []Entry, error) {
	t.Helper()
	ticket, journal := opened(t)
	at := start
	for i, s := range script {
		who, want, _ := strings.Cut(s.line, " ")
		by, ok := cast[who]
		if !ok {
			t.Fatalf("nobody is called %q", who)
		}
		a := Ask{Want: Want(want), Why: "words", Set: s.set}
		if s.after > 0 {
			at = at.Add(s.after)
		} else if s.after < 0 {
			a.Set.Poll = &Poll{Began: at, Ends: at.Add(-s.after), Asked: []PersonID{"p1", "p2"}}
		}
		by.Standing = ticket.StandingOf(by.Person)
		a.By, a.At = by, at
		if a.Want == WantClose {
			a.Reason = ReasonJudged
		}
		if a.Set.Answer != nil {
			answer := *a.Set.Answer
			answer.At = at
			if answer.Person == "" {
				answer.Person = by.Person
			}
			a.Set.Answer = &answer
		}
		next, entries, err := ticket.Move(a)
		if err != nil {
			if i < len(script)-1 {
				t.Fatalf("step %d, %s: %v", i+1, s.line, err)
			}
			return ticket, journal, err
		}
		ticket, journal = next, append(journal, entries...)
	}
	return ticket, journal, nil
}

var (
	poll      = opens("house", 72*time.Hour)
	confirmed = []step{does("worker confirm")}
	assigned  = then(confirmed, assigns("worker assign", "w2"))
	working   = then(assigned, does("property accept"))
	waiting   = then(working, does("property wait"))
	resolved  = then(working, does("property resolve"), poll)
	closed    = then(resolved, does("house close"))
	withdrawn = []step{does("reporter withdraw")}
	rejected  = []step{does("worker reject")}
	merged    = []step{merges("worker merge", 4)}
	round     = []step{does("house rework"), does("property resolve"), poll}
	lastRound = then(resolved, times(MaxRounds, round...)...)
)

func TestTheLifeOfAMatter(t *testing.T) {
	for name, c := range map[string]struct {
		script []step
		want   Status
		code   Code // "": the last step goes on
	}{
		"a matter goes all the way": {closed, Closed, ""},

		"a resident's confirm is forbidden":            {[]step{does("stranger confirm")}, Proposed, Forbidden},
		"the reporter's own confirm is forbidden":      {[]step{does("reporter confirm")}, Proposed, Forbidden},
		"the property company's confirm is forbidden":  {[]step{does("property confirm")}, Proposed, Forbidden},
		"the owners' committee's confirm is forbidden": {[]step{does("committee confirm")}, Proposed, Forbidden},
		"the operator's confirm is forbidden":          {[]step{does("operator confirm")}, Proposed, Forbidden},
		"the house does not confirm":                   {[]step{does("house confirm")}, Proposed, Forbidden},
		"the secretary confirms":                       {[]step{does("secretary confirm")}, Open, ""},
		"the district confirms":                        {[]step{does("district confirm")}, Open, ""},
		"nobody confirms twice":                        {then(confirmed, does("secretary confirm")), Open, Conflict},
		"a closed matter is not confirmed":             {then(closed, does("worker confirm")), Closed, Conflict},

		"nothing is assigned before it is confirmed":           {[]step{assigns("worker assign", "w2")}, Proposed, Conflict},
		"nothing is resolved before it is confirmed":           {[]step{does("worker resolve")}, Proposed, Conflict},
		"nothing waits before it is confirmed":                 {[]step{does("worker wait")}, Proposed, Conflict},
		"a proposed matter does not close":                     {[]step{does("house close")}, Proposed, Conflict},
		"an open matter does not close unjudged":               {then(confirmed, does("house close")), Open, Conflict},
		"somebody must be named to assign to":                  {then(confirmed, does("worker assign")), Open, Invalid},
		"a resident does not assign":                           {then(confirmed, assigns("reporter assign", "w2")), Open, Forbidden},
		"the assignee does not pass on":                        {then(working, assigns("property pass", "w1")), Working, Forbidden},
		"a grid worker passes on what is under way":            {then(working, assigns("worker pass", "w1")), Assigned, ""},
		"only the assignee accepts":                            {then(assigned, does("worker accept")), Assigned, Forbidden},
		"the worker who confirmed accepts for himself":         {then(confirmed, does("worker accept")), Working, ""},
		"progress before accepting accepts":                    {then(assigned, does("property progress")), Working, ""},
		"a neighbour reports no progress":                      {then(working, does("neighbour progress")), Working, Forbidden},
		"the assignee resolves":                                {then(working, does("property resolve")), Resolved, ""},
		"a stranger does not resolve":                          {then(working, does("stranger resolve")), Working, Forbidden},
		"the reporter does not resolve":                        {then(working, does("reporter resolve")), Working, Forbidden},
		"an open matter is resolved at once":                   {then(confirmed, does("worker resolve")), Resolved, ""},
		"an assigned matter is resolved at once":               {then(assigned, does("property resolve")), Resolved, ""},
		"a waiting matter is resolved at once":                 {then(waiting, does("property resolve")), Resolved, ""},
		"the reporter's answer resumes":                        {then(waiting, does("reporter resume")), Working, ""},
		"a stranger does not resume":                           {then(waiting, does("stranger resume")), OnHold, Forbidden},
		"what waited while open is open again":                 {then(confirmed, does("worker wait"), does("reporter resume")), Open, ""},
		"nothing waits twice":                                  {then(waiting, does("property wait")), OnHold, Conflict},
		"a matter is rejected":                                 {rejected, Rejected, ""},
		"a matter under way can still be rejected":             {then(working, does("worker reject")), Rejected, ""},
		"a judged matter is not rejected":                      {then(resolved, does("worker reject")), Resolved, Conflict},
		"a rejected matter is not confirmed":                   {then(rejected, does("worker confirm")), Rejected, Conflict},
		"a merged matter is not resolved":                      {then(merged, does("worker resolve")), Merged, Conflict},
		"a matter is not merged into itself":                   {[]step{merges("worker merge", 5)}, Proposed, Invalid},
		"a resident does not merge":                            {[]step{merges("reporter merge", 4)}, Proposed, Forbidden},
		"a split gives the merged number back":                 {then(merged, does("worker split")), Proposed, ""},
		"a split gives the status before waiting back":         {then(waiting, merges("worker merge", 4), does("worker split")), Working, ""},
		"a split of an open matter names the message":          {then(confirmed, does("worker split")), Open, Invalid},
		"reclassifying does not touch the level":               {[]step{raises("worker reclassify", LevelDistrict)}, Proposed, Invalid},
		"a resident does not reclassify":                       {[]step{does("reporter reclassify")}, Proposed, Forbidden},
		"the level rises":                                      {[]step{raises("worker escalate", LevelCommunity)}, Proposed, ""},
		"what was begun is assigned anew when the level rises": {then(working, raises("worker escalate", LevelCommunity)), Assigned, ""},
		"the level does not rise to where it is":               {[]step{raises("worker escalate", LevelGrid)}, Proposed, Conflict},
		"there is nothing above the district":                  {[]step{raises("worker escalate", LevelDistrict), raises("worker escalate", LevelDistrict)}, Proposed, Conflict},
		"any resident joins an open matter":                    {[]step{does("stranger me_too")}, Proposed, ""},
		"nobody joins a closed matter":                         {then(closed, does("stranger me_too")), Closed, Conflict},
		"a want that no ticket knows is invalid":               {[]step{does("worker numbers")}, Proposed, Invalid},
		"the reporter withdraws before confirmation":           {withdrawn, Closed, ""},
		"the reporter withdraws after confirmation":            {then(confirmed, does("reporter withdraw")), Closed, ""},
		"nobody withdraws what was assigned":                   {then(assigned, does("reporter withdraw")), Assigned, Conflict},
		"nobody withdraws what is under way":                   {then(working, does("reporter withdraw")), Working, Conflict},
		"a stranger does not withdraw":                         {[]step{does("stranger withdraw")}, Proposed, Forbidden},
		"not even the grid worker withdraws":                   {[]step{does("worker withdraw")}, Proposed, Forbidden},
		"what was withdrawn is not objected to":                {then(withdrawn, does("reporter object")), Closed, Conflict},
		"more time is asked for while a clock runs":            {then(working, asksFor("property extend", 2)), Working, ""},
		"only the assignee asks for more time":                 {then(working, asksFor("worker extend", 2)), Working, Forbidden},
		"more time means at least a day":                       {then(working, asksFor("property extend", 0)), Working, Invalid},
		"more time is asked for once":                          {then(working, asksFor("property extend", 2), does("worker grant"), asksFor("property extend", 1)), Working, Conflict},
		"the assignee does not grant":                          {then(working, asksFor("property extend", 2), does("property grant")), Working, Forbidden},
		"nothing is granted that nobody asked for":             {then(working, does("worker grant")), Working, Conflict},
		"no other time is granted than was asked for":          {then(working, asksFor("property extend", 2), with("worker grant", Change{Extension: &Extension{Days: -1}})), Working, Invalid},
		"nothing is granted twice":                             {then(working, asksFor("property extend", 2), does("worker grant"), does("worker grant")), Working, Conflict},
		"no more time is asked for while waiting":              {then(waiting, asksFor("property extend", 2)), OnHold, Conflict},
		"the reporter rates":                                   {then(resolved, marks("reporter rate", Satisfied)), Resolved, ""},
		"a stranger does not rate":                             {then(resolved, marks("stranger rate", Satisfied)), Resolved, Forbidden},
		"nobody rates what is not resolved":                    {then(working, marks("reporter rate", Satisfied)), Working, Conflict},
		"nobody joins while it is judged":                      {then(resolved, does("neighbour me_too")), Resolved, Conflict},
		"the reporter does not rate for a neighbour":           {then(resolved, with("reporter rate", Change{Answer: &Answer{Person: "p2", Mark: Satisfied}})), Resolved, Invalid},
		"a judgement is one of three words":                    {then(resolved, marks("reporter rate", "splendid")), Resolved, Invalid},
		"no later step opens the matter again":                 {[]step{with("worker confirm", Change{Opening: &Opening{Reporter: "p3"}})}, Proposed, Invalid},
		"nobody rates before being asked":                      {then(working, does("property resolve"), marks("reporter rate", Partly)), Resolved, Conflict},
		"nobody rates after the three days":                    {then(resolved, later(73*time.Hour, "house note"), marks("reporter rate", Satisfied)), Resolved, Conflict},
		"the three days are counted to the end":                {then(resolved, later(72*time.Hour, "house note"), marks("reporter rate", Satisfied)), Resolved, ""},
		"people are asked once a round":                        {then(resolved, poll), Resolved, Conflict},
		"the reporter's no keeps it from closing":              {then(resolved, marks("reporter rate", Unsatisfied), does("house close")), Resolved, Conflict},
		"the reporter's change of mind lets it close":          {then(resolved, marks("reporter rate", Unsatisfied), marks("reporter rate", Satisfied), does("house close")), Closed, ""},
		"a no sends it back":                                   {then(resolved, does("house rework")), Working, ""},
		"a resident does not order rework":                     {then(resolved, does("reporter rework")), Resolved, Forbidden},
		"the house begins three rounds":                        {lastRound, Resolved, ""},
		"after the last round the house begins no other":       {then(lastRound, does("house rework")), Resolved, Conflict},
		"after the last round the secretary orders it":         {then(lastRound, does("secretary rework")), Working, ""},
		"after the last round the secretary closes":            {then(lastRound, does("secretary resolve")), Closed, ""},
		"after the last round no grid worker closes":           {then(lastRound, does("worker resolve")), Resolved, Conflict},
		"before the last round the secretary waits too":        {then(resolved, does("secretary resolve")), Resolved, Conflict},
		"after the last round a no outlasts the poll":          {then(lastRound, marks("reporter rate", Unsatisfied), later(80*time.Hour, "house close")), Resolved, Conflict},
		"the reporter objects within ten days":                 {then(closed, later(10*24*time.Hour, "reporter object")), Working, ""},
		"the reporter does not object after ten days":          {then(closed, later(10*24*time.Hour+time.Second, "reporter object")), Closed, Conflict},
		"a neighbour does not object":                          {then(closed, does("neighbour object")), Closed, Forbidden},
		"what was rejected is not objected to":                 {then(rejected, does("reporter object")), Rejected, Conflict},
		"what a supporter may not do the assignee may":         {then(working, does("property wait")), OnHold, ""},
		"a matter beyond hope can be merged while it waits":    {then(waiting, merges("secretary merge", 4)), Merged, ""},
	} {
		t.Run(name, func(t *testing.T) {
			ticket, _, err := run(t, c.script)
			if CodeOf(err) != c.code || (err != nil) != (c.code != "") {
				t.Errorf("the last step: got %v, want code %q", err, c.code)
			}
			if ticket.Status != c.want {
				t.Errorf("ends %s, want %s", ticket.Status, c.want)
			}
		})
	}
}

func TestTheJournalHasTheStepsThatWereSkipped(t *testing.T) {
	for name, c := range map[string]struct {
		script []step
		want   string
	}{
		"resolved from open":                {then(confirmed, does("worker resolve")), "proposed open assigned* working* resolved"},
		"resolved from assigned":            {then(assigned, does("property resolve")), "proposed open assigned working* resolved"},
		"resolved from working":             {then(working, does("property resolve")), "proposed open assigned working resolved"},
		"resolved while waiting":            {then(waiting, does("property resolve")), "proposed open assigned working waiting working* resolved"},
		"resolved while waiting since open": {then(confirmed, does("worker wait"), does("worker resolve")), "proposed open waiting open* assigned* working* resolved"},
	} {
		t.Run(name, func(t *testing.T) {
			ticket, journal, err := run(t, c.script)
			if err != nil {
				t.Fatal(err)
			}
			var way []string
			for _, e := range journal {
				s := string(e.To)
				if e.Reason == ReasonSkipped {
					s += "*"
				}
				way = append(way, s)
			}
			if got := strings.Join(way, " "); got != c.want {
				t.Errorf("the way was %s, want %s", got, c.want)
			}
			if err := legal(ticket, journal); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWhatAStepLeavesBehind(t *testing.T) {
	get := func(script []step) Ticket {
		t.Helper()
		ticket, _, err := run(t, script)
		if err != nil {
			t.Fatal(err)
		}
		return ticket
	}
	if got := get(confirmed).Assignee; got != "w1" {
		t.Errorf("after confirming the assignee is %q, want the grid worker who confirmed", got)
	}
	if got := get([]step{does("secretary confirm")}).Assignee; got != "" {
		t.Errorf("the secretary who confirms became the assignee %q", got)
	}
	if got := get(withdrawn).Reason; got != ReasonWithdrawn {
		t.Errorf("withdrawn for %q", got)
	}
	if got := get(then(lastRound, does("secretary resolve"))); got.Reason != ReasonDecided || got.SolvedAt != LevelGrid {
		t.Errorf("closed by a person's decision for %q at level %q", got.Reason, got.SolvedAt)
	}
	again := get(then(closed, does("reporter object")))
	if again.Round != 1 || again.Poll != nil || !again.Closed.IsZero() || again.Reason != "" {
		t.Errorf("an objection left %+v", again)
	}
	once := get(then(resolved, marks("reporter rate", Unsatisfied), marks("reporter rate", Partly)))
	if len(once.Poll.Answers) != 1 || once.Poll.Count(Partly) != 1 {
		t.Errorf("a changed mind counts as %v", once.Poll.Answers)
	}
	unhappy := get(then(resolved, marks("reporter rate", Unsatisfied)))
	if _, _, err := unhappy.Move(Ask{Want: WantRate, By: Actor{Person: "p1", Role: Resident, Standing: StandsReporter}, At: start,
		Set: Change{Answer: &Answer{Person: "p1", Mark: Satisfied, At: start}}}); err != nil || unhappy.Poll.Count(Unsatisfied) != 1 {
		t.Errorf("a change of mind (%v) reached back into an older copy: %v", err, unhappy.Poll.Answers)
	}
	granted := get(then(working, with("property extend", Change{Extension: &Extension{Days: 2, Granted: true}})))
	if granted.Extension.Granted {
		t.Error("who asks for more time granted it")
	}
	if got := get(merged); got.Into != 4 || got.Due != nil {
		t.Errorf("merged into %d with deadline %v", got.Into, got.Due)
	}
	told := with("house link", Change{Messages: []MessageID{"m2", "m3"}, Supporters: []PersonID{"p2", "p3"}})
	split := get([]step{told, with("worker split", Change{Gone: []MessageID{"m2"}, Left: []PersonID{"p2"}})})
	if !slices.Equal(split.Messages, []MessageID{"m1", "m3"}) || !slices.Equal(split.Supporters, []PersonID{"p3"}) {
		t.Errorf("a split left %v and %v", split.Messages, split.Supporters)
	}
}

func TestWaitingKeepsTheClockThatRanHoweverItIsScheduled(t *testing.T) {
	before, journal, err := run(t, working)
	if err != nil {
		t.Fatal(err)
	}
	by := Actor{Person: "w2", Role: Property, Standing: StandsAssignee}
	ticket, entries, err := before.Move(Ask{Want: WantWait, By: by, At: start.Add(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	ticket, entries = Schedule(ticket, entries, nil)
	folded, err := Fold(append(journal, entries...))
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]Ticket{"moved": ticket, "folded": folded} {
		if got.Kept == nil || !got.Kept.Due.Equal(before.Due.Due) || got.Due != nil {
			t.Errorf("%s: kept %v, runs %v", name, got.Kept, got.Due)
		}
	}
}

func TestALowScoreNeedsThreeAnswersUnderSixtyPercent(t *testing.T) {
	for name, c := range map[string]struct {
		marks []Mark
		want  bool
	}{
		"two noes are too few":       {[]Mark{Unsatisfied, Unsatisfied}, false},
		"one of three is content":    {[]Mark{Satisfied, Unsatisfied, Unsatisfied}, true},
		"two of three are content":   {[]Mark{Satisfied, Partly, Unsatisfied}, false},
		"three of five are sixty":    {[]Mark{Satisfied, Partly, Partly, Unsatisfied, Unsatisfied}, false},
		"four of seven are under it": {[]Mark{Satisfied, Satisfied, Partly, Partly, Unsatisfied, Unsatisfied, Unsatisfied}, true},
	} {
		t.Run(name, func(t *testing.T) {
			var p Poll
			for _, m := range c.marks {
				p.Answers = append(p.Answers, Answer{Mark: m})
			}
			if got := p.Failed(); got != c.want {
				t.Errorf("failed: %v, want %v", got, c.want)
			}
		})
	}
}
