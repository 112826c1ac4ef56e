// Package learn makes local models: the one that understands messages from
// recorded days and single messages, and others from any labelled JSON Lines.
package learn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"youshi/intents/linear"
)

// Options say what Train learns from.
type Options struct {
	// Data are files of recorded days and of single messages, all labelled.
	Data []string
	// Extra are more such files, never measured by. A single message without an intent is talk of
	// strangers that is none of the bot's business; it is mixed into the days.
	Extra    []string
	Out      string // the model file; written whole or not at all; "": none
	Bot      string // the bot's name in the days; "": 小格
	Seed     uint64
	Progress func(done, total int)
	// Measure, where not nil, gets the scores of leaving one day out, before
	// the model for Out is made of all days.
	Measure io.Writer

	settings func(kind, matter *linear.Options) // others than the shipped model's, for measuring
}

// Train makes a local model. The same data in the same order, options and kind
// of processor give the same bytes.
func Train(ctx context.Context, o Options) error {
	c, err := loadCourse(o)
	if err != nil {
		return err
	}
	if o.Measure != nil {
		if err := c.measure(ctx, o); err != nil {
			return err
		}
	}
	if o.Out == "" {
		return nil
	}
	model, err := c.model(ctx, o, o.Progress)
	if err != nil {
		return err
	}
	return replaceFile(o.Out, model)
}

// replaceFile writes b beside path and then puts it in its place.
func replaceFile(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("writing the model: %w", err)
	}
	defer os.Remove(f.Name()) // gone already when all went well
	_, err = f.Write(b)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("writing the model: %w", err)
	}
	return nil
}
