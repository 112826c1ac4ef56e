package bolt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"go.etcd.io/bbolt"
)

// step brings a file from one schema to the next. It runs in one transaction
// together with the new number, so a file has either the one or the other.
type step struct {
	name string // what changes, for the log
	run  func(*bbolt.Tx) error
}

// steps lists every migration there ever was: the first brings schema 1 to 2.
// The schema of this program is one more than there are steps. A step is never
// changed once it was released.
func steps() []step { return nil }

// migrate brings the file from schema `is` to the last, after a copy of it was
// put beside it.
func migrate(ctx context.Context, db *bbolt.DB, path string, is int, steps []step, log *slog.Logger) error {
	if is > len(steps) {
		return nil
	}
	copied := fmt.Sprintf("%s.schema-%d", path, is)
	if err := copyBeside(db, copied); err != nil {
		return shut(err, "%s must be brought up to date, and no copy of it could be written to %s first: "+
			"make room on the disk; nothing was changed", path, copied)
	}
	for ; is <= len(steps); is++ {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("migrating %s: %w", path, err)
		}
		s := steps[is-1]
		log.Info("migrating the store", "from", is, "to", is+1, "step", s.name, "copy", copied)
		err := db.Update(func(b *bbolt.Tx) error {
			return errors.Join(s.run(b), setSchema(b, is+1))
		})
		if err != nil {
			return shut(err, "%s could not be brought from schema %d to %d (%s): it is as it was before that step, "+
				"a copy of the file as it was at first is %s; start the earlier version of youshi with it and report this",
				path, is, is+1, s.name, copied)
		}
	}
	return nil
}

// copyBeside writes a copy of the file that lasts, whole or not at all.
func copyBeside(db *bbolt.DB, to string) error {
	part := to + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = db.View(func(b *bbolt.Tx) error {
		_, err := b.WriteTo(f)
		return err
	})
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return errors.Join(os.Rename(part, to), syncFolder(to))
}
