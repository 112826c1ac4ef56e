package handlers

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// JobRead is the kind of the job that has a machine read a voice or a picture.
const JobRead = "read"

// Senses say what a machine may read: voices, and pictures said in groups.
type Senses struct{ Hear, See bool }

// Reads reports whether a machine is to read the message: it has no words of its
// own, a file that says something, and the site has turned that on. Pictures
// shown in private are nobody else's.
func (s Senses) Reads(m grid.Message, chat grid.Chat) bool {
	if m.Text != "" || len(m.Media) == 0 || !m.Recalled.IsZero() {
		return false
	}
	return m.Kind == grid.VoiceMessage && s.Hear || m.Kind == grid.ImageMessage && s.See && chat.Kind == grid.GroupChat
}

// Attached writes down that files which arrived after their message are to be read.
func (h *Handlers) Attached(tx storage.Tx, m grid.Message, now time.Time) error {
	chat, err := tx.Roster().Chat(m.Chat)
	if err != nil {
		return fmt.Errorf("looking up chat %s: %w", m.Chat, err)
	}
	return h.readLater(tx, m, chat, now)
}

func (h *Handlers) readLater(tx storage.Tx, m grid.Message, chat grid.Chat, now time.Time) error {
	if !h.Senses.Reads(m, chat) {
		return nil
	}
	if m.Ticket != 0 && m.Kind == grid.ImageMessage {
		tk, err := tx.Tickets().Get(m.Ticket)
		if err != nil || tk.Private {
			return err // a picture of a private matter stays here
		}
	}
	if _, err := tx.Jobs().Put(grid.Job{Kind: JobRead, Chat: m.Chat, ReplyTo: m.ID, By: m.From, At: now}); err != nil {
		return fmt.Errorf("writing down that message %s is to be read: %w", m.ID, err)
	}
	return nil
}

// How long a machine that does not answer is asked again, and how often.
const (
	ReadWithin = 2 * time.Hour
	readEvery  = 10 * time.Minute
)

// readPrefix begins the id of the timer that asks again; the message's id follows.
const readPrefix = "read/"

// ReadAgain is the timer that asks a machine about m once more.
func ReadAgain(m grid.Message, lane grid.LaneID, now time.Time) grid.Timer {
	return grid.Timer{ID: grid.TimerID(readPrefix + string(m.ID)), Lane: lane, Due: now.Add(readEvery), Kind: grid.TimerRead}
}

// readDue writes the job down again.
func (t *turn) readDue(timer grid.Timer) error {
	id := grid.MessageID(strings.TrimPrefix(string(timer.ID), readPrefix))
	m, err := t.tx.Messages().Get(id)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	} else if err != nil {
		return fmt.Errorf("reading message %s: %w", id, err)
	}
	chat, err := t.tx.Roster().Chat(m.Chat)
	if err != nil {
		return fmt.Errorf("looking up chat %s: %w", m.Chat, err)
	}
	return t.readLater(t.tx, m, chat, t.now)
}

// machineRead takes up what a machine has made of a voice or a picture, as if it
// were said now: a report opens its ticket late rather than never. Such words
// give no command, and a picture alone opens nothing: it is asked about when it
// shows danger.
func (t *turn) machineRead() (grid.Outcome, grid.TicketNo, error) {
	out, no, in := t.msg.Outcome, t.msg.Ticket, t.ev.Intent
	in.Command, in.Otherwise = nil, nil
	switch {
	case t.msg.Machine == "" || !t.msg.Recalled.IsZero() || out == "" || in.Kind == grid.Order:
		return out, no, nil
	case no != 0:
		return out, no, t.readMore(no, in)
	case t.msg.Machine == grid.Seen:
		if in.Danger == "" {
			return out, no, nil
		}
		return out, no, t.suspect(in)
	}
	if in.Summary != "" {
		in.Summary = t.msg.Machine.Mark() + in.Summary
	}
	t.msg.Intent, t.ev.Intent = in, in
	return t.talk(in)
}

// readMore is for what belongs to a matter already: it may be worse, or more
// private, than was known.
func (t *turn) readMore(no grid.TicketNo, in grid.Intent) error {
	tk, err := t.ticket(no)
	if err != nil || tk.Status.Ended() {
		return err
	}
	if in.Sensitive && !tk.Private {
		if tk, err = t.byHouse(tk, grid.WantNote, "", grid.Change{Private: true}); err != nil {
			return err
		}
	}
	if in.Danger != "" && tk.Urgency != grid.Emergency {
		return t.suspectOf(tk)
	}
	return nil
}
