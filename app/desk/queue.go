package desk

import (
	"context"
	"fmt"
	"io"

	"youshi/app/print"
	"youshi/grid"
	"youshi/storage"
)

// mostStuck is how many stuck posts of a community are listed.
const mostStuck = 100

// queued is a post as queue prints it.
type queued struct {
	Community grid.CommunityID `json:"community"`
	grid.Outgoing
}

// queue lists what waits to be said, and what was not said for certain: that does
// not go by itself.
func (d desk) queue(ctx context.Context, ask Ask, out io.Writer) error {
	waits, stuck := []queued{}, []queued{}
	err := d.each(ctx, ask, func(tx storage.Tx) error {
		for o, err := range tx.Outbox().Queue() {
			if err != nil {
				return err
			}
			waits = append(waits, queued{tx.Community(), o})
		}
		posts, err := tx.Outbox().Stuck(mostStuck)
		for _, o := range posts {
			stuck = append(stuck, queued{tx.Community(), o})
		}
		return err
	})
	if err != nil {
		return err
	}
	if ask.JSON {
		return print.JSON(out, map[string]any{"queue": waits, "stuck": stuck})
	}
	if err := d.posts(out, waits, "nothing waits to be said"); err != nil || len(stuck) == 0 {
		return err
	}
	if err := print.Line(out, "\nnot said for certain, and not said again by itself (an operator decides on the board):"); err != nil {
		return err
	}
	return d.posts(out, stuck, "")
}

func (d desk) posts(out io.Writer, posts []queued, none string) error {
	if len(posts) == 0 {
		return print.Line(out, none)
	}
	return print.Table(out, "COMMUNITY\tTO\tCLASS\tKIND\tTICKET\tSTATE\tTRIES\tNOT BEFORE\tREASON", func(row func(...any)) {
		for _, p := range posts {
			row(p.Community, p.To, p.Class, p.Kind, p.Ticket, p.State, p.Attempts, d.at(&p.NotBefore), p.Reason)
		}
	})
}

// unsaid tells of posts that a person must look at.
func (d desk) unsaid(tx storage.Tx, k *print.Findings) error {
	posts, err := tx.Outbox().Stuck(mostStuck)
	if err != nil {
		return fmt.Errorf("looking for posts that were not said: %w", err)
	}
	if len(posts) > 0 {
		last := posts[0]
		k.Warn("%s: %d posts were not said for certain; the last is for %s: %s. youshi queue lists them, an operator says them again or gives them up on the board", tx.Community(), len(posts), last.To, last.Reason)
	}
	return nil
}
