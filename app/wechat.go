package app

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/term"

	"youshi/bot"
	"youshi/bot/wechat"
	"youshi/grid"
	"youshi/storage"
)

// openWeChat makes the WeChat channel. QR codes are drawn where somebody sees them.
func (h *house) openWeChat(context.Context) (bot.Channel, error) {
	w := h.cfg.WeChat
	if w == nil {
		return nil, nil
	}
	o := wechat.Options{Notes: h.notesOf(wechat.ID), Media: h.media(), Voice: h.voice, Log: h.log, Now: h.now, Changed: h.changed(wechat.ID),
		Session: filepath.Join(h.cfg.Data, w.Session), Mode: w.Mode, Bot: h.cfg.Bot.Name,
		Gap: w.Gap, PerMinute: w.PerMinute, Rest: w.Rest, DeafAfter: w.DeafAfter, Terminal: terminal(os.Stderr), Groups: h.wechatGroups}
	return wechat.New(o), nil
}

// wechatGroups gives the names of the WeChat groups that an area is bound to.
func (h *house) wechatGroups(ctx context.Context) (names []string, err error) {
	for _, c := range h.communities {
		err := h.store.View(ctx, c, func(tx storage.Tx) error {
			chats, err := tx.Roster().Chats()
			for _, chat := range chats {
				if chat.Channel == wechat.ID && chat.Kind != grid.PrivateChat {
					names = append(names, chat.Native)
				}
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return names, nil
}

// terminal gives the file if it is a terminal, else nil.
func terminal(f *os.File) io.Writer {
	if !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return f
}
