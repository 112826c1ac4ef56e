package telegramtest

import (
	"fmt"
	"maps"
	"strings"
	"time"
)

// Message is something said in a chat.
type Message struct {
	Chat *Chat
	ID   int64
	body wire
}

// How changes one message: what it answers, where, when, by whom it seems to be.
type How func(c *Chat, body map[string]any)

// Reply lets it answer a message, as the app's "reply" does.
func Reply(to Message) How {
	return func(_ *Chat, b map[string]any) { b["reply_to_message"] = shallow(to.body) }
}

// At lets it be sent at that time.
func At(t time.Time) How { return func(_ *Chat, b map[string]any) { b["date"] = t.Unix() } }

// Topic says it in a topic of a forum; outside of a reply it carries the message
// that opened the topic as what it answers, as the real server does.
func Topic(id int64) How {
	return func(c *Chat, b map[string]any) {
		b["message_thread_id"], b["is_topic_message"] = id, true
		if opened := c.topics[id]; opened != nil && b["reply_to_message"] == nil {
			b["reply_to_message"] = opened
		}
	}
}

// Anonymous hides an administrator behind the group.
func Anonymous() How {
	return func(c *Chat, b map[string]any) {
		b["from"] = wire{"id": anonymousAdmin, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot"}
		b["sender_chat"] = c.wire()
	}
}

// AsChannel lets somebody speak as a channel; linked says that it is the group's
// own channel, whose posts come by themselves.
func AsChannel(ch *Chat, linked bool) How {
	return func(_ *Chat, b map[string]any) {
		b["from"], b["sender_chat"] = wire{"id": channelBot, "is_bot": true, "first_name": "Channel"}, ch.wire()
		if linked {
			b["from"], b["is_automatic_forward"] = wire{"id": service, "is_bot": false, "first_name": "Telegram"}, true
		}
	}
}

// With sets any field of the message.
func With(key string, value any) How { return func(_ *Chat, b map[string]any) { b[key] = value } }

// shallow is a message as it stands inside another: without what it answered.
func shallow(m wire) wire {
	m = maps.Clone(m)
	delete(m, "reply_to_message")
	return m
}

// write puts a message into the chat; mu is held.
func (c *Chat) write(body wire, from User) Message {
	c.last++
	body["message_id"], body["chat"] = c.last, c.wire()
	if body["date"] == nil {
		body["date"] = c.s.opt.Now().Unix()
	}
	if body["from"] == nil {
		body["from"] = from.wire()
	}
	c.lines[c.last] = body
	return Message{c, c.last, body}
}

// Post lets somebody say a message with these fields ("text", "sticker", …).
func (c *Chat) Post(from User, fields map[string]any, how ...How) Message {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	m := c.write(fields, from)
	for _, h := range how {
		h(c, m.body)
	}
	if c.visible(m.body) {
		c.s.tell("message", m.body)
	}
	return m
}

// visible reports whether the bot may see a message, privacy mode being what it is.
func (c *Chat) visible(m wire) bool {
	if !c.s.opt.Privacy || c.Kind == "private" {
		return true
	}
	text, _ := m["text"].(string)
	if strings.HasPrefix(text, "/") || strings.Contains(text, "@"+c.s.self.Username) {
		return true
	}
	if to, answers := m["reply_to_message"].(wire); answers {
		id, _ := to["message_id"].(int64)
		return c.byBot[id]
	}
	return false
}

// Say lets somebody say a text.
func (c *Chat) Say(from User, text string, how ...How) Message {
	fields := wire{"text": text}
	if strings.HasPrefix(text, "/") {
		word, _, _ := strings.Cut(text, " ")
		fields["entities"] = []wire{{"type": "bot_command", "offset": 0, "length": len(word)}}
	}
	return c.Post(from, fields, how...)
}

// Photo lets somebody send a picture, caption "" for none.
func (c *Chat) Photo(from User, picture []byte, caption string, how ...How) Message {
	return c.Post(from, c.s.photo(picture, caption), how...)
}

// Album lets somebody send pictures as one album; each is a message of its own,
// the caption stands on the first.
func (c *Chat) Album(from User, pictures [][]byte, caption string, how ...How) []Message {
	c.s.mu.Lock()
	group := itoa(13_000_000_000 + c.s.fresh())
	c.s.mu.Unlock()
	var all []Message
	for i, picture := range pictures {
		words := ""
		if i == 0 {
			words = caption
		}
		all = append(all, c.Photo(from, picture, words, append(how, With("media_group_id", group))...))
	}
	return all
}

// Voice lets somebody speak a voice message.
func (c *Chat) Voice(from User, sound []byte, how ...How) Message {
	return c.Post(from, wire{"voice": c.s.attach(sound, wire{"duration": 4, "mime_type": "audio/ogg"})}, how...)
}

// Document lets somebody send a file.
func (c *Chat) Document(from User, name string, content []byte, caption string, how ...How) Message {
	fields := wire{"document": c.s.attach(content, wire{"file_name": name})}
	if caption != "" {
		fields["caption"] = caption
	}
	return c.Post(from, fields, how...)
}

// Place lets somebody send a place; title "" for a bare pin.
func (c *Chat) Place(from User, lat, lon float64, title, address string, how ...How) Message {
	pin := wire{"latitude": lat, "longitude": lon}
	fields := wire{"location": pin}
	if title != "" {
		fields["venue"] = wire{"location": pin, "title": title, "address": address}
	}
	return c.Post(from, fields, how...)
}

// Contact lets somebody send a contact.
func (c *Chat) Contact(from User, name, phone string, how ...How) Message {
	return c.Post(from, wire{"contact": wire{"phone_number": phone, "first_name": name}}, how...)
}

// Join lets people come into the group, brought by the first of them.
func (c *Chat) Join(who ...User) Message {
	var all []wire
	for _, u := range who {
		all = append(all, u.wire())
	}
	return c.Service(who[0], "new_chat_members", all)
}

// Service is a service message with one field ("pinned_message", "left_chat_member").
func (c *Chat) Service(from User, key string, value any, how ...How) Message {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	m := c.write(wire{key: value}, from)
	for _, h := range how {
		h(c, m.body)
	}
	c.s.tell("message", m.body)
	return m
}

// OpenTopic opens a topic in a forum and gives its id.
func (c *Chat) OpenTopic(by User, name string) int64 {
	return c.Service(by, "forum_topic_created", wire{"name": name, "icon_color": 7322096}, func(c *Chat, b map[string]any) {
		id := c.last
		b["message_thread_id"], b["is_topic_message"] = id, true
		c.topics[id] = shallow(b)
	}).ID
}

// Edit changes the text of a message (its caption where it has no text). With the
// text it has, it is an edit that nobody sees, as link previews make them.
func (m Message) Edit(text string) Message {
	s := m.Chat.s
	s.mu.Lock()
	defer s.mu.Unlock()
	body := maps.Clone(m.body)
	key := "text"
	if _, words := body["text"]; !words {
		key = "caption"
	}
	body[key], body["edit_date"] = text, s.opt.Now().Unix()
	m.body = body
	m.Chat.lines[m.ID] = body
	if m.Chat.visible(body) {
		s.tell("edited_message", body)
	}
	return m
}

// Press presses the button of that label under a message of the bot, and gives
// the id of the callback query.
func (c *Chat) Press(by User, id int64, label string) (string, error) {
	s := c.s
	s.mu.Lock()
	defer s.mu.Unlock()
	line := c.lines[id]
	if line == nil || !c.byBot[id] {
		return "", fmt.Errorf("the bot said no message %d in %s", id, c.Title)
	}
	for _, b := range buttons(line) {
		if b.Text == label {
			query := "q" + itoa(s.fresh())
			s.presses[query] = time.Now()
			s.tell("callback_query", wire{"id": query, "from": by.wire(), "message": line, "chat_instance": itoa(c.ID), "data": b.Data})
			return query, nil
		}
	}
	return "", fmt.Errorf("message %d in %s has no button %q", id, c.Title, label)
}

// PressForgotten is a press under a message that Telegram does not show any more:
// only chat and id are told.
func (c *Chat) PressForgotten(by User, id int64, data string) string {
	s := c.s
	s.mu.Lock()
	defer s.mu.Unlock()
	query := "q" + itoa(s.fresh())
	s.presses[query] = time.Now()
	s.tell("callback_query", wire{"id": query, "from": by.wire(), "chat_instance": itoa(c.ID), "data": data,
		"message": wire{"chat": c.wire(), "message_id": id, "date": 0}})
	return query
}
