package app

import (
	"encoding/json"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"youshi/config"
	"youshi/days"
	"youshi/grid"
	"youshi/llm/llmtest"
)

var strong = flag.Bool("strong", false, "measure with a strong language model behind: each recorded day left out once (a quarter of an hour)")

// TestWithAStrongModelBehind measures how far the program comes where a language
// model reads as the labels say, whenever it is asked: the ceiling of what asking
// there can bring, not what any model does. PUBLIC names the folder of the talk.
func TestWithAStrongModelBehind(t *testing.T) {
	if !*strong {
		t.Skip("takes a quarter of an hour: -strong")
	}
	recorded, err := filepath.Glob("../testdata/days/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	taught, err := filepath.Glob("../testdata/taught/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("PUBLIC"); dir != "" {
		taught = append(taught, filepath.Join(dir, "not_for_the_bot_train.jsonl"))
	}
	lines, err := days.Open(recorded...)
	if err != nil {
		t.Fatal(err)
	}
	cfg := config.Default()
	cfg.LLM = &config.LLM{BaseURL: llmtest.New(t, llmtest.SaysOf(newGoldReader(lines).answer)).URL, Model: "strong", Timeout: 5 * time.Second,
		MaxCallsPerHour: 1e6, MaxCallsPerDay: 1e6, CallsPer100: 25}
	var out strings.Builder
	err = EvalCard(t.Context(), CardOptions{Data: append(recorded, "../testdata/lines.jsonl"), Extra: taught, Config: cfg, Out: &out, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + out.String())
}

// goldReader answers as the labels of recorded days say.
type goldReader struct {
	lines []days.Line
	pairs []map[string]bool // of the characters of each
	root  map[grid.MessageID]grid.MessageID
}

func newGoldReader(lines []days.Line) *goldReader {
	r := &goldReader{lines: lines, root: map[grid.MessageID]grid.MessageID{}}
	for _, l := range lines {
		r.pairs = append(r.pairs, pairsOf(l.Text))
		r.root[l.ID] = l.ID
		for _, to := range []grid.MessageID{l.SameAs, l.PartOf} {
			if first, ok := r.root[to]; ok {
				r.root[l.ID] = first
			}
		}
	}
	return r
}

func pairsOf(text string) map[string]bool {
	pairs := map[string]bool{}
	runes := []rune("^" + text)
	for i := 1; i < len(runes); i++ {
		pairs[string(runes[i-1:i+1])] = true
	}
	return pairs
}

// shared gives which share of all pairs, and of the fewer ones, both texts have.
func shared(a, b map[string]bool) (all, least float64) {
	n := 0
	for x := range a {
		if b[x] {
			n++
		}
	}
	return float64(n) / float64(max(len(a)+len(b)-n, 1)), float64(n) / float64(max(min(len(a), len(b)), 1))
}

// find gives the place of the line that was asked about, which reads a little
// otherwise where names are hidden; -1 where it is of no recorded day.
func (r *goldReader) find(text string) int {
	best, most := -1, 0.5
	own := pairsOf(text)
	for i, l := range r.lines {
		if l.Text == text {
			return i
		}
		if like, _ := shared(own, r.pairs[i]); like > most {
			best, most = i, like
		}
	}
	return best
}

// Where matters and what was said of them stand in what a model is shown.
var (
	shownMatter = regexp.MustCompile(`(?m)^#(\d+) .*?报：(.*)（[^（]*$`)
	shownTalk   = regexp.MustCompile(`(?m)^[^\n：]*：(.*) \[#(\d+)\]$`)
)

// matter gives the number of the matter shown that line i belongs to; "" for none.
func (r *goldReader) matter(i int, sheet string) string {
	shown := map[string][]string{}
	for _, m := range shownMatter.FindAllStringSubmatch(sheet, -1) {
		shown[m[1]] = append(shown[m[1]], m[2])
	}
	for _, m := range shownTalk.FindAllStringSubmatch(sheet, -1) {
		shown[m[2]] = append(shown[m[2]], m[1])
	}
	best, most := "", 0.5
	for j := range i {
		if r.root[r.lines[j].ID] != r.root[r.lines[i].ID] {
			continue
		}
		for no, texts := range shown {
			for _, text := range texts {
				if _, like := shared(pairsOf(strings.TrimSuffix(text, "…")), r.pairs[j]); like > most || like == most && no < best {
					best, most = no, like
				}
			}
		}
	}
	return best
}

func (r *goldReader) answer(q llmtest.Request) string {
	i := r.find(strings.TrimPrefix(q.Asked(), "[图片]"))
	a := map[string]any{"intent": grid.Chatter, "sensitive": false, "confidence": 0.95, "reason": "", "summary": nil, "same_as": nil,
		"category": nil, "urgency": nil, "topic": nil, "location": nil}
	if i >= 0 {
		l := r.lines[i]
		a["intent"], a["sensitive"] = l.Intent, l.Sensitive
		for name, word := range map[string]string{"category": string(l.Category), "urgency": string(l.Urgency), "topic": string(l.Topic), "location": l.Location} {
			if word != "" {
				a[name] = word
			}
		}
		if no := r.matter(i, q.Last()); no != "" {
			a["same_as"] = json.Number(no)
		}
	}
	b, err := json.Marshal(a)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// The reader itself: a ceiling that is measured with a blind one would be none.
func TestAStrongModelReadsAsTheLabelsSay(t *testing.T) {
	lines, err := days.Open("../testdata/days/d04.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	r := newGoldReader(lines)
	for i, l := range lines {
		if len([]rune(l.Text)) > 8 && r.find(l.Text) != i {
			t.Errorf("%s is not found again", l.ID)
		}
	}
	if i := r.find("这句话哪一天都没有人说过呀"); i >= 0 {
		t.Errorf("found what nobody said: %s", lines[i].ID)
	}
	for i, l := range lines {
		if l.SameAs == "" {
			continue
		}
		sheet := "未结事项：\n#4 居民甲报：别的什么事（3分钟前）\n#7 居民乙报：" + textOf(lines, r.root[l.ID]) + "（3分钟前）\n判断：" + l.Text
		if first := textOf(lines, r.root[l.ID]); len([]rune(first)) > 8 && r.matter(i, sheet) != "7" {
			t.Errorf("%s: matter %q", l.ID, r.matter(i, sheet))
		}
	}
}

func textOf(lines []days.Line, id grid.MessageID) string {
	for _, l := range lines {
		if l.ID == id {
			return l.Text
		}
	}
	return ""
}
