package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// publish stores a closed matter with a public result, after change.
func (w *town) publish(no grid.TicketNo, change func(storage.Tx, *grid.Ticket)) {
	w.t.Helper()
	w.update(func(tx storage.Tx) error {
		m := grid.Message{ID: grid.MessageID("m" + no.String()), Chat: "group:g1", From: w.people["清风徐来"], Sent: at("09 08:00"), Kind: grid.TextMessage, Text: "3-2-501门口的路灯坏了", Outcome: grid.OutTicket, Ticket: no}
		if err := tx.Messages().Put(m); err != nil {
			return err
		}
		put := func(s string) grid.TextID {
			id, err := tx.Words().Put(w.people["王网格"], s)
			if err != nil {
				w.t.Fatal(err)
			}
			return id
		}
		t := grid.Ticket{No: no, Area: "第1网格", Chat: "group:g1", Status: grid.Closed, Reporter: m.From, Messages: []grid.MessageID{m.ID}, Opening: m.ID,
			Heard: m.Sent, Summary: put(fmt.Sprintf("%s的第%d盏路灯<b>坏了", "3-2-501门口", no)), Location: put("3号楼2单元501室"),
			Public: &grid.Result{At: at("10 09:00").Add(time.Duration(no) * time.Minute), Done: put("给清风徐来家门口换了灯"), Basis: put("物业管理条例"),
				Standard: put("GB7000"), Outcome: put("亮了，电话13812345678")}}
		if change != nil {
			change(tx, &t)
		}
		if err := tx.Tickets().Put(t); err != nil {
			return err
		}
		return storage.Publish(tx, no, t.Public.At)
	})
}

func TestThePublicPageNamesNobodyAndRunsNothing(t *testing.T) {
	w := newTown(t)
	w.publish(1, nil)
	url := w.serve(func(o *Options) {
		o.Who = func(*http.Request) (string, bool, error) { return "", false, fmt.Errorf("nobody is signed in") }
	})
	for _, path := range []string{"/public", "/public/1"} {
		status, body, h := get(t, "GET", url+path)
		if status != 200 || !strings.HasPrefix(h.Get("Content-Type"), "text/html") {
			t.Fatalf("%s: %d %s", path, status, h.Get("Content-Type"))
		}
		for _, part := range []string{"第1盏路灯&lt;b&gt;坏了", "换了灯", "物业管理条例", "GB7000", "亮了", `href="/public/1"`, "2026年11月10日"} {
			if !strings.Contains(body, part) {
				t.Errorf("%s does not say %q", path, part)
			}
		}
		for _, never := range []string{"清风徐来", "501", "13812345678", "<script", "<b>"} {
			if strings.Contains(body, never) {
				t.Errorf("%s says %q", path, never)
			}
		}
		if csp := h.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; style-src 'self'") || strings.Contains(csp, "script") {
			t.Errorf("policy %q", csp)
		}
	}
	if status, _, _ := get(t, "GET", url+"/static/public.css"); status != 200 {
		t.Errorf("the style answers %d", status)
	}
	if status, _, _ := get(t, "POST", url+"/public"); status != 405 {
		t.Errorf("a POST answers %d", status)
	}
}

func TestWhatMayNotBeReadAnyMoreLeavesThePublicPage(t *testing.T) {
	for name, change := range map[string]func(storage.Tx, *grid.Ticket){
		"what became private":   func(_ storage.Tx, t *grid.Ticket) { t.Private = true },
		"what is done again":    func(_ storage.Tx, t *grid.Ticket) { t.Status = grid.Working },
		"what was taken back":   func(_ storage.Tx, t *grid.Ticket) { t.Reason = grid.ReasonWithdrawn },
		"what was recalled":     func(_ storage.Tx, t *grid.Ticket) { t.Reason = grid.ReasonRecalled },
		"what never was public": func(_ storage.Tx, t *grid.Ticket) { t.Status = grid.Merged },
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			w.publish(1, change)
			url := w.serve(nil)
			if status, body, _ := get(t, "GET", url+"/public/1"); status != 404 || strings.Contains(body, "路灯") {
				t.Errorf("%d", status)
			}
			if status, body, _ := get(t, "GET", url+"/public"); status != 200 || strings.Contains(body, "路灯") {
				t.Errorf("the list: %d", status)
			}
		})
	}
}

func TestRecalledWordsAreCutFromWhatStaffPublished(t *testing.T) {
	w := newTown(t)
	w.publish(1, func(tx storage.Tx, tk *grid.Ticket) {
		id, err := tx.Words().Put(w.people["王网格"], "居民说楼上天天打骂孩子，已劝解")
		if err != nil {
			t.Fatal(err)
		}
		tk.Public.Done = id
		m, err := tx.Messages().Get("m1")
		if err != nil {
			t.Fatal(err)
		}
		m.Text, m.Sealed, m.Recalled = "", []string{"楼上天天打骂孩子"}, at("10 10:00")
		if err := errors.Join(tx.Messages().Put(m), tx.Words().Erase(tk.Summary)); err != nil {
			t.Fatal(err)
		}
	})
	_, body, _ := get(t, "GET", w.serve(nil)+"/public/1")
	if strings.Contains(body, "打骂") || strings.Contains(body, "路灯") || !strings.Contains(body, "居民说（已撤回），已劝解") || !strings.Contains(body, "原话已撤回") {
		t.Error(body)
	}
}

func TestPublicResultsAreListedNewestFirstInPages(t *testing.T) {
	w := newTown(t)
	for no := range grid.TicketNo(23) {
		w.publish(no+1, nil)
	}
	url := w.serve(nil)
	for _, c := range []struct {
		path        string
		first, last int
		count       int
		links       []string
	}{
		{"/public", 23, 14, 10, []string{"/public?page=2"}},
		{"/public?page=2", 13, 4, 10, []string{"/public?page=1", "/public?page=3"}},
		{"/public?page=3", 3, 1, 3, []string{"/public?page=2"}},
		{"/public?page=x", 23, 14, 10, nil},
	} {
		_, body, _ := get(t, "GET", url+c.path)
		if n := strings.Count(body, "<article"); n != c.count {
			t.Errorf("%s lists %d", c.path, n)
		}
		first, last := strings.Index(body, fmt.Sprintf(`id="n%d"`, c.first)), strings.Index(body, fmt.Sprintf(`id="n%d"`, c.last))
		if first < 0 || last < first {
			t.Errorf("%s goes not from %d to %d", c.path, c.first, c.last)
		}
		for _, link := range c.links {
			if !strings.Contains(body, `href="`+link+`"`) {
				t.Errorf("%s does not lead to %s", c.path, link)
			}
		}
	}
	for _, path := range []string{"/public?page=4", "/public/99", "/public/x"} {
		if status, _, _ := get(t, "GET", url+path); status != 404 {
			t.Errorf("%s answers %d", path, status)
		}
	}
}
