package days

import (
	"math"

	"youshi/grid"
)

// Goal is a figure that the project has set out to reach, and how far it came.
type Goal struct {
	Name     string      `json:"name"`
	AtMost   bool        `json:"at_most"` // the bound is the most, not the least
	Bound    float64     `json:"bound"`
	Figure   float64     `json:"figure"`
	Interval *[2]float64 `json:"interval"` // 95 %; null where there is none
	Met      bool        `json:"met"`
}

// NewGoal holds a figure against its bound.
func NewGoal(name string, atMost bool, bound, figure float64) Goal {
	return Goal{Name: name, AtMost: atMost, Bound: bound, Figure: figure, Met: figure == bound || (figure > bound) != atMost}
}

// Goals holds the score against what the local steps alone shall reach on days
// that they have not learnt from, or what they shall reach with a strong language
// model behind them.
func (s Score) Goals(withModel bool) []Goal {
	of := func(alone, behind float64) float64 {
		if withModel {
			return behind
		}
		return alone
	}
	all := []Goal{
		NewGoal("actionable F1", false, of(0.85, 0.94), s.Actionable.F1),
		NewGoal("category accuracy on what was found", false, of(0.80, 0.92), s.Category.Accuracy),
		NewGoal("emergency recall", false, of(0.95, 0.98), s.Emergency.R),
		NewGoal("emergency precision", false, of(0.60, 0.80), s.Emergency.P),
		NewGoal("sensitive recall", false, of(0.85, 0.90), s.Sensitive.R),
		NewGoal("sensitive precision", false, 0.40, s.Sensitive.P),
		NewGoal("linking, pairwise F1", false, of(0.65, 0.85), s.Linking.Pairwise.F1),
		NewGoal("matters F1", false, of(0.78, 0.92), s.Matters.F1),
		NewGoal("chatter answered per 100", true, of(2, 0.5), s.ChatterAnsweredPer100),
		NewGoal("group posts per 100 messages", true, 20, s.GroupPostsPer100),
	}
	if withModel {
		all = append(all, NewGoal("language model calls per 100 messages", true, 25, s.LLMCallsPer100))
	}
	for i, key := range []string{"actionable.f1", "category.accuracy", "emergency.r", "emergency.p", "sensitive.r", "sensitive.p", "linking.pairwise.f1", "matters.f1"} {
		if v, ok := s.Intervals[key]; ok {
			all[i].Interval = &v
		}
	}
	return all
}

// Alarms counts messages of strangers' talk that the program took for somebody's
// business.
type Alarms struct {
	N        int        `json:"n"`       // messages of strangers
	Alarms   int        `json:"alarms"`  // of these called actionable
	Tickets  int        `json:"tickets"` // of these that opened one
	Per1000  float64    `json:"per_1000"`
	Interval [2]float64 `json:"interval"` // 95 %, per 1,000
}

// AlarmsOf counts what the program made of the messages that stranger names.
func AlarmsOf(got Result, stranger func(grid.MessageID) bool) Alarms {
	var a Alarms
	for _, row := range got.ByMessage {
		if !stranger(row.ID) {
			continue
		}
		a.N++
		if row.Intent.Actionable() {
			a.Alarms++
		}
		if row.Outcome == grid.OutTicket {
			a.Tickets++
		}
	}
	a.Per1000 = 1000 * share(a.Alarms, a.N)
	low, high := wilson(a.Alarms, a.N)
	a.Interval = [2]float64{1000 * low, 1000 * high}
	return a
}

// wilson gives Wilson's 95 % interval of a share; unlike drawing again it says
// something where nothing was hit.
func wilson(hit, of int) (low, high float64) {
	if of == 0 {
		return 0, 0
	}
	const z = 1.96
	n, p := float64(of), share(hit, of)
	middle := p + z*z/(2*n)
	half := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, (middle-half)/(1+z*z/n)), min(1, (middle+half)/(1+z*z/n))
}
