package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"youshi/bot"
	"youshi/bot/webchat"
	"youshi/grid"
	"youshi/intents"
	"youshi/storage"
)

// where says to which community what was heard belongs: the config's groups of the
// web chat say it, then the code that somebody says (绑定), then the chats that the
// store knows (a group may have moved), then, in private, where the speaker is
// known, best with an office. A stranger's private words are the first community's
// to look at; a stranger's group is nobody's.
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
	if c, ok, err := h.invites(ctx, ev); ok || err != nil {
		return c, ok, err
	}
	best, found := 0, h.communities[0]
	for _, c := range h.communities {
		var n int
		err := h.store.View(ctx, c, func(tx storage.Tx) (err error) {
			n, err = h.knows(tx, ev)
			return err
		})
		if err != nil {
			return "", false, fmt.Errorf("looking into community %s: %w", c, err)
		}
		if n > best {
			best, found = n, c
		}
	}
	return found, best > 0 || ev.Native.Kind == grid.PrivateChat, nil
}

// knows says how well the community of tx knows whom an event is from: 0 not at
// all, 1 the chat, or in private the speaker, 2 in private a speaker with an office.
func (h *house) knows(tx storage.Tx, ev grid.Event) (int, error) {
	_, err := bot.ChatOf(tx, ev.Native.Channel, ev.Native.Native)
	known := 0
	if err == nil {
		known = 1
	} else if !errors.Is(err, storage.ErrNotFound) {
		return 0, err
	}
	if ev.Native.Kind != grid.PrivateChat || ev.Speaker.ID == "" {
		return known, nil
	}
	p, err := tx.Roster().PersonOf(ev.Speaker.Identity)
	if errors.Is(err, storage.ErrNotFound) {
		return known, nil
	} else if err != nil {
		return 0, err
	}
	for _, o := range p.Offices {
		if o.Held(h.time.Now()) {
			return 2, nil
		}
	}
	return 1, nil
}

// invites gives the community whose code somebody says, if it fits the chat: a role
// in private, a group's in a group.
func (h *house) invites(ctx context.Context, ev grid.Event) (c grid.CommunityID, ok bool, err error) {
	if ev.Kind != grid.EventMessage {
		return "", false, nil
	}
	code, ok := intents.BindCode(ev.Message.Text, h.cfg.Bot.Name)
	if !ok {
		return "", false, nil
	}
	key := grid.CodeKey(code)
	for _, c := range h.communities {
		err := h.store.View(ctx, c, func(tx storage.Tx) error {
			in, open, err := storage.Invited(tx, key, h.time.Now())
			ok = open && (in.Chat == "") == (ev.Native.Kind == grid.PrivateChat)
			return err
		})
		if ok || err != nil {
			return c, ok, err
		}
	}
	return "", false, nil
}

// stranger binds a chat that nobody bound, if a group's code is said in it (bot.Ear's
// Unknown); demo makes what it does not know.
func (h *house) stranger(tx storage.Tx, ev grid.Event) (grid.Chat, bool, error) {
	code, ok := intents.BindCode(ev.Message.Text, h.cfg.Bot.Name)
	if !ok || ev.Kind != grid.EventMessage || ev.Native.Kind == grid.PrivateChat || ev.Native.Channel == webchat.ID {
		return h.book.Unknown(tx, ev)
	}
	key := grid.CodeKey(code)
	in, open, err := storage.Invited(tx, key, h.time.Now())
	if err != nil || !open || in.Chat == "" || in.Bound != "" {
		return grid.Chat{}, false, err
	}
	c, err := bindChat(tx, ev.Native, in)
	if err != nil {
		return c, false, fmt.Errorf("binding a group by its code: %w", err)
	}
	in.Bound = c.ID // until the word is answered there
	return c, true, cmp.Or(storage.Invite(tx, in), storage.Appoint(tx, storage.Appointment{
		At: h.time.Now(), Did: "bound", Area: in.Area, Chat: c.ID, Channel: c.Channel}))
}

// bindChat gives a group the area of an invitation. Its id is the one that the
// config would give it; where that is another chat's, the channel is added.
func bindChat(tx storage.Tx, native grid.Chat, in grid.Invitation) (grid.Chat, error) {
	c := grid.Chat{ID: grid.ChatID("group:" + native.Native), Kind: in.Chat, Channel: native.Channel, Native: native.Native, Area: in.Area, Name: native.Name}
	if in.Chat == grid.StaffChat {
		c.ID = grid.ChatID("staff:" + string(in.Area))
	}
	return withOwnID(tx, c)
}

// withOwnID stores a chat under an id that no chat of another channel has.
func withOwnID(tx storage.Tx, c grid.Chat) (grid.Chat, error) {
	was, err := tx.Roster().Chat(c.ID)
	switch {
	case errors.Is(err, storage.ErrNotFound):
	case err != nil:
		return c, err
	case was.Channel != c.Channel:
		c.ID += grid.ChatID("@" + string(c.Channel))
	}
	return c, bot.Lead(tx, c)
}
