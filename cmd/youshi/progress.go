package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// patience is how long work may take before a bar says how far it is.
const patience = 2 * time.Second

// busy shows a bar on stderr for work that takes longer than a moment, where
// that is a terminal. tell says how far the work is; without it the bar only
// shows that something moves. end takes the bar away.
func (t *terminal) busy(what string) (tell func(done, total int), end func()) {
	if !isTerminal(t.errs) {
		return func(int, int) {}, func() {}
	}
	return bar(t.errs, what, patience)
}

func bar(w io.Writer, what string, after time.Duration) (tell func(done, total int), end func()) {
	var mu sync.Mutex
	var at, of int
	stop, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-time.After(after):
		case <-stop:
			return
		}
		b := progressbar.NewOptions(-1, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what),
			progressbar.OptionClearOnFinish(), progressbar.OptionSetSpinnerChangeInterval(0), progressbar.OptionSetWidth(30), progressbar.OptionShowCount())
		every := time.NewTicker(200 * time.Millisecond)
		defer every.Stop()
		for {
			mu.Lock()
			done, total := at, of
			mu.Unlock()
			// A bar that cannot be drawn must not stop the work.
			if total > 0 {
				b.ChangeMax(total)
				_ = b.Set(min(done, total-1)) // full, it would end
			} else {
				_ = b.Add(1)
			}
			select {
			case <-every.C:
			case <-stop:
				_ = b.Finish()
				return
			}
		}
	}()
	tell = func(done, total int) {
		mu.Lock()
		defer mu.Unlock()
		at, of = done, total
	}
	end = sync.OnceFunc(func() {
		close(stop)
		<-gone
	})
	return tell, end
}

func (t *terminal) print(format string, args ...any) error {
	if _, err := fmt.Fprintf(t.out, format, args...); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}

func (t *terminal) printJSON(v any) error {
	e := json.NewEncoder(t.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}

// isTerminal reports whether somebody reads what is written there.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
