// Package bottest holds the contract that every channel passes, and a scripted
// channel for tests of the road.
package bottest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"youshi/bot"
	"youshi/grid"
)

// Said is a post that a scripted channel was asked to say.
type Said struct {
	To   grid.Chat
	Post grid.Outgoing
	Err  error // what the script answered
}

// Scripted is a channel without a platform: tests say what is heard and how each
// post ends. Its private chats are "dm:<account>", for the accounts in Private.
type Scripted struct {
	Channel grid.ChannelID
	Private map[string]bool // accounts that have a private chat
	Same    bool            // saying a post twice is saying it once
	Bounds  bot.Limits

	mu    sync.Mutex
	hear  bot.Hear
	ready chan struct{} // closed while Run hears
	n     int
	said  []Said
	send  func(ctx context.Context, to grid.Chat, o grid.Outgoing) error
}

// New gives a scripted channel that says everything at once.
func New(id grid.ChannelID) *Scripted {
	return &Scripted{Channel: id, ready: make(chan struct{})}
}

// ID implements bot.Channel.
func (s *Scripted) ID() grid.ChannelID { return s.Channel }

// Idempotent implements bot.Idempotent.
func (s *Scripted) Idempotent() bool { return s.Same }

// Limits implements bot.Limited.
func (s *Scripted) Limits() bot.Limits { return s.Bounds }

// PrivateChat implements bot.Private.
func (s *Scripted) PrivateChat(id grid.Identity) (string, bool) {
	return "dm:" + id.ID, id.Channel == s.Channel && s.Private[id.ID]
}

// Run implements bot.Channel.
func (s *Scripted) Run(ctx context.Context, hear bot.Hear) error {
	s.mu.Lock()
	s.hear = hear
	close(s.ready)
	s.mu.Unlock()
	<-ctx.Done()
	s.mu.Lock()
	s.hear, s.ready = nil, make(chan struct{})
	s.mu.Unlock()
	return nil
}

// Line makes the event of a line said now in a group by an account, with the
// next id of the channel.
func (s *Scripted) Line(group, from, text string, at time.Time) grid.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	id := strconv.Itoa(s.n)
	return grid.Event{
		Key:     grid.EventKey{Channel: s.Channel, Chat: group, Message: id},
		Kind:    grid.EventMessage,
		Native:  grid.Chat{Channel: s.Channel, Native: group, Kind: grid.GroupChat},
		Speaker: grid.Speaker{Identity: grid.Identity{Channel: s.Channel, ID: from}, Name: from},
		Message: grid.Message{ID: grid.MessageID(fmt.Sprintf("%s-%s", s.Channel, id)), Sent: at, Kind: grid.TextMessage, Text: text},
	}
}

// Speak lets the running channel hear events and gives what hearing said.
func (s *Scripted) Speak(ctx context.Context, evs ...grid.Event) error {
	s.mu.Lock()
	ready := s.ready
	s.mu.Unlock()
	select {
	case <-ready:
	case <-ctx.Done():
		return ctx.Err()
	}
	s.mu.Lock()
	hear := s.hear
	s.mu.Unlock()
	if hear == nil {
		return fmt.Errorf("the channel has stopped")
	}
	return hear(ctx, bot.Heard{Events: evs})
}

// Script says how each Send ends from now on: it may wait, and its error is
// Send's. Nil: everything is said at once.
func (s *Scripted) Script(send func(ctx context.Context, to grid.Chat, o grid.Outgoing) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.send = send
}

// Send implements bot.Channel.
func (s *Scripted) Send(ctx context.Context, to grid.Chat, o grid.Outgoing) ([]grid.MessageID, error) {
	s.mu.Lock()
	send := s.send
	s.mu.Unlock()
	var err error
	if send != nil {
		err = send(ctx, to, o)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said = append(s.said, Said{to, o, err})
	if err != nil {
		return nil, err
	}
	s.n++
	return []grid.MessageID{grid.MessageID(fmt.Sprintf("%s-%d", s.Channel, s.n))}, nil
}

// Attempts gives every Send so far, in the order in which they ended.
func (s *Scripted) Attempts() []Said {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.said)
}

// Texts gives the texts that were said, in order.
func (s *Scripted) Texts() []string {
	var out []string
	for _, a := range s.Attempts() {
		if a.Err == nil {
			out = append(out, a.Post.Text)
		}
	}
	return out
}
