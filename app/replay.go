package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"youshi/bot"
	"youshi/bot/webchat"
	"youshi/config"
	"youshi/days"
	"youshi/grid"
	"youshi/reports"
	"youshi/storage"
	"youshi/storage/bolt"
)

// ReplayOptions say which days are replayed and how.
type ReplayOptions struct {
	Transcripts []string
	Config      config.Config
	DB          string    // "": a temporary file
	Until       time.Time // zero: the last message's time; timers due by then fire
	NoCommands  bool      // recorded commands change nothing
	Classifier  string    // "": chain
	Log         *slog.Logger
}

// Replay takes recorded days the whole road in stepped time: what would the bot
// have done? The same input gives the same result.
func Replay(ctx context.Context, o ReplayOptions) (days.Result, error) {
	lines, err := days.Open(o.Transcripts...)
	if err != nil {
		return days.Result{}, err
	}
	return ReplayLines(ctx, o, lines)
}

// ReplayLines is Replay of lines that are read already.
func ReplayLines(ctx context.Context, o ReplayOptions, lines []days.Line) (result days.Result, err error) {
	if len(lines) == 0 {
		return result, &grid.Error{Code: grid.Invalid, Say: "there is no message to replay"}
	}
	path := o.DB
	if path == "" {
		dir, err := os.MkdirTemp("", "youshi-replay-*")
		if err != nil {
			return result, fmt.Errorf("making a place for the replay's store: %w", err)
		}
		defer os.RemoveAll(dir)
		path = filepath.Join(dir, "replay.db")
	}
	store, err := bolt.Open(ctx, path, bolt.Options{Scratch: o.DB == ""})
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	clock := bot.NewPushed(lines[0].Time)
	o.Config.Data = filepath.Dir(path) // what a replay writes goes with its store
	p := plan{cfg: o.Config, log: o.Log, store: store, time: clock, demo: true, classifier: o.Classifier}
	if o.NoCommands {
		p.think = func(t bot.Thinker) bot.Thinker { return deaf{t} }
	}
	h, err := build(ctx, p)
	if err != nil {
		return result, err
	}
	s := &stepper{house: h, clock: clock}
	if err := s.play(ctx, lines, o.Until); err != nil {
		return result, err
	}
	return s.result(ctx, lines)
}

// deaf is a Thinker that takes no commands.
type deaf struct{ bot.Thinker }

func (d deaf) Think(ctx context.Context, m grid.Message, s grid.Scene) grid.Intent {
	in := d.Thinker.Think(ctx, m, s)
	in.Command = nil
	return in
}

// stepper takes a house through time by itself, on one goroutine: everything
// that falls due on the way happens in order, one at a time.
type stepper struct {
	*house
	clock *bot.PushedTime
}

// longestGap is how far apart two messages of a replay may lie: every timer in
// between fires.
const longestGap = 2 * 366 * 24 * time.Hour

func (s *stepper) play(ctx context.Context, lines []days.Line, until time.Time) error {
	if err := enrol(ctx, s.book, lines); err != nil {
		return err
	}
	for i, l := range lines {
		if i > 0 && l.Time.Sub(lines[i-1].Time) > longestGap {
			return &days.LineError{File: l.File, No: l.No, Reason: fmt.Sprintf("the message is %d days after the one before; a replay bridges two years at most",
				int(l.Time.Sub(lines[i-1].Time).Hours()/24))}
		}
		if !until.IsZero() && l.Time.After(until) {
			break
		}
		if err := s.to(ctx, l.Time); err != nil {
			return err
		}
		if err := s.ear.For(webchat.ID)(ctx, bot.Heard{Events: []grid.Event{eventOf(l)}}); err != nil {
			return fmt.Errorf("%s:%d: hearing the message: %w", l.File, l.No, err)
		}
		if err := s.happen(ctx); err != nil {
			return fmt.Errorf("%s:%d: %w", l.File, l.No, err)
		}
	}
	if until.IsZero() {
		until = lines[len(lines)-1].Time
	}
	return s.to(ctx, until)
}

