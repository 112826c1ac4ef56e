// Package web shows what the program holds: the ticket board, tickets as JSON,
// health and metrics. It changes nothing but what an operator mends.
package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"youshi/grid"
	"youshi/reports"
	"youshi/storage"
)

// Options is what the board is built of.
type Options struct {
	Store     storage.Store
	Community grid.CommunityID
	Now       func() time.Time // of the one clock, in the community's time zone
	// Who says in whose name a request is answered; all: the caller may see every
	// ticket. Nil: every caller may. An error with Status() int gets that status,
	// any other 401.
	Who func(r *http.Request) (name string, all bool, err error)
	// Accounts is the channel on which the names that Who gives are accounts.
	Accounts grid.ChannelID
	// Looked writes down that somebody read a private matter; nil: nothing is.
	Looked   func(tx storage.Tx, no grid.TicketNo, by grid.PersonID, at time.Time) error
	Operate  Operating // how the program runs, for operators; nil: nothing is told
	Checks   []Check
	Model    func(ctx context.Context) (reports.ModelState, error) // how the program understands; nil: nothing is told
	Registry *prometheus.Registry                                  // nil: no /metrics
	Exports  string                                                // the folder of exports that may be fetched; "": none
	Log      *slog.Logger                                          // nil: silent
}

// Check is one line of /healthz.
type Check struct {
	Name string                          // "store", "lanes"
	Do   func(ctx context.Context) error // its error is a sentence for the operator
}

// Web is the board and the calls beside it.
type Web struct {
	opt     Options
	cross   *http.CrossOriginProtection
	metrics http.Handler
}

// New builds the board. The error is a registry's that knows the figures already.
func New(o Options) (*Web, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.Who == nil {
		o.Who = func(*http.Request) (string, bool, error) { return "", true, nil }
	}
	w := &Web{opt: o, cross: http.NewCrossOriginProtection()}
	if o.Registry != nil {
		if err := o.Registry.Register(&figures{opt: o}); err != nil {
			return nil, err
		}
		w.metrics = promhttp.HandlerFor(o.Registry, promhttp.HandlerOpts{})
	}
	return w, nil
}

// Register puts the board's calls on mux.
func (b *Web) Register(mux *http.ServeMux) {
	mux.Handle("/board", b.get(b.board))
	mux.Handle("/static/board/{file}", b.get(b.asset))
	mux.Handle("/public", b.get(b.publics))
	mux.Handle("/exports/{file}", b.get(b.export))
	mux.Handle("/public/{no}", b.get(b.public))
	mux.Handle("/static/public.css", b.get(b.publicStyle))
	mux.Handle("/api/tickets", b.get(b.tickets))
	mux.Handle("/api/tickets/{no}", b.get(b.ticket))
	mux.Handle("/api/model", b.get(b.model))
	mux.Handle("/api/operator", b.get(b.operation))
	mux.Handle("/api/operator/scan/{channel}", b.get(b.scan))
	mux.Handle("/api/operator/posts/{community}/{id}", b.post(b.mend))
	mux.Handle("/healthz", b.get(b.healthz))
	if b.metrics != nil {
		mux.Handle("/metrics", b.metrics)
	}
}

// Handler gives the board's calls on a mux of their own.
func (b *Web) Handler() http.Handler {
	mux := http.NewServeMux()
	b.Register(mux)
	return mux
}

// get answers GET and HEAD with do, everything else with 405.
func (b *Web) get(do func(http.ResponseWriter, *http.Request) error) http.Handler {
	return b.answer(do, http.MethodGet, http.MethodHead)
}

// post answers POST of the program's own pages with do, everything else with 405.
func (b *Web) post(do func(http.ResponseWriter, *http.Request) error) http.Handler {
	return b.answer(func(w http.ResponseWriter, r *http.Request) error {
		if err := b.cross.Check(r); err != nil {
			return &grid.Error{Code: grid.Forbidden, Say: "不接受别的网站发来的请求。", Err: err}
		}
		return do(w, r)
	}, http.MethodPost)
}

func (b *Web) answer(do func(http.ResponseWriter, *http.Request) error, methods ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if !slices.Contains(methods, r.Method) {
			w.Header().Set("Allow", methods[0])
			fail(w, http.StatusMethodNotAllowed, "这个接口不支持 "+r.Method+"。")
			return
		}
		err := do(w, r)
		var ge *grid.Error
		var with interface{ Status() int }
		switch {
		case err == nil || r.Context().Err() != nil:
		case errors.As(err, &with):
			fail(w, with.Status(), err.Error())
		case errors.As(err, &ge) && ge.Code == grid.NotFound:
			fail(w, http.StatusNotFound, ge.Say)
		case errors.As(err, &ge) && ge.Code == grid.Invalid:
			fail(w, http.StatusBadRequest, ge.Say)
		case errors.As(err, &ge) && ge.Code == grid.Forbidden:
			fail(w, http.StatusForbidden, ge.Say)
		case errors.As(err, &ge) && ge.Code == grid.Conflict:
			fail(w, http.StatusConflict, ge.Say)
		default:
			b.opt.Log.Error("answering", "part", "web", "path", r.URL.Path, "err", err)
			fail(w, http.StatusInternalServerError, "出了点问题，请再试一次。")
		}
	})
}
