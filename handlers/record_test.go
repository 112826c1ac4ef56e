package handlers_test

import (
	"strings"
	"testing"

	"youshi/grid"
	"youshi/storage"
)

// noted is a record of three items: a lamp, somebody's home, a lift; 王大爷 told of the lamp.
func noted() grid.Intent {
	c := grid.Command{Want: grid.WantRecord, Items: []string{"王大爷：3号楼路灯不亮", "6号楼那家的事，邻居的病没人管", "电梯坏了"}, Tellers: []string{"王大爷", "", ""}}
	light := of(lift(), func(in *grid.Intent) {
		in.Topic, in.Location, in.Summary = "facilities", "3号楼", "3号楼路灯不亮"
	})
	return grid.Intent{Kind: grid.Order, Command: &c, Items: []grid.Intent{light, beaten(), lift()}, By: "rule", Confidence: 1}
}

func TestEachItemOfARecordIsAnOfflineMatterOfItsOwn(t *testing.T) {
	h := newHouse(t)
	got := h.sayIn(staff, "李敏", "记 …", noted())
	h.is("the record is a command", got.msg.Outcome, grid.OutCommand)
	for no, want := range []struct {
		reporter string
		private  bool
	}{{"王大爷", false}, {"李敏", true}, {"李敏", false}} {
		tk := h.ticket(grid.TicketNo(no + 1))
		h.is("source", tk.Source, grid.Offline)
		h.is("status", tk.Status, grid.Proposed)
		h.is("grid", tk.Area, place)
		h.is("private", tk.Private, want.private)
		h.view(func(tx storage.Tx) error {
			p, err := tx.Roster().Person(tk.Reporter)
			h.is("reporter", p.Name, want.reporter)
			if err != nil {
				return err
			}
			m, err := tx.Messages().Get(tk.Opening)
			h.is("words", m.Text, noted().Command.Items[no])
			h.is("of its own", m.Ticket, tk.No)
			return err
		})
	}
	h.is("the same queue", len(got.posts.kind(grid.PostConfirm)), 3)
	h.says(got.posts.kind(grid.PostAnswer).one(h), "1号", "3号楼路灯不亮", "王大爷", "2号 不公开", "3号")
	for _, o := range got.posts {
		if strings.HasPrefix(string(o.To), "group:") || strings.Contains(o.Text, "邻居的病") || strings.Contains(o.Text, "6号楼") {
			t.Errorf("to %s: %s", o.To, o.Text)
		}
	}
	h.order("李敏", want(grid.WantConfirm, 1))
	h.order("李敏", with(grid.WantResolve, 1, "换了灯泡")).posts.to(group).none(h)
}

func TestARecordInTheGroupTellsOfThePrivateItemAlone(t *testing.T) {
	h := newHouse(t)
	got := h.sayIn(group, "李敏", "记 …", noted())
	aloud := got.posts.to(group).one(h)
	h.says(aloud, "1号", "3号")
	if strings.Contains(aloud.Text, "2号") || strings.Contains(aloud.Text, "邻居的病") {
		t.Errorf("said aloud: %s", aloud.Text)
	}
	h.says(got.posts.to(h.private("李敏")).kind(grid.PostAnswer).one(h), "2号")
}

func TestTheSameNameOfOneGridIsOnePersonAndNobodysAccount(t *testing.T) {
	h := newHouse(t)
	c := grid.Command{Want: grid.WantRecord, Items: []string{"张大妈：灯坏了", "张大妈：又坏了"}, Tellers: []string{"张大妈", "张大妈"}}
	h.sayIn(staff, "李敏", "记 …", grid.Intent{Kind: grid.Order, Command: &c, Items: []grid.Intent{lift(), lift()}})
	one, two := h.ticket(1), h.ticket(2)
	h.is("one person", one.Reporter, two.Reporter)
	h.is("not the one with that name in the group", one.Reporter == h.ids["张大妈"], false)
	h.order("张大妈", want(grid.WantWithdraw, 1)).posts.kind(grid.PostRefusal).one(h)
	h.is("who has no say in it", h.ticket(1).Status, grid.Proposed)
}

func TestWhoMayRecordAndHowMuch(t *testing.T) {
	h := newHouse(t)
	h.says(h.say("张大妈", "小格 记 …", noted()).posts.one(h), "工作人员")
	many := grid.Command{Want: grid.WantRecord, Items: make([]string, 21)}
	h.says(h.sayIn(staff, "李敏", "记 …", grid.Intent{Kind: grid.Order, Command: &many}).posts.one(h), "20")
	h.view(func(tx storage.Tx) error {
		for tk, err := range tx.Tickets().All() {
			t.Errorf("ticket %d was opened, %v", tk.No, err)
		}
		return nil
	})
	h.sayIn(h.private("李敏"), "李敏", "记 …", noted()) // in private: for the grid she works in
	h.is("grid", h.ticket(3).Area, place)
}

func TestAnEmergencyThatWasRecordedWarnsTheNeighbours(t *testing.T) {
	h := newHouse(t)
	c := grid.Command{Want: grid.WantRecord, Items: []string{"5号楼楼道有燃气味"}}
	got := h.sayIn(staff, "李敏", "记 …", grid.Intent{Kind: grid.Order, Command: &c, Items: []grid.Intent{gas()}})
	warning := got.posts.to(group).one(h)
	h.is("class", warning.Class, grid.ClassEmergency)
	h.says(warning, "突发")
	h.is("source", h.ticket(1).Source, grid.Offline)
}

func TestARecordTakenBackTakesItsItemsBack(t *testing.T) {
	h := newHouse(t)
	said := h.sayIn(staff, "李敏", "记 …", noted()).msg
	h.order("李敏", want(grid.WantConfirm, 3))
	h.recall("李敏", said.ID)
	h.is("one", h.ticket(1).Reason, grid.ReasonRecalled)
	h.is("two", h.ticket(2).Reason, grid.ReasonRecalled)
	h.is("what was confirmed goes on", h.ticket(3).Status, grid.Open)
	h.view(func(tx storage.Tx) error {
		for no := range grid.TicketNo(3) {
			tk, err := tx.Tickets().Get(no + 1)
			if err != nil {
				return err
			}
			m, err := tx.Messages().Get(tk.Opening)
			if err != nil {
				return err
			}
			words, err := tx.Words().Get(tk.Summary)
			h.is("what is left of the words", m.Text+words, "")
			if err != nil {
				return err
			}
			posts, err := tx.Outbox().Of(tk.No)
			for _, o := range posts {
				if strings.Contains(o.Text, "3号楼路灯不亮") {
					t.Errorf("still in a post: %s", o.Text)
				}
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
