package bot

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// turn is what one destination does next, read from the store alone.
type turn struct {
	choice
	chat grid.Chat
	born bool            // the chat is not stored yet
	end  []grid.Outgoing // leave the queue unsaid, State and Reason set

	loose   bool      // rests on more than the destination's own rows
	useless time.Time // when the first of the posts that wait is no longer of use; zero: never
}

// acts reports whether there is anything to do now.
func (t turn) acts() bool { return t.post != nil || len(t.list) > 0 || len(t.end) > 0 }

// first is the place of the turn in the order of writing.
func (t turn) first() grid.Seq {
	switch {
	case len(t.end) > 0:
		return t.end[0].Seq
	case len(t.list) > 0:
		return t.list[0].Seq
	case t.post != nil:
		return t.post.Seq
	}
	return 0
}

// decide says what a destination does at now. Classes pass each other; within a
// class the order of writing holds, except that a post which manners or its
// writer keep back lets others pass. One that the platform would not take holds
// back its class: what came after it must not come before it.
func (s *Sender) decide(tx storage.Tx, to grid.ChatID, now time.Time) (turn, error) {
	var t turn
	posts, err := tx.Outbox().QueueOf(to)
	if err != nil {
		return t, fmt.Errorf("reading the queue of %s: %w", to, err)
	}
	if slices.ContainsFunc(posts, func(o grid.Outgoing) bool { return o.State == grid.Trying }) {
		return t, nil // one at a time; it tells when it ended
	}
	posts = slices.DeleteFunc(posts, func(o grid.Outgoing) bool {
		if o.Until.IsZero() {
			return false
		}
		if !now.After(o.Until) {
			if past := o.Until.Add(1); t.useless.IsZero() || past.Before(t.useless) {
				t.useless = past
			}
			return false
		}
		o.State, o.Reason = grid.Dropped, "no longer of use"
		t.end = append(t.end, o)
		return true
	})
	if len(posts) == 0 {
		return t, nil
	}
	var why string
	if t.chat, t.born, why, err = s.chatOf(tx, to); err != nil {
		return t, err
	}
	t.loose = t.born || why != "" // on the person's accounts and on the channel
	if why != "" {
		for _, o := range posts {
			o.State, o.Reason = grid.PutAside, why
			t.end = append(t.end, o)
		}
		return t, nil
	}
	if posts, err = s.rewrites(tx, &t, posts); err != nil {
		return t, err
	}
	if err := s.choose(tx, &t, posts, now); err != nil || t.post == nil {
		return t, err
	}
	at, err := limitsOf(s.Channels[t.chat.Channel]).allowed(tx, t.chat, now)
	if err != nil {
		return t, fmt.Errorf("reading what was said to %s: %w", to, err)
	}
	if !at.IsZero() {
		t.post = nil
		t.hold(at)
	}
	return t, nil
}

// choose picks the post or list that goes, the most pressing class first.
func (s *Sender) choose(tx storage.Tx, t *turn, posts []grid.Outgoing, now time.Time) error {
	dawn, quiet := s.Manners.quietUntil(now)
	for _, class := range grid.Classes() {
		free := ready(t, posts, class, now)
		switch {
		case len(free) == 0:
			continue
		case class == grid.ClassEmergency || class == grid.ClassAnswer:
			t.post = &free[0]
			return nil
		case quiet:
			t.hold(dawn)
			continue
		case class == grid.ClassFirst:
			if t.list, t.kind = overdue(free); len(t.list) < 2 || s.Digest == nil {
				t.post, t.list = &free[0], nil
			}
			return nil
		}
		c, err := s.Manners.notices(tx, t.chat, free, now, s.Digest != nil)
		if err != nil {
			return fmt.Errorf("reading what was said to %s: %w", t.chat.ID, err)
		}
		t.post, t.list, t.kind = c.post, c.list, c.kind
		if !c.next.IsZero() {
			t.hold(c.next)
		}
	}
	return nil
}

