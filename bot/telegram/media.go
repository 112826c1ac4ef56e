package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"golang.org/x/sync/errgroup"

	"youshi/bot"
	"youshi/grid"
)

// Files are fetched after their message was heard, a few at a time, and tried
// again for a day.
const (
	mediaPrefix = "media/" // <message id>/<file>: a file still to be fetched
	mostFile    = 20 << 20 // what Telegram lets a bot fetch
	fetchers    = 2
	fetchWithin = 2 * time.Minute
	fetchFor    = 24 * time.Hour
	firstFetch  = 2 * time.Second
	latestFetch = time.Hour
)

// wanted is a file to be fetched.
type wanted struct {
	File    string         `json:"file"`
	Message grid.MessageID `json:"message"`
	Native  grid.Chat      `json:"native"`
	Speaker grid.Identity  `json:"speaker"` // private chats are found by who spoke
	At      int64          `json:"at"`      // Unix time of hearing
	Tries   int            `json:"tries,omitempty"`
	Next    int64          `json:"next,omitempty"` // Unix time before which it is left alone
}

// attach notes the file of a message as one to be fetched.
func (h *hearer) attach(ev grid.Event, m *models.Message) error {
	id, unique, size := fileOf(m)
	if id == "" {
		return nil
	}
	if size > mostFile {
		h.log.Info("a file is larger than Telegram lets a bot fetch; its message is heard without it", "message", ev.Message.ID, "bytes", size)
		return nil
	}
	w := wanted{File: id, Message: ev.Message.ID, Native: ev.Native, Speaker: ev.Speaker.Identity, At: h.opt.Now().Unix()}
	v, err := json.Marshal(w)
	if err != nil {
		return fmt.Errorf("noting a file: %w", err)
	}
	h.note(mediaPrefix+string(ev.Message.ID)+"/"+unique, v)
	return nil
}

// fileOf gives the file of a message: of a picture the largest size.
func fileOf(m *models.Message) (id, unique string, size int64) {
	switch {
	case len(m.Photo) > 0:
		p := m.Photo[0]
		for _, other := range m.Photo[1:] {
			if other.Width*other.Height > p.Width*p.Height {
				p = other
			}
		}
		return p.FileID, p.FileUniqueID, int64(p.FileSize)
	case m.Voice != nil:
		return m.Voice.FileID, m.Voice.FileUniqueID, m.Voice.FileSize
	case m.Animation != nil:
		return m.Animation.FileID, m.Animation.FileUniqueID, m.Animation.FileSize
	case m.Document != nil:
		return m.Document.FileID, m.Document.FileUniqueID, m.Document.FileSize
	case m.Audio != nil:
		return m.Audio.FileID, m.Audio.FileUniqueID, m.Audio.FileSize
	case m.Video != nil:
		return m.Video.FileID, m.Video.FileUniqueID, m.Video.FileSize
	case m.VideoNote != nil:
		return m.VideoNote.FileID, m.VideoNote.FileUniqueID, int64(m.VideoNote.FileSize)
	}
	return "", "", 0
}

// files fetches what messages brought along.
type files struct {
	api   *api
	notes bot.Notes
	media bot.Media
	now   func() time.Time
	log   *slog.Logger
	kick  chan struct{}
}

// wake says that there is something to fetch.
func (f *files) wake() {
	select {
	case f.kick <- struct{}{}:
	default:
	}
}

// run fetches until ctx is done and tells of each file that came.
func (f *files) run(ctx context.Context, tell bot.Hear) {
	for ctx.Err() == nil {
		next, err := f.pass(ctx, tell)
		if err != nil && ctx.Err() == nil {
			f.log.Error("the files to be fetched cannot be read", "err", err)
			next = f.now().Add(latestFetch / 60)
		}
		var timer <-chan time.Time
		if !next.IsZero() {
			timer = time.After(max(next.Sub(f.now()), firstFetch/4))
		}
		select {
		case <-timer:
		case <-f.kick:
		case <-ctx.Done():
		}
	}
}

// pass tries every file that is due, and gives when the next one is; zero: none.
func (f *files) pass(ctx context.Context, tell bot.Hear) (next time.Time, err error) {
	all, err := f.notes.All(ctx, mediaPrefix)
	if err != nil {
		return next, err
	}
	var some errgroup.Group
	some.SetLimit(fetchers)
	for _, n := range all {
		var w wanted
		if json.Unmarshal(n.Value, &w) != nil || ctx.Err() != nil {
			continue
		}
		if due := time.Unix(w.Next, 0); f.now().Before(due) {
			next = sooner(next, due)
			continue
		}
		some.Go(func() error { f.fetch(ctx, tell, n.Key, w); return nil })
	}
	_ = some.Wait() // each notes its own end
	for _, n := range all {
		var w wanted
		if v, err := f.notes.Get(ctx, n.Key); err == nil && v != nil && json.Unmarshal(v, &w) == nil {
			next = sooner(next, time.Unix(w.Next, 0))
		}
	}
	return next, nil
}

func sooner(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// fetch tries one file; it ends heard, given up, or noted for another try.
func (f *files) fetch(ctx context.Context, tell bot.Hear, key string, w wanted) {
	id, err := f.get(ctx, w.File)
	done := []bot.Note{{Key: key}}
	if err == nil {
		ev := grid.Event{Key: grid.EventKey{Channel: ID, Chat: w.Native.Native, Message: string(w.Message), Revision: key},
			Kind: grid.EventMedia, Native: w.Native, Speaker: grid.Speaker{Identity: w.Speaker},
			Message: grid.Message{ID: w.Message, Media: []grid.MediaID{id}}}
		if err = tell(ctx, bot.Heard{Events: []grid.Event{ev}, Notes: done}); err == nil {
			return
		}
	}
	if ctx.Err() != nil {
		return // it is tried again after the next start
	}
	late := f.now().Sub(time.Unix(w.At, 0)) > fetchFor
	if late || errors.Is(err, tg.ErrorBadRequest) || errors.Is(err, bot.ErrMedia) {
		f.log.Warn("a file is given up; its message is heard without it", "message", w.Message, "tries", w.Tries+1, "err", err)
	} else {
		w.Tries++
		w.Next = f.now().Add(pauseFor(w.Tries, err)).Unix() + 1
		if v, merr := json.Marshal(w); merr == nil {
			done[0].Value = v
		}
		f.log.Info("a file is fetched later", "message", w.Message, "tries", w.Tries, "err", err)
	}
	if err := f.notes.Put(ctx, done...); err != nil && ctx.Err() == nil {
		f.log.Error("what became of a file cannot be noted", "message", w.Message, "err", err)
	}
}

// pauseFor is the pause after so many tries, at least as long as Telegram wants.
func pauseFor(tries int, err error) time.Duration {
	pause := min(firstFetch<<min(tries-1, 12), latestFetch)
	if busy, ok := errors.AsType[*tg.TooManyRequestsError](err); ok {
		pause = max(pause, time.Duration(busy.RetryAfter)*time.Second)
	}
	return pause
}

// get fetches one file into the media folder.
func (f *files) get(ctx context.Context, fileID string) (grid.MediaID, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchWithin)
	defer cancel()
	body, err := f.api.fetch(ctx, fileID)
	if err != nil {
		return "", err
	}
	defer body.Close()
	return f.media.Keep(body, mostFile)
}