// to steps the clock to t by way of every timer and every post that waits.
func (s *stepper) to(ctx context.Context, t time.Time) error {
	for {
		if err := s.happen(ctx); err != nil {
			return err
		}
		next, ok, err := earliest(ctx, s.house.clock.Next, s.sender.Next)
		if err != nil {
			return err
		}
		if !ok || next.After(t) {
			break
		}
		if err := s.clock.Set(later(next, s.clock.Now())); err != nil {
			return err
		}
	}
	if t.Before(s.clock.Now()) {
		return nil
	}
	return s.clock.Set(t)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// happen lets everything happen that may happen now.
func (s *stepper) happen(ctx context.Context) error {
	for {
		fired, err := s.house.clock.Fire(ctx)
		if err != nil {
			return err
		}
		acted, err := s.dispatcher.Drain(ctx)
		if err != nil {
			return err
		}
		done, err := s.jobs.Drain(ctx)
		if err != nil {
			return err
		}
		said, err := s.sender.Flush(ctx)
		if err != nil {
			return err
		}
		if len(fired)+acted+done+said == 0 {
			return nil
		}
	}
}

// enrol writes the people of recorded days into the roster by the roles that
// the lines give them.
func enrol(ctx context.Context, book *chatBook, lines []days.Line) error {
	type member struct {
		name, group string
		role        grid.Role
	}
	known := map[member]bool{}
	for _, l := range lines {
		m := member{l.Sender, l.Group, l.Role}
		if known[m] {
			continue
		}
		known[m] = true
		if err := book.enrol(ctx, webchat.Person{Name: l.Sender, Role: l.Role, Group: l.Group}); err != nil {
			return fmt.Errorf("%s:%d: enrolling the sender: %w", l.File, l.No, err)
		}
	}
	return nil
}

// eventOf is what the web chat hears when the line is spoken.
func eventOf(l days.Line) grid.Event {
	ev := grid.Event{
		Key:     grid.EventKey{Channel: webchat.ID, Chat: l.Group, Message: string(l.ID)},
		Kind:    grid.EventMessage,
		Native:  grid.Chat{Channel: webchat.ID, Native: l.Group, Kind: kindNamed(l.Group)},
		Speaker: grid.Speaker{Identity: grid.Identity{Channel: webchat.ID, ID: l.Sender}, Name: l.Sender},
		Message: grid.Message{ID: l.ID, Sent: l.Time, Kind: l.Kind, Text: l.Text, ReplyTo: l.ReplyTo},
	}
	switch {
	case l.Recall != "":
		ev.Kind, ev.Message.Kind, ev.Message.Of = grid.EventRecall, grid.RecallMessage, l.Recall
	case l.Edit != "":
		ev.Kind, ev.Message.Kind, ev.Message.Of = grid.EventEdit, grid.EditMessage, l.Edit
	}
	return ev
}

// result tells what the program holds now.
func (s *stepper) result(ctx context.Context, lines []days.Line) (days.Result, error) {
	r := days.Result{Messages: len(lines), Outcomes: map[grid.Outcome]int{}, ByMessage: []days.MessageRow{}, Tickets: []grid.Flat{}, Said: []days.Post{}, LLM: s.usage()}
	for _, o := range grid.Outcomes() {
		r.Outcomes[o] = 0
	}
	err := s.store.View(ctx, s.communities[0], func(tx storage.Tx) error {
		for _, l := range lines {
			m, err := tx.Messages().Get(l.ID)
			if errors.Is(err, storage.ErrNotFound) {
				r.Messages-- // after --until
				continue
			} else if err != nil {
				return err
			}
			r.Outcomes[m.Outcome]++
			r.ByMessage = append(r.ByMessage, rowOf(m))
		}
		for t, err := range tx.Tickets().All() {
			if err != nil {
				return err
			}
			flat, err := reports.FlatOf(tx, t, s.cfg.Timezone)
			if err != nil {
				return err
			}
			r.Tickets = append(r.Tickets, flat)
		}
		return s.said(tx, &r)
	})
	if err != nil {
		return r, fmt.Errorf("reading what the replay made: %w", err)
	}
	return r, nil
}

func (s *stepper) said(tx storage.Tx, r *days.Result) error {
	posts, err := tx.Outbox().Said(0, 1<<30)
	if err != nil {
		return err
	}
	for _, o := range posts {
		p, ok, err := s.book.post(tx, "", o)
		if err != nil {
			return err
		}
		if ok {
			r.Said = append(r.Said, days.Post{At: o.SentAt.In(s.cfg.Timezone), To: grid.ChatID(p.To), Kind: p.Kind,
				Ticket: p.Ticket, Text: p.Text, ReplyTo: p.ReplyTo, Buttons: p.Buttons})
		}
	}
	return nil
}

// rowOf tells a message with its labels; a label is null where the labelling
// rules say null.
func rowOf(m grid.Message) days.MessageRow {
	in := m.Intent
	row := days.MessageRow{ID: m.ID, Outcome: m.Outcome, Intent: in.Kind, Sensitive: in.Sensitive,
		Ticket: days.Null(m.Ticket), By: in.By, Confidence: in.Confidence}
	if in.Kind == "" {
		row.Intent, row.By = grid.Chatter, "rule" // an edit, a recall, somebody joining
	}
	if in.Kind.Actionable() {
		row.Category = days.Null(in.Category)
	}
	if in.Kind == grid.Report || in.Kind == grid.Wish {
		row.Urgency = days.Null(in.Urgency)
	}
	if in.Kind.Actionable() || in.Kind == grid.Inquiry {
		row.Topic = days.Null(in.Topic)
	}
	if in.Kind.Actionable() || in.Kind == grid.Inquiry || in.Kind == grid.FollowUp {
		row.Location = days.Null(in.Location)
	}
	return row
}
