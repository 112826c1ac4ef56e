package bolt

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"youshi/grid"
	"youshi/storage"
)

type outbox struct{ *tx }

func (b outbox) Put(o grid.Outgoing) (grid.Outgoing, error) {
	if _, taken := b.find(o.ID); taken {
		return o, fmt.Errorf("putting a post: there is one with the id %s", o.ID)
	}
	n, err := b.next(outboxBucket)
	if err != nil {
		return o, err
	}
	o.Seq, o.SentSeq = grid.Seq(n), 0
	if o.ID == "" {
		o.ID = postID(o.Seq)
	}
	if o.State == "" {
		o.State = grid.Waiting
	}
	return b.write(grid.Outgoing{}, o)
}

func (b outbox) Set(o grid.Outgoing) (grid.Outgoing, error) {
	old, err := b.row(o.Seq)
	if err != nil {
		return o, err
	}
	o.ID = old.ID
	if o.SentSeq == 0 {
		o.SentSeq = old.SentSeq
	}
	return b.write(old, o)
}

// write stores o in the place of old (none: its Seq is 0) and mends the indexes.
func (b outbox) write(old, o grid.Outgoing) (grid.Outgoing, error) {
	if o.State == grid.Sent && o.SentSeq == 0 {
		n, err := b.next(outboxSaid)
		if err != nil {
			return o, err
		}
		o.SentSeq = grid.Seq(n)
	}
	was, is := postKeys(old), postKeys(o)
	var errs []error
	for _, e := range was {
		if !slices.Contains(is, e) {
			errs = append(errs, b.drop([]byte(e.key), e.bucket))
		}
	}
	for _, e := range is {
		if !slices.Contains(was, e) {
			errs = append(errs, b.put([]byte(e.key), key{}.num(uint64(o.Seq)), e.bucket))
		}
	}
	errs = append(errs, b.putJSON(key{}.num(uint64(o.Seq)), o, outboxBucket), b.changed(o.To))
	if old.Seq != 0 && old.To != o.To {
		errs = append(errs, b.changed(old.To))
	}
	if err := errors.Join(errs...); err != nil {
		return o, fmt.Errorf("writing post %d: %w", o.Seq, err)
	}
	return o, nil
}

// changed gives a destination the next number of change; one that nothing waits
// for needs none, and gets a new one with the next post.
func (b outbox) changed(to grid.ChatID) error {
	if !b.queued(to) {
		return b.drop(key{}.text(string(to)), outboxChanges)
	}
	n, err := b.next(outboxChanges)
	if err != nil {
		return err
	}
	return b.put(key{}.text(string(to)), key{}.num(n), outboxChanges)
}

// queued reports whether anything waits for a destination.
func (b outbox) queued(to grid.ChatID) bool {
	for range within(b.look(outboxQueue), key{}.text(string(to))) {
		return true
	}
	return false
}

type indexed struct{ bucket, key string }

// postKeys lists where a post stands in the indexes; all of them give its Seq.
func postKeys(o grid.Outgoing) []indexed {
	if o.Seq == 0 {
		return nil
	}
	var out []indexed
	add := func(bucket string, k key) { out = append(out, indexed{bucket, string(k)}) }
	if o.State == grid.Waiting || o.State == grid.Trying {
		add(outboxQueue, append(key{}.text(string(o.To)), classRank(o.Class)).num(uint64(o.Seq)))
	}
	if o.State == grid.Sent {
		add(outboxSaid, key{}.num(uint64(o.SentSeq)))
		add(outboxSaidTo, key{}.text(string(o.To)).num(uint64(o.SentSeq)))
	}
	if o.State == grid.Unclear || o.State == grid.PutAside {
		add(outboxStuck, key{}.num(uint64(o.Seq)))
	}
	if o.ID != postID(o.Seq) {
		add(outboxIDs, key{}.raw(string(o.ID)))
	}
	for _, id := range o.SentAs {
		if id != "" {
			add(outboxIDs, key{}.raw(string(id)))
		}
	}
	if o.Ticket != 0 {
		add(outboxOf, key{}.num(uint64(o.Ticket)).num(uint64(o.Seq)))
	}
	return out
}

// classRank gives the place of a class among the classes; one that nobody knows
// comes after all.
func classRank(c grid.Class) byte {
	i := slices.Index(grid.Classes(), c)
	if i < 0 {
		i = 255
	}
	return byte(i)
}

// postID names a post that was given no id; only find looks inside.
func postID(seq grid.Seq) grid.MessageID {
	return grid.MessageID("post-" + strconv.FormatUint(uint64(seq), 10))
}

