package learn

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"youshi/days"
	"youshi/grid"
	"youshi/intents/local"
)

// Left is a recorded day beside a model that has not learnt from it.
type Left struct {
	Day     int         // its place among the files of days, from 0
	Model   []byte      // the model file
	Written []days.Line // the day as recorded
	Mixed   []days.Line // with as many messages of strangers' talk in between; nil where there is no talk
}

// LeaveOneOut makes a model for each file of recorded days: of all the other
// days, the single messages and one half of the strangers' talk. use gets each
// day with its model and, mixed in, talk of the other half; it is called from as
// many goroutines as there are processors, in no order. It is an error if there
// are fewer than two days, training fails, or use does.
func LeaveOneOut(ctx context.Context, o Options, use func(context.Context, Left) error) error {
	c, err := loadCourse(o)
	if err != nil {
		return err
	}
	if c.asked < 2 {
		return &grid.Error{Code: grid.Invalid, Say: "leaving one day out needs the files of at least two recorded days"}
	}
	half := *c
	half.talk = c.talk[:len(c.talk)/2]
	unseen := c.talk[len(c.talk)/2:]
	all := make([]Left, c.asked)
	for i := range all {
		all[i] = Left{Day: i, Written: c.recorded[i]}
		if len(unseen) > 0 {
			all[i].Mixed, unseen = c.mixed(i, unseen)
		}
	}
	var told sync.Mutex
	done := 0
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, l := range all {
		g.Go(func() error {
			rest := half
			rest.days = slices.DeleteFunc(slices.Clone(c.days), func(d chatDay) bool { return d.file == l.Day })
			var err error
			if l.Model, err = rest.model(ctx, o, nil); err != nil {
				return err
			}
			if err := use(ctx, l); err != nil {
				return err
			}
			told.Lock()
			defer told.Unlock()
			if done++; o.Progress != nil {
				o.Progress(done, len(all))
			}
			return nil
		})
	}
	return g.Wait()
}

// mixed gives the lines of file i with strangers' talk between them, and the
// talk that is left.
func (c *course) mixed(i int, talk []string) (lines []days.Line, left []string) {
	lines = slices.Clone(c.recorded[i])
	for j, d := range c.days {
		if d.file != i {
			continue
		}
		var heard []local.Heard
		heard, talk = mix(d.heard, talk, c.random(1000+j))
		for n, h := range heard {
			if h.ID != "" {
				continue // the day's own
			}
			lines = append(lines, days.Line{
				ID: grid.MessageID(fmt.Sprintf("%s stranger %d", d.name, n)), Group: d.gold[0].Group, Time: h.Sent, Sender: string(h.From),
				Role: h.Role, Kind: h.Kind, Text: h.Text, ReplyTo: h.ReplyTo, Labels: days.Labels{Intent: grid.Chatter},
			})
		}
	}
	slices.SortStableFunc(lines, func(a, b days.Line) int { return a.Time.Compare(b.Time) })
	return lines, talk
}
