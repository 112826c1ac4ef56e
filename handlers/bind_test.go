package handlers_test

import (
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// invites makes a code.
func (h *house) invites(in grid.Invitation) string {
	h.Helper()
	code := grid.NewCode()
	in.Key, in.Made, in.Until = grid.CodeKey(code), h.now, h.now.Add(days(7))
	h.update(func(tx storage.Tx) error { return storage.Invite(tx, in) })
	return code
}

// binds says 绑定 with a code, by the account that the person has in this town.
func (h *house) binds(chat grid.ChatID, who, code string) heard {
	h.Helper()
	return h.bindsAs(chat, who, code, false)
}

func (h *house) bindsAs(chat grid.ChatID, who, code string, weak bool) heard {
	h.Helper()
	m := h.line(who, chat, grid.TextMessage, "绑定 "+code)
	h.update(func(tx storage.Tx) error { return tx.Messages().Put(m) })
	c := grid.Command{Want: grid.WantBind, Text: code}
	return h.act(grid.Event{Kind: grid.EventMessage, Chat: chat, From: m.From, Message: m,
		Speaker: grid.Speaker{Identity: grid.Identity{Channel: "test", ID: who, Weak: weak}},
		Intent:  grid.Intent{Kind: grid.Order, Command: &c, By: "rule", Confidence: 1}})
}

func (h *house) person(id grid.PersonID) (p grid.Person) {
	h.Helper()
	h.view(func(tx storage.Tx) (err error) { p, err = tx.Roster().Person(id); return err })
	return p
}

func (h *house) roleOf(who string) (role grid.Role) {
	h.Helper()
	h.view(func(tx storage.Tx) (err error) {
		role, err = storage.RoleIn(tx.Roster(), h.person(h.ids[who]), place, h.now)
		return err
	})
	return role
}

func TestACodeInPrivateGivesTheRoleOnce(t *testing.T) {
	h := newHouse(t)
	code := h.invites(grid.Invitation{Role: grid.GridWorker, Area: place, Name: "张网格"})
	got := h.binds(h.private("张大妈"), "张大妈", code)
	h.says(got.posts.to(h.private("张大妈")).one(h), "张网格", "第3网格的网格员")
	h.is("the outcome", got.msg.Outcome, grid.OutCommand)
	h.is("the role", h.roleOf("张大妈"), grid.GridWorker)
	h.is("the name", h.person(h.ids["张大妈"]).Name, "张网格")
	h.says(h.binds(h.private("李大爷"), "李大爷", code).posts.one(h), "用过了")
	h.is("the second's role", h.roleOf("李大爷"), grid.Resident)
	h.view(func(tx storage.Tx) error {
		all, err := storage.Appointments(tx)
		if len(all) != 1 || all[0].Did != "bound" || all[0].Person != h.ids["张大妈"] || all[0].Channel != "test" {
			t.Errorf("the record says %+v", all)
		}
		return err
	})
}

func TestACodeIsGoodForItsTimeOnly(t *testing.T) {
	h := newHouse(t)
	code := h.invites(grid.Invitation{Role: grid.GridWorker, Area: place})
	h.now = h.now.Add(days(7))
	h.says(h.binds(h.private("张大妈"), "张大妈", code).posts.one(h), "过期")
	h.is("the role", h.roleOf("张大妈"), grid.Resident)
}

func TestWrongCodesAreBoundedForEachPerson(t *testing.T) {
	h := newHouse(t)
	code := h.invites(grid.Invitation{Role: grid.GridWorker, Area: place})
	for range 5 {
		h.says(h.binds(h.private("张大妈"), "张大妈", "22222222").posts.one(h), "不对")
	}
	h.says(h.binds(h.private("张大妈"), "张大妈", code).posts.one(h), "以后再试")
	h.is("the role of who guessed", h.roleOf("张大妈"), grid.Resident)
	h.now = h.now.Add(time.Hour)
	h.says(h.binds(h.private("张大妈"), "张大妈", code).posts.one(h), "绑定好了")
}

func TestACodeSaidInAGroupIsVoid(t *testing.T) {
	h := newHouse(t)
	code := h.invites(grid.Invitation{Role: grid.GridWorker, Area: place})
	h.says(h.binds(group, "张大妈", code).posts.to(group).one(h), "作废")
	h.says(h.binds(h.private("张大妈"), "张大妈", code).posts.one(h), "不对")
	h.is("the role", h.roleOf("张大妈"), grid.Resident)
	h.says(h.binds(group, "李大爷", "33333333").posts.one(h), "私下")
}

func TestAWeakAccountIsRefusedAndTheCodeStaysGood(t *testing.T) {
	h := newHouse(t)
	code := h.invites(grid.Invitation{Role: grid.GridWorker, Area: place})
	h.says(h.bindsAs(h.private("张大妈"), "张大妈", code, true).posts.one(h), "没法确认")
	h.is("the role", h.roleOf("张大妈"), grid.Resident)
	h.says(h.binds(h.private("李大爷"), "李大爷", code).posts.one(h), "绑定好了")
}

// An account joins somebody known: it gives its present person up, and what that
// person had raised is the other's.
func TestAnAccountJoinsTheNamedPersonWithAllThatWasSaid(t *testing.T) {
	h := newHouse(t)
	h.say("张大妈", "3号楼的灯坏了", lift())
	h.update(func(tx storage.Tx) error { // something waits to be said to the account
		_, err := tx.Outbox().Put(grid.Outgoing{To: h.private("张大妈"), Class: grid.ClassNotice, Kind: grid.PostAnswer, Text: "还没说的"})
		return err
	})
	code := h.invites(grid.Invitation{Role: grid.Resident, Area: place, Person: h.ids["王阿姨"]})
	got := h.binds(h.private("张大妈"), "张大妈", code)
	h.says(got.posts.to(h.private("王阿姨")).kind(grid.PostAnswer)[1], "王阿姨", "绑定好了")
	was, is := h.person(h.ids["张大妈"]), h.person(h.ids["王阿姨"])
	if len(was.Identities) != 0 || was.Into != is.ID || len(is.Identities) != 2 {
		t.Fatalf("the account was to move: %+v, %+v", was, is)
	}
	h.view(func(tx storage.Tx) error {
		p, err := tx.Roster().PersonOf(grid.Identity{Channel: "test", ID: "张大妈"})
		h.is("whose account it is", p.ID, is.ID)
		c, err2 := tx.Roster().ChatByNative("test", string(h.private("张大妈")))
		h.is("whose private chat it is", c.Person, is.ID)
		waits, err3 := tx.Outbox().QueueOf(h.private("张大妈"))
		h.is("what still waits for nobody", len(waits), 0)
		for _, e := range []error{err, err2, err3} {
			if e != nil {
				return e
			}
		}
		return nil
	})
	// The matter raised before is hers to withdraw.
	h.ids["张大妈"] = is.ID
	h.says(h.sayIn(group, "张大妈", "撤回 1", grid.Intent{Kind: grid.Order, Command: &grid.Command{Want: grid.WantWithdraw, Ticket: 1}, By: "rule", Confidence: 1}).posts.to(group)[0], "撤回了")
}

func TestACodeOfAGroupIsAnsweredWhereItBoundAndNowhereElse(t *testing.T) {
	h := newHouse(t)
	bound := h.invites(grid.Invitation{Chat: grid.GroupChat, Area: place, Bound: group}) // as hearing leaves it
	h.says(h.binds(group, "张大妈", bound).posts.one(h), "归第3网格")
	late := h.invites(grid.Invitation{Chat: grid.StaffChat, Area: place})
	h.says(h.binds(h.private("张大妈"), "张大妈", late).posts.one(h), "绑定群用的")
	h.says(h.binds(group, "张大妈", late).posts.one(h), "已经归第3网格")
	h.view(func(tx storage.Tx) error {
		all, err := storage.Invitations(tx, h.now, false)
		h.is("open codes", len(all), 0)
		return err
	})
}
