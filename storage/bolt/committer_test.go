package bolt

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"youshi/grid"
	"youshi/storage"
)

func openTemp(t testing.TB) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "youshi.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// hold keeps the committer busy until the function it gives is called.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	begun, free := make(chan struct{}), make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() {
		if err := s.Update(t.Context(), "c", func(storage.Tx) error { close(begun); <-free; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-begun
	return func() { close(free); ended.Wait() }
}

// queued waits until n calls wait behind the one that holds the committer.
func queued(t *testing.T, s *Store, n int) {
	t.Helper()
	for range 5000 {
		s.writer.mu.Lock()
		waiting := len(s.writer.waiting)
		s.writer.mu.Unlock()
		if waiting == n {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("%d calls never came to wait", n)
}

func note(key string) func(storage.Tx) error {
	return func(tx storage.Tx) error { return tx.Notes().Put("n", key, []byte("v")) }
}

func noted(t *testing.T, s *Store) (out string) {
	t.Helper()
	err := s.View(t.Context(), "c", func(tx storage.Tx) error {
		for k := range tx.Notes().All("n") {
			out += k
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// together gives the functions to the committer in one go, in their order, and
// the errors that came of them.
func together(t *testing.T, s *Store, fns ...func(storage.Tx) error) []error {
	t.Helper()
	release := hold(t, s)
	errs := make([]error, len(fns))
	var all sync.WaitGroup
	for i, fn := range fns {
		all.Go(func() { errs[i] = s.Update(t.Context(), "c", fn) })
		queued(t, s, i+1)
	}
	release()
	all.Wait()
	return errs
}

func TestUpdatesThatWaitShareACommit(t *testing.T) {
	s := openTemp(t)
	before, _ := s.writer.last()
	var fns []func(storage.Tx) error
	for i := range 20 {
		fns = append(fns, note(string(rune('a'+i))))
	}
	for _, err := range together(t, s, fns...) {
		if err != nil {
			t.Error(err)
		}
	}
	if after, _ := s.writer.last(); after != before+1 {
		t.Errorf("%d commits, want 1", after-before)
	}
	if got := noted(t, s); got != "abcdefghijklmnopqrst" {
		t.Errorf("kept %q", got)
	}
}

func TestOneFailsTheOthersDoNot(t *testing.T) {
	mine := errors.New("my own")
	for name, bad := range map[string]func(storage.Tx) error{
		"an error after writing":  func(tx storage.Tx) error { return errors.Join(note("x")(tx), mine) },
		"an error before writing": func(storage.Tx) error { return mine },
		"a panic":                 func(tx storage.Tx) error { _ = note("x")(tx); panic(mine.Error()) },
		"an end of the goroutine": func(tx storage.Tx) error { _ = note("x")(tx); runtime.Goexit(); return nil },
		"a key that is too long":  func(tx storage.Tx) error { return errors.Join(mine, note(strings.Repeat("x", 1<<16))(tx)) },
	} {
		t.Run(name, func(t *testing.T) {
			s := openTemp(t)
			errs := together(t, s, note("a"), bad, note("b"), bad, note("c"))
			for i, err := range errs {
				if failed := i%2 == 1; failed != (err != nil) {
					t.Errorf("update %d ended with %v", i, err)
				} else if failed && !strings.Contains(err.Error(), mine.Error()) && !errors.Is(err, errGone) {
					t.Errorf("update %d ended with %v, want its own error", i, err)
				}
			}
			if err := s.Update(t.Context(), "c", note("d")); err != nil {
				t.Error(err)
			}
			if got := noted(t, s); got != "abcd" {
				t.Errorf("kept %q, want abcd", got)
			}
		})
	}
}

func TestAnUpdateThatWritesNothingCostsNoCommit(t *testing.T) {
	s := openTemp(t)
	before, _ := s.writer.last()
	if err := s.Update(t.Context(), "c", func(tx storage.Tx) error {
		return errors.Join(tx.Timers().Cancel("none"), tx.Inbox().Forget(time.Now()), tx.Words().Erase("w1"), tx.Notes().Put("n", "k", nil))
	}); err != nil {
		t.Fatal(err)
	}
	if after, _ := s.writer.last(); after != before {
		t.Error("it was committed")
	}
	if got, err := s.Communities(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("communities are %v (%v), want none", got, err)
	}
}

func TestAContextEndsTheWaitingNotTheWork(t *testing.T) {
	s := openTemp(t)
	release := hold(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	var ran atomic.Bool
	got := make(chan error)
	go func() {
		got <- s.Update(ctx, "c", func(storage.Tx) error { ran.Store(true); return nil })
	}()
	queued(t, s, 1)
	cancel()
	if err := <-got; !errors.Is(err, context.Canceled) {
		t.Errorf("the one that waited ended with %v, want context.Canceled", err)
	}
	release()

	ctx, cancel = context.WithCancel(t.Context())
	if err := s.Update(ctx, "c", func(tx storage.Tx) error { cancel(); return note("a")(tx) }); err != nil {
		t.Errorf("the one that ran ended with %v, want nil", err)
	}
	if got := noted(t, s); got != "a" || ran.Load() {
		t.Errorf("kept %q, and the one that was called off ran: %v", got, ran.Load())
	}
}

// refuses reports whether Close has begun.
func refuses(s *Store) bool {
	s.writer.mu.Lock()
	defer s.writer.mu.Unlock()
	return s.writer.closed
}

func TestClosingWaitsForWhatWasAskedBefore(t *testing.T) {
	s := openTemp(t)
	path := s.path
	release := hold(t, s)
	waiting, closing := make(chan error), make(chan error)
	go func() { waiting <- s.Update(t.Context(), "c", note("a")) }()
	queued(t, s, 1)
	go func() { closing <- s.Close() }()
	for !refuses(s) {
		time.Sleep(time.Millisecond)
	}
	release()
	if err := errors.Join(<-waiting, <-closing); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), "c", note("b")); grid.CodeOf(err) != grid.Shut {
		t.Errorf("an update after closing ended with %v, want code shut", err)
	}
	s, err := Open(t.Context(), path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := noted(t, s); got != "a" {
		t.Errorf("kept %q, want a", got)
	}
}

func TestAWriteThatEndedUnclearShutsTheStoreUntilItIsOpenedAnew(t *testing.T) {
	s := openTemp(t)
	if err := s.Update(t.Context(), "c", note("a")); err != nil {
		t.Fatal(err)
	}
	last, err := s.writer.last()
	if err != nil {
		t.Fatal(err)
	}
	// As if the disk had reported an error after the last commit could be seen.
	if err := s.writer.failed(last, syscall.EIO); !errors.Is(err, syscall.EIO) || grid.CodeOf(err) != grid.Shut {
		t.Errorf("it is judged as %v, want code shut and the cause", err)
	}
	if err := s.Update(t.Context(), "c", note("b")); grid.CodeOf(err) != grid.Shut || !strings.Contains(err.Error(), "nobody knows") {
		t.Errorf("the next update ended with %v, want code shut and why", err)
	}
	if got := noted(t, s); got != "a" {
		t.Errorf("a view sees %q, want a", got)
	}
	path := s.path
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err = Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Update(t.Context(), "c", note("b")); err != nil {
		t.Errorf("after opening anew: %v", err)
	}
}

func TestTheStoreWorksInVirtualTimeAndLeavesNoGoroutine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "youshi.db")
	synctest.Test(t, func(t *testing.T) { // fails by itself when a goroutine is left
		s, err := Open(t.Context(), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			time.Sleep(24 * time.Hour)
			if err := s.Update(t.Context(), "c", note(time.Now().Format("02"))); err != nil {
				t.Fatal(err)
			}
		}
		if got := noted(t, s); got != "020304" {
			t.Errorf("kept %q", got)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
