package main

import (
	"context"
	"log/slog"
	"slices"

	"github.com/spf13/cobra"

	"youshi/app"
	"youshi/app/learn"
	"youshi/days"
)

func (t *terminal) replay() *cobra.Command {
	var o app.ReplayOptions
	var until string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "replay --transcript FILE…",
		Short: "recorded days through the whole road: what would the bot have done?",
		Long: "Takes recorded days the whole road in stepped time and tells what the bot would have said and done.\n" +
			"The same input gives the same bytes.",
		Example: "  youshi replay --transcript day1.jsonl day2.jsonl\n  youshi replay --transcript day.jsonl --until 2026-11-12T09:00:00+08:00 --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if o.Config, err = t.settings(); err != nil {
				return err
			}
			if o.Until, err = moment("until", until, o.Config.Timezone); err != nil {
				return err
			}
			o.Log = t.log(slog.LevelWarn)
			_, end := t.busy("replaying")
			result, err := app.Replay(cmd.Context(), o)
			end()
			if err != nil {
				return err
			}
			return app.PrintReplay(t.out, result, asJSON, o.Config.Timezone)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.Transcripts, "transcript", nil, "recorded days, one or more of `FILE…`")
	f.StringVar(&until, "until", "", "the `TIME` until which timers fire (default: the last message's)")
	f.StringVar(&o.DB, "db", "", "the store's `FILE`, kept afterwards (default: a temporary one)")
	f.BoolVar(&o.NoCommands, "no-commands", false, "recorded commands change nothing")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	required(cmd, "transcript")
	return t.withConfig(cmd)
}

func (t *terminal) eval() *cobra.Command {
	var o app.EvalOptions
	var classifier string
	var leaveOneOut bool
	var extra []string
	cmd := &cobra.Command{
		Use:   "eval --data FILE…",
		Short: "replays labelled days and scores what became of them",
		Long: "Replays labelled days and scores what became of them.\n\n" +
			"On days that the model has learnt from that says nothing about other days. With --leave-one-out each day\n" +
			"is read by a model of all other data, and the scores of all days are told together, beside the goals.",
		Example: "  youshi eval --data day.jsonl --classifier rules --json\n  youshi eval --leave-one-out --data days/*.jsonl lines.jsonl --extra talk.jsonl",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains([]string{app.ClassifyChain, app.ClassifyRules, app.ClassifyLocal, app.ClassifyLLM}, classifier) {
				return misused("--classifier: there is no classifier %q; right would be chain, rules, local or llm", classifier)
			}
			c, err := t.settings()
			if err != nil {
				return err
			}
			if classifier == app.ClassifyLLM && c.LLM == nil {
				return misused("--classifier llm: there is no [llm] in the config; right would be --config FILE with one")
			}
			if leaveOneOut {
				tell, end := t.busy("leaving one day out")
				defer end()
				return app.EvalCard(cmd.Context(), app.CardOptions{Data: o.Data, Extra: extra, Config: c, Classifier: classifier,
					JSON: o.JSON, Out: t.out, Log: t.log(slog.LevelWarn), Progress: tell})
			}
			if len(extra) > 0 {
				return misused("--extra: strangers' talk is for --leave-one-out")
			}
			o.Out = t.out
			o.Replay = func(ctx context.Context, lines []days.Line) (days.Result, error) {
				_, end := t.busy("replaying")
				defer end()
				return app.ReplayLines(ctx, app.ReplayOptions{Config: c, Classifier: classifier, Log: t.log(slog.LevelWarn)}, lines)
			}
			return app.Eval(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.Data, "data", nil, "labelled days, one or more of `FILE…`")
	f.BoolVar(&leaveOneOut, "leave-one-out", false, "score each day with a model of all other data")
	f.StringArrayVar(&extra, "extra", nil, "with --leave-one-out: strangers' talk, one or more of `FILE…`; half is learnt from, half mixed into the days")
	f.StringVar(&classifier, "classifier", app.ClassifyChain, "`WHO` reads the messages: chain, rules, local or llm")
	f.BoolVar(&o.JSON, "json", false, "print JSON")
	required(cmd, "data")
	return t.withConfig(cmd)
}

func (t *terminal) train() *cobra.Command {
	var o learn.Options
	var measure, fromStore, asJSON bool
	cmd := &cobra.Command{
		Use:   "train --data FILE… --out FILE",
		Short: "trains the local model on labelled days and messages",
		Long: "Trains the local model. The same data in the same order and the same seed give the same bytes.\n" +
			"The program uses the model that [model] file names in the config.\n\n" +
			"With --from-store it learns from what the site's staff confirmed, reclassified, rejected, merged and split.\n" +
			"The model is written only if it is not worse on the labelled days (without --data: those inside the program)\n" +
			"and better on the latest decisions, which are held back to compare; otherwise the figures say why, and it exits with 1.",
		Example: "  youshi train --data days/*.jsonl --extra public.jsonl --out model.bin\n  youshi train --data days/*.jsonl --out model.bin --measure\n" +
			"  youshi train --from-store --config site.toml --out model.bin",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case fromStore && measure:
				return misused("--measure: with --from-store the comparison is always told")
			case fromStore:
				c, err := t.settings()
				if err != nil {
					return err
				}
				tell, end := t.busy("training")
				defer end()
				o.Progress = tell
				return app.TrainFromStore(cmd.Context(), c, o, asJSON, t.out)
			case asJSON || t.site != "":
				return misused("--json and --config are for --from-store")
			case len(o.Data) == 0 || o.Out == "":
				return misused("what to learn from, and where to write? right would be --data FILE… --out FILE, or --from-store")
			}
			if measure {
				o.Measure = t.out
			}
			tell, end := t.busy("training")
			defer end()
			o.Progress = tell
			return learn.Train(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.Data, "data", nil, "labelled days and messages, one or more of `FILE…`")
	f.StringArrayVar(&o.Extra, "extra", nil, "more `FILE…`, such as public messages; those without labels are talk")
	f.StringVar(&o.Out, "out", "", "the model's `FILE`")
	f.Uint64Var(&o.Seed, "seed", 0, "another seed `N`, another model")
	f.BoolVar(&measure, "measure", false, "first leave out each day once and print how well it is read")
	f.BoolVar(&fromStore, "from-store", false, "learn from what the site's staff decided")
	f.BoolVar(&asJSON, "json", false, "with --from-store: print the comparison as JSON")
	return t.withConfig(cmd)
}

func (t *terminal) model() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "model",
		Short:   "the same kind of local model on any labelled JSON Lines",
		Example: "  youshi model fit --data train.jsonl --text text --label topic --out topic.model\n  youshi model test --model topic.model --data test.jsonl --text text --label topic",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return misused("name one of: fit, test") },
	}
	cmd.AddCommand(t.fit(), t.test())
	return cmd
}

