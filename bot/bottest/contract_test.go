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
		return bottest.Fixture{
			Connect: func() bot.Channel { return ch },
			Chat:    grid.Chat{ID: "group:g1", Kind: grid.GroupChat, Channel: "scripted", Native: "g1"},
			Say: func(text string) error {
				return ch.Speak(t.Context(), ch.Line("g1", "张三", text, time.Now()))
			},
			Seen: ch.Texts,
		}
	})
}
