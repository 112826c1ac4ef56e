package storage

import (
	"fmt"
	"time"
)

// Where it is noted from when on words are kept.
const (
	notesKeep = "keep"
	keyWords  = "words"
)

// Forget drops what is older than before: lines heard (whole months only), posts
// that have ended (at most so many at once), remembered keys. Tickets and the
// journal stay, and so does everything since the oldest matter that is not ended
// was heard. It reports whether more is left to drop.
func Forget(tx Tx, before, now time.Time, most int) (more bool, err error) {
	if before, err = oldestOpen(tx, before); err != nil {
		return false, err
	}
	if _, err = tx.Messages().Forget(before); err != nil {
		return false, fmt.Errorf("forgetting old lines: %w", err)
	}
	gone, err := tx.Outbox().Forget(before, most)
	if err != nil {
		return false, fmt.Errorf("forgetting old posts: %w", err)
	}
	if err := tx.Inbox().Forget(now); err != nil {
		return false, fmt.Errorf("forgetting old keys: %w", err)
	}
	at, err := before.MarshalText()
	if err == nil {
		err = tx.Notes().Put(notesKeep, keyWords, at)
	}
	if err != nil {
		return false, fmt.Errorf("noting what was forgotten: %w", err)
	}
	return gone == most, nil
}

// oldestOpen gives before, or when the oldest matter that is not ended was heard if
// that is earlier.
func oldestOpen(tx Tx, before time.Time) (time.Time, error) {
	areas, err := tx.Roster().Areas()
	if err != nil {
		return before, fmt.Errorf("reading the areas: %w", err)
	}
	for _, a := range areas {
		open, err := tx.Tickets().Open(a.ID)
		if err != nil {
			return before, fmt.Errorf("reading the open tickets of %s: %w", a.ID, err)
		}
		for _, t := range open {
			if t.Heard.Before(before) {
				before = t.Heard
			}
		}
	}
	return before, nil
}

// Kept reports whether the lines of a ticket heard then must still be there.
func Kept(tx Tx, heard time.Time) (bool, error) {
	at, err := tx.Notes().Get(notesKeep, keyWords)
	if err != nil || at == nil {
		return true, err
	}
	var before time.Time
	if err := before.UnmarshalText(at); err != nil {
		return true, fmt.Errorf("reading what was forgotten: %w", err)
	}
	return !heard.Before(before), nil
}
