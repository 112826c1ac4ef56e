package reports

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// Score is how a worker, a unit, an area or a class of matters did in a period
// (评分). Everything in it is counted from the entries of the journal alone, so
// anybody who has the journal can count it again.
type Score struct {
	Who          string            `json:"who"`          // a name, an area, a category
	Resolved     int               `json:"resolved"`     // 办结, each round of rework for itself
	InTime       Rate              `json:"in_time"`      // of their steps with a clock (confirm, accept, resolve) that ended
	Late         int               `json:"late"`         // deadlines that passed while it was theirs
	Marks        map[grid.Mark]int `json:"marks"`        // of what they resolved: the last answer of each person, a round
	Satisfaction Rate              `json:"satisfaction"` // satisfied or partly, of answers
	Turnout      Rate              `json:"turnout"`      // answers, of people asked
	SentBack     Rate              `json:"sent_back"`    // 整改 and objections, of resolved
	Called       int               `json:"called"`       // 吹哨
	Silent       int               `json:"silent"`       // did not report in (报到) by the clock
}

// Scores are those of a period, each list by name.
type Scores struct {
	Workers []Score `json:"workers"`
	Units   []Score `json:"units"` // units and property companies
	Areas   []Score `json:"areas"`
	Classes []Score `json:"classes"`
}

// Scoring counts scores from raw journals, one ticket's after the other: whoever has
// the entries needs nothing else. Who did something is known by id.
type Scoring struct {
	Period
	Now     time.Time // later entries do not count
	People  map[grid.PersonID]*Score
	Units   map[grid.PersonID]bool // of People: those who acted or were called as a unit
	Areas   map[grid.AreaID]*Score
	Classes map[grid.Category]*Score
}

// NewScoring is a Scoring of nothing.
func NewScoring(p Period, now time.Time) *Scoring {
	return &Scoring{Period: p, Now: now, People: map[grid.PersonID]*Score{}, Units: map[grid.PersonID]bool{},
		Areas: map[grid.AreaID]*Score{}, Classes: map[grid.Category]*Score{}}
}

// Add counts one ticket's whole journal. It refuses one that cannot be folded.
func (y *Scoring) Add(journal []grid.Entry) error {
	journal = journal[:until(journal, func(e grid.Entry) bool { return e.At.After(y.Now) })]
	if len(journal) == 0 {
		return nil
	}
	befores := make([]grid.Ticket, len(journal))
	for i := range journal {
		t, err := grid.Fold(journal[:i])
		if err != nil {
			return err
		}
		befores[i] = t
	}
	endings(journal, y.Now, func(i int, step string, inTime bool, at time.Time) {
		if !y.Has(at) {
			return
		}
		who := befores[i].Assignee
		if step == "confirm" || who == "" {
			who = journal[i].By.Person
		}
		y.each(befores[i], who, func(s *Score) { s.InTime = Rate{N: s.InTime.N + one(inTime), Of: s.InTime.Of + 1} })
	})
	round := judged{}
	for i, e := range journal {
		if e.By.Role == grid.Unit || e.By.Role == grid.Property {
			y.Units[e.By.Person] = true
		}
		if e.Want == grid.WantPoll && e.Set.Poll != nil {
			y.close(round)
			round = judged{ticket: befores[i], at: e.At, asked: len(e.Set.Poll.Asked), marks: map[grid.PersonID]grid.Mark{}}
		}
		if a := e.Set.Answer; a != nil && round.marks != nil {
			round.marks[a.Person] = a.Mark
		}
		if y.Has(e.At) {
			y.step(befores[i], e)
		}
	}
	y.close(round)
	return nil
}

