// Command youshi (有事) listens in a community's chat groups, opens a ticket for
// each matter and sees to it that somebody deals with it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"youshi/config"
)

// The exit codes.
const (
	done   = 0
	failed = 1
	misuse = 2
)

func main() {
	ctx, stop := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		stop() // gracefully; who cannot wait says it again
		<-signals
		os.Exit(failed)
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run carries out one command line and gives the exit code: results go to out,
// everything else to errs.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	t := &terminal{out: out, errs: errs}
	root := t.root()
	root.SetArgs(spread(root, args))
	root.SetOut(out)
	root.SetErr(errs)
	cmd, err := root.ExecuteContextC(ctx)
	var wrong *usageError
	switch {
	case err == nil:
		return done
	case !t.began || errors.As(err, &wrong):
		fmt.Fprintf(errs, "youshi: %v\nsee %s --help\n", err, cmd.CommandPath())
		return misuse
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(errs, "youshi: interrupted")
		return failed
	}
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(errs, "youshi: %s\n", strings.TrimSuffix(line, "\n"))
	}
	return failed
}

// usageError is a command line that makes no sense.
type usageError struct{ error }

func misused(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

// terminal is where a command was typed and where its words go.
type terminal struct {
	out, errs io.Writer
	began     bool // the command line was understood
	verbose   bool
	site      string // --config
}

func (t *terminal) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "youshi",
		Short: "listens in a community's chat groups and sees to it that matters are dealt with (有事)",
		Long: "youshi (有事) listens in a community's chat groups, opens a ticket for each matter,\n" +
			"tells who must act, and asks the residents whether it was done well.\n\n" +
			"Try it:  youshi demo",
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.PersistentFlags().BoolVarP(&t.verbose, "verbose", "v", false, "log more")
	root.AddCommand(
		t.serve(), t.demo(),
		t.replay(), t.eval(), t.train(), t.model(),
		t.tickets(), t.show(), t.queue(), t.summary(),
		t.roles(), t.groups(), t.person(), t.export(),
		t.backup(), t.restore(), t.check(),
		t.config(), t.version(),
	)
	t.watch(root)
	return root
}

// watch notes when a command begins: what goes wrong before is wrong usage.
func (t *terminal) watch(cmd *cobra.Command) {
	for _, c := range cmd.Commands() {
		t.watch(c)
	}
	if does := cmd.RunE; does != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			t.began = true
			return does(cmd, args)
		}
	}
}

// withConfig adds --config.
func (t *terminal) withConfig(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringVar(&t.site, "config", "", "the site's config `FILE`; without it the defaults, as youshi config prints them")
	return cmd
}

// settings reads the config that --config names.
func (t *terminal) settings() (config.Config, error) {
	if t.site == "" {
		return config.Default(), nil
	}
	return config.Read(t.site)
}

// log writes from the level up, or everything with --verbose.
func (t *terminal) log(from slog.Level) *slog.Logger {
	if t.verbose {
		from = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(t.errs, &slog.HandlerOptions{Level: from}))
}

// spread lets a flag that takes many files take them as a shell writes them:
// "--data a b" becomes "--data a --data b".
func spread(root *cobra.Command, args []string) []string {
	cmd, _, err := root.Find(args)
	if err != nil {
		return args
	}
	var plain []string
	many := ""
	for i, arg := range args {
		switch {
		case arg == "--":
			return append(plain, args[i:]...)
		case strings.HasPrefix(arg, "-"):
			many = ""
			if name, ok := strings.CutPrefix(arg, "--"); ok {
				name, _, _ = strings.Cut(name, "=")
				if f := cmd.Flags().Lookup(name); f != nil && takesMany(f) {
					many = "--" + name
				}
			}
		case many != "" && (args[i-1] != many):
			plain = append(plain, many)
		}
		plain = append(plain, arg)
	}
	return plain
}

func takesMany(f *pflag.Flag) bool { return f.Value.Type() == "stringArray" }
