package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"go.etcd.io/bbolt"
)

// bbolt trusts its file. A damaged page makes it panic, loop or fault, and when
// it opens a file for writing it does so in a goroutine of its own, where nobody
// can catch it: the whole program would die without a word. So the pages are
// walked first, by the format as bbolt's documentation of version 2 has it:
//
//	page    id 8, flags 2, count 2, overflow 4; elements; keys and values
//	branch  position 4, key size 4, page id 8
//	leaf    flags 4, position 4, key size 4, value size 4
//	bucket  root page id 8 (0: a page follows at once), sequence 8
//
// Numbers are in the machine's byte order, positions count from their element.
const (
	headLen, elementLen, bucketLen = 16, 16, 16
	branchPage, leafPage           = 1, 2
	bucketFlag                     = 1
)

var order = binary.NativeEndian

// pages walks the pages of a file. Each must be reached once.
type pages struct {
	f    *os.File
	size int64  // of a page
	end  uint64 // the first page id that is not in use
	seen map[uint64]bool
}

// sound checks every page that is reached from the root of b's file.
func sound(b *bbolt.Tx, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	size := int64(b.DB().Info().PageSize)
	p := &pages{f: f, size: size, end: uint64(b.Size() / size), seen: map[uint64]bool{}}
	return p.tree(uint64(b.Cursor().Bucket().Root()), nil, nil)
}

// tree checks a page and what is under it; its keys must be from lo up to, not
// including, hi (nil: no bound).
func (p *pages) tree(id uint64, lo, hi []byte) error {
	raw, err := p.read(id)
	if err != nil {
		return err
	}
	var check func([]byte, int, []byte, []byte) error
	switch flags := order.Uint16(raw[8:]); flags {
	case branchPage:
		check = p.branch
	case leafPage:
		check = p.leaf
	default:
		return fmt.Errorf("page %d is of kind %d", id, flags)
	}
	if err := check(raw, int(order.Uint16(raw[10:])), lo, hi); err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	return nil
}

// read gives a page with its overflow.
func (p *pages) read(id uint64) ([]byte, error) {
	head := make([]byte, headLen)
	if id < 2 || id >= p.end {
		return nil, fmt.Errorf("page %d is outside the file", id)
	}
	if _, err := p.f.ReadAt(head, int64(id)*p.size); err != nil {
		return nil, fmt.Errorf("reading page %d: %w", id, err)
	}
	n := uint64(order.Uint32(head[12:])) + 1
	if is := order.Uint64(head); is != id || n > p.end-id {
		return nil, fmt.Errorf("page %d says that it is page %d, of %d pages", id, is, n)
	}
	for i := id; i < id+n; i++ {
		if p.seen[i] {
			return nil, fmt.Errorf("page %d is in use twice", i)
		}
		p.seen[i] = true
	}
	raw := make([]byte, int64(n)*p.size)
	if _, err := p.f.ReadAt(raw, int64(id)*p.size); err != nil {
		return nil, fmt.Errorf("reading page %d: %w", id, err)
	}
	return raw, nil
}

func (p *pages) branch(raw []byte, count int, lo, hi []byte) error {
	if count == 0 {
		return errors.New("a branch without leaves")
	}
	keys, err := elements(raw, count, func(e []byte) (int, int) { return int(order.Uint32(e)), int(order.Uint32(e[4:])) })
	if err != nil {
		return err
	}
	if err := inOrder(keys, lo, hi); err != nil {
		return err
	}
	for i, k := range keys {
		next := hi
		if i+1 < count {
			next = keys[i+1]
		}
		if err := p.tree(order.Uint64(raw[headLen+i*elementLen+8:]), k, next); err != nil {
			return err
		}
	}
	return nil
}

func (p *pages) leaf(raw []byte, count int, lo, hi []byte) error {
	keys, err := elements(raw, count, func(e []byte) (int, int) { return int(order.Uint32(e[4:])), int(order.Uint32(e[8:])) })
	if err != nil {
		return err
	}
	if err := inOrder(keys, lo, hi); err != nil {
		return err
	}
	values, err := elements(raw, count, func(e []byte) (int, int) {
		return int(order.Uint32(e[4:])) + int(order.Uint32(e[8:])), int(order.Uint32(e[12:]))
	})
	if err != nil {
		return err
	}
	for i, v := range values {
		flags := order.Uint32(raw[headLen+i*elementLen:])
		if flags > bucketFlag {
			return fmt.Errorf("key %q has flags %d", keys[i], flags)
		}
		if flags == bucketFlag {
			if err := p.bucket(v); err != nil {
				return fmt.Errorf("bucket %q: %w", keys[i], err)
			}
		}
	}
	return nil
}

// bucket checks what a bucket's entry leads to: a tree, or a small leaf within
// the entry itself.
func (p *pages) bucket(v []byte) error {
	if len(v) < bucketLen {
		return errors.New("its head is cut off")
	}
	if root := order.Uint64(v); root != 0 {
		return p.tree(root, nil, nil)
	}
	inline := v[bucketLen:]
	if len(inline) < headLen || order.Uint16(inline[8:]) != leafPage {
		return errors.New("the leaf in it is none")
	}
	return p.leaf(inline, int(order.Uint16(inline[10:])), nil, nil)
}

// elements cuts a page's keys or values out; place gives where one lies, from
// its element on, and how long it is.
func elements(raw []byte, count int, place func([]byte) (at, n int)) ([][]byte, error) {
	if headLen+count*elementLen > len(raw) {
		return nil, fmt.Errorf("%d elements do not fit", count)
	}
	out := make([][]byte, count)
	for i := range out {
		from := headLen + i*elementLen
		at, n := place(raw[from:])
		if at += from; at < headLen+count*elementLen || at+n > len(raw) {
			return nil, fmt.Errorf("element %d lies outside", i)
		}
		out[i] = raw[at : at+n]
	}
	return out, nil
}

// inOrder checks that keys grow from lo up to, not including, hi.
func inOrder(keys [][]byte, lo, hi []byte) error {
	for i, k := range keys {
		if (i > 0 && bytes.Compare(keys[i-1], k) >= 0) || (lo != nil && bytes.Compare(k, lo) < 0) || (hi != nil && bytes.Compare(k, hi) >= 0) {
			return fmt.Errorf("key %q is out of order", k)
		}
	}
	return nil
}
