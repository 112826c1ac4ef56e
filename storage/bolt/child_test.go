package bolt

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"youshi/grid"
	"youshi/storage"
)

var kills = flag.Int("kills", 5, "how often the kill test kills")

// TestMain is also the start of the children: this binary run again with a role.
func TestMain(m *testing.M) {
	role, path := os.Getenv("STORE_CHILD"), os.Getenv("STORE_FILE")
	var err error
	switch role {
	case "":
		os.Exit(m.Run())
	case "writer":
		err = writeForEver(path)
	case "full disk", "full disk without growing ahead":
		err = fillTheDisk(path, role != "full disk")
	default:
		err = fmt.Errorf("there is no child %q", role)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func child(t *testing.T, role, path string) *exec.Cmd {
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), "STORE_CHILD="+role, "STORE_FILE="+path)
	c.Stderr = os.Stderr
	return c
}

const writers = 16

// writeForEver updates in 16 goroutines and says on stdout what was acknowledged.
func writeForEver(path string) error {
	s, err := Open(context.Background(), path, Options{})
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for {
				id := fmt.Sprintf("m-%016x", rand.Uint64())
				if err := s.Update(context.Background(), "c", something(id)); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				fmt.Println(id) // one write: lines of goroutines do not mix
			}
		})
	}
	all.Wait()
	return nil
}

// something does a little of what a message does on its road; every part of it
// carries the id, so that a half of it would be seen.
func something(id string) func(storage.Tx) error {
	return func(tx storage.Tx) error {
		now := time.Now()
		ev := grid.Event{Key: grid.EventKey{Channel: "webchat", Chat: "1", Message: id}, Lane: "grid:1"}
		seq, _, err := tx.Inbox().Put(ev, now)
		if err != nil {
			return err
		}
		_, err = tx.Outbox().Put(grid.Outgoing{ID: grid.MessageID("re " + id), To: "group:1", Class: grid.ClassFirst})
		return errors.Join(err, tx.Inbox().Take(seq, now),
			tx.Messages().Put(grid.Message{ID: grid.MessageID(id), Chat: "group:1", Sent: now, Heard: now, Text: "楼道灯坏了"}),
			tx.Timers().Set(grid.Timer{ID: grid.TimerID(id), Lane: "grid:1", Due: now}))
	}
}

func TestWhatWasAcknowledgedSurvivesAKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "youshi.db")
	acknowledged := map[string]bool{}
	for range *kills {
		c := child(t, "writer", path)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		if !lines.Scan() {
			t.Fatal("the writer said nothing")
		}
		acknowledged[lines.Text()] = true
		time.AfterFunc(time.Duration(rand.IntN(300))*time.Millisecond, func() { _ = c.Process.Kill() })
		for lines.Scan() {
			if len(lines.Text()) == len("m-0123456789abcdef") { // the kill may cut the last line
				acknowledged[lines.Text()] = true
			}
		}
		if err := c.Wait(); err == nil {
			t.Fatal("the writer ended by itself")
		}
		checkWhole(t, path, acknowledged)
	}
	t.Logf("%d kills, %d acknowledged updates", *kills, len(acknowledged))
}

// checkWhole checks that every acknowledged update is there and none is there by halves.
func checkWhole(t *testing.T, path string, acknowledged map[string]bool) {
	t.Helper()
	if err := Verify(path); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	stored, found := 0, 0
	err = s.View(t.Context(), "c", func(tx storage.Tx) error {
		for m, err := range tx.Messages().Between(time.Unix(0, 0), time.Now().Add(time.Hour)) {
			if err != nil {
				return err
			}
			stored++
			if acknowledged[string(m.ID)] {
				found++
			}
			_, err1 := tx.Outbox().Get("re " + m.ID)
			_, err2 := tx.Timers().Get(grid.TimerID(m.ID))
			if err := errors.Join(err1, err2); err != nil {
				return fmt.Errorf("message %s is there by halves: %w", m.ID, err)
			}
		}
		posts, err := tx.Outbox().QueueOf("group:1")
		if len(posts) != stored {
			return fmt.Errorf("%d messages and %d posts", stored, len(posts))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if found != len(acknowledged) {
		t.Fatalf("%d of %d acknowledged updates are lost", len(acknowledged)-found, len(acknowledged))
	}
}

func TestAFullDiskLosesNothingAndSaysSo(t *testing.T) {
	for _, role := range []string{"full disk", "full disk without growing ahead"} {
		t.Run(role, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "youshi.db")
			if out, err := child(t, role, path).Output(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if err := Verify(path); err != nil {
				t.Error(err)
			}
		})
	}
}

// fillTheDisk writes until the file may not grow any more, as on a full disk,
// checks how the store behaves, makes room again and checks once more.
func fillTheDisk(path string, scratch bool) error {
	signal.Ignore(syscall.SIGXFSZ)
	var room syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &room); err != nil {
		return err
	}
	full := syscall.Rlimit{Cur: 24 << 20, Max: room.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
		return err
	}
	ctx := context.Background()
	s, err := Open(ctx, path, Options{Scratch: scratch})
	if err != nil {
		return err
	}
	put := func(key string) error {
		return s.Update(ctx, "c", func(tx storage.Tx) error {
			return tx.Notes().Put("kept", key, []byte(strings.Repeat(key, 10000)))
		})
	}
	var mu sync.Mutex
	kept, failures := map[string]bool{}, 0
	var all sync.WaitGroup
	for who := range 8 {
		all.Go(func() {
			refused := 0
			for i := 0; refused < 3 && i < 5000; i++ { // three in a row: it stays loud
				key := fmt.Sprintf("%d-%04d", who, i)
				err := put(key)
				mu.Lock()
				if refused++; err == nil {
					kept[key], refused = true, 0
				} else if grid.CodeOf(err) != grid.Shut || !strings.Contains(err.Error(), "what was accepted before is safe") {
					failures++
					fmt.Println("the error does not say what is the matter:", err)
				}
				mu.Unlock()
			}
			if refused < 3 {
				fmt.Println("the disk did not get full")
				failures++
			}
		})
	}
	all.Wait()
	if failures > 0 || len(kept) < 10 {
		return fmt.Errorf("%d failures, %d kept", failures, len(kept))
	}
	if err := keptAll(ctx, s, kept); err != nil {
		return fmt.Errorf("while the disk is full: %w", err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &room); err != nil {
		return err
	}
	for i := range 50 {
		if err := put(fmt.Sprintf("again-%d", i)); err != nil {
			return fmt.Errorf("after there is room again: %w", err)
		}
		kept[fmt.Sprintf("again-%d", i)] = true
	}
	return errors.Join(keptAll(ctx, s, kept), s.Close())
}

// keptAll checks that exactly the acknowledged notes are there.
func keptAll(ctx context.Context, s *Store, kept map[string]bool) error {
	return s.View(ctx, "c", func(tx storage.Tx) error {
		n := 0
		for k, v := range tx.Notes().All("kept") {
			if n++; !kept[k] || string(v) != strings.Repeat(k, 10000) {
				return fmt.Errorf("note %s is there and was not acknowledged, or is damaged", k)
			}
		}
		if n != len(kept) {
			return fmt.Errorf("%d notes of %d acknowledged are there", n, len(kept))
		}
		return nil
	})
}
