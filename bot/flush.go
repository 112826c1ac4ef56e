package bot

import (
	"context"
	"fmt"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// Flush says everything that may be said now on the caller's goroutine, in the
// order of writing, and gives how many turns that took. It is replay's way and
// must not be called while Run runs.
func (s *Sender) Flush(ctx context.Context) (int, error) {
	for n := 0; ; n++ {
		ready, _, err := s.survey(ctx)
		if err != nil || len(ready) == 0 {
			return n, err
		}
		if _, err := s.take(ctx, ready[0].dest); err != nil {
			return n, err
		}
	}
}

// Next gives the earliest moment at which something in the outbox may be said:
// now or later, false when nothing may before something changes.
func (s *Sender) Next(ctx context.Context) (time.Time, bool, error) {
	ready, next, err := s.survey(ctx)
	if len(ready) > 0 {
		return s.Time.Now(), true, err
	}
	return next, !next.IsZero(), err
}

// Settle waits until nothing is being said and nothing more may be said now. Run
// must be running.
func (s *Sender) Settle(ctx context.Context) error {
	for {
		ended := s.ended.next()
		ready, _, err := s.survey(ctx)
		if err != nil {
			return err
		}
		s.mu.Lock()
		busy := len(s.busy)
		s.mu.Unlock()
		if busy == 0 && len(ready) == 0 {
			return nil
		}
		s.Kick()
		select {
		case <-ended:
		case <-ctx.Done():
			return fmt.Errorf("waiting for the outbox: %w", ctx.Err())
		}
	}
}

// resume settles, once, what an earlier run was saying when it ended: nobody
// knows whether it was said, so it is not said again, except where saying it
// twice is saying it once.
func (s *Sender) resume(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.resumed {
		return nil
	}
	all, err := s.Store.Communities(ctx)
	if err != nil {
		return fmt.Errorf("listing communities: %w", err)
	}
	for _, c := range all {
		var left []grid.Outgoing
		err := s.Store.Update(ctx, c, func(tx storage.Tx) error {
			left = nil
			for o, err := range tx.Outbox().Queue() {
				if err != nil {
					return err
				}
				if o.State == grid.Trying {
					left = append(left, o)
				}
			}
			for i, o := range left {
				chat, _, _, err := s.chatOf(tx, o.To)
				if err != nil {
					return err
				}
				left[i].State, left[i].Reason = grid.Unclear, "the program stopped while saying it"
				if idempotent(s.Channels[chat.Channel]) {
					left[i].State = grid.Waiting
				}
				if _, err := tx.Outbox().Set(left[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("resuming the outbox of %s: %w", c, err)
		}
		for _, o := range left {
			s.tell(c, o)
		}
	}
	s.resumed = true
	return nil
}
