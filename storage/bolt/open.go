package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
)

const (
	// lockWait is how long a file may be held by another program until it counts
	// as in use.
	lockWait = time.Second
	// mapSize is the address space kept for the file (no memory, no disk). When
	// a file outgrows it, writers wait for every open reader.
	mapSize = 8 << 30 & math.MaxInt // 32 bits have no room for it: 0
)

// Open opens the store in the file at path, and makes it when there is none and
// o does not say ReadOnly. A file of an earlier schema is migrated after a copy
// was put beside it. What hinders it is a grid.Error: Shut with what to do when
// the file is in use, newer than this program, damaged or somebody else's;
// NotFound when there is nothing to read.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	return open(ctx, path, o, steps())
}

func open(ctx context.Context, path string, o Options, steps []step) (*Store, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	fresh, err := look(ctx, path, o, len(steps)+1)
	if err != nil {
		return nil, unopened(path, err)
	}
	db, err := openFile(path, o, mapSize)
	if err != nil {
		return nil, unopened(path, err)
	}
	s := &Store{db: db, path: path}
	if !o.ReadOnly {
		if err := s.prepare(ctx, o, steps, fresh); err != nil {
			return nil, errors.Join(unopened(path, err), db.Close())
		}
		s.writer = newCommitter(db, path, o.Logger)
	}
	return s, nil
}

// prepare writes the schema into a new file and migrates an old one.
func (s *Store) prepare(ctx context.Context, o Options, steps []step, fresh bool) error {
	is, err := s.schema()
	if err != nil {
		return err
	}
	if is == 0 {
		if err := s.db.Update(func(b *bbolt.Tx) error { return setSchema(b, len(steps)+1) }); err != nil {
			return unwritable(s.path, err)
		}
	} else if err := migrate(ctx, s.db, s.path, is, steps, o.Logger); err != nil {
		return err
	}
	if fresh && !o.Scratch {
		return syncFolder(s.path)
	}
	return nil
}

func (s *Store) schema() (is int, err error) {
	err = s.db.View(func(b *bbolt.Tx) error {
		is, err = schemaOf(b, s.path)
		return err
	})
	return is, err
}

// look reads a file without touching it: whether there is none yet, and an
// error when this program, which knows schemas up to known, must not use it.
func look(ctx context.Context, path string, o Options, known int) (fresh bool, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) && !o.ReadOnly {
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			return false, shut(err, "%s cannot be made: make its folder %s first, or change data in the config", path, filepath.Dir(path))
		}
		return true, nil
	} else if err != nil {
		return false, err
	}
	if info.Size() == 0 {
		if o.ReadOnly {
			return false, damaged(path, errors.New("it is empty"))
		}
		return true, nil
	}
	if err := readThrough(ctx, path); err != nil {
		return false, err
	}
	is, err := examine(path)
	switch {
	case err != nil:
		return false, err
	case is > known:
		return false, newer(path, is, known)
	case o.ReadOnly && is < known:
		return false, older(path, is, known)
	}
	return false, nil
}

// examine checks the pages of a file that exists and gives its schema, 0 when it
// holds nothing yet.
func examine(path string) (is int, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	if info.IsDir() {
		return 0, &os.PathError{Op: "open", Path: path, Err: syscall.EISDIR}
	}
	db, err := openFile(path, Options{ReadOnly: true}, 0)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	defer damage(path, &err)
	err = db.View(func(b *bbolt.Tx) error {
		if b.Size() > info.Size() {
			return damaged(path, fmt.Errorf("its end is missing: %d bytes of %d", info.Size(), b.Size()))
		}
		if err := sound(b, path); err != nil {
			return damaged(path, err)
		}
		is, err = schemaOf(b, path)
		return err
	})
	return is, err
}

// damage turns a panic into a sentence: bbolt panics over a damaged file, and
// reading a map beyond the file's end is a fault.
func damage(path string, err *error) {
	if p := recover(); p != nil {
		*err = damaged(path, fmt.Errorf("%v", p))
	}
}

// openFile opens the file with bbolt. Docs/decisions/0002-store.md says why the
// options are what they are.
func openFile(path string, o Options, mapped int) (db *bbolt.DB, err error) {
	defer damage(path, &err)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	if runtime.GOOS == "windows" {
		mapped = 0 // there the file becomes as large as its map
	}
	bo := &bbolt.Options{
		Timeout:         lockWait,
		ReadOnly:        o.ReadOnly,
		NoSync:          o.Scratch,
		NoGrowSync:      o.Scratch,
		FreelistType:    bbolt.FreelistMapType,
		NoFreelistSync:  true,
		InitialMmapSize: mapped,
		NoStatistics:    true,
	}
	db, err = bbolt.Open(path, 0o600, bo)
	if mapped > 0 && errors.Is(err, syscall.ENOMEM) {
		bo.InitialMmapSize = 0 // address space is rationed (ulimit -v): live with waiting
		db, err = bbolt.Open(path, 0o600, bo)
	}
	return db, err
}

// readThrough reads the file once from start to end. Opening looks at every page,
// whether it is sound and for the free ones; from a cold disk that takes many
// times as long page by page.
func readThrough(ctx context.Context, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.CopyBuffer(untilDone{ctx, io.Discard}, struct{ io.Reader }{f}, make([]byte, 1<<20)); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	return nil
}

// syncFolder makes the name of a new file last.
func syncFolder(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// schemaOf gives the schema of the file, 0 for a file that holds nothing, and
// an error for one that is not youshi's.
func schemaOf(b *bbolt.Tx, path string) (int, error) {
	file := b.Bucket([]byte(fileBucket))
	if file == nil {
		if k, _ := b.Cursor().First(); k != nil {
			return 0, notOurs(path, fmt.Errorf("it is another program's, with a bucket %q", k))
		}
		return 0, nil
	}
	is, err := strconv.Atoi(string(file.Get([]byte("schema"))))
	if err != nil || is < 1 {
		return 0, damaged(path, fmt.Errorf("its schema is %q", file.Get([]byte("schema"))))
	}
	return is, nil
}

func setSchema(b *bbolt.Tx, to int) error {
	file, err := b.CreateBucketIfNotExists([]byte(fileBucket))
	if err != nil {
		return fmt.Errorf("writing the schema: %w", err)
	}
	return errors.Join(
		file.Put([]byte("program"), []byte("youshi")),
		file.Put([]byte("schema"), []byte(strconv.Itoa(to))),
	)
}
