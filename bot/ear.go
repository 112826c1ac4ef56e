package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// Scopes of storage.Notes that hearing keeps; each value is a JSON list.
const (
	// notesEdits holds, for a message id, the edit lines of it: taking the
	// message back takes them back too.
	notesEdits = "edits"
	// notesLanes holds, for a lane, the chats it was heard in: a scene sees what
	// was said in all of them, without reading every chat of the Roster.
	notesLanes = "lanes"
)

// noted reads the list kept in a note.
func noted[T ~string](tx storage.Tx, scope, key string) ([]T, error) {
	raw, err := tx.Notes().Get(scope, key)
	if err != nil || raw == nil {
		return nil, err
	}
	var list []T
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("reading the note %s %s: %w", scope, key, err)
	}
	return list, nil
}

// note adds to the list kept in a note what is not in it yet.
func note[T ~string](tx storage.Tx, scope, key string, list []T, add T) error {
	if slices.Contains(list, add) {
		return nil
	}
	raw, err := json.Marshal(append(list, add))
	if err != nil {
		return fmt.Errorf("noting %s %s: %w", scope, key, err)
	}
	return tx.Notes().Put(scope, key, raw)
}

// PrivateID is the id of the private chat with a person.
func PrivateID(p grid.PersonID) grid.ChatID { return grid.ChatID("private:" + string(p)) }

// Ear writes down what channels hear.
type Ear struct {
	Store storage.Store
	Time  Time
	// Home is the community that keeps the channels' notes; "": notes are refused.
	Home grid.CommunityID
	// Where says to which community what was heard belongs; false: to none of ours.
	Where func(ctx context.Context, ev grid.Event) (grid.CommunityID, bool, error)
	// Unknown is asked about a chat that no area is bound to: it may bind it
	// (storing chat and area in tx) or refuse. It may run twice. Nil refuses all.
	Unknown func(tx storage.Tx, ev grid.Event) (grid.Chat, bool, error)
	// Attached is told of a message whose files arrived after it, in the same
	// transaction; it may run twice, and be nil.
	Attached func(tx storage.Tx, m grid.Message, now time.Time) error
	// Woken is told of each lane that got an event, after the commit; it may be nil.
	Woken func(grid.CommunityID, grid.LaneID)
	Log   *slog.Logger // nil: slog.Default

	refused   atomic.Int64
	mu        sync.Mutex
	strangers map[string]unwritten // chats that are not ours: see refuse
}

// Refused gives how many events were dropped because their chat is not ours.
func (e *Ear) Refused() int64 { return e.refused.Load() }

// For gives the Hear of a channel: it returns when all events are on disk, one
// transaction a community, the last of them with the channel's notes. Hearing an
// event again is no error and keeps nothing twice.
func (e *Ear) For(ch grid.ChannelID) Hear {
	return func(ctx context.Context, h Heard) error {
		now := e.Time.Now()
		parts, err := e.sort(ctx, h.Events, now)
		if err != nil {
			return err
		}
		if len(h.Notes) > 0 && (len(parts) == 0 || parts[len(parts)-1].community != e.Home) {
			parts = append(parts, part{community: e.Home})
		}
		for i, p := range parts {
			var notes []Note
			if i == len(parts)-1 {
				notes = h.Notes
			}
			if err := e.hear(ctx, p, ch, notes, now); err != nil {
				return fmt.Errorf("hearing for %s: %w", p.community, err)
			}
		}
		return nil
	}
}

// part is what was heard for one community.
type part struct {
	community grid.CommunityID
	events    []grid.Event
}

// sort gives the events of each community in order; those of the community that
// keeps the notes last, so that both can be kept in one transaction.
func (e *Ear) sort(ctx context.Context, evs []grid.Event, now time.Time) ([]part, error) {
	var parts []part
	home := part{community: e.Home}
	for _, ev := range evs {
		c, ok, err := e.Where(ctx, ev)
		if err != nil {
			return nil, fmt.Errorf("asking where an event belongs: %w", err)
		}
		i := slices.IndexFunc(parts, func(p part) bool { return p.community == c })
		switch {
		case !ok:
			e.refuse(ctx, ev, now)
		case c == e.Home:
			home.events = append(home.events, ev)
		case i >= 0:
			parts[i].events = append(parts[i].events, ev)
		default:
			parts = append(parts, part{c, []grid.Event{ev}})
		}
	}
	if len(home.events) > 0 {
		parts = append(parts, home)
	}
	return parts, nil
}

