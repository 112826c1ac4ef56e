package telegram

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-telegram/bot/models"

	"youshi/grid"
)

// message reads something said: a line, a join, a move.
func (h *hearer) message(m *models.Message) error {
	switch {
	case m.MigrateToChatID != 0:
		h.moved(m.Chat.ID, m.MigrateToChatID)
	case m.MigrateFromChatID != 0:
		h.moved(m.MigrateFromChatID, m.Chat.ID)
	case len(m.NewChatMembers) > 0:
		h.joined(m)
	case m.From != nil && m.SenderChat == nil && m.From.ID == h.api.lib.ID():
		// the bot's own words need no hearing
	default:
		return h.line(m, messageID(m.Chat.ID, m.ID), []*models.Message{m})
	}
	return nil
}

// line hears one line, made of one message or of the parts of an album.
func (h *hearer) line(m *models.Message, id grid.MessageID, parts []*models.Message) error {
	kind, said := read(m)
	for _, p := range parts[1:] {
		if _, more := read(p); more != "" && !strings.Contains(said, more) {
			said = strings.TrimSpace(said + "\n" + more)
		}
	}
	who := speaker(m)
	if chatters(m) {
		kind, said = grid.OtherMessage, "" // another program's words are nobody's matter
	}
	ev := grid.Event{
		Key:     grid.EventKey{Channel: ID, Chat: native(m.Chat.ID), Message: fmt.Sprint(m.ID)},
		Kind:    grid.EventMessage,
		Native:  chatOf(m.Chat),
		Speaker: who,
		Message: grid.Message{ID: id, Sent: sent(m.Date), Kind: kind, Text: h.words(m, said), ReplyTo: h.answers(m)},
	}
	if m.MediaGroupID != "" {
		ev.Key.Message = "a" + m.MediaGroupID
	}
	h.events = append(h.events, ev)
	for _, p := range parts {
		_, own := read(p)
		if err := h.remember(seenKey(p.Chat.ID, p.ID), seen{Words: hashed(own), Topic: topicOf(p), At: int64(p.Date)}); err != nil {
			return err
		}
		if err := h.attach(ev, p); err != nil {
			return err
		}
	}
	if m.Chat.Type == models.ChatTypePrivate && m.SenderChat == nil && m.From != nil && !h.alone.is(m.From.ID, openChat) {
		h.notes = append(h.notes, privateNote(m.From.ID, openChat))
	}
	return nil
}

