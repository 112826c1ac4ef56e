package intents

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"youshi/grid"
)

// The first cells of a manual's tables, and how the cell of what to say is split into commands.
var (
	cells    = regexp.MustCompile(`(?m)^\| ([^|]+) \|`)
	readings = regexp.MustCompile(` ／ `)
	remark   = regexp.MustCompile(`（[^）]*）$`)
)

// toldTo gives what the manual's tables tell people of that role to say.
func toldTo(t *testing.T, manual string) []string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "docs", "manuals", manual))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range cells.FindAllStringSubmatch(string(raw), -1) {
		for _, s := range readings.Split(m[1], -1) {
			out = append(out, strings.TrimSpace(remark.ReplaceAllString(s, "")))
		}
	}
	return out
}

// All that the manuals' tables of words tell people to say is understood as a
// command, and the manuals together have every word of the table of wants.
func TestTheManualsTellEveryWordAndEveryWordOfTheirTablesIsUnderstood(t *testing.T) {
	have := map[grid.Want]bool{}
	for manual, role := range map[string]grid.Role{"居民.md": grid.Resident, "网格员.md": grid.GridWorker, "书记.md": grid.Secretary} {
		n := 0
		for _, text := range toldTo(t, manual) {
			if w, _, ok := wordOf(strings.TrimPrefix(text, "@小格 ")); !ok || w.form != alone && !strings.ContainsAny(text, " ") {
				continue // a heading, a clock, who says what
			}
			text = strings.NewReplacer("绑定 邀请码", "绑定 ABCD2345", "@某某", "@李敏").Replace(text)
			c, ok := Parse(grid.Message{Kind: grid.TextMessage, Text: text},
				grid.Scene{Bot: "小格", Role: role, Chat: grid.Chat{Kind: grid.PrivateChat}})
			if n++; !ok {
				t.Errorf("%s: %q is not understood", manual, text)
				continue
			}
			have[c.Command.Want] = true
		}
		if n < 5 {
			t.Errorf("%s: %d commands found, its tables are no longer read", manual, n)
		}
	}
	inWords := map[grid.Want]bool{grid.WantRework: true} // told beside a table, to a question of the bot
	for _, w := range words {
		if !have[w.want] && !inWords[w.want] {
			t.Errorf("no manual tells of %s (%s)", w.text, w.want)
		}
	}
}
