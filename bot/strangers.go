package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// notesStrangers is the scope of storage.Notes that holds, for "<channel>/<native
// id>", a Stranger as JSON, in the Ear's Home.
const notesStrangers = "strangers"

const (
	maxStrangers  = 100              // chats that are remembered, those heard from last
	strangerEvery = 10 * time.Minute // how often one of them is written down at most
)

// Stranger is a group that no area is bound to and that something was heard from.
// Nothing that was said there is kept.
type Stranger struct {
	Channel grid.ChannelID `json:"channel"`
	Native  string         `json:"chat"`           // the platform's id: what [[group]] calls chat
	Name    string         `json:"name,omitempty"` // as the platform shows it, where the channel knows
	Since   time.Time      `json:"since"`          // heard from first
	Last    time.Time      `json:"last"`           // heard from lately, to ten minutes
	Heard   int            `json:"heard"`          // how often, to what fell into the last ten minutes
}

// Strangers lists the chats of the community's notes that are bound to nothing, the
// one heard from first foremost.
func Strangers(tx storage.Tx) ([]Stranger, error) {
	var all []Stranger
	for _, raw := range tx.Notes().All(notesStrangers) {
		var s Stranger
		if err := json.Unmarshal(raw, &s); err != nil {
			return nil, fmt.Errorf("reading a chat that is bound to nothing: %w", err)
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Stranger) int { return a.Since.Compare(b.Since) })
	return all, nil
}

// ForgetStranger forgets a chat: it is bound now, or the bot was taken out of it.
func ForgetStranger(tx storage.Tx, ch grid.ChannelID, native string) error {
	return tx.Notes().Put(notesStrangers, string(ch)+"/"+native, nil)
}

// unwritten is what was heard from a stranger since it was written down last.
type unwritten struct {
	at    time.Time
	heard int
}

// refuse counts an event of a chat that is not ours, and lets the operator know of
// the chat: once in the log, and every few minutes in the store.
func (e *Ear) refuse(ctx context.Context, ev grid.Event, now time.Time) {
	e.refused.Add(1)
	native := ev.Native
	if native.Kind == grid.PrivateChat || native.Native == "" {
		return
	}
	key := string(native.Channel) + "/" + native.Native
	e.mu.Lock()
	last, known := e.strangers[key]
	last.heard++
	due := !known || now.Sub(last.at) >= strangerEvery
	heard := last.heard
	if due {
		last = unwritten{at: now}
	}
	if e.strangers == nil || len(e.strangers) > 10*maxStrangers { // forgotten here, not in the store
		e.strangers = map[string]unwritten{}
	}
	e.strangers[key] = last
	e.mu.Unlock()
	if !due {
		return
	}
	log := logger(e.Log).With("part", "ear", "channel", native.Channel, "chat", native.Native)
	if !known {
		log.Warn("heard from a chat that is bound to nothing: it is not listened to until a [[group]] with this channel and chat, or a code of youshi groups invite, binds it", "name", native.Name)
	}
	if e.Home == "" {
		return
	}
	err := e.Store.Update(ctx, e.Home, func(tx storage.Tx) error { return meet(tx, key, native, heard, now) })
	if err != nil {
		log.Error("a chat that is bound to nothing cannot be written down", "err", err)
	}
}

// meet writes a stranger down; of too many the one heard from longest ago goes.
func meet(tx storage.Tx, key string, c grid.Chat, heard int, now time.Time) error {
	s := Stranger{Channel: c.Channel, Native: c.Native, Since: now}
	raw, err := tx.Notes().Get(notesStrangers, key)
	if err != nil {
		return err
	}
	if raw == nil {
		all, err := Strangers(tx)
		if err != nil {
			return err
		}
		if len(all) >= maxStrangers {
			old := slices.MinFunc(all, func(a, b Stranger) int { return a.Last.Compare(b.Last) })
			if err := ForgetStranger(tx, old.Channel, old.Native); err != nil {
				return err
			}
		}
	} else if err := json.Unmarshal(raw, &s); err != nil {
		return fmt.Errorf("reading a chat that is bound to nothing: %w", err)
	}
	s.Last, s.Heard = now, s.Heard+heard
	if c.Name != "" {
		s.Name = c.Name
	}
	if raw, err = json.Marshal(s); err != nil {
		return err
	}
	return tx.Notes().Put(notesStrangers, key, raw)
}
