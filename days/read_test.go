package days_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"youshi/days"
	"youshi/grid"
)

const good = `{"id":"a1","time":"2026-11-10T06:31:07+08:00","sender":"老周","text":"早"}`

func TestReadKeepsWhatALineSays(t *testing.T) {
	in := "\ufeff" + `{"id":"a1","time":"2026-11-10T06:31:07+08:00","sender":"老周","role":"secretary","kind":"image","text":"灯坏了","reply_to":"yesterday-9","intent":"report","category":"immediate","urgency":"urgent","topic":"facilities","location":" 3栋 ","sensitive":true,"weather":{"any":1}}` +
		"\r\n\r\n" + `{"id":"a2","time":"2026-11-10T06:32:07+08:00","sender":"老周","group":"二区","text":null,"reply_to":null,"intent":null}`
	lines, err := days.Read(strings.NewReader(in), "dir/d01.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 2 {
		t.Fatalf("%d lines, want 2", len(lines))
	}
	a, b := lines[0], lines[1]
	want := days.Labels{Intent: grid.Report, Category: grid.Immediate, Urgency: grid.Urgent, Topic: "facilities", Location: "3栋", Sensitive: true}
	if a.Labels != want || a.Group != "d01" || a.Role != grid.Secretary || a.Kind != grid.ImageMessage || a.ReplyTo != "yesterday-9" || a.No != 1 {
		t.Errorf("first line is %+v", a)
	}
	if b.Labelled() || b.Group != "二区" || b.Role != grid.Resident || b.Kind != grid.TextMessage || b.No != 3 {
		t.Errorf("second line is %+v", b)
	}
}

func TestReadOrdersByTimeAndKeepsTheOrderOfEqualTimes(t *testing.T) {
	line := func(id, time string) string { return strings.NewReplacer("a1", id, "06:31:07", time).Replace(good) }
	lines, err := days.Read(strings.NewReader(strings.Join([]string{line("c", "08:00:00"), line("b", "07:00:00"), line("a", "07:00:00")}, "\n")), "x")
	if err != nil {
		t.Fatal(err)
	}
	if got := lines[0].ID + lines[1].ID + lines[2].ID; got != "bac" {
		t.Errorf("order %s, want bac", got)
	}
}

func TestReadTakesALongText(t *testing.T) {
	long := strings.Repeat("长", 1<<20)
	lines, err := days.Read(strings.NewReader(strings.Replace(good, "早", long, 1)), "x")
	if err != nil || lines[0].Text != long {
		t.Fatalf("a text of three megabytes was not read: %v", err)
	}
}

