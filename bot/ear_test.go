package bot_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"youshi/bot"
	"youshi/grid"
	"youshi/storage"
)

func TestEarWritesDownWhatIsHeard(t *testing.T) {
	h := build(t, bot.NewPushed(monday))
	var woken []grid.LaneID
	h.ear.Woken = func(_ grid.CommunityID, l grid.LaneID) { woken = append(woken, l) }
	ev := h.hear("g1", "张三", "3号楼灯坏了")

	m := h.message(ev.Message.ID)
	if m.Text != "3号楼灯坏了" || m.Chat != "group:g1" || m.From == "" || !m.Heard.Equal(monday) || m.Outcome != "" {
		t.Errorf("the record says %+v", m)
	}
	h.view(func(tx storage.Tx) error {
		got, ok, err := tx.Inbox().Next("grid:g1")
		if !ok || got.Message.Text != "" || got.Speaker.Name != "" || got.Message.ID != m.ID || got.Chat != "group:g1" || got.From != m.From {
			t.Errorf("the inbox holds %+v (%v)", got, ok)
		}
		p, perr := tx.Roster().Person(m.From)
		if p.Name != "张三" || len(p.Offices) > 0 {
			t.Errorf("the speaker is %+v", p)
		}
		return errors.Join(err, perr)
	})
	h.hearAll(ev, ev)
	if got := h.backlog()["grid:g1"]; got != 1 {
		t.Errorf("heard again it waits %d times", got)
	}
	if want := []grid.LaneID{"grid:g1"}; !slices.Equal(woken, want) {
		t.Errorf("woken: %v, want %v: nothing new, nobody woken", woken, want)
	}
}

func TestEarFindsTheLane(t *testing.T) {
	h := build(t, bot.NewPushed(monday))
	h.update(func(tx storage.Tx) error {
		return tx.Roster().PutChat(grid.Chat{ID: "staff:town", Kind: grid.StaffChat, Channel: web, Native: "staff town", Area: grid.AreaID(town)})
	})
	h.hear("g1", "张三", "一")
	h.hear("staff g1", "王网格", "二")
	h.hear("g2", "李四", "三")
	h.hear("staff town", "书记", "四")
	dm := h.ch.Line("dm 张三", "张三", "五", monday)
	dm.Native.Kind = grid.PrivateChat
	h.hearAll(dm)
	p := h.message(dm.Message.ID).From
	for lane, want := range map[grid.LaneID]int{"grid:g1": 2, "grid:g2": 1, grid.LaneID("staff:" + string(town)): 1, grid.LaneID("private:" + string(p)): 1} {
		if got := h.backlog()[lane]; got != want {
			t.Errorf("lane %s holds %d events, want %d", lane, got, want)
		}
	}
	h.view(func(tx storage.Tx) error {
		c, err := tx.Roster().Chat(bot.PrivateID(p))
		if c.Native != "dm 张三" || c.Person != p {
			t.Errorf("the private chat is %+v", c)
		}
		return err
	})
}

func TestEarRefusesChatsThatAreNotOurs(t *testing.T) {
	h := build(t, bot.NewPushed(monday))
	h.hear("foreign", "张三", "广告")
	h.hear("g9", "张三", "谁认识这个群")
	if got := h.ear.Refused(); got != 2 || len(h.backlog()) != 0 {
		t.Errorf("%d refused, backlog %v; want 2 and none", got, h.backlog())
	}
	h.ear.Unknown = func(tx storage.Tx, ev grid.Event) (grid.Chat, bool, error) {
		c := grid.Chat{ID: "group:g9", Kind: grid.GroupChat, Channel: web, Native: ev.Native.Native, Area: "g9"}
		return c, true, errors.Join(tx.Roster().PutArea(grid.Area{ID: "g9", Kind: grid.Grid}), tx.Roster().PutChat(c))
	}
	h.hear("g9", "张三", "现在认识了")
	if got := h.backlog()["grid:g9"]; got != 1 {
		t.Errorf("the new group's lane holds %d, want 1", got)
	}
}

