package intents

import (
	"math"

	"youshi/grid"
)

// eligible reports whether m may go on with the matter at all.
func (t *talk) eligible(b *book) bool {
	if b.Status.Ended() && !t.reported(b.No) || t.since(b.last) > reportWithin || !t.mayJoin(b.Matter) {
		return false
	}
	if t.in.Kind.Actionable() && t.place.known() && b.place.known() && !t.place.same(b.place) && b.close == 0 && b.brief == 0 && !t.elsewhere(b) {
		return false // another place, and not a word of it
	}
	return !t.place.conflicts(b.place) || t.elsewhere(b)
}

// elsewhere reports whether m may go on with a matter of another building: an
// outage is mostly that of the whole neighbourhood, and who only speaks of a
// matter may name any.
func (t *talk) elsewhere(b *book) bool {
	if t.loud || t.in.Sensitive || b.Private {
		return false
	}
	return !t.in.Kind.Actionable() || b.outage != "" && t.outage == b.outage
}

// choice gives what m may go on with, and what speaks for each.
func (t *talk) choice() *Choice {
	none := t.noneCounts()
	c := &Choice{manner: mannerOf(t.in.Kind), Bids: []Bid{{clues: none[:]}}}
	books := t.theBooks()
	for i := range books {
		if t.eligible(&books[i]) {
			f := t.counts(&books[i])
			c.Bids = append(c.Bids, Bid{Ticket: books[i].No, clues: f[:]})
		}
	}
	none[openMatters] = log2(float64(len(c.Bids)-1)) / 2
	return c
}

// byRank takes a message for the matter for which most speaks, if it is likelier
// that it goes on with some matter than with none.
func (l Linker) byRank(t *talk) (grid.Link, bool) {
	if l.Weights == nil || len(t.s.Open) == 0 || t.in.Kind.Actionable() && otherRe.MatchString(t.text) {
		return grid.Link{}, false
	}
	c := t.choice()
	if l.Note != nil {
		l.Note.Last = c
	}
	if l.Weights.Mute || len(c.Bids) < 2 {
		return grid.Link{}, false
	}
	p := l.Weights.shares(c)
	best := 1
	for i := 2; i < len(p); i++ {
		if p[i] > p[best] {
			best = i
		}
	}
	why := "being talked about"
	if t.in.Kind == grid.Report {
		why = "same place and words"
	}
	if t.joins {
		why = "me too"
	}
	return grid.Link{Ticket: c.Bids[best].Ticket, Why: why}, p[0] < 0.5
}

// shares gives how likely each bid is the right one.
func (w *Weights) shares(c *Choice) []float64 {
	p := make([]float64, len(c.Bids))
	for i, b := range c.Bids {
		ws := w.none[:]
		if i > 0 {
			ws = w.with[c.manner][:]
		}
		for j, v := range b.clues {
			p[i] += ws[j] * v
		}
	}
	softmax(p)
	return p
}

// softmax makes probabilities of log odds.
func softmax(p []float64) {
	most, sum := math.Inf(-1), 0.0
	for _, v := range p {
		most = max(most, v)
	}
	for i := range p {
		p[i] = math.Exp(p[i] - most)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
}
