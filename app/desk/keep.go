package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"youshi/config"
	"youshi/grid"
	"youshi/storage/bolt"
)

// Backup writes a copy of the store, in use or not, to the file out, whole or
// not at all, after reading the copy through. An existing file is kept unless
// force says otherwise.
func Backup(ctx context.Context, c config.Config, out string, force bool) error {
	if err := free(out, force); err != nil {
		return err
	}
	write := func(w io.Writer) error { return AskStore(ctx, c, Ask{Command: "backup"}, w) }
	return writeWhole(out, write, func() error { return free(out, force) })
}

// Restore puts the backup file in into the place of the site's store. It refuses
// while a program runs, a file that is no sound store, and, without force, to
// replace a store that exists; the replaced one is kept and its path returned.
func Restore(ctx context.Context, c config.Config, in string, force bool) (kept string, err error) {
	if err := Alone(ctx, c); err != nil {
		return "", err
	}
	if err := bolt.Verify(in); err != nil {
		return "", fmt.Errorf("reading the backup through: %w", err)
	}
	path := StorePath(c)
	if err := free(path, force); err != nil {
		return "", err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return "", fmt.Errorf("making the data folder: %w", err)
	}
	from, err := os.Open(in)
	if err != nil {
		return "", fmt.Errorf("reading the backup: %w", err)
	}
	defer from.Close()
	write := func(w io.Writer) error {
		_, err := io.Copy(w, from)
		return errors.Join(err, ctx.Err())
	}
	err = writeWhole(path, write, func() (err error) {
		kept, err = aside(path)
		return err
	})
	return kept, err
}

// aside gives the store that is to be replaced a second name, so that there is
// a store at path at every moment. It is "" when there was none.
func aside(path string) (string, error) {
	kept := path + ".before-restore-" + time.Now().Format("20060102T150405.000")
	err := os.Link(path, kept)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return kept, err
}

// free refuses to write over a file unless force says so.
func free(path string, force bool) error {
	if _, err := os.Lstat(path); err == nil && !force {
		return &grid.Error{Code: grid.Conflict, Say: path + " exists already and is kept: name another file, or say --force to replace it"}
	}
	return nil
}

// writeWhole writes a store beside path, reads it through and then puts it in
// its place: whoever looks at path sees the old file or the whole new one.
// ready is asked last, when only the replacing is left.
func writeWhole(path string, write func(io.Writer) error, ready func() error) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer os.Remove(f.Name()) // moved away already when all went well
	err = write(f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := bolt.Verify(f.Name()); err != nil {
		return fmt.Errorf("reading %s through: %w", path, err)
	}
	if err := ready(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return errors.Join(d.Sync(), d.Close())
}