func TestEarKeepsNothingWhenTheStoreFails(t *testing.T) {
	h := build(t, bot.NewPushed(monday))
	h.ear.Unknown = func(storage.Tx, grid.Event) (grid.Chat, bool, error) { return grid.Chat{}, false, errors.New("broken") }
	first, second := h.ch.Line("g1", "张三", "一", monday), h.ch.Line("g9", "张三", "二", monday)
	if err := h.ear.For(web)(context.Background(), bot.Heard{Events: []grid.Event{first, second}}); err == nil {
		t.Fatal("Hear = nil, want the error")
	}
	if len(h.backlog()) != 0 {
		t.Errorf("half of it was kept: %v", h.backlog())
	}
}

func TestEarNamesFollowThePlatformUnlessTheyCameWithAnOffice(t *testing.T) {
	h := build(t, bot.NewPushed(monday))
	h.hear("g1", "a", "早")
	h.office("b", grid.GridWorker, "g1")
	for account, want := range map[string]string{"a": "新名字", "b": "b"} {
		ev := h.ch.Line("g1", account, "我改名了", monday)
		ev.Speaker.Name = "新名字"
		h.hearAll(ev)
		h.view(func(tx storage.Tx) error {
			p, err := tx.Roster().PersonOf(ev.Speaker.Identity)
			if p.Name != want {
				t.Errorf("%s is called %q, want %q", account, p.Name, want)
			}
			return err
		})
	}
}

// about makes the event of an edit or a recall of a message.
func about(h *house, kind grid.EventKind, of grid.Event, from, text string) grid.Event {
	ev := h.ch.Line(of.Native.Native, from, text, h.time.Now())
	ev.Kind, ev.Message.Of = kind, of.Message.ID
	ev.Key.Revision, ev.Key.Message = ev.Key.Message, of.Key.Message
	return ev
}

func TestEarTakesBackAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		by     string
		sealed bool
	}{
		"by the sender":                  {"张三", true},
		"by the grid worker":             {"王网格", true},
		"not by a neighbour":             {"李四", false},
		"not by a worker of other grids": {"赵网格", false},
	} {
		t.Run(name, func(t *testing.T) {
			h := build(t, bot.NewPushed(monday))
			h.office("王网格", grid.GridWorker, "g1")
			h.office("赵网格", grid.GridWorker, "g2")
			said := h.hear("g1", "张三", "我家电话13800000000")
			edit := about(h, grid.EventEdit, said, "张三", "我家电话13900000000")
			h.hearAll(edit, about(h, grid.EventRecall, said, c.by, ""))
			for _, id := range []grid.MessageID{said.Message.ID, edit.Message.ID} {
				m := h.message(id)
				if gone := m.Text == "" && !m.Recalled.IsZero() && len(m.Sealed) == 1; gone != c.sealed {
					t.Errorf("message %s: text %q, sealed %q; sealed wanted: %v", id, m.Text, m.Sealed, c.sealed)
				}
			}
			late := about(h, grid.EventEdit, said, "张三", "还是这个电话")
			h.hearAll(late)
			if m := h.message(late.Message.ID); (m.Text == "") != c.sealed {
				t.Errorf("an edit after the recall shows %q", m.Text)
			}
			if got := h.backlog()["grid:g1"]; got != 4 {
				t.Errorf("the lane holds %d events, want all 4", got)
			}
		})
	}
}

func TestEarPressIsNoLine(t *testing.T) {
	h := build(t, bot.NewPushed(monday))
	ev := h.ch.Line("g1", "张三", "", monday)
	ev.Kind, ev.Message, ev.Press = grid.EventPress, grid.Message{}, &grid.Press{Post: "post-1", Button: "确认"}
	h.hearAll(ev)
	h.view(func(tx storage.Tx) error {
		for m, err := range tx.Messages().Between(time.Time{}, monday.Add(time.Hour)) {
			t.Errorf("a press became the message %+v (%v)", m, err)
		}
		return nil
	})
	if got := h.backlog()["grid:g1"]; got != 1 {
		t.Errorf("the lane holds %d presses, want 1", got)
	}
}
