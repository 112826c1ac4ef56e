package reports

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// matter is a ticket at two moments, folded from its journal.
type matter struct {
	ofPeriod bool         // heard in the period
	now      grid.Ticket  // as of now
	end      grid.Ticket  // at the period's end; No 0: not opened yet, or closed long ago
	journal  []grid.Entry // up to now; nil for what was closed before the period
}

// gather reads every matter of the areas that was heard before the period's end.
func gather(tx storage.Tx, p Period, areas []grid.AreaID, now time.Time) ([]matter, error) {
	var out []matter
	for t, err := range tx.Tickets().Heard(areas, epoch, p.To) {
		if err != nil {
			return nil, fmt.Errorf("reading tickets: %w", err)
		}
		m := matter{ofPeriod: p.Has(t.Heard), now: t}
		if !m.ofPeriod && t.Status == grid.Closed && t.Closed.Before(p.From) && t.Closed.Before(now) {
			out = append(out, m) // of use only for what comes again
			continue
		}
		if m.journal, err = tx.Journal().Of(t.No); err != nil {
			return nil, fmt.Errorf("reading the journal of ticket %d: %w", t.No, err)
		}
		m.journal = m.journal[:until(m.journal, func(e grid.Entry) bool { return e.At.After(now) })]
		if len(m.journal) == 0 {
			continue // opened later than now
		}
		if m.now, err = grid.Fold(m.journal); err != nil {
			return nil, err
		}
		atEnd := until(m.journal, func(e grid.Entry) bool { return !e.At.Before(p.To) })
		if m.end, err = grid.Fold(m.journal[:atEnd]); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// until gives how many entries come before the first that is past.
func until(entries []grid.Entry, past func(grid.Entry) bool) int {
	if i := slices.IndexFunc(entries, past); i >= 0 {
		return i
	}
	return len(entries)
}

// messages counts what was heard in the areas' groups.
func (f *Figures) messages(tx storage.Tx, areas []grid.AreaID, now time.Time) error {
	for _, o := range grid.Outcomes() {
		f.Outcomes[o] = 0
	}
	chats, err := tx.Roster().Chats()
	if err != nil {
		return fmt.Errorf("reading chats: %w", err)
	}
	ours := map[grid.ChatID]bool{}
	for _, c := range chats {
		ours[c.ID] = c.Kind == grid.GroupChat && (len(areas) == 0 || slices.Contains(areas, c.Area))
	}
	for m, err := range tx.Messages().Between(f.From, f.To) {
		if err != nil {
			return fmt.Errorf("reading messages: %w", err)
		}
		if !ours[m.Chat] || m.Sent.After(now) {
			continue
		}
		f.Heard++
		if m.Outcome == "" {
			f.Unread++
		} else {
			f.Outcomes[m.Outcome]++
		}
	}
	return nil
}

// judging counts the answers of every round of the period's matters.
func (f *Figures) judging(matters []matter) {
	for _, m := range []grid.Mark{grid.Satisfied, grid.Partly, grid.Unsatisfied} {
		f.Marks[m] = 0
	}
	for _, m := range matters {
		if !m.ofPeriod || m.now.Status == grid.Merged {
			continue
		}
		round := map[grid.PersonID]grid.Mark{}
		count := func() {
			for _, mark := range round {
				f.Marks[mark]++
			}
			clear(round)
		}
		for _, e := range m.journal {
			if p := e.Set.Poll; p != nil {
				count()
				f.Turnout.Of += len(p.Asked)
			}
			if a := e.Set.Answer; a != nil {
				round[a.Person] = a.Mark
			}
		}
		count()
	}
	content := f.Marks[grid.Satisfied] + f.Marks[grid.Partly]
	f.Turnout.N = content + f.Marks[grid.Unsatisfied]
	f.Satisfaction = Rate{N: content, Of: f.Turnout.N}
}

// places finds matters that came again: another one of the same topic at the
// same place of the same grid had been closed.
func (f *Figures) places(tx storage.Tx, matters []matter) error {
	type place struct {
		area  grid.AreaID
		topic grid.Topic
		words string
	}
	r := reader{tx: tx}
	placeOf := func(t grid.Ticket) place { return place{t.Area, t.Topic, plain(r.words(t.Location))} }
	closed := map[place][]time.Time{}
	for _, m := range matters {
		if t := m.now; t.Status == grid.Closed && !withdrawn(t) && t.Location != "" {
			closed[placeOf(t)] = append(closed[placeOf(t)], t.Closed)
		}
	}
	for _, m := range matters {
		if !m.ofPeriod || m.now.Status == grid.Merged {
			continue
		}
		heard, at := m.now.Heard, placeOf(m.now)
		before := func(t time.Time) bool { return !t.After(heard) && heard.Sub(t) <= repeatWithin }
		f.Repeat.Of++
		f.Repeat.N += one(at.words != "" && slices.ContainsFunc(closed[at], before))
	}
	return r.err
}

// hot lists the matters of the period that most people have; ties by time.
func (f *Figures) hot(tx storage.Tx, matters []matter) error {
	var found []grid.Ticket
	for _, m := range matters {
		if m.ofPeriod && m.now.Status != grid.Merged && !m.now.Private {
			found = append(found, m.now)
		}
	}
	slices.SortStableFunc(found, func(a, b grid.Ticket) int {
		if d := len(b.Supporters) - len(a.Supporters); d != 0 {
			return d
		}
		return a.Heard.Compare(b.Heard)
	})
	r := reader{tx: tx}
	for _, t := range found[:min(hotMost, len(found))] {
		f.Hot = append(f.Hot, Hot{Number: t.No, Votes: len(t.Supporters) + 1, Summary: r.words(t.Summary)})
	}
	return r.err
}

// answers measures how long the reporters of the period waited for a first word.
func (f *Figures) answers(tx storage.Tx, matters []matter, now time.Time) error {
	var waits []time.Duration
	for _, m := range matters {
		if !m.ofPeriod || m.now.Status == grid.Merged {
			continue
		}
		f.FirstAnswer.Of++
		at, err := firstWord(tx, m.now, now)
		if err != nil {
			return err
		}
		if !at.IsZero() {
			waits = append(waits, at.Sub(m.now.Heard))
		}
	}
	f.FirstAnswer.Answered, f.FirstAnswer.Lengths = len(waits), lengthsOf(waits)
	return nil
}

// firstWord gives when the reporter or the group first heard of the matter from
// the bot or from staff, or no time.
func firstWord(tx storage.Tx, t grid.Ticket, now time.Time) (time.Time, error) {
	var first time.Time
	take := func(at time.Time) {
		if !at.Before(t.Heard) && !at.After(now) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	posts, err := tx.Outbox().Of(t.No)
	if err != nil {
		return first, fmt.Errorf("reading the posts about ticket %d: %w", t.No, err)
	}
	for _, o := range posts {
		answer := !slices.Contains([]grid.PostKind{grid.PostConfirm, grid.PostReminder, grid.PostEscalation, grid.PostRefusal}, o.Kind)
		if o.State == grid.Sent && answer && (o.To == t.Chat || o.To == privately(t.Reporter)) {
			take(o.SentAt)
		}
	}
	for i, id := range t.Messages {
		m, err := tx.Messages().Get(id)
		if errors.Is(err, storage.ErrNotFound) {
			continue // Audit says so
		} else if err != nil {
			return first, fmt.Errorf("reading message %s: %w", id, err)
		}
		if m.From == t.Reporter || i == 0 {
			continue // raising it is no answer to it
		}
		who, err := tx.Roster().Person(m.From)
		if errors.Is(err, storage.ErrNotFound) {
			continue
		} else if err != nil {
			return first, fmt.Errorf("reading person %s: %w", m.From, err)
		}
		role, err := storage.RoleIn(tx.Roster(), who, t.Area, m.Sent)
		if err != nil {
			return first, err
		}
		if role.Staff() {
			take(m.Sent)
		}
	}
	return first, nil
}

func privately(p grid.PersonID) grid.ChatID { return grid.ChatID("private:" + string(p)) }
