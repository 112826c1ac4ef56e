package app

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "youshi"

// layout says which of our packages each room may import, "" being the root
// package. A room "x/*" is any folder below x. app and cmd know everybody.
var layout = map[string][]string{
	"":          {},
	"grid":      {},
	"prompts":   {"grid"},
	"calendar":  {"grid"},
	"llm":       {"grid"},
	"llm/*":     {"grid", "llm"},
	"config":    {"grid", ""},
	"days":      {"grid"},
	"storage":   {"grid"},
	"storage/*": {"grid", "storage"},
	"intents":   {"grid", "prompts", "llm", "intents/*"},
	"intents/*": {"grid", "intents", "intents/*", "prompts", "llm"},
	"handlers":  {"grid", "calendar", "storage", "prompts"},
	"reports":   {"grid", "calendar", "storage", "prompts", "llm"},
	"bot":       {"grid", "storage", "prompts"},
	"bot/*":     {"grid", "bot", "prompts"},
	"web":       {"grid", "storage", "reports"},
	"web/*":     {"grid", "web", "reports"},
}

// forTests may be imported by test files and contract suites beside that: what
// is tested, real stores and recorded days instead of imitations, and the suites.
var forTests = []string{"grid", "calendar", "prompts", "storage", "storage/*", "days", "bot", "bot/*", "intents", "intents/*", "llm", "llm/*", "reports", "web/*"}

// room gives the line of the house for a package within the module.
func room(pkg string) string {
	if first, _, below := strings.Cut(pkg, "/"); below {
		return first + "/*"
	}
	return pkg
}

// mayImport says whether a file of package from may import package to.
func mayImport(from, to string, test bool) bool {
	if from == "app" || strings.HasPrefix(from, "app/") || strings.HasPrefix(from, "cmd/") || from == to {
		return true
	}
	allowed, known := layout[room(from)]
	if !known {
		return false
	}
	test = test || strings.HasSuffix(from, "test") // bottest, storagetest, webtest
	return slices.Contains(allowed, room(to)) || test && slices.Contains(forTests, room(to))
}

func TestRoomsImportOnlyWhatTheHouseAllows(t *testing.T) {
	root := ".."
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || slices.Contains([]string{"testdata", "bin", "data", "out"}, d.Name())) {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		files++
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		from, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		from = strings.TrimPrefix(filepath.ToSlash(from), ".")
		for _, spec := range f.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if to != module && !strings.HasPrefix(to, module+"/") {
				continue
			}
			to = strings.TrimPrefix(strings.TrimPrefix(to, module), "/")
			if !mayImport(from, to, strings.HasSuffix(path, "_test.go")) {
				t.Errorf("%s: %q may not import %q", path, from, to)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 50 {
		t.Errorf("only %d files were looked at", files)
	}
}

func TestTheHouseRefuses(t *testing.T) {
	for _, c := range []struct{ from, to string }{
		{"grid", "calendar"}, {"bot", "handlers"}, {"handlers", "bot"}, {"handlers", "intents"}, {"intents", "storage"},
		{"bot/webchat", "storage"}, {"bot/webchat", "bot/telegram"}, {"storage/bolt", "storage/postgres"}, {"web", "bot/webchat"},
		{"reports", "handlers"}, {"config", "calendar"}, {"calendar", "app"}, {"newroom", "grid"}, {"storage", ""},
	} {
		if mayImport(c.from, c.to, false) {
			t.Errorf("%q may import %q", c.from, c.to)
		}
	}
	for from := range maps.Keys(layout) {
		if mayImport(strings.ReplaceAll(from, "*", "any"), "app", true) {
			t.Errorf("a test of %q may import app", from)
		}
	}
}
