package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"time"
)

// key is a key being put together. Each method gives a longer one and leaves k
// as it is, so several keys may grow from one beginning.
type key []byte

// num adds a number, 8 bytes.
func (k key) num(n uint64) key { return binary.BigEndian.AppendUint64(slices.Clip(k), n) }

// time adds a time, 12 bytes: seconds since 1970 moved up by half the range, so
// that every time sorts, then nanoseconds.
func (k key) time(t time.Time) key {
	k = binary.BigEndian.AppendUint64(slices.Clip(k), uint64(t.Unix())^1<<63)
	return binary.BigEndian.AppendUint32(k, uint32(t.Nanosecond()))
}

// text adds a string that something follows: 00 becomes 00 FF, and 00 01 ends
// it. Keys then sort as their strings do, whatever bytes the strings hold.
func (k key) text(s string) key {
	k = slices.Clip(k)
	for i := range len(s) {
		k = append(k, s[i])
		if s[i] == 0 {
			k = append(k, 0xFF)
		}
	}
	return append(k, 0, 1)
}

// raw adds a string that ends the key.
func (k key) raw(s string) key { return append(slices.Clip(k), s...) }

// past gives the key right after every key that begins with k; k must not be
// all FF bytes, and no key of ours is.
func (k key) past() []byte {
	end := bytes.Clone(k)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	return nil
}

// numAt reads what key.num wrote at the end of k.
func numAt(k []byte) uint64 { return binary.BigEndian.Uint64(k[len(k)-8:]) }

// timeOf reads what key.time wrote at the start of k, in UTC.
func timeOf(k []byte) time.Time {
	sec := int64(binary.BigEndian.Uint64(k) ^ 1<<63)
	return time.Unix(sec, int64(binary.BigEndian.Uint32(k[8:]))).UTC()
}

// textOf reads what key.text wrote at the start of k.
func textOf(k []byte) (string, error) {
	var s []byte
	for i := 0; i+1 < len(k); i++ {
		if k[i] != 0 {
			s = append(s, k[i])
			continue
		}
		i++
		if k[i] == 1 {
			return string(s), nil
		}
		s = append(s, 0)
	}
	return "", fmt.Errorf("key %x holds no text", k)
}
