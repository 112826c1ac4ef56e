package bolt

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"youshi/grid"
	"youshi/storage"
)

type messages struct{ *tx }

// months lists the buckets of messages, oldest first. A message goes into the
// bucket of the month it was heard in, but never into one before the last, so
// the order of months is the order of storing and a month can be dropped whole.
func (m messages) months() []string {
	var out []string
	for k := range walk(m.look(messagesBucket), nil, nil) {
		out = append(out, string(k))
	}
	return out
}

// find gives the month and the number of a message, false when it is not stored.
func (m messages) find(id grid.MessageID) (month string, n uint64, ok bool) {
	months := m.months()
	for _, month := range slices.Backward(months) {
		if at := has(m.look(messagesBucket, month, messageIDs), []byte(id)); at != nil {
			return month, numAt(at), true
		}
	}
	return "", 0, false
}

func (m messages) Put(msg grid.Message) error {
	if msg.ID == "" {
		return errors.New("putting a message: it has no id")
	}
	month, n, ok := m.find(msg.ID)
	if ok {
		old, err := get[grid.Message](m.look(messagesBucket, month, messageRows), key{}.num(n))
		if err != nil {
			return fmt.Errorf("putting message %s: %w", msg.ID, err)
		}
		if old.Chat == msg.Chat && old.Sent.Equal(msg.Sent) {
			return m.putJSON(key{}.num(n), msg, messagesBucket, month, messageRows)
		}
		if err := errors.Join(
			m.drop(key{}.text(string(old.Chat)).num(n), messagesBucket, month, messageChats),
			m.drop(key{}.time(old.Sent).num(n), messagesBucket, month, messageSent),
		); err != nil {
			return err
		}
	} else {
		var err error
		if n, err = m.next(messagesBucket); err != nil {
			return err
		}
		month = monthOf(msg)
		if all := m.months(); len(all) > 0 {
			month = max(month, all[len(all)-1])
		}
	}
	return errors.Join(
		m.putJSON(key{}.num(n), msg, messagesBucket, month, messageRows),
		m.put([]byte(msg.ID), key{}.num(n), messagesBucket, month, messageIDs),
		m.put(key{}.text(string(msg.Chat)).num(n), nil, messagesBucket, month, messageChats),
		m.put(key{}.time(msg.Sent).num(n), nil, messagesBucket, month, messageSent),
	)
}

const monthLayout = "2006-01"

func monthOf(m grid.Message) string {
	at := m.Heard
	if at.IsZero() {
		at = m.Sent
	}
	return at.UTC().Format(monthLayout)
}

func (m messages) Get(id grid.MessageID) (grid.Message, error) {
	month, n, ok := m.find(id)
	if !ok {
		return grid.Message{}, fmt.Errorf("message %s: %w", id, storage.ErrNotFound)
	}
	return rowOf(m.look(messagesBucket, month, messageRows), n)
}

// rowOf reads message number n from the rows of its month.
func rowOf(rows *bbolt.Bucket, n uint64) (grid.Message, error) {
	msg, err := get[grid.Message](rows, key{}.num(n))
	if err != nil {
		return msg, fmt.Errorf("message number %d: %w", n, err)
	}
	return msg, nil
}

func (m messages) Recent(chats []grid.ChatID, before grid.MessageID, n int) ([]grid.Message, error) {
	limit := ^uint64(0)
	if before != "" {
		if _, at, ok := m.find(before); ok {
			limit = at
		}
	}
	var out []grid.Message // latest first
	months := m.months()
	for _, month := range slices.Backward(months) {
		var nums []uint64
		for _, c := range slices.Compact(slices.Sorted(slices.Values(chats))) {
			chat := key{}.text(string(c))
			for _, k := range back(m.look(messagesBucket, month, messageChats), chat, chat.num(limit), n-len(out)) {
				nums = append(nums, numAt(k))
			}
		}
		slices.SortFunc(nums, func(a, b uint64) int { return cmp.Compare(b, a) })
		rows := m.look(messagesBucket, month, messageRows)
		for _, at := range nums[:min(len(nums), max(0, n-len(out)))] {
			msg, err := rowOf(rows, at)
			if err != nil {
				return nil, err
			}
			out = append(out, msg)
		}
		if len(out) >= n {
			break
		}
	}
	slices.Reverse(out)
	return out, nil
}

// Between merges the months: one that was sent last month may have been heard
// and stored in this one.
func (m messages) Between(from, to time.Time) iter.Seq2[grid.Message, error] {
	return func(yield func(grid.Message, error) bool) {
		type head struct {
			rows, sent *bbolt.Bucket
			key        []byte
		}
		end := key{}.time(to)
		step := func(h *head, at []byte) {
			h.key = nil
			if k, _ := h.sent.Cursor().Seek(at); k != nil && bytes.Compare(k, end) < 0 {
				h.key = bytes.Clone(k)
			}
		}
		var heads []*head
		for _, month := range m.months() {
			h := &head{rows: m.look(messagesBucket, month, messageRows), sent: m.look(messagesBucket, month, messageSent)}
			step(h, key{}.time(from))
			heads = append(heads, h)
		}
		for {
			var first *head
			for _, h := range heads {
				if h.key != nil && (first == nil || bytes.Compare(h.key, first.key) < 0) {
					first = h
				}
			}
			if first == nil {
				return
			}
			msg, err := rowOf(first.rows, numAt(first.key))
			if !yield(msg, err) || err != nil {
				return
			}
			step(first, append(first.key, 0))
		}
	}
}

func (m messages) Forget(before time.Time) (int, error) {
	this := before.UTC().Format(monthLayout) // it has not ended before that time
	var old []string
	for k := range walk(m.look(messagesBucket), nil, []byte(this)) {
		old = append(old, string(k))
	}
	if len(old) == 0 {
		return 0, nil
	}
	b, err := m.edit(messagesBucket)
	if err != nil {
		return 0, err
	}
	for _, month := range old {
		if err := b.DeleteBucket([]byte(month)); err != nil {
			return 0, fmt.Errorf("forgetting the messages of %s: %w", month, err)
		}
	}
	return len(old), nil
}
