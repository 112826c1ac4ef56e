package app

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"youshi/app/desk"
	"youshi/bot"
	"youshi/config"
	"youshi/grid"
	"youshi/storage"
	"youshi/storage/bolt"
	"youshi/web/webtest"
)

// town is a program as serve runs it, spoken to through HTTP alone.
type town struct {
	*house
	t   testing.TB
	url string
}

// openSite starts one with 天后宫社区, 第3网格, its group and its staff chat.
func openSite(t testing.TB, change func(*config.Config), more ...bot.Channel) *town {
	t.Helper()
	cfg := config.Default()
	cfg.Data = t.TempDir()
	cfg.Areas = []config.Area{{Name: "天后宫社区", Kind: grid.Community}, {Name: "第3网格", Kind: grid.Grid, Parent: "天后宫社区"}, {Name: "第4网格", Kind: grid.Grid, Parent: "天后宫社区"}}
	cfg.Groups = []config.Group{{Channel: "webchat", Chat: "g3", Area: "第3网格"}, {Channel: "webchat", Chat: "staff:g3", Area: "第3网格", Staff: true}}
	cfg.People = []config.Person{{Name: "王书记", Role: grid.Secretary, Area: "天后宫社区"}}
	if change != nil {
		change(&cfg)
	}
	store, err := bolt.Open(t.Context(), filepath.Join(cfg.Data, "youshi.db"), bolt.Options{Scratch: true})
	if err != nil {
		t.Fatal(err)
	}
	h, err := build(t.Context(), plan{cfg: cfg, store: store, time: bot.MachineTime{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, ch := range more {
		h.channels[ch.ID()] = ch
	}
	handler, err := h.handler()
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(handler)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- runParts(ctx, h.log, h.parts()) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		srv.CloseClientConnections()
		srv.Close()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return &town{house: h, t: t, url: srv.URL}
}

// code is what youshi roles invite prints.
func (s *town) code(ask desk.Ask) string {
	s.t.Helper()
	ask.Command = "roles invite"
	var out bytes.Buffer
	if err := desk.Answer(s.t.Context(), s.store, s.cfg, s.now(), ask, &out); err != nil {
		s.t.Fatal(err)
	}
	var in desk.Issued
	if err := json.Unmarshal(out.Bytes(), &in); err != nil {
		s.t.Fatal(err)
	}
	return in.Code
}

// browser is somebody with cookies of their own.
type browser struct {
	*http.Client
	s *town
}

func (s *town) browser() *browser {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{&http.Client{Jar: jar}, s}
}

func (b *browser) call(method, path string, body any) (int, map[string]any) {
	b.s.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		b.s.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.s.t.Context(), method, b.s.url+path, bytes.NewReader(raw))
	if err != nil {
		b.s.t.Fatal(err)
	}
	res, err := b.Do(r)
	if err != nil {
		b.s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.s.t.Fatal(err)
	}
	out := map[string]any{}
	_ = json.Unmarshal(text, &out) // pages and pictures are no JSON
	return res.StatusCode, out
}

func (b *browser) must(method, path string, body any) map[string]any {
	b.s.t.Helper()
	status, out := b.call(method, path, body)
	if status != http.StatusOK {
		b.s.t.Fatalf("%s %s %v: %d %v", method, path, body, status, out)
	}
	return out
}

// hears waits until the bot has said something that contains text to this browser.
func (b *browser) hears(text string) {
	b.s.t.Helper()
	for late := time.Now().Add(20 * time.Second); time.Now().Before(late); time.Sleep(30 * time.Millisecond) {
		for _, p := range b.must("GET", "/api/said?since=0", nil)["posts"].([]any) {
			if strings.Contains(p.(map[string]any)["text"].(string), text) {
				return
			}
		}
	}
	b.s.t.Fatalf("the bot never said %q", text)
}

func TestAResidentOfThePageBecomesStaffByACodeInPrivate(t *testing.T) {
	s := openSite(t, nil)
	b := s.browser()
	b.must("POST", "/api/me", ask{"name": "小李"})
	if status, _ := b.call("GET", "/api/history?chat=staff:g3", nil); status != http.StatusForbidden {
		t.Errorf("a resident reads the staff chat: %d", status)
	}
	code := s.code(desk.Ask{Role: grid.GridWorker, Area: "第3网格"})
	b.must("POST", "/api/say", ask{"group": "private:小李", "from": "小李", "text": "绑定 " + strings.ToLower(code[:4]) + "-" + code[4:]})
	b.hears("第3网格的网格员")
	if me := b.must("GET", "/api/me", nil); me["role"] != "grid_worker" || me["area"] != "第3网格" {
		t.Errorf("the page is %v", me)
	}
	if status, _ := b.call("GET", "/api/history?chat=staff:g3", nil); status != http.StatusOK {
		t.Errorf("the grid worker's staff chat answers %d", status)
	}
}

func TestTheFormSignsInAsTheSecretaryOfTheConfig(t *testing.T) {
	s := openSite(t, nil)
	code := s.code(desk.Ask{Role: grid.Secretary, Area: "天后宫社区", Person: "王书记"})
	b := s.browser()
	if status, _ := b.call("POST", "/api/me", ask{"name": "王书记"}); status != http.StatusConflict {
		t.Error("a secretary's name is anybody's")
	}
	if got := b.must("POST", "/api/me", ask{"code": code}); got["name"] != "王书记" {
		t.Errorf("signed in as %v", got)
	}
	if me := b.must("GET", "/api/me", nil); me["role"] != "secretary" {
		t.Errorf("the page is %v", me)
	}
	other := s.browser()
	if status, _ := other.call("POST", "/api/me", ask{"code": code}); status != http.StatusNotFound {
		t.Error("the code signs in twice")
	}
	again := s.code(desk.Ask{Role: grid.Secretary, Area: "天后宫社区", Person: "王书记"})
	if got := other.must("POST", "/api/me", ask{"code": again}); got["name"] != "王书记" {
		t.Errorf("a second page signs in as %v", got)
	}
	b.must("DELETE", "/api/me", nil)
	if me := b.must("GET", "/api/me", nil); me["name"] != "" {
		t.Errorf("signed out the page is %v", me)
	}
	s.view(func(tx storage.Tx) error {
		officers, err := tx.Roster().Officers()
		if len(officers) != 1 || len(officers[0].Offices) != 1 {
			t.Errorf("the Roster holds %+v", officers)
		}
		return err
	})
}

func (s *town) view(fn func(storage.Tx) error) {
	s.t.Helper()
	if err := s.store.View(context.Background(), s.communities[0], fn); err != nil {
		s.t.Fatal(err)
	}
}

func TestASessionEndsWhenItIsNotUsed(t *testing.T) {
	s := openSite(t, nil)
	now := time.Now()
	s.book.now = func() time.Time { return now }
	if err := s.book.SignUp(t.Context(), "key", "小李"); err != nil {
		t.Fatal(err)
	}
	for _, later := range []time.Duration{80, 80, 80} { // each use counts anew
		now = now.Add(later * 24 * time.Hour)
		if name, err := s.book.Account(t.Context(), "key"); err != nil || name != "小李" {
			t.Fatalf("after 80 days of 90 without use: %q, %v", name, err)
		}
	}
	now = now.Add(90 * 24 * time.Hour)
	if _, err := s.book.Account(t.Context(), "key"); grid.CodeOf(err) != grid.NotFound {
		t.Errorf("after 90 days without use: %v", err)
	}
	if err := s.store.Update(t.Context(), s.communities[0], s.book.forgetSessions); err != nil {
		t.Fatal(err)
	}
	s.view(func(tx storage.Tx) error {
		raw, err := tx.Notes().Get(notesAccounts, "key")
		if raw != nil {
			t.Errorf("the session is still kept: %s", raw)
		}
		return err
	})
}

func TestServeListensForOthersOnlyBehindHTTPS(t *testing.T) {
	for name, c := range map[string]struct {
		web config.Web
		ok  bool
	}{
		"this machine alone":       {config.Web{Addr: "127.0.0.1:8080"}, true},
		"by name":                  {config.Web{Addr: "localhost:8080"}, true},
		"this machine by IPv6":     {config.Web{Addr: "[::1]:8080"}, true},
		"all addresses":            {config.Web{Addr: "0.0.0.0:8080"}, false},
		"all, without naming any":  {config.Web{Addr: ":8080"}, false},
		"with an http public_url":  {config.Web{Addr: ":8080", PublicURL: "http://a.example"}, false},
		"with an https public_url": {config.Web{Addr: ":8080", PublicURL: "https://a.example"}, true},
		"behind a proxy":           {config.Web{Addr: ":8080", BehindProxy: true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			err := reachable(c.web)
			if (err == nil) != c.ok {
				t.Errorf("reachable(%+v) = %v, want ok %v", c.web, err, c.ok)
			}
			if err != nil && grid.CodeOf(err) != grid.Invalid {
				t.Errorf("no sentence for the operator: %v", err)
			}
		})
	}
}

func TestThePageSignsInWithACodeInARealBrowser(t *testing.T) {
	s := openSite(t, nil)
	code := s.code(desk.Ask{Role: grid.GridWorker, Area: "第3网格", Person: "王网格"})
	p := webtest.Open(t, s.url+"/", 1200, 760)
	p.Shows("#welcome", "怎么称呼您")
	p.Shot("signin-1-name")
	p.Click("#have-code")
	p.Fill("#sign-in-code", "2222222A")
	p.Click("#sign-in .main")
	p.Shows("#sign-in .error", "不对")
	p.Shot("signin-2-wrong")
	p.Run(`document.querySelector("#sign-in-code").value = ""`)
	p.Fill("#sign-in-code", code)
	p.Click("#sign-in .main")
	p.Shows("#rooms", "工作群")
	p.Click(`[data-chat="staff:g3"]`)
	p.Shows("#identity", "我是 王网格（第3网格 网格员）")
	p.Shot("signin-3-staff")
	p.Click("#sign-out")
	p.Shows("#sign-out", "真的退出？")
	p.Click("#sign-out")
	p.Shows("#welcome", "怎么称呼您")

	phone := webtest.Open(t, s.url+"/", 390, 844)
	phone.Shows("#welcome", "怎么称呼您")
	phone.Click("#have-code")
	phone.Shows("#welcome", "用邀请码登录")
	phone.Until("nothing is wider than the phone", `document.documentElement.scrollWidth <= innerWidth`)
	phone.Shot("signin-phone")
}