// find gives the number of the post with that id, ours or the platform's.
func (b outbox) find(id grid.MessageID) (grid.Seq, bool) {
	if at := has(b.look(outboxIDs), []byte(id)); at != nil {
		return grid.Seq(numAt(at)), true
	}
	digits, ours := strings.CutPrefix(string(id), "post-")
	n, err := strconv.ParseUint(digits, 10, 64)
	if !ours || err != nil || postID(grid.Seq(n)) != id {
		return 0, false
	}
	o, err := b.row(grid.Seq(n))
	return o.Seq, err == nil && o.ID == id
}

func (b outbox) row(seq grid.Seq) (grid.Outgoing, error) {
	o, err := get[grid.Outgoing](b.look(outboxBucket), key{}.num(uint64(seq)))
	if err != nil {
		return o, fmt.Errorf("post %d: %w", seq, err)
	}
	return o, nil
}

func (b outbox) Get(id grid.MessageID) (grid.Outgoing, error) {
	seq, ok := b.find(id)
	if !ok {
		return grid.Outgoing{}, fmt.Errorf("post %s: %w", id, storage.ErrNotFound)
	}
	return b.row(seq)
}

// rows reads the posts that an index's walk leads to.
func (b outbox) rows(index iter.Seq2[[]byte, []byte]) iter.Seq2[grid.Outgoing, error] {
	return func(yield func(grid.Outgoing, error) bool) {
		for _, seq := range index {
			o, err := b.row(grid.Seq(numAt(seq)))
			if !yield(o, err) || err != nil {
				return
			}
		}
	}
}

func (b outbox) Queue() iter.Seq2[grid.Outgoing, error] {
	return b.rows(walk(b.look(outboxQueue), nil, nil))
}

func (b outbox) QueueOf(to grid.ChatID) ([]grid.Outgoing, error) {
	return gather(b.rows(within(b.look(outboxQueue), key{}.text(string(to)))), 0)
}

func (b outbox) Destinations() ([]storage.Destination, error) {
	q, changes := b.look(outboxQueue), b.look(outboxChanges)
	if q == nil {
		return nil, nil
	}
	var out []storage.Destination
	c := q.Cursor()
	for k, _ := c.First(); k != nil; {
		to, err := textOf(k)
		if err != nil {
			return nil, fmt.Errorf("reading the queue: %w", err)
		}
		d := storage.Destination{To: grid.ChatID(to)}
		if n := has(changes, key{}.text(to)); n != nil {
			d.Change = grid.Seq(numAt(n))
		}
		out = append(out, d)
		k, _ = c.Seek(key{}.text(to).past())
	}
	return out, nil
}

func (b outbox) Said(since grid.Seq, n int) ([]grid.Outgoing, error) {
	if n <= 0 {
		return nil, nil
	}
	return gather(b.rows(walk(b.look(outboxSaid), key{}.num(uint64(since)+1), nil)), n)
}

func (b outbox) SaidTo(to grid.ChatID, before grid.Seq, n int) ([]grid.Outgoing, error) {
	chat := key{}.text(string(to))
	limit := ^uint64(0)
	if before != 0 {
		limit = uint64(before)
	}
	said := b.look(outboxSaidTo)
	var out []grid.Outgoing
	for _, k := range slices.Backward(back(said, chat, chat.num(limit), n)) {
		o, err := b.row(grid.Seq(numAt(said.Get(k))))
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

func (b outbox) Stuck(n int) ([]grid.Outgoing, error) {
	var out []grid.Outgoing
	for _, k := range back(b.look(outboxStuck), nil, key{}.num(^uint64(0)), n) {
		o, err := b.row(grid.Seq(numAt(k)))
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

func (b outbox) Of(no grid.TicketNo) ([]grid.Outgoing, error) {
	return gather(b.rows(within(b.look(outboxOf), key{}.num(uint64(no)))), 0)
}

func (b outbox) Forget(before time.Time, n int) (int, error) {
	var old []grid.Outgoing
	for k := range walk(b.look(outboxBucket), nil, nil) {
		o, err := b.row(grid.Seq(numAt(k)))
		if err != nil {
			return 0, err
		}
		if len(old) >= n || !o.Written.Before(before) { // written in the order of Seq
			break
		}
		if o.State != grid.Waiting && o.State != grid.Trying {
			old = append(old, o)
		}
	}
	for _, o := range old {
		for _, e := range postKeys(o) {
			if err := b.drop([]byte(e.key), e.bucket); err != nil {
				return 0, fmt.Errorf("forgetting post %d: %w", o.Seq, err)
			}
		}
		if err := b.drop(key{}.num(uint64(o.Seq)), outboxBucket); err != nil {
			return 0, fmt.Errorf("forgetting post %d: %w", o.Seq, err)
		}
	}
	return len(old), nil
}
