package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"youshi/app"
	"youshi/app/desk"
)

func (t *terminal) backup() *cobra.Command {
	var out string
	var force bool
	cmd := &cobra.Command{
		Use:     "backup --out FILE",
		Short:   "copies the store into a file, also while the program runs",
		Example: "  youshi backup --config site.toml --out youshi-2026-11-10.db",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := t.settings()
			if err != nil {
				return err
			}
			_, end := t.busy("copying the store")
			err = desk.Backup(cmd.Context(), c, out, force)
			end()
			if err != nil {
				return err
			}
			return t.print("%s holds the whole store and can be read\n", out)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "the backup's `FILE`")
	cmd.Flags().BoolVar(&force, "force", false, "replace a file that exists")
	required(cmd, "out")
	return t.withConfig(cmd)
}

func (t *terminal) restore() *cobra.Command {
	var in string
	var force bool
	cmd := &cobra.Command{
		Use:   "restore --in FILE",
		Short: "puts a backup into the place of the store, after reading it through",
		Long: "Puts a backup into the place of the store, after reading it through. The program must not run.\n" +
			"A store that exists is replaced only with --force, and is kept beside it even then.",
		Example: "  youshi restore --config site.toml --in youshi-2026-11-10.db",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := t.settings()
			if err != nil {
				return err
			}
			_, end := t.busy("restoring the store")
			kept, err := desk.Restore(cmd.Context(), c, in, force)
			end()
			if err != nil {
				return err
			}
			if kept != "" {
				fmt.Fprintf(t.errs, "the replaced store is kept as %s\n", kept)
			}
			return t.print("%s is restored from %s\n", desk.StorePath(c), in)
		},
	}
	cmd.Flags().StringVar(&in, "in", "", "the backup's `FILE`")
	cmd.Flags().BoolVar(&force, "force", false, "replace the store that exists")
	required(cmd, "in")
	return t.withConfig(cmd)
}

func (t *terminal) check() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "check",
		Short:   "looks at config, store and web page: one line each, ok or what to do",
		Example: "  youshi check --config site.toml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := t.settings()
			if err != nil {
				return err
			}
			_, end := t.busy("checking")
			var lines bytes.Buffer
			err = app.Check(cmd.Context(), c, &lines)
			end()
			if _, printed := lines.WriteTo(t.out); printed != nil {
				return fmt.Errorf("printing: %w", printed)
			}
			return err
		},
	}
	return t.withConfig(cmd)
}

// toFile runs a command whose results go into a file, which is written when all
// went well.
func (t *terminal) toFile(path string, does func(*terminal) error) error {
	var b bytes.Buffer
	into := *t
	into.out = &b
	if err := does(&into); err != nil {
		return err
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("writing the results: %w", err)
	}
	return nil
}
