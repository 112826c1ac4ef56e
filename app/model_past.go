package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"youshi/config"
	"youshi/llm"
)

// keepEvery is how often the language model's past is written down: so much of
// its spending a kill can make it forget.
const keepEvery = 15 * time.Second

// pastOf is where the language model's past lies.
func pastOf(c config.Config) string { return filepath.Join(c.Data, "llm.json") }

// recallModel lets the language model go on where it ended. A past that cannot be
// read is said and left.
func (h *house) recallModel() {
	if h.asked == nil {
		return
	}
	err := recall(h.asked.Model(), h.cfg)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		h.log.Warn("the language model begins anew: budgets, rests and answers are forgotten", "part", "llm", "err", err)
	}
}

func recall(m *llm.Model, c config.Config) error {
	b, err := os.ReadFile(pastOf(c))
	if err != nil {
		return fmt.Errorf("reading the model's past: %w", err)
	}
	return m.Recall(b)
}

// keepModel writes the language model's past down until ctx is done, and then
// once more.
func (h *house) keepModel(ctx context.Context) error {
	if h.asked == nil {
		<-ctx.Done()
		return nil
	}
	var last []byte
	every := time.NewTicker(keepEvery)
	defer every.Stop()
	for ended := false; !ended; {
		select {
		case <-every.C:
		case <-ctx.Done():
			ended = true
		}
		b, err := h.asked.Model().Remember()
		if err == nil && !bytes.Equal(b, last) {
			err = replace(pastOf(h.cfg), b)
		}
		if err != nil {
			h.log.Warn("what the language model spent cannot be written down", "part", "llm", "err", err)
			continue
		}
		last = b
	}
	return nil
}

// replace writes b beside path and then puts it in its place.
func replace(path string, b []byte) error {
	if err := os.WriteFile(path+".new", b, 0o600); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
