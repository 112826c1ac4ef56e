package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"youshi/grid"
	"youshi/storage"
	"youshi/storage/bolt"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		http.DefaultClient.CloseIdleConnections()
		os.Exit(code)
	}))
}

const community = grid.CommunityID("天后宫社区")

var beijing = time.FixedZone("CST", 8*3600)

func at(hm string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-"+hm, beijing)
	if err != nil {
		panic(err)
	}
	return t
}

var now = at("10 12:00")

// town is a store with people, matters and lines.
type town struct {
	t      *testing.T
	store  storage.Store
	people map[string]grid.PersonID
}

func newTown(t *testing.T) *town {
	t.Helper()
	store, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "youshi.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &town{t: t, store: store, people: map[string]grid.PersonID{}}
	w.update(func(tx storage.Tx) error {
		for _, a := range []grid.Area{{ID: "天后宫社区", Kind: grid.Community}, {ID: "第1网格", Kind: grid.Grid, Parent: "天后宫社区"}, {ID: "第2网格", Kind: grid.Grid, Parent: "天后宫社区"}} {
			if err := tx.Roster().PutArea(a); err != nil {
				return err
			}
		}
		for _, name := range []string{"清风徐来", "桐桐妈妈", "王网格", "赵物业", "李奶奶"} {
			p, err := tx.Roster().PutPerson(grid.Person{Name: name, Identities: []grid.Identity{{Channel: "webchat", ID: name}}})
			if err != nil {
				return err
			}
			w.people[name] = p.ID
		}
		return nil
	})
	return w
}

func (w *town) update(fn func(storage.Tx) error) {
	w.t.Helper()
	if err := w.store.Update(context.WithoutCancel(w.t.Context()), community, fn); err != nil {
		w.t.Fatal(err)
	}
}

// matter is a ticket to be put into the town.
type matter struct {
	from, chat, area, text, summary, place string
	category                               grid.Category
	urgency                                grid.Urgency
	topic                                  grid.Topic
	private                                bool
	due                                    time.Time
	to                                     []grid.Status // after proposed
	assignee                               string
}

func (w *town) put(m matter) (no grid.TicketNo) {
	w.t.Helper()
	w.update(func(tx storage.Tx) error {
		var err error
		if no, err = tx.Tickets().NextNo(); err != nil {
			return err
		}
		id := grid.MessageID("m-" + no.String())
		if err := tx.Messages().Put(grid.Message{ID: id, Chat: grid.ChatID(m.chat), From: w.people[m.from], Sent: at("10 08:00"), Heard: at("10 08:00"), Kind: grid.TextMessage, Text: m.text, Outcome: grid.OutTicket, Ticket: no}); err != nil {
			return err
		}
		summary, err := tx.Words().Put(w.people[m.from], m.summary)
		if err != nil {
			return err
		}
		place, err := tx.Words().Put(w.people[m.from], m.place)
		if err != nil {
			return err
		}
		reporter := grid.Actor{Person: w.people[m.from], Role: grid.Resident}
		worker := grid.Actor{Person: w.people["王网格"], Role: grid.GridWorker}
		entries := []grid.Entry{{Ticket: no, Seq: 1, At: at("10 08:01"), By: reporter, Want: grid.WantOpen, To: grid.Proposed, Said: id, Set: grid.Change{
			Opening:  &grid.Opening{Area: grid.AreaID(m.area), Chat: grid.ChatID(m.chat), Kind: grid.Report, Source: grid.Online, Reporter: w.people[m.from], Heard: at("10 08:00")},
			Category: m.category, Urgency: m.urgency, Topic: m.topic, Private: m.private, Summary: summary, Location: place, Messages: []grid.MessageID{id},
			Due: &grid.Deadline{Step: "confirm", From: at("10 08:00"), Due: m.due, Because: "confirm: 2 service hours"},
		}}}
		wants := map[grid.Status]grid.Want{grid.Open: grid.WantConfirm, grid.Assigned: grid.WantAssign, grid.Working: grid.WantAccept, grid.Resolved: grid.WantResolve, grid.Closed: grid.WantClose, grid.Rejected: grid.WantReject, grid.OnHold: grid.WantWait}
		from := grid.Proposed
		for i, to := range m.to {
			e := grid.Entry{Ticket: no, Seq: i + 2, At: at("10 09:00").Add(time.Duration(i) * time.Minute), By: worker, Want: wants[to], From: from, To: to}
			if to == grid.Assigned {
				e.Set.Assignee = w.people[m.assignee]
			}
			if e.Why, err = tx.Words().Put("", "这样处理"); err != nil {
				return err
			}
			entries, from = append(entries, e), to
		}
		t, err := grid.Fold(entries)
		if err != nil {
			return err
		}
		if err := tx.Journal().Append(entries...); err != nil {
			return err
		}
		return tx.Tickets().Put(t)
	})
	return no
}

