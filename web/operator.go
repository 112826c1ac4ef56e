package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"rsc.io/qr"

	"youshi/grid"
	"youshi/storage"
)

// Operating is how the program runs, and what an operator mends while it does.
type Operating interface {
	Operation(ctx context.Context) (Operation, error)
	// Scan gives the text of the QR code that a channel waits for a person to scan, ""
	// when it waits for none.
	Scan(ch grid.ChannelID) string
	// Mend has a post that is stuck said again, or given up; NotFound, and Conflict for
	// one that is not stuck any more.
	Mend(ctx context.Context, c grid.CommunityID, post grid.MessageID, again bool) error
}

// Operation is how the program runs at the moment. Times are in the site's zone.
type Operation struct {
	Channels []ChannelState `json:"channels"`
	Unbound  []Unbound      `json:"unbound"` // chats that are bound to no area
	Posts    []Stuck        `json:"posts"`   // what a person must look at, the latest first
	Waiting  int            `json:"waiting"` // posts that wait to be said
	Backlog  int            `json:"backlog"` // events heard and not acted on
	Lanes    []grid.LaneID  `json:"lanes"`   // lanes that do not move
}

// ChannelState is how a channel stands.
type ChannelState struct {
	Channel grid.ChannelID `json:"channel"`
	State   string         `json:"state"` // bot.HealthState
	Since   time.Time      `json:"since"`
	Say     string         `json:"say"`            // what to do
	Scan    string         `json:"scan,omitempty"` // the text of the QR code to scan
}

// Unbound is a chat that something was heard from and that belongs to no area.
type Unbound struct {
	Channel grid.ChannelID `json:"channel"`
	Chat    string         `json:"chat"`
	Name    string         `json:"name"`
	Since   time.Time      `json:"since"`
	Heard   int            `json:"heard"`
}

// Stuck is a post that was not said for certain. Its words are not told.
type Stuck struct {
	Community grid.CommunityID `json:"community"`
	ID        grid.MessageID   `json:"id"`
	To        string           `json:"to"` // the area, or a person's name
	Chat      grid.ChatKind    `json:"chat"`
	Channel   grid.ChannelID   `json:"channel"`
	Kind      grid.PostKind    `json:"kind"`
	Ticket    grid.TicketNo    `json:"ticket,omitempty"`
	State     grid.PostState   `json:"state"` // unclear, aside
	Why       string           `json:"why"`
	Written   time.Time        `json:"written"`
}

// operator refuses everybody but operators.
func (b *Web) operator(r *http.Request) error {
	who, err := b.who(r)
	if err != nil {
		return err
	}
	if err := b.view(r.Context(), func(tx storage.Tx) error { return b.meet(tx, &who) }); err != nil {
		return err
	}
	if b.opt.Operate == nil || !who.operates() {
		return &grid.Error{Code: grid.Forbidden, Say: "只有运维人员能看。"}
	}
	return nil
}

// operation answers GET /api/operator.
func (b *Web) operation(w http.ResponseWriter, r *http.Request) error {
	if err := b.operator(r); err != nil {
		return err
	}
	o, err := b.opt.Operate.Operation(r.Context())
	if err != nil {
		return fmt.Errorf("reading how the program runs: %w", err)
	}
	return give(w, r, o)
}

// scan answers GET /api/operator/scan/CHANNEL with a picture of the QR code.
func (b *Web) scan(w http.ResponseWriter, r *http.Request) error {
	if err := b.operator(r); err != nil {
		return err
	}
	text := b.opt.Operate.Scan(grid.ChannelID(r.PathValue("channel")))
	if text == "" {
		return &grid.Error{Code: grid.NotFound, Say: "现在没有要扫的二维码。"}
	}
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return fmt.Errorf("drawing a code: %w", err)
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(code.PNG()) // the caller hung up: nobody is left to tell
	return nil
}

// mend answers POST /api/operator/posts/COMMUNITY/ID?do=again|drop.
func (b *Web) mend(w http.ResponseWriter, r *http.Request) error {
	if err := b.operator(r); err != nil {
		return err
	}
	do := r.URL.Query().Get("do")
	if do != "again" && do != "drop" {
		return &grid.Error{Code: grid.Invalid, Say: "do 请写 again（再发一次）或 drop（不发了）。"}
	}
	err := b.opt.Operate.Mend(r.Context(), grid.CommunityID(r.PathValue("community")), grid.MessageID(r.PathValue("id")), do == "again")
	if err != nil {
		return err
	}
	return give(w, r, map[string]string{"did": do})
}
