// Package desk (柜台) is where an operator works on a site's store: look at it,
// check it, back it up and restore it, through the program that holds it or
// beside the file.
package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"youshi/app/print"
	"youshi/config"
	"youshi/grid"
	"youshi/prompts"
	"youshi/reports"
	"youshi/storage"
)

// Ask is a store command with its arguments, as the admin socket takes it.
type Ask struct {
	Command   string           `json:"command"`             // tickets, show, queue, summary, check, lessons, backup
	Community grid.CommunityID `json:"community,omitempty"` // "": the only one, or all where that makes sense
	JSON      bool             `json:"json,omitempty"`
	Format    string           `json:"format,omitempty"` // summary: "" (text or JSON), "xlsx" or "png"
	All       bool             `json:"all,omitempty"`    // tickets: those that ended too
	Ticket    grid.TicketNo    `json:"ticket,omitempty"` // show
	Period    string           `json:"period,omitempty"` // summary: "2026-W46" or "2026-11"; "": this week
	From      string           `json:"from,omitempty"`   // summary: first day, with To the day after the last
	To        string           `json:"to,omitempty"`
	Area      grid.AreaID      `json:"area,omitempty"`   // summary: with all areas below it; roles, groups: the one meant
	Role      grid.Role        `json:"role,omitempty"`   // roles
	Person    string           `json:"person,omitempty"` // roles: a name or an id
	Staff     bool             `json:"staff,omitempty"`  // groups invite: the staff chat
}

// desk (柜台) is where an operator's store commands are carried out, in the
// running program or beside a file. now is the time of asking.
type desk struct {
	store  storage.Store
	config config.Config
	now    time.Time
	// revoked is told who lost an office, in the transaction that ends it; nil: nobody is.
	revoked func(storage.Tx, grid.Person) error
	// channels tells how the channels stand; nil beside a file, where none runs.
	channels func(ctx context.Context, k *print.Findings) error
}

// answer carries out a command and prints to out.
func (d desk) answer(ctx context.Context, ask Ask, out io.Writer) error {
	switch ask.Command {
	case "tickets":
		return d.tickets(ctx, ask, out)
	case "show":
		return d.show(ctx, ask, out)
	case "queue":
		return d.queue(ctx, ask, out)
	case "summary":
		return d.summary(ctx, ask, out)
	case "roles":
		return d.roles(ctx, ask, out)
	case "groups":
		return d.groups(ctx, ask, out)
	case "roles invite", "groups invite":
		return d.invite(ctx, ask, out)
	case "roles revoke":
		return d.revoke(ctx, ask, out)
	case "check":
		return d.check(ctx, out)
	case "lessons":
		return d.lessons(ctx, ask, out)
	case "backup":
		_, err := d.store.Backup(ctx, out)
		return err
	case "export":
		return d.export(ctx, ask, out)
	case "person":
		return d.person(ctx, ask, out)
	case "person export":
		return d.personExport(ctx, ask, out)
	case "person erase":
		return d.personErase(ctx, ask, out)
	}
	return &grid.Error{Code: grid.Invalid, Say: fmt.Sprintf("the store knows no command %q", ask.Command)}
}

// each views the community that was asked for, or all in turn.
func (d desk) each(ctx context.Context, ask Ask, fn func(storage.Tx) error) error {
	all, err := d.store.Communities(ctx)
	if err != nil {
		return err
	}
	found := false
	for _, c := range all {
		if ask.Community != "" && c != ask.Community {
			continue
		}
		found = true
		if err := d.store.View(ctx, c, fn); err != nil {
			return fmt.Errorf("reading %s: %w", c, err)
		}
	}
	if ask.Community != "" && !found {
		return &grid.Error{Code: grid.NotFound, Say: fmt.Sprintf("the store holds no community %q; it holds %s", ask.Community, listed(all))}
	}
	return nil
}

