package bolt

import (
	"encoding/json"
	"fmt"
	"runtime/debug"

	"go.etcd.io/bbolt"
)

// Verify reads the whole file at path and says what is wrong with it: nil, or a
// grid.Error of code Shut (in use, damaged, another program's, of a newer
// schema) or NotFound. A file of an earlier schema is fine: Open migrates it. It
// changes nothing. It takes about as long as reading the file twice.
func Verify(path string) error {
	if err := verify(path); err != nil {
		return unopened(path, err)
	}
	return nil
}

func verify(path string) (err error) {
	is, err := examine(path)
	switch {
	case err != nil:
		return err
	case is == 0:
		return damaged(path, fmt.Errorf("it is empty"))
	case is > len(steps())+1:
		return newer(path, is, len(steps())+1)
	}
	db, err := openFile(path, Options{ReadOnly: true}, 0)
	if err != nil {
		return err
	}
	defer db.Close()
	defer damage(path, &err)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	return db.View(func(b *bbolt.Tx) error {
		err := b.ForEach(func(name []byte, in *bbolt.Bucket) error {
			if string(name) == fileBucket {
				return nil
			}
			return readable(in, string(name))
		})
		if err != nil {
			return damaged(path, err)
		}
		var found error
		for err := range b.Check() { // it must be read to its end
			if found == nil {
				found = err
			}
		}
		if found != nil {
			return damaged(path, found)
		}
		return nil
	})
}

// rows names the buckets whose values are JSON.
var rows = map[string]bool{
	inboxBucket: true, messageRows: true, ticketsBucket: true, journalBucket: true, timersDue: true, outboxBucket: true,
	jobsBucket: true, areasBucket: true, chatsBucket: true, peopleBucket: true, wordsBucket: true,
}

// readable reads every key and value of a bucket and of those within.
func readable(b *bbolt.Bucket, name string) error {
	return b.ForEach(func(k, v []byte) error {
		switch {
		case v == nil:
			if in := b.Bucket(k); in != nil {
				return readable(in, string(k))
			}
			return fmt.Errorf("in %s, %q is neither value nor bucket", name, k)
		case rows[name] && !json.Valid(v):
			return fmt.Errorf("in %s, the value of %q is not readable", name, k)
		}
		return nil
	})
}
