package reports

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// Figures are the numbers of a period (docs/decisions/0009-figures.md). Private
// matters are counted in all of them and named in none.
type Figures struct {
	Period
	At    time.Time     `json:"at"`    // as of when
	Areas []grid.AreaID `json:"areas"` // as asked for, each with all below it; none: all

	Heard    int                  `json:"heard"` // messages of the groups
	Outcomes map[grid.Outcome]int `json:"outcomes"`
	Unread   int                  `json:"unread"` // heard and still in the inbox: heard is the sum of outcomes and these

	Found           int                   `json:"found"`
	FoundByCategory map[grid.Category]int `json:"found_by_category"`
	FoundBySource   map[grid.Source]int   `json:"found_by_source"`
	Private         int                   `json:"private"`      // of found
	Silent          int                   `json:"silent_units"` // how often a unit that was whistled did not report in
	Confirmed       int                   `json:"confirmed"`
	Rejected        int                   `json:"rejected"`
	Withdrawn       int                   `json:"withdrawn"`
	Merged          int                   `json:"merged"`

	FirstAnswer FirstAnswer     `json:"first_answer"`
	OnTime      map[string]Rate `json:"on_time"` // steps ended in the period by their deadline: confirm, accept, resolve

	Open        int       `json:"open"`           // at the end, whenever they were heard
	OpenOfFound int       `json:"open_of_period"` // of these, heard in the period
	Overdue     int       `json:"overdue"`
	Age         Lengths   `json:"age"`   // of the open ones, since heard
	Worst       []Overdue `json:"worst"` // at most three that are longest overdue

	Solved        int                `json:"solved"`
	SolvedRate    Rate               `json:"solved_rate"` // of confirmed
	SolvedAtLevel map[grid.Level]int `json:"solved_at_level"`

	Marks        map[grid.Mark]int `json:"marks"`
	Satisfaction Rate              `json:"satisfaction"` // satisfied or partly, of answers
	Turnout      Rate              `json:"turnout"`      // answers, of people asked
	ReworkRate   Rate              `json:"rework_rate"`  // matters with a second round, of those ever resolved
	Repeat       Rate              `json:"repeat"`       // matters whose place and topic had one closed in the 90 days before, of found
	Hot          []Hot             `json:"hot_matters"`  // at most five
	Scores       Scores            `json:"scores"`       // per worker, unit, area and class
}

// Rate is a part of a whole. As JSON it is {"n", "of", "rate"}, rate null of nothing.
type Rate struct {
	N  int `json:"n"`
	Of int `json:"of"`
}

// MarshalJSON adds the quotient.
func (r Rate) MarshalJSON() ([]byte, error) {
	out := struct {
		N    int      `json:"n"`
		Of   int      `json:"of"`
		Rate *float64 `json:"rate"`
	}{N: r.N, Of: r.Of}
	if r.Of > 0 {
		q := float64(r.N) / float64(r.Of)
		out.Rate = &q
	}
	return json.Marshal(out)
}

// Percent is the quotient in whole percent; 0 of nothing.
func (r Rate) Percent() int {
	if r.Of == 0 {
		return 0
	}
	return (200*r.N + r.Of) / (2 * r.Of)
}

// Lengths are percentiles of lengths of time by nearest rank, in seconds; null
// of nothing.
type Lengths struct {
	P50 *float64 `json:"p50"`
	P90 *float64 `json:"p90"`
	Max *float64 `json:"max"`
}

func lengthsOf(all []time.Duration) Lengths {
	if len(all) == 0 {
		return Lengths{}
	}
	all = slices.Sorted(slices.Values(all))
	at := func(percent int) *float64 {
		s := all[(percent*len(all)+99)/100-1].Seconds()
		return &s
	}
	return Lengths{P50: at(50), P90: at(90), Max: at(100)}
}

// FirstAnswer is how long reporters waited, in seconds: of found, those answered.
type FirstAnswer struct {
	Lengths
	Answered int `json:"answered"`
	Of       int `json:"of"`
}

// Overdue is an open matter past its deadline, by this many seconds.
type Overdue struct {
	Number grid.TicketNo `json:"number"`
	Step   string        `json:"step"`
	By     float64       `json:"by"`
}

// Hot is a matter that many people have. Votes are its supporters and the reporter.
type Hot struct {
	Number  grid.TicketNo `json:"number"`
	Votes   int           `json:"votes"`
	Summary string        `json:"summary"`
}

// Limits of the lists in Figures.
const (
	worstMost = 3
	hotMost   = 5
)

