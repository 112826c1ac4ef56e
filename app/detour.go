package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"youshi/bot"
	"youshi/grid"
	"youshi/storage"
)

// detour says elsewhere what waited too long for a channel that is mute: to a person
// by another account, to an area in another chat of the same kind. What nobody can be
// told any other way is put aside in the end, where the operator sees it.
func (h *house) detour(ctx context.Context, s standing) error {
	for _, c := range h.communities {
		var waits []grid.ChatID
		err := h.store.View(ctx, c, func(tx storage.Tx) error {
			waits = nil
			all, err := tx.Outbox().Destinations()
			for _, d := range all {
				chat, cerr := tx.Roster().Chat(d.To)
				if cerr == nil && chat.Channel == s.Channel {
					waits = append(waits, d.To)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, to := range waits {
			if err := h.store.Update(ctx, c, func(tx storage.Tx) error { return h.around(tx, s, to) }); err != nil {
				return fmt.Errorf("for %s: %w", to, err)
			}
			h.sender.Kick()
		}
	}
	return nil
}

// ended hears of each post that was said or will not be. A card that was put aside
// goes to other readers where there are some.
func (h *house) ended(c grid.CommunityID, o grid.Outgoing) {
	h.chat.Changed()
	if o.State != grid.PutAside {
		return
	}
	err := h.store.Update(context.Background(), c, func(tx storage.Tx) error { return h.handlers.Refused(tx, o.ID, h.now()) })
	if err != nil {
		h.log.Error("no other reader is found for a post that was put aside", "post", o.ID, "err", err)
	}
	h.sender.Kick()
}

// around finds what waits for one chat another way.
func (h *house) around(tx storage.Tx, s standing, to grid.ChatID) error {
	queued, err := tx.Outbox().QueueOf(to)
	if err != nil {
		return err
	}
	goes := func(o grid.Outgoing) bool { return h.waited(s, o) >= h.patience(o) }
	late := false
	for _, o := range queued {
		late = late || o.State == grid.Waiting && goes(o)
	}
	if !late {
		return nil
	}
	chat, err := tx.Roster().Chat(to)
	if err != nil {
		return err
	}
	second, ok, err := h.second(tx, chat)
	switch {
	case err != nil:
		return err
	case ok && second != to: // in private the same chat leads another way now
		return storage.Redirect(tx, to, second, fmt.Sprintf("%s does not get through: said in %s instead", s.Channel, second), goes)
	case ok:
		return nil
	}
	return h.giveUp(tx, s, queued)
}

// waited is how long a post could not be said because of its channel.
func (h *house) waited(s standing, o grid.Outgoing) time.Duration {
	from := o.Written
	if s.Since.After(from) {
		from = s.Since
	}
	return h.now().Sub(from)
}

// patience is how long a post waits for its own channel.
func (h *house) patience(o grid.Outgoing) time.Duration {
	if o.Class == grid.ClassEmergency {
		return min(h.cfg.Watch.After, h.cfg.Watch.SecondWay)
	}
	return h.cfg.Watch.SecondWay
}

// giveUp puts aside what waited for too long.
func (h *house) giveUp(tx storage.Tx, s standing, queued []grid.Outgoing) error {
	for _, o := range queued {
		if o.State != grid.Waiting || h.waited(s, o) < h.cfg.Watch.GiveUp {
			continue
		}
		o.State = grid.PutAside
		o.Reason = fmt.Sprintf("%s is %s since %s and there is no second chat: say it again when the channel is back, or drop it", s.Channel, s.State, s.Since.In(h.cfg.Timezone).Format("2006-01-02 15:04"))
		if _, err := tx.Outbox().Set(o); err != nil {
			return fmt.Errorf("putting post %s aside: %w", o.ID, err)
		}
	}
	return nil
}

// second gives a chat on a channel that gets through and that the same people read:
// in private that with the same person, else another of the same area and kind.
func (h *house) second(tx storage.Tx, c grid.Chat) (grid.ChatID, bool, error) {
	if c.Kind == grid.PrivateChat {
		p, err := tx.Roster().Person(c.Person)
		if err != nil {
			return "", false, fmt.Errorf("looking up whose chat %s is: %w", c.ID, err)
		}
		return h.wayTo(tx, p, c.Channel)
	}
	all, err := tx.Roster().Chats()
	if err != nil {
		return "", false, fmt.Errorf("reading chats: %w", err)
	}
	for _, x := range all {
		if x.Kind == c.Kind && x.Area == c.Area && x.Channel != c.Channel && x.Native != "" && !h.mute(x.Channel) {
			return x.ID, true, nil
		}
	}
	return "", false, nil
}

// wayTo gives the private chat with somebody on another channel than one that is
// sick, false where there is none. Whoever nothing vouches for has no second account:
// what was meant for one must not reach another. From then on the private chat is
// there, until the person speaks elsewhere.
func (h *house) wayTo(tx storage.Tx, p grid.Person, sick grid.ChannelID) (grid.ChatID, bool, error) {
	id := bot.PrivateID(p.ID)
	was, err := tx.Roster().Chat(id)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return "", false, fmt.Errorf("looking up chat %s: %w", id, err)
	}
	if err == nil && was.Native != "" && was.Channel != sick && !h.mute(was.Channel) {
		return id, true, nil
	}
	for _, account := range p.Identities {
		private, ok := h.channels[account.Channel].(bot.Private)
		if !ok || account.Weak || account.Channel == sick || h.mute(account.Channel) {
			continue
		}
		native, ok := private.PrivateChat(account)
		if !ok {
			continue
		}
		c := grid.Chat{ID: id, Kind: grid.PrivateChat, Channel: account.Channel, Native: native, Person: p.ID}
		if err := bot.Lead(tx, c); err != nil {
			return "", false, fmt.Errorf("binding chat %s: %w", id, err)
		}
		return id, true, nil
	}
	return "", false, nil
}
