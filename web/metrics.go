package web

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"youshi/grid"
	"youshi/storage"
)

var (
	heardDesc = prometheus.NewDesc("youshi_messages_heard_24h", "Messages sent in the last 24 hours, by outcome.", []string{"outcome"}, nil)
	laneDesc  = prometheus.NewDesc("youshi_lane_backlog", "Events heard and not yet acted on, by kind of lane.", []string{"lane"}, nil)
	postDesc  = prometheus.NewDesc("youshi_outbox_queue", "Posts not yet said, by state.", []string{"state"}, nil)
	mattDesc  = prometheus.NewDesc("youshi_tickets", "Tickets, by status.", []string{"status"}, nil)
	lateDesc  = prometheus.NewDesc("youshi_tickets_overdue", "Tickets past the deadline of their step.", nil, nil)
	timerDesc = prometheus.NewDesc("youshi_timers", "Timers set.", nil, nil)
)

// figures reads the gauges from the store at each scrape, so that they cannot
// drift from what is stored.
type figures struct{ opt Options }

// Describe names the gauges.
func (f *figures) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{heardDesc, laneDesc, postDesc, mattDesc, lateDesc, timerDesc} {
		ch <- d
	}
}

// Collect reads them in one transaction.
func (f *figures) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	var c counts
	if err := f.opt.Store.View(ctx, f.opt.Community, func(tx storage.Tx) (err error) {
		c, err = count(tx, f.opt.Now())
		return err
	}); err != nil {
		ch <- prometheus.NewInvalidMetric(heardDesc, fmt.Errorf("reading the figures: %w", err))
		return
	}
	for desc, by := range map[*prometheus.Desc]map[string]int{heardDesc: c.heard, laneDesc: c.lanes, postDesc: c.posts, mattDesc: c.tickets} {
		for label, n := range by {
			ch <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(n), label)
		}
	}
	ch <- prometheus.MustNewConstMetric(lateDesc, prometheus.GaugeValue, float64(c.late))
	ch <- prometheus.MustNewConstMetric(timerDesc, prometheus.GaugeValue, float64(c.timers))
}

// counts are the figures; every label that can occur is there, so that a graph
// shows 0 and not nothing.
type counts struct {
	heard, lanes, posts, tickets map[string]int
	late, timers                 int
}

func count(tx storage.Tx, now time.Time) (counts, error) {
	c := counts{
		heard:   map[string]int{"waiting": 0},
		lanes:   map[string]int{"grid": 0, "staff": 0, "private": 0},
		posts:   map[string]int{string(grid.Waiting): 0, string(grid.Trying): 0},
		tickets: map[string]int{},
	}
	for _, o := range grid.Outcomes() {
		c.heard[string(o)] = 0
	}
	for _, s := range grid.Statuses() {
		c.tickets[string(s)] = 0
	}
	for m, err := range tx.Messages().Between(now.Add(-24*time.Hour), now.Add(time.Second)) {
		if err != nil {
			return c, err
		}
		if m.Outcome == "" {
			c.heard["waiting"]++
		} else {
			c.heard[string(m.Outcome)]++
		}
	}
	lanes, err := tx.Inbox().Lanes()
	if err != nil {
		return c, err
	}
	for _, l := range lanes {
		kind, _, _ := strings.Cut(string(l.ID), ":")
		c.lanes[kind] += l.Events
	}
	for o, err := range tx.Outbox().Queue() {
		if err != nil {
			return c, err
		}
		c.posts[string(o.State)]++
	}
	for t, err := range tx.Tickets().All() {
		if err != nil {
			return c, err
		}
		c.tickets[string(t.Status)]++
		if overdue(t, now) {
			c.late++
		}
	}
	for _, err := range tx.Timers().All() {
		if err != nil {
			return c, err
		}
		c.timers++
	}
	return c, nil
}
