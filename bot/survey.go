package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// waiting is a destination that has a turn, and its place in the order of writing.
type waiting struct {
	dest
	first grid.Seq
}

// decision is what decide said of a destination, kept to save reading its posts
// again. What decide says rests on the rows that Destination.Change counts and on
// the time, so it stands while neither of them brings anything new.
type decision struct {
	change grid.Seq  // of the destination, when it was decided
	from   time.Time // when it was decided
	until  time.Time // it stands before this; zero: until a change
	next   time.Time // when something may go that may not now; zero: none before a change
	first  grid.Seq  // of the turn that it has now, 0 for none
}

// decisionOf gives what is kept of a turn decided at now: one that acts stands
// for that moment, one that waits until something may go or is no longer of use.
func decisionOf(t turn, change grid.Seq, now time.Time) decision {
	d := decision{change: change, from: now, until: t.next, next: t.next, first: t.first()}
	switch {
	case t.loose:
		d.until = now
	case t.acts():
		d.until = now.Add(1)
	case !t.useless.IsZero() && (d.until.IsZero() || t.useless.Before(d.until)):
		d.until = t.useless
	}
	return d
}

// stands reports whether deciding again would say the same.
func (d decision) stands(change grid.Seq, now time.Time) bool {
	return !d.from.IsZero() && d.change == change && !now.Before(d.from) && (d.until.IsZero() || now.Before(d.until))
}

// survey gives the destinations that can act now, by community and order of
// writing, and when the next of the others can (zero: none before a change).
func (s *Sender) survey(ctx context.Context) (ready []waiting, next time.Time, err error) {
	if err := s.resume(ctx); err != nil {
		return nil, next, err
	}
	all, err := s.Store.Communities(ctx)
	if err != nil {
		return nil, next, fmt.Errorf("listing communities: %w", err)
	}
	s.mu.Lock()
	made := s.made
	s.mu.Unlock()
	stand := make(map[dest]decision, len(made)) // those of destinations that are gone go with them
	for _, c := range all {
		err := s.Store.View(ctx, c, func(tx storage.Tx) error {
			to, err := tx.Outbox().Destinations()
			if err != nil {
				return err
			}
			now := s.Time.Now()
			for _, of := range to {
				at := dest{c, of.To}
				d := made[at]
				if !d.stands(of.Change, now) {
					t, err := s.decide(tx, of.To, now)
					if err != nil {
						return err
					}
					d = decisionOf(t, of.Change, now)
				}
				stand[at] = d
				if d.first != 0 {
					ready = append(ready, waiting{at, d.first})
				} else if !d.next.IsZero() && (next.IsZero() || d.next.Before(next)) {
					next = d.next
				}
			}
			return nil
		})
		if err != nil {
			return nil, next, fmt.Errorf("reading the outbox of %s: %w", c, err)
		}
	}
	s.mu.Lock()
	s.made = stand
	s.mu.Unlock()
	slices.SortFunc(ready, func(a, b waiting) int {
		return cmp.Or(cmp.Compare(a.community, b.community), cmp.Compare(a.first, b.first))
	})
	return ready, next, nil
}
