package app

import (
	"bytes"
	"context"
	"image/png"
	"net/http"
	"testing"
	"time"

	"youshi/app/desk"
	"youshi/bot"
	"youshi/bot/bottest"
	"youshi/grid"
	"youshi/storage"
	"youshi/web/webtest"
)

// staffed is a site with a channel that waits for a scan, an operator, a secretary, a
// grid worker of each grid and a resident, all signed in.
func staffed(t *testing.T) (s *town, wechat *sickly, as map[string]*browser) {
	t.Helper()
	wechat = &sickly{Scripted: bottest.New("wechat")}
	wechat.health = bot.Health{State: bot.HealthScan, Since: time.Now(), Say: "the session ended: scan the code with the phone of the account", Scan: "https://login.example/l/abc"}
	s = openSite(t, nil, wechat)
	as = map[string]*browser{}
	for _, p := range []struct {
		name string
		role grid.Role
		area grid.AreaID
	}{{"运维小陈", grid.Operator, "天后宫社区"}, {"王书记", grid.Secretary, "天后宫社区"}, {"李网格", grid.GridWorker, "第3网格"}, {"赵网格", grid.GridWorker, "第4网格"}, {"物业小孙", grid.Property, "第3网格"}} {
		as[p.name] = s.browser()
		as[p.name].must("POST", "/api/me", ask{"code": s.code(desk.Ask{Role: p.role, Area: p.area, Person: p.name})})
	}
	for _, name := range []string{"张大妈", "陈姐"} {
		as[name] = s.browser()
		as[name].must("POST", "/api/me", ask{"name": name})
	}
	return s, wechat, as
}

// stick writes a post that is put aside.
func (s *town) stick(why string) grid.MessageID {
	s.t.Helper()
	var id grid.MessageID
	s.update(func(tx storage.Tx) error {
		o, err := tx.Outbox().Put(grid.Outgoing{To: "group:g3", Class: grid.ClassAnswer, Kind: grid.PostAck, Text: "只有群里能看的话", Written: s.now(), State: grid.Waiting})
		if err != nil {
			return err
		}
		o.State, o.Reason, id = grid.PutAside, why, o.ID
		_, err = tx.Outbox().Set(o)
		return err
	})
	return id
}

func (s *town) update(fn func(storage.Tx) error) {
	s.t.Helper()
	if err := s.store.Update(context.Background(), s.communities[0], fn); err != nil {
		s.t.Fatal(err)
	}
}

func TestOperatorsAloneSeeHowTheProgramRunsAndMendWhatIsStuck(t *testing.T) {
	s, _, as := staffed(t)
	first, second := s.stick("the bot was removed from the group"), s.stick("blocked")
	for name, b := range as {
		want := http.StatusForbidden
		if name == "运维小陈" {
			want = http.StatusOK
		}
		for _, path := range []string{"/api/operator", "/api/operator/scan/wechat"} {
			if got, _ := b.call("GET", path, nil); got != want {
				t.Errorf("%s reads %s: %d, want %d", name, path, got, want)
			}
		}
	}
	if got, _ := as["王书记"].call("POST", "/api/operator/posts/天后宫社区/"+string(first)+"?do=drop", nil); got != http.StatusForbidden {
		t.Errorf("a secretary mends posts: %d", got)
	}
	if got, _ := s.browser().call("GET", "/api/operator", nil); got != http.StatusUnauthorized {
		t.Errorf("nobody reads it: %d", got)
	}
	chen := as["运维小陈"]
	o := chen.must("GET", "/api/operator", nil)
	posts := o["posts"].([]any)
	if len(posts) != 2 || posts[0].(map[string]any)["to"] != "第3网格" || posts[0].(map[string]any)["text"] != nil {
		t.Errorf("stuck posts without their words: %v", posts)
	}
	if c := o["channels"].([]any)[0].(map[string]any); c["channel"] != "wechat" || c["state"] != "scan" {
		t.Errorf("channels: %v", o["channels"])
	}
	for _, c := range []struct {
		path string
		want int
	}{
		{string(first) + "?do=again", 200}, {string(first) + "?do=again", 409}, {string(second) + "?do=drop", 200}, {string(second) + "?do=drop", 409},
		{"post-999?do=drop", 404}, {string(first), 400},
	} {
		if got, out := chen.call("POST", "/api/operator/posts/天后宫社区/"+c.path, nil); got != c.want {
			t.Errorf("%s = %d %v, want %d", c.path, got, out, c.want)
		}
	}
	as["张大妈"].hears("只有群里能看的话") // the first was said again
	if posts := chen.must("GET", "/api/operator", nil)["posts"].([]any); len(posts) != 0 {
		t.Errorf("still stuck: %v", posts)
	}
}

func TestTheCodeToScanIsAPicture(t *testing.T) {
	_, wechat, as := staffed(t)
	picture := func() *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, as["运维小陈"].s.url+"/api/operator/scan/wechat", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := as["运维小陈"].Do(r)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	res := picture()
	defer res.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(res.Body); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&body)
	if err != nil || img.Bounds().Dx() < 100 {
		t.Fatalf("the code is no picture: %v", err)
	}
	wechat.mu.Lock()
	wechat.health = bot.Health{State: bot.HealthOnline, Since: time.Now()}
	wechat.mu.Unlock()
	again := picture()
	again.Body.Close()
	if again.StatusCode != http.StatusNotFound {
		t.Errorf("online there is nothing to scan: %d", again.StatusCode)
	}
}

