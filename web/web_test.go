package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"youshi/grid"
	"youshi/storage"
	"youshi/web/webtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		http.DefaultClient.CloseIdleConnections()
		os.Exit(code)
	}))
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
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
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

func TestThePageLoadsNothingFromElsewhere(t *testing.T) {
	_, _, h := get(t, "GET", newTown(t).serve(nil)+"/board")
	webtest.Own(t, h, static)
}

// The rooms do not import each other, so each page has its own copy.
func TestTheTwoPagesShareOneLook(t *testing.T) {
	for _, name := range []string{"look.css", "dom.js"} {
		ours, err := static.ReadFile("static/" + name)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := os.ReadFile("../bot/webchat/static/" + name)
		if err != nil {
			t.Fatal(err)
		}
		// What the board has no use for stands at the end of the web chat's.
		if !bytes.HasPrefix(theirs, ours) || name == "look.css" && len(theirs) != len(ours) {
			t.Errorf("web/static/%s and bot/webchat/static/%s differ: copy one over the other", name, name)
		}
	}
}
