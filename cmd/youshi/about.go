package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"youshi/config"
	"youshi/storage/bolt"
)

// release is the version of this source.
const release = "0.1.0"

func (t *terminal) config() *cobra.Command {
	return &cobra.Command{
		Use:     "config",
		Short:   "prints the annotated example config: every key with its default",
		Example: "  youshi config > site.toml",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return t.print("%s", config.Example()) },
	}
}

func (t *terminal) version() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "prints version, commit, Go and the store's schema",
		Example: "  youshi version\n  youshi version --json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return t.printJSON(map[string]any{"version": release, "commit": commit(), "go": runtime.Version(), "schema": bolt.Schema()})
			}
			return t.print("youshi %s\ncommit %s\n%s %s/%s\nschema %d\n", release, commit(), runtime.Version(), runtime.GOOS, runtime.GOARCH, bolt.Schema())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// commit is the source's commit, with "+" where it was changed, as the build noted it.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	id, changed := "unknown", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			id = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+"
		}
	}
	return id + changed
}
