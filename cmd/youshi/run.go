package main

import (
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"youshi/app"
)

func (t *terminal) serve() *cobra.Command {
	var addr string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "the main job: listen, understand, act and speak until stopped",
		Long: "Listens, understands, acts and speaks until it is stopped (Ctrl-C; twice: at once).\n" +
			"Without a config: the web chat on 127.0.0.1:8080, the store in ./data, no key, no network.",
		Example: "  youshi serve\n  youshi serve --config site.toml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := t.settings()
			if err != nil {
				return err
			}
			if addr != "" {
				c.Web.Addr = addr
			}
			return app.Serve(cmd.Context(), app.ServeOptions{Config: c, Log: t.log(slog.LevelInfo), Out: t.out})
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "", "`HOST:PORT` of the web chat, instead of the config's")
	return t.withConfig(cmd)
}

func (t *terminal) demo() *cobra.Command {
	var o app.DemoOptions
	var start string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "the whole program on a web page, with a clock to push and a recorded day to play",
		Long: "The whole program on a web page: a clock that can be pushed, sample people of every role,\n" +
			"and a recorded day that plays 120 times as fast as life. Nothing is kept unless --db says where.",
		Example: "  youshi demo\n  youshi demo --transcript none --addr 127.0.0.1:9000\n" +
			"  youshi demo --transcript day.jsonl --start 2026-11-10T06:30:00+08:00 --db demo.db",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if o.Config, err = t.settings(); err != nil {
				return err
			}
			if o.Start, err = moment("start", start, o.Config.Timezone); err != nil {
				return err
			}
			o.Log, o.Out = t.log(slog.LevelWarn), t.out
			return app.Demo(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Addr, "addr", "", "`HOST:PORT` to listen on (default: the config's, 127.0.0.1:8080)")
	f.StringVar(&o.Transcript, "transcript", "", "the recorded day `FILE` to play, or none (default: one that comes with the program)")
	f.StringVar(&start, "start", "", "the `TIME` that the clock shows at first (default: the day's first minute, or now)")
	f.StringVar(&o.DB, "db", "", "the store's `FILE` (default: a temporary one)")
	return t.withConfig(cmd)
}

// moment reads a time of a flag: RFC 3339, or date and time in the site's zone.
func moment(flag, s string, zone *time.Location) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return at, nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, s, zone); err == nil {
			return at, nil
		}
	}
	return time.Time{}, misused("--%s: %q is no time; right would be 2026-11-10T06:30:00+08:00 or \"2026-11-10 06:30\"", flag, s)
}
