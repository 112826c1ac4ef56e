// Package wechattest is a WeChat for tests: it speaks the web protocol over
// HTTPS, holds an account with friends and groups, and can fail in every way
// that is known. The unmodified program reaches it through HTTPS_PROXY (Proxy)
// with SSL_CERT_FILE (CAFile); a test in the same process through Transport.
package wechattest

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// Server is the platform with one account that a bot may log in to.
type Server struct {
	proxy  *httptest.Server
	roots  *authority
	caFile string

	mu       sync.Mutex
	self     *Person
	people   []*Person
	groups   []*Group
	session  *session
	logins   int
	codes    map[string]*code
	noScan   bool
	noPush   bool
	aged     time.Duration // how much later than now it is for cookies
	lines    []line        // everything delivered to the account, oldest first
	taken    int           // how many of them the account is known to have
	nextID   int64
	held     chan struct{} // closed and made anew when there is news
	deaf     bool
	faults   []*Fault
	requests []Request
	sends    []Sent
	pictures map[string][]byte
}

// Request is a request that arrived.
type Request struct {
	At   time.Time
	Host string
	Path string // the last element: "webwxsync"
}

// Sent is a message that the bot sent and the platform took.
type Sent struct {
	At   time.Time
	To   string // the group's name, or the friend's nickname
	Text string
	ID   string // the client's own id of it
}

// New starts a platform with an account that is called nick; it ends with the test.
func New(tb testing.TB, nick string) *Server {
	tb.Helper()
	s := &Server{codes: map[string]*code{}, nextID: 7000000000000000001, held: make(chan struct{}), pictures: map[string][]byte{}}
	s.self = &Person{s: s, Nick: nick, uin: 3141592653}
	s.roots = newAuthority(tb)
	s.caFile = s.roots.file(tb)

	inner := &tunnels{conns: make(chan net.Conn), done: make(chan struct{})}
	web := &http.Server{Handler: s.routes(), ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = web.Serve(inner) // ends when it is closed
	}()
	s.proxy = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.connect(w, r, inner) }))
	tb.Cleanup(func() {
		s.Heal()
		inner.shut()
		_ = web.Close()
		s.proxy.CloseClientConnections()
		s.proxy.Close()
		<-served
	})
	return s
}

// connect is the proxy's CONNECT: it ends TLS itself, whatever host is asked for.
func (s *Server) connect(w http.ResponseWriter, r *http.Request, to *tunnels) {
	if r.Method != http.MethodConnect {
		http.Error(w, "this proxy only tunnels", http.StatusMethodNotAllowed)
		return
	}
	raw, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if _, err := io.WriteString(raw, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		_ = raw.Close()
		return
	}
	to.take(tls.Server(raw, &tls.Config{Certificates: []tls.Certificate{s.roots.leaf}, MinVersion: tls.VersionTLS12}))
}

// Proxy is the value of HTTPS_PROXY under which the program reaches the platform.
func (s *Server) Proxy() string { return s.proxy.URL }

// CAFile is the value of SSL_CERT_FILE that makes the program trust it.
func (s *Server) CAFile() string { return s.caFile }

// Transport reaches the platform from within the test's process.
func (s *Server) Transport() *http.Transport {
	proxy, _ := url.Parse(s.proxy.URL) // a test server's address parses
	return &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: s.roots.pool, MinVersion: tls.VersionTLS12}}
}

// Requests gives every request so far, in order of arrival.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Busiest gives the largest number of requests within any span of that length,
// of those since a moment.
func (s *Server) Busiest(since time.Time, span time.Duration) int {
	var at []time.Time
	for _, r := range s.Requests() {
		if r.At.After(since) {
			at = append(at, r.At)
		}
	}
	return Busiest(at, span)
}

// Busiest gives the largest number of moments within any span of that length;
// the moments are in order.
func Busiest(at []time.Time, span time.Duration) int {
	most, from := 0, 0
	for i := range at {
		for at[i].Sub(at[from]) >= span {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

// Sent gives every message that the bot sent and the platform took, in order.
func (s *Server) Sent() []Sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Sent(nil), s.sends...)
}

// SentTo gives the texts that the bot sent to a group or friend.
func (s *Server) SentTo(name string) []string {
	var out []string
	for _, m := range s.Sent() {
		if m.To == name {
			out = append(out, m.Text)
		}
	}
	return out
}

// wake tells long polls that there is something new. The caller holds mu.
func (s *Server) wake() {
	close(s.held)
	s.held = make(chan struct{})
}

// note records a request.
func (s *Server) note(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	s.requests = append(s.requests, Request{time.Now(), r.Host, path})
}

// Waiting gives how many delivered messages the account is not known to have:
// a key beyond them was never shown.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.lines) - s.taken
}
