package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"youshi/grid"
	"youshi/reports"
	"youshi/storage"
)

// row is a ticket in the list: flat, and what the board needs beside it.
type row struct {
	reports.Flat
	beside
}

// beside is what the board shows and the flat ticket does not say.
type beside struct {
	Area    grid.AreaID `json:"area"`
	Kind    grid.Kind   `json:"kind"`
	HeardAt time.Time   `json:"heard_at"`
	Overdue bool        `json:"overdue"`
	Step    string      `json:"step,omitempty"` // of due: confirm, accept, resolve, poll
}

// filter says which tickets an answer lists.
type filter struct {
	status   grid.Status
	areas    []grid.AreaID // nil: all
	category grid.Category
	overdue  bool
}

// parseFilter reads ?status=&area=&category=&overdue=1. An area stands for all below it.
func parseFilter(tx storage.Tx, q url.Values) (filter, error) {
	f := filter{status: grid.Status(q.Get("status")), category: grid.Category(q.Get("category"))}
	if f.status != "" && !slices.Contains(grid.Statuses(), f.status) {
		return f, &grid.Error{Code: grid.Invalid, Say: fmt.Sprintf("没有“%s”这种状态（status）。", f.status)}
	}
	if f.category != "" && !slices.Contains(grid.Categories(), f.category) {
		return f, &grid.Error{Code: grid.Invalid, Say: fmt.Sprintf("没有“%s”这个分类（category）。", f.category)}
	}
	if v := q.Get("overdue"); v != "" {
		var err error
		if f.overdue, err = strconv.ParseBool(v); err != nil {
			return f, &grid.Error{Code: grid.Invalid, Say: "overdue 请写 1 或 0。"}
		}
	}
	if a := q.Get("area"); a != "" {
		var err error
		if f.areas, err = storage.Subtree(tx.Roster(), grid.AreaID(a)); err != nil {
			return f, err
		}
	}
	return f, nil
}

func (f filter) keeps(t grid.Ticket, now time.Time) bool {
	return (f.status == "" || t.Status == f.status) && (f.category == "" || t.Category == f.category) &&
		(!f.overdue || overdue(t, now)) && (f.areas == nil || slices.Contains(f.areas, t.Area))
}

// overdue reports whether somebody should have acted by now. A poll's end is
// nobody's lateness.
func overdue(t grid.Ticket, now time.Time) bool {
	return t.Due != nil && t.Due.Step != "poll" && t.Status != grid.OnHold && now.After(t.Due.Due)
}

// tickets answers GET /api/tickets.
func (b *Web) tickets(w http.ResponseWriter, r *http.Request) error {
	who, err := b.who(r)
	if err != nil {
		return err
	}
	var rows []row
	err = b.view(r.Context(), func(tx storage.Tx) error {
		rows = []row{}
		f, err := parseFilter(tx, r.URL.Query())
		if err != nil {
			return err
		}
		if err := b.meet(tx, &who); err != nil {
			return err
		}
		now := b.opt.Now()
		for t, err := range tx.Tickets().All() {
			if err != nil {
				return fmt.Errorf("reading tickets: %w", err)
			}
			if !f.keeps(t, now) {
				continue
			}
			may, err := who.sees(tx, t)
			if err != nil {
				return err
			}
			if !may.seen {
				continue
			}
			flat, err := reports.FlatOf(tx, t, now.Location())
			if err != nil {
				return fmt.Errorf("telling ticket %d: %w", t.No, err)
			}
			if !may.named {
				flat.Reporter = ""
			}
			rows = append(rows, row{flat, besideOf(t, now)})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return give(w, r, map[string]any{"tickets": rows, "viewer": who.viewer(), "now": b.opt.Now().Truncate(time.Minute)}) // to the minute: an answer stays the same while nothing changes
}

func (b *Web) view(ctx context.Context, fn func(storage.Tx) error) error {
	return b.opt.Store.View(ctx, b.opt.Community, fn)
}

func besideOf(t grid.Ticket, now time.Time) beside {
	out := beside{Area: t.Area, Kind: t.Kind, HeardAt: t.Heard.In(now.Location()), Overdue: overdue(t, now)}
	switch {
	case t.Status == grid.Resolved:
		out.Step = "poll"
	case t.Due != nil:
		out.Step = t.Due.Step
	}
	return out
}

// give writes v as JSON, or 304 when the caller has it already: a board asks
// every few seconds.
func give(w http.ResponseWriter, r *http.Request, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("writing an answer: %w", err)
	}
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache, private")
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	_, _ = w.Write(append(body, '\n')) // the caller hung up: nobody is left to tell
	return nil
}

func fail(w http.ResponseWriter, status int, say string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": say})
}
