package app

import (
	"context"
	"errors"
	"fmt"

	"youshi/bot"
	"youshi/bot/webchat"
	"youshi/grid"
	"youshi/storage"
)

// where says to which community what was heard belongs: the config's groups say
// it, then the chats that the store knows (a group may have moved), then, in
// private, where the speaker is known or what the speaker's code is for. A
// stranger's private words are the first community's to look at; a stranger's
// group is nobody's.
func (h *house) where(ctx context.Context, ev grid.Event) (grid.CommunityID, bool, error) {
	ch, native := ev.Native.Channel, ev.Native.Native
	if ch == webchat.ID {
		for _, g := range h.cfg.Groups {
			if g.Channel == ch && g.Chat == native {
				return communityOf(h.cfg, g.Area), true, nil
			}
		}
		return h.communities[0], true, nil
	}
	known := func(tx storage.Tx) (bool, error) { return h.knows(tx, ev) }
	for _, c := range h.communities {
		ours := false
		err := h.store.View(ctx, c, func(tx storage.Tx) (err error) {
			ours, err = known(tx)
			return err
		})
		if err != nil {
			return "", false, fmt.Errorf("looking into community %s: %w", c, err)
		}
		if ours {
			return c, true, nil
		}
	}
	return h.communities[0], ev.Native.Kind == grid.PrivateChat, nil
}

// knows reports whether the community of tx has the chat of an event, or in
// private its speaker.
func (h *house) knows(tx storage.Tx, ev grid.Event) (bool, error) {
	_, err := bot.ChatOf(tx, ev.Native.Channel, ev.Native.Native)
	if errors.Is(err, storage.ErrNotFound) && ev.Native.Kind == grid.PrivateChat && ev.Speaker.ID != "" {
		_, err = tx.Roster().PersonOf(ev.Speaker.Identity)
	}
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
