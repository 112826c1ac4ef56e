package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"time"

	"youshi/grid"
	"youshi/storage"
)

type timers struct{ *tx }

func (m timers) Set(t grid.Timer) error {
	if t.ID == "" {
		return errors.New("setting a timer: it has no id")
	}
	due := key{}.time(t.Due).text(string(t.Lane)).raw(string(t.ID))
	if old := has(m.look(timersBucket), []byte(t.ID)); old != nil && !bytes.Equal(old, due) {
		if err := m.drop(bytes.Clone(old), timersDue); err != nil {
			return err
		}
	}
	return errors.Join(
		m.put([]byte(t.ID), due, timersBucket),
		m.putJSON(due, t, timersDue),
	)
}

func (m timers) Cancel(id grid.TimerID) error {
	due := has(m.look(timersBucket), []byte(id))
	if due == nil {
		return nil
	}
	return errors.Join(
		m.drop(bytes.Clone(due), timersDue),
		m.drop([]byte(id), timersBucket),
	)
}

func (m timers) Get(id grid.TimerID) (grid.Timer, error) {
	t, err := get[grid.Timer](m.look(timersDue), has(m.look(timersBucket), []byte(id)))
	if err != nil {
		return t, fmt.Errorf("timer %s: %w", id, err)
	}
	return t, nil
}

func (m timers) Due(at time.Time, n int) ([]grid.Timer, error) {
	if n <= 0 {
		return nil, nil
	}
	return gather(each[grid.Timer](walk(m.look(timersDue), nil, key{}.time(at).past())), n)
}

func (m timers) Earliest() (time.Time, bool, error) {
	for t, err := range m.All() {
		return t.Due, err == nil, err
	}
	return time.Time{}, false, nil
}

func (m timers) All() iter.Seq2[grid.Timer, error] {
	return each[grid.Timer](walk(m.look(timersDue), nil, nil))
}

type jobs struct{ *tx }

func (b jobs) Put(j grid.Job) (grid.Seq, error) {
	if j.Seq != 0 {
		if has(b.look(jobsBucket), key{}.num(uint64(j.Seq))) == nil {
			return 0, fmt.Errorf("job %d: %w", j.Seq, storage.ErrNotFound)
		}
	} else {
		n, err := b.next(jobsBucket)
		if err != nil {
			return 0, err
		}
		j.Seq = grid.Seq(n)
	}
	return j.Seq, b.putJSON(key{}.num(uint64(j.Seq)), j, jobsBucket)
}

func (b jobs) Next() (grid.Job, bool, error) {
	for j, err := range each[grid.Job](walk(b.look(jobsBucket), nil, nil)) {
		return j, err == nil, err
	}
	return grid.Job{}, false, nil
}

func (b jobs) Done(seq grid.Seq) error {
	k := key{}.num(uint64(seq))
	if has(b.look(jobsBucket), k) == nil {
		return fmt.Errorf("job %d: %w", seq, storage.ErrNotFound)
	}
	return b.drop(k, jobsBucket)
}
