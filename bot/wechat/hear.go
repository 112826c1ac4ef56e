package wechat

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/eatmoreapple/openwechat"

	"youshi/bot"
	"youshi/grid"
)

const (
	notesHeld = "held/" // + MsgId
	notesSaid = "said/" // + MsgId
	keepSaid  = 3 * 24 * time.Hour
	mostSaid  = 2000 // lines kept in memory as well
)

// said is what is kept of a line for a few days: who said it, for a recall does
// not tell, and its first words, for an answer quotes them.
type said struct {
	Native string        `json:"native"`
	By     grid.Identity `json:"by"`
	Name   string        `json:"name,omitempty"`
	Words  string        `json:"words,omitempty"`
	At     time.Time     `json:"at"`
}

// heldNote is a message that waits for the name of its group.
type heldNote struct {
	Session string              `json:"session"`
	Message *openwechat.Message `json:"message"`
}

// take hears what came: names first, then the events, with the position and what
// must be kept of them, in one go. Nothing has moved on when it fails.
func (l *login) take(ctx context.Context, fresh news, key *openwechat.SyncKey) error {
	now := time.Now()
	l.book.learn(fresh.ModContactList, now)
	msgs := append(slices.Clone(l.held), fresh.AddMsgList...)
	unknown := l.unknown(msgs, now)
	if len(unknown) > 0 {
		l.ask(ctx, unknown)
	}
	if len(unknown)+len(fresh.ModContactList) > 0 {
		if err := l.settle(ctx); err != nil {
			return err
		}
	}
	raw, err := json.Marshal(position{l.creds.Base.Sid, key})
	if err != nil {
		return fmt.Errorf("writing the position: %w", err)
	}
	var h bot.Heard
	pictures, bind := false, false
	var held []*openwechat.Message
	for i, m := range msgs {
		if m == nil || m.MsgType == kindNotify || m.FromUserName == l.self {
			continue
		}
		l.heard, l.lively = now, true
		if isGroup(m.FromUserName) && l.book.nameOf(m.FromUserName) == "" {
			held = append(held, m)
		}
		if note, ok := l.hold(m, i < len(l.held), len(held) > 0 && held[len(held)-1] == m); ok {
			h.Notes = append(h.Notes, note)
		}
		if len(held) > 0 && held[len(held)-1] == m {
			continue
		}
		ev, ours, ok, err := l.event(ctx, m)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		h.Events = append(h.Events, ev)
		if !ours { // the house may bind the group, if a code of its own was said there
			bind = bind || strings.Contains(ev.Message.Text, "绑定")
			continue
		}
		h.Notes = append(h.Notes, l.noted(m, ev)...)
		pictures = pictures || ev.Message.Kind == grid.ImageMessage
	}
	h.Notes = append(h.Notes, bot.Note{Key: notesPosition, Value: raw})
	if err := l.hear(ctx, h); err != nil {
		return fmt.Errorf("writing down what was heard: %w", err)
	}
	l.held = held
	if bind {
		if err := l.settle(ctx); err != nil {
			l.opt.Log.Error("groups cannot be settled; they will be with the next one that is seen", "err", err)
		}
	}
	if pictures {
		select {
		case l.pictures <- struct{}{}:
		default:
		}
	}
	return nil
}

// hold gives the note that goes with a message of a group whose name nobody has
// told yet: it is kept whole until then, and let go afterwards.
func (l *login) hold(m *openwechat.Message, was, is bool) (note bot.Note, ok bool) {
	note.Key = notesHeld + cmp.Or(m.MsgId, strconv.FormatInt(m.NewMsgId, 10))
	if is && !was {
		note.Value, _ = json.Marshal(heldNote{l.creds.Base.Sid, m}) // it came as JSON
	}
	return note, was != is
}

// readHeld reads the messages that are held. Those of an earlier session cannot
// be told from anybody's any more.
func (l *login) readHeld(ctx context.Context) error {
	all, err := l.opt.Notes.All(ctx, notesHeld)
	if err != nil {
		return fmt.Errorf("reading the messages of groups without a name: %w", err)
	}
	var lost []bot.Note
	for _, n := range all {
		var h heldNote
		if json.Unmarshal(n.Value, &h) != nil || h.Session != l.creds.Base.Sid || h.Message == nil {
			lost = append(lost, bot.Note{Key: n.Key})
			continue
		}
		l.held = append(l.held, h.Message)
	}
	if len(lost) == 0 {
		return nil
	}
	l.opt.Log.Error("messages are lost: WeChat never said which group they were from", "messages", len(lost))
	return l.opt.Notes.Put(ctx, lost...)
}

