package handlers_test

import (
	"errors"
	"testing"

	"youshi/grid"
	"youshi/reports"
	"youshi/storage"
)

// kept reports whether a line and any post about a ticket are still there.
func (h *house) kept(id grid.MessageID, no grid.TicketNo) (line, posts bool) {
	h.Helper()
	h.view(func(tx storage.Tx) error {
		_, err := tx.Messages().Get(id)
		if line = err == nil; err != nil && !errors.Is(err, storage.ErrNotFound) {
			return err
		}
		all, err := tx.Outbox().Of(no)
		posts = len(all) > 0
		return err
	})
	return line, posts
}

func TestWordsAreForgottenAfterTheMonthsOfTheSiteAndTheRecordStays(t *testing.T) {
	for name, c := range map[string]struct {
		months int
		ended  bool
		kept   bool
	}{
		"an ended matter's":            {4, true, false},
		"an open matter's are kept":    {4, false, true},
		"a site that keeps all":        {0, true, true},
		"a site that keeps for longer": {7, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.acts.KeepMonths = c.months
			h.update(func(tx storage.Tx) error { return h.acts.Begin(tx, h.now) })
			m := h.say("张大妈", "电梯坏了", lift()).msg.ID
			if c.ended {
				h.order("李敏", with(grid.WantReject, 1, "不归社区管"))
			}
			h.speak()
			before := h.record(1)
			h.unchecked = true // lines that are gone are no disorder
			h.advance(h.now.AddDate(0, 6, 0))
			line, posts := h.kept(m, 1)
			h.is("line", line, c.kept)
			h.is("posts", posts, c.kept)
			if c.ended {
				h.is("ticket and journal", h.record(1), before)
			}
			h.view(func(tx storage.Tx) error {
				wrong, err := reports.Audit(tx)
				h.is("contradictions", len(wrong), 0)
				return err
			})
			if c.months == 4 && c.ended {
				h.order("李敏", want(grid.WantLook, 1)).posts.one(h)
				h.is("still works", h.say("张大妈", "又坏了", lift()).ticket.No, grid.TicketNo(2))
			}
		})
	}
}
