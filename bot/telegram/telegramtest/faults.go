package telegramtest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// Fault is what goes wrong with a call.
type Fault struct {
	Method string // "": any; "file": fetching a file
	Chat   int64  // 0: any
	Times  int    // how many calls it strikes; 0: until Heal

	before func(http.ResponseWriter, *http.Request) int         // instead of doing it; gives the code
	after  func(http.ResponseWriter, *http.Request, answer) int // it was done; the answer is this
}

// Break turns a fault on. Faults strike in the order in which they were turned on.
func (s *Server) Break(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Heal turns every fault off.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// takeFault gives the fault that strikes a call, nil for none.
func (s *Server) takeFault(method string, p params) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.Method != "" && f.Method != method || f.Chat != 0 && f.Chat != p.number("chat_id") {
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
			}
		}
		return f
	}
	return nil
}

// On limits a fault to a method.
func (f Fault) On(method string) Fault { f.Method = method; return f }

// In limits a fault to a chat.
func (f Fault) In(c *Chat) Fault { f.Chat = c.ID; return f }

// For limits a fault to so many calls.
func (f Fault) For(times int) Fault { f.Times = times; return f }

// instead answers without doing what was asked.
func instead(a answer) Fault {
	return Fault{before: func(w http.ResponseWriter, _ *http.Request) int { write(w, a); return a.Code }}
}

// TooMany is 429 with retry_after in seconds.
func TooMany(retryAfter int) Fault { return instead(tooMany(retryAfter)) }

// Refused is an error of that code and description.
func Refused(code int, description string) Fault { return instead(no(code, description)) }

// Unauthorized is 401, as after the token was revoked.
func Unauthorized() Fault { return Refused(http.StatusUnauthorized, "Unauthorized") }

// Conflict is 409, as while another program polls with the same token.
func Conflict() Fault {
	return Refused(http.StatusConflict, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
}

// Internal is 500 in the protocol's own form.
func Internal() Fault { return Refused(http.StatusInternalServerError, "Internal Server Error") }

// BadGateway is the 502 page of a server in front.
func BadGateway() Fault {
	return Fault{before: func(w http.ResponseWriter, _ *http.Request) int {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = w.Write([]byte("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center></body>\r\n</html>\r\n"))
		return http.StatusBadGateway
	}}
}

// Dropped cuts the connection before anything was done.
func Dropped() Fault {
	return Fault{before: func(w http.ResponseWriter, _ *http.Request) int { hangUp(w); return hungUp }}
}

// LostReply does what was asked and cuts the connection instead of answering.
func LostReply() Fault {
	return Fault{after: func(w http.ResponseWriter, _ *http.Request, _ answer) int { hangUp(w); return hungUp }}
}

// CutReply does what was asked and cuts the answer in the middle.
func CutReply() Fault {
	return Fault{after: func(w http.ResponseWriter, _ *http.Request, a answer) int {
		body, err := json.Marshal(a)
		if err != nil {
			return hungUp
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		hangUp(w)
		return hungUp
	}}
}

// Slow does what was asked and answers late.
func Slow(by time.Duration) Fault {
	return Fault{after: func(w http.ResponseWriter, r *http.Request, a answer) int {
		select {
		case <-time.After(by):
		case <-r.Context().Done():
		}
		write(w, a)
		return a.code()
	}}
}

// EmptyAtOnce answers a poll with nothing and without holding it.
func EmptyAtOnce() Fault {
	return Fault{before: func(w http.ResponseWriter, _ *http.Request) int {
		write(w, ok([]wire{}))
		return http.StatusOK
	}}
}