// settle fills the town with a morning's matters: 1 late, 2 working, 3 private,
// 4 closed, 5 rejected, 6 told in private, 7 on hold.
func (w *town) settle() {
	soon, late := at("10 16:00"), at("10 10:00")
	for _, m := range []matter{
		{"清风徐来", "group:第1网格", "第1网格", "3号楼2单元电梯坏了", "3号楼2单元电梯故障，老人出不了门", "3#2单元", grid.Immediate, grid.Urgent, "elevator", false, late, nil, ""},
		{"桐桐妈妈", "group:第1网格", "第1网格", "路灯不亮", "小区东门路灯不亮", "东门", grid.Pending, grid.Normal, "facilities", false, soon, []grid.Status{grid.Open, grid.Assigned, grid.Working}, "赵物业"},
		{"李奶奶", "private:p", "第1网格", "隔壁打孩子", "隔壁疑似打孩子", "5#", grid.Escalate, grid.Emergency, "neighbour", true, soon, []grid.Status{grid.Open}, ""},
		{"清风徐来", "group:第2网格", "第2网格", "垃圾桶满了", "垃圾桶满溢", "2#", grid.Immediate, grid.Normal, "sanitation", false, soon, []grid.Status{grid.Open, grid.Assigned, grid.Working, grid.Resolved, grid.Closed}, "赵物业"},
		{"清风徐来", "group:第2网格", "第2网格", "要求打折", "要求超市打折", "", grid.Immediate, grid.Normal, "other", false, soon, []grid.Status{grid.Rejected}, ""},
		{"李奶奶", "private:p", "第2网格", "我家漏水", "1号楼漏水", "1#", grid.Immediate, grid.Normal, "property", false, soon, nil, ""},
		{"桐桐妈妈", "group:第2网格", "第2网格", "井盖响", "井盖松动异响", "北路", grid.Pending, grid.Normal, "facilities", false, soon, []grid.Status{grid.Open, grid.OnHold}, ""},
	} {
		w.put(m)
	}
}

// serve opens the board over the town.
func (w *town) serve(change func(*Options)) string {
	w.t.Helper()
	o := Options{Store: w.store, Community: community, Now: func() time.Time { return now }}
	if change != nil {
		change(&o)
	}
	b, err := New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	s := httptest.NewServer(b.Handler())
	w.t.Cleanup(s.Close)
	return s.URL
}

func get(t *testing.T, method, url string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body), resp.Header
}

func TestCallsAnswerWithTheStatusOfTheContract(t *testing.T) {
	w := newTown(t)
	w.settle()
	url := w.serve(nil)
	for name, c := range map[string]struct {
		method, path string
		want         int
	}{
		"the board":                     {"GET", "/board", 200},
		"its script":                    {"GET", "/static/board/board.js", 200},
		"a script that is not there":    {"GET", "/static/board/none.js", 404},
		"the list":                      {"GET", "/api/tickets", 200},
		"one":                           {"GET", "/api/tickets/1", 200},
		"an unknown number":             {"GET", "/api/tickets/99", 404},
		"no number":                     {"GET", "/api/tickets/abc", 404},
		"a number below all":            {"GET", "/api/tickets/-1", 404},
		"a list is not posted to":       {"POST", "/api/tickets", 405},
		"a ticket is not deleted":       {"DELETE", "/api/tickets/1", 405},
		"an unknown status is refused":  {"GET", "/api/tickets?status=lost", 400},
		"an unknown class is refused":   {"GET", "/api/tickets?category=lost", 400},
		"overdue is yes or no":          {"GET", "/api/tickets?overdue=perhaps", 400},
		"health without checks is good": {"GET", "/healthz", 200},
		"health is not posted to":       {"POST", "/healthz", 405},
		"no registry, no metrics":       {"GET", "/metrics", 404},
	} {
		t.Run(name, func(t *testing.T) {
			got, body, _ := get(t, c.method, url+c.path)
			if got != c.want {
				t.Errorf("%s %s = %d %s, want %d", c.method, c.path, got, body, c.want)
			}
			if c.want >= 400 && strings.HasPrefix(c.path, "/api/") && !strings.Contains(body, `"error":"`) {
				t.Errorf("%s %s gives no sentence: %s", c.method, c.path, body)
			}
		})
	}
}

