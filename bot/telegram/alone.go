package telegram

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"youshi/bot"
)

// Notes of private chats: privatePrefix and the account, with openChat or shutChat.
const (
	privatePrefix = "private/"
	openChat      = "open" // the person spoke there
	shutChat      = "shut" // Telegram said that the bot may not write there
)

// alone knows with whom the bot can talk in private. It is asked inside of
// transactions and so lives in memory; its notes are written with what was heard.
type alone struct {
	mu    sync.Mutex
	chats map[int64]string
	bound map[int64]bool
}

func readAlone(ctx context.Context, notes bot.Notes, bound []int64) (*alone, error) {
	a := &alone{chats: map[int64]string{}, bound: map[int64]bool{}}
	for _, id := range bound {
		a.bound[id] = true
	}
	all, err := notes.All(ctx, privatePrefix)
	if err != nil {
		return nil, fmt.Errorf("reading the private chats of Telegram: %w", err)
	}
	for _, n := range all {
		if id, err := strconv.ParseInt(strings.TrimPrefix(n.Key, privatePrefix), 10, 64); err == nil {
			a.chats[id] = string(n.Value)
		}
	}
	return a, nil
}

// may reports whether the bot can write to somebody.
func (a *alone) may(user int64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	state, known := a.chats[user]
	return state == openChat || !known && a.bound[user]
}

// is reports whether that is known already.
func (a *alone) is(user int64, state string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.chats[user] == state
}

// learn takes the notes of private chats that were just written.
func (a *alone) learn(notes []bot.Note) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, n := range notes {
		who, private := strings.CutPrefix(n.Key, privatePrefix)
		if id, err := strconv.ParseInt(who, 10, 64); private && err == nil {
			a.chats[id] = string(n.Value)
		}
	}
}

func privateNote(user int64, state string) bot.Note {
	return bot.Note{Key: privatePrefix + native(user), Value: []byte(state)}
}
