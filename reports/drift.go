package reports

import (
	"fmt"
	"math"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// What counts as a change of what is heard.
const (
	driftWeeks   = 4    // that a week is held against
	driftSigmas  = 3.0  // differences up to so many standard errors are noise
	driftLeast   = 100  // messages a week under which nothing is said
	driftAtLeast = 0.02 // smaller differences are nobody's business
)

// Tally counts what the program made of the messages of some time in the groups.
type Tally struct {
	Messages   int               `json:"messages"`
	Kinds      map[grid.Kind]int `json:"kinds"`
	Confidence float64           `json:"-"` // sum, and sum of squares
	Squares    float64           `json:"-"`
}

// TallyOf counts the messages sent in [from, to).
func TallyOf(tx storage.Tx, from, to time.Time) (Tally, error) {
	t := Tally{Kinds: map[grid.Kind]int{}}
	group := map[grid.ChatID]bool{}
	chats, err := tx.Roster().Chats()
	if err != nil {
		return t, fmt.Errorf("reading the chats: %w", err)
	}
	for _, c := range chats {
		group[c.ID] = c.Kind == grid.GroupChat
	}
	for m, err := range tx.Messages().Between(from, to) {
		if err != nil {
			return t, fmt.Errorf("reading messages: %w", err)
		}
		if !group[m.Chat] || m.Of != "" || m.Kind == grid.JoinMessage || m.Intent.Kind == "" {
			continue
		}
		t.Messages++
		t.Kinds[m.Intent.Kind]++
		t.Confidence += m.Intent.Confidence
		t.Squares += m.Intent.Confidence * m.Intent.Confidence
	}
	return t, nil
}

// add gives the sum of two tallies.
func (t Tally) add(o Tally) Tally {
	sum := Tally{Messages: t.Messages + o.Messages, Kinds: map[grid.Kind]int{}, Confidence: t.Confidence + o.Confidence, Squares: t.Squares + o.Squares}
	for _, k := range grid.Kinds() {
		if n := t.Kinds[k] + o.Kinds[k]; n > 0 {
			sum.Kinds[k] = n
		}
	}
	return sum
}

// Drift says whether what is heard has changed (漂移): this week against the four
// before it.
type Drift struct {
	Messages int    `json:"messages"` // of the week
	Before   int    `json:"before"`   // of the four weeks before
	Moves    []Move `json:"moves"`    // every kind, and the confidence
	Enough   bool   `json:"enough"`   // there are messages enough to say something
	Moved    bool   `json:"moved"`    // at least one moved beyond noise
}

// Move is one share, or the mean confidence: in the week, in the weeks before,
// and how far it may differ by chance.
type Move struct {
	What  string  `json:"what"` // a kind, or "confidence"
	Now   float64 `json:"now"`
	Then  float64 `json:"then"`
	Noise float64 `json:"noise"`
	Moved bool    `json:"moved"`
}

// DriftOf compares the last seven of the days with the 28 before them. days are
// in order, the latest last; missing ones at the beginning are unknown.
func DriftOf(days []Tally) Drift {
	weeks := make([]Tally, driftWeeks+1) // the latest first
	for i := range weeks {
		end := len(days) - 7*i
		for _, d := range days[max(0, end-7):max(0, end)] {
			weeks[i] = weeks[i].add(d)
		}
	}
	var before Tally
	var full []Tally
	for _, w := range weeks[1:] {
		before = before.add(w)
		if w.Messages >= driftLeast {
			full = append(full, w)
		}
	}
	d := Drift{Messages: weeks[0].Messages, Before: before.Messages, Moves: []Move{}}
	d.Enough = d.Messages >= driftLeast && len(full) >= 2
	if !d.Enough {
		return d
	}
	for _, k := range grid.Kinds() {
		share := func(t Tally) float64 { return float64(t.Kinds[k]) / float64(max(t.Messages, 1)) }
		p := share(before)
		d.move(string(k), share(weeks[0]), p, math.Sqrt(p*(1-p)), before.Messages, spread(full, share))
	}
	mean := func(t Tally) float64 { return t.Confidence / float64(max(t.Messages, 1)) }
	sd := math.Sqrt(max(0, before.Squares/float64(max(before.Messages, 1))-mean(before)*mean(before)))
	d.move("confidence", mean(weeks[0]), mean(before), sd, before.Messages, spread(full, mean))
	return d
}

// move adds a figure. Messages come in bursts, so weeks differ by more than
// counting says: the larger of both errors counts.
func (d *Drift) move(what string, now, then, sd float64, before int, weekly float64) {
	counted := sd * math.Sqrt(1/float64(d.Messages)+1/float64(max(before, 1)))
	m := Move{What: what, Now: now, Then: then, Noise: driftSigmas * max(counted, weekly)}
	m.Moved = math.Abs(now-then) > max(m.Noise, driftAtLeast)
	d.Moved = d.Moved || m.Moved
	d.Moves = append(d.Moves, m)
}

// spread gives the standard error of one week against the mean of the others.
func spread(weeks []Tally, of func(Tally) float64) float64 {
	if len(weeks) < 3 {
		return 0 // two weeks say nothing of how weeks differ
	}
	n, sum, squares := float64(len(weeks)), 0.0, 0.0
	for _, w := range weeks {
		x := of(w)
		sum, squares = sum+x, squares+x*x
	}
	variance := max(0, (squares-sum*sum/n)/(n-1))
	return math.Sqrt(variance * (1 + 1/n))
}