// step counts what one entry says.
func (y *Scoring) step(t grid.Ticket, e grid.Entry) {
	switch {
	case e.Want == grid.WantResolve && e.To == grid.Resolved:
		y.each(t, resolver(t, e), func(s *Score) { s.Resolved++; s.SentBack.Of++ })
	case e.Want == grid.WantRework || e.Want == grid.WantObject:
		y.each(t, t.Assignee, func(s *Score) { s.SentBack.N++ })
	case e.Want == grid.WantLate:
		y.each(t, t.Assignee, func(s *Score) { s.Late++ })
	case e.Want == grid.WantWhistle && e.Set.Whistle != nil:
		for _, p := range e.Set.Whistle.Parts {
			if _, before := t.Whistle.Of(p.Unit); !before {
				y.Units[p.Unit] = true
				y.person(p.Unit).Called++
			}
		}
	}
	for _, unit := range e.Set.Silent {
		y.person(unit).Silent++
	}
}

// resolver is whose work a 办结 was: the assignee's, else whoever said it.
func resolver(t grid.Ticket, e grid.Entry) grid.PersonID { return cmp.Or(t.Assignee, e.By.Person) }

// judged is one round of judging as its answers come.
type judged struct {
	ticket grid.Ticket
	at     time.Time
	asked  int
	marks  map[grid.PersonID]grid.Mark
}

// close counts a round: it belongs to the period in which it began.
func (y *Scoring) close(r judged) {
	if r.marks == nil || !y.Has(r.at) {
		return
	}
	y.each(r.ticket, r.ticket.Assignee, func(s *Score) {
		for _, m := range r.marks {
			s.Marks[m]++
			s.Satisfaction.N += one(m != grid.Unsatisfied)
			s.Satisfaction.Of++
		}
		s.Turnout = Rate{N: s.Turnout.N + len(r.marks), Of: s.Turnout.Of + r.asked}
	})
}

// each counts something for a person ("": nobody), the matter's area and its class.
func (y *Scoring) each(t grid.Ticket, who grid.PersonID, count func(*Score)) {
	if who != "" {
		count(y.person(who))
	}
	count(scoreOf(y.Areas, t.Area))
	count(scoreOf(y.Classes, t.Category))
}

func (y *Scoring) person(id grid.PersonID) *Score { return scoreOf(y.People, id) }

func scoreOf[K comparable](all map[K]*Score, key K) *Score {
	s := all[key]
	if s == nil {
		s = &Score{Marks: map[grid.Mark]int{grid.Satisfied: 0, grid.Partly: 0, grid.Unsatisfied: 0}}
		all[key] = s
	}
	return s
}

// scores counts the journals of the areas (none: all) in which something happened
// in the period.
func scores(tx storage.Tx, p Period, areas []grid.AreaID, now time.Time) (Scores, error) {
	var out Scores
	var moved []grid.TicketNo
	for e, err := range tx.Journal().Between(p.From, p.To) {
		if err != nil {
			return out, fmt.Errorf("reading the journal: %w", err)
		}
		moved = append(moved, e.Ticket)
	}
	slices.Sort(moved)
	y := NewScoring(p, now)
	for _, no := range slices.Compact(moved) {
		journal, err := tx.Journal().Of(no)
		if err != nil {
			return out, fmt.Errorf("reading the journal of ticket %d: %w", no, err)
		}
		if o := journal[0].Set.Opening; len(areas) > 0 && o != nil && !slices.Contains(areas, o.Area) {
			continue
		}
		if err := y.Add(journal); err != nil {
			return out, err
		}
	}
	r := reader{tx: tx}
	for id, s := range y.People {
		if s.Who = r.name(id); y.Units[id] {
			out.Units = append(out.Units, *s)
		} else {
			out.Workers = append(out.Workers, *s)
		}
	}
	for id, s := range y.Areas {
		s.Who = string(id)
		out.Areas = append(out.Areas, *s)
	}
	for c, s := range y.Classes {
		s.Who = string(c)
		out.Classes = append(out.Classes, *s)
	}
	for _, list := range []*[]Score{&out.Workers, &out.Units, &out.Areas, &out.Classes} {
		if *list == nil {
			*list = []Score{}
		}
		slices.SortFunc(*list, func(a, b Score) int { return cmp.Compare(a.Who, b.Who) })
	}
	return out, r.err
}
