package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"youshi/bot/webchat"
	"youshi/grid"
	"youshi/storage"
)

// Scopes of storage.Notes that the web chat keeps.
const (
	notesAccounts = "webchat/account" // sha256 of a token -> a session as JSON; of earlier versions the name alone
	notesPressed  = "webchat/pressed" // post id -> JSON list of webchat.Pressed
)

// chatBook is the web chat's view of the store (webchat.Book) for one community.
type chatBook struct {
	store     storage.Store
	community grid.CommunityID
	bot       string           // the bot's name
	now       func() time.Time // of the one clock
	demo      bool
	session   time.Duration // how long a page stays signed in without being used; 0: for ever

	appointed func(tx storage.Tx, now time.Time) error // after a change of offices, within its transaction; nil: nothing is
	stirred   func()                                   // after it
}

var _ webchat.Book = (*chatBook)(nil)

func (b *chatBook) view(ctx context.Context, fn func(storage.Tx) error) error {
	return b.store.View(ctx, b.community, fn)
}

// Enter implements webchat.Book. What demo does not know yet is made by hearing
// (see Unknown), together with the first word.
func (b *chatBook) Enter(ctx context.Context, who, name string) (chat grid.Chat, err error) {
	err = b.view(ctx, func(tx storage.Tx) error {
		chat, err = chatNamed(tx, name)
		switch {
		case b.demo && grid.CodeOf(err) == grid.NotFound:
			chat, err = grid.Chat{Channel: webchat.ID, Native: name, Kind: kindNamed(name)}, nil
		case err == nil && !b.demo:
			err = b.mayRead(tx, who, chat)
		}
		return err
	})
	return chat, err
}

// chatNamed finds a chat by its name in the API. A private chat nobody spoke in
// yet is found too; without ID when the person is not known either.
func chatNamed(tx storage.Tx, name string) (grid.Chat, error) {
	if owner, ok := strings.CutPrefix(name, "private:"); ok {
		c := grid.Chat{Kind: grid.PrivateChat, Channel: webchat.ID, Native: name}
		p, err := personNamed(tx, owner)
		if errors.Is(err, storage.ErrNotFound) {
			return c, nil
		}
		c.Person, c.ID = p.ID, grid.ChatID("private:"+string(p.ID))
		return c, err
	}
	c, err := tx.Roster().ChatByNative(webchat.ID, name)
	if bare, ok := strings.CutPrefix(name, "staff:"); ok && errors.Is(err, storage.ErrNotFound) {
		// A config may name a staff chat without the prefix.
		if c, err = tx.Roster().ChatByNative(webchat.ID, bare); err == nil && c.Kind != grid.StaffChat {
			err = storage.ErrNotFound
		}
	}
	if errors.Is(err, storage.ErrNotFound) {
		return c, &grid.Error{Code: grid.NotFound, Say: "没有“" + name + "”这个群。"}
	} else if err != nil {
		return c, fmt.Errorf("reading chat %q: %w", name, err)
	}
	return c, nil
}

func kindNamed(name string) grid.ChatKind {
	switch {
	case strings.HasPrefix(name, "private:"):
		return grid.PrivateChat
	case strings.HasPrefix(name, "staff:"):
		return grid.StaffChat
	}
	return grid.GroupChat
}

// nameOfChat is the inverse of chatNamed.
func nameOfChat(c grid.Chat) string {
	if c.Kind == grid.StaffChat && !strings.HasPrefix(c.Native, "staff:") {
		return "staff:" + c.Native
	}
	return c.Native
}

func personNamed(tx storage.Tx, name string) (grid.Person, error) {
	return tx.Roster().PersonOf(grid.Identity{Channel: webchat.ID, ID: name})
}

// accountOf gives the person's name on the web chat: the account, or the name
// of somebody from another channel.
func accountOf(p grid.Person) string {
	for _, id := range p.Identities {
		if id.Channel == webchat.ID {
			return id.ID
		}
	}
	return p.Name
}

// mayRead refuses who may not read the chat: another's private chat, and a
// staff chat for who is not staff of its area.
func (b *chatBook) mayRead(tx storage.Tx, who string, c grid.Chat) error {
	switch c.Kind {
	case grid.PrivateChat:
		if c.Native == "private:"+who {
			return nil
		}
		return &grid.Error{Code: grid.Forbidden, Say: "这是别人的私聊。"}
	case grid.StaffChat:
		p, err := personNamed(tx, who)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return fmt.Errorf("reading who asks: %w", err)
		}
		role, err := storage.RoleIn(tx.Roster(), p, c.Area, b.now())
		if err != nil {
			return fmt.Errorf("reading a role: %w", err)
		}
		if !role.Staff() {
			return &grid.Error{Code: grid.Forbidden, Say: "工作群只有工作人员能进。"}
		}
	}
	return nil
}

