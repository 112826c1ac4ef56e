package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"youshi/grid"
	"youshi/storage"
	"youshi/storage/storagetest"
)

// furnished gives the path of a closed store with something of everything.
func furnished(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "youshi.db")
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []grid.CommunityID{"c", "天后宫社区"} {
		if err := s.Update(t.Context(), c, storagetest.Furnish); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// withBolt changes a file behind the store's back.
func withBolt(t *testing.T, path string, fn func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(fn), db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestAFileThatCannotBeUsedIsRefusedWithASentence(t *testing.T) {
	cases := map[string]struct {
		spoil func(t *testing.T, path string)
		code  grid.Code
		says  string
	}{
		"held by another program": {func(t *testing.T, path string) {
			s, err := Open(t.Context(), path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
		}, grid.Shut, "in use by another program"},
		"of a newer version": {func(t *testing.T, path string) {
			withBolt(t, path, func(b *bbolt.Tx) error { return setSchema(b, 99) })
		}, grid.Shut, "newer youshi (schema 99"},
		"of another program, on bbolt too": {func(t *testing.T, path string) {
			withBolt(t, path, func(b *bbolt.Tx) error {
				_, err := b.CreateBucket([]byte("etcd"))
				return errors.Join(err, b.DeleteBucket([]byte(fileBucket)))
			})
		}, grid.Shut, "is not a store of youshi"},
		"with a schema that is no number": {func(t *testing.T, path string) {
			withBolt(t, path, func(b *bbolt.Tx) error { return b.Bucket([]byte(fileBucket)).Put([]byte("schema"), []byte("two")) })
		}, grid.Shut, "damaged"},
		"a text": {func(t *testing.T, path string) {
			overwrite(t, path, func([]byte) []byte { return []byte(strings.Repeat("data = \"./data\"\n", 1000)) })
		}, grid.Shut, "no store of youshi or is damaged"},
		"cut off": {func(t *testing.T, path string) {
			overwrite(t, path, func(raw []byte) []byte { return raw[:3*os.Getpagesize()] })
		}, grid.Shut, "damaged"},
		"with both heads damaged": {func(t *testing.T, path string) {
			overwrite(t, path, func(raw []byte) []byte { return append(make([]byte, 2*os.Getpagesize()), raw[2*os.Getpagesize():]...) })
		}, grid.Shut, "damaged"},
		"a folder": {func(t *testing.T, path string) {
			if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
				t.Fatal(err)
			}
		}, grid.Shut, "cannot be opened"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			path := furnished(t)
			c.spoil(t, path)
			before, _ := os.ReadFile(path)
			begin := time.Now()
			for what, open := range map[string]func() error{
				"Open":           func() error { return tryOpen(t, path, Options{}) },
				"Open read-only": func() error { return tryOpen(t, path, Options{ReadOnly: true}) },
				"Verify":         func() error { return Verify(path) },
			} {
				err := open()
				if grid.CodeOf(err) != c.code || !strings.Contains(fmt.Sprint(err), c.says) || !strings.Contains(fmt.Sprint(err), path) {
					t.Errorf("%s gave %v, want code %s, %q and the path", what, err, c.code, c.says)
				}
			}
			if took := time.Since(begin); took > 15*time.Second {
				t.Errorf("refusing three times took %v", took)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("the file has changed")
			}
		})
	}
}

func overwrite(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(raw), 0o600); err != nil {
		t.Fatal(err)
	}
}

func tryOpen(t *testing.T, path string, o Options) error {
	t.Helper()
	s, err := Open(t.Context(), path, o)
	if err == nil {
		err = errors.Join(errors.New("it was opened"), s.Close())
	}
	return err
}

