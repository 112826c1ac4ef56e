package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"youshi/config"
)

// typed runs a command line in this process.
func typed(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, &o, &e)
	return code, o.String(), e.String()
}

// emptySite is the path of a config whose data folder does not exist.
func emptySite(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "site.toml")
	if err := os.WriteFile(path, []byte("data = \"data\"\n[web]\naddr = \"127.0.0.1:0\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWrongUsageExitsWith2AndPrintsNoResult(t *testing.T) {
	site := emptySite(t)
	for name, args := range map[string][]string{
		"an unknown command":           {"dance"},
		"an unknown flag":              {"tickets", "--dance"},
		"a command within none":        {"model"},
		"an unknown command within":    {"model", "dance"},
		"too many words":               {"queue", "12"},
		"no number":                    {"show"},
		"a number that is none":        {"show", "twelve"},
		"a number below 1":             {"show", "0"},
		"no files":                     {"replay"},
		"no output":                    {"train", "--data", "x.jsonl"},
		"a time that is none":          {"replay", "--transcript", "x.jsonl", "--until", "noon"},
		"a start that is none":         {"demo", "--start", "noon"},
		"an unknown classifier":        {"eval", "--data", "x.jsonl", "--classifier", "dice"},
		"a model that is not there":    {"eval", "--data", "x.jsonl", "--classifier", "llm"},
		"a week and a month":           {"summary", "--week", "2026-W46", "--month", "2026-11"},
		"a beginning without an end":   {"summary", "--from", "2026-11-09"},
		"a month for a week":           {"summary", "--week", "2026-11"},
		"a week for a month":           {"summary", "--month", "2026-W46"},
		"a format that does not exist": {"summary", "--format", "pdf"},
		"nowhere to back up to":        {"backup", "--config", site},
		"nothing to restore":           {"restore", "--config", site},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := typed(t, args...)
			if code != misuse || out != "" || !strings.HasPrefix(errs, "youshi: ") || !strings.Contains(errs, "--help") {
				t.Errorf("code %d, out %q, errs %q", code, out, errs)
			}
		})
	}
}

func TestFailureExitsWith1AndPrintsNoResult(t *testing.T) {
	site := emptySite(t)
	bad := filepath.Join(t.TempDir(), "bad.jsonl")
	if err := os.WriteFile(bad, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wrong := filepath.Join(t.TempDir(), "wrong.toml")
	if err := os.WriteFile(wrong, []byte("dta = 1\n[bot]\nname = 2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		say  string
	}{
		"no store yet":          {[]string{"tickets", "--config", site}, "youshi serve"},
		"no config":             {[]string{"tickets", "--config", "none.toml"}, "none.toml"},
		"a wrong config":        {[]string{"serve", "--config", wrong}, wrong + ":1: dta"},
		"all that is wrong":     {[]string{"check", "--config", wrong}, wrong + ":3: bot.name"},
		"a day that is none":    {[]string{"replay", "--transcript", bad}, bad + ":1"},
		"no day":                {[]string{"eval", "--data", "none.jsonl"}, "none.jsonl"},
		"texts without a label": {[]string{"model", "fit", "--data", bad, "--text", "text", "--label", "topic", "--out", bad + ".m"}, bad + ":1"},
		"no backup":             {[]string{"restore", "--config", site, "--in", "none.db"}, "none.db"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := typed(t, c.args...)
			if code != failed || out != "" || !strings.Contains(errs, c.say) {
				t.Errorf("code %d, out %q, errs %q", code, out, errs)
			}
		})
	}
}

func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	term := &terminal{}
	var each func(c *cobra.Command)
	each = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			each(sub)
		}
		if c.RunE == nil {
			return
		}
		args := slices.Concat(strings.Fields(c.CommandPath())[1:], []string{"--help"})
		code, out, errs := typed(t, args...)
		if code != done || errs != "" || !strings.Contains(out, "Examples:\n  youshi "+args[0]) {
			t.Errorf("youshi %s: code %d\n%s%s", strings.Join(args, " "), code, out, errs)
		}
	}
	each(term.root())
}

func TestStoreCommandsTakeAConfigAndListsTakeJSON(t *testing.T) {
	term := &terminal{}
	root := term.root()
	for _, name := range []string{"serve", "demo", "replay", "eval", "tickets", "show", "queue", "summary", "backup", "restore", "check"} {
		cmd, _, err := root.Find([]string{name})
		if err != nil || cmd.Flags().Lookup("config") == nil {
			t.Errorf("%s takes no --config (%v)", name, err)
		}
	}
	for _, name := range []string{"replay", "eval", "tickets", "show", "queue", "roles list", "groups list"} {
		if cmd, _, err := root.Find(strings.Fields(name)); err != nil || cmd.Flags().Lookup("json") == nil {
			t.Errorf("%s takes no --json (%v)", name, err)
		}
	}
}

