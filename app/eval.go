package app

import (
	"context"
	"fmt"
	"io"

	"youshi/app/print"
	"youshi/days"
	"youshi/grid"
)

// EvalOptions say what is scored and how it is told.
type EvalOptions struct {
	Data []string // files of recorded days with labels
	// Replay takes the lines the whole road, understood by the classifier that
	// is to be scored.
	Replay func(ctx context.Context, lines []days.Line) (days.Result, error)
	JSON   bool // the object of days.Score; otherwise a table for people
	Out    io.Writer
}

// Eval replays labelled days and scores what came of them. Days without any
// label are an error: there would be nothing to say.
func Eval(ctx context.Context, o EvalOptions) error {
	lines, err := days.Open(o.Data...)
	if err != nil {
		return err
	}
	labelled := 0
	for _, l := range lines {
		if l.Labelled() {
			labelled++
		}
	}
	if labelled == 0 {
		return &grid.Error{Code: grid.Invalid, Say: "none of the messages has a label (intent): there is nothing to score"}
	}
	got, err := o.Replay(ctx, lines)
	if err != nil {
		return fmt.Errorf("replaying the days: %w", err)
	}
	score := days.ScoreOf(lines, got)
	if !o.JSON {
		return score.WriteTable(o.Out)
	}
	return print.JSON(o.Out, score)
}