// album hears the parts of an album as one line. A part that comes when the album
// was heard already brings its picture, and its words as an edit.
func (h *hearer) album(ctx context.Context, us []*update) error {
	var parts []*models.Message
	for _, u := range us {
		parts = append(parts, u.Message)
	}
	m := parts[0]
	id, key := albumID(m.Chat.ID, m.MediaGroupID), albumKey(m.Chat.ID, m.MediaGroupID)
	known, err := h.recall(ctx, key)
	if err != nil {
		return err
	}
	if known.First == 0 {
		if err := h.remember(key, seen{First: m.ID, At: int64(m.Date)}); err != nil {
			return err
		}
		return h.line(m, id, parts)
	}
	for _, p := range parts {
		ev := grid.Event{Native: chatOf(p.Chat), Speaker: speaker(p), Message: grid.Message{ID: id}}
		if err := h.attach(ev, p); err != nil {
			return err
		}
		if p.Caption != "" {
			if err := h.edited(ctx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// edited hears an edit of the words; edits that nobody sees (a link's preview, a
// place that goes on) are none.
func (h *hearer) edited(ctx context.Context, m *models.Message) error {
	_, said := read(m)
	key := seenKey(m.Chat.ID, m.ID)
	was, err := h.recall(ctx, key)
	if err != nil {
		return err
	}
	if was.Words == hashed(said) || m.Location != nil || chatters(m) {
		return nil
	}
	of := messageID(m.Chat.ID, m.ID)
	if m.MediaGroupID != "" {
		of = albumID(m.Chat.ID, m.MediaGroupID)
	}
	at := cmp.Or(m.EditDate, m.Date)
	revision := fmt.Sprintf("%d-%s", at, hashed(said)) // two edits within a second are two
	h.events = append(h.events, grid.Event{
		Key:     grid.EventKey{Channel: ID, Chat: native(m.Chat.ID), Message: fmt.Sprint(m.ID), Revision: revision},
		Kind:    grid.EventEdit,
		Native:  chatOf(m.Chat),
		Speaker: speaker(m),
		Message: grid.Message{ID: editID(m.Chat.ID, m.ID, revision), Of: of, Sent: sent(at), Kind: grid.EditMessage, Text: h.words(m, said)},
	})
	return h.remember(key, seen{Words: hashed(said), Topic: topicOf(m), At: int64(at)})
}

// joined hears everybody who came, bots aside.
func (h *hearer) joined(m *models.Message) {
	for _, u := range m.NewChatMembers {
		if u.IsBot {
			continue
		}
		h.events = append(h.events, grid.Event{
			Key:     grid.EventKey{Channel: ID, Chat: native(m.Chat.ID), Message: fmt.Sprint(m.ID), Revision: fmt.Sprintf("join-%d", u.ID)},
			Kind:    grid.EventJoin,
			Native:  chatOf(m.Chat),
			Speaker: person(&u),
			Message: grid.Message{ID: joinID(m.Chat.ID, m.ID, u.ID), Sent: sent(m.Date), Kind: grid.JoinMessage},
		})
	}
}

// moved hears that a group goes on under another id; both chats tell of it.
func (h *hearer) moved(from, to int64) { h.events = append(h.events, movedEvent(from, to)) }

func movedEvent(from, to int64) grid.Event {
	return grid.Event{
		Key:    grid.EventKey{Channel: ID, Chat: native(from), Message: "moved", Revision: native(to)},
		Kind:   grid.EventMoved,
		Native: grid.Chat{Channel: ID, Native: native(from), Kind: grid.GroupChat},
		Moved:  native(to),
	}
}

// membership notes what became of the bot in a chat.
func (h *hearer) membership(m *models.ChatMemberUpdated) {
	in := m.NewChatMember.Type != models.ChatMemberTypeLeft && m.NewChatMember.Type != models.ChatMemberTypeBanned
	switch {
	case m.Chat.Type == models.ChatTypePrivate && in:
		// what may be said there is known when the person speaks
	case m.Chat.Type == models.ChatTypePrivate:
		h.notes = append(h.notes, privateNote(m.Chat.ID, shutChat))
	case in:
		h.log.Info("the bot is in this chat: bind it to an area with [[group]]", "chat", m.Chat.ID, "as", m.NewChatMember.Type)
	default:
		h.log.Warn("the bot was removed from this chat: nothing is heard or said there", "chat", m.Chat.ID)
	}
}

func chatOf(c models.Chat) grid.Chat {
	if c.Type == models.ChatTypePrivate {
		return grid.Chat{Channel: ID, Native: native(c.ID), Kind: grid.PrivateChat}
	}
	return grid.Chat{Channel: ID, Native: native(c.ID), Kind: grid.GroupChat, Name: c.Title}
}

func sent(unix int) time.Time {
	if unix == 0 {
		return time.Time{}
	}
	return time.Unix(int64(unix), 0)
}

// speaker is who spoke. Whoever speaks as a chat (an anonymous administrator, a
// channel) or is a program is an account that nothing vouches for: the user id that
// Telegram puts there is a stand-in, the same for everybody.
func speaker(m *models.Message) grid.Speaker {
	switch {
	case m.SenderChat != nil:
		name := cmp.Or(m.AuthorSignature, m.SenderChat.Title, "匿名")
		return grid.Speaker{Identity: grid.Identity{Channel: ID, ID: fmt.Sprintf("chat:%d", m.SenderChat.ID), Weak: true}, Name: name}
	case m.From == nil || slices.Contains(StandIns, m.From.ID):
		return grid.Speaker{Identity: grid.Identity{Channel: ID, ID: fmt.Sprintf("chat:%d", m.Chat.ID), Weak: true}, Name: cmp.Or(m.Chat.Title, "匿名")}
	}
	return person(m.From)
}

// StandIns are the accounts behind which Telegram hides who speaks: anonymous
// administrators, those who speak as a channel, and posts of a linked channel. They
// are nobody.
var StandIns = []int64{1087968824, 136817688, 777000}

func person(u *models.User) grid.Speaker {
	name := strings.TrimSpace(u.FirstName + " " + u.LastName)
	return grid.Speaker{Identity: grid.Identity{Channel: ID, ID: native(u.ID), Weak: u.IsBot}, Name: cmp.Or(name, u.Username, "居民")}
}

// chatters reports whether another program spoke.
func chatters(m *models.Message) bool {
	return m.SenderChat == nil && m.From != nil && m.From.IsBot && !slices.Contains(StandIns, m.From.ID)
}

// answers gives the message that m quotes. In a forum every message seems to answer
// the one that opened its topic: that is no quote.
func (h *hearer) answers(m *models.Message) grid.MessageID {
	to := m.ReplyToMessage
	switch {
	case to == nil || to.ForumTopicCreated != nil || m.IsTopicMessage && to.ID == m.MessageThreadID:
		return ""
	case to.MediaGroupID != "":
		return albumID(to.Chat.ID, to.MediaGroupID)
	}
	return messageID(cmp.Or(to.Chat.ID, m.Chat.ID), to.ID)
}

// topicOf is the topic of a forum that m was said in; 0: none.
func topicOf(m *models.Message) int {
	if m.IsTopicMessage {
		return m.MessageThreadID
	}
	return 0
}
