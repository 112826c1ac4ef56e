package desk

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"youshi/config"
	"youshi/grid"
	"youshi/reports"
	"youshi/storage"
)

// export streams everything as a tar of JSON Lines and CSV files: a folder a
// community where there are several.
func (d desk) export(ctx context.Context, ask Ask, out io.Writer) error {
	all, err := d.store.Communities(ctx)
	if err != nil {
		return err
	}
	t := tar.NewWriter(out)
	err = d.each(ctx, ask, func(storage.Tx) error { return nil }) // that the community is there
	for _, c := range all {
		if err != nil {
			return err
		}
		if ask.Community != "" && c != ask.Community {
			continue
		}
		var tables []reports.Table
		err = d.store.View(ctx, c, func(tx storage.Tx) (err error) {
			tables, err = reports.Export{Whole: true, Zone: d.config.Timezone}.Tables(tx)
			return err
		})
		if err != nil {
			return fmt.Errorf("reading %s: %w", c, err)
		}
		folder := ""
		if len(all) > 1 && ask.Community == "" {
			folder = plain(string(c)) + "/"
		}
		for _, f := range reports.Files(tables) {
			if err := pack(t, folder+f.Name, f.Write); err != nil {
				return err
			}
		}
	}
	return errors.Join(err, t.Close())
}

// plain makes a community's name one element of a path.
func plain(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:`, r) || r < ' ' {
			return '_'
		}
		return r
	}, name)
	return strings.TrimLeft(name, ".")
}

func pack(t *tar.Writer, name string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(b.Len()), Format: tar.FormatPAX}); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	if _, err := b.WriteTo(t); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// Export writes everything the store holds into the folder dir, as JSON Lines and
// CSV, and gives the names of the files. It refuses a folder that holds something,
// unless force says so.
func Export(ctx context.Context, c config.Config, ask Ask, dir string, force bool) (names []string, err error) {
	if have, err := os.ReadDir(dir); err == nil && len(have) > 0 && !force {
		return nil, &grid.Error{Code: grid.Conflict, Say: dir + " is not empty: name another folder, or say --force to write into it"}
	}
	ask.Command = "export"
	from, to := io.Pipe()
	asked := make(chan error, 1)
	go func() {
		err := AskStore(ctx, c, ask, to)
		asked <- err
		_ = to.CloseWithError(err) // tells the reader, nil as the end of it; it has no error itself
	}()
	names, err = unpack(from, dir)
	_ = from.CloseWithError(err)
	if e := <-asked; e != nil {
		return names, e
	}
	return names, err
}

func unpack(from io.Reader, dir string) (names []string, err error) {
	t := tar.NewReader(from)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			_, err = io.Copy(io.Discard, from)
			return names, err
		} else if err != nil {
			return names, fmt.Errorf("reading the export: %w", err)
		}
		if !filepath.IsLocal(h.Name) {
			return names, fmt.Errorf("the export names a file outside of its folder: %q", h.Name)
		}
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return names, fmt.Errorf("making the folder: %w", err)
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return names, fmt.Errorf("writing the export: %w", err)
		}
		_, err = io.Copy(f, t)
		if err = errors.Join(err, f.Close()); err != nil {
			return names, fmt.Errorf("writing %s: %w", h.Name, err)
		}
		names = append(names, h.Name)
	}
}