func TestAFileThatDoesNotExist(t *testing.T) {
	path := filepath.Join(t.TempDir(), "youshi.db")
	if err := tryOpen(t, path, Options{ReadOnly: true}); grid.CodeOf(err) != grid.NotFound || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading gave %v, want code not_found", err)
	}
	if err := Verify(path); grid.CodeOf(err) != grid.NotFound {
		t.Errorf("Verify gave %v, want code not_found", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("it was made")
	}
	nowhere := filepath.Join(t.TempDir(), "no", "youshi.db")
	if err := tryOpen(t, nowhere, Options{}); grid.CodeOf(err) != grid.Shut || !strings.Contains(err.Error(), filepath.Dir(nowhere)) {
		t.Errorf("a folder that is missing gave %v, want code shut and its path", err)
	}
}

func TestAStoreForReadingOnlyReads(t *testing.T) {
	path := furnished(t)
	var stores []*Store
	for range 2 { // two readers do not mind each other
		s, err := Open(t.Context(), path, Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		stores = append(stores, s)
	}
	if err := stores[0].Update(t.Context(), "c", note("a")); grid.CodeOf(err) != grid.Shut {
		t.Errorf("Update gave %v, want code shut", err)
	}
	err := stores[1].View(t.Context(), "c", func(tx storage.Tx) error { _, err := tx.Tickets().Get(1); return err })
	if err != nil {
		t.Error(err)
	}
}

func TestABackupIsAWholeStore(t *testing.T) {
	s := openTemp(t)
	stop, wrote := make(chan struct{}), make(chan error)
	go func() { // somebody writes all the while
		for i := 0; ; i++ {
			select {
			case <-stop:
				wrote <- nil
				return
			default:
			}
			if err := s.Update(t.Context(), "c", something(fmt.Sprint("m", i, "x"))); err != nil {
				wrote <- err
				return
			}
		}
	}()
	for i := range 5 {
		path := filepath.Join(t.TempDir(), fmt.Sprint("backup-", i))
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		n, err := s.Backup(t.Context(), f)
		if info, _ := f.Stat(); err != nil || info.Size() != n {
			t.Fatalf("Backup gave %d, %v; the file has %d bytes", n, err, info.Size())
		}
		if err := errors.Join(f.Close(), Verify(path)); err != nil {
			t.Fatal(err)
		}
		checkWhole(t, path, nil)
	}
	close(stop)
	if err := <-wrote; err != nil {
		t.Fatal(err)
	}
}

func TestADamagedFileIsFoundAndBreaksNothing(t *testing.T) {
	path := furnished(t)
	if err := Verify(path); err != nil {
		t.Fatalf("a sound file: %v", err)
	}
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		if err := s.Update(t.Context(), "c", something(fmt.Sprint("m", i))); err != nil {
			t.Fatal(err)
		}
	}
	sound := filepath.Join(t.TempDir(), "sound")
	f, err := os.Create(sound)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Backup(t.Context(), f)
	if err := errors.Join(err, f.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(sound)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	page := os.Getpagesize()
	found := 0
	const times = 100
	broken := filepath.Join(t.TempDir(), "broken")
	for n := range times {
		spoilt := bytes.Clone(raw)
		from, step := page*(2+random.IntN(len(raw)/page-2)), 1 // the whole page is somebody else's
		if n%2 == 0 {
			step = 1 + random.IntN(page) // or some bytes of it have flipped
		}
		for i := random.IntN(64); i < page; i += step {
			spoilt[from+i] = byte(random.Uint32())
		}
		if err := os.WriteFile(broken, spoilt, 0o600); err != nil {
			t.Fatal(err)
		}
		err := Verify(broken)
		if err != nil {
			if found++; grid.CodeOf(err) != grid.Shut {
				t.Errorf("Verify gave %v, want code shut", err)
			}
		}
		s, openErr := Open(t.Context(), broken, Options{Scratch: true})
		if openErr == nil {
			openErr = s.Close()
		} else if err == nil {
			t.Errorf("a file that Verify finds sound was refused: %v", openErr)
		}
		if openErr != nil && grid.CodeOf(openErr) != grid.Shut {
			t.Errorf("Open gave %v, want code shut", openErr)
		}
	}
	if found < times/4 { // many pages of a file are free, and their bytes do not matter
		t.Errorf("%d of %d damaged files were found", found, times)
	}
	t.Logf("%d of %d damaged files were found", found, times)
}
