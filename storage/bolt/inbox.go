package bolt

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"youshi/grid"
	"youshi/storage"
)

type inbox struct{ *tx }

func (b inbox) Put(ev grid.Event, now time.Time) (grid.Seq, bool, error) {
	d := digest(ev.Key)
	if d != nil {
		if at := has(b.look(inboxKeys), d); at != nil {
			return grid.Seq(numAt(at)), false, nil
		}
		if b.remembers(d, now) {
			return 0, false, nil
		}
	}
	n, err := b.next(inboxBucket)
	if err != nil {
		return 0, false, err
	}
	ev.Seq = grid.Seq(n)
	err = errors.Join(
		b.putJSON(key{}.num(n), ev, inboxBucket),
		b.put(laneKey(ev), nil, inboxLanes),
	)
	if d != nil {
		err = errors.Join(err, b.put(d, key{}.num(n), inboxKeys))
	}
	if err != nil {
		return 0, false, fmt.Errorf("putting an event into the inbox: %w", err)
	}
	return ev.Seq, true, nil
}

func (b inbox) Next(lane grid.LaneID) (grid.Event, bool, error) {
	for k := range within(b.look(inboxLanes), key{}.text(string(lane))) {
		ev, err := b.get(grid.Seq(numAt(k)))
		return ev, err == nil, err
	}
	return grid.Event{}, false, nil
}

func (b inbox) get(seq grid.Seq) (grid.Event, error) {
	ev, err := get[grid.Event](b.look(inboxBucket), key{}.num(uint64(seq)))
	if err != nil {
		return ev, fmt.Errorf("event %d of the inbox: %w", seq, err)
	}
	return ev, nil
}

func (b inbox) Take(seq grid.Seq, now time.Time) error {
	ev, err := b.get(seq)
	if err != nil {
		return err
	}
	err = errors.Join(
		b.drop(key{}.num(uint64(seq)), inboxBucket),
		b.drop(laneKey(ev), inboxLanes),
	)
	if d := digest(ev.Key); d != nil {
		err = errors.Join(err,
			b.drop(d, inboxKeys),
			b.put(d, key{}.time(now), rememberedDays, day(now)))
	}
	return err
}

func (b inbox) Hand(seq grid.Seq, to grid.LaneID) error {
	ev, err := b.get(seq)
	if err != nil {
		return err
	}
	if err := b.drop(laneKey(ev), inboxLanes); err != nil {
		return err
	}
	ev.Lane = to
	return errors.Join(
		b.putJSON(key{}.num(uint64(seq)), ev, inboxBucket),
		b.put(laneKey(ev), nil, inboxLanes),
	)
}

func (b inbox) Keep(ev grid.Event) error {
	old, err := b.get(ev.Seq)
	if err != nil {
		return err
	}
	ev.Lane, ev.Key = old.Lane, old.Key
	return b.putJSON(key{}.num(uint64(ev.Seq)), ev, inboxBucket)
}

func (b inbox) Lanes() ([]storage.Lane, error) {
	var out []storage.Lane
	for k := range walk(b.look(inboxLanes), nil, nil) {
		id, err := textOf(k)
		if err != nil {
			return nil, fmt.Errorf("reading the lanes: %w", err)
		}
		if n := len(out); n > 0 && out[n-1].ID == grid.LaneID(id) {
			out[n-1].Events++
			continue
		}
		out = append(out, storage.Lane{ID: grid.LaneID(id), Events: 1, First: grid.Seq(numAt(k))})
	}
	return out, nil
}

func (b inbox) Forget(now time.Time) error {
	last := day(now.Add(-storage.Remember)) // this day may still hold a key that counts
	var old []string
	for k := range walk(b.look(rememberedDays), nil, []byte(last)) {
		old = append(old, string(k))
	}
	if len(old) == 0 {
		return nil
	}
	days, err := b.edit(rememberedDays)
	if err != nil {
		return err
	}
	for _, d := range old {
		if err := days.DeleteBucket([]byte(d)); err != nil {
			return fmt.Errorf("forgetting the keys of %s: %w", d, err)
		}
	}
	return nil
}

// remembers reports whether an event of that key was taken within the last Remember.
func (b inbox) remembers(d []byte, now time.Time) bool {
	since := now.Add(-storage.Remember)
	days := b.look(rememberedDays)
	for k := range walk(days, []byte(day(since)), nil) {
		if at := has(days.Bucket(k), d); at != nil && timeOf(at).After(since) {
			return true
		}
	}
	return false
}

// day names a day in UTC; names sort as days do.
func day(t time.Time) string { return t.UTC().Format("2006-01-02") }

func laneKey(ev grid.Event) []byte {
	return key{}.text(string(ev.Lane)).num(uint64(ev.Seq))
}

// digest makes a short key of fixed length of what a platform sends, which may
// be of any length and holds any bytes; nil for an event that has no key.
func digest(k grid.EventKey) []byte {
	if k.Message == "" {
		return nil
	}
	var buf bytes.Buffer
	for _, s := range []string{string(k.Channel), k.Chat, k.Message, k.Revision} {
		buf.Write(binary.AppendUvarint(nil, uint64(len(s))))
		buf.WriteString(s)
	}
	sum := sha256.Sum256(buf.Bytes())
	return sum[:16]
}