// unknown gives the groups and people that should be asked about before what
// they said is heard.
func (l *login) unknown(msgs []*openwechat.Message, now time.Time) []string {
	if now.Before(l.askAfter) {
		return nil
	}
	var out []string
	seen := map[string]bool{}
	for _, m := range msgs {
		if m == nil || m.FromUserName == l.self || m.MsgType == kindNotify || seen[m.FromUserName] {
			continue
		}
		speaker, words := cut(m.Content)
		switch {
		case isGroup(m.FromUserName):
			if m.MsgType == kindSystem && (joins(words) || strings.Contains(words, "修改群名为")) {
				l.book.stale(m.FromUserName)
			}
			if !l.book.stranger(m.FromUserName, speaker, now) {
				continue
			}
		case !isPerson(m.FromUserName) || l.book.knows(m.FromUserName):
			continue
		}
		seen[m.FromUserName] = true
		out = append(out, m.FromUserName)
	}
	return out
}

// event turns a message into what was heard. ours is false in a group that no area
// is bound to; ok is false for what nobody need hear.
func (l *login) event(ctx context.Context, m *openwechat.Message) (ev grid.Event, ours, ok bool, err error) {
	ev.Kind = grid.EventMessage
	words := m.Content
	var names []string
	switch {
	case isGroup(m.FromUserName):
		var user string
		user, words = cut(m.Content)
		native, certain, bound, err := l.bound(ctx, m.FromUserName, plain(words))
		if err != nil || native == "" {
			return ev, false, false, err
		}
		ours = bound
		scope := native
		if !certain {
			scope += "?" // nobody here is anybody who is known there
		}
		ev.Native = grid.Chat{Channel: ID, Native: native, Kind: grid.GroupChat, Name: l.book.nameOf(m.FromUserName)}
		if user != "" {
			ev.Speaker = l.book.inGroup(m.FromUserName, scope, user)
		}
		names = l.book.ownNames(m.FromUserName)
	case isPerson(m.FromUserName) && m.MsgType != kindSystem:
		ours, ev.Speaker = true, l.book.inPrivate(m.FromUserName)
		ev.Native = grid.Chat{Channel: ID, Native: ev.Speaker.ID, Kind: grid.PrivateChat}
	default:
		return ev, false, false, nil
	}
	id := cmp.Or(m.MsgId, strconv.FormatInt(m.NewMsgId, 10))
	ev.Message = grid.Message{ID: messageID(id), Sent: time.Unix(m.CreateTime, 0)}
	if m.CreateTime == 0 {
		ev.Message.Sent = time.Time{} // hearing says when
	}
	ev.Key = grid.EventKey{Channel: ID, Chat: ev.Native.Native, Message: strconv.FormatInt(m.NewMsgId, 10)}
	if m.NewMsgId == 0 {
		ev.Key.Message = id
	}
	l.fill(ctx, &ev, m, words, names)
	return ev, ours, true, nil
}

// fill says what the message is made of.
func (l *login) fill(ctx context.Context, ev *grid.Event, m *openwechat.Message, words string, names []string) {
	msg := &ev.Message
	switch {
	case isPlace(m):
		msg.Kind, msg.Text = grid.LocationMessage, placeOf(m, words)
	case m.MsgType == kindText:
		msg.Kind, msg.Text = grid.TextMessage, calls(plain(words), l.opt.Bot, names...)
	case m.MsgType == kindPicture:
		msg.Kind = grid.ImageMessage
	case m.MsgType == kindVoice:
		msg.Kind = grid.VoiceMessage
	case m.MsgType == kindApp && m.AppMsgType == appFile:
		msg.Kind, msg.Text = grid.FileMessage, plain(m.FileName)
	case m.MsgType == kindRecalled:
		of := recalledID(words)
		if of == "" {
			msg.Kind = grid.OtherMessage
			return
		}
		ev.Kind, msg.Kind, msg.Of, ev.Key.Revision = grid.EventRecall, grid.RecallMessage, messageID(of), "recall"
		msg.ID += "-recall" // some servers give it the number of the message meant
		// Only the platform says that a message was taken back; it need not say by
		// whom, so it is by who said it.
		if s, ok := l.saidAs(ctx, of); ok && s.Native == ev.Native.Native {
			ev.Speaker = grid.Speaker{Identity: s.By, Name: s.Name}
		}
	case m.MsgType == kindSystem && joins(words):
		ev.Kind, msg.Kind = grid.EventJoin, grid.JoinMessage
	default: // heard and counted; what the platform shows instead of it may hold names
		msg.Kind = grid.OtherMessage
	}
}

