// Package bolt is the store that ships: one file, by way of bbolt.
package bolt

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"go.etcd.io/bbolt"

	"youshi/grid"
	"youshi/storage"
)

// Options says how to open a store. The zero value is right for serve.
type Options struct {
	// ReadOnly opens an existing file for looking at it: Update fails. A file
	// that a running program holds cannot be opened so either.
	ReadOnly bool
	// Scratch leaves out waiting for the disk: for files that are thrown away
	// after use (replay, demo). They survive the end of the program, not of the machine.
	Scratch bool
	// Logger hears of migrations and of trouble with the disk. nil: nobody does.
	Logger *slog.Logger
}

// Store is a file that holds everything that lasts. It is safe for concurrent
// use. One program at a time can hold the file.
//
// A View or an Update must not be started inside of another: the inner one may
// wait for the outer for ever.
type Store struct {
	db     *bbolt.DB
	path   string
	writer *committer // nil: opened for reading only
}

var _ storage.Store = (*Store)(nil)

// View runs fn on the state that the last commit left. The error is fn's, or
// says that the store is closed (grid.Shut) or that ctx had ended.
func (s *Store) View(ctx context.Context, c grid.CommunityID, fn func(storage.Tx) error) error {
	if err := ready(ctx, c); err != nil {
		return err
	}
	return s.view(func(b *bbolt.Tx) error { return fn(newTx(b, c)) })
}

func (s *Store) view(fn func(*bbolt.Tx) error) error {
	b, err := s.db.Begin(false)
	if err != nil {
		return unwritable(s.path, err)
	}
	defer func() { _ = b.Rollback() }() // ends a transaction that read: cannot fail
	return fn(b)
}

// Update runs fn and returns when what it wrote is on disk. It shares its
// transaction with the Updates that wait at the same time, of any community.
//
// fn runs in another goroutine, and again when one of the others failed. Its
// error or panic undoes what it wrote and nothing else, and comes back as it
// is. ctx counts until fn runs: an error of ctx means that fn did not and will
// not run, and a nil that all of it is kept, even if ctx has ended meanwhile.
// An error of writing is a grid.Error of code Shut; nothing of fn is kept then,
// except that it says so when nobody can know.
func (s *Store) Update(ctx context.Context, c grid.CommunityID, fn func(storage.Tx) error) error {
	if err := ready(ctx, c); err != nil {
		return err
	}
	if s.writer == nil {
		return shut(nil, "%s was opened for reading only", s.path)
	}
	return s.writer.update(ctx, c, fn)
}

// ready refuses what cannot be done for anybody.
func ready(ctx context.Context, c grid.CommunityID) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("using the store: %w", err)
	}
	if c == "" || c[0] == 0 {
		return fmt.Errorf("using the store: %q is no community", c)
	}
	return nil
}

// Communities lists the communities that hold anything, sorted.
func (s *Store) Communities(ctx context.Context) ([]grid.CommunityID, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("listing communities: %w", err)
	}
	var out []grid.CommunityID
	err := s.view(func(b *bbolt.Tx) error {
		return b.ForEach(func(name []byte, _ *bbolt.Bucket) error {
			if string(name) != fileBucket {
				out = append(out, grid.CommunityID(name))
			}
			return nil
		})
	})
	return out, err
}

// Backup writes the store as of now to w and gives the number of bytes. Writers
// go on at about half their rate. It is not slowed down on purpose: while it
// lasts no freed page is used again, so a slow copy makes the file grow.
func (s *Store) Backup(ctx context.Context, w io.Writer) (n int64, err error) {
	err = s.view(func(b *bbolt.Tx) error {
		n, err = b.WriteTo(untilDone{ctx, w})
		return err
	})
	if err != nil {
		return n, fmt.Errorf("writing a backup: %w", err)
	}
	return n, nil
}

// untilDone is a writer that fails once ctx has ended.
type untilDone struct {
	ctx context.Context
	w   io.Writer
}

func (u untilDone) Write(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.w.Write(p)
}

// Close waits for the Updates that wait or run and for open Views, then lets
// the file go. Whatever comes later fails with grid.Shut.
func (s *Store) Close() error {
	if s.writer != nil {
		s.writer.close()
	}
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("closing %s: %w", s.path, err)
	}
	return nil
}
