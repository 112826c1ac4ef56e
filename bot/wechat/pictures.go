package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"youshi/bot"
	"youshi/grid"
)

const (
	notesPicture = "picture/" // + MsgId: one that is still to be fetched
	mostPicture  = 20 << 20   // bytes
)

// pictureAfter are the pauses before a picture is tried again; the platform gives
// an empty file for one that is not ready, and forgets it after some days.
var pictureAfter = []time.Duration{2 * time.Second, 10 * time.Second, time.Minute, 10 * time.Minute, time.Hour}

// pending is a picture that was heard and not yet fetched.
type pending struct {
	Native  grid.Chat     `json:"native"`
	Key     grid.EventKey `json:"key"`
	Speaker grid.Speaker  `json:"speaker"`
	MsgID   string        `json:"msg_id"`
}

// fetchPictures fetches what is pending, one at a time, until ctx is done.
func (l *login) fetchPictures(ctx context.Context) {
	tries, due := map[string]int{}, map[string]time.Time{}
	for ctx.Err() == nil {
		var next time.Time
		err := guard(func() (err error) {
			next, err = l.fetchDue(ctx, tries, due)
			return err
		})
		if err != nil && ctx.Err() == nil {
			l.opt.Log.Error("pictures cannot be fetched", "err", err)
			next = time.Now().Add(backoff(len(pictureAfter)))
		}
		wait := time.Hour
		if !next.IsZero() {
			wait = time.Until(next)
		}
		t := time.NewTimer(max(wait, 0))
		select {
		case <-l.pictures:
		case <-t.C:
		case <-ctx.Done():
		}
		t.Stop()
	}
}

// fetchDue fetches what is due and gives when to look again, zero: when there is news.
func (l *login) fetchDue(ctx context.Context, tries map[string]int, due map[string]time.Time) (next time.Time, err error) {
	all, err := l.opt.Notes.All(ctx, notesPicture)
	if err != nil {
		return next, fmt.Errorf("reading which pictures are pending: %w", err)
	}
	for _, n := range all {
		if at := due[n.Key]; time.Now().Before(at) || !l.ready.Load() {
			if !l.ready.Load() {
				at = time.Now().Add(apart)
			}
			if next.IsZero() || at.Before(next) {
				next = at
			}
			continue
		}
		err := l.fetchOne(ctx, n)
		if err == nil || ctx.Err() != nil {
			continue
		}
		if tries[n.Key] == len(pictureAfter) {
			l.opt.Log.Warn("a picture is given up", "picture", n.Key, "err", err)
			if err := l.opt.Notes.Put(ctx, bot.Note{Key: n.Key}); err != nil {
				return next, fmt.Errorf("giving up a picture: %w", err)
			}
			continue
		}
		due[n.Key] = time.Now().Add(pictureAfter[tries[n.Key]])
		tries[n.Key]++
		if next.IsZero() || due[n.Key].Before(next) {
			next = due[n.Key]
		}
	}
	return next, nil
}

// fetchOne fetches one picture and lets the house hear that it came.
func (l *login) fetchOne(ctx context.Context, n bot.Note) error {
	var p pending
	if err := json.Unmarshal(n.Value, &p); err != nil {
		return l.opt.Notes.Put(ctx, bot.Note{Key: n.Key})
	}
	data, err := l.picture(ctx, p.MsgID)
	if err != nil {
		return err
	}
	if len(data) == 0 {
		return errors.New("the picture is empty")
	}
	id, err := l.opt.Media.Keep(bytes.NewReader(data), mostPicture)
	if err != nil {
		return err
	}
	p.Key.Revision = "media"
	ev := grid.Event{Kind: grid.EventMedia, Key: p.Key, Native: p.Native, Speaker: p.Speaker,
		Message: grid.Message{ID: messageID(strings.TrimPrefix(n.Key, notesPicture)), Kind: grid.ImageMessage, Media: []grid.MediaID{id}}}
	return l.hear(ctx, bot.Heard{Events: []grid.Event{ev}, Notes: []bot.Note{{Key: n.Key}}})
}

// refusals count how often the platform refused a post. Safe for use by many
// goroutines.
type refusals struct {
	mu sync.Mutex
	n  map[string]int
}

func (r *refusals) count(id string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n == nil {
		r.n = map[string]int{}
	}
	r.n[id]++
	return r.n[id]
}

func (r *refusals) forget(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.n, id)
}
