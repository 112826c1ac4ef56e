package bot_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"youshi/bot"
	"youshi/bot/bottest"
	"youshi/grid"
)

// rewriting is a channel that can rewrite, as the script says.
type rewriting struct {
	*bottest.Scripted
	edited []string
	err    error
}

func (r *rewriting) Edit(_ context.Context, _ grid.Chat, as []grid.MessageID, o grid.Outgoing) error {
	if r.err == nil {
		r.edited = append(r.edited, string(as[0])+" "+o.Text)
	}
	return r.err
}

func TestAPostThatReplacesRewritesTheEarlierOneOrIsDropped(t *testing.T) {
	for name, c := range map[string]struct {
		editor bool
		err    error
		state  grid.PostState
		edited int
	}{
		"on a channel that rewrites":          {true, nil, grid.Sent, 1},
		"too late to rewrite":                 {true, &bot.Undelivered{State: grid.PutAside, Say: "too old"}, grid.Dropped, 0},
		"nobody knows: it waits for its turn": {true, errors.New("cut"), grid.Waiting, 0},
		"on a channel that rewrites nothing":  {false, nil, grid.Dropped, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := build(t, bot.MachineTime{})
			s := h.sender()
			ch := &rewriting{Scripted: h.ch, err: c.err}
			if c.editor {
				s.Channels = map[grid.ChannelID]bot.Channel{web: ch}
			}
			first := h.say(grid.Outgoing{To: "staff:g1", Class: grid.ClassAnswer, Text: "卡片"})
			second := h.say(grid.Outgoing{To: "staff:g1", Class: grid.ClassAnswer, Text: "卡片，已立案", Replaces: first})
			stop := start(t, s.Run)
			for end := time.Now().Add(10 * time.Second); h.post(second).State != c.state || c.state == grid.Waiting && h.post(second).Attempts == 0; {
				if time.Now().After(end) {
					t.Fatalf("the post ends as %+v, want %s", h.post(second), c.state)
				}
				time.Sleep(5 * time.Millisecond)
			}
			stop()
			if len(ch.edited) != c.edited || len(h.ch.Texts()) != 1 {
				t.Errorf("rewritten %q, said %q; want %d rewritten, one said", ch.edited, h.ch.Texts(), c.edited)
			}
			if c.state == grid.Sent && !slices.Equal(h.post(second).SentAs, h.post(first).SentAs) {
				t.Errorf("the rewritten post is %v, want the ids of the first %v", h.post(second).SentAs, h.post(first).SentAs)
			}
		})
	}
}
