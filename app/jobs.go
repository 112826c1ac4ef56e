package app

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"youshi/grid"
	"youshi/handlers"
	"youshi/prompts"
	"youshi/reports"
	"youshi/storage"
)

// jobsLook is how often jobs are looked for unasked.
const jobsLook = 30 * time.Second

// jobTries is how often a job that fails is tried before whoever asked is told so.
const jobTries = 3

// jobs does the long work that handlers write down: it reads, reckons outside of
// any write transaction, and puts the result into the outbox in a second one.
// What a kill interrupts is done again: the job leaves with its result.
type jobs struct {
	store       storage.Store
	communities []grid.CommunityID
	voice       *prompts.Voice
	location    *time.Location
	exports     *exports
	log         *slog.Logger
	reader      *reader
	done        func() // told after each result

	mu   sync.Mutex
	wake chan struct{}
}

// Kick says that there may be a job.
func (j *jobs) Kick() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.wake != nil {
		close(j.wake)
		j.wake = nil
	}
}

func (j *jobs) woken() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.wake == nil {
		j.wake = make(chan struct{})
	}
	return j.wake
}

// Run does jobs until ctx is done.
func (j *jobs) Run(ctx context.Context) error {
	every := time.NewTicker(jobsLook)
	defer every.Stop()
	for {
		woken := j.woken()
		if _, err := j.Drain(ctx); err != nil && ctx.Err() == nil {
			j.log.Error("jobs cannot be done; trying again", "part", "jobs", "err", err)
			select {
			case <-time.After(time.Second):
				continue
			case <-ctx.Done():
			}
		}
		select {
		case <-woken:
		case <-every.C: // files that came after their message wake nobody
		case <-ctx.Done():
			return nil
		}
	}
}

// Drain does every job there is and gives how many those were.
func (j *jobs) Drain(ctx context.Context) (int, error) {
	n := 0
	for _, c := range j.communities {
		for ctx.Err() == nil {
			did, err := j.next(ctx, c)
			if err != nil {
				return n, fmt.Errorf("doing a job of %s: %w", c, err)
			}
			if !did {
				break
			}
			n++
		}
	}
	return n, ctx.Err()
}

func (j *jobs) next(ctx context.Context, c grid.CommunityID) (bool, error) {
	var job grid.Job
	var found bool
	err := j.store.View(ctx, c, func(tx storage.Tx) (err error) {
		job, found, err = tx.Jobs().Next()
		return err
	})
	if err != nil || !found {
		return false, err
	}
	defer j.done()
	if job.Kind == handlers.JobRead {
		return true, j.reader.read(ctx, c, job)
	}
	text, failure := j.result(ctx, c, job)
	return true, j.store.Update(ctx, c, func(tx storage.Tx) error {
		kind := grid.PostSummary
		if job.Kind == handlers.JobExport {
			kind = grid.PostAnswer
		}
		if failure != nil {
			if job.Tries++; job.Tries < jobTries {
				_, err := tx.Jobs().Put(job)
				return err
			}
			j.log.Error("a job failed for good", "part", "jobs", "kind", job.Kind, "err", failure)
			var err error
			if text, err = j.voice.Say("job.failed", nil); err != nil {
				return err
			}
			kind = grid.PostRefusal
		}
		o := grid.Outgoing{To: job.Chat, Class: grid.ClassAnswer, Kind: kind, ReplyTo: job.ReplyTo, Text: text, Written: job.At, State: grid.Waiting}
		if job.By == "" {
			o.Class = grid.ClassNotice // nobody asked: it keeps the quiet hours
		}
		if _, err := tx.Outbox().Put(o); err != nil {
			return err
		}
		return tx.Jobs().Done(job.Seq)
	})
}

// result gives the text that answers a job.
func (j *jobs) result(ctx context.Context, c grid.CommunityID, job grid.Job) (text string, err error) {
	if job.Kind == handlers.JobExport {
		return j.exports.write(ctx, c, job)
	}
	if job.Kind != handlers.JobNumbers {
		return "", fmt.Errorf("no job is called %q", job.Kind)
	}
	err = j.store.View(ctx, c, func(tx storage.Tx) error {
		period, err := reports.PeriodOf(job.Period, job.At, j.location)
		if err != nil {
			return err
		}
		areas, err := storage.Subtree(tx.Roster(), job.Area)
		if err != nil {
			return err
		}
		figures, err := reports.Reckon(tx, period, areas, job.At)
		if err != nil {
			return err
		}
		text, err = reports.Text(j.voice, figures)
		return err
	})
	return text, err
}
