package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"youshi/app/desk"
	"youshi/grid"
	"youshi/storage"
	"youshi/web"
)

// mostStuck is how many stuck posts of a community an operator sees at once.
const mostStuck = 100

// operating is the house as its operators see it on the board.
type operating struct{ *house }

var _ web.Operating = operating{}

// Operation implements web.Operating.
func (h operating) Operation(ctx context.Context) (web.Operation, error) {
	out := web.Operation{Channels: []web.ChannelState{}, Unbound: []web.Unbound{}, Posts: []web.Stuck{}, Lanes: []grid.LaneID{}}
	for _, s := range h.stands() {
		out.Channels = append(out.Channels, web.ChannelState{Channel: s.Channel, State: string(s.State), Since: s.Since.In(h.cfg.Timezone), Say: s.Say, Scan: s.Scan})
	}
	met, err := desk.Strangers(ctx, h.store)
	if err != nil {
		return out, err
	}
	for _, s := range met {
		out.Unbound = append(out.Unbound, web.Unbound{Channel: s.Channel, Chat: s.Native, Name: s.Name, Since: s.Since.In(h.cfg.Timezone), Heard: s.Heard})
	}
	b := h.dispatcher.Backlog()
	out.Backlog, out.Lanes = b.Events, append(out.Lanes, b.Stuck...)
	for _, c := range h.communities {
		err := h.store.View(ctx, c, func(tx storage.Tx) error {
			for _, err := range tx.Outbox().Queue() {
				if err != nil {
					return err
				}
				out.Waiting++
			}
			stuck, err := tx.Outbox().Stuck(mostStuck)
			for _, o := range stuck {
				s, serr := h.stuck(tx, o)
				out.Posts, err = append(out.Posts, s), errors.Join(err, serr)
			}
			return err
		})
		if err != nil {
			return out, fmt.Errorf("reading what is stuck in %s: %w", c, err)
		}
	}
	slices.SortStableFunc(out.Posts, func(a, b web.Stuck) int { return b.Written.Compare(a.Written) })
	return out, nil
}

// stuck tells of a post where it was to go and why it did not get there.
func (h operating) stuck(tx storage.Tx, o grid.Outgoing) (web.Stuck, error) {
	s := web.Stuck{Community: tx.Community(), ID: o.ID, To: string(o.To), Kind: o.Kind, Ticket: o.Ticket, State: o.State, Why: o.Reason, Written: o.Written.In(h.cfg.Timezone)}
	c, err := tx.Roster().Chat(o.To)
	if errors.Is(err, storage.ErrNotFound) {
		return s, nil
	} else if err != nil {
		return s, err
	}
	s.Chat, s.Channel, s.To = c.Kind, c.Channel, string(c.Area)
	if c.Kind == grid.PrivateChat {
		p, err := tx.Roster().Person(c.Person)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return s, err
		}
		s.To = p.Name
	}
	return s, nil
}

// Scan implements web.Operating.
func (h operating) Scan(ch grid.ChannelID) string {
	s, _ := h.stand(ch)
	return s.Scan
}

// Mend implements web.Operating. What is said again has all its attempts before it.
func (h operating) Mend(ctx context.Context, c grid.CommunityID, post grid.MessageID, again bool) error {
	if !slices.Contains(h.communities, c) {
		return &grid.Error{Code: grid.NotFound, Say: "没有这条消息。"}
	}
	err := h.store.Update(ctx, c, func(tx storage.Tx) error {
		o, err := tx.Outbox().Get(post)
		switch {
		case errors.Is(err, storage.ErrNotFound):
			return &grid.Error{Code: grid.NotFound, Say: "没有这条消息。"}
		case err != nil:
			return err
		case o.State != grid.Unclear && o.State != grid.PutAside:
			return &grid.Error{Code: grid.Conflict, Say: "这条消息已经处理过了。"}
		}
		o.State, o.Reason = grid.Dropped, "an operator gave it up"
		if again {
			now := h.now()
			o.State, o.Reason, o.Attempts, o.NotBefore, o.Until = grid.Waiting, "", 0, now, now.AddDate(0, 0, 1)
			o.Written = now // its patience begins anew
		}
		_, err = tx.Outbox().Set(o)
		return err
	})
	if err == nil {
		h.sender.Kick()
	}
	return err
}