func (t *terminal) fit() *cobra.Command {
	var from learn.Labelled
	var out string
	cmd := &cobra.Command{
		Use:     "fit --data FILE --text FIELD --label FIELD --out M",
		Short:   "trains a model",
		Example: "  youshi model fit --data train.jsonl --text text --label topic --out topic.model",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			tell, end := t.busy("training")
			defer end()
			return learn.Fit(cmd.Context(), from, out, tell)
		},
	}
	labelled(cmd, &from)
	cmd.Flags().StringVar(&out, "out", "", "the model's `FILE`")
	required(cmd, "out")
	return cmd
}

func (t *terminal) test() *cobra.Command {
	var on learn.Labelled
	var model string
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "test --model M --data FILE --text FIELD --label FIELD",
		Short:   "measures a model: accuracy macro_f1 texts_per_second model_bytes",
		Example: "  youshi model test --model topic.model --data test.jsonl --text text --label topic --json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, end := t.busy("testing")
			s, err := learn.Test(model, on)
			end()
			if err != nil {
				return err
			}
			if asJSON {
				return t.printJSON(s)
			}
			return t.print("accuracy %.4f\nmacro_f1 %.4f\ntexts_per_second %.0f\nmodel_bytes %d\n", s.Accuracy, s.MacroF1, s.TextsPerSecond, s.ModelBytes)
		},
	}
	labelled(cmd, &on)
	cmd.Flags().StringVar(&model, "model", "", "the model's `FILE`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	required(cmd, "model")
	return cmd
}

func labelled(cmd *cobra.Command, l *learn.Labelled) {
	f := cmd.Flags()
	f.StringVar(&l.File, "data", "", "labelled JSON Lines: `FILE`")
	f.StringVar(&l.Text, "text", "", "the `FIELD` of the text")
	f.StringVar(&l.Label, "label", "", "the `FIELD` of the label")
	required(cmd, "data", "text", "label")
}

func required(cmd *cobra.Command, flags ...string) {
	for _, f := range flags {
		if err := cmd.MarkFlagRequired(f); err != nil {
			panic(err) // only when there is no such flag
		}
	}
}
