package handlers_test

import (
	"fmt"
	"strings"
	"testing"

	"youshi/grid"
	"youshi/storage"
)

// refuse puts the confirm card of ticket 1 to somebody aside, as a channel does that
// cannot write to them, and tells the handlers.
func (h *house) refuse(to grid.ChatID) {
	h.Helper()
	h.update(func(tx storage.Tx) error {
		posts, err := tx.Outbox().Of(1)
		for _, o := range posts {
			if o.Kind != grid.PostConfirm || o.To != to {
				continue
			}
			o.State, o.Reason = grid.PutAside, "never pressed Start"
			if _, err := tx.Outbox().Set(o); err != nil {
				return err
			}
			if err := h.acts.Refused(tx, o.ID, h.now); err != nil {
				return err
			}
		}
		return err
	})
}

// cards tells where confirm cards of ticket 1 wait, were said or were given up, in
// the order of their writing.
func (h *house) cards() string {
	h.Helper()
	var got []string
	h.update(func(tx storage.Tx) error {
		posts, err := tx.Outbox().Of(1)
		for _, o := range posts {
			if o.Kind == grid.PostConfirm {
				got = append(got, fmt.Sprint(o.To, " ", o.State))
			}
		}
		return err
	})
	return strings.Join(got, ", ")
}

func TestACardThatTheWorkerCannotGetGoesWhereItIsRead(t *testing.T) {
	h := newHouse(t, withoutStaffChat)
	worker := grid.ChatID("private:" + string(h.ids["李敏"]))
	h.say("张大妈", "3号楼2单元的灯坏了", lift())
	h.is("cards", h.cards(), string(worker)+" waiting")

	h.refuse(worker)
	h.is("of one whom the channel still reaches", h.cards(), string(worker)+" aside")

	h.away = []string{"李敏"}
	h.refuse(worker)
	h.is("of one out of reach", h.cards(), string(worker)+" dropped"+", "+string(group)+" waiting")
}

func TestACardOfAPrivateMatterGoesToNoGroupInstead(t *testing.T) {
	h := newHouse(t, withoutStaffChat)
	worker, secretary := grid.ChatID("private:"+string(h.ids["李敏"])), grid.ChatID("private:"+string(h.ids["王书记"]))
	in := lift()
	in.Sensitive = true
	h.say("张大妈", "楼上在打孩子", in)
	h.is("cards", h.cards(), string(worker)+" waiting")

	h.away = []string{"李敏"}
	h.refuse(worker)
	h.is("cards", h.cards(), string(worker)+" dropped"+", "+string(secretary)+" waiting")

	h.away = []string{"李敏", "王书记"}
	h.refuse(secretary)
	h.is("nobody is left", h.cards(), string(worker)+" dropped"+", "+string(secretary)+" aside")
}