// bound gives the bound name of a group and whether it is certain; a code said in
// it settles it. Of a group that no area is bound to it gives the name of its own,
// unless that would be taken for another's ("").
func (l *login) bound(ctx context.Context, user, text string) (native string, certain, ok bool, err error) {
	if l.groups.confirm(user, text, l.book.rooms) {
		if err := l.settle(ctx); err != nil {
			return "", false, false, err
		}
		l.opt.Log.Info("a person said which group is the right one")
	}
	if native, certain, ok = l.groups.of(user); ok {
		return native, certain, true, nil
	}
	if name := l.book.nameOf(user); !l.groups.has(name) {
		return name, false, false, nil
	}
	return "", false, false, nil
}

// noted gives the notes that go with an event.
func (l *login) noted(m *openwechat.Message, ev grid.Event) []bot.Note {
	id := strings.TrimPrefix(string(ev.Message.ID), string(messageID("")))
	if ev.Kind == grid.EventRecall { // its words leave every place
		of := strings.TrimPrefix(string(ev.Message.Of), string(messageID("")))
		l.mu.Lock()
		delete(l.said, of)
		l.mu.Unlock()
		return []bot.Note{{Key: notesSaid + of}}
	}
	if ev.Speaker.ID == "" {
		return nil
	}
	s := said{Native: ev.Native.Native, By: ev.Speaker.Identity, Name: ev.Speaker.Name, Words: opening(ev.Message.Text), At: time.Now()}
	l.mu.Lock()
	if len(l.said) >= mostSaid {
		clear(l.said) // the notes have them
	}
	l.said[id] = s
	l.mu.Unlock()
	raw, _ := json.Marshal(s) // words and a time
	out := []bot.Note{{Key: notesSaid + id, Value: raw}}
	if ev.Message.Kind == grid.ImageMessage {
		raw, _ := json.Marshal(pending{Native: ev.Native, Key: ev.Key, Speaker: ev.Speaker, MsgID: m.MsgId}) // words
		out = append(out, bot.Note{Key: notesPicture + id, Value: raw})
	}
	return out
}

// saidAs gives what is kept of a message.
func (c *Channel) saidAs(ctx context.Context, id string) (s said, ok bool) {
	if l := c.current(); l != nil {
		l.mu.Lock()
		s, ok = l.said[id]
		l.mu.Unlock()
	}
	if ok {
		return s, true
	}
	raw, err := c.opt.Notes.Get(ctx, notesSaid+id)
	if err != nil || raw == nil || json.Unmarshal(raw, &s) != nil {
		return s, false
	}
	return s, true
}

// tidy forgets lines that nobody will answer any more, once a day.
func (l *login) tidy(ctx context.Context) error {
	if time.Since(l.tidied) < 24*time.Hour {
		return nil
	}
	l.tidied = time.Now()
	all, err := l.opt.Notes.All(ctx, notesSaid)
	if err != nil {
		return fmt.Errorf("reading what was said: %w", err)
	}
	var old []bot.Note
	for _, n := range all {
		var s said
		if json.Unmarshal(n.Value, &s) != nil || time.Since(s.At) > keepSaid {
			old = append(old, bot.Note{Key: n.Key})
		}
	}
	if len(old) == 0 {
		return nil
	}
	if err := l.opt.Notes.Put(ctx, old...); err != nil {
		return fmt.Errorf("forgetting what was said: %w", err)
	}
	return nil
}
