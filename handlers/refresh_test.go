package handlers_test

import (
	"strings"
	"testing"

	"youshi/grid"
	"youshi/storage"
)

// editing lets what is said in the staff chat be rewritten.
func editing(h *house) {
	h.acts.Edits = func(_ storage.Tx, to grid.ChatID) (bool, error) { return to == staff, nil }
}

// edits gives what rewrites an earlier post and still waits.
func (h *house) edits() (out posts) {
	h.view(func(tx storage.Tx) error {
		for o, err := range tx.Outbox().Queue() {
			if err != nil {
				return err
			}
			if o.Replaces != "" {
				out = append(out, o)
			}
		}
		return nil
	})
	return out
}

func TestTheCardOfAMatterLivesWhereItCanBeRewritten(t *testing.T) {
	h := newHouse(t, editing)
	card := h.say("张大妈", "电梯坏了", lift()).posts.kind(grid.PostConfirm).one(h)
	h.edits().none(h)
	got := h.press("李敏", card, "确认")
	got.posts.kind(grid.PostConfirm).none(h)
	edit := h.edits().one(h)
	h.is("rewrites", edit.Replaces, card.ID)
	h.is("class", edit.Class, grid.ClassAnswer)
	for _, b := range edit.Buttons {
		if b.Command.Want != grid.WantAssign {
			t.Errorf("the button %s is of no use any more", b.Label)
		}
	}
	h.says(edit, "1号", "已立案", "李敏")
	for _, o := range got.posts.to(staff) {
		if o.Replaces == "" {
			t.Errorf("the card says it, and the bot says it once more: %s", o.Text)
		}
	}
	// By words, where nothing was pressed, whoever asked is answered; the card says
	// the latest alone.
	got = h.order("李敏", with(grid.WantResolve, 1, "修好了"))
	h.says(got.posts.to(staff).kind(grid.PostAnswer)[0], "1号")
	last := h.edits().one(h)
	h.says(last, "待评价")
}

func TestTheCardOfAPrivateMatterSaysNoMoreThanBefore(t *testing.T) {
	h := newHouse(t, editing)
	in := lift()
	in.Sensitive, in.Summary = true, "家里吵架"
	card := h.say("张大妈", "家里吵架了", in).posts.kind(grid.PostConfirm).to(staff).one(h)
	h.press("李敏", card, "确认")
	edit := h.edits().one(h)
	h.says(edit, "不公开")
	if strings.Contains(edit.Text, "吵架") {
		t.Errorf("the card tells: %s", edit.Text)
	}
}

func TestACardWithoutAPlaceToRewriteStaysAndIsAnswered(t *testing.T) {
	h := newHouse(t)
	card := h.say("张大妈", "电梯坏了", lift()).posts.kind(grid.PostConfirm).one(h)
	got := h.press("李敏", card, "确认")
	h.edits().none(h)
	h.says(got.posts.to(staff).one(h), "立案")
}

func TestAQuestionStaysUntilItIsAnswered(t *testing.T) {
	h := newHouse(t, editing)
	card := h.say("张大妈", "电梯坏了", lift()).posts.kind(grid.PostConfirm).one(h)
	h.press("李敏", card, "确认")
	h.order("李敏", grid.Command{Want: grid.WantAssign, Ticket: 1, Who: "物业小孙"})
	h.order("物业小孙", want(grid.WantAccept, 1))
	ask := h.order("物业小孙", grid.Command{Want: grid.WantExtend, Ticket: 1, Days: 2, Text: "等配件"}).posts.kind(grid.PostConfirm).one(h)
	h.order("李敏", grid.Command{Want: grid.WantReclassify, Ticket: 1, Category: grid.Pending})
	for _, e := range h.edits() {
		if e.Replaces == ask.ID {
			t.Errorf("the question is rewritten while it is open: %s", e.Text)
		}
	}
	h.press("王书记", ask, "同意")
	found := false
	for _, e := range h.edits() {
		found = found || e.Replaces == ask.ID && len(e.Buttons) == 0
	}
	if !found {
		t.Error("the answered question keeps its button")
	}
}
