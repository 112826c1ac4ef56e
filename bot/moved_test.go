package bot_test

import (
	"context"
	"testing"

	"youshi/bot"
	"youshi/grid"
	"youshi/storage"
)

func TestAChatThatMovedKeepsItsIdUnderBothNativeIds(t *testing.T) {
	h := build(t, bot.MachineTime{})
	ev := h.ch.Line("g1", "", "", h.time.Now())
	ev.Kind, ev.Speaker, ev.Moved = grid.EventMoved, grid.Speaker{}, "-100777"
	h.hearAll(ev)
	h.hear("g1", "张三", "旧群号里的话")
	h.hear("-100777", "张三", "新群号里的话")
	h.view(func(tx storage.Tx) error {
		c, err := tx.Roster().Chat("group:g1")
		if err != nil || c.Native != "-100777" {
			t.Errorf("the chat is %+v, %v; want the new native id", c, err)
		}
		said, err := tx.Messages().Recent([]grid.ChatID{"group:g1"}, "", 5)
		if err != nil || len(said) != 3 {
			t.Errorf("the chat holds %d lines, %v; want the move and what was said under both ids", len(said), err)
		}
		return nil
	})
}

func TestFilesThatArriveLaterJoinTheirMessageUnlessItWasTakenBack(t *testing.T) {
	h := build(t, bot.MachineTime{})
	for _, gone := range []bool{false, true} {
		ev := h.hear("g1", "张三", "")
		if gone {
			h.update(func(tx storage.Tx) error {
				m, err := tx.Messages().Get(ev.Message.ID)
				m.Recalled = h.time.Now()
				if err == nil {
					err = tx.Messages().Put(m)
				}
				return err
			})
		}
		late := ev
		late.Kind, late.Message = grid.EventMedia, grid.Message{ID: ev.Message.ID, Media: []grid.MediaID{"abc"}}
		h.hearAll(late, late)
		if m, want := h.message(ev.Message.ID), map[bool]int{false: 1}[gone]; len(m.Media) != want {
			t.Errorf("taken back %v: the message holds %d files, want %d", gone, len(m.Media), want)
		}
	}
}

func TestAChannelsNotesAreKeptWithWhatItHeardOrNotAtAll(t *testing.T) {
	h := build(t, bot.MachineTime{})
	notes := bot.ChannelNotes{Store: h.store, Home: town, Channel: web}
	hear := h.ear.For(web)
	read := func() string {
		v, err := notes.Get(context.Background(), "offset")
		if err != nil {
			t.Fatal(err)
		}
		return string(v)
	}
	put := func(ev grid.Event, offset string) error {
		return hear(context.Background(), bot.Heard{Events: []grid.Event{ev}, Notes: []bot.Note{{Key: "offset", Value: []byte(offset)}}})
	}
	if err := put(h.ch.Line("g1", "张三", "一", h.time.Now()), "1"); err != nil || read() != "1" {
		t.Errorf("after hearing the position is %q, %v; want 1", read(), err)
	}
	bad := h.ch.Line("g1", "张三", "二", h.time.Now())
	bad.Speaker.ID, bad.Speaker.Channel = "x", "" // a store refuses what it cannot key
	bad.Native.Native = ""
	if err := put(bad, "2"); err == nil && read() != "2" {
		t.Errorf("hearing said nil and the position is %q", read())
	}
	if err := hear(context.Background(), bot.Heard{Notes: []bot.Note{{Key: "offset", Value: []byte("3")}}}); err != nil || read() != "3" {
		t.Errorf("a position without events: %q, %v; want 3", read(), err)
	}
	if all, err := notes.All(context.Background(), "off"); err != nil || len(all) != 1 {
		t.Errorf("All = %v, %v; want the one note", all, err)
	}
	if err := notes.Put(context.Background(), bot.Note{Key: "offset"}); err != nil || read() != "" {
		t.Errorf("a note that was removed reads %q, %v", read(), err)
	}
}