type listed struct {
	Tickets []map[string]any `json:"tickets"`
}

func list(t *testing.T, url string) (out listed) {
	t.Helper()
	status, body, _ := get(t, "GET", url)
	if err := json.Unmarshal([]byte(body), &out); err != nil || status != 200 {
		t.Fatalf("%s = %d %s: %v", url, status, body, err)
	}
	return out
}

func TestFiltersListWhatTheyName(t *testing.T) {
	w := newTown(t)
	w.settle()
	url := w.serve(nil) + "/api/tickets"
	for query, want := range map[string][]float64{
		"":                                  {1, 2, 3, 4, 5, 6, 7},
		"?status=proposed":                  {1, 6},
		"?area=第2网格":                        {4, 5, 6, 7},
		"?area=天后宫社区":                       {1, 2, 3, 4, 5, 6, 7},
		"?area=无此":                          {},
		"?category=escalate":                {3},
		"?overdue=1":                        {1},
		"?overdue=0":                        {1, 2, 3, 4, 5, 6, 7},
		"?status=working&category=pending":  {2},
		"?status=working&category=escalate": {},
	} {
		var got []float64
		for _, row := range list(t, url+query).Tickets {
			got = append(got, row["number"].(float64))
		}
		if len(got) != len(want) {
			t.Errorf("%q lists %v, want %v", query, got, want)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%q lists %v, want %v", query, got, want)
			}
		}
	}
}

