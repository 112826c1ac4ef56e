package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"youshi/app/desk"
	"youshi/app/learn"
	"youshi/app/print"
	"youshi/config"
	"youshi/grid"
	"youshi/intents/local"
)

// TrainFromStore learns from what the site's staff decided (see learn.Improve)
// and tells how the candidate compares. It is written to o.Out, or to [model]
// file of the config, only if it is better; the error says if it is not. Without
// o.Data the gold days inside the program are used.
func TrainFromStore(ctx context.Context, c config.Config, o learn.Options, asJSON bool, out io.Writer) error {
	o.Out, o.Bot = cmp.Or(o.Out, c.Model.File), cmp.Or(o.Bot, c.Bot.Name)
	if o.Out == "" {
		return &grid.Error{Code: grid.Invalid, Say: "where to write the model? --out FILE, or file in [model] of the config, would be right"}
	}
	site := learn.Site{Now: time.Now()}
	var err error
	if site.Lessons, err = desk.Lessons(ctx, c); err != nil {
		return err
	}
	if site.InUse, site.Until, err = inUse(c); err != nil {
		return err
	}
	if len(o.Data) == 0 {
		var done func()
		var taught []string
		if o.Data, taught, done, err = learn.Gold(); err != nil {
			return err
		}
		defer done()
		o.Extra = slices.Concat(taught, o.Extra)
	}
	result, err := learn.Improve(ctx, o, site)
	if err != nil {
		return err
	}
	if asJSON {
		err = print.JSON(out, result)
	} else {
		err = result.Write(out)
	}
	switch {
	case err != nil:
		return err
	case !result.Better:
		return &grid.Error{Code: grid.Conflict, Say: "the candidate is not better: nothing was written, the model in use stays"}
	case o.Out != c.Model.File:
		return print.Line(out, fmt.Sprintf("written to %s: name it as file in [model] of the config; the program reads it at its next start", o.Out))
	}
	return print.Line(out, fmt.Sprintf("written to %s: the program reads it at its next start", o.Out))
}

// inUse gives the model that the site reads with, and up to when it has learnt
// from decisions. A file that is named and not yet there is about to be made.
func inUse(c config.Config) (*local.Step, time.Time, error) {
	if c.Model.File == "" {
		step, err := local.Shipped()
		return step, time.Time{}, err
	}
	step, err := loadModel(c.Model.File)
	if errors.Is(err, fs.ErrNotExist) {
		step, err = local.Shipped()
		return step, time.Time{}, err
	} else if err != nil {
		return nil, time.Time{}, err
	}
	p, err := learn.PapersOf(c.Model.File)
	return step, p.Until, err
}
