package bot

import (
	"context"
	"errors"
	"fmt"

	"youshi/grid"
	"youshi/storage"
)

// rewrites leaves of the posts of a destination those that can go: one that
// replaces another waits until that was said, and ends where the channel
// rewrites nothing or there is nothing to rewrite.
func (s *Sender) rewrites(tx storage.Tx, t *turn, posts []grid.Outgoing) ([]grid.Outgoing, error) {
	var free []grid.Outgoing
	for _, o := range posts {
		if o.Replaces == "" {
			free = append(free, o)
			continue
		}
		was, err := tx.Outbox().Get(o.Replaces)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return nil, fmt.Errorf("reading the post that %s replaces: %w", o.ID, err)
		}
		_, can := s.Channels[t.chat.Channel].(Editor)
		switch {
		case !can, err != nil, was.State != grid.Sent && was.State != grid.Waiting && was.State != grid.Trying:
			o.State, o.Reason = grid.Dropped, "there is nothing to rewrite here"
			t.end = append(t.end, o)
		case was.State == grid.Sent:
			free = append(free, o)
		}
	}
	return free, nil
}

// attempt is a post on its way, and the ids of the one that it replaces.
type attempt struct {
	post grid.Outgoing
	as   []grid.MessageID
}

// to makes the attempt on the channel. An edit that nobody knows the end of can
// be made again, and one that is not possible any more ends.
func (a attempt) to(ctx context.Context, ch Channel, chat grid.Chat) ([]grid.MessageID, error) {
	if a.post.Replaces == "" {
		return ch.Send(ctx, chat, a.post)
	}
	err := ch.(Editor).Edit(ctx, chat, a.as, a.post)
	var u *Undelivered
	switch {
	case err == nil:
		return a.as, nil
	case !errors.As(err, &u) || u.State == grid.Unclear:
		return nil, &Undelivered{State: grid.Waiting, Say: "nobody knows whether the post was rewritten", Err: err}
	case u.State == grid.PutAside:
		return nil, &Undelivered{State: grid.Dropped, Say: "the post cannot be rewritten any more", Err: err}
	}
	return nil, err
}
