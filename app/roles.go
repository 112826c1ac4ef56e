package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"youshi/app/desk"
	"youshi/config"
	"youshi/grid"
	"youshi/storage/bolt"
)

// Change carries out a store command that changes something: in the running
// program, or here on a store that has what the config says and is made when
// there is none.
func Change(ctx context.Context, c config.Config, ask desk.Ask, out io.Writer) (err error) {
	switch err := desk.Alone(ctx, c); {
	case grid.CodeOf(err) == grid.Shut:
		return desk.AskStore(ctx, c, ask, out)
	case err != nil:
		return err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("making the data folder: %w", err)
	}
	store, err := bolt.Open(ctx, desk.StorePath(c), bolt.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	now := time.Now()
	if _, err := settle(ctx, store, c, now); err != nil {
		return err
	}
	return desk.Answer(ctx, store, c, now, ask, out)
}
