package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"youshi/grid"
	"youshi/reports"
	"youshi/storage"
)

// detail is one ticket with its journal and what was heard about it.
type detail struct {
	reports.Detail
	beside
}

// ticket answers GET /api/tickets/N.
func (b *Web) ticket(w http.ResponseWriter, r *http.Request) error {
	who, err := b.who(r)
	if err != nil {
		return err
	}
	unknown := &grid.Error{Code: grid.NotFound, Say: fmt.Sprintf("没有 %s 号事项。", r.PathValue("no"))}
	no, err := strconv.Atoi(r.PathValue("no"))
	if err != nil {
		return unknown
	}
	var out detail
	look := false
	read := func(tx storage.Tx) error {
		look = false
		t, err := tx.Tickets().Get(grid.TicketNo(no))
		if errors.Is(err, storage.ErrNotFound) {
			return unknown
		} else if err != nil {
			return fmt.Errorf("reading ticket %d: %w", no, err)
		}
		if err := b.meet(tx, &who); err != nil {
			return err
		}
		may, err := who.sees(tx, t)
		if err != nil {
			return err
		}
		if !may.seen {
			return unknown // as for a number that does not exist
		}
		if look, err = who.looked(tx, t); err != nil {
			return err
		}
		now := b.opt.Now()
		d, err := reports.DetailOf(tx, t.No, now.Location())
		if err != nil {
			return err
		}
		if !may.whole {
			if err := who.limit(tx, &d, may.named); err != nil {
				return err
			}
		}
		out = detail{d, besideOf(t, now)}
		return nil
	}
	err = b.view(r.Context(), read)
	if err == nil && look && b.opt.Looked != nil { // whoever reads a private matter is in its journal before it is read
		err = b.opt.Store.Update(r.Context(), b.opt.Community, func(tx storage.Tx) error {
			if err := b.opt.Looked(tx, out.Number, who.p.ID, who.now); err != nil {
				return err
			}
			return read(tx)
		})
	}
	if err != nil {
		return err
	}
	return give(w, r, out)
}

// limit leaves of a ticket what a resident may read: of the lines those said in
// the open or by themselves, and no name of a reporter who spoke in private.
func (e eyes) limit(tx storage.Tx, d *reports.Detail, named bool) error {
	hidden := map[grid.MessageID]bool{}
	for _, h := range d.Heard {
		m, err := tx.Messages().Get(h.ID)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return fmt.Errorf("reading message %s: %w", h.ID, err)
		}
		hidden[h.ID] = !open(m.Chat) && (m.From == "" || m.From != e.p.ID && !slices.Contains(e.p.Former, m.From))
	}
	d.Heard = slices.DeleteFunc(d.Heard, func(h reports.FlatMessage) bool { return hidden[h.ID] })
	d.Messages = slices.DeleteFunc(slices.Clone(d.Messages), func(id grid.MessageID) bool { return hidden[id] })
	if named {
		return nil
	}
	for i := range d.Journal {
		if d.Journal[i].Who == d.Reporter {
			d.Journal[i].Who = ""
		}
	}
	d.Reporter = ""
	return nil
}
