package handlers_test

import (
	"fmt"
	"strings"
	"time"

	"youshi/grid"
)

// posts are posts, to be asked about.
type posts []grid.Outgoing

func (p posts) to(chat grid.ChatID) posts {
	return p.where(func(o grid.Outgoing) bool { return o.To == chat })
}

func (p posts) kind(k grid.PostKind) posts {
	return p.where(func(o grid.Outgoing) bool { return o.Kind == k })
}

func (p posts) where(keep func(grid.Outgoing) bool) posts {
	var out posts
	for _, o := range p {
		if keep(o) {
			out = append(out, o)
		}
	}
	return out
}

// one gives the only one of them.
func (p posts) one(h *house) grid.Outgoing {
	h.Helper()
	if len(p) != 1 {
		h.Fatalf("%d posts instead of one:\n%s", len(p), p)
	}
	return p[0]
}

func (p posts) none(h *house) {
	h.Helper()
	if len(p) != 0 {
		h.Fatalf("said although there was nothing to say:\n%s", p)
	}
}

func (p posts) String() string {
	var b strings.Builder
	for _, o := range p {
		fmt.Fprintf(&b, "%s %s %s/%s #%d: %s\n", o.Written.Format("02 15:04"), o.To, o.Class, o.Kind, o.Ticket, o.Text)
	}
	return b.String()
}

func (h *house) is(name string, got, want any) {
	h.Helper()
	if a, ok := got.(time.Time); ok {
		if b, ok := want.(time.Time); ok && a.Equal(b) {
			return
		}
	}
	if got != want {
		h.Fatalf("%s: got %v, want %v", name, got, want)
	}
}

func (h *house) says(o grid.Outgoing, parts ...string) {
	h.Helper()
	for _, s := range parts {
		if !strings.Contains(o.Text, s) {
			h.Fatalf("%q does not say %q", o.Text, s)
		}
	}
}

// lift is a report as thinking would understand it.
func lift() grid.Intent {
	return grid.Intent{Kind: grid.Report, Category: grid.Immediate, Urgency: grid.Normal, Topic: "elevator", Location: "3号楼2单元",
		Summary: "电梯坏了", By: "rule", Confidence: 0.9}
}

// of is a report changed by some.
func of(in grid.Intent, change func(*grid.Intent)) grid.Intent { change(&in); return in }

func gas() grid.Intent {
	return of(lift(), func(in *grid.Intent) {
		in.Category, in.Urgency, in.Topic, in.Danger, in.Shared = grid.Escalate, grid.Emergency, "water_power_gas", "gas", true
		in.Location, in.Summary = "5号楼", "楼道里有燃气味"
	})
}

// beaten is a private matter: its words must reach no group.
func beaten() grid.Intent {
	return of(lift(), func(in *grid.Intent) {
		in.Category, in.Topic, in.Location, in.Summary, in.Sensitive = grid.Pending, "health_welfare", "6号楼", "邻居的病没人管", true
	})
}

func follows(no grid.TicketNo, change func(*grid.Intent)) grid.Intent {
	in := grid.Intent{Kind: grid.FollowUp, By: "rule", Confidence: 0.9, Link: grid.Link{Ticket: no, Why: "quote"}}
	if change != nil {
		change(&in)
	}
	return in
}

func want(w grid.Want, no grid.TicketNo) grid.Command { return grid.Command{Want: w, Ticket: no} }

func with(w grid.Want, no grid.TicketNo, text string) grid.Command {
	return grid.Command{Want: w, Ticket: no, Text: text}
}

func mark(no grid.TicketNo, m grid.Mark) grid.Command {
	return grid.Command{Want: grid.WantRate, Ticket: no, Mark: m}
}
