package days

import (
	"math/rand/v2"
	"slices"
)

const draws = 1000

// intervals gives the 2.5th and 97.5th percentile of the main figures over
// samples drawn with replacement. The seed is fixed: same input, same numbers.
func intervals(all []judged, lands []patch) map[string][2]float64 {
	random := rand.New(rand.NewPCG(20, 26))
	values := map[string][]float64{}
	for range draws {
		t := newTally()
		for range all {
			t.add(all[random.IntN(len(all))])
		}
		var pairs, matters hits
		for range lands {
			p := lands[random.IntN(len(lands))]
			pairs.plus(p.pairs)
			matters.plus(p.matters)
		}
		s := t.score()
		for name, v := range map[string]float64{
			"intent.accuracy": s.Intent.Accuracy, "intent.macro_f1": s.Intent.MacroF1,
			"actionable.p": s.Actionable.P, "actionable.r": s.Actionable.R, "actionable.f1": s.Actionable.F1,
			"category.accuracy": s.Category.Accuracy, "category_end_to_end.accuracy": s.CategoryEndToEnd.Accuracy,
			"urgency.accuracy": s.Urgency.Accuracy, "emergency.p": s.Emergency.P, "emergency.r": s.Emergency.R,
			"topic.accuracy": s.Topic.Accuracy, "sensitive.p": s.Sensitive.P, "sensitive.r": s.Sensitive.R,
			"location.exact": s.Location.Exact, "emergency.f1": s.Emergency.F1, "sensitive.f1": s.Sensitive.F1,
			"linking.pairwise.p": pairs.prf().P, "linking.pairwise.r": pairs.prf().R, "linking.pairwise.f1": pairs.prf().F1,
			"matters.p": matters.prf().P, "matters.r": matters.prf().R, "matters.f1": matters.prf().F1,
		} {
			values[name] = append(values[name], v)
		}
	}
	out := make(map[string][2]float64, len(values))
	for name, v := range values {
		slices.Sort(v)
		out[name] = [2]float64{v[draws*25/1000], v[draws*975/1000-1]}
	}
	return out
}
