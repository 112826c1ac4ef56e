package wechat

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"youshi/bot"
)

// state is how the channel stands, told to whoever wants to know each time it
// changes. Safe for use by many goroutines.
type state struct {
	now     func() time.Time
	changed func(bot.Health)

	mu    sync.Mutex
	h     bot.Health
	say   string            // of the state itself
	notes map[string]string // what else the operator should know, by subject
}

func newState(o Options) *state {
	return &state{now: o.Now, changed: o.Changed, h: bot.Health{State: bot.HealthConnecting, Since: o.Now()}, notes: map[string]string{}}
}

func (s *state) health() bot.Health {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.h
}

// set goes over to a state.
func (s *state) set(to bot.HealthState, say, scan string) {
	s.change(func() { s.h.Scan, s.say = scan, say }, to)
}

// note adds what the operator should know beside the state; "" takes it away.
func (s *state) note(subject, say string) {
	s.change(func() {
		if s.notes[subject] = say; say == "" {
			delete(s.notes, subject)
		}
	}, "")
}

func (s *state) change(do func(), to bot.HealthState) {
	s.mu.Lock()
	before := s.h
	do()
	if to != "" && to != s.h.State {
		s.h.State, s.h.Since = to, s.now()
	}
	parts := []string{}
	if s.say != "" {
		parts = append(parts, s.say)
	}
	for _, subject := range slices.Sorted(maps.Keys(s.notes)) {
		parts = append(parts, s.notes[subject])
	}
	s.h.Say = strings.Join(parts, "; ")
	after := s.h
	s.mu.Unlock()
	if after != before && s.changed != nil {
		s.changed(after)
	}
}
