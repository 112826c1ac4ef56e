package bottest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"youshi/bot"
)

// Notes are a channel's notes in memory. The zero value is empty.
type Notes struct {
	mu  sync.Mutex
	all map[string][]byte
}

var _ bot.Notes = (*Notes)(nil)

// Get implements bot.Notes.
func (n *Notes) Get(_ context.Context, key string) ([]byte, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.all[key]), nil
}

// Put implements bot.Notes.
func (n *Notes) Put(_ context.Context, notes ...bot.Note) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, x := range notes {
		if x.Value == nil {
			delete(n.all, x.Key)
			continue
		}
		if n.all == nil {
			n.all = map[string][]byte{}
		}
		n.all[x.Key] = slices.Clone(x.Value)
	}
	return nil
}

// All implements bot.Notes.
func (n *Notes) All(_ context.Context, prefix string) ([]bot.Note, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []bot.Note
	for _, key := range slices.Sorted(maps.Keys(n.all)) {
		if strings.HasPrefix(key, prefix) {
			out = append(out, bot.Note{Key: key, Value: slices.Clone(n.all[key])})
		}
	}
	return out, nil
}
