package telegramtest

import "fmt"

// The stand-ins behind which Telegram hides who speaks.
const (
	anonymousAdmin = 1087968824 // GroupAnonymousBot
	channelBot     = 136817688  // whoever speaks as a channel
	service        = 777000     // posts of a linked channel
)

// User is somebody on Telegram.
type User struct {
	ID                    int64
	First, Last, Username string
	Bot                   bool
}

func (u User) wire() wire {
	w := wire{"id": u.ID, "is_bot": u.Bot, "first_name": u.First}
	if u.Last != "" {
		w["last_name"] = u.Last
	}
	if u.Username != "" {
		w["username"] = u.Username
	}
	return w
}

// Self is the bot.
func (s *Server) Self() User { return s.self }

// Person makes somebody new, with an id beyond 32 bits.
func (s *Server) Person(name string) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.person(User{ID: 6_000_000_000 + s.fresh(), First: name})
}

// PersonAs makes somebody with an id of the test's choice.
func (s *Server) PersonAs(id int64, name string) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.person(User{ID: id, First: name})
}

// OtherBot makes another bot.
func (s *Server) OtherBot(name string) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.person(User{ID: 7_000_000_000 + s.fresh(), First: name, Username: name + "_bot", Bot: true})
}

func (s *Server) person(u User) User {
	s.users[u.ID] = &u
	return u
}

// Chat is a private chat, a group, a supergroup or a channel. Its fields do not
// change; what happens to it does.
type Chat struct {
	ID    int64
	Kind  string // private, group, supergroup, channel
	Title string
	Forum bool

	s        *Server
	last     int64          // the last message id
	lines    map[int64]wire // messages by id, the bot's own too
	byBot    map[int64]bool // which are the bot's
	topics   map[int64]wire // the service messages that opened the topics
	members  map[int64]bool // who was told of
	moved    int64          // the supergroup that it became
	refusal  string         // why the bot cannot speak here; "": it can
	accepted []sent         // what the bot said here
}

// Group makes a basic group that the bot is in.
func (s *Server) Group(title string) *Chat { return s.chat("group", title, -4_000_000) }

// Supergroup makes a supergroup that the bot is in.
func (s *Server) Supergroup(title string) *Chat {
	return s.chat("supergroup", title, -1_001_000_000_000)
}

// Forum makes a supergroup with topics.
func (s *Server) Forum(title string) *Chat {
	c := s.Supergroup(title)
	c.Forum = true
	return c
}

// Channel makes a channel.
func (s *Server) Channel(title string) *Chat { return s.chat("channel", title, -1_002_000_000_000) }

func (s *Server) chat(kind, title string, base int64) *Chat {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newChat(base-s.fresh(), kind, title)
}

// newChat makes a chat; mu is held.
func (s *Server) newChat(id int64, kind, title string) *Chat {
	c := &Chat{ID: id, Kind: kind, Title: title, s: s, lines: map[int64]wire{}, byBot: map[int64]bool{},
		topics: map[int64]wire{}, members: map[int64]bool{}}
	s.chats[id] = c
	return c
}

// ChatAs makes a chat with an id of the test's choice: kind is "group",
// "supergroup" or "channel".
func (s *Server) ChatAs(id int64, kind, title string) *Chat {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newChat(id, kind, title)
}

// Private gives the private chat of the bot with somebody, who has begun it.
// Until then the bot may not write there.
func (s *Server) Private(u User) *Chat {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.chats[u.ID]; c != nil {
		return c
	}
	return s.newChat(u.ID, "private", u.First)
}

func (c *Chat) wire() wire {
	w := wire{"id": c.ID, "type": c.Kind}
	if c.Kind == "private" {
		w["first_name"] = c.Title
	} else {
		w["title"] = c.Title
	}
	if c.Forum {
		w["is_forum"] = true
	}
	return w
}

// Refuse lets every later word of the bot here end with 403 and these words
// ("bot was blocked by the user", "bot was kicked from the supergroup chat"); ""
// lets it speak again.
func (c *Chat) Refuse(why string) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.refusal = why
}

// Migrate turns the group into a supergroup, which is given: both tell of it,
// message ids start anew, and the old id answers 400.
func (c *Chat) Migrate() *Chat {
	s := c.s
	s.mu.Lock()
	defer s.mu.Unlock()
	next := c.migrate()
	old := c.write(wire{"migrate_to_chat_id": next.ID}, s.self)
	s.tell("message", old.body)
	s.tell("message", next.write(wire{"migrate_from_chat_id": c.ID}, s.self).body)
	return next
}

// MigrateSilently does the same while the bot hears nothing of it: it learns by
// the error of its next word.
func (c *Chat) MigrateSilently() *Chat {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	return c.migrate()
}

func (c *Chat) migrate() *Chat {
	next := c.s.newChat(-1_001_500_000_000-c.s.fresh(), "supergroup", c.Title)
	c.moved = next.ID
	return next
}

// Added tells the bot that it was put into the chat, Removed that it was thrown out.
func (c *Chat) Added(by User) { c.membership(by, "left", "member") }

// Removed tells the bot that it was thrown out; it cannot speak here any more.
func (c *Chat) Removed(by User) {
	c.Refuse(fmt.Sprintf("bot was kicked from the %s chat", c.Kind))
	c.membership(by, "member", "kicked")
}

// Blocked tells the bot that the person of this private chat blocked it.
func (c *Chat) Blocked(by User) {
	c.Refuse("bot was blocked by the user")
	c.membership(by, "member", "kicked")
}

func (c *Chat) membership(by User, from, to string) {
	s := c.s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tell("my_chat_member", wire{"chat": c.wire(), "from": by.wire(), "date": s.opt.Now().Unix(),
		"old_chat_member": wire{"status": from, "user": s.self.wire()},
		"new_chat_member": wire{"status": to, "user": s.self.wire(), "until_date": 0}})
}
