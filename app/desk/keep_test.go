package desk

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"youshi/config"
	"youshi/grid"
	"youshi/storage"
)

func TestABackupOfARunningStoreCanBeRestoredElsewhere(t *testing.T) {
	c, s := aSite(t)
	defer s.Close()
	running(t, c, s)
	out := filepath.Join(t.TempDir(), "backup.db")
	if err := Backup(t.Context(), c, out, false); err != nil {
		t.Fatal(err)
	}
	other := config.Default()
	other.Data = filepath.Join(t.TempDir(), "data")
	if kept, err := Restore(t.Context(), other, out, false); err != nil || kept != "" {
		t.Fatalf("kept %q, %v", kept, err)
	}
	if got, err := asked(t, other, Ask{Command: "tickets"}); err != nil || !strings.Contains(got, "路灯坏了") {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestABackupNeverOverwritesWithoutForce(t *testing.T) {
	c, s := aSite(t)
	defer s.Close()
	running(t, c, s)
	out := filepath.Join(t.TempDir(), "backup.db")
	if err := os.WriteFile(out, []byte("dear"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Backup(t.Context(), c, out, false); grid.CodeOf(err) != grid.Conflict {
		t.Errorf("got %v", err)
	}
	if b, err := os.ReadFile(out); err != nil || string(b) != "dear" {
		t.Errorf("the file is now %d bytes, %v", len(b), err)
	}
	if err := Backup(t.Context(), c, out, true); err != nil {
		t.Error(err)
	}
}

func TestRestoreKeepsWhatItReplaces(t *testing.T) {
	c, s := aSite(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(StorePath(c))
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "backup.db")
	if err := Backup(t.Context(), c, out, false); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), c, out, false); grid.CodeOf(err) != grid.Conflict {
		t.Errorf("without force: %v", err)
	}
	kept, err := Restore(t.Context(), c, out, true)
	if err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(kept); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the replaced store is not kept: %v", err)
	}
	if got, err := asked(t, c, Ask{Command: "tickets"}); err != nil || !strings.Contains(got, "路灯坏了") {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestRestoreRefusesARunningProgram(t *testing.T) {
	c, s := aSite(t)
	defer s.Close()
	running(t, c, s)
	out := filepath.Join(t.TempDir(), "backup.db")
	if err := Backup(t.Context(), c, out, false); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), c, out, true); grid.CodeOf(err) != grid.Shut {
		t.Errorf("got %v", err)
	}
}

func TestRestoreRefusesWhatIsNoStore(t *testing.T) {
	c, s := aSite(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(StorePath(c))
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"text": []byte("hello"), "nothing": nil, "the beginning of a store": good[:3*os.Getpagesize()]} {
		t.Run(name, func(t *testing.T) {
			in := filepath.Join(t.TempDir(), "in.db")
			if err := os.WriteFile(in, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Restore(t.Context(), c, in, true); err == nil {
				t.Error("it was taken")
			}
			if now, err := os.ReadFile(StorePath(c)); err != nil || !bytes.Equal(now, good) {
				t.Errorf("the store changed: %v", err)
			}
		})
	}
}

func TestCheckFindsNothingWrongInASoundStore(t *testing.T) {
	c, s := aSite(t)
	defer s.Close()
	got := checked(t, c, s)
	if strings.Contains(got, "WRONG") {
		t.Errorf("got:\n%s", got)
	}
	for _, part := range []string{"ok the store's structure", "heard 2 messages = ticket 2", "ok 东社区: 2 tickets are what their journals tell", "WARNING NOBODY CAN BE TOLD of matters in 1网格"} {
		if !strings.Contains(got, part) {
			t.Errorf("%q is missing in:\n%s", part, got)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(c.Data, "check-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func checked(t *testing.T, c config.Config, s storage.Store) string {
	t.Helper()
	var out strings.Builder
	err := desk{store: s, config: c, now: heardAt}.answer(t.Context(), Ask{Command: "check"}, &out)
	if wrong := strings.Contains(out.String(), "WRONG"); wrong != (err != nil) {
		t.Errorf("it says %v and prints:\n%s", err, out.String())
	}
	return out.String()
}

func TestCheckFindsATicketThatDiffersFromItsJournal(t *testing.T) {
	c, s := aSite(t)
	defer s.Close()
	err := s.Update(t.Context(), "东社区", func(tx storage.Tx) error {
		ticket, err := tx.Tickets().Get(1)
		if err != nil {
			return err
		}
		ticket.Status = grid.Working
		return tx.Tickets().Put(ticket)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := checked(t, c, s); !strings.Contains(got, "WRONG 东社区: ticket 1 is not what its journal tells") {
		t.Errorf("got:\n%s", got)
	}
}

func TestSomebodyCanBeToldOnceThereIs(t *testing.T) {
	for name, staff := range map[string]func(storage.Tx) error{
		"a grid worker of the grid": func(tx storage.Tx) error {
			_, err := tx.Roster().PutPerson(grid.Person{Name: "王", Offices: []grid.Office{{Role: grid.GridWorker, Area: "1网格"}}})
			return err
		},
		"a secretary of the community": func(tx storage.Tx) error {
			_, err := tx.Roster().PutPerson(grid.Person{Name: "李", Offices: []grid.Office{{Role: grid.Secretary, Area: "东社区"}}})
			return err
		},
		"a staff chat of the community": func(tx storage.Tx) error {
			return tx.Roster().PutChat(grid.Chat{ID: "staff:1", Kind: grid.StaffChat, Channel: "webchat", Native: "s", Area: "东社区"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, s := aSite(t)
			defer s.Close()
			err := s.Update(t.Context(), "东社区", func(tx storage.Tx) error {
				if deaf, grids, err := Untold(tx, heardAt); err != nil || len(deaf) != 1 || grids != 1 {
					t.Errorf("before: %v of %d, %v", deaf, grids, err)
				}
				if err := staff(tx); err != nil {
					return err
				}
				deaf, _, err := Untold(tx, heardAt)
				if len(deaf) > 0 {
					t.Errorf("nobody in %v", deaf)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestWithSeveralGridsTheCommunityItselfNeedsSomebodyToTell(t *testing.T) {
	_, s := aSite(t)
	defer s.Close()
	err := s.Update(t.Context(), "东社区", func(tx storage.Tx) error {
		r := tx.Roster()
		if err := r.PutArea(grid.Area{ID: "2网格", Kind: grid.Grid, Parent: "东社区"}); err != nil {
			return err
		}
		for _, g := range []grid.AreaID{"1网格", "2网格"} {
			if err := r.PutChat(grid.Chat{ID: grid.ChatID("staff:" + g), Kind: grid.StaffChat, Channel: "webchat", Native: string(g), Area: g}); err != nil {
				return err
			}
		}
		deaf, _, err := Untold(tx, heardAt)
		if len(deaf) != 1 || deaf[0] != "东社区" {
			t.Errorf("nobody can be told in %v, want the community alone", deaf)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