// ready gives the posts of a class that neither a retry nor their writer holds
// back, in order of writing.
func ready(t *turn, posts []grid.Outgoing, class grid.Class, now time.Time) []grid.Outgoing {
	var of, free []grid.Outgoing
	for _, o := range posts {
		if o.Class == class || class == grid.ClassNotice && !slices.Contains(grid.Classes(), o.Class) {
			of = append(of, o)
		}
	}
	slices.SortFunc(of, func(a, b grid.Outgoing) int { return cmp.Compare(a.Seq, b.Seq) })
	for _, o := range of {
		if !now.Before(o.NotBefore) {
			free = append(free, o)
			continue
		}
		t.hold(o.NotBefore)
		if o.Attempts > 0 {
			break
		}
	}
	return free
}

// chatOf gives the chat that a destination stands for: a person not yet spoken
// to in private is looked for on every channel. why says why there is none.
func (s *Sender) chatOf(tx storage.Tx, to grid.ChatID) (chat grid.Chat, born bool, why string, err error) {
	chat, err = tx.Roster().Chat(to)
	person, private := strings.CutPrefix(string(to), string(PrivateID("")))
	switch {
	case err == nil && s.Channels[chat.Channel] == nil:
		return chat, false, fmt.Sprintf("the channel %q of this chat is not switched on", chat.Channel), nil
	case err == nil:
		return chat, false, "", nil
	case !errors.Is(err, storage.ErrNotFound):
		return chat, false, "", fmt.Errorf("reading chat %s: %w", to, err)
	case !private:
		return chat, false, "no chat of this name is bound to a platform", nil
	}
	p, err := tx.Roster().Person(grid.PersonID(person))
	if _, err := found(err); err != nil {
		return chat, false, "", fmt.Errorf("reading person %s: %w", person, err)
	}
	for _, id := range p.Identities {
		if ch, ok := s.Channels[id.Channel].(Private); ok {
			if native, ok := ch.PrivateChat(id); ok {
				return grid.Chat{ID: to, Kind: grid.PrivateChat, Channel: id.Channel, Native: native, Person: p.ID}, true, "", nil
			}
		}
	}
	return chat, false, "this person has no private chat with the bot yet", nil
}

// apply writes a turn down: what is dropped, what goes together, what is tried.
// It gives the post that is to be said now, nil when there is none.
func (s *Sender) apply(tx storage.Tx, t turn, now time.Time) (*attempt, error) {
	for _, o := range t.end {
		if _, err := tx.Outbox().Set(o); err != nil {
			return nil, fmt.Errorf("ending post %s: %w", o.ID, err)
		}
	}
	if t.born {
		if err := tx.Roster().PutChat(t.chat); err != nil {
			return nil, fmt.Errorf("binding chat %s: %w", t.chat.ID, err)
		}
	}
	if len(t.list) > 0 {
		text, err := s.Digest(tx, t.list)
		if err == nil {
			return nil, compose(tx, t, text, now)
		}
		s.log().Error("posts cannot be put together; they go one by one", "to", t.chat.ID, "posts", len(t.list), "err", err)
		t.post = &t.list[0]
	}
	if t.post == nil {
		return nil, nil
	}
	o := *t.post
	o.State, o.Attempts = grid.Trying, o.Attempts+1
	o, err := tx.Outbox().Set(o)
	if err != nil {
		return nil, fmt.Errorf("writing down the attempt at %s: %w", o.ID, err)
	}
	a := attempt{post: o}
	if o.Replaces != "" {
		was, err := tx.Outbox().Get(o.Replaces)
		if err != nil {
			return nil, fmt.Errorf("reading the post that %s replaces: %w", o.ID, err)
		}
		a.as = was.SentAs
	}
	return &a, nil
}

// compose writes the one post that stands for the turn's list; those in it end.
func compose(tx storage.Tx, t turn, text string, now time.Time) error {
	all := grid.Outgoing{To: t.chat.ID, Class: t.list[0].Class, Kind: t.kind, Text: text, Written: now, State: grid.Waiting}
	if t.kind != grid.PostDigest {
		all.For, all.Reason = t.list[0].For, isList
	}
	all, err := tx.Outbox().Put(all)
	if err != nil {
		return fmt.Errorf("writing the digest to %s: %w", t.chat.ID, err)
	}
	for _, o := range t.list {
		o.State, o.Reason = grid.Dropped, "digest "+string(all.ID)
		if _, err := tx.Outbox().Set(o); err != nil {
			return fmt.Errorf("dropping %s into its digest: %w", o.ID, err)
		}
	}
	return nil
}
