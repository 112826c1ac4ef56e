package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"youshi/bot"
	"youshi/grid"
	"youshi/storage"
)

// step is something that happens to a house, the same to another.
type step func(h *house)

// someStep draws what may change what a destination does next.
func someStep(r *rapid.T) step {
	to := rapid.SampledFrom([]grid.ChatID{"group:g1", "group:g2", "staff:g1", "group:nowhere"}).Draw(r, "to")
	minutes := func(name string) time.Duration {
		return time.Duration(rapid.SampledFrom([]int{1, 7, 30, 90, 600}).Draw(r, name)) * time.Minute
	}
	switch rapid.IntRange(0, 9).Draw(r, "what") {
	case 0:
		kind := rapid.SampledFrom([]grid.ChatKind{grid.GroupChat, grid.StaffChat}).Draw(r, "kind")
		ch := rapid.SampledFrom([]grid.ChannelID{web, web, web, "off"}).Draw(r, "channel")
		return func(h *house) {
			h.update(func(tx storage.Tx) error {
				return tx.Roster().PutChat(grid.Chat{ID: to, Kind: kind, Channel: ch, Native: "of " + string(to), Area: "g1"})
			})
		}
	case 1:
		change := rapid.SampledFrom([]func(*grid.Outgoing, time.Time){
			func(o *grid.Outgoing, _ time.Time) { o.State = grid.Dropped },
			func(o *grid.Outgoing, _ time.Time) { o.Class = grid.ClassEmergency },
			func(o *grid.Outgoing, now time.Time) { o.NotBefore = now.Add(20 * time.Minute) },
			func(o *grid.Outgoing, _ time.Time) { o.NotBefore = time.Time{} },
		}).Draw(r, "change")
		return func(h *house) {
			h.update(func(tx storage.Tx) error {
				queue, err := tx.Outbox().QueueOf(to)
				if err != nil || len(queue) == 0 {
					return err
				}
				change(&queue[0], h.time.Now())
				_, err = tx.Outbox().Set(queue[0])
				return err
			})
		}
	}
	o := grid.Outgoing{To: to, Class: rapid.SampledFrom([]grid.Class{grid.ClassNotice, grid.ClassNotice, grid.ClassNotice, grid.ClassFirst, grid.ClassEmergency}).Draw(r, "class"),
		Kind: rapid.SampledFrom([]grid.PostKind{grid.PostResult, grid.PostReminder}).Draw(r, "kind"), For: rapid.SampledFrom([]grid.PersonID{"", "p1"}).Draw(r, "for")}
	until, later := time.Duration(0), time.Duration(0)
	if rapid.Bool().Draw(r, "ends") {
		until = minutes("until")
	}
	if rapid.Bool().Draw(r, "later") {
		later = minutes("later")
	}
	return func(h *house) {
		w := o
		if until > 0 {
			w.Until = h.time.Now().Add(until)
		}
		if later > 0 {
			w.NotBefore = h.time.Now().Add(later)
		}
		h.say(w)
	}
}

// A Sender that lives all day, and so keeps what it decided, does at every
// moment what one does that was born that moment and reads everything.
func TestSenderDoesWhatOneWithoutMemoryDoes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		begin := at(rapid.SampledFrom([]string{"10:00", "20:30", "05:00"}).Draw(r, "begin"))
		rates := rapid.SampledFrom([]bot.Limits{{}, {PerChat: 3 * time.Minute}, {PerGroupMinute: 1}}).Draw(r, "limits")
		var houses [2]*house
		for i := range houses {
			houses[i] = build(t, bot.NewPushed(begin))
			defer houses[i].close()
			houses[i].ch.Bounds = rates
			tries := 0
			houses[i].ch.Script(func(context.Context, grid.Chat, grid.Outgoing) error {
				if tries++; tries%4 == 0 {
					return later(0)
				}
				return nil
			})
		}
		living := houses[0].sender()
		for n := range rapid.IntRange(1, 60).Draw(r, "steps") {
			if rapid.Bool().Draw(r, "something happens") {
				do := someStep(r)
				do(houses[0])
				do(houses[1])
			}
			pass := time.Duration(rapid.SampledFrom([]int{0, 1, 4, 11, 35, 180}).Draw(r, "pass")) * time.Minute
			var turns [2]int
			for i, s := range []*bot.Sender{living, houses[1].sender()} {
				// It decides, time passes, and it acts.
				if _, _, err := s.Next(t.Context()); err != nil {
					t.Fatal(err)
				}
				clock := houses[i].time.(*bot.PushedTime)
				if err := clock.Set(clock.Now().Add(pass)); err != nil {
					t.Fatal(err)
				}
				if i == 1 {
					s = houses[i].sender()
				}
				var err error
				if turns[i], err = s.Flush(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if turns[0] != turns[1] {
				r.Fatalf("at step %d it took %d turns, one without memory %d", n, turns[0], turns[1])
			}
		}
		if a, b := houses[0].posts(), houses[1].posts(); !slices.Equal(a, b) {
			r.Fatalf("posts are %v, without memory %v", a, b)
		}
	})
}

// posts tells every post there is and what became of it.
func (h *house) posts() (out []string) {
	h.t.Helper()
	h.view(func(tx storage.Tx) error {
		for n := 1; ; n++ {
			o, err := tx.Outbox().Get(grid.MessageID(fmt.Sprint("post-", n)))
			if errors.Is(err, storage.ErrNotFound) {
				return nil
			} else if err != nil {
				return err
			}
			out = append(out, fmt.Sprintf("%d %s %s %s %d", n, o.State, o.Reason, o.SentAt.Format("02 15:04"), o.Attempts))
		}
	})
	return out
}

// counted counts the queues that are read.
type counted struct {
	storage.Store
	queues *int
}

func (c counted) View(ctx context.Context, id grid.CommunityID, fn func(storage.Tx) error) error {
	return c.Store.View(ctx, id, func(tx storage.Tx) error { return fn(countedTx{tx, c.queues}) })
}

type countedTx struct {
	storage.Tx
	queues *int
}

func (c countedTx) Outbox() storage.Outbox { return countedOutbox{c.Tx.Outbox(), c.queues} }

type countedOutbox struct {
	storage.Outbox
	queues *int
}

func (c countedOutbox) QueueOf(to grid.ChatID) ([]grid.Outgoing, error) {
	*c.queues++
	return c.Outbox.QueueOf(to)
}

// At night every chat waits for the morning: what happens in one must not have
// the posts of all the others read again.
func TestSenderReadsAgainOnlyWhatChanged(t *testing.T) {
	clock := bot.NewPushed(at("23:00"))
	h := build(t, clock)
	s := h.sender()
	read := 0
	s.Store = counted{h.store, &read}
	for _, to := range []grid.ChatID{"group:g1", "group:g2", "staff:g1", "staff:g2"} {
		o := notice("一")
		o.To = to
		h.say(o)
	}
	for _, c := range []struct {
		what  string
		do    func()
		reads int
	}{
		{"at first", func() {}, 4},
		{"when nothing happened", func() {}, 0},
		{"when time passed", func() {
			if err := clock.Set(at("23:30")); err != nil {
				t.Fatal(err)
			}
		}, 0},
		{"when one chat got a post", func() { h.say(notice("二")) }, 1},
		{"in the morning", func() {
			if err := clock.Set(at("07:00").AddDate(0, 0, 1)); err != nil {
				t.Fatal(err)
			}
		}, 4},
	} {
		c.do()
		read = 0
		if _, _, err := s.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
		if read != c.reads {
			t.Errorf("%s %d queues were read, want %d", c.what, read, c.reads)
		}
	}
}
