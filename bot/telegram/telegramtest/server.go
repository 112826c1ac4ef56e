// Package telegramtest is a Bot API server of our own: real HTTP, the protocol as
// core.telegram.org/bots/api tells it, people and groups that a test lets speak,
// faults that a test turns on, and a record of every call with its time. It keeps
// to the real server's manners that cost bots their messages: updates stay until
// an offset confirms them, a second poll ends the first with 409, presses live
// 150 seconds, a group may become a supergroup at any time.
package telegramtest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Token is what the bot must call with, unless Options name another.
const Token = "4242:telegramtest-token"

// Options are what a server may be told; the zero value is a good server.
type Options struct {
	Addr     string // where to listen; "": a free port of this machine
	Token    string // "": Token
	Username string // of the bot; "": youshi_bot
	// Privacy hides from the bot what is neither a command, a reply to it, nor a
	// service message, as for every bot whose owner did not turn it off.
	Privacy bool
	// Strict answers 429 itself when a bot says more than 20 messages a minute in
	// a group, or more than 30 a second in all.
	Strict bool
	// Retry is the first pause before a webhook is called again; it doubles up to
	// 60 times as much. 0: one second, as the real server.
	Retry time.Duration
	Now   func() time.Time // nil: time.Now; dates of messages come from it
}

// Server is a Bot API server with one bot.
type Server struct {
	opt  Options
	http *http.Server
	url  string
	self User

	mu        sync.Mutex
	users     map[int64]*User
	chats     map[int64]*Chat
	files     map[string]file
	faults    []*Fault
	calls     []Call
	presses   map[string]time.Time // open callback queries
	answered  map[string]int       // how often each was answered
	updates   []update             // not confirmed yet
	nextID    int64                // of the next update
	confirmed int64                // how many updates were confirmed or delivered
	allowed   []string             // allowed_updates, remembered as the real server does
	changed   chan struct{}        // closed when updates changed
	poll      context.CancelCauseFunc
	hook      webhook
	newest    int64 // counts people, chats and files
}

// New starts a server; Close ends it.
func New(o Options) (*Server, error) {
	if o.Token == "" {
		o.Token = Token
	}
	if o.Username == "" {
		o.Username = "youshi_bot"
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Retry == 0 {
		o.Retry = time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", o.Addr)
	if err != nil {
		return nil, fmt.Errorf("opening the Bot API server: %w", err)
	}
	id, _, _ := strings.Cut(o.Token, ":")
	self, _ := strconv.ParseInt(id, 10, 64) // a token without a number makes bot 0
	s := &Server{opt: o, url: "http://" + l.Addr().String(), self: User{ID: self, First: "小格", Username: o.Username, Bot: true},
		users: map[int64]*User{}, chats: map[int64]*Chat{}, files: map[string]file{}, presses: map[string]time.Time{},
		answered: map[string]int{}, nextID: 731_000_001, changed: make(chan struct{})}
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.http.Serve(l) }() // ends with Close
	return s, nil
}

// URL is the server_url of this server.
func (s *Server) URL() string { return s.url }

// Close ends the server at once; calls that run are cut.
func (s *Server) Close() {
	s.mu.Lock()
	s.hook.stop()
	s.mu.Unlock()
	_ = s.http.Close()
}

// CutPoll cuts the connection of a poll that runs, as a network that falls away.
func (s *Server) CutPoll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.poll != nil {
		s.poll(errHungUp)
	}
}

// answer is what every method gives.
type answer struct {
	OK          bool   `json:"ok"`
	Result      any    `json:"result,omitempty"`
	Code        int    `json:"error_code,omitempty"`
	Description string `json:"description,omitempty"`
	Parameters  any    `json:"parameters,omitempty"`
}

func ok(result any) answer { return answer{OK: true, Result: result} }

func no(code int, description string) answer {
	return answer{Code: code, Description: description}
}

// methods is what the server can do; the rest answers 404.
var methods = map[string]func(*Server, context.Context, params) answer{
	"getMe":               (*Server).getMe,
	"getUpdates":          (*Server).getUpdates,
	"sendMessage":         (*Server).sendMessage,
	"sendPhoto":           (*Server).sendPhoto,
	"editMessageText":     (*Server).editMessageText,
	"answerCallbackQuery": (*Server).answerCallbackQuery,
	"getFile":             (*Server).getFile,
	"setWebhook":          (*Server).setWebhook,
	"deleteWebhook":       (*Server).deleteWebhook,
	"getWebhookInfo":      (*Server).getWebhookInfo,
	"leaveChat":           (*Server).leaveChat,
}

