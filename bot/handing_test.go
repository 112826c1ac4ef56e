package bot_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"youshi/bot"
	"youshi/grid"
	"youshi/storage"
)

// order means the command in a text like "confirm 12".
var order = think(func(_ context.Context, m grid.Message, _ grid.Scene) grid.Intent {
	var want string
	var no int
	if n, _ := fmt.Sscanf(m.Text, "%s %d", &want, &no); n != 2 {
		return grid.Intent{Kind: grid.Chatter}
	}
	return grid.Intent{Kind: grid.Order, Command: &grid.Command{Want: grid.Want(want), Ticket: grid.TicketNo(no)}}
})

func TestDispatcherActsInTheLaneOfTheTicketNamed(t *testing.T) {
	setup := func(t *testing.T) (*house, *acts, grid.Ticket) {
		h := build(t, bot.NewPushed(monday))
		return h, &acts{}, h.ticket("g1", "", nil)
	}
	drain := func(t *testing.T, h *house, a *acts, th bot.Thinker) {
		if _, err := h.dispatcher(th, a).Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("named in another group", func(t *testing.T) {
		h, a, _ := setup(t)
		h.hear("g2", "书记", "confirm 1")
		drain(t, h, a, order)
		want(t, "acted", a.all(), []string{"grid:g1: confirm 1"})
	})
	t.Run("before what that lane heard later, with the scene of where it was said", func(t *testing.T) {
		h, a, _ := setup(t)
		h.hear("g2", "李四", "前面的话")
		h.hear("g2", "书记", "confirm 1")
		h.hear("g1", "张三", "后来的话")
		seen := map[string]grid.Scene{}
		drain(t, h, a, think(func(ctx context.Context, m grid.Message, s grid.Scene) grid.Intent {
			seen[m.Text] = s
			return order(ctx, m, s)
		}))
		want(t, "acted", a.all(), []string{"grid:g2: 前面的话", "grid:g1: confirm 1", "grid:g1: 后来的话"})
		s := seen["confirm 1"]
		want(t, "the scene", texts(s.Recent), []string{"李四：前面的话"})
		if s.Chat.ID != "group:g2" {
			t.Errorf("it was said in %s", s.Chat.ID)
		}
	})
	t.Run("handed once, though thinking changes its mind", func(t *testing.T) {
		h, a, _ := setup(t)
		h.ticket("g2", "", nil)
		h.hear("g2", "书记", "confirm")
		n := grid.TicketNo(0)
		drain(t, h, a, think(func(context.Context, grid.Message, grid.Scene) grid.Intent {
			n++
			return grid.Intent{Kind: grid.Order, Command: &grid.Command{Want: grid.WantConfirm, Ticket: n}}
		}))
		want(t, "acted", a.all(), []string{"grid:g1: confirm 2"})
	})
	t.Run("a number that no ticket has stays where it was said", func(t *testing.T) {
		h, a, _ := setup(t)
		h.hear("g2", "书记", "confirm 99")
		drain(t, h, a, order)
		want(t, "acted", a.all(), []string{"grid:g2: confirm 99"})
	})
	whisper := func(h *house, text string) grid.Event {
		ev := h.ch.Line("dm", "张三", text, monday)
		ev.Native.Kind = grid.PrivateChat
		h.hearAll(ev)
		return ev
	}
	t.Run("linked to by a private word", func(t *testing.T) {
		h, a, tk := setup(t)
		whisper(h, "还没好")
		drain(t, h, a, think(func(context.Context, grid.Message, grid.Scene) grid.Intent {
			return grid.Intent{Kind: grid.FollowUp, Link: grid.Link{Ticket: tk.No}}
		}))
		want(t, "acted", a.all(), []string{"grid:g1: 还没好"})
	})
	t.Run("of the private message that is taken back", func(t *testing.T) {
		h, a, tk := setup(t)
		said := whisper(h, "还没好")
		drain(t, h, a, chatter)
		h.update(func(tx storage.Tx) error {
			m, err := tx.Messages().Get(said.Message.ID)
			m.Ticket = tk.No
			return errors.Join(err, tx.Messages().Put(m))
		})
		back := about(h, grid.EventRecall, said, "张三", "")
		back.Native.Kind = grid.PrivateChat
		h.hearAll(back)
		drain(t, h, a, chatter)
		want(t, "acted", a.all()[1:], []string{"grid:g1: "})
	})
	inBubble(t, "before what was heard later, though that is being thought about", func(t *testing.T) {
		h, a := build(t, bot.MachineTime{}), &acts{}
		h.ticket("g1", "", nil)
		h.hear("g2", "书记", "confirm 1")
		h.hear("g1", "张三", "后来的话")
		d := h.dispatcher(think(func(ctx context.Context, m grid.Message, s grid.Scene) grid.Intent {
			if m.Chat == "group:g1" {
				<-ctx.Done()
			}
			return order(ctx, m, s)
		}), a)
		start(t, d.Run)
		settle(t, d)
		want(t, "acted", a.all(), []string{"grid:g1: confirm 1", "grid:g1: 后来的话"})
	})
	inBubble(t, "woken there when lanes run side by side", func(t *testing.T) {
		h, a := build(t, bot.MachineTime{}), &acts{}
		h.ticket("g1", "", nil)
		d := h.dispatcher(order, a)
		start(t, d.Run)
		h.hear("g2", "书记", "confirm 1")
		settle(t, d)
		want(t, "acted", a.all(), []string{"grid:g1: confirm 1"})
	})
}