func TestAFlagForManyFilesTakesThemAsAShellWritesThem(t *testing.T) {
	root := (&terminal{}).root()
	for name, c := range map[string]struct{ in, want string }{
		"one":                    {"eval --data a", "eval --data a"},
		"several":                {"eval --data a b c --json", "eval --data a --data b --data c --json"},
		"two such flags":         {"train --data a b --extra c d --out m", "train --data a --data b --extra c --extra d --out m"},
		"with an equals sign":    {"replay --transcript=a b", "replay --transcript=a --transcript b"},
		"repeated":               {"replay --transcript a --transcript b", "replay --transcript a --transcript b"},
		"a flag for one":         {"demo --transcript a b", "demo --transcript a b"},
		"after the end of flags": {"eval --data a -- b c", "eval --data a -- b c"},
		"within a command":       {"model fit --data a b", "model fit --data a b"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := spread(root, strings.Fields(c.in)); !slices.Equal(got, strings.Fields(c.want)) {
				t.Errorf("%q became %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestConfigPrintsAConfigThatCanBeRead(t *testing.T) {
	code, out, errs := typed(t, "config")
	if code != done || errs != "" {
		t.Fatalf("code %d, %s", code, errs)
	}
	path := filepath.Join(t.TempDir(), "site.toml")
	if err := os.WriteFile(path, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Read(path); err != nil {
		t.Error(err)
	}
}

func TestVersionSaysWhatItIs(t *testing.T) {
	code, out, _ := typed(t, "version", "--json")
	var v struct {
		Version, Commit, Go string
		Schema              int
	}
	if err := json.Unmarshal([]byte(out), &v); code != done || err != nil || v.Version != release || v.Commit == "" || !strings.HasPrefix(v.Go, "go1.") || v.Schema < 1 {
		t.Errorf("code %d, %v: %s", code, err, out)
	}
}

func TestAModelIsFittedAndTested(t *testing.T) {
	var lines strings.Builder
	for i := range 60 {
		text := []string{"路灯坏了没人修", "垃圾堆了几天没人清"}[i%2]
		b, err := json.Marshal(map[string]any{"words": text + strings.Repeat("啊", i%5), "dirty": i%2 == 1})
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(b, '\n'))
	}
	dir := t.TempDir()
	data, model := filepath.Join(dir, "data.jsonl"), filepath.Join(dir, "m.model")
	if err := os.WriteFile(data, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := typed(t, "model", "fit", "--data", data, "--text", "words", "--label", "dirty", "--out", model); code != done || out != "" {
		t.Fatalf("code %d, out %q, errs %q", code, out, errs)
	}
	code, out, errs := typed(t, "model", "test", "--model", model, "--data", data, "--text", "words", "--label", "dirty", "--json")
	var s struct {
		Accuracy float64 `json:"accuracy"`
		MacroF1  float64 `json:"macro_f1"`
		Rate     float64 `json:"texts_per_second"`
		Bytes    int     `json:"model_bytes"`
	}
	if err := json.Unmarshal([]byte(out), &s); code != done || err != nil || s.Accuracy != 1 || s.MacroF1 != 1 || s.Rate <= 0 || s.Bytes <= 0 {
		t.Errorf("code %d, %v: %s%s", code, err, out, errs)
	}
}

func TestMomentReadsWhatPeopleWrite(t *testing.T) {
	zone := time.FixedZone("there", 8*60*60)
	want := time.Date(2026, 11, 10, 6, 30, 0, 0, zone)
	for _, s := range []string{"2026-11-10T06:30:00+08:00", "2026-11-09T22:30:00Z", "2026-11-10 06:30", "2026-11-10T06:30:00"} {
		if got, err := moment("start", s, zone); err != nil || !got.Equal(want) {
			t.Errorf("%s is %v, %v", s, got, err)
		}
	}
	if got, err := moment("start", "", zone); err != nil || !got.IsZero() {
		t.Errorf("nothing is %v, %v", got, err)
	}
}

func TestTheBarShowsOnlyWhenWorkTakesLong(t *testing.T) {
	var quick bytes.Buffer
	tell, end := bar(&quick, "training", time.Hour)
	tell(1, 2)
	end()
	if quick.Len() > 0 {
		t.Errorf("it shows %q", quick.String())
	}
	shown := &waiter{seen: make(chan struct{})}
	tell, end = bar(shown, "training", 0)
	tell(1, 2)
	<-shown.seen
	end()
	if !strings.Contains(shown.text.String(), "training") {
		t.Errorf("it shows %q", shown.text.String())
	}
}

// waiter tells when something was written.
type waiter struct {
	text bytes.Buffer
	seen chan struct{}
}

func (w *waiter) Write(b []byte) (int, error) {
	n, err := w.text.Write(b)
	select {
	case <-w.seen:
	default:
		close(w.seen)
	}
	return n, err
}