func (e *Ear) hear(ctx context.Context, p part, ch grid.ChannelID, notes []Note, now time.Time) error {
	var lanes []grid.LaneID
	var refused []grid.Event
	err := e.Store.Update(ctx, p.community, func(tx storage.Tx) error {
		lanes, refused = nil, nil
		for _, ev := range p.events {
			lane, ok, err := e.write(tx, ev, now)
			switch {
			case err != nil:
				return err
			case !ok:
				refused = append(refused, ev)
			case lane != "" && !slices.Contains(lanes, lane):
				lanes = append(lanes, lane)
			}
		}
		return putNotes(tx, ch, notes)
	})
	if err != nil {
		return err
	}
	for _, ev := range refused {
		e.refuse(ctx, ev, now)
	}
	if e.Woken != nil {
		for _, l := range lanes {
			e.Woken(p.community, l)
		}
	}
	return nil
}

// write puts one event into the inbox and its line into the record. It gives
// the lane, "" for an event heard before, and false when the chat is refused.
func (e *Ear) write(tx storage.Tx, ev grid.Event, now time.Time) (grid.LaneID, bool, error) {
	who, err := speaker(tx, ev.Speaker)
	if err != nil {
		return "", false, err
	}
	chat, ok, err := e.chat(tx, ev, who)
	if err != nil || !ok {
		return "", false, err
	}
	if ev.Kind == grid.EventMedia {
		m, err := addMedia(tx, ev.Message)
		if err == nil && e.Attached != nil && m.ID != "" {
			err = e.Attached(tx, m, now)
		}
		return "", true, err
	}
	if ev.Kind == grid.EventMoved {
		if chat, err = move(tx, chat, ev.Moved); err != nil || ev.Message.ID == "" {
			return "", true, err
		}
	}
	area, err := tx.Roster().Area(chat.Area)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return "", false, fmt.Errorf("reading the area of chat %s: %w", chat.ID, err)
	}
	name := ev.Speaker.Name
	m, err := unquote(tx, line(ev, chat.ID, who.ID, now))
	if err != nil {
		return "", false, err
	}
	ev.Lane, ev.Native, ev.Chat, ev.From = chat.Lane(area), chat, chat.ID, who.ID
	ev.Seq, ev.At, ev.Tries, ev.Speaker.Name = 0, time.Time{}, 0, ""
	ev.Message = grid.Message{ID: m.ID, Chat: m.Chat, From: m.From, Kind: m.Kind, Sent: m.Sent, Heard: m.Heard, ReplyTo: m.ReplyTo, Of: m.Of}
	_, fresh, err := tx.Inbox().Put(ev, now)
	if err != nil {
		return "", false, fmt.Errorf("putting an event into lane %s: %w", ev.Lane, err)
	}
	if !fresh {
		return "", true, nil
	}
	if m.ID != "" {
		if err := tx.Messages().Put(m); err != nil {
			return "", false, fmt.Errorf("writing down message %s: %w", m.ID, err)
		}
	}
	if err := rename(tx, who, name); err != nil {
		return "", false, err
	}
	chats, err := noted[grid.ChatID](tx, notesLanes, string(ev.Lane))
	if err == nil {
		err = note(tx, notesLanes, string(ev.Lane), chats, chat.ID)
	}
	if err != nil {
		return "", false, err
	}
	return ev.Lane, true, takeBack(tx, m, chat, who, now)
}

// line is the message record of an event: what the channel filled, completed.
func line(ev grid.Event, chat grid.ChatID, from grid.PersonID, now time.Time) grid.Message {
	m := ev.Message
	m.Chat, m.From, m.Heard, m.Name = chat, from, now, ""
	m.Outcome, m.Reason, m.Ticket, m.Intent = "", "", 0, grid.Intent{}
	if m.Sent.IsZero() {
		m.Sent = now
	}
	switch ev.Kind {
	case grid.EventEdit:
		m.Kind = grid.EditMessage
	case grid.EventRecall:
		m.Kind, m.Text, m.Media = grid.RecallMessage, "", nil
	case grid.EventJoin:
		m.Kind = grid.JoinMessage
	case grid.EventPress:
		m = grid.Message{} // a press is no line
	}
	if m.ID != "" && m.Kind == "" {
		m.Kind = grid.TextMessage
	}
	return m
}

// speaker gives the person behind an account: a resident is born with the first word.
func speaker(tx storage.Tx, s grid.Speaker) (grid.Person, error) {
	if s.ID == "" {
		return grid.Person{}, nil // the platform itself speaks
	}
	p, err := tx.Roster().PersonOf(s.Identity)
	if errors.Is(err, storage.ErrNotFound) {
		p, err = tx.Roster().PutPerson(grid.Person{Name: s.Name, Identities: []grid.Identity{s.Identity}})
	}
	if err != nil {
		return p, fmt.Errorf("looking up who spoke: %w", err)
	}
	return p, nil
}

