package handlers_test

import (
	"slices"
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// delivered marks posts as said, as the Sender does.
func (h *house) delivered(all posts) {
	h.Helper()
	h.update(func(tx storage.Tx) error {
		for _, o := range all {
			o.State, o.SentAt = grid.Sent, h.now
			if _, err := tx.Outbox().Set(o); err != nil {
				return err
			}
		}
		return nil
	})
}

// doubted lets somebody say something in which one step alone sees danger, and gives
// the card.
func (h *house) doubted(who, text string) grid.Outgoing {
	h.Helper()
	got := h.say(who, text, grid.Intent{Kind: grid.Chatter, Danger: "gas", By: "rule"}).posts
	h.delivered(got)
	return got.one(h)
}

func open(words string) grid.Command { return grid.Command{Want: grid.WantOpen, Text: words} }

func TestTheOnlySuspicionIsOpenedByAWord(t *testing.T) {
	h := newHouse(t)
	h.doubted("张大妈", "怎么有煤气味")
	h.order("物业小孙", open("")).posts.kind(grid.PostRefusal).one(h)
	h.order("李敏", open(""))
	tk := h.ticket(1)
	h.is("urgency", tk.Urgency, grid.Emergency)
	h.is("reporter", tk.Reporter, h.ids["张大妈"])
	h.is("once", h.order("李敏", open("")).posts.one(h).Kind, grid.PostRefusal)
}

func TestOfSeveralSuspicionsOneMustBeNamedOrQuoted(t *testing.T) {
	h := newHouse(t)
	first := h.doubted("张大妈", "怎么有煤气味")
	h.doubted("李大爷", "又闻到味了")
	asks := h.order("李敏", open("")).posts.one(h)
	h.is("kind", asks.Kind, grid.PostAnswer)
	h.says(asks, "李大爷、张大妈", "引用")
	h.order("李敏", open("李大爷"))
	h.is("by name", h.ticket(1).Reporter, h.ids["李大爷"])
	h.doubted("王阿姨", "谁家煤气没关")
	m := h.line("李敏", staff, grid.TextMessage, "是，立案")
	m.ReplyTo = first.ID
	h.hears(grid.EventMessage, m, grid.Intent{Kind: grid.Order, Command: &grid.Command{Want: grid.WantOpen, Quoted: true}})
	h.is("by quote", h.ticket(2).Reporter, h.ids["张大妈"])
	h.order("李敏", open("没关"))
	h.is("by what was said", h.ticket(3).Reporter, h.ids["王阿姨"])
}

func TestAnOldSuspicionIsNotOpenedByABareWord(t *testing.T) {
	h := newHouse(t)
	h.doubted("张大妈", "怎么有煤气味")
	h.after(25 * time.Hour)
	no := h.order("李敏", open("")).posts
	h.is("refused", slices.ContainsFunc(no, func(o grid.Outgoing) bool { return o.Kind == grid.PostRefusal }), true)
}
