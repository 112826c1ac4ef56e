package bot_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"youshi/bot"
	"youshi/grid"
	"youshi/storage"
)

// echo answers every message in its chat and asks again an hour later.
var echo = handle(func(tx storage.Tx, ev grid.Event) error {
	if ev.Timer != nil {
		_, err := tx.Outbox().Put(grid.Outgoing{To: "group:g1", Class: grid.ClassNotice, Kind: grid.PostReminder, Text: "还在吗", Written: ev.At})
		return err
	}
	m, err := tx.Messages().Get(ev.Message.ID)
	if err != nil {
		return err
	}
	if _, err := tx.Outbox().Put(grid.Outgoing{To: ev.Chat, Class: grid.ClassFirst, Kind: grid.PostAck, Text: "收到" + m.Text, ReplyTo: m.ID, Written: ev.At}); err != nil {
		return err
	}
	if err := tx.Timers().Set(grid.Timer{ID: "echo", Lane: ev.Lane, Due: ev.At.Add(time.Hour), Kind: grid.TimerStep}); err != nil {
		return err
	}
	return ends(tx, ev)
})

func TestRoadFromHearingToSaying(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(monday))
		h := build(t, bot.MachineTime{})
		s := h.sender()
		d := h.dispatcher(chatter, echo)
		c := &bot.Clock{Store: h.store, Time: h.time, Log: quiet, Woken: d.Wake}
		d.Acted = func() { c.Kick(); s.Kick() }
		start(t, d.Run, c.Run, s.Run, func(ctx context.Context) error { return h.ch.Run(ctx, h.ear.For(web)) })
		if err := h.ch.Speak(t.Context(), h.ch.Line("g1", "张三", "停水", time.Now())); err != nil {
			t.Fatal(err)
		}
		settle(t, d, s)
		want(t, "said", h.spoken(), []string{"10:00 收到停水"})
		time.Sleep(2 * time.Hour)
		settle(t, d, s)
		want(t, "said", h.spoken(), []string{"10:00 收到停水", "11:00 还在吗"})
	})
}

// The same line, heard again and again while everything is stopped and started,
// ends once.
func TestRoadLosesNothingThroughRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(monday))
		h := build(t, bot.MachineTime{})
		h.ch.Script(func(context.Context, grid.Chat, grid.Outgoing) error { time.Sleep(700 * time.Millisecond); return nil })
		var heard []grid.Event
		for i := range 30 {
			heard = append(heard, h.ch.Line("g1", "张三", fmt.Sprint(i), h.time.Now()))
		}
		for range 20 {
			s, d := h.sender(), h.dispatcher(think(func(ctx context.Context, _ grid.Message, _ grid.Scene) grid.Intent {
				<-ctx.Done()
				return grid.Intent{}
			}), echo)
			d.Patience = 400 * time.Millisecond
			d.Acted = s.Kick
			stop := start(t, d.Run, s.Run)
			h.hearAll(heard...)
			time.Sleep(1300 * time.Millisecond)
			stop()
		}
		s := h.sender()
		start(t, s.Run)
		settle(t, s)
		if said := h.spoken(); len(said) != len(heard) {
			t.Fatalf("%d answers to %d messages: %v", len(said), len(heard), said)
		}
		for i, got := range h.spoken() {
			if !strings.HasSuffix(got, fmt.Sprint("收到", i)) {
				t.Errorf("answer %d is %q", i, got)
			}
		}
	})
}

// BenchmarkRoad hears 50 messages in each of 100 grids from 64 callers while the
// lanes take them: one operation is all 5000, heard, thought of and acted on.
func BenchmarkRoad(b *testing.B) {
	const lanes, each, callers = 100, 50, 64
	for b.Loop() {
		b.StopTimer()
		h := build(b, bot.MachineTime{})
		h.update(func(tx storage.Tx) error {
			for i := range lanes {
				g := fmt.Sprint("b", i)
				if err := tx.Roster().PutArea(grid.Area{ID: grid.AreaID(g), Kind: grid.Grid, Parent: grid.AreaID(town)}); err != nil {
					return err
				}
				if err := tx.Roster().PutChat(grid.Chat{ID: grid.ChatID("group:" + g), Kind: grid.GroupChat, Channel: web, Native: g, Area: grid.AreaID(g)}); err != nil {
					return err
				}
			}
			return nil
		})
		d := &bot.Dispatcher{Store: h.store, Time: h.time, Think: chatter, Act: handle(ends), Name: "小格", Log: quiet}
		h.ear.Woken = d.Wake
		ctx, cancel := context.WithCancel(context.Background())
		var run sync.WaitGroup
		run.Go(func() { _ = d.Run(ctx) })
		b.StartTimer()

		var all errgroup.Group
		all.SetLimit(callers)
		for i := range lanes * each {
			all.Go(func() error {
				return h.ear.For(web)(ctx, bot.Heard{Events: []grid.Event{h.ch.Line(fmt.Sprint("b", i%lanes), fmt.Sprint("resident", i%lanes), "3号楼的灯又坏了", time.Now())}})
			})
		}
		if err := all.Wait(); err != nil {
			b.Fatal(err)
		}
		if err := d.Settle(ctx); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		cancel()
		run.Wait()
		b.StartTimer()
	}
	b.ReportMetric(lanes*each*float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}
