package handlers

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"youshi/grid"
	"youshi/prompts"
)

var update = flag.Bool("update", false, "write testdata/sentences.golden anew")

// others are the sentences of other rooms: the numbers are told by reports, what
// stands for quotes and buttons by the WeChat channel, how channels stand by app.
var others = []string{"summary.tmpl", "wechat.tmpl", "channel.tmpl"}

// defined gives the names of all sentences, and the text of the files.
func defined(t *testing.T) (names []string, text string) {
	t.Helper()
	files, err := filepath.Glob("../prompts/say/zh/*.tmpl")
	if err != nil || len(files) == 0 {
		t.Fatal("no sentences found: ", err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text += string(b)
		if slices.Contains(others, filepath.Base(f)) {
			continue
		}
		for _, m := range regexp.MustCompile(`\{\{-?\s*define "([^"]+)"`).FindAllStringSubmatch(string(b), -1) {
			names = append(names, m[1])
		}
	}
	slices.Sort(names)
	return names, text
}

// speaks are the functions that are told a sentence by its name.
var speaks = []string{"post", "answer", "done", "decline", "tellRooms", "tellStaff", "tellAssignee", "tellWorker", "tellPerson", "tellReporter",
	"tellOrQuote", "answerWith", "give", "tellUnit", "tellStaffChats", "tellLevel", "tellAbove", "quote", "poll", "list", "note", "passOn", "remind", "tells", "watchAs", "Say"}

// literals gives the string literals of a folder's Go files without tests, and
// those of them that name a sentence.
func literals(t *testing.T, dir string) (all, said map[string]bool) {
	t.Helper()
	all, said = map[string]bool{}, map[string]bool{}
	name := regexp.MustCompile(`^[a-z_]+(\.[a-z_]+)*$`)
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		collect := func(into map[string]bool, n ast.Node) {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil && name.MatchString(s) {
					into[s] = true
				}
			}
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			collect(all, n)
			switch n := n.(type) {
			case *ast.CallExpr:
				if sel, ok := n.Fun.(*ast.SelectorExpr); ok && slices.Contains(speaks, sel.Sel.Name) {
					for _, arg := range n.Args {
						collect(said, arg)
					}
				}
			case *ast.AssignStmt:
				if id, ok := n.Lhs[0].(*ast.Ident); ok && id.Name == "sentence" {
					collect(said, n.Rhs[0])
				}
			}
			return true
		})
	}
	return all, said
}

