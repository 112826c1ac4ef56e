package local

import (
	"math"

	"youshi/grid"
	"youshi/intents/linear"
)

// What the bars are chosen for.
const (
	alarmBeta = 0.5  // a false alarm costs more than a miss: precision counts twice
	peril     = 1.1  // a missed danger to life costs more than a false one, which is also a wrong category
	sureRight = 0.97 // of the answers called sure, so many must be right
)

// chooseBars sets the bars by answers to examples held back. The one for
// actionable kinds and for being sure look at days alone, since single lines
// hold far more reports than life.
func chooseBars(examples []Example, reports [2]linear.Report) Bars {
	var act, danger, private []judged
	var kinds []judged
	for _, h := range append(reports[0].Heads, reports[1].Heads...) {
		for i, p := range h.Predictions {
			e := examples[i]
			switch {
			case p.Labels == nil:
			case h.Head == headIntent && e.Group != "":
				act = append(act, judged{actionable(p), e.Gold.Kind.Actionable()})
				kinds = append(kinds, judged{p.P, p.Label == string(e.Gold.Kind)})
			case h.Head == headUrgency:
				danger = append(danger, judged{p.Of(string(grid.Emergency)), e.Gold.Urgency == grid.Emergency})
			case h.Head == headSensitive:
				private = append(private, judged{p.Of(yes), e.Gold.Sensitive})
			}
		}
	}
	return Bars{
		Actionable: bestBar(act, alarmBeta), Emergency: bestBar(danger, peril), Sensitive: bestBar(private, 1),
		Sure: sureBar(kinds),
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

// sureBar gives the least bar over which enough answers are right, in
// hundredths, or more than 1 (never sure) if there is none.
func sureBar(all []judged) float64 {
	for step := 50; step < 100; step++ {
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
		if given > 0 && float64(right) >= sureRight*float64(given) {
			return bar
		}
	}
	return math.Nextafter(1, 2)
}
