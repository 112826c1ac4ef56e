package bolt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"go.etcd.io/bbolt"

	"youshi/grid"
	"youshi/storage"
)

// tx is one transaction over one community. Each part of the contract is a tiny
// type around it.
type tx struct {
	id    grid.CommunityID
	bolt  *bbolt.Tx
	root  *bbolt.Bucket // the community's; nil until it holds anything
	wrote bool
}

func newTx(b *bbolt.Tx, c grid.CommunityID) *tx {
	return &tx{id: c, bolt: b, root: b.Bucket([]byte(c))}
}

func (t *tx) Community() grid.CommunityID { return t.id }
func (t *tx) Inbox() storage.Inbox        { return inbox{t} }
func (t *tx) Messages() storage.Messages  { return messages{t} }
func (t *tx) Tickets() storage.Tickets    { return tickets{t} }
func (t *tx) Journal() storage.Journal    { return journal{t} }
func (t *tx) Timers() storage.Timers      { return timers{t} }
func (t *tx) Outbox() storage.Outbox      { return outbox{t} }
func (t *tx) Jobs() storage.Jobs          { return jobs{t} }
func (t *tx) Roster() storage.Roster      { return roster{t} }
func (t *tx) Words() storage.Words        { return words{t} }
func (t *tx) Notes() storage.Notes        { return notes{t} }

var errView = errors.New("a view changes nothing: use Update")

// look gives a bucket of the community for reading, nil when there is none.
func (t *tx) look(path ...string) *bbolt.Bucket {
	b := t.root
	for _, name := range path {
		if b == nil {
			return nil
		}
		b = b.Bucket([]byte(name))
	}
	return b
}

// edit gives a bucket of the community for writing and makes it when there is none.
func (t *tx) edit(path ...string) (*bbolt.Bucket, error) {
	if !t.bolt.Writable() {
		return nil, errView
	}
	t.wrote = true
	if t.root == nil {
		root, err := t.bolt.CreateBucketIfNotExists([]byte(t.id))
		if err != nil {
			return nil, fmt.Errorf("making the bucket of community %q: %w", t.id, err)
		}
		t.root = root
	}
	b := t.root
	for _, name := range path {
		inner, err := b.CreateBucketIfNotExists([]byte(name))
		if err != nil {
			return nil, fmt.Errorf("making bucket %q: %w", name, err)
		}
		b = inner
	}
	if growing[path[len(path)-1]] {
		b.FillPercent = 0.9
	}
	return b, nil
}

// put writes bytes under k in the bucket. It is never nil that is written: until
// the commit bbolt would give it back as if there were no such key.
func (t *tx) put(k, v []byte, path ...string) error {
	b, err := t.edit(path...)
	if err != nil {
		return err
	}
	if v == nil {
		v = []byte{}
	}
	if err := b.Put(k, v); err != nil {
		return fmt.Errorf("writing to %q: %w", path, err)
	}
	return nil
}

// putJSON writes v as JSON under k in the bucket.
func (t *tx) putJSON(k []byte, v any, path ...string) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("writing to %q: %w", path, err)
	}
	return t.put(k, raw, path...)
}

// drop deletes k from the bucket; what is not there needs no deleting.
func (t *tx) drop(k []byte, path ...string) error {
	if b := t.look(path...); b == nil || b.Get(k) == nil {
		return nil
	}
	b, err := t.edit(path...)
	if err != nil {
		return err
	}
	if err := b.Delete(k); err != nil {
		return fmt.Errorf("deleting from %q: %w", path, err)
	}
	return nil
}

// next counts the bucket's sequence up and gives it.
func (t *tx) next(path ...string) (uint64, error) {
	b, err := t.edit(path...)
	if err != nil {
		return 0, err
	}
	n, err := b.NextSequence()
	if err != nil {
		return 0, fmt.Errorf("counting in %q: %w", path, err)
	}
	return n, nil
}

// get reads JSON under k, ErrNotFound when there is none.
func get[T any](b *bbolt.Bucket, k []byte) (T, error) {
	var v T
	if b == nil || len(k) == 0 {
		return v, storage.ErrNotFound
	}
	raw := b.Get(k)
	if raw == nil {
		return v, storage.ErrNotFound
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, fmt.Errorf("reading a stored %T: %w", v, err)
	}
	return v, nil
}

// has gives the bytes under k, nil when there are none; not a copy.
func has(b *bbolt.Bucket, k []byte) []byte {
	if b == nil || len(k) == 0 {
		return nil
	}
	return b.Get(k)
}

// walk yields keys and values from lo up to, not including, hi (nil: to the
// end). Whoever iterates may change the bucket meanwhile: in a transaction that
// writes, the place is looked up anew for every step, because a cursor loses it.
func walk(b *bbolt.Bucket, lo, hi []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		if b == nil {
			return
		}
		c := b.Cursor()
		k, v := c.Seek(lo)
		for k != nil && (hi == nil || bytes.Compare(k, hi) < 0) {
			if !b.Writable() {
				if !yield(k, v) {
					return
				}
				k, v = c.Next()
				continue
			}
			here := append(bytes.Clone(k), 0)
			if !yield(here[:len(here)-1:len(here)-1], v) {
				return
			}
			k, v = c.Seek(here)
		}
	}
}

// within is walk over the keys that begin with prefix.
func within(b *bbolt.Bucket, prefix key) iter.Seq2[[]byte, []byte] {
	return walk(b, prefix, prefix.past())
}

// back yields at most n keys of a prefix from the one before hi downwards.
func back(b *bbolt.Bucket, prefix key, hi []byte, n int) [][]byte {
	if b == nil {
		return nil
	}
	var out [][]byte
	c := b.Cursor()
	k, _ := c.Seek(hi)
	if k == nil {
		k, _ = c.Last()
	}
	for k != nil && bytes.Compare(k, hi) >= 0 {
		k, _ = c.Prev()
	}
	for ; k != nil && bytes.HasPrefix(k, prefix) && len(out) < n; k, _ = c.Prev() {
		out = append(out, bytes.Clone(k))
	}
	return out
}

// each decodes the JSON values of a walk.
func each[T any](rows iter.Seq2[[]byte, []byte]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, raw := range rows {
			var v T
			if err := json.Unmarshal(raw, &v); err != nil {
				yield(v, fmt.Errorf("reading a stored %T: %w", v, err))
				return
			}
			if !yield(v, nil) {
				return
			}
		}
	}
}

// gather collects what an iterator yields, at most n (0: all).
func gather[T any](seq iter.Seq2[T, error], n int) ([]T, error) {
	var out []T
	for v, err := range seq {
		if err != nil {
			return nil, err
		}
		if out = append(out, v); len(out) == n {
			break
		}
	}
	return out, nil
}
