package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"youshi/config"
	"youshi/grid"
	"youshi/storage"
	"youshi/storage/bolt"
)

var heardAt = time.Date(2026, 11, 10, 9, 0, 0, 0, time.UTC)

// aSite makes a data folder with a store of one community and two tickets, the
// second of which is closed, and gives its config.
func aSite(t *testing.T) (config.Config, *bolt.Store) {
	t.Helper()
	c := config.Default()
	c.Data = t.TempDir()
	s, err := bolt.Open(t.Context(), StorePath(c), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s)
	return c, s
}

func fill(t *testing.T, s storage.Store) {
	t.Helper()
	err := s.Update(t.Context(), "东社区", func(tx storage.Tx) error {
		errs := []error{
			tx.Roster().PutArea(grid.Area{ID: "东社区", Kind: grid.Community}),
			tx.Roster().PutArea(grid.Area{ID: "1网格", Kind: grid.Grid, Parent: "东社区"}),
			tx.Roster().PutChat(grid.Chat{ID: "group:1", Kind: grid.GroupChat, Channel: "webchat", Native: "1", Area: "1网格"}),
		}
		p, err := tx.Roster().PutPerson(grid.Person{Name: "老周", Identities: []grid.Identity{{Channel: "webchat", ID: "老周"}}})
		errs = append(errs, err)
		for _, text := range []string{"路灯坏了", "下水道堵了"} {
			errs = append(errs, raise(tx, p.ID, text))
		}
		return errors.Join(errs...)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func raise(tx storage.Tx, by grid.PersonID, text string) error {
	no, err := tx.Tickets().NextNo()
	if err != nil {
		return err
	}
	id := grid.MessageID("m" + no.String())
	summary, err := tx.Words().Put(by, text)
	if err != nil {
		return err
	}
	actor := grid.Actor{Person: by, Role: grid.Resident, Standing: grid.StandsReporter}
	ticket, entries, err := grid.NewTicket(no, actor, heardAt, id, grid.Change{Summary: summary, Messages: []grid.MessageID{id},
		Category: grid.Immediate, Urgency: grid.Urgent, Topic: "facilities",
		Opening: &grid.Opening{Area: "1网格", Chat: "group:1", Kind: grid.Report, Source: grid.Online, Reporter: by, Heard: heardAt}})
	if err != nil {
		return err
	}
	if no == 2 {
		var more []grid.Entry
		ticket, more, err = ticket.Move(grid.Ask{Want: grid.WantWithdraw, By: actor, At: heardAt.Add(time.Hour), Reason: grid.ReasonWithdrawn})
		entries = append(entries, more...)
	}
	return errors.Join(err, tx.Tickets().Put(ticket), tx.Journal().Append(entries...),
		tx.Messages().Put(grid.Message{ID: id, Chat: "group:1", From: by, Sent: heardAt, Text: text, Outcome: grid.OutTicket, Ticket: no}))
}

// running serves the admin socket of s until the test ends.
func running(t *testing.T, c config.Config, s storage.Store) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Admin{Config: c, Store: s, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return heardAt.Add(24 * time.Hour) }}.Run(ctx)
	}()
	deadline := time.After(10 * time.Second)
	for Alone(t.Context(), c) == nil {
		select {
		case err := <-ended:
			t.Fatalf("the admin socket did not open: %v", err)
		case <-deadline:
			t.Fatal("the admin socket did not open")
		case <-time.After(5 * time.Millisecond):
		}
	}
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the admin socket ended with %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

func asked(t *testing.T, c config.Config, ask Ask) (string, error) {
	t.Helper()
	var out strings.Builder
	err := AskStore(t.Context(), c, ask, &out)
	return out.String(), err
}

func TestStoreCommandsAnswerTheSameWithAndWithoutARunningProgram(t *testing.T) {
	c, s := aSite(t)
	asks := map[string]Ask{
		"open tickets":    {Command: "tickets"},
		"all as JSON":     {Command: "tickets", All: true, JSON: true},
		"a ticket":        {Command: "show", Ticket: 1},
		"a ticket's JSON": {Command: "show", Ticket: 2, JSON: true},
		"an unknown one":  {Command: "show", Ticket: 77},
		"the queue":       {Command: "queue", JSON: true},
		"a week":          {Command: "summary", Period: "2026-W46"},
		"days as JSON":    {Command: "summary", From: "2026-11-09", To: "2026-11-16", Area: "1网格"},
		"no such area":    {Command: "summary", Area: "西"},
		"no such week":    {Command: "summary", Period: "2026-W99"},
		"no community":    {Command: "tickets", Community: "西社区"},
		"nonsense":        {Command: "dance"},
	}
	type answer struct {
		out  string
		code grid.Code
		say  string
	}
	ask := func() map[string]answer {
		got := map[string]answer{}
		for name, a := range asks {
			out, err := asked(t, c, a)
			got[name] = answer{out: out, code: grid.CodeOf(err)}
			if err != nil {
				got[name] = answer{out, grid.CodeOf(err), err.Error()}
			}
		}
		return got
	}
	stop := running(t, c, s)
	there := ask()
	stop()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	here := ask()
	for name := range asks {
		if strings.HasPrefix(name, "a week") || strings.HasPrefix(name, "days") {
			continue // as of another time
		}
		if there[name] != here[name] {
			t.Errorf("%s: the running program says\n%+v\nand the file\n%+v", name, there[name], here[name])
		}
	}
	if out := here["open tickets"].out; !strings.Contains(out, "路灯坏了") || strings.Contains(out, "下水道") {
		t.Errorf("open tickets:\n%s", out)
	}
	var all struct {
		Tickets []struct {
			Number    int
			Status    grid.Status
			Community string
		}
	}
	if err := json.Unmarshal([]byte(here["all as JSON"].out), &all); err != nil || len(all.Tickets) != 2 || all.Tickets[1].Status != grid.Closed || all.Tickets[0].Community != "东社区" {
		t.Errorf("all tickets: %+v, %v", all, err)
	}
	if out := here["a ticket"].out; !strings.Contains(out, "老周 (resident)") || !strings.Contains(out, "路灯坏了") {
		t.Errorf("ticket 1:\n%s", out)
	}
	if out := there["a week"].out; !strings.Contains(out, "2") {
		t.Errorf("the week:\n%s", out)
	}
	for name, code := range map[string]grid.Code{"an unknown one": grid.NotFound, "no such area": grid.NotFound, "no such week": grid.Invalid, "no community": grid.NotFound, "nonsense": grid.Invalid} {
		if there[name].code != code {
			t.Errorf("%s: got %+v, want %s", name, there[name], code)
		}
	}
}

func TestAStoreThatIsNotThereIsSaidSo(t *testing.T) {
	c := config.Default()
	c.Data = filepath.Join(t.TempDir(), "none")
	if _, err := asked(t, c, Ask{Command: "tickets"}); grid.CodeOf(err) != grid.NotFound || !strings.Contains(err.Error(), "youshi serve") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(c.Data); err == nil {
		t.Error("looking made the data folder")
	}
}

func TestASecondProgramOnTheSameDataIsToldAtOnce(t *testing.T) {
	c, s := aSite(t)
	defer s.Close()
	stop := running(t, c, s)
	err := Alone(t.Context(), c)
	if grid.CodeOf(err) != grid.Shut || !strings.Contains(err.Error(), fmt.Sprintf("process %d", os.Getpid())) {
		t.Errorf("got %v", err)
	}
	stop()
	if err := Alone(t.Context(), c); err != nil {
		t.Errorf("after it ended: %v", err)
	}
}

func TestTheSocketOfAKilledProgramIsReplaced(t *testing.T) {
	c, s := aSite(t)
	defer s.Close()
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: socketOf(c.Data), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Alone(t.Context(), c); err != nil {
		t.Errorf("a dead socket counts as running: %v", err)
	}
	running(t, c, s)
	if _, err := asked(t, c, Ask{Command: "tickets"}); err != nil {
		t.Error(err)
	}
}

func TestTheSocketIsForItsUserAlone(t *testing.T) {
	c, s := aSite(t)
	defer s.Close()
	stop := running(t, c, s)
	info, err := os.Stat(socketOf(c.Data))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info, err)
	}
	stop()
	entries, err := os.ReadDir(c.Data)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.Contains(e.Name(), "sock") {
			t.Errorf("%s is left behind", e.Name())
		}
	}
}

func TestALongDataPathHasASocketToo(t *testing.T) {
	c, s := aSite(t)
	defer s.Close()
	c.Data = filepath.Join(c.Data, strings.Repeat("很长", 20))
	running(t, c, s)
	if out, err := asked(t, c, Ask{Command: "tickets"}); err != nil || !strings.Contains(out, "路灯坏了") {
		t.Errorf("got %q, %v", out, err)
	}
}

// torn is a store whose backup breaks off.
type torn struct{ storage.Store }

func (b torn) Backup(_ context.Context, w io.Writer) (int64, error) {
	n, err := w.Write([]byte("half"))
	return int64(n), errors.Join(err, errors.New("the disk broke"))
}

func TestABackupThatBreaksOffLeavesNoFile(t *testing.T) {
	c, s := aSite(t)
	defer s.Close()
	running(t, c, torn{s})
	out := filepath.Join(t.TempDir(), "backup.db")
	if err := Backup(t.Context(), c, out, false); err == nil || !strings.Contains(err.Error(), "the disk broke") {
		t.Errorf("got %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(out), "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(out), ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
