package wechattest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Fault is a way to fail. Several may be in force; the first that fits counts.
type Fault struct {
	Path  string        // the last element of the path ("webwxsync"); "": everything
	Times int           // how often; 0: until healed
	Slow  time.Duration // wait first
	Ret   int           // answer with this return code
	Code  int           // answer with this HTTP status
	Drop  bool          // close the connection without an answer
	Late  bool          // do what was asked before dropping or cutting
	Cut   bool          // send half of the answer
	Blank bool          // send an empty answer
	NoKey bool          // webwxsync: without SyncKey
	Extra bool          // webwxbatchgetcontact: more contacts than asked for
	hits  int
}

// Break puts a fault in force.
func (s *Server) Break(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
	s.wake()
}

// Heal ends all faults.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.deaf = nil, false
	s.wake()
}

// Deaf lets the platform answer every heartbeat and deliver nothing.
func (s *Server) Deaf() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deaf = true
}

// Expire ends the session as the platform does: 1100 (logged out on the phone),
// 1101 (logged in elsewhere), 1102 (cookies invalid, or barred).
func (s *Server) Expire(ret int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session != nil {
		s.session.over = ret
	}
	s.wake()
}

// Age lets so much time pass for cookies.
func (s *Server) Age(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.aged += d
}

// Refuse says whether logging in by push to the phone is refused, and whether
// nobody scans the code. Stored credentials are good until Expire.
func (s *Server) Refuse(push, scan bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noPush, s.noScan = push, scan
	s.wake()
}

// fault gives the fault that a request meets, nil for none.
func (s *Server) fault(path string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.faults, func(f *Fault) bool { return f.Path == "" || f.Path == path })
	if i < 0 {
		return nil
	}
	f := s.faults[i]
	if f.hits++; f.Times > 0 && f.hits >= f.Times {
		s.faults = slices.Delete(s.faults, i, i+1)
	}
	return f
}

// faulty lets requests meet the faults that are in force.
func (s *Server) faulty(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.note(r)
		path := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
		f := s.fault(path)
		if f == nil {
			next.ServeHTTP(w, r)
			return
		}
		if f.Slow > 0 {
			select {
			case <-time.After(f.Slow):
			case <-r.Context().Done():
				return
			}
		}
		switch {
		case f.Code != 0:
			http.Error(w, http.StatusText(f.Code), f.Code)
		case f.Ret != 0 && path == "synccheck":
			answerSync(w, f.Ret, 0)
		case f.Ret != 0:
			answer(w, map[string]any{"BaseResponse": base(f.Ret)})
		case f.Blank:
			w.WriteHeader(http.StatusOK)
		case f.Drop || f.Cut:
			s.breakOff(w, r, next, f)
		default:
			next.ServeHTTP(w, r.WithContext(withFault(r.Context(), f)))
		}
	})
}

// breakOff ends the connection before or in the middle of the answer.
func (s *Server) breakOff(w http.ResponseWriter, r *http.Request, next http.Handler, f *Fault) {
	var body []byte
	if f.Late || f.Cut {
		rec := &recorder{header: http.Header{}}
		next.ServeHTTP(rec, r)
		body = rec.body
	}
	if f.Cut && len(body) > 1 {
		w.Header().Set("Content-Length", "100000")
		_, _ = w.Write(body[:len(body)/2]) // the client will see it end too early
		_ = http.NewResponseController(w).Flush()
	}
	panic(http.ErrAbortHandler)
}

// recorder keeps an answer that will not be sent whole.
type recorder struct {
	header http.Header
	body   []byte
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) Write(b []byte) (int, error) { r.body = append(r.body, b...); return len(b), nil }
func (r *recorder) WriteHeader(int)             {}
