// Package llmtest is a backend for tests: it speaks the OpenAI-like API over
// real HTTP and fails in every way that real ones do.
package llmtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Message is one turn of the conversation that a request carries.
type Message struct {
	Role    string
	Content string // of several parts: their texts, a line each
	Picture string // the data: URL of a picture, "" without one
}

// UnmarshalJSON reads a turn whose content is a text or a list of parts.
func (m *Message) UnmarshalJSON(b []byte) error {
	var turn struct {
		Role    string          `json:"role"`
		Content json.RawMessage `json:"content"`
	}
	if err := json.Unmarshal(b, &turn); err != nil {
		return err
	}
	*m = Message{Role: turn.Role}
	if len(turn.Content) == 0 || json.Unmarshal(turn.Content, &m.Content) == nil {
		return nil
	}
	var parts []struct {
		Text  string `json:"text"`
		Image struct {
			URL string `json:"url"`
		} `json:"image_url"`
	}
	if err := json.Unmarshal(turn.Content, &parts); err != nil {
		return err
	}
	for _, p := range parts {
		m.Content += p.Text
		m.Picture += p.Image.URL
	}
	return nil
}

// Request is one request as the backend got it.
type Request struct {
	Messages []Message
	Body     map[string]any // all of it
	Header   http.Header
	Sound    []byte // of a transcription: the file sent
	File     string // … and its name
}

// Last gives the text of the last message.
func (r Request) Last() string {
	if len(r.Messages) == 0 {
		return ""
	}
	return r.Messages[len(r.Messages)-1].Content
}

// Asked gives the message to be judged: what follows 判断： on the last line.
func (r Request) Asked() string {
	last := r.Last()
	_, asked, _ := strings.Cut(last[strings.LastIndexByte(last, '\n')+1:], "判断：")
	return asked
}

// Format gives response_format's type, "" without one.
func (r Request) Format() string {
	f, _ := r.Body["response_format"].(map[string]any)
	kind, _ := f["type"].(string)
	return kind
}

// Reply answers one request.
type Reply func(w http.ResponseWriter, r *http.Request, q Request)

// Server is the backend.
type Server struct {
	URL string // with the version, as base_url wants it

	mu      sync.Mutex
	replies []Reply
	got     []Request
}

// New starts a backend that answers the first request with the first reply, and
// so on; the last one answers all that follow. It stops with the test.
func New(t testing.TB, replies ...Reply) *Server {
	t.Helper()
	s := &Server{replies: replies}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	s.URL = srv.URL + "/v1"
	return s
}

// Requests gives what was asked so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.got...)
}

// Now replaces the replies from here on.
func (s *Server) Now(replies ...Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replies = replies
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := Request{Header: r.Header}
	var err error
	switch r.URL.Path {
	case "/v1/chat/completions":
		err = q.readTalk(r)
	case "/v1/audio/transcriptions":
		err = q.readSound(r)
	default:
		http.NotFound(w, r)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.got = append(s.got, q)
	reply := s.replies[0]
	if len(s.replies) > 1 {
		s.replies = s.replies[1:]
	}
	s.mu.Unlock()
	reply(w, r, q)
}

func (r *Request) readTalk(from *http.Request) error {
	if err := json.NewDecoder(from.Body).Decode(&r.Body); err != nil {
		return fmt.Errorf("no JSON: %w", err)
	}
	raw, err := json.Marshal(r.Body["messages"])
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, &r.Messages)
}

func (r *Request) readSound(from *http.Request) error {
	f, head, err := from.FormFile("file")
	if err != nil {
		return fmt.Errorf("no file: %w", err)
	}
	defer f.Close()
	r.File, r.Body = head.Filename, map[string]any{"model": from.FormValue("model"), "language": from.FormValue("language")}
	r.Sound, err = io.ReadAll(f)
	return err
}

// Hears answers a transcription with a text.
func Hears(text string) Reply {
	b, _ := json.Marshal(map[string]string{"text": text}) // a string alone
	return Body(http.StatusOK, string(b))
}

// Says answers with a text, and 100 and 20 tokens.
func Says(text string) Reply { return SaysOf(func(Request) string { return text }) }

// SaysOf answers with a text that depends on the request.
func SaysOf(text func(Request) string) Reply {
	return func(w http.ResponseWriter, _ *http.Request, q Request) { completion(w, text(q), "stop") }
}

// Ends answers with a text and a reason for ending: length, content_filter …
func Ends(text, reason string) Reply {
	return func(w http.ResponseWriter, _ *http.Request, _ Request) { completion(w, text, reason) }
}

// Refuses answers with a refusal in its own field.
func Refuses() Reply {
	return Body(http.StatusOK, `{"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","refusal":"I can't help with that"}}]}`)
}

// Body answers with a status and any body; headers come as "Name: value".
func Body(status int, body string, headers ...string) Reply {
	return func(w http.ResponseWriter, _ *http.Request, _ Request) {
		w.Header().Set("Content-Type", "application/json")
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// Fails answers with an error as OpenAI words it.
func Fails(status int, code, message string, headers ...string) Reply {
	body, _ := json.Marshal(map[string]any{"error": map[string]any{"code": code, "message": message, "type": "error"}}) // strings alone
	return Body(status, string(body), headers...)
}

// Hangs says nothing until the asker goes away.
func Hangs() Reply {
	return func(_ http.ResponseWriter, r *http.Request, _ Request) { <-r.Context().Done() }
}

// Drips keeps the connection alive with blank lines and never answers.
func Drips() Reply {
	return func(w http.ResponseWriter, r *http.Request, _ Request) {
		for r.Context().Err() == nil {
			if _, err := fmt.Fprint(w, "\n"); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// Cuts promises a body and breaks off in its middle.
func Cuts() Reply {
	return func(w http.ResponseWriter, _ *http.Request, _ Request) {
		w.Header().Set("Content-Length", "500")
		fmt.Fprint(w, `{"choices":[{"index":0,"message":{"role":"assi`)
		panic(http.ErrAbortHandler)
	}
}

// Drops closes the connection without a word.
func Drops() Reply {
	return func(http.ResponseWriter, *http.Request, Request) { panic(http.ErrAbortHandler) }
}

// Floods answers with ten megabytes in one string.
func Floods() Reply {
	return func(w http.ResponseWriter, _ *http.Request, _ Request) {
		fmt.Fprint(w, `{"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"`)
		for range 10 << 10 {
			if _, err := fmt.Fprint(w, strings.Repeat("x", 1<<10)); err != nil {
				return
			}
		}
		fmt.Fprint(w, `"}}]}`)
	}
}

func completion(w http.ResponseWriter, text, reason string) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{ // the asker may be gone
		"object":  "chat.completion",
		"choices": []any{map[string]any{"index": 0, "finish_reason": reason, "message": map[string]any{"role": "assistant", "content": text}}},
		"usage": map[string]any{"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120,
			"prompt_tokens_details": map[string]any{"cached_tokens": 80}},
	})
}
