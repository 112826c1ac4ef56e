package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// How long one Send may take, and how long it may go on once the Sender is
// stopped: network deadlines are machine time.
const (
	sendWithin = time.Minute
	sendLinger = 5 * time.Second
)

// Sender says what waits in the outbox: one post at a time in each chat, an
// attempt written down before it is made. All it knows is in the store, so a
// killed program goes on where it was; what it keeps in memory saves reading.
type Sender struct {
	Store    storage.Store
	Time     Time
	Channels map[grid.ChannelID]Channel
	Manners  Manners
	// Digest gives the text of one post that stands for several notices: all
	// reminders to one person, or whatever did not fit the hour of a group. Nil:
	// nothing is put together. It may run twice.
	Digest func(tx storage.Tx, posts []grid.Outgoing) (string, error)
	// Ended is told of each post that was said or will not be, after the commit;
	// posts that went into a digest are told of by it alone. It may be nil.
	Ended func(grid.CommunityID, grid.Outgoing)
	Log   *slog.Logger // nil: slog.Default

	changed news // something may be said now
	ended   news // something was said
	mu      sync.Mutex
	resumed bool
	busy    map[dest]bool
	slots   map[grid.ChannelID]time.Time // when a channel's next post may go
	made    map[dest]decision            // replaced whole, never changed
}

// dest is a destination in a community.
type dest struct {
	community grid.CommunityID
	to        grid.ChatID
}

// Kick says that the outbox may have changed.
func (s *Sender) Kick() { s.changed.tell() }

// Run says what may be said until ctx is done; what is being said then has a few
// seconds to end.
func (s *Sender) Run(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	for broken := 1; ctx.Err() == nil; {
		changed := s.changed.next()
		ready, next, err := s.survey(ctx)
		if err != nil {
			if ctx.Err() == nil {
				s.log().Error("the outbox cannot be read; trying again", "try", broken, "err", err)
				pause(ctx, broken)
				broken++
			}
			continue
		}
		broken = 1
		for _, d := range ready {
			if s.begin(d.dest) {
				all.Go(func() { s.speak(ctx, d.dest) })
			}
		}
		sleep(ctx, s.Time, next, !next.IsZero(), changed)
	}
	return nil
}

// begin claims a destination; false when it is being spoken to.
func (s *Sender) begin(d dest) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[d] {
		return false
	}
	if s.busy == nil {
		s.busy = map[dest]bool{}
	}
	s.busy[d] = true
	return true
}

// speak says what one destination has for now.
func (s *Sender) speak(ctx context.Context, d dest) {
	defer func() {
		s.mu.Lock()
		delete(s.busy, d)
		s.mu.Unlock()
		s.changed.tell()
		s.ended.tell()
	}()
	for broken := 1; ctx.Err() == nil; {
		did, err := s.take(ctx, d)
		switch {
		case err == nil && !did:
			return
		case err == nil:
			broken = 1
		case ctx.Err() == nil:
			s.log().Error("nothing can be said; trying again", "to", d.to, "try", broken, "err", err)
			pause(ctx, broken)
			broken++
		}
	}
}

// take does one turn of a destination and reports whether there was one.
func (s *Sender) take(ctx context.Context, d dest) (bool, error) {
	if err := s.await(ctx, d); err != nil || ctx.Err() != nil {
		return false, err
	}
	var t turn
	var post *attempt
	err := s.Store.Update(ctx, d.community, func(tx storage.Tx) (err error) {
		now := s.Time.Now()
		if t, err = s.decide(tx, d.to, now); err == nil {
			post, err = s.apply(tx, t, now)
		}
		return err
	})
	if err != nil {
		return false, err
	}
	for _, o := range t.end {
		s.tell(d.community, o)
	}
	if post != nil {
		return true, s.say(ctx, d, t.chat, *post)
	}
	return t.acts(), nil
}

// say makes the attempt that was written down, and writes down how it ended.
func (s *Sender) say(ctx context.Context, d dest, to grid.Chat, a attempt) error {
	o, ch := a.post, s.Channels[to.Channel]
	ids, err := send(ctx, ch, to, a)
	for broken := 1; ; broken++ {
		var after grid.Outgoing
		// Stopping does not take back what was said: this is written all the same.
		werr := s.Store.Update(context.WithoutCancel(ctx), d.community, func(tx storage.Tx) error {
			now, rerr := tx.Outbox().Get(o.ID) // somebody may have changed it meanwhile
			if rerr != nil {
				return rerr
			}
			after, rerr = tx.Outbox().Set(result(now, ids, err, idempotent(ch), s.Time.Now()))
			return rerr
		})
		if werr == nil {
			s.tell(d.community, after)
			return nil
		}
		s.log().Error("what became of a post cannot be written down", "post", o.ID, "try", broken, "err", werr)
		if !pause(ctx, broken) {
			return fmt.Errorf("writing down what became of %s: %w", o.ID, werr)
		}
	}
}

// send calls the channel with a deadline; stopping leaves it a few seconds.
func send(ctx context.Context, ch Channel, to grid.Chat, a attempt) (ids []grid.MessageID, err error) {
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendWithin)
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(sendLinger):
			cancel()
		case <-within.Done():
		}
	})
	defer stop()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the channel panicked: %v", p)
		}
	}()
	return a.to(within, ch, to)
}

// result gives a post after an attempt.
func result(o grid.Outgoing, ids []grid.MessageID, err error, again bool, now time.Time) grid.Outgoing {
	if err == nil {
		o.State, o.Reason, o.SentAt, o.SentAs = grid.Sent, "", now, ids
		return o
	}
	if o.State != grid.Trying {
		return o // taken back meanwhile, and not said
	}
	o.State, o.Reason = grid.Unclear, err.Error()
	var after time.Duration
	var u *Undelivered
	if errors.As(err, &u) && (u.State == grid.Waiting || u.State == grid.PutAside || u.State == grid.Dropped) {
		o.State, after = u.State, u.After
	}
	if o.State == grid.Unclear && again {
		o.State = grid.Waiting
	}
	if o.State == grid.Waiting {
		if after <= 0 {
			after = backoff(o)
		}
		o.NotBefore = now.Add(after)
	}
	return o
}

func (s *Sender) log() *slog.Logger { return logger(s.Log).With("part", "sender") }

// tell logs a post that a person must look at, and passes on that it ended.
func (s *Sender) tell(c grid.CommunityID, o grid.Outgoing) {
	switch o.State {
	case grid.PutAside, grid.Unclear:
		s.log().Warn("a post was not said for certain", "post", o.ID, "to", o.To, "kind", o.Kind, "state", o.State, "attempts", o.Attempts, "why", o.Reason)
	case grid.Waiting:
		s.log().Info("a post is said later", "post", o.ID, "to", o.To, "attempts", o.Attempts, "not_before", o.NotBefore, "why", o.Reason)
		return
	}
	if s.Ended != nil {
		s.Ended(c, o)
	}
}