// one views the only community that fits, where several answers make no sense.
// Which one fits is decided by having.
func (d desk) one(ctx context.Context, ask Ask, having func(storage.Tx) (bool, error), none string, fn func(storage.Tx) error) error {
	var fit []grid.CommunityID
	err := d.each(ctx, ask, func(tx storage.Tx) error {
		has, err := having(tx)
		if has {
			fit = append(fit, tx.Community())
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case len(fit) == 0:
		return &grid.Error{Code: grid.NotFound, Say: none}
	case len(fit) > 1:
		return &grid.Error{Code: grid.Invalid, Say: fmt.Sprintf("several communities could be meant: name one of %s with --community", listed(fit))}
	}
	return d.store.View(ctx, fit[0], fn)
}

func listed(all []grid.CommunityID) string {
	if len(all) == 0 {
		return "none yet"
	}
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = string(c)
	}
	return strings.Join(names, ", ")
}

// ticketLine is a ticket in a list: numbers count per community.
type ticketLine struct {
	Community grid.CommunityID `json:"community"`
	reports.Flat
}

func (d desk) tickets(ctx context.Context, ask Ask, out io.Writer) error {
	lines := []ticketLine{}
	err := d.each(ctx, ask, func(tx storage.Tx) error {
		for t, err := range tx.Tickets().All() {
			if err != nil {
				return err
			}
			if t.Status.Ended() && !ask.All {
				continue
			}
			flat, err := reports.FlatOf(tx, t, d.config.Timezone)
			if err != nil {
				return err
			}
			lines = append(lines, ticketLine{tx.Community(), flat})
		}
		return nil
	})
	if err != nil {
		return err
	}
	if ask.JSON {
		return print.JSON(out, map[string]any{"tickets": lines})
	}
	if len(lines) == 0 {
		return print.Line(out, "no tickets")
	}
	return print.Table(out, "COMMUNITY\tNO\tSTATUS\tURGENCY\tCATEGORY\tDUE\tASSIGNEE\tSUMMARY", func(row func(...any)) {
		for _, l := range lines {
			summary := l.Summary
			if l.Private {
				summary = "(private) " + summary
			}
			row(l.Community, l.Number, l.Status, print.Or(l.Urgency, "-"), print.Or(l.Category, "-"), d.at(l.Due), print.Or(l.Assignee, "-"), summary)
		}
	})
}

func (d desk) show(ctx context.Context, ask Ask, out io.Writer) error {
	having := func(tx storage.Tx) (bool, error) {
		_, err := tx.Tickets().Get(ask.Ticket)
		if errors.Is(err, storage.ErrNotFound) {
			return false, nil
		}
		return err == nil, err
	}
	var t reports.Detail
	err := d.one(ctx, ask, having, fmt.Sprintf("there is no ticket %d", ask.Ticket), func(tx storage.Tx) (err error) {
		t, err = reports.DetailOf(tx, ask.Ticket, d.config.Timezone)
		return err
	})
	if err != nil {
		return err
	}
	if ask.JSON {
		return print.JSON(out, t)
	}
	err = print.Table(out, fmt.Sprintf("ticket\t%d", t.Number), func(row func(...any)) {
		row("summary", t.Summary)
		row("status", t.Status)
		row("urgency", print.Or(t.Urgency, "-"))
		row("category", print.Or(t.Category, "-"))
		row("topic", print.Or(t.Topic, "-"))
		row("location", print.Or(t.Location, "-"))
		row("reporter", t.Reporter)
		row("supporters", t.Supporters)
		row("assignee", print.Or(t.Assignee, "-"))
		row("level", t.Level)
		row("private", t.Private)
		row("round", t.Round)
		row("due", d.at(t.Due), print.Or(t.DueBecause, ""))
		row("understood by", t.By, t.Prompt, t.Unread)
	})
	if err != nil {
		return err
	}
	err = print.Table(out, "\nWHEN\tWHO\tWANT\tFROM\tTO\tWHY", func(row func(...any)) {
		for _, e := range t.Journal {
			row(d.at(&e.At), who(e), e.Want, e.From, e.To, e.Why)
		}
	})
	if err != nil {
		return err
	}
	return print.Table(out, "\nHEARD\tFROM\tTEXT", func(row func(...any)) {
		for _, m := range t.Heard {
			row(d.at(&m.At), m.From, m.Text)
		}
	})
}

// who names the person of a step, or the program where it acted by itself.
func who(e reports.FlatEntry) string {
	if e.Who == "" {
		return string(e.Role)
	}
	return e.Who + " (" + string(e.Role) + ")"
}

func (d desk) summary(ctx context.Context, ask Ask, out io.Writer) error {
	period, err := d.period(ask)
	if err != nil {
		return err
	}
	having, none := func(storage.Tx) (bool, error) { return true, nil }, "the store holds nothing yet"
	var areas []grid.AreaID
	if ask.Area != "" {
		areas, none = []grid.AreaID{ask.Area}, fmt.Sprintf("there is no area %q", ask.Area)
		having = func(tx storage.Tx) (bool, error) {
			_, err := tx.Roster().Area(ask.Area)
			if errors.Is(err, storage.ErrNotFound) {
				return false, nil
			}
			return err == nil, err
		}
	}
	var figures reports.Figures
	err = d.one(ctx, ask, having, none, func(tx storage.Tx) (err error) {
		figures, err = reports.Reckon(tx, period, areas, d.now)
		return err
	})
	if err != nil {
		return err
	}
	if ask.JSON {
		b, err := reports.SummaryJSON(figures)
		if err != nil {
			return err
		}
		return print.Line(out, strings.TrimSpace(string(b)))
	}
	voice, err := prompts.Open("zh")
	if err != nil {
		return err
	}
	switch ask.Format {
	case "xlsx":
		return reports.Sheet(voice, figures, out)
	case "png":
		return reports.Chart(voice, figures, out)
	}
	text, err := reports.Text(voice, figures)
	if err != nil {
		return err
	}
	return print.Line(out, text)
}

func (d desk) period(ask Ask) (reports.Period, error) {
	switch {
	case ask.From != "" || ask.To != "":
		return reports.ParseDays(ask.From, ask.To, d.config.Timezone)
	case ask.Period != "":
		return reports.ParsePeriod(ask.Period, d.config.Timezone)
	}
	return reports.PeriodOf(grid.ThisWeek, d.now, d.config.Timezone)
}

// at writes a time for people, "-" for none.
func (d desk) at(t *time.Time) string {
	if t == nil || t.IsZero() {
		return "-"
	}
	return t.In(d.config.Timezone).Format("Mon 2006-01-02 15:04")
}

// count gives how many a sequence yields, and its error.
func count[T any](all iter.Seq2[T, error]) (n int, err error) {
	for _, err := range all {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
