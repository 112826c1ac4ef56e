package telegram_test

import (
	"testing"
	"time"

	"youshi/bot"
	"youshi/bot/bottest"
	"youshi/bot/telegram"
	"youshi/bot/telegram/telegramtest"
)

func TestTelegramKeepsTheContractOfChannels(t *testing.T) {
	t.Run("fetching", func(t *testing.T) { bottest.Run(t, func(t *testing.T) bottest.Fixture { return fixture(t, nil) }) })
	t.Run("by webhook", func(t *testing.T) {
		bottest.Run(t, func(t *testing.T) bottest.Fixture { return fixture(t, newHook(t)) })
	})
}

// fixture is the channel over a new server.
func fixture(t *testing.T, hook *telegram.Webhook) bottest.Fixture {
	s := newSite(t, telegramtest.Options{Retry: 20 * time.Millisecond})
	people := map[string]telegramtest.User{}
	var last telegramtest.Message
	say := func(who, text string) error {
		if _, known := people[who]; !known {
			people[who] = s.server.Person(who)
		}
		last = s.group.Say(people[who], text)
		return nil
	}
	post := func() telegramtest.Line { return s.group.Lines()[0] }
	return bottest.Fixture{
		Connect: func() bot.Channel {
			s.opt.Webhook = hook
			ch, err := telegram.New(t.Context(), s.opt)
			if err != nil {
				t.Fatal(err)
			}
			return ch
		},
		Notes: &s.ears.notes,
		Chat:  s.chat,
		Say:   func(text string) error { return say("王芳", text) },
		As:    say,
		Seen:  s.group.Texts,
		Again: func() error { s.server.Repeat(last); return nil },
		Edit:  func(text string) error { last.Edit(text); return nil },
		Answer: func(text string) error {
			s.group.Say(s.server.Person("李敏"), text, telegramtest.Reply(s.group.Message(post().ID)))
			return nil
		},
		Press: func(label string) error {
			_, err := s.group.Press(s.server.Person("李敏"), post().ID, label)
			return err
		},
		Times: func() (out []time.Time) {
			for _, c := range s.server.Calls("sendMessage") {
				if c.Accepted {
					out = append(out, c.At)
				}
			}
			return out
		},
	}
}

// newHook gives a webhook on a free port of this machine.
func newHook(t *testing.T) *telegram.Webhook {
	addr := freeAddr(t)
	return &telegram.Webhook{URL: "http://" + addr + "/telegram", Addr: addr, Secret: "hunter2"}
}
