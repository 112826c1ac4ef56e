package bot

import (
	"context"
	"fmt"
	"strings"

	"youshi/grid"
	"youshi/storage"
)

// ChannelNotes are a channel's Notes in the store, in the community that is the
// Ear's Home.
type ChannelNotes struct {
	Store   storage.Store
	Home    grid.CommunityID
	Channel grid.ChannelID
}

var _ Notes = ChannelNotes{}

// scopeOf is the scope of storage.Notes that a channel's notes live in.
func scopeOf(ch grid.ChannelID) string { return "channel/" + string(ch) }

func putNotes(tx storage.Tx, ch grid.ChannelID, notes []Note) error {
	for _, n := range notes {
		if err := tx.Notes().Put(scopeOf(ch), n.Key, n.Value); err != nil {
			return fmt.Errorf("noting %s for %s: %w", n.Key, ch, err)
		}
	}
	return nil
}

// Get implements Notes.
func (n ChannelNotes) Get(ctx context.Context, key string) (value []byte, err error) {
	err = n.Store.View(ctx, n.Home, func(tx storage.Tx) error {
		value, err = tx.Notes().Get(scopeOf(n.Channel), key)
		return err
	})
	return value, err
}

// Put implements Notes.
func (n ChannelNotes) Put(ctx context.Context, notes ...Note) error {
	return n.Store.Update(ctx, n.Home, func(tx storage.Tx) error { return putNotes(tx, n.Channel, notes) })
}

// All implements Notes.
func (n ChannelNotes) All(ctx context.Context, prefix string) (all []Note, err error) {
	err = n.Store.View(ctx, n.Home, func(tx storage.Tx) error {
		all = nil
		for key, value := range tx.Notes().All(scopeOf(n.Channel)) {
			if strings.HasPrefix(key, prefix) {
				all = append(all, Note{key, value})
			}
		}
		return nil
	})
	return all, err
}
