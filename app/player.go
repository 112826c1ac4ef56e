package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"youshi/bot"
	"youshi/days"
	"youshi/grid"
	"youshi/storage"
)

// notesDemo is the scope of storage.Notes that keeps how far the demo is.
const notesDemo = "demo"

// playing is how many times as fast as life a recorded day is played.
const playing = 120

// player plays a recorded day into the demo's groups, and pushes the clock.
// A push and a played line never overlap.
type player struct {
	house *house
	clock *bot.PushedTime
	lines []days.Line
	wake  chan struct{} // told when it starts or stops to play

	turn sync.Mutex // held while time is pushed or a line is spoken
	mu   sync.Mutex
	at   int // the next line
	on   bool
	held bool // somebody pushes: the clock stands still between the steps
}

// begin finds the place in the day and starts to play.
func (p *player) begin(ctx context.Context) error {
	c := p.house.communities[0]
	err := p.house.store.View(ctx, c, func(tx storage.Tx) error {
		mark, err := tx.Notes().Get(notesDemo, "line")
		if err != nil || mark == nil {
			return err
		}
		p.at, err = strconv.Atoi(string(mark))
		return err
	})
	if err != nil {
		return fmt.Errorf("finding the place in the recorded day: %w", err)
	}
	p.play(p.at < len(p.lines))
	return nil
}

// play starts or stops playing. Between pushes the clock runs at life speed
// while nothing plays.
func (p *player) play(on bool) {
	p.mu.Lock()
	p.on = on && p.at < len(p.lines)
	p.pace()
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default: // told already
	}
}

// pace sets how fast the clock runs by itself. Hold mu.
func (p *player) pace() {
	switch {
	case p.held:
		p.clock.SetRate(0)
	case p.on:
		p.clock.SetRate(playing)
	default:
		p.clock.SetRate(1)
	}
}

// hold lets the clock stand still, or run again.
func (p *player) hold(still bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = still
	p.pace()
}

// next gives the time of the next line, false when the day is over.
func (p *player) next(context.Context) (time.Time, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at >= len(p.lines) {
		return time.Time{}, false, nil
	}
	return p.lines[p.at].Time, true, nil
}

// Run speaks the lines when their time comes, until ctx is done.
func (p *player) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		at, more, _ := p.next(ctx)
		p.mu.Lock()
		on := p.on
		p.mu.Unlock()
		if !on || !more {
			select {
			case <-p.wake:
			case <-ctx.Done():
			}
			continue
		}
		due, stop := p.clock.WakeAt(at)
		select {
		case <-due:
			p.turn.Lock()
			err := p.speak(ctx, p.clock.Now())
			p.turn.Unlock()
			if err != nil && ctx.Err() == nil {
				p.house.log.Error("the recorded day stops playing", "part", "player", "err", err)
				p.play(false)
			}
		case <-p.wake:
		case <-ctx.Done():
		}
		stop()
	}
	return nil
}

// speak says every line whose time has come.
func (p *player) speak(ctx context.Context, now time.Time) error {
	for {
		at, more, _ := p.next(ctx)
		if !more {
			p.play(false)
			return nil
		}
		if at.After(now) {
			return nil
		}
		p.mu.Lock()
		i := p.at
		p.mu.Unlock()
		if err := p.house.chat.Hear(ctx, eventOf(p.lines[i])); err != nil {
			return fmt.Errorf("speaking line %d of the recorded day: %w", i+1, err)
		}
		if err := p.note(ctx, "line", strconv.Itoa(i+1)); err != nil {
			return err
		}
		p.mu.Lock()
		p.at = i + 1
		p.mu.Unlock()
	}
}

func (p *player) note(ctx context.Context, key, value string) error {
	return p.house.store.Update(ctx, p.house.communities[0], func(tx storage.Tx) error {
		return tx.Notes().Put(notesDemo, key, []byte(value))
	})
}

// Push implements webchat.Clock: it moves the clock by way of every timer, post
// and line that lies before, each in its time, and returns when all is quiet.
func (p *player) Push(ctx context.Context, to func(now time.Time) time.Time) (time.Time, error) {
	p.turn.Lock()
	defer p.turn.Unlock()
	p.hold(true)
	defer p.hold(false)
	now := p.clock.Now()
	t := to(now)
	if t.Before(now) {
		return now, &grid.Error{Code: grid.Invalid, Say: fmt.Sprintf("时钟只能往前拨，现在已经是%s。", now.In(t.Location()).Format(time.RFC3339))}
	}
	if t.Sub(now) > longestGap {
		return now, &grid.Error{Code: grid.Invalid, Say: "一次最多往前拨两年。"}
	}
	h := p.house
	for {
		if err := p.speak(ctx, p.clock.Now()); err != nil {
			return p.clock.Now(), err
		}
		if err := h.settled(ctx); err != nil {
			return p.clock.Now(), err
		}
		next, ok, err := earliest(ctx, h.clock.Next, h.sender.Next, p.next)
		if err != nil {
			return p.clock.Now(), err
		}
		if !ok || next.After(t) {
			break
		}
		if err := p.clock.Set(later(next, p.clock.Now())); err != nil {
			return p.clock.Now(), err
		}
	}
	if err := p.clock.Set(later(t, p.clock.Now())); err != nil {
		return p.clock.Now(), err
	}
	if err := p.note(ctx, "now", p.clock.Now().Format(time.RFC3339Nano)); err != nil {
		return p.clock.Now(), err
	}
	return p.clock.Now(), h.settled(ctx)
}

// settled waits until everything that may happen now has happened.
func (h *house) settled(ctx context.Context) error {
	for {
		if err := h.clock.Settle(ctx); err != nil {
			return err
		}
		if err := h.dispatcher.Settle(ctx); err != nil {
			return err
		}
		if err := h.sender.Settle(ctx); err != nil {
			return err
		}
		quiet, err := h.quiet(ctx)
		if err != nil || quiet {
			return err
		}
		h.jobs.Kick()
		select {
		case <-time.After(time.Millisecond): // a job is being done
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// progress is what GET /api/demo tells.
type progress struct {
	Playing bool `json:"playing"`
	Line    int  `json:"line"`
	Lines   int  `json:"lines"`
}

// register puts the demo's own call on mux: GET tells how far the day is, POST
// {"play": true}, {"play": false} or {"next": true} plays, pauses, or goes on to
// the next line.
func (p *player) register(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/demo", func(w http.ResponseWriter, _ *http.Request) { p.tell(w) })
	mux.HandleFunc("POST /api/demo", func(w http.ResponseWriter, r *http.Request) {
		var ask struct {
			Play *bool `json:"play"`
			Next bool  `json:"next"`
		}
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&ask); err != nil {
			http.Error(w, `{"error":"请发 {\"play\":true}、{\"play\":false} 或 {\"next\":true}。"}`, http.StatusBadRequest)
			return
		}
		if ask.Play != nil {
			p.play(*ask.Play)
		}
		if at, more, _ := p.next(r.Context()); ask.Next && more {
			if _, err := p.Push(r.Context(), func(now time.Time) time.Time { return later(at, now) }); err != nil {
				p.house.log.Error("going to the next line", "part", "player", "err", err)
				http.Error(w, `{"error":"没能走到下一条，请再试一次。"}`, http.StatusInternalServerError)
				return
			}
		}
		p.tell(w)
	})
}

func (p *player) tell(w http.ResponseWriter) {
	p.mu.Lock()
	now := progress{p.on, p.at, len(p.lines)}
	p.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(now) // the caller hung up: nobody is left to tell
}
