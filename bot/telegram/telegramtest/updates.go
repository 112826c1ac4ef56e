package telegramtest

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// How long the real server keeps an update that nobody fetched.
const (
	pressLives  = 150 * time.Second
	updateLives = 24 * time.Hour
)

// Why a poll ends early.
var (
	errHungUp = errors.New("the connection was cut")
	errOther  = errors.New("another poll began")
)

// update is one that waits to be confirmed.
type update struct {
	id   int64
	kind string // the field of Update that it fills
	body wire
	born time.Time
}

func (u update) wire() wire { return wire{"update_id": u.id, u.kind: u.body} }

func (u update) alive(now time.Time) bool {
	if u.kind == "callback_query" {
		return now.Sub(u.born) < pressLives
	}
	return now.Sub(u.born) < updateLives
}

// tell queues an update; mu is held.
func (s *Server) tell(kind string, body wire) {
	u := update{s.nextID, kind, body, time.Now()}
	s.nextID++
	s.enqueue(u)
}

func (s *Server) enqueue(u update) {
	if len(s.allowed) > 0 && !slices.Contains(s.allowed, u.kind) {
		return
	}
	s.updates = append(s.updates, u)
	close(s.changed)
	s.changed = make(chan struct{})
}

// Repeat delivers messages once more under new update ids, as a server does that
// lost track.
func (s *Server) Repeat(m ...Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range m {
		s.tell("message", one.body)
	}
}

// Raw queues an update of the test's own making: kind is the field of Update it
// fills ("message", "chat_boost", "some_future_kind").
func (s *Server) Raw(kind string, body map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tell(kind, body)
}

// Skip lets the next update ids begin elsewhere, as after a week of silence.
func (s *Server) Skip(to int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nextID = to
}

// Pending gives how many updates the bot has not confirmed.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.updates)
}

// getUpdates is the long poll: an offset confirms all before it, a poll that runs
// already ends with 409, an offset from the far future is answered from the head.
func (s *Server) getUpdates(ctx context.Context, p params) answer {
	s.mu.Lock()
	if s.hook.url != "" {
		s.mu.Unlock()
		return no(http.StatusConflict, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	}
	if s.poll != nil {
		s.poll(errOther)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.poll = cancel
	s.remember(p)
	s.confirm(p.number("offset"))
	s.mu.Unlock()
	limit := int(p.number("limit"))
	if limit < 1 || limit > 100 {
		limit = 100
	}
	wait := time.NewTimer(min(time.Duration(p.number("timeout"))*time.Second, 50*time.Second))
	defer wait.Stop()
	for {
		s.mu.Lock()
		batch, changed := s.head(limit), s.changed
		s.mu.Unlock()
		if len(batch) > 0 {
			return ok(batch)
		}
		select {
		case <-changed:
		case <-wait.C:
			return ok([]wire{})
		case <-ctx.Done():
			if errors.Is(context.Cause(ctx), errOther) {
				return no(http.StatusConflict, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
			}
			return answer{Code: hungUp}
		}
	}
}

// remember keeps allowed_updates: left out, the earlier ones count; mu is held.
func (s *Server) remember(p params) {
	var kinds []string
	if p.decode("allowed_updates", &kinds) {
		s.allowed = kinds
	}
}

// confirm forgets what came before an offset; mu is held.
func (s *Server) confirm(offset int64) {
	if offset <= 0 {
		return
	}
	far := !slices.ContainsFunc(s.updates, func(u update) bool { return u.id >= offset }) && offset > s.nextID+1000
	if far {
		return
	}
	before := len(s.updates)
	s.updates = slices.DeleteFunc(s.updates, func(u update) bool { return u.id < offset })
	s.confirmed += int64(before - len(s.updates))
}

// head gives the first updates that live; mu is held.
func (s *Server) head(limit int) []wire {
	now := time.Now()
	s.updates = slices.DeleteFunc(s.updates, func(u update) bool { return !u.alive(now) })
	var batch []wire
	for _, u := range s.updates[:min(limit, len(s.updates))] {
		batch = append(batch, u.wire())
	}
	return batch
}

// Age lets whatever waits for the bot grow older by that much: presses expire.
func (s *Server) Age(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.updates {
		s.updates[i].born = s.updates[i].born.Add(-by)
	}
	for id, at := range s.presses {
		s.presses[id] = at.Add(-by)
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
