package app

import (
	"fmt"
	"io"
	"strings"
	"time"

	"youshi/app/print"
	"youshi/days"
	"youshi/grid"
)

// PrintReplay tells people what a replay came to: every post in order, the
// tickets, and how the messages ended. As JSON it is the object itself.
func PrintReplay(out io.Writer, r days.Result, asJSON bool, zone *time.Location) error {
	if asJSON {
		return print.JSON(out, r)
	}
	for _, p := range r.Said {
		head := fmt.Sprintf("%s  %s  %s", p.At.In(zone).Format("2006-01-02 15:04:05"), p.To, p.Kind)
		if p.Ticket != nil {
			head += fmt.Sprintf("  ticket %d", *p.Ticket)
		}
		text := "    " + strings.ReplaceAll(p.Text, "\n", "\n    ")
		if len(p.Buttons) > 0 {
			text += "\n    [" + strings.Join(p.Buttons, "] [") + "]"
		}
		if err := print.Line(out, head+"\n"+text+"\n"); err != nil {
			return err
		}
	}
	err := print.Table(out, "NO\tSTATUS\tURGENCY\tCATEGORY\tTOPIC\tMESSAGES\tSUPPORTERS\tDUE\tSUMMARY", func(row func(...any)) {
		for _, t := range r.Tickets {
			due := "-"
			if t.Due != nil {
				due = t.Due.In(zone).Format("2006-01-02 15:04")
			}
			row(t.Number, t.Status, print.Or(t.Urgency, "-"), print.Or(t.Category, "-"), print.Or(t.Topic, "-"), len(t.Messages), t.Supporters, due, t.Summary)
		}
	})
	if err != nil {
		return err
	}
	parts := make([]string, 0, len(r.Outcomes))
	for _, o := range grid.Outcomes() {
		parts = append(parts, fmt.Sprintf("%s %d", o, r.Outcomes[o]))
	}
	return print.Line(out, fmt.Sprintf("\n%d messages: %s; %d posts", r.Messages, strings.Join(parts, ", "), len(r.Said)))
}
