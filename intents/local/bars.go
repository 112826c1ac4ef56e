package local

import (
	"math"
	"slices"

	"youshi/grid"
	"youshi/intents/linear"
)

// What the bars are chosen for.
const (
	alarmBeta = 0.5  // a false alarm costs more than a miss: precision counts twice
	peril     = 1.1  // a missed danger to life costs more than a false one, which is also a wrong category
	sureRight = 0.97 // of the answers called sure, so many must be right
	// Of the messages of days that rules or model call sensitive, so many must be.
	// The goal for the whole road is less: what goes on with a private matter is
	// called sensitive too, and is so less often.
	privateRight = 0.75
)

// chooseBars sets the bars by answers to examples held back. The one for
// actionable kinds and for being sure look at days alone, since single lines
// hold far more reports than life; so does that for what is sensitive, which
// rules call so before the model is asked. Of days those count that are labelled
// with care, if there are any.
func chooseBars(examples []Example, reports [2]linear.Report, ruled func(Example) bool) Bars {
	var act, danger, private []judged
	var kinds []judged
	careful := slices.ContainsFunc(examples, func(e Example) bool { return e.Careful })
	for _, h := range append(reports[0].Heads, reports[1].Heads...) {
		for i, p := range h.Predictions {
			e := examples[i]
			switch {
			case p.Labels == nil:
			case h.Head == headUrgency:
				danger = append(danger, judged{p.Of(string(grid.Emergency)), e.Gold.Urgency == grid.Emergency})
			case e.Group == "" || careful && !e.Careful:
			case h.Head == headIntent:
				act = append(act, judged{actionable(p), e.Gold.Kind.Actionable()})
				kinds = append(kinds, judged{p.P, p.Label == string(e.Gold.Kind)})
			case h.Head == headSensitive:
				j := judged{p.Of(yes), e.Gold.Sensitive}
				if ruled(e) {
					j.p = 1
				}
				private = append(private, j)
			}
		}
	}
	return Bars{
		Actionable: bestBar(act, alarmBeta), Emergency: bestBar(danger, peril), Sensitive: leastBar(private, privateRight, 0.05),
		Sure: leastBar(kinds, sureRight, 0.5),
	}
}

// judged is a probability of yes, and whether yes was right.
type judged struct {
	p   float64
	yes bool
}

// bestBar gives the bar with the best F-beta, in hundredths; 0.5 without cases.
func bestBar(all []judged, beta float64) float64 {
	best, most := 0.5, -1.0
	for step := 5; step <= 95; step++ {
		bar := float64(step) / 100
		var both, right, given float64
		for _, j := range all {
			if j.yes {
				right++
			}
			if j.p >= bar {
				given++
			}
			if j.yes && j.p >= bar {
				both++
			}
		}
		if right == 0 {
			return best
		}
		if f := (1 + beta*beta) * both / (beta*beta*right + given); f > most {
			best, most = bar, f
		}
	}
	return best
}

// leastBar gives the least bar, from one on in hundredths, over which enough
// answers are right, or more than 1 (never) if there is none.
func leastBar(all []judged, enough, from float64) float64 {
	for step := int(math.Round(from * 100)); step < 100; step++ {
		bar := float64(step) / 100
		right, given := 0, 0
		for _, j := range all {
			if j.p >= bar {
				given++
				if j.yes {
					right++
				}
			}
		}
		if given > 0 && float64(right) >= enough*float64(given) {
			return bar
		}
	}
	return math.Nextafter(1, 2)
}
