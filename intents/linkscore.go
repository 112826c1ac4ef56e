package intents

import "youshi/grid"

// akin is how like a report of another place must be to a matter to be of it.
const akin = 0.3

// eligible reports whether m may go on with the matter at all.
func (t *talk) eligible(b *book) bool {
	if b.Status.Ended() && !t.reported(b.No) || t.since(b.last) > reportWithin || !t.mayJoin(b.Matter) {
		return false
	}
	if t.in.Kind.Actionable() && t.place.known() && b.place.known() && !t.place.same(b.place) && max(b.close, b.brief) < akin && !t.elsewhere(b) {
		return false // another place, and hardly a word of it
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

// choice gives what m may be: a matter of its own, the first, or more of one
// that is open; and what is known of each. What is known of the first beside
// matters is the most that is known of any.
func (t *talk) choice() *Choice {
	c := &Choice{Right: -1, Bids: []Bid{{}}}
	f := t.ofMessage()
	books := t.theBooks()
	for i := range books {
		if t.eligible(&books[i]) {
			f[openMatters]++
		}
	}
	own := f
	own[opens] = 1
	for i := range books {
		if t.eligible(&books[i]) {
			r := t.beside(f, &books[i])
			for j := between; j < clues; j++ {
				own[j] = max(own[j], r[j])
			}
			c.Bids = append(c.Bids, Bid{Ticket: books[i].No, Clues: r[:]})
		}
	}
	c.Bids[0].Clues = own[:]
	return c
}

// likely is how likely it must be that a follow-up goes on with something open
// where a language model has read it as one: somewhere it must belong.
const likely = 0.2

// byRank takes a message for what is likeliest of all that it may be: likelier
// than not, or it is talk.
func (l Linker) byRank(t *talk) (grid.Link, Turn, float64) {
	if l.Weights == nil {
		return grid.Link{}, AsRead, 1
	}
	c := t.choice()
	if l.Note != nil {
		l.Note.Last = c
	}
	if l.Weights.Forest == nil {
		return grid.Link{}, AsRead, 1
	}
	rows := make([][]float64, len(c.Bids))
	for i, b := range c.Bids {
		rows[i] = b.Clues
	}
	p, none := l.Weights.Forest.Shares(rows)
	best, joins := 0, 0.0
	for i := 1; i < len(p); i++ {
		joins += p[i]
		if best == 0 || p[i] > p[best] {
			best = i
		}
	}
	enough := 0.5
	if t.in.By == "llm" && t.in.Kind == grid.FollowUp {
		enough, p[0] = likely, 0
	}
	switch {
	case p[0] >= 0.5 || t.in.Kind.Actionable() && otherRe.MatchString(t.text):
		return grid.Link{}, Opens, p[0]
	case joins >= enough:
		return grid.Link{Ticket: c.Bids[best].Ticket, Why: t.why()}, AsRead, p[best]
	}
	return grid.Link{}, Talks, none
}

// why says for the record why m joins what it joins.
func (t *talk) why() string {
	switch {
	case t.joins:
		return "me too"
	case t.in.Kind == grid.Report:
		return "same place and words"
	}
	return "being talked about"
}