func TestEveryBadLineIsToldWithFileNumberAndReason(t *testing.T) {
	swap := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	add := func(field string) string { return swap(`"id":"a1"`, `"id":"a2",`+field) }
	for name, c := range map[string]struct{ line, reason string }{
		"no JSON":                            {`早上好`, "not a JSON object: one message a line is expected"},
		"a list":                             {`[1]`, "not a JSON object: one message a line is expected"},
		"broken JSON":                        {`{"id":`, "not valid JSON: unexpected end of JSON input"},
		"two objects on a line":              {good + good, "not valid JSON: invalid character '{' after top-level value"},
		"a number for an id":                 {swap(`"a1"`, `7`), "id is a JSON number, must be a string"},
		"a string for sensitive":             {add(`"sensitive":"no"`), "sensitive is a JSON string, must be a bool"},
		"no id":                              {swap(`"id":"a1",`, ``), "no id"},
		"no time":                            {swap(`"time":"2026-11-10T06:31:07+08:00",`, ``), "no time"},
		"no sender":                          {swap(`"sender":"老周",`, ``), "no sender"},
		"blank sender":                       {swap(`老周`, ` `), "no sender"},
		"a time without a zone":              {swap(`+08:00`, ``), `time "2026-11-10T06:31:07" is not RFC 3339 (2026-11-10T06:41:15+08:00)`},
		"an unknown role":                    {add(`"role":"mayor"`), `role is "mayor", must be one of resident, volunteer`},
		"an unknown kind":                    {add(`"kind":"imgae"`), `kind is "imgae", must be one of text, image`},
		"an unknown intent":                  {add(`"intent":"gossip"`), `intent is "gossip", must be one of report, suggestion, wish, inquiry, followup, praise, command, chatter`},
		"an unknown category":                {add(`"intent":"report","category":"soon"`), `category is "soon", must be one of immediate, pending, escalate`},
		"an unknown urgency":                 {add(`"intent":"report","urgency":"high"`), `urgency is "high", must be one of emergency, urgent, normal`},
		"an unknown topic":                   {add(`"intent":"report","topic":"ufo"`), `topic is "ufo", must be one of facilities`},
		"labels without an intent":           {add(`"category":"pending"`), "labels without an intent"},
		"an id given twice":                  {good, `id "a1" is already that of d.jsonl:1`},
		"a recall of nothing":                {add(`"recall":"z"`), `recall names "z", which is no earlier message of group "d"`},
		"a recall of itself":                 {add(`"recall":"a2"`), `recall names "a2", which is no earlier message of group "d"`},
		"a recall of another group's":        {add(`"group":"e","recall":"a1"`), `recall names "a1", which is no earlier message of group "e"`},
		"an edit of nothing":                 {add(`"edit":"z"`), `edit names "z", which is no earlier message of group "d"`},
		"a recall that is an edit":           {add(`"edit":"a1","recall":"a1"`), "both recall and edit"},
		"a recall that does not say of what": {add(`"kind":"recall"`), "kind is recall, but no recall says which message"},
		"an edit that does not say of what":  {add(`"kind":"edit"`), "kind is edit, but no edit says which message"},
		"the same matter as nothing":         {add(`"intent":"report","same_as":"z"`), `same_as names "z", which is no earlier message of group "d"`},
		"a part of nothing":                  {add(`"intent":"report","part_of":"z"`), `part_of names "z", which is no earlier message of group "d"`},
		"a line longer than memory is for":   {strings.Repeat(" ", 25<<20), "longer than 24 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			lines, err := days.Read(strings.NewReader(good+"\n\n"+c.line+"\n"), "d.jsonl")
			var bad *days.LineError
			if !errors.As(err, &bad) {
				t.Fatalf("got %d lines and error %v, want a LineError", len(lines), err)
			}
			if bad.File != "d.jsonl" || bad.No != 3 || !strings.HasPrefix(bad.Reason, c.reason) {
				t.Errorf("got %q, want d.jsonl:3: %s", err, c.reason)
			}
		})
	}
}

func TestARecallAndAnEditAreKindsOfTheirOwn(t *testing.T) {
	in := good + "\n" +
		`{"id":"a2","time":"2026-11-10T07:00:00+08:00","sender":"老周","text":"早安","edit":"a1"}` + "\n" +
		`{"id":"a3","time":"2026-11-10T07:01:00+08:00","sender":"老周","kind":"text","text":"","recall":"a1"}`
	lines, err := days.Read(strings.NewReader(in), "x.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if lines[1].Kind != grid.EditMessage || lines[2].Kind != grid.RecallMessage {
		t.Errorf("kinds %s and %s, want edit and recall", lines[1].Kind, lines[2].Kind)
	}
}

