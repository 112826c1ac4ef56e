package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"youshi/config"
)

// visitor is a demo that runs, spoken to through HTTP alone.
type visitor struct {
	t    testing.TB
	url  string
	stop func()
}

// visit starts a demo. It ends with the test, or with stop.
func visit(t testing.TB, o DemoOptions) *visitor {
	t.Helper()
	o.Out = io.Discard
	if o.Config.Timezone == nil {
		o.Config = config.Default()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	d, err := openDemo(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := d.handler(d.player.register)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(handler)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- runParts(ctx, d.log, append(d.parts(), part{"player", d.player.Run})) }()
	stopped := false
	s := &visitor{t: t, url: srv.URL, stop: func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		srv.CloseClientConnections()
		srv.Close()
		d.close()
	}}
	t.Cleanup(s.stop)
	return s
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

// call does one request and gives the status and the answer.
func (s *visitor) call(method, path string, body any) (int, map[string]any) {
	s.t.Helper()
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			s.t.Fatal(err)
		}
		in = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, in)
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	out := map[string]any{}
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		s.t.Fatalf("%s %s: %d %v", method, path, res.StatusCode, err)
	}
	return res.StatusCode, out
}

// must does a request that must go well.
func (s *visitor) must(method, path string, body any) map[string]any {
	s.t.Helper()
	status, out := s.call(method, path, body)
	if status != http.StatusOK {
		s.t.Fatalf("%s %s %v: %d %v", method, path, body, status, out)
	}
	return out
}

type ask map[string]any

func (s *visitor) person(name, role, group string) {
	s.t.Helper()
	s.must("POST", "/api/people", ask{"name": name, "role": role, "group": group})
}

func (s *visitor) say(group, from, text string) string {
	s.t.Helper()
	return s.must("POST", "/api/say", ask{"group": group, "from": from, "text": text})["id"].(string)
}

// push moves the clock and waits until all is quiet.
func (s *visitor) push(by string) time.Time {
	s.t.Helper()
	now, err := time.Parse(time.RFC3339Nano, s.must("POST", "/api/clock", ask{"advance": by})["now"].(string))
	if err != nil {
		s.t.Fatal(err)
	}
	return now
}

type said struct {
	Seq     int
	ID      string
	At      time.Time
	To      string
	Kind    string
	Ticket  *int
	Text    string
	ReplyTo *string `json:"reply_to"`
	Buttons []string
}

// said gives what was said after a place.
func (s *visitor) said(since int) []said {
	s.t.Helper()
	b, err := json.Marshal(s.must("GET", fmt.Sprintf("/api/said?since=%d", since), nil)["posts"])
	if err != nil {
		s.t.Fatal(err)
	}
	var out []said
	if err := json.Unmarshal(b, &out); err != nil {
		s.t.Fatal(err)
	}
	return out
}

// read puts what a GET tells into out.
func (s *visitor) read(path string, out any) {
	s.t.Helper()
	b, err := json.Marshal(s.must("GET", path, nil))
	if err == nil {
		err = json.Unmarshal(b, out)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// last gives the place of the last post.
func (s *visitor) last() int {
	s.t.Helper()
	all := s.said(0)
	if len(all) == 0 {
		return 0
	}
	return all[len(all)-1].Seq
}

// await gives the first post after a place that fits. It comes at once; a loaded
// machine gets half a minute.
func (s *visitor) await(since int, fits func(said) bool) said {
	s.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		for _, p := range s.said(since) {
			if fits(p) {
				return p
			}
		}
	}
	s.t.Fatalf("nothing of that kind was said: %+v", s.said(since))
	return said{}
}

func kindIs(kind, to string) func(said) bool {
	return func(p said) bool { return p.Kind == kind && (to == "" || p.To == to) }
}

func (s *visitor) ticket(no int) map[string]any {
	s.t.Helper()
	return s.must("GET", fmt.Sprintf("/api/tickets/%d", no), nil)
}
