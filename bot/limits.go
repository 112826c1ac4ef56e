package bot

import (
	"context"
	"hash/fnv"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// Limited is a channel whose platform takes only so many posts.
type Limited interface{ Limits() Limits }

// Limits are a platform's; zero fields limit nothing.
type Limits struct {
	PerChat        time.Duration // at least this between two posts in one chat
	PerGroupMinute int           // posts a minute in one group or staff chat
	Overall        time.Duration // at least this between two posts of the channel, in machine time
}

// Idempotent is a channel on which saying the same post twice is saying it once:
// what nobody knows to have arrived is then simply said again.
type Idempotent interface{ Idempotent() bool }

// Paced is a channel that knows when its platform takes the next post. Await waits
// for that, not for long; what goes then may be another post.
type Paced interface {
	Await(ctx context.Context, to grid.Chat)
}

func limitsOf(ch Channel) Limits {
	if l, ok := ch.(Limited); ok {
		return l.Limits()
	}
	return Limits{}
}

func idempotent(ch Channel) bool {
	i, ok := ch.(Idempotent)
	return ok && i.Idempotent()
}

// allowed gives when the platform takes the next post in the chat; zero: now.
func (l Limits) allowed(tx storage.Tx, to grid.Chat, now time.Time) (time.Time, error) {
	var at time.Time
	if l.PerChat <= 0 && l.PerGroupMinute <= 0 {
		return at, nil
	}
	said, err := saidSince(tx, to.ID, now.Add(-max(l.PerChat, time.Minute)))
	if err != nil || len(said) == 0 {
		return at, err
	}
	if free := said[0].SentAt.Add(l.PerChat); now.Before(free) {
		at = free
	}
	if n := l.PerGroupMinute; n > 0 && to.Kind != grid.PrivateChat && len(said) >= n {
		if free := said[n-1].SentAt.Add(time.Minute); now.Before(free) && free.After(at) {
			at = free
		}
	}
	return at, nil
}

// await waits for the platform's turn when a destination has something to say, before
// an attempt is written down: killed while it waits, the program surely said nothing.
func (s *Sender) await(ctx context.Context, d dest) error {
	var t turn
	err := s.Store.View(ctx, d.community, func(tx storage.Tx) error {
		chat, _, _, err := s.chatOf(tx, d.to)
		if ch := s.Channels[chat.Channel]; err != nil || ch == nil || !paced(ch) {
			return err
		}
		t, err = s.decide(tx, d.to, s.Time.Now())
		return err
	})
	if err != nil || t.post == nil {
		return err
	}
	ch := s.Channels[t.chat.Channel]
	if p, ok := ch.(Paced); ok {
		p.Await(ctx, t.chat)
	}
	s.pace(ctx, ch)
	return nil
}

func paced(ch Channel) bool {
	_, ok := ch.(Paced)
	return ok || limitsOf(ch).Overall > 0
}

// pace waits for the channel's turn over all its chats, false when ctx is done.
func (s *Sender) pace(ctx context.Context, ch Channel) bool {
	gap := limitsOf(ch).Overall
	if gap <= 0 {
		return true
	}
	now := time.Now()
	s.mu.Lock()
	if s.slots == nil {
		s.slots = map[grid.ChannelID]time.Time{}
	}
	slot := s.slots[ch.ID()]
	if slot.Before(now) {
		slot = now
	}
	s.slots[ch.ID()] = slot.Add(gap)
	s.mu.Unlock()
	return nap(ctx, slot.Sub(now))
}

// A post that could not be said is tried again after pauses from firstRetry to
// longestRetry, twice as long each time.
const (
	firstRetry   = 2 * time.Second
	longestRetry = 6 * time.Hour
)

// backoff is the pause after so many attempts, give or take a fifth. The chance
// in it comes from the post's id: the same post waits the same everywhere, and
// many posts do not come back together.
func backoff(o grid.Outgoing) time.Duration {
	d := min(firstRetry<<min(max(o.Attempts-1, 0), 20), longestRetry)
	h := fnv.New32a()
	_, _ = h.Write(append([]byte(o.ID), byte(o.Attempts))) // a hash takes everything
	part := float64(h.Sum32())/(1<<32)*0.4 - 0.2
	return min(d+time.Duration(part*float64(d)), longestRetry)
}
