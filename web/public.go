package web

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"youshi/grid"
	"youshi/reports"
	"youshi/storage"
)

// onPage is how many public results one page lists.
const onPage = 10

// bare lets the public page load its style and nothing else: it has no script.
const bare = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

var publicPage = template.Must(template.New("public.html").Funcs(template.FuncMap{
	"day": func(t time.Time) string { return t.Format("2006年1月2日") },
}).ParseFS(static, "static/public.html"))

// publicView is what the page is filled with.
type publicView struct {
	Community grid.CommunityID
	All       []reports.Public
	One       bool // a single matter
	Missing   bool // there is none of that number
	Count     int
	Page      int // from 1
	Pages     int
}

// Before and After are the neighbouring pages, 0 where there is none.
func (v publicView) Before() int { return max(0, v.Page-1) }

// After is the page after this one, 0 where there is none.
func (v publicView) After() int {
	if v.Page >= v.Pages {
		return 0
	}
	return v.Page + 1
}

// publics answers GET /public, for anybody.
func (b *Web) publics(w http.ResponseWriter, r *http.Request) error {
	v := publicView{Community: b.opt.Community, Page: 1}
	if n, err := strconv.Atoi(r.URL.Query().Get("page")); err == nil && n > 1 && n < 1_000_000 {
		v.Page = n
	}
	err := b.view(r.Context(), func(tx storage.Tx) (err error) {
		v.All, v.Count, err = reports.Publics(tx, b.opt.Now().Location(), (v.Page-1)*onPage, onPage)
		return err
	})
	if err != nil {
		return err
	}
	v.Pages = (v.Count + onPage - 1) / onPage
	if v.Missing = v.Page > 1 && v.Page > v.Pages; v.Missing {
		return show(w, r, http.StatusNotFound, v)
	}
	return show(w, r, http.StatusOK, v)
}

// public answers GET /public/N, for anybody: what is not public does not exist.
func (b *Web) public(w http.ResponseWriter, r *http.Request) error {
	v := publicView{Community: b.opt.Community, One: true, Missing: true}
	no, err := strconv.Atoi(r.PathValue("no"))
	if err != nil {
		return show(w, r, http.StatusNotFound, v)
	}
	err = b.view(r.Context(), func(tx storage.Tx) error {
		t, err := tx.Tickets().Get(grid.TicketNo(no))
		if errors.Is(err, storage.ErrNotFound) || err == nil && !t.Published() {
			return nil
		} else if err != nil {
			return fmt.Errorf("reading ticket %d: %w", no, err)
		}
		p, err := reports.PublicOf(tx, t, b.opt.Now().Location())
		v.All, v.Missing = []reports.Public{p}, false
		return err
	})
	if err != nil {
		return err
	}
	status := http.StatusOK
	if v.Missing {
		status = http.StatusNotFound
	}
	return show(w, r, status, v)
}

func show(w http.ResponseWriter, r *http.Request, status int, v publicView) error {
	var page bytes.Buffer
	if err := publicPage.Execute(&page, v); err != nil {
		return fmt.Errorf("writing the public page: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", bare)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache") // what is taken back must be gone at the next look
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(page.Bytes()) // the caller hung up: nobody is left to tell
	}
	return nil
}

// publicStyle answers GET /static/public.css.
func (b *Web) publicStyle(w http.ResponseWriter, r *http.Request) error {
	return serveFile(w, r, "public.css")
}
