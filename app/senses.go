package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"youshi/bot"
	"youshi/config"
	"youshi/grid"
	"youshi/handlers"
	"youshi/intents/asked"
	"youshi/llm"
	"youshi/prompts"
	"youshi/storage"
)

// picturePrompt is what a picture is asked with.
const picturePrompt = "0002-picture"

// newSenses makes what reads voices and pictures; nil without a language model
// that can.
func newSenses(c config.Config, step *asked.Step) (*llm.Senses, error) {
	if step == nil || c.LLM.TranscribeModel == "" && c.LLM.VisionModel == "" {
		return nil, nil
	}
	p, err := prompts.Numbered(picturePrompt)
	if err != nil {
		return nil, err
	}
	return step.Model().Senses(llm.SenseOptions{Hear: c.LLM.TranscribeModel, See: c.LLM.VisionModel, Prompt: p.Turns[0].Text, Hourly: c.LLM.MaxMediaPerHour}), nil
}

// reader has a machine read voices and pictures: a job each. What comes back
// becomes the message's text, marked as the machine's, and an event of its lane,
// so that it is understood as if it were said now.
type reader struct {
	store  storage.Store
	senses *llm.Senses
	media  string
	now    func() time.Time
	woken  func(grid.CommunityID, grid.LaneID)
}

// read does a job. The error says why it is to be tried again at once.
func (r *reader) read(ctx context.Context, c grid.CommunityID, job grid.Job) error {
	var m grid.Message
	err := r.store.View(ctx, c, func(tx storage.Tx) (err error) {
		m, err = tx.Messages().Get(job.ReplyTo)
		return err
	})
	if errors.Is(err, storage.ErrNotFound) {
		return r.end(ctx, c, job, nil)
	} else if err != nil {
		return err
	}
	text, by, err := r.sense(ctx, m)
	switch cause := llm.CauseOf(err); {
	case ctx.Err() != nil:
		return ctx.Err()
	case cause == llm.Refused || cause == llm.Unfit || err == nil && text == "":
		return r.end(ctx, c, job, nil) // it says nothing, and never will
	case cause != "":
		return r.end(ctx, c, job, func(tx storage.Tx) error { return r.later(tx, m) })
	}
	var lane grid.LaneID
	err = r.end(ctx, c, job, func(tx storage.Tx) error {
		lane, err = r.heard(tx, m.ID, text, by)
		return err
	})
	if err == nil && lane != "" {
		r.woken(c, lane)
	}
	return err
}

// end takes the job with what came of it, in one transaction.
func (r *reader) end(ctx context.Context, c grid.CommunityID, job grid.Job, with func(storage.Tx) error) error {
	return r.store.Update(ctx, c, func(tx storage.Tx) error {
		if with != nil {
			if err := with(tx); err != nil {
				return err
			}
		}
		return tx.Jobs().Done(job.Seq)
	})
}

// sense asks about the first file of a message; a file that is gone says nothing.
func (r *reader) sense(ctx context.Context, m grid.Message) (string, grid.Machine, error) {
	if r.senses == nil || m.Text != "" || !m.Recalled.IsZero() || len(m.Media) == 0 || !bot.IsMediaID(m.Media[0]) {
		return "", "", nil
	}
	b, err := os.ReadFile(filepath.Join(r.media, string(m.Media[0])))
	if errors.Is(err, fs.ErrNotExist) {
		return "", "", nil
	} else if err != nil {
		return "", "", &llm.Failure{Cause: llm.Down, Detail: err.Error()} // perhaps the disk is back later
	}
	if m.Kind == grid.VoiceMessage {
		text, err := r.senses.Hear(ctx, b)
		return text, grid.Heard, err
	}
	text, err := r.senses.See(ctx, b)
	return text, grid.Seen, err
}

// heard gives the message the machine's words, unless it was taken back or has
// words meanwhile, and puts it into its lane again.
func (r *reader) heard(tx storage.Tx, id grid.MessageID, text string, by grid.Machine) (grid.LaneID, error) {
	m, err := tx.Messages().Get(id)
	if err != nil || !m.Recalled.IsZero() || m.Text != "" {
		return "", err
	}
	chat, area, err := placeOf(tx, m)
	if err != nil {
		return "", err
	}
	m.Text, m.Machine = text, by
	if err := tx.Messages().Put(m); err != nil {
		return "", fmt.Errorf("keeping what a machine read: %w", err)
	}
	line := grid.Message{ID: m.ID, Chat: m.Chat, From: m.From, Kind: m.Kind, Sent: m.Sent, Heard: m.Heard, ReplyTo: m.ReplyTo}
	ev := grid.Event{Kind: grid.EventRead, Lane: chat.Lane(area), Native: chat, Chat: m.Chat, From: m.From, Message: line}
	_, _, err = tx.Inbox().Put(ev, r.now())
	return ev.Lane, err
}

// later tries again in a while, as long as it is of use.
func (r *reader) later(tx storage.Tx, m grid.Message) error {
	chat, area, err := placeOf(tx, m)
	if err != nil || r.now().Sub(m.Sent) > handlers.ReadWithin {
		return err
	}
	return tx.Timers().Set(handlers.ReadAgain(m, chat.Lane(area), r.now()))
}

func placeOf(tx storage.Tx, m grid.Message) (grid.Chat, grid.Area, error) {
	chat, err := tx.Roster().Chat(m.Chat)
	if err != nil {
		return chat, grid.Area{}, fmt.Errorf("looking up chat %s: %w", m.Chat, err)
	}
	area, err := tx.Roster().Area(chat.Area)
	if errors.Is(err, storage.ErrNotFound) {
		return chat, grid.Area{}, nil
	}
	return chat, area, err
}
