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
// then may the platform be told that it arrived. An error means nothing was
// kept: hear it again.
type Hear func(ctx context.Context, evs ...grid.Event) error

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
