package reports

import (
	"fmt"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// Reading is how well messages were understood in a time, as staff's decisions
// tell it (识别情况). A rate of nothing says that nobody has decided yet.
type Reading struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`

	Decided int `json:"decided"` // matters of the time that staff decided about
	AsRead  int `json:"as_read"` // of these: confirmed as they were proposed
	Merged  int `json:"merged"`  // … were more of a matter that was known already

	// Matters: precision is how many of the matters proposed were matters, recall
	// how many of all that staff saw were proposed. What nobody saw is in neither.
	Matters ClassRates `json:"matters"`
	Missed  int        `json:"missed"` // opened by staff from what had been passed over, or written down (记)

	Categories map[grid.Category]ClassRates `json:"categories"` // of matters that were found
	Urgencies  map[grid.Urgency]ClassRates  `json:"urgencies"`
	Topics     Rate                         `json:"topics"` // right ones
}

// ClassRates are the precision and the recall of one class.
type ClassRates struct {
	Precision Rate `json:"precision"`
	Recall    Rate `json:"recall"`
}

// NamedRates are the rates of a class by its word.
type NamedRates struct {
	Class string `json:"class"`
	ClassRates
}

// Classes gives every class: matter, the categories, the urgencies.
func (r Reading) Classes() []NamedRates {
	out := []NamedRates{{"matter", r.Matters}}
	for _, c := range grid.Categories() {
		out = append(out, NamedRates{string(c), r.Categories[c]})
	}
	for _, u := range grid.Urgencies() {
		out = append(out, NamedRates{string(u), r.Urgencies[u]})
	}
	return out
}

// count adds one matter that was read as and is of the class, or not.
func (c *ClassRates) count(read, is bool) {
	hit := 0
	if read && is {
		hit = 1
	}
	if read {
		c.Precision.N, c.Precision.Of = c.Precision.N+hit, c.Precision.Of+1
	}
	if is {
		c.Recall.N, c.Recall.Of = c.Recall.N+hit, c.Recall.Of+1
	}
}

// ReadingOf reckons how well the matters heard in [from, to) were understood.
func ReadingOf(tx storage.Tx, from, to time.Time) (Reading, error) {
	r := Reading{From: from, To: to, Categories: map[grid.Category]ClassRates{}, Urgencies: map[grid.Urgency]ClassRates{}}
	for t, err := range tx.Tickets().Heard(nil, from, to) {
		if err != nil {
			return r, fmt.Errorf("reading the matters: %w", err)
		}
		if t.Source == grid.Offline {
			r.miss()
			continue
		}
		v, ok, err := VerdictOf(tx, t)
		if err != nil {
			return r, err
		}
		if ok {
			r.add(v)
		}
	}
	return r, nil
}

func (r *Reading) miss() {
	r.Missed++
	r.Matters.count(false, true)
}

func (r *Reading) add(v Verdict) {
	r.Decided++
	switch {
	case v.Missed && v.Gold.Kind.Actionable():
		r.miss()
	case v.Gold.Kind == grid.FollowUp:
		r.Merged++
	case !v.Gold.Kind.Actionable():
		r.Matters.count(true, false)
	default:
		r.Matters.count(true, true)
		r.found(v)
	}
}

// found counts the labels of a matter that was proposed and is one.
func (r *Reading) found(v Verdict) {
	for _, c := range grid.Categories() {
		of := r.Categories[c]
		of.count(v.Read.Category == c, v.Gold.Category == c)
		r.Categories[c] = of
	}
	if v.Gold.Urgency != "" {
		for _, u := range grid.Urgencies() {
			of := r.Urgencies[u]
			of.count(v.Read.Urgency == u, v.Gold.Urgency == u)
			r.Urgencies[u] = of
		}
	}
	r.Topics.Of++
	if v.Read.Topic == v.Gold.Topic {
		r.Topics.N++
		if v.Read.Category == v.Gold.Category && v.Read.Urgency == v.Gold.Urgency {
			r.AsRead++
		}
	}
}