func voice(t *testing.T) *prompts.Voice {
	t.Helper()
	v, err := prompts.Open("zh")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEverySentenceThatIsNamedExists(t *testing.T) {
	v := voice(t)
	_, said := literals(t, ".")
	if len(said) < 50 {
		t.Fatalf("only %d sentences found in the code: the search is broken", len(said))
	}
	names := slices.Collect(maps.Keys(said))
	for _, s := range refusals {
		names = append(names, s)
	}
	for _, s := range names {
		if !v.Has(s) {
			t.Errorf("there is no sentence %q", s)
		}
	}
}

func TestEverySentenceIsSaidBySomebody(t *testing.T) {
	names, text := defined(t)
	used := map[string]bool{}
	for _, dir := range []string{".", "../app", "../prompts", "../reports", "../bot", "../web"} {
		all, _ := literals(t, dir)
		maps.Copy(used, all)
	}
	for _, m := range regexp.MustCompile(`template "([^"]+)"`).FindAllStringSubmatch(text, -1) {
		used[m[1]] = true
	}
	families := map[string]bool{}
	for _, m := range regexp.MustCompile(`word "([^"]+)"`).FindAllStringSubmatch(text, -1) {
		families[m[1]] = true
	}
	for _, name := range names {
		family, last, _ := strings.Cut(name, ".")
		refusal := false
		for _, s := range refusals {
			w, ok := strings.CutPrefix(name, s+".")
			_, known := wants[grid.Want(w)]
			refusal = refusal || ok && known
		}
		base, doubt := strings.CutSuffix(name, ".doubt") // put together in propose
		if !used[name] && !families[family] && !refusal && (!doubt || !used[base]) {
			t.Errorf("nobody says %q (%s of %s)", name, last, family)
		}
	}
}

// samples are what sentences are filled with here: a public matter, a private
// one, and one of which nearly nothing is known.
func samples() map[string]card {
	due := time.Date(2026, 11, 10, 16, 30, 0, 0, time.FixedZone("CST", 8*3600))
	full := card{No: 12, Into: 15, Category: grid.Immediate, Urgency: grid.Urgent, Topic: "elevator", Danger: "gas", Status: grid.Open,
		Level: grid.LevelCommunity, Round: 1, Place: "3号楼2单元", Summary: "电梯从昨晚起一直停在五楼，门打不开", Step: "resolve", Due: due,
		Late: time.Hour, Assignee: "李敏", Who: "张大妈", Bot: "小格", Role: grid.GridWorker, Text: "已联系维保，今天下午到", Said: "还是不行，昨天又停了", Days: 2, Count: 12,
		Want: grid.WantReject, Mark: grid.Partly, Supporters: 3, Households: 4, Told: []grid.Level{grid.LevelGrid, grid.LevelCommunity}, Lines: []string{"violence", "women"},
		From: "老周", Lead: "市政", Names: []string{"市政", "城管"}, By: due, Pictures: 2,
		Offer: []offered{{Who: "物业小孙", Count: 3, Like: 5}, {Who: "老周"}}, Hands: []offered{{Who: "李敏", Count: 5, Late: 1}, {Who: "物业小孙", Count: 3}}}
	full.Shown = shown{"更换钢丝绳两根，全程检测", "特种设备安全法第三十九条", "年检合格，运行平稳", "电梯恢复运行", ""}
	private := full
	private.Private, private.Elder = true, true
	private.Place, private.Summary, private.Said = "", "", ""
	bare := card{No: 12, Into: 15, Round: 1, Days: 2, Count: 2, Households: 2, Unsaid: true, Category: grid.Immediate, Urgency: grid.Normal, Topic: "other", Danger: "other", Status: grid.Proposed,
		Level: grid.LevelGrid, Step: "confirm", Who: "张大妈", Bot: "小格", Role: grid.Secretary, Want: grid.WantConfirm, Mark: grid.Satisfied, Due: due}
	bare.Shown = full.Shown
	for _, c := range []*card{&full, &private, &bare} {
		line := *c
		c.List = []card{line, line}
	}
	return map[string]card{"": full, "（不公开）": private, "（少）": bare}
}

// whole are the sentences that are never said without all of their parts.
var whole = []string{"rejected", "told.rejected", "told.progress", "ask.more", "assigned", "accepted", "confirmed", "told.confirmed", "hands",
	"whistled", "whistle.nobody", "told.whistle", "joint.open", "names", "refuse.publish", "refuse.publish_long", "offer", "pictures"}

// rendered gives every sentence as it is said with each sample that makes a difference.
func rendered(t *testing.T) map[string]string {
	t.Helper()
	v := voice(t)
	names, _ := defined(t)
	out := map[string]string{}
	for _, name := range names {
		family, _, _ := strings.Cut(name, ".")
		for _, kind := range []string{"", "（不公开）", "（少）"} {
			if kind == "（少）" && slices.Contains(whole, name) {
				continue
			}
			var data any = samples()[kind]
			switch {
			case name == "day":
				data = samples()[kind].Due
			case name == "hands":
				data = offered{Who: "李敏", Count: 5, Late: 1}
			case name == "digest":
				data = []string{"12号办好了", "15号办好了"}
			case slices.Contains([]string{"category", "urgency", "status", "step", "level", "mark", "topic", "weekday", "danger", "role", "want", "helpline", "informed", "role"}, family):
				data = nil
			}
			s, err := v.Say(name, data)
			if err != nil {
				t.Errorf("%s%s: %v", name, kind, err)
				continue
			}
			if s != out[name] {
				out[name+kind] = s
			}
		}
	}
	return out
}

func TestSentencesAreShortAndInChinese(t *testing.T) {
	foreign := regexp.MustCompile(`[A-Za-z]{2,}|<no value>|%!`)
	for name, s := range rendered(t) {
		if s == "" {
			t.Errorf("%s is empty", name)
		}
		for line := range strings.Lines(s) {
			if n := utf8.RuneCountInString(line); n > 120 {
				t.Errorf("%s: a line of %d characters: %s", name, n, line)
			}
		}
		if bad := foreign.FindString(s); bad != "" {
			t.Errorf("%s says %q: %s", name, bad, s)
		}
		for _, hole := range []string{"：。", "，，", "。。", "（）", "“”", "1月1日周一"} {
			if strings.Contains(s, hole) {
				t.Errorf("%s has a hole %q: %s", name, hole, s)
			}
		}
	}
}

func TestAllSentencesReadAsTheyWereApproved(t *testing.T) {
	var b strings.Builder
	all := rendered(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&b, "== %s\n%s\n", name, all[name])
	}
	const golden = "testdata/sentences.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		old, now := strings.Split(string(want), "\n"), strings.Split(got, "\n")
		for i := range now {
			if i >= len(old) || old[i] != now[i] {
				t.Fatalf("line %d of %s reads now:\n%s\n(read it as a resident would, then run go test ./handlers -update)", i+1, golden, now[i])
			}
		}
		t.Fatalf("%s has more sentences than are said now", golden)
	}
}
