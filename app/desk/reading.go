package desk

import (
	"fmt"
	"time"

	"youshi/app/print"
	"youshi/reports"
	"youshi/storage"
)

// reading says how well the last seven days' matters were understood, as staff's
// decisions tell it, and whether what is heard has changed.
func (d desk) reading(tx storage.Tx, k *print.Findings) error {
	now := d.now.In(d.config.Timezone)
	r, err := reports.ReadingOf(tx, now.AddDate(0, 0, -7), now)
	if err != nil {
		return err
	}
	if r.Decided == 0 {
		k.OK("%s: staff decided about no matter of the last 7 days: how well they were understood is not known", tx.Community())
	} else {
		k.OK("%s: of the last 7 days' matters staff decided about %d: %s of those proposed were matters, %s of all matters were proposed, %d confirmed as read, %d merged, %d missed",
			tx.Community(), r.Decided, percent(r.Matters.Precision), percent(r.Matters.Recall), r.AsRead, r.Merged, r.Missed)
	}
	var days []reports.Tally
	y, m, day := now.Date()
	for back := 34; back >= 0; back-- {
		from := time.Date(y, m, day-back, 0, 0, 0, 0, now.Location())
		t, err := reports.TallyOf(tx, from, from.AddDate(0, 0, 1))
		if err != nil {
			return err
		}
		days = append(days, t)
	}
	for _, x := range reports.DriftOf(days).Moves {
		if x.Moved {
			k.Warn("%s: what is heard has changed: %s %.3f in the last 7 days, %.3f in the 4 weeks before; see whether that is life, or train on staff's decisions (youshi train --from-store)",
				tx.Community(), x.What, x.Now, x.Then)
		}
	}
	return nil
}

func percent(r reports.Rate) string {
	if r.Of == 0 {
		return "none"
	}
	return fmt.Sprintf("%.0f %% (%d of %d)", 100*float64(r.N)/float64(r.Of), r.N, r.Of)
}
