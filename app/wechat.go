package app

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/term"

	"youshi/bot"
	"youshi/bot/wechat"
)

// openWeChat makes the WeChat channel. QR codes are drawn where somebody sees them.
func (h *house) openWeChat(context.Context) (bot.Channel, error) {
	w := h.cfg.WeChat
	if w == nil {
		return nil, nil
	}
	o := wechat.Options{Notes: h.notesOf(wechat.ID), Media: h.media(), Voice: h.voice, Log: h.log, Now: h.now, Changed: h.changed(wechat.ID),
		Session: filepath.Join(h.cfg.Data, w.Session), Mode: w.Mode, Bot: h.cfg.Bot.Name,
		Gap: w.Gap, PerMinute: w.PerMinute, Rest: w.Rest, DeafAfter: w.DeafAfter, Terminal: terminal(os.Stderr)}
	for _, g := range h.cfg.Groups {
		if g.Channel == wechat.ID {
			o.Groups = append(o.Groups, g.Chat)
		}
	}
	return wechat.New(o), nil
}

// terminal gives the file if it is a terminal, else nil.
func terminal(f *os.File) io.Writer {
	if !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return f
}