// ServeHTTP implements the Bot API: /bot<token>/<method> and /file/bot<token>/<path>.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	path := r.URL.Path
	if name, isFile := strings.CutPrefix(path, "/file/bot"+s.opt.Token+"/"); isFile {
		s.serveFile(w, r, name, began)
		return
	}
	method, mine := strings.CutPrefix(path, "/bot"+s.opt.Token+"/")
	if !mine {
		write(w, no(http.StatusUnauthorized, "Unauthorized"))
		return
	}
	do, known := methods[method]
	if !known {
		write(w, no(http.StatusNotFound, "Not Found"))
		return
	}
	p, err := read(r)
	if err != nil {
		write(w, no(http.StatusBadRequest, "Bad Request: can't parse the request: "+err.Error()))
		return
	}
	fault := s.takeFault(method, p)
	c := Call{Method: method, At: began, Params: p.values}
	defer func() {
		c.Done = time.Now()
		s.mu.Lock()
		s.calls = append(s.calls, c)
		s.mu.Unlock()
	}()
	if fault != nil && fault.before != nil {
		c.Code = fault.before(w, r)
		return
	}
	a := do(s, r.Context(), p)
	c.Code = a.code()
	c.Accepted = a.OK && saying[method]
	if m, isMessage := a.Result.(wire); isMessage && a.OK {
		c.Message, _ = m["message_id"].(int64)
	}
	if fault != nil && fault.after != nil {
		c.Code = fault.after(w, r, a)
		return
	}
	if a.Code == hungUp {
		hangUp(w)
		return
	}
	write(w, a)
}

// hungUp is the code of an answer that is never given: the connection is cut.
const hungUp = -1

func (a answer) code() int {
	if a.OK {
		return http.StatusOK
	}
	return a.Code
}

func write(w http.ResponseWriter, a answer) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.code())
	_ = json.NewEncoder(w).Encode(a) // whoever hung up gets nothing
}

// hangUp closes the connection without a word.
func hangUp(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close()
	}
}

// wire is a JSON object of the protocol.
type wire = map[string]any

// params are what a method was called with, each as text or JSON.
type params struct{ values map[string]string }

func (p params) get(key string) string { return p.values[key] }

func (p params) number(key string) int64 {
	n, _ := strconv.ParseInt(p.values[key], 10, 64) // absent is 0
	return n
}

// decode reads a parameter that is JSON; false when it is absent or no JSON.
func (p params) decode(key string, into any) bool {
	return p.values[key] != "" && json.Unmarshal([]byte(p.values[key]), into) == nil
}

// read takes the parameters of a call in any of the ways that the real server
// takes: query, form, multipart form or JSON.
func read(r *http.Request) (params, error) {
	p := params{values: map[string]string{}}
	add := func(v url.Values) {
		for key, all := range v {
			p.values[key] = all[0]
		}
	}
	add(r.URL.Query())
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // none: a call without parameters
	switch kind {
	case "application/json":
		var raw map[string]json.RawMessage
		if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&raw); err != nil {
			return p, err
		}
		for key, v := range raw {
			var text string
			if json.Unmarshal(v, &text) != nil {
				text = string(v)
			}
			p.values[key] = text
		}
	case "multipart/form-data":
		if err := r.ParseMultipartForm(64 << 20); err != nil {
			return p, err
		}
		add(r.MultipartForm.Value)
		for key := range r.MultipartForm.File {
			p.values[key] = "attached"
		}
	case "application/x-www-form-urlencoded":
		if err := r.ParseForm(); err != nil {
			return p, err
		}
		add(r.PostForm)
	}
	return p, nil
}

func (s *Server) getMe(context.Context, params) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	me := s.self.wire()
	me["can_join_groups"], me["can_read_all_group_messages"] = true, !s.opt.Privacy
	me["supports_inline_queries"] = false
	return ok(me)
}

// SetPrivacy turns the bot's privacy mode on or off, as @BotFather does.
func (s *Server) SetPrivacy(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opt.Privacy = on
}

// fresh gives a number that no person, chat or file has yet.
func (s *Server) fresh() int64 {
	s.newest++
	return s.newest
}
