package webchat

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"youshi/bot"
	"youshi/bot/bottest"
	"youshi/grid"
	"youshi/web/webtest"
)

func TestMediaAreKeptUnderTheirSumAndShownOnlyWhenHarmless(t *testing.T) {
	s := newSite(t, newMemory(true))
	png := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 40)...)
	for name, c := range map[string]struct {
		body        []byte
		kind, shown string
	}{
		"a picture":               {png, "image/png", ""},
		"a page is never run":     {[]byte("<!doctype html><script>alert(1)</script>"), "application/octet-stream", "attachment"},
		"a drawing is never run":  {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`), "application/octet-stream", "attachment"},
		"sound":                   {append([]byte("ID3"), make([]byte, 40)...), "audio/mpeg", ""},
		"bytes of no known shape": {[]byte{0, 1, 2, 3}, "application/octet-stream", "attachment"},
	} {
		t.Run(name, func(t *testing.T) {
			status, out := s.call(t, "POST", "/api/media", string(c.body))
			sum := sha256.Sum256(c.body)
			id := hex.EncodeToString(sum[:])
			if status != 200 || out["media"] != id {
				t.Fatalf("media = %d %v, want %s", status, out, id)
			}
			resp, err := http.Get(s.url + "/media/" + id)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			got, _ := io.ReadAll(resp.Body)
			h := resp.Header
			if !bytes.Equal(got, c.body) || h.Get("Content-Type") != c.kind || h.Get("Content-Disposition") != c.shown ||
				h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Cache-Control"), "immutable") {
				t.Errorf("the file came back as %d bytes with %v", len(got), h)
			}
		})
	}
	files, err := filepath.Glob(filepath.Join(s.chat.opt.Media, "tmp-*"))
	if err != nil || len(files) > 0 {
		t.Errorf("half-written files are left: %v %v", files, err)
	}
	sum := sha256.Sum256(png)
	s.call(t, "POST", "/api/say", `{"group":"d01","from":"甲","text":"","media":["`+hex.EncodeToString(sum[:])+`"]}`)
	evs := s.heard()
	if m := evs[len(evs)-1].Message; m.Kind != grid.ImageMessage || len(m.Media) != 1 {
		t.Errorf("a message with a picture is heard as %+v", m)
	}
}

func TestSaidWaitsForTheNextPost(t *testing.T) {
	s := newSite(t, newMemory(true))
	s.say("group:d01", grid.PostAck, "收到", "")
	go func() {
		time.Sleep(50 * time.Millisecond)
		p := s.say("private:甲", grid.PostAnswer, "好的", "", "满意")
		_, _ = s.chat.Send(t.Context(), grid.Chat{}, grid.Outgoing{ID: p.ID})
	}()
	began := time.Now()
	status, out := s.call(t, "GET", "/api/said?since=1&wait=60s", "")
	posts := out["posts"].([]any)
	if status != 200 || len(posts) != 1 || time.Since(began) > 30*time.Second {
		t.Fatalf("said = %d %v after %v, want the second post soon", status, out, time.Since(began))
	}
	p := posts[0].(map[string]any)
	for key, want := range map[string]any{"seq": 2.0, "id": "post-2", "to": "private:甲", "kind": "answer", "text": "好的", "reply_to": nil, "at": "2026-11-10T06:31:00+08:00"} {
		if got, ok := p[key]; got != want || !ok {
			t.Errorf("the post's %s is %v, want %v", key, got, want)
		}
	}
	if got := p["buttons"].([]any); len(got) != 1 || got[0] != "满意" {
		t.Errorf("the post's buttons are %v", got)
	}
	if status, out := s.call(t, "GET", "/api/said?since=2&wait=30ms", ""); status != 200 || len(out["posts"].([]any)) != 0 {
		t.Errorf("said with nothing new = %d %v, want an empty list", status, out)
	}
}

func TestTheEndOfHearingEndsLongPolls(t *testing.T) {
	s := newSite(t, newMemory(true))
	time.AfterFunc(50*time.Millisecond, s.stop)
	began := time.Now()
	if status, _ := s.call(t, "GET", "/api/said?since=0&wait=60s", ""); status != 200 || time.Since(began) > 30*time.Second {
		t.Errorf("said = %d after %v, want an answer at the end", status, time.Since(began))
	}
}

func TestALiveStreamTellsOfChangesAndCanBeTakenUpAgain(t *testing.T) {
	s := newSite(t, newMemory(true))
	listen := func() (next func() string, hang func()) {
		resp, err := http.Get(s.url + "/api/live?as=%E7%94%B2")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { resp.Body.Close() })
		lines := bufio.NewScanner(resp.Body)
		return func() string {
			for lines.Scan() {
				if v, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
					return v
				}
			}
			return ""
		}, func() { resp.Body.Close() }
	}
	next, hang := listen()
	first := next()
	s.chat.Changed()
	if second := next(); first == "" || second == "" || first == second {
		t.Errorf("a change is told as %q after %q, want a new version", second, first)
	}
	hang()
	s.chat.Changed()
	again, hang := listen()
	if v := again(); v == "" || v == first {
		t.Errorf("after coming back the stream says %q, want the present version at once", v)
	}
	hang()
}

func TestServeAnswersForTheSignedInPersonOnly(t *testing.T) {
	m := newMemory(false)
	s := newSite(t, m)
	m.say("private:清风徐来", grid.PostAnswer, "只给清风", "")
	m.say("group:d01", grid.PostAck, "给大家", "")
	for _, path := range []string{"/api/said?since=0", "/api/people", "/api/chats", "/api/history?chat=d01", "/api/live", "/media/" + strings.Repeat("0", 64)} {
		if status, _ := s.call(t, "GET", path, ""); status != 401 {
			t.Errorf("GET %s without a name = %d, want 401", path, status)
		}
	}
	if status, _ := s.call(t, "POST", "/api/me", `{"name":"李书记"}`); status != 409 {
		t.Errorf("taking a known name = %d, want 409", status)
	}
	if status, _ := s.call(t, "POST", "/api/me", `{"name":"小格"}`); status != 409 {
		t.Errorf("taking the bot's name = %d, want 409", status)
	}
	resp, err := http.Post(s.url+"/api/me", "application/json", strings.NewReader(`{"name":"王阿姨"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	cookies := resp.Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteLaxMode || len(cookies[0].Value) < 20 {
		t.Fatalf("signing up gives the cookies %v, want one secret", cookies)
	}
	if _, kept := m.accounts[cookies[0].Value]; kept {
		t.Error("the store keeps the secret itself")
	}
	in := func(r *http.Request) { r.AddCookie(cookies[0]) }
	for name, c := range map[string]struct {
		method, path, body string
		want               int
	}{
		"one speaks in one's own name":       {"POST", "/api/say", `{"group":"d01","from":"王阿姨","text":"你好"}`, 200},
		"one speaks in nobody else's name":   {"POST", "/api/say", `{"group":"d01","from":"李书记","text":"你好"}`, 403},
		"an unknown group does not come":     {"POST", "/api/say", `{"group":"新","from":"王阿姨","text":"你好"}`, 404},
		"the staff chat is closed":           {"POST", "/api/say", `{"group":"staff:d01","from":"王阿姨","text":"你好"}`, 403},
		"another's private chat is closed":   {"GET", "/api/history?chat=private:%E6%B8%85%E9%A3%8E%E5%BE%90%E6%9D%A5", ``, 403},
		"people are not appointed":           {"POST", "/api/people", `{"name":"王阿姨","role":"secretary","group":"d01"}`, 403},
		"the clock is not pushed":            {"POST", "/api/clock", `{"advance":"1h"}`, 403},
		"the clock is not told":              {"GET", "/api/clock", ``, 403},
		"nobody signs up twice":              {"POST", "/api/me", `{"name":"别名"}`, 409},
		"reading as somebody else is closed": {"GET", "/api/chats?as=%E6%9D%8E%E4%B9%A6%E8%AE%B0", ``, 403},
	} {
		t.Run(name, func(t *testing.T) {
			if got, out := s.call(t, c.method, c.path, c.body, in); got != c.want {
				t.Errorf("%s %s = %d %v, want %d", c.method, c.path, got, out, c.want)
			}
		})
	}
	if _, out := s.call(t, "GET", "/api/said?since=0", "", in); len(out["posts"].([]any)) != 1 {
		t.Errorf("a resident is told %v, want what was said to all", out)
	}
	if _, out := s.call(t, "GET", "/api/people", "", in); len(out["people"].([]any)) != 1 {
		t.Errorf("a resident is told of %v, want of themselves", out)
	}
}

// signIn asks the page for a session.
func signIn(t *testing.T, url, body string) (int, []*http.Cookie) {
	t.Helper()
	resp, err := http.Post(url+"/api/me", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode, resp.Cookies()
}

func TestACodeSignsInAndSigningOutEndsIt(t *testing.T) {
	s := newSite(t, newMemory(false))
	if status, _ := s.call(t, "POST", "/api/me", `{"name":"王网格","code":"BADCODE2"}`); status != 404 {
		t.Errorf("a wrong code = %d, want 404", status)
	}
	status, cookies := signIn(t, s.url, `{"name":"王网格","code":" GOODCODE "}`)
	if status != http.StatusOK || len(cookies) != 1 {
		t.Fatalf("a right code = %d with cookies %v", status, cookies)
	}
	in := func(r *http.Request) { r.AddCookie(cookies[0]) }
	if _, out := s.call(t, "GET", "/api/me", "", in); out["name"] != "王网格" || out["role"] == nil {
		t.Errorf("signed in the page is %v", out)
	}
	if status, _ := s.call(t, "DELETE", "/api/me", "", in); status != 200 {
		t.Errorf("signing out = %d", status)
	}
	if status, _ := s.call(t, "GET", "/api/chats", "", in); status != 401 {
		t.Errorf("the cookie opens %d after signing out, want 401", status)
	}
}

func TestWrongCodesFromOneAddressHaveToWait(t *testing.T) {
	s := newSite(t, newMemory(false))
	for range 5 {
		if status, _ := s.call(t, "POST", "/api/me", `{"name":"甲","code":"BADCODE2"}`); status != 404 {
			t.Fatalf("a wrong code = %d, want 404", status)
		}
	}
	if status, out := s.call(t, "POST", "/api/me", `{"name":"甲","code":"GOODCODE"}`); status != 429 {
		t.Errorf("a right code after five wrong ones = %d %v, want 429", status, out)
	}
	if status, _ := s.call(t, "POST", "/api/me", `{"name":"乙"}`); status != 200 {
		t.Error("a resident's name without a code has nothing to do with it")
	}
	g, now := newGuard(), time.Now()
	for range 5 {
		g.wrong("a", now)
	}
	if _, waits := g.waits("a", now.Add(codePause)); waits {
		t.Error("the wait never ends")
	}
	if _, waits := g.waits("b", now); waits {
		t.Error("another address has to wait too")
	}
}

func TestBehindAProxyTheAddressIsTheOneThatTheProxyAdds(t *testing.T) {
	r := &http.Request{RemoteAddr: "127.0.0.1:4444", Header: http.Header{"X-Forwarded-For": {"6.6.6.6, 203.0.113.9"}}}
	for proxied, want := range map[bool]string{true: "203.0.113.9", false: "127.0.0.1"} {
		if got := New(Options{Proxied: proxied}).addressOf(r); got != want {
			t.Errorf("proxied %v: the address is %s, want %s", proxied, got, want)
		}
	}
}

func TestAnotherSitesPageCannotSpeak(t *testing.T) {
	s := newSite(t, newMemory(true))
	for name, set := range map[string]func(*http.Request){
		"by the browser's word": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"by its origin":         func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
	} {
		if status, _ := s.call(t, "POST", "/api/say", `{"group":"d01","from":"甲","text":"你好"}`, set); status != 403 {
			t.Errorf("a post from another site, known %s, = %d, want 403", name, status)
		}
	}
	own := func(r *http.Request) { r.Header.Set("Origin", s.url); r.Header.Set("Sec-Fetch-Site", "same-origin") }
	if status, _ := s.call(t, "POST", "/api/say", `{"group":"d01","from":"甲","text":"你好"}`, own); status != 200 {
		t.Errorf("a post of our own page = %d, want 200", status)
	}
}

func TestThePageLoadsNothingFromElsewhere(t *testing.T) {
	s := newSite(t, newMemory(true))
	resp, err := http.Get(s.url + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	webtest.Own(t, resp.Header, static)
}

func TestThePushedClockAnswersWithItsTime(t *testing.T) {
	s := newSite(t, newMemory(true))
	for body, want := range map[string]string{`{"to":"2026-11-12T08:30:00+08:00"}`: "2026-11-12T08:30:00+08:00"} {
		if status, out := s.call(t, "POST", "/api/clock", body); status != 200 || out["now"] != want {
			t.Errorf("clock %s = %d %v, want %s", body, status, out, want)
		}
	}
	if status, out := s.call(t, "POST", "/api/clock", `{"advance":"26h"}`); status != 200 || out["now"] != "2026-11-13T10:30:00+08:00" {
		t.Errorf("26 hours on = %d %v", status, out)
	}
	if !slices.IsSortedFunc(s.pushed, time.Time.Compare) || len(s.pushed) != 2 {
		t.Errorf("pushed to %v", s.pushed)
	}
}

func TestWebChatKeepsTheContractOfChannels(t *testing.T) {
	bottest.Run(t, func(t *testing.T) bottest.Fixture {
		m := newMemory(true)
		var last *Chat
		said := 0
		speak := func(who, text string) error {
			body, _ := json.Marshal(map[string]string{"group": "d01", "from": who, "text": text, "once": strconv.Itoa(said)})
			rec := httptest.NewRecorder()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/api/say", bytes.NewReader(body))
			if err != nil {
				return err
			}
			last.Handler().ServeHTTP(rec, req)
			if rec.Code != http.StatusOK {
				return errors.New(rec.Body.String())
			}
			return nil
		}
		return bottest.Fixture{
			Connect: func() bot.Channel {
				last = New(Options{Book: m, Media: t.TempDir(), Now: m.Now, Demo: true})
				return last
			},
			Chat:  grid.Chat{ID: "group:d01", Kind: grid.GroupChat, Channel: ID, Native: "d01"},
			Say:   func(text string) error { said++; return speak("甲", text) },
			As:    func(who, text string) error { said++; return speak(who, text) },
			Again: func() error { return speak("甲", "一") },
		}
	})
}