// rename lets a resident's name follow the platform; one that came with an
// office stays.
func rename(tx storage.Tx, who grid.Person, name string) error {
	if who.ID == "" || name == "" || name == who.Name || len(who.Offices) > 0 {
		return nil
	}
	who.Name = name
	if _, err := tx.Roster().PutPerson(who); err != nil {
		return fmt.Errorf("writing down the new name of %s: %w", who.ID, err)
	}
	return nil
}

// chat gives our chat of what was heard; false when it is refused.
func (e *Ear) chat(tx storage.Tx, ev grid.Event, who grid.Person) (grid.Chat, bool, error) {
	r := tx.Roster()
	if ev.Native.Kind == grid.PrivateChat {
		if who.ID == "" {
			return grid.Chat{}, false, nil
		}
		want := grid.Chat{ID: PrivateID(who.ID), Kind: grid.PrivateChat, Channel: ev.Native.Channel, Native: ev.Native.Native, Person: who.ID}
		got, err := r.Chat(want.ID)
		want.Name = got.Name
		if err == nil && got == want {
			return got, true, nil
		} else if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return got, false, fmt.Errorf("reading chat %s: %w", want.ID, err)
		}
		if err := Lead(tx, want); err != nil { // new, or the person speaks by another way now
			return want, false, fmt.Errorf("binding chat %s: %w", want.ID, err)
		}
		return want, true, nil
	}
	c, err := ChatOf(tx, ev.Native.Channel, ev.Native.Native)
	switch {
	case err == nil:
		return c, true, nil
	case !errors.Is(err, storage.ErrNotFound):
		return c, false, fmt.Errorf("reading the chat of an event: %w", err)
	case e.Unknown == nil:
		return c, false, nil
	}
	c, ok, err := e.Unknown(tx, ev)
	if err != nil {
		return c, false, fmt.Errorf("asking about an unknown chat: %w", err)
	}
	return c, ok, nil
}

// takeBack lets a recall take effect on pages at once: the text of the message
// meant, and of its edits, is sealed. Only the sender and who decides in the
// area may. What it means for a ticket, and what an edit means at all, the lane
// decides later.
func takeBack(tx storage.Tx, line grid.Message, chat grid.Chat, who grid.Person, now time.Time) error {
	if line.Of == "" || line.Kind != grid.EditMessage && line.Kind != grid.RecallMessage {
		return nil
	}
	meant, err := tx.Messages().Get(line.Of)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	} else if err != nil {
		return fmt.Errorf("reading the message meant: %w", err)
	}
	edits, err := noted[grid.MessageID](tx, notesEdits, string(meant.ID))
	if err != nil {
		return err
	}
	sealed := append(slices.Clone(edits), meant.ID)
	if line.Kind == grid.EditMessage {
		if err := note(tx, notesEdits, string(meant.ID), edits, line.ID); err != nil || meant.Recalled.IsZero() {
			return err
		}
		sealed = []grid.MessageID{line.ID} // an edit of what was taken back
	} else if may, err := mayRecall(tx, meant, chat, who, now); err != nil || !may {
		return err
	}
	for _, id := range sealed {
		if err := seal(tx, id, now); err != nil {
			return fmt.Errorf("sealing message %s: %w", id, err)
		}
	}
	return nil
}

func mayRecall(tx storage.Tx, meant grid.Message, chat grid.Chat, who grid.Person, now time.Time) (bool, error) {
	if meant.From == who.ID {
		return true, nil
	}
	role, err := storage.RoleIn(tx.Roster(), who, chat.Area, now)
	return grid.Decides(role) && meant.Chat == chat.ID, err
}

// seal takes a message's words off every page; the record keeps them.
func seal(tx storage.Tx, id grid.MessageID, now time.Time) error {
	m, err := tx.Messages().Get(id)
	if err != nil {
		return err
	}
	if m.Text != "" {
		m.Sealed = append(m.Sealed, m.Text)
	}
	for _, f := range m.Media {
		m.Sealed = append(m.Sealed, string(f))
	}
	m.Text, m.Media, m.Recalled = "", nil, now
	m.Intent.Summary, m.Intent.Location, m.Intent.Command = "", "", nil // its words too
	m.Intent.Items, m.Intent.Otherwise = nil, nil
	return tx.Messages().Put(m)
}
