// Package bot is the road of a message: channels hear, the Ear writes down, the
// Dispatcher takes lane by lane, thinks and acts, the Clock fires timers, the
// Sender says. What a message means and what to do about it is given from
// outside (Thinker, Handler).
package bot

import (
	"context"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// Hear takes what a channel heard and returns when all of it is on disk; only
// then may the platform be told that it arrived. An error means that not all was
// kept: hear it again, what was kept is not kept twice.
type Hear func(ctx context.Context, h Heard) error

// Heard is what a channel hands over at once.
type Heard struct {
	Events []grid.Event
	// Notes are the channel's own, above all its position on the platform. They
	// are written in the transaction of the last events, so a position never runs
	// ahead of what was heard.
	Notes []Note
}

// Note is an entry of a channel's durable key-value space; a nil Value removes it.
type Note struct {
	Key   string
	Value []byte
}

// Notes is a small durable key-value space of one channel: its position, its
// cookies, its names for chats.
type Notes interface {
	Get(ctx context.Context, key string) ([]byte, error)    // nil: none
	Put(ctx context.Context, notes ...Note) error           // all of them or none
	All(ctx context.Context, prefix string) ([]Note, error) // sorted by key
}

// Channel is a way to residents: a platform or the embedded web chat.
type Channel interface {
	ID() grid.ChannelID
	// Run hears until ctx is done (nil) or the channel is shut out for good (error).
	Run(ctx context.Context, hear Hear) error
	// Send says o in the chat and gives the platform's ids of it. An error that
	// is no *Undelivered counts as unclear.
	Send(ctx context.Context, to grid.Chat, o grid.Outgoing) ([]grid.MessageID, error)
}

// Undelivered is a Send's error that knows what happened.
type Undelivered struct {
	State grid.PostState // Waiting: surely not said, try again After; PutAside: never will be; Unclear: nobody knows
	After time.Duration  // Waiting: how long the platform wants us to wait; 0: as the Sender thinks fit
	Say   string         // a sentence for the operator
	Err   error
}

// Error gives the sentence and the cause.
func (u *Undelivered) Error() string {
	if u.Err != nil {
		return u.Say + ": " + u.Err.Error()
	}
	return u.Say
}

// Unwrap gives the cause.
func (u *Undelivered) Unwrap() error { return u.Err }

// Private is a channel that can talk to one person alone.
type Private interface {
	// PrivateChat gives the native id of the private chat with the account, and
	// false when there is none (yet).
	PrivateChat(id grid.Identity) (native string, ok bool)
}

// Editor is a channel that can rewrite a post in place. The Sender calls Edit
// instead of Send for a post that Replaces one said there as those ids; it then
// counts as said under the same ids. Undelivered with the state PutAside means
// that it cannot be rewritten any more. Posts that replace are dropped on other
// channels.
type Editor interface {
	Edit(ctx context.Context, to grid.Chat, as []grid.MessageID, o grid.Outgoing) error
}

// Watched is a channel that knows how it stands with its platform.
type Watched interface{ Health() Health }

// Health is how a channel stands with its platform.
type Health struct {
	State HealthState
	Since time.Time
	Say   string // for the operator: what is up and what to do; "" when there is nothing to do
	Scan  string // HealthScan: the text of the QR code that a person must scan
}

// HealthState is one word for how a channel stands.
type HealthState string

// The states of a channel.
const (
	HealthConnecting HealthState = "connecting"
	HealthOnline     HealthState = "online"
	HealthDeaf       HealthState = "deaf"   // the platform answers, and tells nothing though it should
	HealthScan       HealthState = "scan"   // it waits for a person to scan a code
	HealthBarred     HealthState = "barred" // the platform refuses the account
	HealthDown       HealthState = "down"   // the platform cannot be reached
)

// HealthStates lists the states of a channel.
func HealthStates() []HealthState {
	return []HealthState{HealthConnecting, HealthOnline, HealthDeaf, HealthScan, HealthBarred, HealthDown}
}

// Thinker says what a message means. It must return by ctx's deadline with its
// best answer, holds no transaction, and acts on nothing.
type Thinker interface {
	Think(ctx context.Context, m grid.Message, s grid.Scene) grid.Intent
}

// Handler acts on an event inside the lane's transaction: tickets, timers,
// journal, outbox, and the outcome of the event's message. The event leaves the
// inbox in the same transaction. No network, nothing long.
type Handler interface {
	Handle(ctx context.Context, tx storage.Tx, ev grid.Event) error
}

// Time is the one clock of the house: the machine's in serve, a pushed one in
// demo, a stepped one in replay.
type Time interface {
	Now() time.Time
	// WakeAt gives a channel that is closed once Now is t or later, and a
	// function that gives the waiting up.
	WakeAt(t time.Time) (<-chan struct{}, func())
}