func TestTheBoardShowsStaffTheirAreaAndResidentsThePublicList(t *testing.T) {
	s, _, as := staffed(t)
	as["张大妈"].must("POST", "/api/say", ask{"group": "g3", "from": "张大妈", "text": "3号楼2单元电梯坏了，老人下不了楼"})
	as["陈姐"].must("POST", "/api/say", ask{"group": "g3", "from": "陈姐", "text": "我老公又打我了，我不敢回家，3栋2单元"})
	s.settled()
	numbers := func(who string) map[float64]bool {
		out := map[float64]bool{}
		for _, row := range as[who].must("GET", "/api/tickets", nil)["tickets"].([]any) {
			out[row.(map[string]any)["number"].(float64)] = true
		}
		return out
	}
	for who, sees := range map[string][2]bool{ // the public one, the private one
		"张大妈": {true, false}, "陈姐": {true, true}, "李网格": {true, true}, "王书记": {true, true}, "赵网格": {true, false}, "物业小孙": {true, false}, "运维小陈": {true, false},
	} {
		got := numbers(who)
		if got[1] != sees[0] || got[2] != sees[1] {
			t.Errorf("%s sees %v, want 1: %v, 2: %v", who, got, sees[0], sees[1])
		}
		status, _ := as[who].call("GET", "/api/tickets/2", nil)
		if want := map[bool]int{true: 200, false: 404}[sees[1]]; status != want {
			t.Errorf("%s opens the private matter: %d, want %d", who, status, want)
		}
	}
	if v := as["李网格"].must("GET", "/api/tickets", nil)["viewer"].(map[string]any); v["role"] != "grid_worker" || v["operator"] != nil {
		t.Errorf("the viewer is %v", v)
	}
	// Reading it again within the hour is the same look; the reporter's own is none.
	as["李网格"].must("GET", "/api/tickets/2", nil)
	looks := map[string]int{}
	for _, e := range as["李网格"].must("GET", "/api/tickets/2", nil)["journal"].([]any) {
		if e := e.(map[string]any); e["want"] == "look" {
			looks[e["who"].(string)]++
		}
	}
	if looks["李网格"] != 1 || looks["王书记"] != 1 || len(looks) != 2 {
		t.Errorf("the journal names who looked: %v", looks)
	}
	for _, e := range as["王书记"].must("GET", "/api/tickets/1", nil)["journal"].([]any) {
		if e.(map[string]any)["want"] == "look" {
			t.Error("looks at a public matter are written down")
		}
	}
}

// settled waits until nothing is in a lane.
func (s *town) settled() {
	s.t.Helper()
	s.wait("lanes at rest", func() (idle bool) {
		s.view(func(tx storage.Tx) error {
			lanes, err := tx.Inbox().Lanes()
			idle = len(lanes) == 0
			return err
		})
		return idle
	})
}

func (s *town) wait(what string, until func() bool) {
	s.t.Helper()
	for late := time.Now().Add(20 * time.Second); !until(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(late) {
			s.t.Fatalf("waited in vain for %s", what)
		}
	}
}

func TestTheOperatorsBoardInARealBrowser(t *testing.T) {
	s, _, _ := staffed(t)
	s.stick("the bot was removed from the group: add it again")
	stranger := bottest.New("telegram").Line("-100200300", "x", "大家好", s.now())
	stranger.Native.Name = "5号楼业主群"
	if err := s.ear.For("telegram")(t.Context(), bot.Heard{Events: []grid.Event{stranger}}); err != nil {
		t.Fatal(err)
	}
	code := s.code(desk.Ask{Role: grid.Operator, Area: "天后宫社区", Person: "运维小陈"})
	p := webtest.Open(t, s.url+"/", 1360, 850)
	p.Click("#have-code")
	p.Fill("#sign-in-code", code)
	p.Click("#sign-in .main")
	p.Shows("#rooms", "居民群")
	p.Go(s.url + "/board")
	p.Shows("#viewer", "运维小陈（天后宫社区 运维）")
	p.Shows("#operator-summary", "微信等人扫码登录，1 条没发成，1 个群没有绑定")
	p.Until("the code is drawn", `document.querySelector("img.scan")?.naturalWidth > 50`)
	p.Shows("#operator-body", "5号楼业主群")
	p.Shows("#operator-body", "the bot was removed")
	p.Shot("operator-desk")
	p.Run(`[...document.querySelectorAll(".acts button")].find(b => b.innerText === "不发了").setAttribute("data-test", "drop")`)
	p.Click("[data-test=drop]")
	p.Shows("#operator-summary", "微信等人扫码登录，1 个群没有绑定")

	again := s.code(desk.Ask{Role: grid.Operator, Area: "天后宫社区", Person: "运维小陈"})
	phone := webtest.Open(t, s.url+"/", 390, 844)
	phone.Click("#have-code")
	phone.Fill("#sign-in-code", again)
	phone.Click("#sign-in .main")
	phone.Shows("#rooms", "居民群")
	phone.Go(s.url + "/board")
	phone.Until("the code is drawn", `document.querySelector("img.scan")?.naturalWidth > 50`)
	phone.Until("nothing is wider than the phone", `document.documentElement.scrollWidth <= innerWidth`)
	phone.Shot("operator-phone")
}
