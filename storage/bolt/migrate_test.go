package bolt

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"youshi/grid"
	"youshi/storage"
	"youshi/storage/storagetest"
)

var update = flag.Bool("update", false, "write testdata/v<schema>.db and .json for the present schema")

// rename is a step like those to come: it writes every area anew.
func rename(from, to string) step {
	return step{"areas of " + from + " become " + to, func(b *bbolt.Tx) error {
		areas := b.Bucket([]byte("c")).Bucket([]byte(areasBucket))
		return areas.Put([]byte("第1网格"), []byte(strings.ReplaceAll(string(areas.Get([]byte("第1网格"))), from, to)))
	}}
}

func kindOf(t *testing.T, s *Store) (kind grid.AreaKind) {
	t.Helper()
	err := s.View(t.Context(), "c", func(tx storage.Tx) error {
		a, err := tx.Roster().Area("第1网格")
		kind = a.Kind
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return kind
}

func TestAnOldFileIsBroughtUpToDateWithACopyBesideIt(t *testing.T) {
	path := furnished(t)
	three := []step{rename(`"grid"`, `"two"`), rename(`"two"`, `"three"`)}
	s, err := open(t.Context(), path, Options{}, three)
	if err != nil {
		t.Fatal(err)
	}
	if got := kindOf(t, s); got != "three" {
		t.Errorf("the area's kind is %q, want three", got)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	copied, err := Open(t.Context(), path+".schema-1", Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	if got := kindOf(t, copied); got != grid.Grid {
		t.Errorf("in the copy the area's kind is %q, want grid", got)
	}
	if err := tryOpen(t, path, Options{}); grid.CodeOf(err) != grid.Shut || !strings.Contains(err.Error(), "schema 3, this one knows up to 1") {
		t.Errorf("the earlier version opens it with %v, want code shut", err)
	}
	if s, err = open(t.Context(), path, Options{}, three); err != nil { // a second start has nothing to do
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := os.Stat(path + ".schema-3"); err == nil {
		t.Error("a copy was made of a file that is up to date")
	}
}

func TestAStepThatFailsLeavesTheFileAsItWasBefore(t *testing.T) {
	path := furnished(t)
	bad := step{"break", func(b *bbolt.Tx) error {
		return errors.Join(rename(`"two"`, `"bad"`).run(b), errors.New("no such luck"))
	}}
	good := rename(`"grid"`, `"two"`)
	_, err := open(t.Context(), path, Options{}, []step{good, bad})
	if grid.CodeOf(err) != grid.Shut || !strings.Contains(err.Error(), path+".schema-1") || !strings.Contains(err.Error(), "from schema 2 to 3 (break)") {
		t.Errorf("got %v, want code shut, the step and the copy's path", err)
	}
	s, err := open(t.Context(), path, Options{}, []step{good})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := kindOf(t, s); got != "two" {
		t.Errorf("the area's kind is %q, want two", got)
	}
}

func TestAnOldFileIsNotMigratedForReading(t *testing.T) {
	path := furnished(t)
	_, err := open(t.Context(), path, Options{ReadOnly: true}, []step{rename("a", "b")})
	if grid.CodeOf(err) != grid.Shut || !strings.Contains(err.Error(), "start youshi serve once") {
		t.Errorf("got %v, want code shut and what to do", err)
	}
}

func TestFilesOfEveryReleaseOpenAndHoldWhatTheyHeld(t *testing.T) {
	if *update {
		record(t, fmt.Sprintf("testdata/v%d", len(steps())+1))
	}
	for v := 1; v <= len(steps())+1; v++ {
		name := fmt.Sprintf("testdata/v%d", v)
		raw, err := os.ReadFile(name + ".db")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "youshi.db")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(t.Context(), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(name + ".json")
		if got := dumped(t, s); err != nil || got != string(want) {
			t.Errorf("%s holds\n%s\nwant (%v)\n%s", name, got, err, want)
		}
		if err := errors.Join(s.Close(), Verify(path)); err != nil {
			t.Error(err)
		}
	}
}

// dumped tells everything in a store, a line a community.
func dumped(t *testing.T, s *Store) (all string) {
	t.Helper()
	cs, err := s.Communities(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cs {
		err := s.View(t.Context(), c, func(tx storage.Tx) error {
			told, err := storagetest.Dump(tx)
			all += fmt.Sprintf("%s %s\n", c, told)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// record writes a small store and what it holds.
func record(t *testing.T, name string) {
	t.Helper()
	s, err := Open(t.Context(), furnished(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(name + ".db")
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Backup(t.Context(), f)
	if err := errors.Join(err, f.Close(), os.WriteFile(name+".json", []byte(dumped(t, s)), 0o644)); err != nil {
		t.Fatal(err)
	}
}
