package telegramtest

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Call is one call of the bot.
type Call struct {
	Method   string
	At, Done time.Time
	Params   map[string]string
	Code     int   // the HTTP status; -1: the connection was cut
	Accepted bool  // it said something, whatever the bot was told
	Message  int64 // what was said, by its id
}

// Calls gives every call so far that has ended, of one method or of all ("").
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		if method == "" || c.Method == method {
			out = append(out, c)
		}
	}
	return out
}

// Busiest gives the most calls of a method ("": all) that came within any span of
// that length.
func (s *Server) Busiest(method string, within time.Duration) int {
	var at []time.Time
	for _, c := range s.Calls(method) {
		at = append(at, c.At)
	}
	return busiest(at, within)
}

// BusiestChat gives the most words of the bot that any one chat got within any
// span of that length; groups alone counts groups and supergroups.
func (s *Server) BusiestChat(within time.Duration, groups bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	most := 0
	for _, c := range s.chats {
		if groups && c.Kind == "private" {
			continue
		}
		var at []time.Time
		for _, x := range c.accepted {
			at = append(at, x.at)
		}
		most = max(most, busiest(at, within))
	}
	return most
}

// busiest gives the most of these moments within any span of that length.
func busiest(at []time.Time, within time.Duration) (most int) {
	slices.SortFunc(at, time.Time.Compare)
	first := 0
	for i, t := range at {
		for t.Sub(at[first]) >= within {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

// Line is a word of the bot as residents see it now.
type Line struct {
	ID      int64
	Text    string
	Answers int64 // the message it answers; 0: none
	Topic   int64 // 0: none
	Buttons []string
	Edited  bool
}

// Lines gives what the bot said in the chat, as it stands now, in order.
func (c *Chat) Lines() []Line {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	var out []Line
	for _, id := range slices.SortedFunc(maps.Keys(c.byBot), cmp.Compare[int64]) {
		m := c.lines[id]
		l := Line{ID: id}
		l.Text, _ = m["text"].(string)
		if to, answers := m["reply_to_message"].(wire); answers {
			l.Answers, _ = to["message_id"].(int64)
		}
		l.Topic, _ = m["message_thread_id"].(int64)
		for _, b := range buttons(m) {
			l.Buttons = append(l.Buttons, b.Text)
		}
		_, l.Edited = m["edit_date"]
		out = append(out, l)
	}
	return out
}

// Texts gives the texts of Lines.
func (c *Chat) Texts() (out []string) {
	for _, l := range c.Lines() {
		out = append(out, l.Text)
	}
	return out
}

// Message gives a message of the chat by its id, for others to answer.
func (c *Chat) Message(id int64) Message {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	return Message{c, id, c.lines[id]}
}

// Doubles gives the texts that the bot said more than once in one chat, with how
// often.
func (s *Server) Doubles() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]int{}
	for _, c := range s.chats {
		n := map[string]int{}
		for _, x := range c.accepted {
			n[x.text]++
		}
		for text, times := range n {
			if times > 1 {
				out[text] += times
			}
		}
	}
	return out
}

// Answered gives how often a callback query was answered.
func (s *Server) Answered(query string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answered[query]
}
