package main

import (
	"github.com/spf13/cobra"

	"youshi/app/desk"
)

func (t *terminal) person() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "person",
		Short:   "one person's data: show, export, erase",
		Example: "  youshi person show 张大妈\n  youshi person export p12 --out p12.json\n  youshi person erase p12 --yes",
	}
	cmd.AddCommand(t.personShow(), t.personExport(), t.personErase())
	return cmd
}

func (t *terminal) personShow() *cobra.Command {
	ask := desk.Ask{Command: "person"}
	cmd := &cobra.Command{
		Use:     "show PERSON",
		Short:   "what is held of somebody, by name or id",
		Example: "  youshi person show 张大妈\n  youshi person show p12 --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ask.Person = args[0]
			return t.ask(cmd, ask)
		},
	}
	cmd.Flags().BoolVar(&ask.JSON, "json", false, "print JSON, with every message")
	return t.asking(cmd, &ask)
}

func (t *terminal) personExport() *cobra.Command {
	ask := desk.Ask{Command: "person export"}
	var out string
	cmd := &cobra.Command{
		Use:     "export PERSON",
		Short:   "everything somebody said and is, as JSON",
		Example: "  youshi person export p12 --out p12.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ask.Person = args[0]
			if out == "" {
				return t.ask(cmd, ask)
			}
			return t.toFile(out, func(t *terminal) error { return t.ask(cmd, ask) })
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "write to `FILE`")
	return t.asking(cmd, &ask)
}

func (t *terminal) personErase() *cobra.Command {
	ask := desk.Ask{Command: "person erase"}
	var sure bool
	cmd := &cobra.Command{
		Use:   "erase PERSON --yes",
		Short: "takes somebody's name, accounts and words out of the store",
		Long: "Takes somebody's name, accounts and words out of the store, for good. The steps of every matter\n" +
			"stay, by an id that leads to nobody. What others wrote of the person, and what was written in an\n" +
			"office, stays too; so do backups and exports made before.",
		Example: "  youshi person erase p12 --yes",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !sure {
				return misused("nothing is erased without --yes: there is no way back but a backup")
			}
			ask.Person = args[0]
			return t.ask(cmd, ask)
		},
	}
	cmd.Flags().BoolVar(&sure, "yes", false, "erase; there is no way back")
	return t.asking(cmd, &ask)
}

func (t *terminal) export() *cobra.Command {
	var ask desk.Ask
	var out string
	var force bool
	cmd := &cobra.Command{
		Use:   "export --out DIR",
		Short: "writes everything as JSON Lines and CSV, also while the program runs (导出)",
		Long: "Writes tickets, journal, messages, people and areas as JSON Lines and CSV. Of private matters there\n" +
			"are numbers, classes, steps and times, and neither names nor words: these are in a backup alone.",
		Example: "  youshi export --config site.toml --out export-2026-11",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := t.settings()
			if err != nil {
				return err
			}
			_, end := t.busy("exporting")
			names, err := desk.Export(cmd.Context(), c, ask, out, force)
			end()
			if err != nil {
				return err
			}
			for _, name := range names {
				if err := t.print("%s/%s\n", out, name); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "the `DIR` to write into; it is made where there is none")
	cmd.Flags().BoolVar(&force, "force", false, "write into a folder that holds something")
	required(cmd, "out")
	return t.asking(cmd, &ask)
}
