package bottest_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"youshi/bot"
	"youshi/bot/bottest"
	"youshi/grid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScriptedChannelKeepsTheContract(t *testing.T) {
	bottest.Run(t, func(t *testing.T) bottest.Fixture {
		ch := bottest.New("scripted")
		var last grid.Event
		speak := func(ev grid.Event) error {
			last = ev
			return ch.Speak(t.Context(), ev)
		}
		line := func(who, text string) grid.Event { return ch.Line("g1", who, text, time.Now()) }
		return bottest.Fixture{
			Connect: func() bot.Channel { return ch },
			Chat:    grid.Chat{ID: "group:g1", Kind: grid.GroupChat, Channel: "scripted", Native: "g1"},
			Say:     func(text string) error { return speak(line("张三", text)) },
			Seen:    ch.Texts,
			As:      func(who, text string) error { return speak(line(who, text)) },
			Again:   func() error { return speak(last) },
			Edit: func(text string) error {
				ev := line("张三", text)
				ev.Kind, ev.Message.Of = grid.EventEdit, last.Message.ID
				return ch.Speak(t.Context(), ev)
			},
			Recall: func() error {
				ev := line("张三", "")
				ev.Kind, ev.Message.Of = grid.EventRecall, last.Message.ID
				return ch.Speak(t.Context(), ev)
			},
			Answer: func(text string) error {
				ev := line("张三", text)
				ev.Message.ReplyTo = ch.Attempts()[0].Post.ID
				return speak(ev)
			},
			Press: func(label string) error {
				ev := line("张三", "")
				ev.Kind, ev.Message, ev.Key.Revision = grid.EventPress, grid.Message{}, "press"
				ev.Press = &grid.Press{Post: ch.Attempts()[0].Post.ID, Button: label}
				return ch.Speak(t.Context(), ev)
			},
		}
	})
}