// Rooms implements webchat.Book.
func (b *chatBook) Rooms(ctx context.Context, who string) (rooms []webchat.Room, err error) {
	err = b.view(ctx, func(tx storage.Tx) error {
		rooms = nil
		chats, err := tx.Roster().Chats()
		if err != nil {
			return fmt.Errorf("reading chats: %w", err)
		}
		chats = slices.DeleteFunc(chats, func(c grid.Chat) bool { return c.Channel != webchat.ID || c.Kind == grid.PrivateChat })
		own, err := chatNamed(tx, "private:"+who)
		if err != nil {
			return err
		}
		order := []grid.ChatKind{grid.GroupChat, grid.StaffChat}
		slices.SortStableFunc(chats, func(x, y grid.Chat) int {
			return cmp.Compare(slices.Index(order, x.Kind), slices.Index(order, y.Kind))
		})
		for _, c := range append(chats, own) {
			if err := b.mayRead(tx, who, c); grid.CodeOf(err) == grid.Forbidden {
				continue
			} else if err != nil {
				return err
			}
			room, err := b.room(tx, c)
			if err != nil {
				return fmt.Errorf("reading chat %s: %w", c.ID, err)
			}
			rooms = append(rooms, room)
		}
		return nil
	})
	return rooms, err
}

func (b *chatBook) room(tx storage.Tx, c grid.Chat) (webchat.Room, error) {
	room := webchat.Room{ID: nameOfChat(c), Kind: c.Kind, Area: string(c.Area), Tail: []grid.MessageID{}}
	switch c.Kind {
	case grid.GroupChat:
		room.Name = string(c.Area) + "居民群"
	case grid.StaffChat:
		room.Name = string(c.Area) + "工作群"
	default:
		room.Name = b.bot
	}
	const tail = 30
	entries, _, err := page(tx, c, "", tail)
	if err != nil {
		return room, err
	}
	for _, e := range entries {
		room.Tail = append(room.Tail, e.id())
	}
	if n := len(entries); n > 0 {
		last, err := newLines(b, tx, c).of(entries[n-1])
		room.Last = &last
		return room, err
	}
	return room, nil
}

// Lines implements webchat.Book.
func (b *chatBook) Lines(ctx context.Context, who, name, before string, n int) (lines []webchat.Line, next string, err error) {
	err = b.view(ctx, func(tx storage.Tx) error {
		lines = nil
		c, err := chatNamed(tx, name)
		if err != nil {
			return err
		}
		if err := b.mayRead(tx, who, c); err != nil {
			return err
		}
		var entries []entry
		if entries, next, err = page(tx, c, before, n); err != nil {
			return err
		}
		make := newLines(b, tx, c)
		for _, e := range entries {
			l, err := make.of(e)
			if err != nil {
				return err
			}
			lines = append(lines, l)
		}
		return nil
	})
	return lines, next, err
}

// Said implements webchat.Book.
func (b *chatBook) Said(ctx context.Context, who string, since grid.Seq, n int) (posts []webchat.Post, err error) {
	err = b.view(ctx, func(tx storage.Tx) error {
		posts = nil
		for from := since; len(posts) < n; {
			said, err := tx.Outbox().Said(from, n)
			if err != nil {
				return fmt.Errorf("reading what was said: %w", err)
			}
			if len(said) == 0 {
				return nil
			}
			from = said[len(said)-1].SentSeq
			for _, o := range said {
				p, ok, err := b.post(tx, who, o)
				if err != nil {
					return err
				}
				if ok && len(posts) < n {
					posts = append(posts, p)
				}
			}
		}
		return nil
	})
	return posts, err
}

