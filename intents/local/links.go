package local

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"youshi/grid"
	"youshi/intents"
	"youshi/intents/linear"
	"youshi/intents/trees"
)

// Spoken is a recorded day for the Linker to learn from.
type Spoken struct {
	Heard  []Heard
	From   int     // where its first message stands among the examples
	Weight float64 // how many ordinary days it counts for; 0 means 1
}

// What the Linker is taught by.
const (
	linkRounds = 2
	shownRight = 0.75 // in the first round, of what belongs somewhere so much is put there
)

// learnLinks fits the Linker's weights. Every day is taken through rules, model
// and Linker as in use, and what the Linker had to choose among is noted with
// what is right: in the first round mostly led by the labels, in the next by the
// weights learnt so far, so that it learns to live with its own mistakes. What
// the model says is what its twin said that had not learnt the message.
func (s *Step) learnLinks(ctx context.Context, o Options, rules *intents.Rules, reports [2]linear.Report) (*intents.Weights, error) {
	if len(o.Spoken) == 0 || len(reports[0].Heads[0].Predictions) == 0 {
		return o.Links, nil
	}
	common := runesOf(o.Spoken)
	weights := &intents.Weights{Runes: common}
	var all []trees.Choice
	for round := range linkRounds {
		for i, day := range o.Spoken {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			p := pupil{twin: &twin{Step: s, reports: reports}, right: map[grid.TicketNo]map[grid.MessageID]int{}, random: rand.New(rand.NewPCG(o.Seed, uint64(i)))}
			p.chain = intents.Chain{Steps: []intents.Step{rules, p.twin}, Linker: intents.Linker{Weights: weights, Note: &p.note}}
			p.take(ctx, day, o.Bot, round == 0)
			for _, c := range p.choices {
				x := trees.Choice{Right: c.Right, Weight: day.Weight}
				for _, b := range c.Bids {
					x.Options = append(x.Options, b.Clues)
				}
				all = append(all, x)
			}
		}
		forest, err := trees.Train(ctx, intents.ClueNames(), all, trees.Options{})
		if err != nil {
			return nil, err
		}
		weights = &intents.Weights{Forest: forest, Runes: common}
	}
	return weights, nil
}

// twin is a Step that answers the messages of a day as a model that had not
// learnt them.
type twin struct {
	*Step
	reports [2]linear.Report
	at      int // the example that is asked next
}

func (w *twin) Try(_ context.Context, m grid.Message, scene grid.Scene) (grid.Intent, bool, error) {
	about := w.matter.Predict(read(m, scene))
	for _, h := range w.reports[1].Heads {
		if p := h.Predictions[w.at]; p.Labels != nil {
			about[slices.IndexFunc(about, func(x linear.Prediction) bool { return x.Head == h.Head })] = p
		}
	}
	in := w.answer(m, w.reports[0].Heads[0].Predictions[w.at], about)
	return in, in.Confidence >= w.bars.Sure, nil
}

// pupil takes one day.
type pupil struct {
	chain   intents.Chain
	twin    *twin
	note    intents.Choices
	right   map[grid.TicketNo]map[grid.MessageID]int // how many messages of which matters are in a ticket
	random  *rand.Rand
	choices []*intents.Choice
}

func (p *pupil) take(ctx context.Context, day Spoken, bot string, led bool) {
	lane := NewLane(bot)
	for i, h := range day.Heard {
		p.twin.at = day.From + i
		if h.ID == "" { // mixed in
			h.ID = grid.MessageID(rune(i))
		}
		if h.Matter == "" {
			h.Matter = h.ID
		}
		p.note.Last = nil
		in := p.chain.Think(ctx, h.Message, lane.Scene(h))
		if c := p.note.Last; c != nil && len(c.Bids) > 0 {
			p.mark(c, h)
			p.choices = append(p.choices, c)
			if led {
				in = p.lead(in, c)
			}
		}
		if no := lane.Take(h, in); no != 0 {
			if p.right[no] == nil {
				p.right[no] = map[grid.MessageID]int{}
			}
			p.right[no][h.Matter]++
		}
	}
}

// mark finds the ticket that holds mostly the matter; of several the one that
// holds most. What no ticket holds, and somebody must act on, opens one.
func (p *pupil) mark(c *intents.Choice, h Heard) {
	most := 0
	for i, b := range c.Bids {
		n := p.right[b.Ticket][h.Matter]
		for _, other := range p.right[b.Ticket] {
			if other > n {
				n = 0
			}
		}
		if b.Ticket != 0 && n > most {
			c.Right, most = i, n
		}
	}
	if most == 0 && h.Gold.Kind.Actionable() {
		c.Right = 0
	}
}

// lead puts the message mostly where it belongs.
func (p *pupil) lead(in grid.Intent, c *intents.Choice) grid.Intent {
	if p.random.Float64() >= shownRight {
		return in
	}
	in.Link.Ticket = 0
	if c.Right >= 0 {
		in.Link.Ticket = c.Bids[c.Right].Ticket
	}
	if in.Link.Ticket != 0 && in.Kind != grid.Order && in.Kind != grid.Praise {
		in.Kind = grid.FollowUp
	}
	return in
}

// seldom is the share of messages under which a character is as good as unheard.
const seldom = 0.001

// runesOf gives the share of messages that a character is in.
func runesOf(days []Spoken) map[string]float64 {
	share, n := map[string]float64{}, 0.0
	for _, d := range days {
		for _, h := range d.Heard {
			if h.Text == "" {
				continue
			}
			n++
			seen := map[rune]bool{}
			for _, r := range h.Text {
				if !seen[r] {
					seen[r] = true
					share[string(r)]++
				}
			}
		}
	}
	for r := range share {
		if share[r] = math.Round(share[r]/n*1e4) / 1e4; share[r] < seldom {
			delete(share, r)
		}
	}
	return share
}
