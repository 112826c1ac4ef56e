package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"youshi/app/print"
	"youshi/bot"
	"youshi/bot/telegram"
	"youshi/config"
	"youshi/grid"
	"youshi/storage"
)

// platforms are the channels to platforms outside, each opened where the config
// has its section; nil: it is off.
var platforms = []struct {
	name string
	open func(*house, context.Context) (bot.Channel, error)
}{
	{"Telegram", (*house).openTelegram},
	{"WeChat", (*house).openWeChat},
}

// openChannels opens the channels to platforms. Nothing is asked of a platform
// until the parts run.
func (h *house) openChannels(ctx context.Context) error {
	for _, p := range platforms {
		ch, err := p.open(h, ctx)
		if err != nil {
			return fmt.Errorf("opening the channel to %s: %w", p.name, err)
		}
		if ch != nil {
			h.channels[ch.ID()] = ch
			h.outside = append(h.outside, h.channelPart(p.name, ch))
		}
	}
	return nil
}

// notesOf and media are what every channel keeps.
func (h *house) notesOf(ch grid.ChannelID) bot.Notes {
	return bot.ChannelNotes{Store: h.store, Home: h.communities[0], Channel: ch}
}

func (h *house) media() bot.Media { return bot.Media{Dir: filepath.Join(h.cfg.Data, "media")} }

// editsIn reports whether what was said in a chat can be rewritten there.
func (h *house) editsIn(tx storage.Tx, to grid.ChatID) (bool, error) {
	c, err := tx.Roster().Chat(to)
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("looking up chat %s: %w", to, err)
	}
	_, can := h.channels[c.Channel].(bot.Editor)
	return can, nil
}

func (h *house) openTelegram(ctx context.Context) (bot.Channel, error) {
	t := h.cfg.Telegram
	if t == nil {
		return nil, nil
	}
	token, err := t.Token.Open()
	if err != nil {
		return nil, fmt.Errorf("telegram.token: %w", err)
	}
	o := telegram.Options{Token: token, ServerURL: t.ServerURL, Bot: h.cfg.Bot.Name,
		Notes: h.notesOf(telegram.ID), Media: h.media(), Log: h.log, Now: h.now, Changed: h.changed(telegram.ID)}
	if t.Mode == config.Webhook {
		secret, err := t.WebhookSecret.Open()
		if err != nil {
			return nil, fmt.Errorf("telegram.webhook_secret: %w", err)
		}
		if err := telegram.CheckSecret(secret); err != nil {
			return nil, err
		}
		o.Webhook = &telegram.Webhook{URL: t.WebhookURL, Addr: t.WebhookAddr, Secret: secret}
	}
	for _, p := range h.cfg.People {
		if p.Telegram != 0 {
			o.Bound = append(o.Bound, p.Telegram)
		}
	}
	return telegram.New(ctx, o)
}

// telegramAnswers says how the bot of [telegram] stands.
func telegramAnswers(ctx context.Context, c config.Config, k *print.Findings) {
	if c.Telegram == nil {
		return
	}
	token, err := c.Telegram.Token.Open()
	if err != nil {
		return // said already
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	s, err := telegram.Ask(ctx, token, c.Telegram.ServerURL)
	if err != nil {
		k.Wrong("Telegram at %s: %v; look at the token, the network and server_url", c.Telegram.ServerURL, err)
		return
	}
	how := "updates are fetched"
	if s.Webhook != "" {
		how = "updates are delivered to a webhook"
	}
	k.OK("Telegram knows the bot as @%s; %s, %d wait", s.Username, how, s.Pending)
	if say := s.Say(c.Telegram.Mode == config.Webhook); say != "" {
		k.Warn("Telegram: %s", say)
	}
}