// repeatWithin is how long ago a matter may have been closed for the next one
// at its place to be a repeat.
const repeatWithin = 90 * 24 * time.Hour

// epoch lies before everything heard.
var epoch = time.Unix(0, 0)

// Reckon computes the figures of the period for the areas and all below them
// (none: the whole community) as of now: later steps and messages do not count.
func Reckon(tx storage.Tx, p Period, areas []grid.AreaID, now time.Time) (Figures, error) {
	f := Figures{Period: p, At: now.In(p.From.Location()), Areas: append([]grid.AreaID{}, areas...),
		Outcomes: map[grid.Outcome]int{}, FoundByCategory: map[grid.Category]int{}, FoundBySource: map[grid.Source]int{grid.Online: 0, grid.Offline: 0}, OnTime: map[string]Rate{},
		SolvedAtLevel: map[grid.Level]int{}, Marks: map[grid.Mark]int{}, Worst: []Overdue{}, Hot: []Hot{}}
	below, err := expand(tx, areas)
	if err != nil {
		return f, err
	}
	matters, err := gather(tx, p, below, now)
	if err != nil {
		return f, err
	}
	f.count(matters)
	f.backlog(matters)
	f.judging(matters)
	for _, step := range []func() error{
		func() error { return f.messages(tx, below, now) },
		func() error { return f.answers(tx, matters, now) },
		func() error { return f.deadlines(tx, below, now) },
		func() error { return f.places(tx, matters) },
		func() error { return f.hot(tx, matters) },
		func() (err error) { f.Scores, err = scores(tx, p, below, now); return err },
	} {
		if err := step(); err != nil {
			return f, fmt.Errorf("reckoning %s to %s: %w", p.From.Format(time.DateOnly), p.To.Format(time.DateOnly), err)
		}
	}
	return f, nil
}

// expand gives the areas and all below them; none for all.
func expand(tx storage.Tx, areas []grid.AreaID) ([]grid.AreaID, error) {
	var out []grid.AreaID
	for _, a := range areas {
		below, err := storage.Subtree(tx.Roster(), a)
		if err != nil {
			return nil, err
		}
		out = append(out, below...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// count fills in what happened to the matters of the period.
func (f *Figures) count(matters []matter) {
	for _, c := range grid.Categories() {
		f.FoundByCategory[c] = 0
	}
	for l, ok := grid.LevelGrid, true; ok; l, ok = l.Above() {
		f.SolvedAtLevel[l] = 0
	}
	for _, m := range matters {
		t := m.now
		for _, e := range m.journal {
			if f.Has(e.At) {
				f.Silent += len(e.Set.Silent)
			}
		}
		switch {
		case !m.ofPeriod:
			continue
		case t.Status == grid.Merged:
			f.Merged++
			continue
		}
		f.Found++
		f.FoundByCategory[t.Category]++
		f.FoundBySource[t.Source]++
		f.Private += one(t.Private)
		f.Confirmed += one(!t.Confirmed.IsZero())
		f.Rejected += one(t.Status == grid.Rejected)
		f.Withdrawn += one(withdrawn(t))
		f.ReworkRate.N += one(t.Round >= 1)
		f.ReworkRate.Of += one(t.Round >= 1 || !t.Resolved.IsZero())
		if t.Status == grid.Closed && !withdrawn(t) {
			f.Solved++
			f.SolvedAtLevel[t.SolvedAt]++
		}
	}
	f.SolvedRate = Rate{N: f.Solved, Of: f.Confirmed}
}

// backlog fills in what was still open at the end of the period, or is now.
func (f *Figures) backlog(matters []matter) {
	end := f.end()
	var ages []time.Duration
	for _, m := range matters {
		t := m.end
		if t.No == 0 || t.Status.Ended() {
			continue
		}
		f.Open++
		f.OpenOfFound += one(m.ofPeriod)
		ages = append(ages, end.Sub(t.Heard))
		// The end of a judging is nobody's delay.
		if d := t.Due; d != nil && d.Due.Before(end) && t.Status != grid.Resolved {
			f.Overdue++
			if !t.Private {
				f.Worst = append(f.Worst, Overdue{Number: t.No, Step: d.Step, By: end.Sub(d.Due).Seconds()})
			}
		}
	}
	f.Age = lengthsOf(ages)
	slices.SortStableFunc(f.Worst, func(a, b Overdue) int { return cmp.Compare(b.By, a.By) })
	f.Worst = f.Worst[:min(worstMost, len(f.Worst))]
}

// end is the moment at which what is open is counted.
func (f *Figures) end() time.Time {
	if f.At.Before(f.To) {
		return f.At
	}
	return f.To
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