// post gives a post as the API tells it; false when it is not in a web chat, or
// not for who ("": everybody).
func (b *chatBook) post(tx storage.Tx, who string, o grid.Outgoing) (webchat.Post, bool, error) {
	c, err := tx.Roster().Chat(o.To)
	if errors.Is(err, storage.ErrNotFound) {
		return webchat.Post{}, false, nil
	} else if err != nil {
		return webchat.Post{}, false, fmt.Errorf("reading chat %s: %w", o.To, err)
	}
	if c.Channel != webchat.ID {
		return webchat.Post{}, false, nil
	}
	if who != "" {
		if err := b.mayRead(tx, who, c); grid.CodeOf(err) == grid.Forbidden {
			return webchat.Post{}, false, nil
		} else if err != nil {
			return webchat.Post{}, false, err
		}
	}
	p := webchat.Post{
		Seq: o.SentSeq, ID: o.ID, At: o.SentAt.In(b.now().Location()), To: nameOfChat(c),
		Kind: o.Kind, Text: o.Text, Buttons: []string{},
	}
	if c.Kind == grid.GroupChat {
		p.To = "group:" + p.To
	}
	if o.Ticket != 0 {
		p.Ticket = &o.Ticket
	}
	if o.ReplyTo != "" {
		p.ReplyTo = &o.ReplyTo
	}
	for _, button := range o.Buttons {
		p.Buttons = append(p.Buttons, button.Label)
	}
	return p, true, nil
}

// Post implements webchat.Book.
func (b *chatBook) Post(ctx context.Context, id grid.MessageID) (p webchat.Post, err error) {
	err = b.view(ctx, func(tx storage.Tx) error {
		unknown := &grid.Error{Code: grid.NotFound, Say: "没有这条消息：" + string(id)}
		o, err := tx.Outbox().Get(id)
		if errors.Is(err, storage.ErrNotFound) {
			return unknown
		} else if err != nil {
			return fmt.Errorf("reading post %s: %w", id, err)
		}
		var ok bool
		if p, ok, err = b.post(tx, "", o); err == nil && (!ok || o.SentSeq == 0) {
			return unknown
		}
		return err
	})
	return p, err
}

// Message implements webchat.Book.
func (b *chatBook) Message(ctx context.Context, id grid.MessageID) (from webchat.Origin, err error) {
	err = b.view(ctx, func(tx storage.Tx) error {
		unknown := &grid.Error{Code: grid.NotFound, Say: "没有这条消息：" + string(id)}
		m, err := tx.Messages().Get(id)
		if errors.Is(err, storage.ErrNotFound) {
			return unknown
		} else if err != nil {
			return fmt.Errorf("reading message %s: %w", id, err)
		}
		c, err := tx.Roster().Chat(m.Chat)
		if err != nil || c.Channel != webchat.ID || hidden(m) {
			return unknown
		}
		p, err := tx.Roster().Person(m.From)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return fmt.Errorf("reading who said message %s: %w", id, err)
		}
		from = webchat.Origin{Chat: nameOfChat(c), From: accountOf(p), Recalled: !m.Recalled.IsZero()}
		return nil
	})
	return from, err
}

// Pressed implements webchat.Book.
func (b *chatBook) Pressed(ctx context.Context, post grid.MessageID, who, button string) error {
	return b.store.Update(ctx, b.community, func(tx storage.Tx) error {
		all, err := pressedUnder(tx, post)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(p webchat.Pressed) bool { return p.By == who })
		raw, err := json.Marshal(append(all, webchat.Pressed{By: who, Button: button}))
		if err != nil {
			return fmt.Errorf("noting a press: %w", err)
		}
		return tx.Notes().Put(notesPressed, string(post), raw)
	})
}

func pressedUnder(tx storage.Tx, post grid.MessageID) (all []webchat.Pressed, err error) {
	raw, err := tx.Notes().Get(notesPressed, string(post))
	if err == nil && raw != nil {
		err = json.Unmarshal(raw, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("reading who pressed under %s: %w", post, err)
	}
	return all, nil
}

// cursor is where a page of a chat begins: before this message and before this
// post. Each part is "" at the end of the chat and "-" where nothing is left.
type cursor struct{ message, post string }

func parseCursor(s string) (cursor, error) {
	if s == "" {
		return cursor{}, nil
	}
	i := strings.LastIndexByte(s, '~')
	if i < 0 {
		return cursor{}, &grid.Error{Code: grid.Invalid, Say: "before 不对，请用上一页给出的值。"}
	}
	c := cursor{s[:i], s[i+1:]}
	if c.post != "" && c.post != "-" {
		if _, err := strconv.ParseUint(c.post, 10, 64); err != nil {
			return c, &grid.Error{Code: grid.Invalid, Say: "before 不对，请用上一页给出的值。"}
		}
	}
	return c, nil
}

func (c cursor) String() string {
	if c == (cursor{"-", "-"}) {
		return ""
	}
	return c.message + "~" + c.post
}
