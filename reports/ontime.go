package reports

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// deadlines counts the steps that ended in the period, whenever their matter
// was heard, and of them those that ended by their deadline.
func (f *Figures) deadlines(tx storage.Tx, areas []grid.AreaID, now time.Time) error {
	for _, step := range []string{"confirm", "accept", "resolve"} {
		f.OnTime[step] = Rate{}
	}
	var ended []grid.TicketNo
	for e, err := range tx.Journal().Between(f.From, f.To) {
		if err != nil {
			return fmt.Errorf("reading the journal: %w", err)
		}
		if stepEnded(e) != "" && !e.At.After(now) {
			ended = append(ended, e.Ticket)
		}
	}
	slices.Sort(ended)
	for _, no := range slices.Compact(ended) {
		t, err := tx.Tickets().Get(no)
		if err != nil {
			return fmt.Errorf("reading ticket %d: %w", no, err)
		}
		if len(areas) > 0 && !slices.Contains(areas, t.Area) {
			continue
		}
		journal, err := tx.Journal().Of(no)
		if err != nil {
			return fmt.Errorf("reading the journal of ticket %d: %w", no, err)
		}
		f.keptDeadlines(journal, now)
	}
	return nil
}

// keptDeadlines counts the steps of one journal that ended in the period.
func (f *Figures) keptDeadlines(journal []grid.Entry, now time.Time) {
	endings(journal, now, func(_ int, step string, inTime bool, at time.Time) {
		if f.Has(at) {
			r := f.OnTime[step]
			f.OnTime[step] = Rate{N: r.N + one(inTime), Of: r.Of + 1}
		}
	})
}

// endings goes through one journal up to now with the deadlines that were running,
// and tells of each step with a clock by which entry and whether in time it ended.
func endings(journal []grid.Entry, now time.Time, tell func(entry int, step string, inTime bool, at time.Time)) {
	running := map[string]time.Time{}
	var stopped time.Time // while waiting
	for i, e := range journal {
		if e.At.After(now) {
			return
		}
		step := stepEnded(e)
		if due, ok := running[step]; ok {
			done := e.At
			if !stopped.IsZero() { // resolved out of waiting: the clock had stopped before
				done = stopped
			}
			tell(i, step, !done.After(due), e.At)
			delete(running, step)
		}
		switch {
		case e.Want == grid.WantWait:
			stopped = e.At
		case e.Reason != grid.ReasonSkipped: // a skipped step belongs to what follows it
			if e.From == grid.OnHold && e.To != grid.OnHold || step != "" {
				stopped = time.Time{}
			}
		}
		if d := e.Set.Due; d != nil {
			running[d.Step] = d.Due
		}
	}
}

// stepEnded gives the step with a clock that the entry ends, or "".
func stepEnded(e grid.Entry) string {
	switch {
	case e.Want == grid.WantConfirm:
		return "confirm"
	case e.Want == grid.WantAccept:
		return "accept"
	case e.Want == grid.WantResolve && e.To == grid.Resolved:
		return "resolve"
	}
	return ""
}

// plain takes out of a place's words what people write now so, now so.
func plain(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }
