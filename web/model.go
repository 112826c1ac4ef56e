package web

import (
	"net/http"
	"time"

	"youshi/storage"
)

// model answers GET /api/model: how the program understands at the moment (see
// reports.ModelState). What it costs and where files lie is for those alone who
// may see everything, and for operators.
func (b *Web) model(w http.ResponseWriter, r *http.Request) error {
	who, err := b.who(r)
	if err != nil {
		return err
	}
	if b.opt.Model == nil {
		return give(w, r, nil)
	}
	s, err := b.opt.Model(r.Context())
	if err != nil {
		return err
	}
	if err := b.view(r.Context(), func(tx storage.Tx) error { return b.meet(tx, &who) }); err != nil {
		return err
	}
	s.At = s.At.Truncate(time.Minute) // an answer stays the same while nothing changes
	if !who.all && !who.operates() {
		s.Local.File = ""
		if l := s.LLM; l != nil {
			l.Model, l.Last, l.Priced, l.Cost, l.CostMax = "", "", false, 0, 0
		}
	}
	return give(w, r, s)
}