func TestATicketIsToldWithItsJournalAndWords(t *testing.T) {
	w := newTown(t)
	w.settle()
	_, body, _ := get(t, "GET", w.serve(nil)+"/api/tickets/2")
	var got struct {
		Number                                int
		Summary, Reporter, Assignee, Location string
		Area, Status, Step                    string
		Overdue, Private                      bool
		Journal                               []struct{ At, Who, Role, Want, From, To, Why string }
		Heard                                 []struct{ ID, At, From, Kind, Text string }
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if got.Number != 2 || got.Reporter != "桐桐妈妈" || got.Assignee != "赵物业" || got.Area != "第1网格" || got.Status != "working" || got.Overdue || got.Private {
		t.Errorf("told %s", body)
	}
	if len(got.Journal) != 4 || got.Journal[1].Who != "王网格" || got.Journal[1].From != "proposed" || got.Journal[1].To != "open" || got.Journal[1].Why != "这样处理" || got.Journal[0].At != "2026-11-10T08:01:00+08:00" {
		t.Errorf("the journal is %+v", got.Journal)
	}
	if len(got.Heard) != 1 || got.Heard[0].Text != "路灯不亮" || got.Heard[0].From != "桐桐妈妈" {
		t.Errorf("heard %+v", got.Heard)
	}
}

func TestAResidentSeesOwnAndPublicMattersOnly(t *testing.T) {
	w := newTown(t)
	w.settle()
	as := func(name string) string {
		return w.serve(func(o *Options) { o.Who = func(*http.Request) (string, bool, error) { return name, false, nil } })
	}
	url := as("清风徐来")
	for _, row := range list(t, url+"/api/tickets").Tickets {
		switch row["number"] {
		case 3.0:
			t.Error("a private matter of another is listed")
		case 6.0:
			if row["reporter"] != "" {
				t.Errorf("who told 6 in private is named: %v", row["reporter"])
			}
		case 2.0:
			if row["reporter"] != "桐桐妈妈" {
				t.Errorf("2 was told in the group by %v", row["reporter"])
			}
		}
	}
	if status, _, _ := get(t, "GET", url+"/api/tickets/3"); status != 404 {
		t.Errorf("a private matter of another = %d, want 404 as for an unknown number", status)
	}
	if status, body, _ := get(t, "GET", url+"/api/tickets/6"); status != 200 || strings.Contains(body, "李奶奶") || strings.Contains(body, "我家漏水") || strings.Contains(body, "m-6") {
		t.Errorf("what was told in private = %d %s", status, body)
	}
	if status, body, _ := get(t, "GET", as("李奶奶")+"/api/tickets/3"); status != 200 || !strings.Contains(body, "隔壁打孩子") {
		t.Errorf("one's own private matter = %d %s", status, body)
	}
	strangers := w.serve(func(o *Options) {
		o.Who = func(*http.Request) (string, bool, error) { return "", false, errors.New("请先登录") }
	})
	if status, _, _ := get(t, "GET", strangers+"/api/tickets"); status != 401 {
		t.Errorf("the list without a name = %d, want 401", status)
	}
}

func TestTheSameAnswerIsNotSentTwice(t *testing.T) {
	w := newTown(t)
	w.settle()
	url := w.serve(nil) + "/api/tickets"
	_, _, h := get(t, "GET", url)
	again := func() int {
		req, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("If-None-Match", h.Get("ETag"))
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if got := again(); got != 304 {
		t.Errorf("the same list = %d, want 304", got)
	}
	w.put(matter{from: "清风徐来", chat: "group:第1网格", area: "第1网格", text: "新", summary: "新", category: grid.Immediate, urgency: grid.Normal, topic: "other", due: now})
	if got := again(); got != 200 {
		t.Errorf("a longer list = %d, want 200", got)
	}
}

func TestHealthSaysWhatIsWrong(t *testing.T) {
	w := newTown(t)
	lanes := error(nil)
	url := w.serve(func(o *Options) {
		o.Checks = []Check{{"store", func(context.Context) error { return nil }}, {"lanes", func(context.Context) error { return lanes }}}
	})
	if status, body, _ := get(t, "GET", url+"/healthz"); status != 200 || body != "store: ok\nlanes: ok\n" {
		t.Errorf("health = %d %q", status, body)
	}
	lanes = errors.New("lane grid:第1网格 has not moved for 5 minutes")
	if status, body, _ := get(t, "GET", url+"/healthz"); status != 503 || body != "store: ok\nlanes: lane grid:第1网格 has not moved for 5 minutes\n" {
		t.Errorf("health with a stuck lane = %d %q", status, body)
	}
}

func TestMetricsCountWhatTheStoreHolds(t *testing.T) {
	w := newTown(t)
	w.settle()
	w.update(func(tx storage.Tx) error {
		if err := tx.Timers().Set(grid.Timer{ID: "step:1", Lane: "grid:第1网格", Due: now, Kind: grid.TimerStep, Ticket: 1}); err != nil {
			return err
		}
		_, err := tx.Outbox().Put(grid.Outgoing{To: "group:第1网格", Class: grid.ClassNotice, Kind: grid.PostResult, Text: "好", State: grid.Waiting, Written: now})
		return err
	})
	registry := prometheus.NewRegistry()
	url := w.serve(func(o *Options) { o.Registry = registry })
	_, body, _ := get(t, "GET", url+"/metrics")
	for _, want := range []string{
		`youshi_tickets{status="proposed"} 2`, `youshi_tickets{status="merged"} 0`, `youshi_tickets_overdue 1`, `youshi_timers 1`,
		`youshi_messages_heard_24h{outcome="ticket"} 7`, `youshi_messages_heard_24h{outcome="error"} 0`,
		`youshi_outbox_queue{state="waiting"} 1`, `youshi_lane_backlog{lane="grid"} 0`,
	} {
		if !strings.Contains(body, want+"\n") {
			t.Errorf("metrics lack %q in\n%s", want, body)
		}
	}
	if _, err := New(Options{Store: w.store, Community: community, Now: func() time.Time { return now }, Registry: registry}); err == nil {
		t.Error("a registry takes the same figures twice")
	}
}

func TestPagesLoadNothingFromElsewhere(t *testing.T) {
	files, err := static.ReadDir("static")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		body, err := static.ReadFile("static/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"http://", "https://", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "<style", " style="} {
			if strings.Contains(string(body), bad) {
				t.Errorf("%s contains %q", f.Name(), bad)
			}
		}
	}
	_, _, h := get(t, "GET", newTown(t).serve(nil)+"/board")
	if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("the board's policy is %q", csp)
	}
}

func TestTheTwoPagesShareOneLook(t *testing.T) {
	ours, err := static.ReadFile("static/look.css")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := os.ReadFile("../bot/webchat/static/look.css")
	if err != nil {
		t.Fatal(err)
	}
	if string(ours) != string(theirs) {
		t.Error("web/static/look.css and bot/webchat/static/look.css differ: copy one over the other")
	}
}
