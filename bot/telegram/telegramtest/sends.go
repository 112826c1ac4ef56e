package telegramtest

import (
	"context"
	"fmt"
	"net/http"
	"time"
	"unicode/utf16"
)

// saying are the methods that put something into a chat.
var saying = map[string]bool{"sendMessage": true, "sendPhoto": true}

// sent is a word of the bot that was accepted.
type sent struct {
	id   int64
	at   time.Time
	text string
}

// Button is one under a message of the bot.
type Button struct {
	Text string `json:"text"`
	Data string `json:"callback_data"`
}

type keyboard struct {
	Rows [][]Button `json:"inline_keyboard"`
}

// buttons gives those under a message, in order.
func buttons(line wire) (all []Button) {
	k, _ := line["reply_markup"].(keyboard)
	for _, row := range k.Rows {
		all = append(all, row...)
	}
	return all
}

// units counts text as Telegram does: in UTF-16.
func units(s string) int { return len(utf16.Encode([]rune(s))) }

func (s *Server) sendMessage(_ context.Context, p params) answer {
	switch n := units(p.get("text")); {
	case n == 0:
		return no(http.StatusBadRequest, "Bad Request: message text is empty")
	case n > 4096:
		return no(http.StatusBadRequest, "Bad Request: message is too long")
	}
	return s.say(p, wire{"text": p.get("text")})
}

func (s *Server) sendPhoto(_ context.Context, p params) answer {
	if units(p.get("caption")) > 1024 {
		return no(http.StatusBadRequest, "Bad Request: message caption is too long")
	}
	return s.say(p, wire{"photo": []wire{{"file_id": "sent", "file_unique_id": "sent", "width": 90, "height": 90}}, "caption": p.get("caption")})
}

// say puts a word of the bot into a chat.
func (s *Server) say(p params, body wire) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, refusal := s.speakable(p.number("chat_id"))
	if refusal != nil {
		return *refusal
	}
	if refusal := c.dress(p, body); refusal != nil {
		return *refusal
	}
	if s.opt.Strict {
		if after := s.tooMany(c); after > 0 {
			return tooMany(after)
		}
	}
	m := c.write(body, s.self)
	c.byBot[m.ID] = true
	c.accepted = append(c.accepted, sent{m.ID, time.Now(), p.get("text") + p.get("caption")})
	return ok(m.body)
}

// speakable gives the chat, or the answer of one in which the bot may not speak.
func (s *Server) speakable(id int64) (*Chat, *answer) {
	refuse := func(a answer) (*Chat, *answer) { return nil, &a }
	c := s.chats[id]
	switch {
	case c == nil && s.users[id] != nil:
		return refuse(no(http.StatusForbidden, "Forbidden: bot can't initiate conversation with a user"))
	case c == nil:
		return refuse(no(http.StatusBadRequest, "Bad Request: chat not found"))
	case c.moved != 0:
		return refuse(answer{Code: http.StatusBadRequest, Description: "Bad Request: group chat was upgraded to a supergroup chat",
			Parameters: wire{"migrate_to_chat_id": c.moved}})
	case c.refusal != "":
		return refuse(no(http.StatusForbidden, "Forbidden: "+c.refusal))
	}
	return c, nil
}

// dress checks and adds quote, topic and buttons.
func (c *Chat) dress(p params, body wire) *answer {
	refuse := func(what string) *answer { a := no(http.StatusBadRequest, "Bad Request: "+what); return &a }
	var reply struct {
		ID    int64 `json:"message_id"`
		Loose bool  `json:"allow_sending_without_reply"`
	}
	if p.decode("reply_parameters", &reply) && reply.ID != 0 {
		line := c.lines[reply.ID]
		if line == nil && !reply.Loose {
			return refuse("message to be replied not found")
		}
		if line != nil {
			body["reply_to_message"] = shallow(line)
		}
	}
	if topic := p.number("message_thread_id"); topic != 0 {
		if c.topics[topic] == nil {
			return refuse("message thread not found")
		}
		body["message_thread_id"], body["is_topic_message"] = topic, true
	}
	return keys(p, body)
}

// keys checks and adds the buttons.
func keys(p params, body wire) *answer {
	refuse := func(what string) *answer { a := no(http.StatusBadRequest, "Bad Request: "+what); return &a }
	raw := p.get("reply_markup")
	if raw == "" {
		return nil
	}
	var k keyboard
	if raw == "null" || !p.decode("reply_markup", &k) {
		return refuse("object expected as reply markup")
	}
	for _, row := range k.Rows {
		for _, b := range row {
			if n := len(b.Data); n < 1 || n > 64 {
				return refuse("BUTTON_DATA_INVALID")
			}
			if b.Text == "" {
				return refuse("inline keyboard button text must be non-empty")
			}
		}
	}
	body["reply_markup"] = k
	return nil
}

func tooMany(after int) answer {
	return answer{Code: http.StatusTooManyRequests, Description: fmt.Sprintf("Too Many Requests: retry after %d", after),
		Parameters: wire{"retry_after": after}}
}

// tooMany gives how many seconds a chat must rest; mu is held.
func (s *Server) tooMany(c *Chat) int {
	now := time.Now()
	since := func(all []sent, d time.Duration) (n int, oldest time.Time) {
		for _, x := range all {
			if now.Sub(x.at) < d {
				if n == 0 {
					oldest = x.at
				}
				n++
			}
		}
		return n, oldest
	}
	if n, oldest := since(c.accepted, time.Minute); c.Kind != "private" && n >= 20 {
		return int((time.Minute - now.Sub(oldest)).Seconds()) + 1
	}
	all := 0
	for _, other := range s.chats {
		n, _ := since(other.accepted, time.Second)
		all += n
	}
	if all >= 30 {
		return 1
	}
	return 0
}

func (s *Server) editMessageText(_ context.Context, p params) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, refusal := s.speakable(p.number("chat_id"))
	if refusal != nil {
		return *refusal
	}
	id := p.number("message_id")
	line := c.lines[id]
	switch n := units(p.get("text")); {
	case line == nil:
		return no(http.StatusBadRequest, "Bad Request: message to edit not found")
	case !c.byBot[id]:
		return no(http.StatusBadRequest, "Bad Request: message can't be edited")
	case n == 0:
		return no(http.StatusBadRequest, "Bad Request: message text is empty")
	case n > 4096:
		return no(http.StatusBadRequest, "Bad Request: MESSAGE_TOO_LONG")
	}
	next := wire{}
	for k, v := range line {
		if k != "reply_markup" {
			next[k] = v
		}
	}
	next["text"], next["edit_date"] = p.get("text"), s.opt.Now().Unix()
	if refusal := keys(p, next); refusal != nil {
		return *refusal
	}
	if next["text"] == line["text"] && fmt.Sprint(buttons(next)) == fmt.Sprint(buttons(line)) {
		return no(http.StatusBadRequest, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	c.lines[id] = next
	return ok(next)
}

func (s *Server) answerCallbackQuery(_ context.Context, p params) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := p.get("callback_query_id")
	s.answered[id]++
	if at, open := s.presses[id]; !open || time.Since(at) > pressLives {
		return no(http.StatusBadRequest, "Bad Request: query is too old and response timeout expired or query ID is invalid")
	}
	delete(s.presses, id)
	return ok(true)
}

func (s *Server) leaveChat(_ context.Context, p params) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, refusal := s.speakable(p.number("chat_id"))
	if refusal != nil {
		return *refusal
	}
	c.refusal = "bot is not a member of the " + c.Kind + " chat"
	return ok(true)
}
