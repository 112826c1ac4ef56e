package wechat

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"youshi/bot"
	"youshi/grid"
)

const (
	notesPace = "pace"

	many        = 12               // notices that wait together are a broadcast, which is spread
	spread      = time.Hour        // over this
	spreadApart = 20 * time.Second // with at most this between two
	noShow      = 15 * time.Second // whoever does not come so long after its turn has lost it
	calmAfter   = 24 * time.Hour   // "too often" that long ago is forgotten
)

// pace says when the account may speak: like a person, a few seconds apart and
// never many a minute, whatever the group. Posts wait in the outbox, not here:
// each is told when to come again, and has its place in a queue until then. Safe
// for use by many goroutines.
type pace struct {
	gap       time.Duration
	perMinute int

	mu      sync.Mutex
	last    []time.Time // the last perMinute messages, oldest first
	next    time.Time   // no message before
	notice  time.Time   // no notice before
	rest    time.Time   // the platform said "too often": nothing before
	strikes int         // how often it said so lately
	struck  time.Time
	queue   []*place
	peak    int // the most notices that waited since none did
}

// place is a post's place in the queue.
type place struct {
	post string
	rank int
	due  time.Time // when it was told to come
}

// kept is what of the pace outlives a kill.
type paceNote struct {
	Last    []time.Time `json:"last,omitempty"`
	Rest    time.Time   `json:"rest,omitzero"`
	Strikes int         `json:"strikes,omitempty"`
	Struck  time.Time   `json:"struck,omitzero"`
}

func newPace(gap time.Duration, perMinute int) *pace {
	return &pace{gap: gap, perMinute: perMinute}
}

// read takes up where the last run of the program stopped.
func (p *pace) read(ctx context.Context, notes bot.Notes) error {
	raw, err := notes.Get(ctx, notesPace)
	if err != nil || raw == nil {
		return err
	}
	var n paceNote
	if err := json.Unmarshal(raw, &n); err != nil {
		return fmt.Errorf("reading what was sent before: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last, p.rest, p.strikes, p.struck = n.Last, n.Rest, n.Strikes, n.Struck
	if len(p.last) > 0 {
		p.next = p.last[len(p.last)-1].Add(p.jittered())
	}
	return nil
}

// note gives what must be on disk before the next message goes out.
func (p *pace) note() bot.Note {
	p.mu.Lock()
	defer p.mu.Unlock()
	raw, _ := json.Marshal(paceNote{p.last, p.rest, p.strikes, p.struck}) // times and a number
	return bot.Note{Key: notesPace, Value: raw}
}

// rankOf is a post's rank: what is lower passes what is higher.
func rankOf(c grid.Class) int {
	if i := slices.Index(grid.Classes(), c); i >= 0 {
		return i
	}
	return len(grid.Classes())
}

// turn gives 0 when the post may go now, and has taken the turn then; else how
// long to wait before asking again.
func (p *pace) turn(post string, class grid.Class, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Before(p.rest) {
		return p.rest.Sub(now)
	}
	mine, isNew := p.seat(post, class, now)
	at := p.free(now)
	for _, x := range p.queue {
		start := at
		if x.rank >= rankOf(grid.ClassNotice) && p.notice.After(start) {
			start = p.notice
		}
		if x == mine {
			at = start
			break
		}
		at = start.Add(p.apart(x.rank))
	}
	if polite := now.Add(p.gap / 10); isNew && mine.rank >= rankOf(grid.ClassNotice) && polite.After(at) {
		at = polite // what came with it and goes first may be about to ask
	}
	if at.After(now) {
		mine.due = at
		return max(at.Sub(now), 100*time.Millisecond)
	}
	p.queue = slices.DeleteFunc(p.queue, func(x *place) bool { return x == mine })
	p.take(now)
	if mine.rank >= rankOf(grid.ClassNotice) {
		p.notice = now.Add(p.apart(mine.rank))
	}
	return 0
}

// seat gives the post's place, and whether it is a new one. Whoever did not come
// has lost its own.
func (p *pace) seat(post string, class grid.Class, now time.Time) (mine *place, isNew bool) {
	p.queue = slices.DeleteFunc(p.queue, func(x *place) bool {
		return x.post != post && !x.due.IsZero() && now.Sub(x.due) > noShow
	})
	i := slices.IndexFunc(p.queue, func(x *place) bool { return x.post == post })
	if isNew = i < 0; !isNew {
		mine = p.queue[i]
	} else {
		mine = &place{post: post, rank: rankOf(class), due: now}
		p.queue = append(p.queue, mine)
		slices.SortStableFunc(p.queue, func(a, b *place) int { return cmp.Compare(a.rank, b.rank) })
	}
	notices := 0
	for _, x := range p.queue {
		if x.rank >= rankOf(grid.ClassNotice) {
			notices++
		}
	}
	if p.peak = max(p.peak, notices); notices == 0 {
		p.peak = 0
	}
	return mine, isNew
}

// free gives when the account may speak next at all.
func (p *pace) free(now time.Time) time.Time {
	at := now
	if p.next.After(at) {
		at = p.next
	}
	if n := len(p.last); n >= p.perMinute {
		if minute := p.last[n-p.perMinute].Add(time.Minute); minute.After(at) {
			at = minute
		}
	}
	return at
}

// apart is how far behind a message of that rank the next of its kind comes.
func (p *pace) apart(rank int) time.Duration {
	if rank >= rankOf(grid.ClassNotice) && p.peak > many {
		return min(max(spread/time.Duration(p.peak), p.mean()), spreadApart)
	}
	return p.mean()
}

// mean is what lies between two messages on average.
func (p *pace) mean() time.Duration {
	return max(p.gap+p.gap/3, time.Minute/time.Duration(p.perMinute))
}

func (p *pace) jittered() time.Duration {
	return p.gap + time.Duration(rand.Int64N(int64(p.gap)*2/3+1))
}

// take counts a message that goes out now.
func (p *pace) take(now time.Time) {
	p.last = append(p.last, now)
	p.last = slices.Clone(p.last[max(0, len(p.last)-p.perMinute):])
	p.next = now.Add(p.jittered())
}

// landed counts the last message from now, when the platform has it for certain:
// on its way it took its time, and the next, which may be faster, keeps its distance.
func (p *pace) landed(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.last); n > 0 && now.After(p.last[n-1]) {
		p.last[n-1] = now
	}
	if next := now.Add(p.jittered()); next.After(p.next) {
		p.next = next
	}
}

// again waits for another turn for the rest of a post that has begun.
func (p *pace) again(ctx context.Context) error {
	for {
		p.mu.Lock()
		now := time.Now()
		at := p.free(now)
		if !at.After(now) {
			p.take(now)
			p.mu.Unlock()
			return nil
		}
		p.mu.Unlock()
		if err := sleep(ctx, at.Sub(now)); err != nil {
			return err
		}
	}
}

// strike stops everything after the platform said "too often": for rest, and
// twice as long each further time within a day. It gives how long.
func (p *pace) strike(rest time.Duration, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Before(p.rest) {
		return p.rest.Sub(now)
	}
	if now.Sub(p.struck) > calmAfter {
		p.strikes = 0
	}
	d := rest << min(p.strikes, 4)
	p.strikes, p.struck, p.rest = p.strikes+1, now, now.Add(d)
	return d
}

// resting gives until when nothing may be said, false when speaking is allowed.
func (p *pace) resting(now time.Time) (time.Time, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rest, now.Before(p.rest)
}
