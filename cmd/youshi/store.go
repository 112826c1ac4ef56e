package main

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"youshi/app/desk"
	"youshi/grid"
)

// ask carries out a store command, in the running program where there is one.
func (t *terminal) ask(cmd *cobra.Command, ask desk.Ask) error {
	c, err := t.settings()
	if err != nil {
		return err
	}
	err = desk.AskStore(cmd.Context(), c, ask, t.out)
	if grid.CodeOf(err) == grid.Invalid {
		return &usageError{err}
	}
	return err
}

// asking adds the flags that every store command has.
func (t *terminal) asking(cmd *cobra.Command, ask *desk.Ask) *cobra.Command {
	cmd.Flags().StringVar((*string)(&ask.Community), "community", "", "the community `NAME`, where the store holds several")
	return t.withConfig(cmd)
}

func (t *terminal) tickets() *cobra.Command {
	ask := desk.Ask{Command: "tickets"}
	cmd := &cobra.Command{
		Use:     "tickets",
		Short:   "lists the open tickets",
		Example: "  youshi tickets\n  youshi tickets --all --json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return t.ask(cmd, ask) },
	}
	cmd.Flags().BoolVar(&ask.All, "all", false, "those that ended too")
	cmd.Flags().BoolVar(&ask.JSON, "json", false, "print JSON")
	return t.asking(cmd, &ask)
}

func (t *terminal) show() *cobra.Command {
	ask := desk.Ask{Command: "show"}
	cmd := &cobra.Command{
		Use:     "show N",
		Short:   "one ticket with its journal and what was heard",
		Example: "  youshi show 12\n  youshi show 12 --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := strconv.Atoi(strings.TrimPrefix(args[0], "#"))
			if err != nil || n < 1 {
				return misused("%q is no ticket number; right would be 12", args[0])
			}
			ask.Ticket = grid.TicketNo(n)
			return t.ask(cmd, ask)
		},
	}
	cmd.Flags().BoolVar(&ask.JSON, "json", false, "print JSON")
	return t.asking(cmd, &ask)
}

func (t *terminal) queue() *cobra.Command {
	ask := desk.Ask{Command: "queue"}
	cmd := &cobra.Command{
		Use:     "queue",
		Short:   "lists what waits to be said, and what was not said for certain",
		Example: "  youshi queue\n  youshi queue --json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return t.ask(cmd, ask) },
	}
	cmd.Flags().BoolVar(&ask.JSON, "json", false, "print JSON")
	return t.asking(cmd, &ask)
}

func (t *terminal) summary() *cobra.Command {
	ask := desk.Ask{Command: "summary"}
	var week, month, format, out string
	cmd := &cobra.Command{
		Use:   "summary",
		Short: "the secretary's numbers of a week, a month or some days (小结)",
		Long:  "The secretary's numbers. Without a period: this week. --to is the day after the last.",
		Example: "  youshi summary --week 2026-W46\n  youshi summary --month 2026-11 --area 第3网格 --format json\n" +
			"  youshi summary --from 2026-11-09 --to 2026-11-16 --out numbers.txt\n" +
			"  youshi summary --month 2026-11 --format xlsx --out numbers.xlsx",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch format {
			case "json":
				ask.JSON = true
			case "text":
			case "xlsx", "png":
				if ask.Format = format; out == "" && isTerminal(t.out) {
					return misused("--format %s is no text for a terminal; right would be --out numbers.%s as well", format, format)
				}
			default:
				return misused("--format: %q is unknown; right would be text, json, xlsx or png", format)
			}
			if (week == "" || !strings.Contains(week, "-W")) && cmd.Flags().Changed("week") {
				return misused("--week: %q is no week; right would be 2026-W46", week)
			}
			if (month == "" || strings.Count(month, "-") != 1 || strings.Contains(month, "W")) && cmd.Flags().Changed("month") {
				return misused("--month: %q is no month; right would be 2026-11", month)
			}
			ask.Period = week + month
			if out == "" {
				return t.ask(cmd, ask)
			}
			return t.toFile(out, func(t *terminal) error { return t.ask(cmd, ask) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&week, "week", "", "a `WEEK`: 2026-W46")
	f.StringVar(&month, "month", "", "a `MONTH`: 2026-11")
	f.StringVar(&ask.From, "from", "", "the first `DATE`: 2026-11-09")
	f.StringVar(&ask.To, "to", "", "the `DATE` after the last: 2026-11-16")
	f.StringVar((*string)(&ask.Area), "area", "", "the area `NAME` with all below it (default: the whole community)")
	f.StringVar(&format, "format", "text", "`FORMAT`: text, json, xlsx (a workbook) or png (a picture)")
	f.StringVar(&out, "out", "", "write to `FILE`")
	cmd.MarkFlagsMutuallyExclusive("week", "month", "from")
	cmd.MarkFlagsMutuallyExclusive("week", "month", "to")
	cmd.MarkFlagsRequiredTogether("from", "to")
	return t.asking(cmd, &ask)
}
