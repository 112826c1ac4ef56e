package bolt

import (
	"bytes"
	"errors"
	"iter"
	"strconv"
	"strings"

	"youshi/grid"
	"youshi/storage"
)

type words struct{ *tx }

// text is a row of words.
type text struct {
	Owner grid.PersonID `json:"owner,omitempty"`
	Text  string        `json:"text"`
}

func (w words) Put(owner grid.PersonID, s string) (grid.TextID, error) {
	if s == "" {
		return "", nil
	}
	n, err := w.next(wordsBucket)
	if err != nil {
		return "", err
	}
	id := grid.TextID("w" + strconv.FormatUint(n, 10))
	return id, w.putJSON(textKey(id), text{owner, s}, wordsBucket)
}

func (w words) Get(id grid.TextID) (string, error) {
	t, err := get[text](w.look(wordsBucket), textKey(id))
	if errors.Is(err, storage.ErrNotFound) {
		return "", nil
	}
	return t.Text, err
}

func (w words) Erase(id grid.TextID) error {
	if k := textKey(id); k != nil {
		return w.drop(k, wordsBucket)
	}
	return nil
}

// textKey gives the key that a TextID names, nil when we did not make it.
func textKey(id grid.TextID) []byte {
	digits, ours := strings.CutPrefix(string(id), "w")
	n, err := strconv.ParseUint(digits, 10, 64)
	if !ours || err != nil {
		return nil
	}
	return key{}.num(n)
}

type notes struct{ *tx }

func (n notes) Put(scope, name string, value []byte) error {
	k := key{}.text(scope).raw(name)
	if value == nil {
		return n.drop(k, notesBucket)
	}
	return n.put(k, bytes.Clone(value), notesBucket)
}

func (n notes) Get(scope, name string) ([]byte, error) {
	return bytes.Clone(has(n.look(notesBucket), key{}.text(scope).raw(name))), nil
}

func (n notes) All(scope string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		prefix := key{}.text(scope)
		for k, v := range within(n.look(notesBucket), prefix) {
			if !yield(string(k[len(prefix):]), bytes.Clone(v)) {
				return
			}
		}
	}
}
