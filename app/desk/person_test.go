package desk

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"youshi/grid"
	"youshi/reports"
	"youshi/storage"
)

// say puts posts into the outbox of the site's community, said already and waiting.
func posted(t *testing.T, s storage.Store, texts ...string) {
	t.Helper()
	err := s.Update(t.Context(), "东社区", func(tx storage.Tx) error {
		for i, text := range texts {
			o, err := tx.Outbox().Put(grid.Outgoing{To: "group:1", Class: grid.ClassNotice, Kind: grid.PostAck, Ticket: 1, Text: text, Written: heardAt})
			if err == nil && i%2 == 0 {
				o.State, o.SentAt = grid.Sent, heardAt
				_, err = tx.Outbox().Set(o)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAPersonIsShownExportedAndErasedAndTheJournalStays(t *testing.T) {
	for name, begin := range map[string]func(*testing.T) (func(Ask) (string, error), storage.Store){
		"in a running program": func(t *testing.T) (func(Ask) (string, error), storage.Store) {
			c, s := aSite(t)
			t.Cleanup(func() { s.Close() })
			running(t, c, s)
			return func(a Ask) (string, error) { return asked(t, c, a) }, s
		},
		"on a store in hand": func(t *testing.T) (func(Ask) (string, error), storage.Store) {
			c, s := aSite(t)
			t.Cleanup(func() { s.Close() })
			return func(a Ask) (string, error) {
				var out strings.Builder
				err := Answer(t.Context(), s, c, heardAt, a, &out)
				return out.String(), err
			}, s
		},
	} {
		t.Run(name, func(t *testing.T) {
			ask, s := begin(t)
			posted(t, s, "老周，您说的事记下了：路灯坏了", "1号 路灯坏了（在办）")
			shown, err := ask(Ask{Command: "person", Person: "老周"})
			if err != nil || !strings.Contains(shown, "老周") || !strings.Contains(shown, "1 2") {
				t.Fatalf("%s %v", shown, err)
			}
			var data personData
			exported, err := ask(Ask{Command: "person export", Person: string(data.ID) + "老周"})
			if err == nil {
				err = json.Unmarshal([]byte(exported), &data)
			}
			if err != nil || len(data.Messages) != 2 || len(data.Words) != 2 || data.Messages[0].Text != "路灯坏了" {
				t.Fatalf("%s %v", exported, err)
			}
			if said, err := ask(Ask{Command: "person erase", Person: string(data.ID)}); err != nil || !strings.Contains(said, "2 messages") {
				t.Fatalf("%s %v", said, err)
			}
			if again, err := ask(Ask{Command: "person", Person: "老周"}); err == nil {
				t.Errorf("still known by name: %s", again)
			}
			left, err := ask(Ask{Command: "person export", Person: string(data.ID)})
			if err != nil || strings.Contains(left, "老周") || strings.Contains(left, "路灯") {
				t.Errorf("what is left: %s %v", left, err)
			}
			err = s.View(t.Context(), "东社区", func(tx storage.Tx) error {
				for _, o := range all(t, tx) {
					if strings.Contains(o.Text, "老周") || strings.Contains(o.Text, "路灯") {
						t.Errorf("a post says %s", o.Text)
					}
				}
				found, err := reports.Audit(tx)
				for _, f := range found {
					if !strings.Contains(f, "no timer watches") { // these tickets never had one
						t.Error(f)
					}
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func all(t *testing.T, tx storage.Tx) (out []grid.Outgoing) {
	t.Helper()
	posts, err := tx.Outbox().Of(1)
	if err != nil {
		t.Fatal(err)
	}
	return posts
}

func TestWhoHoldsAnOfficeIsNotErased(t *testing.T) {
	c, s := aSite(t)
	defer s.Close()
	err := s.Update(t.Context(), "东社区", func(tx storage.Tx) error {
		_, err := tx.Roster().PutPerson(grid.Person{Name: "王网格", Offices: []grid.Office{{Role: grid.GridWorker, Area: "1网格"}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = Answer(t.Context(), s, c, heardAt, Ask{Command: "person erase", Person: "王网格"}, &strings.Builder{})
	if grid.CodeOf(err) != grid.Conflict || !strings.Contains(err.Error(), "roles revoke") {
		t.Errorf("%v", err)
	}
	if err := Answer(t.Context(), s, c, heardAt, Ask{Command: "person", Person: "谁"}, &strings.Builder{}); grid.CodeOf(err) != grid.NotFound {
		t.Errorf("%v", err)
	}
}

func TestErasingBesideAFileThatNobodyHolds(t *testing.T) {
	c, s := aSite(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if said, err := asked(t, c, Ask{Command: "person erase", Person: "老周"}); err != nil {
		t.Fatalf("%s %v", said, err)
	}
	if _, err := asked(t, c, Ask{Command: "person", Person: "老周"}); grid.CodeOf(err) != grid.NotFound {
		t.Errorf("%v", err)
	}
}

func TestAnExportHoldsEverythingButWhatIsNotSaidAloud(t *testing.T) {
	for name, run := range map[string]bool{"in a running program": true, "beside the file": false} {
		t.Run(name, func(t *testing.T) {
			c, s := aSite(t)
			err := s.Update(t.Context(), "东社区", func(tx storage.Tx) error {
				p, err := tx.Roster().PutPerson(grid.Person{Name: "陈姐"})
				if err == nil {
					err = raise(tx, p.ID, "=我老公又打我了，8号楼")
				}
				if err != nil {
					return err
				}
				tk, err := tx.Tickets().Get(3)
				if err != nil {
					return err
				}
				tk, entries, err := tk.Move(grid.Ask{Want: grid.WantNote, By: grid.TheHouse(), At: heardAt, Set: grid.Change{Private: true}})
				if err != nil {
					return err
				}
				if err := tx.Journal().Append(entries...); err != nil {
					return err
				}
				return tx.Tickets().Put(tk)
			})
			if err != nil {
				t.Fatal(err)
			}
			if run {
				t.Cleanup(func() { s.Close() })
				running(t, c, s)
			} else if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(t.TempDir(), "out")
			names, err := Export(t.Context(), c, Ask{}, dir, false)
			if err != nil || len(names) != 10 {
				t.Fatalf("%v %v", names, err)
			}
			whole := ""
			for _, name := range names {
				b, err := os.ReadFile(filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				if strings.HasSuffix(name, ".csv") && !strings.HasPrefix(string(b), "\ufeff") {
					t.Errorf("%s has no mark that spreadsheets know", name)
				}
				for line := range strings.Lines(string(b)) {
					if strings.HasSuffix(name, ".jsonl") && !json.Valid([]byte(line)) {
						t.Errorf("%s: %s", name, line)
					}
				}
				if name != "people.csv" && name != "people.jsonl" { // who lives here is no secret, who said what is
					whole += string(b)
				}
			}
			for _, never := range []string{"陈姐", "我老公", "8号楼"} {
				if strings.Contains(whole, never) {
					t.Errorf("it tells %s", never)
				}
			}
			for _, part := range []string{`"number":3,"area":"1网格"`, "路灯坏了", "老周", "下水道堵了", `"want":"withdraw"`} {
				if !strings.Contains(whole, part) {
					t.Errorf("it lacks %s", part)
				}
			}
			if _, err := Export(t.Context(), c, Ask{}, dir, false); grid.CodeOf(err) != grid.Conflict {
				t.Errorf("written over: %v", err)
			}
		})
	}
}

func TestTextInAnExportIsNoFormula(t *testing.T) {
	var b strings.Builder
	if err := (reports.Table{Name: "x", Columns: []string{"a", "b"}, Rows: [][]any{{"=1+1", -3}}}).CSV(&b); err != nil || b.String() != "\ufeffa,b\n'=1+1,-3\n" {
		t.Errorf("%q %v", b.String(), err)
	}
}
