package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"youshi/bot"
	"youshi/grid"
	"youshi/storage"
)

// notesAlarms is the scope of storage.Notes in which the first community keeps, for
// a channel, what was last told of it: a restart tells nothing twice.
const notesAlarms = "alarms"

// told is what was told of a channel.
type told struct {
	State bot.HealthState               `json:"state"`        // "": nothing, or that it is well
	At    map[bot.HealthState]time.Time `json:"at,omitempty"` // when each was told last
}

// sentence is what an alarm is filled with.
type sentence struct {
	Name  string // of the channel
	State bot.HealthState
	Since time.Time
	Say   string
	Scan  string
	Board string // an address, "" where the site has none
}

// alarm tells the operators, or without one the secretaries, that a channel does not
// get through, and when it does again: once a change, and the same not again before
// [watch] every.
func (h *house) alarm(ctx context.Context, s standing) error {
	now, watch := h.now(), h.cfg.Watch
	var was told
	err := h.store.View(ctx, h.communities[0], func(tx storage.Tx) error {
		raw, err := tx.Notes().Get(notesAlarms, string(s.Channel))
		if err != nil || raw == nil {
			return err
		}
		return json.Unmarshal(raw, &was)
	})
	if err != nil {
		return err
	}
	state, ill := s.State, s.ill(now, watch.After)
	switch {
	case ill && was.State == state, !ill && was.State == "", !ill && state != bot.HealthOnline:
		return nil // told already, or nothing to tell
	case !was.At[state].IsZero() && now.Sub(was.At[state]) < watch.Every:
		return nil
	}
	if err := h.tellOperators(ctx, s); err != nil {
		return err
	}
	if was.At == nil {
		was.At = map[bot.HealthState]time.Time{}
	}
	was.At[state], was.State = now, state
	if !ill {
		was.State = ""
	}
	raw, err := json.Marshal(was)
	if err != nil {
		return err
	}
	return h.store.Update(ctx, h.communities[0], func(tx storage.Tx) error {
		return tx.Notes().Put(notesAlarms, string(s.Channel), raw)
	})
}

// tellOperators says how a channel stands wherever its operators can be reached
// without it.
func (h *house) tellOperators(ctx context.Context, s standing) error {
	fill := sentence{string(s.Channel), s.State, s.Since.In(h.cfg.Timezone), s.Say, s.Scan, ""}
	if word := "channel." + fill.Name; h.voice.Has(word) {
		var err error
		if fill.Name, err = h.voice.Say(word, nil); err != nil {
			return err
		}
	}
	if h.cfg.Web.PublicURL != "" {
		fill.Board = h.cfg.Web.PublicURL + "/board"
	}
	text, err := h.voice.Say("channel", fill)
	if err != nil {
		return err
	}
	n := 0
	for _, role := range []grid.Role{grid.Operator, grid.Secretary} {
		for _, c := range h.communities {
			err := h.store.Update(ctx, c, func(tx storage.Tx) error {
				rooms, err := h.roomsOf(tx, role, s.Channel)
				n += len(rooms)
				for _, to := range rooms {
					o := grid.Outgoing{To: to, Class: grid.ClassAnswer, Kind: grid.PostEscalation, Text: text, Written: h.now(), State: grid.Waiting}
					if _, perr := tx.Outbox().Put(o); perr != nil {
						err = errors.Join(err, perr)
					}
				}
				return err
			})
			if err != nil {
				return fmt.Errorf("in %s: %w", c, err)
			}
		}
		if n > 0 {
			h.sender.Kick()
			return nil
		}
	}
	h.log.Error("nobody can be told how a channel stands: give somebody the role operator on another channel", "part", "channels", "channel", s.Channel, "state", s.State, "say", s.Say)
	return nil
}

// roomsOf are where those who hold a role anywhere are told of a sick channel: each
// in private on another one, else the staff chats of the community on another one.
func (h *house) roomsOf(tx storage.Tx, role grid.Role, sick grid.ChannelID) ([]grid.ChatID, error) {
	officers, err := tx.Roster().Officers()
	if err != nil {
		return nil, fmt.Errorf("reading officers: %w", err)
	}
	var rooms []grid.ChatID
	some := false
	for _, p := range officers {
		if p.Weak() || !holds(p, role, h.now()) {
			continue
		}
		some = true
		to, ok, err := h.wayTo(tx, p, sick)
		if err != nil {
			return nil, err
		}
		if ok {
			rooms = append(rooms, to)
		}
	}
	if len(rooms) > 0 || !some {
		return rooms, nil
	}
	chats, err := tx.Roster().Chats()
	if err != nil {
		return nil, fmt.Errorf("reading chats: %w", err)
	}
	for _, c := range chats {
		if c.Kind == grid.StaffChat && c.Area == grid.AreaID(tx.Community()) && c.Channel != sick && c.Native != "" && !h.mute(c.Channel) {
			rooms = append(rooms, c.ID)
		}
	}
	return rooms, nil
}

// holds reports whether somebody holds a role in any area.
func holds(p grid.Person, role grid.Role, at time.Time) bool {
	for _, o := range p.Offices {
		if o.Role == role && o.Held(at) {
			return true
		}
	}
	return false
}