func write(t *testing.T, name, text string) string {
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenMergesFilesByTimeAndRefusesAnIdUsedTwice(t *testing.T) {
	one := write(t, "one.jsonl", good)
	two := write(t, "two.jsonl", `{"id":"b1","time":"2026-11-09T22:00:00Z","sender":"老李","text":"早"}`)
	lines, err := days.Open(one, two)
	if err != nil {
		t.Fatal(err)
	}
	if lines[0].ID != "b1" || lines[0].Group != "two" || lines[1].Group != "one" {
		t.Errorf("got %+v", lines)
	}
	if _, err := days.Open(one, write(t, "again.jsonl", good)); err == nil || !strings.Contains(err.Error(), `id "a1" is already that of`) {
		t.Errorf("an id used twice gave %v", err)
	}
	if _, err := days.Open("/nowhere.jsonl"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file gave %v", err)
	}
}

func TestExamplesNeedTextAndIntent(t *testing.T) {
	read := func(line string, unlabelled bool) ([]days.Example, error) {
		return days.ReadExamples(strings.NewReader(line), "x", unlabelled)
	}
	got, err := read(`{"id":"w","text":"哈哈","kind":"weibo chat"}`, true)
	if err != nil || got[0].Labelled() || got[0].Kind != "" {
		t.Errorf("a line without intent gave %+v, %v", got, err)
	}
	for line, reason := range map[string]string{
		`{"text":"哈哈"}`:                   "x:1: no intent: a single message is read for its labels",
		`{"intent":"report"}`:             "x:1: no text",
		`{"text":"哈哈","intent":"gossip"}`: `x:1: intent is "gossip", must be one of report, suggestion, wish, inquiry, followup, praise, command, chatter`,
	} {
		if _, err := read(line, false); err == nil || err.Error() != reason {
			t.Errorf("%s gave %v, want %s", line, err, reason)
		}
	}
}

func TestTrainingFilesAreToldApartByTheirFirstLine(t *testing.T) {
	recorded, single, err := days.OpenTraining(false, write(t, "d.jsonl", "\n"+good), write(t, "l.jsonl", `{"text":"早","intent":"chatter"}`))
	if err != nil || len(recorded) != 1 || len(recorded[0]) != 1 || len(single) != 1 {
		t.Fatalf("got %v, %v, %v", recorded, single, err)
	}
	_, _, err = days.OpenTraining(false, write(t, "d.jsonl", good+"\n"+`{"text":"早","intent":"chatter"}`))
	if err == nil || !strings.HasSuffix(err.Error(), "d.jsonl:2: no id") {
		t.Errorf("a single message within a day gave %v", err)
	}
}

func TestTheRecordedDaysOfTheProjectAreRead(t *testing.T) {
	paths, err := filepath.Glob("../testdata/days/*.jsonl")
	if err != nil || len(paths) != 12 {
		t.Fatalf("found %d days, %v", len(paths), err)
	}
	lines, err := days.Open(paths...)
	if err != nil || len(lines) != 1975 {
		t.Fatalf("%d lines, %v; want 1975", len(lines), err)
	}
	for _, l := range lines {
		if !l.Labelled() {
			t.Errorf("%s has no label", l.ID)
		}
	}
	_, single, err := days.OpenTraining(false, "../testdata/lines.jsonl")
	if err != nil || len(single) != 4771 {
		t.Fatalf("%d single messages, %v; want 4771", len(single), err)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{good, "\ufeff" + good + "\r\n", good + "\n" + good, `{"recall":"a"}`, "{}", "\n", `{"id":"\ud800","time":"2026-11-10T06:31:07+08:00","sender":"a"}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		lines, err := days.Read(strings.NewReader(in), "f.jsonl")
		if err != nil {
			var bad *days.LineError
			if !errors.As(err, &bad) || bad.No < 1 || bad.Reason == "" || lines != nil {
				t.Fatalf("%q gave %v with %d lines", in, err, len(lines))
			}
			return
		}
		for i, l := range lines {
			if l.ID == "" || l.Sender == "" || l.Kind == "" || !l.Role.Valid() || l.Time.IsZero() && !strings.Contains(in, "0001") || i > 0 && l.Time.Before(lines[i-1].Time) {
				t.Fatalf("%q gave %+v", in, l)
			}
		}
		_, _ = days.ReadExamples(strings.NewReader(in), "f.jsonl", true) // must not panic
	})
}
