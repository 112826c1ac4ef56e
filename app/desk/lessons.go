package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"youshi/app/learn"
	"youshi/config"
	"youshi/storage"
)

// lessons prints what staff decided about messages, one JSON object a line. It
// holds residents' words: it goes over the admin socket and nowhere else.
func (d desk) lessons(ctx context.Context, ask Ask, out io.Writer) error {
	var all []learn.Lesson
	err := d.each(ctx, ask, func(tx storage.Tx) error {
		of, err := learn.LessonsOf(tx, d.now)
		all = append(all, of...)
		return err
	})
	if err != nil {
		return err
	}
	to := json.NewEncoder(out)
	for _, l := range all {
		if err := to.Encode(l); err != nil {
			return fmt.Errorf("telling a lesson: %w", err)
		}
	}
	return nil
}

// Lessons asks the store what staff decided about messages.
func Lessons(ctx context.Context, c config.Config) ([]learn.Lesson, error) {
	var said bytes.Buffer
	if err := AskStore(ctx, c, Ask{Command: "lessons"}, &said); err != nil {
		return nil, err
	}
	var all []learn.Lesson
	for from := json.NewDecoder(&said); ; {
		var l learn.Lesson
		if err := from.Decode(&l); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("reading what staff decided: %w", err)
		}
		all = append(all, l)
	}
}
