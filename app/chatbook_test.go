package app

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"youshi/bot"
	"youshi/bot/webchat"
	"youshi/grid"
	"youshi/storage"
	"youshi/storage/bolt"
)

// chatHouse is a chatBook over a store of its own, with an ear that writes into it.
type chatHouse struct {
	*chatBook
	t   *testing.T
	ear *bot.Ear
	at  time.Time
}

func (h *chatHouse) Now() time.Time { return h.at }

// WakeAt implements bot.Time; nothing here waits.
func (h *chatHouse) WakeAt(time.Time) (<-chan struct{}, func()) { return nil, func() {} }

func newChatHouse(t *testing.T, demo bool) *chatHouse {
	t.Helper()
	store, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "youshi.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	h := &chatHouse{t: t, at: time.Date(2026, 11, 10, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))}
	h.chatBook = &chatBook{store: store, community: "c", bot: "小格", now: h.Now, demo: demo}
	h.ear = &bot.Ear{Store: store, Time: h, Unknown: h.Unknown,
		Where: func(context.Context, grid.Event) (grid.CommunityID, bool, error) { return "c", true, nil }}
	return h
}

func (h *chatHouse) update(fn func(storage.Tx) error) {
	h.t.Helper()
	if err := h.store.Update(context.WithoutCancel(h.t.Context()), "c", fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *chatHouse) hear(ev grid.Event) error {
	return h.ear.For(webchat.ID)(h.t.Context(), bot.Heard{Events: []grid.Event{ev}})
}

// say lets somebody speak, one minute later than the one before.
func (h *chatHouse) say(chat, from, id, text string) {
	h.t.Helper()
	h.at = h.at.Add(time.Minute)
	err := h.hear(grid.Event{Kind: grid.EventMessage, Key: grid.EventKey{Channel: webchat.ID, Chat: chat, Message: id},
		Native:  grid.Chat{Channel: webchat.ID, Native: chat, Kind: kindNamed(chat)},
		Speaker: grid.Speaker{Identity: grid.Identity{Channel: webchat.ID, ID: from}, Name: from},
		Message: grid.Message{ID: grid.MessageID(id), Sent: h.at, Kind: grid.TextMessage, Text: text}})
	if err != nil {
		h.t.Fatal(err)
	}
}

// post lets the bot say something in a chat, one minute later.
func (h *chatHouse) post(to grid.ChatID, text string, change func(*grid.Outgoing)) grid.Outgoing {
	h.t.Helper()
	h.at = h.at.Add(time.Minute)
	o := grid.Outgoing{To: to, Class: grid.ClassAnswer, Kind: grid.PostAnswer, Text: text, Written: h.at, State: grid.Waiting}
	if change != nil {
		change(&o)
	}
	h.update(func(tx storage.Tx) (err error) {
		if o, err = tx.Outbox().Put(o); err != nil {
			return err
		}
		o.State, o.SentAt, o.SentAs = grid.Sent, h.at, []grid.MessageID{o.ID}
		o, err = tx.Outbox().Set(o)
		return err
	})
	return o
}

func (h *chatHouse) privateOf(name string) grid.ChatID {
	h.t.Helper()
	var id grid.ChatID
	if err := h.view(h.t.Context(), func(tx storage.Tx) error {
		c, err := chatNamed(tx, "private:"+name)
		id = c.ID
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return id
}

func roomIDs(t *testing.T, h *chatHouse, who string) []string {
	t.Helper()
	rooms, err := h.Rooms(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range rooms {
		ids = append(ids, r.ID)
	}
	return ids
}

func TestAnUnknownGroupBecomesAGridInDemo(t *testing.T) {
	h := newChatHouse(t, true)
	h.say("d01", "甲", "m-1", "你好")
	for who, want := range map[string][]string{"甲": {"d01", "private:甲"}, "谁也不是": {"d01", "private:谁也不是"}} {
		if got := roomIDs(t, h, who); !slices.Equal(got, want) {
			t.Errorf("%s may read %v, want %v", who, got, want)
		}
	}
	if err := h.Appoint(t.Context(), webchat.Person{Name: "王", Role: grid.GridWorker, Group: "d01"}); err != nil {
		t.Fatal(err)
	}
	if got := roomIDs(t, h, "王"); !slices.Equal(got, []string{"d01", "staff:d01", "private:王"}) {
		t.Errorf("the grid worker may read %v", got)
	}
	if h.say("d01", "王", "m-2", "来了"); h.ear.Refused() != 0 {
		t.Errorf("%d events were refused", h.ear.Refused())
	}
}

func TestARoleServesTheAreaOfItsLevelAndReplacesTheOneBefore(t *testing.T) {
	h := newChatHouse(t, true)
	for _, c := range []struct {
		role grid.Role
		area string
	}{
		{grid.GridWorker, "d07"}, {grid.Property, "d07"}, {grid.BuildingHead, "d07"},
		{grid.Secretary, string(demoCommunity)}, {grid.Unit, string(demoCommunity)},
		{grid.SubdistrictHQ, string(demoSubdistrict)}, {grid.DistrictHQ, string(demoDistrict)}, {grid.Resident, ""},
	} {
		if err := h.Appoint(t.Context(), webchat.Person{Name: "老张", Role: c.role, Group: "d07"}); err != nil {
			t.Fatal(err)
		}
		people, err := h.People(t.Context())
		if want := []webchat.Person{{Name: "老张", Role: c.role, Group: c.area}}; err != nil || !slices.Equal(people, want) {
			t.Errorf("appointed %s: people are %v (%v), want %v", c.role, people, err, want)
		}
	}
	if err := h.Appoint(t.Context(), webchat.Person{Name: "老张", Role: grid.Unit, Group: "private:甲"}); grid.CodeOf(err) != grid.Invalid {
		t.Errorf("a role in a private chat: %v, want invalid", err)
	}
}

func TestServeMakesNoGroupsAndKeepsStaffChatsClosed(t *testing.T) {
	h := newChatHouse(t, false)
	h.update(func(tx storage.Tx) error {
		if err := tx.Roster().PutArea(grid.Area{ID: "第3网格", Kind: grid.Grid}); err != nil {
			return err
		}
		if err := tx.Roster().PutChat(grid.Chat{ID: "group:3", Kind: grid.GroupChat, Channel: webchat.ID, Native: "三号群", Area: "第3网格"}); err != nil {
			return err
		}
		return tx.Roster().PutChat(grid.Chat{ID: "staff:3", Kind: grid.StaffChat, Channel: webchat.ID, Native: "三号工作群", Area: "第3网格"})
	})
	for name, want := range map[string]grid.Code{"三号群": "", "private:甲": "", "新群": grid.NotFound, "staff:三号工作群": grid.Forbidden, "private:乙": grid.Forbidden, "三号工作群": grid.Forbidden} {
		if _, err := h.Enter(t.Context(), "甲", name); grid.CodeOf(err) != want {
			t.Errorf("entering %s: %v, want %q", name, err, want)
		}
	}
	if h.say("新群", "甲", "m-1", "你好"); h.ear.Refused() != 1 {
		t.Errorf("refused %d events of an unknown group, want 1", h.ear.Refused())
	}
}

func TestAChatIsReadPageByPageWithoutGapOrRepeat(t *testing.T) {
	h := newChatHouse(t, true)
	var want []string
	for i := range 57 {
		text := fmt.Sprintf("第%d句", i)
		if i%3 == 1 {
			h.post("group:d01", text, nil)
		} else {
			h.say("d01", "甲", fmt.Sprintf("m-%d", i), text)
		}
		want = append(want, text)
	}
	for _, size := range []int{1, 2, 7, 40, 57, 100} {
		var got []string
		for before, pages := "", 0; pages < 60; pages++ {
			lines, next, err := h.Lines(t.Context(), "甲", "d01", before, size)
			if err != nil {
				t.Fatal(err)
			}
			var texts []string
			for _, l := range lines {
				texts = append(texts, l.Text)
			}
			got = append(texts, got...)
			if before = next; next == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("in pages of %d the chat reads %v", size, got)
		}
	}
	if _, _, err := h.Lines(t.Context(), "甲", "d01", "rubbish", 10); grid.CodeOf(err) != grid.Invalid {
		t.Errorf("a cursor of rubbish: %v, want invalid", err)
	}
}

func TestLinesShowQuotesPressesAndWhatWasTakenBack(t *testing.T) {
	h := newChatHouse(t, true)
	h.say("d01", "甲", "m-1", "电梯坏了")
	h.say("d01", "乙", "m-2", "算了")
	p := h.post("group:d01", "请确认", func(o *grid.Outgoing) {
		o.ReplyTo, o.Ticket, o.Buttons = "m-1", 5, []grid.Button{{Label: "确认"}, {Label: "驳回"}}
	})
	h.post("group:d01", "已经立案", func(o *grid.Outgoing) { o.Ticket, o.Replaces = 5, p.ID })
	for _, label := range []string{"驳回", "确认"} {
		if err := h.Pressed(t.Context(), p.ID, "王", label); err != nil {
			t.Fatal(err)
		}
	}
	err := h.hear(grid.Event{Kind: grid.EventRecall, Key: grid.EventKey{Channel: webchat.ID, Chat: "d01", Message: "m-2", Revision: "recall"},
		Native:  grid.Chat{Channel: webchat.ID, Native: "d01", Kind: grid.GroupChat},
		Speaker: grid.Speaker{Identity: grid.Identity{Channel: webchat.ID, ID: "乙"}, Name: "乙"},
		Message: grid.Message{ID: "r-1", Kind: grid.RecallMessage, Of: "m-2", Sent: h.at}})
	if err != nil {
		t.Fatal(err)
	}
	lines, _, err := h.Lines(t.Context(), "甲", "d01", "", 10)
	if err != nil || len(lines) != 4 {
		t.Fatalf("the chat has %d lines (%v), want 4: a recall is no line of its own", len(lines), err)
	}
	if l := lines[1]; !l.Recalled || l.Text != "" || l.From != "乙" {
		t.Errorf("the line taken back is %+v", l)
	}
	card := lines[2]
	if !card.Bot || card.From != "小格" || card.Quote == nil || *card.Quote != (webchat.Quote{From: "甲", Text: "电梯坏了"}) || !card.Replaced {
		t.Errorf("the card is %+v, quoting %+v", card, card.Quote)
	}
	if !slices.Equal(card.Buttons, []string{"确认", "驳回"}) || !slices.Equal(card.Pressed, []webchat.Pressed{{By: "王", Button: "确认"}}) {
		t.Errorf("under the card: %v, pressed %v", card.Buttons, card.Pressed)
	}
	if o, err := h.Message(t.Context(), "m-1"); err != nil || o != (webchat.Origin{Chat: "d01", From: "甲"}) {
		t.Errorf("m-1 comes from %+v, %v", o, err)
	}
	for _, id := range []grid.MessageID{"r-1", "none", p.ID} {
		if _, err := h.Message(t.Context(), id); grid.CodeOf(err) != grid.NotFound {
			t.Errorf("message %s: %v, want not found", id, err)
		}
	}
}

func TestPostsAreToldToWhoMayReadThem(t *testing.T) {
	h := newChatHouse(t, true)
	if err := h.Appoint(t.Context(), webchat.Person{Name: "王", Role: grid.GridWorker, Group: "d01"}); err != nil {
		t.Fatal(err)
	}
	h.say("d01", "甲", "m-1", "你好")
	h.say("private:甲", "甲", "m-2", "悄悄说")
	h.post("group:d01", "给大家", nil)
	h.post("staff:d01", "给工作人员", nil)
	h.post(h.privateOf("甲"), "给甲", func(o *grid.Outgoing) { o.Ticket = 3 })
	for who, want := range map[string][]string{
		"":  {"group:d01 给大家", "staff:d01 给工作人员", "private:甲 给甲"},
		"甲": {"group:d01 给大家", "private:甲 给甲"}, "王": {"group:d01 给大家", "staff:d01 给工作人员"}, "乙": {"group:d01 给大家"},
	} {
		posts, err := h.Said(t.Context(), who, 0, 100)
		var got []string
		for _, p := range posts {
			got = append(got, p.To+" "+p.Text)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q is told %v (%v), want %v", who, got, err, want)
		}
	}
	posts, err := h.Said(t.Context(), "", 1, 1)
	if err != nil || len(posts) != 1 || posts[0].Seq != 2 {
		t.Errorf("after 1, one post: %+v, %v", posts, err)
	}
	waiting := grid.MessageID("")
	h.update(func(tx storage.Tx) error {
		o, err := tx.Outbox().Put(grid.Outgoing{To: "group:d01", Class: grid.ClassNotice, Kind: grid.PostResult, Text: "后来", State: grid.Waiting})
		waiting = o.ID
		return err
	})
	if _, err := h.Post(t.Context(), waiting); grid.CodeOf(err) != grid.NotFound {
		t.Errorf("a post not yet said: %v, want not found", err)
	}
	if p, err := h.Post(t.Context(), posts[0].ID); err != nil || p.Text != "给工作人员" || p.Ticket != nil || p.ReplyTo != nil || p.Buttons == nil {
		t.Errorf("the post is %+v, %v", p, err)
	}
}

func TestNoGroupLineCarriesAPrivateMattersNumber(t *testing.T) {
	h := newChatHouse(t, true)
	h.say("d01", "甲", "m-1", "隔壁打孩子")
	h.update(func(tx storage.Tx) error {
		m, err := tx.Messages().Get("m-1")
		if err != nil {
			return err
		}
		m.Ticket, m.Outcome = 1, grid.OutTicket
		if err := tx.Messages().Put(m); err != nil {
			return err
		}
		return tx.Tickets().Put(grid.Ticket{No: 1, Area: "d01", Chat: "group:d01", Private: true, Status: grid.Proposed, Messages: []grid.MessageID{"m-1"}})
	})
	lines, _, err := h.Lines(t.Context(), "甲", "d01", "", 10)
	if err != nil || len(lines) != 1 || lines[0].Ticket != 0 {
		t.Errorf("the line reads %+v, %v", lines, err)
	}
}

func TestANameIsSignedUpOnceAndIsNobodysInOffice(t *testing.T) {
	h := newChatHouse(t, false)
	h.update(func(tx storage.Tx) error {
		_, err := tx.Roster().PutPerson(grid.Person{Name: "王网格", Identities: []grid.Identity{{Channel: "telegram", ID: "42"}}, Offices: []grid.Office{{Role: grid.GridWorker, Area: "第3网格"}}})
		return err
	})
	if err := h.SignUp(t.Context(), "key1", "王阿姨"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"王阿姨", "王网格"} {
		if err := h.SignUp(t.Context(), "key2", name); grid.CodeOf(err) != grid.Conflict {
			t.Errorf("signing up as %s: %v, want a conflict", name, err)
		}
	}
	if name, err := h.Account(t.Context(), "key1"); err != nil || name != "王阿姨" {
		t.Errorf("key1 is %q, %v", name, err)
	}
	if _, err := h.Account(t.Context(), "key2"); grid.CodeOf(err) != grid.NotFound {
		t.Errorf("a key nobody signed up with: %v, want not found", err)
	}
	people, err := h.People(t.Context())
	if err != nil || !slices.Equal(people, []webchat.Person{{Name: "王阿姨", Role: grid.Resident}}) {
		t.Errorf("people are %v, %v", people, err)
	}
}
