package asked

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"youshi/days"
	"youshi/grid"
	"youshi/prompts"
)

func TestTheExamplesOfThePromptAreOurDays(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "days", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded days: %v", err)
	}
	lines, err := days.Open(files...)
	if err != nil {
		t.Fatal(err)
	}
	gold := map[string]days.Line{}
	for _, l := range lines {
		gold[l.Text] = l
	}
	p, err := prompts.Numbered(promptName)
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(p.Turns); i += 2 {
		question, said := p.Turns[i].Text, p.Turns[i+1].Text
		_, text, _ := strings.Cut(question[strings.LastIndexByte(question, '\n')+1:], "判断：")
		l, known := gold[text]
		if !known {
			t.Errorf("example %d is from no day: %s", i/2+1, text)
			continue
		}
		var shown []grid.TicketNo
		for no := range grid.TicketNo(20) {
			if strings.Contains(question, "\n#"+no.String()+" ") {
				shown = append(shown, no)
			}
		}
		a, err := read([]byte(said), shown)
		if err != nil {
			t.Errorf("example %d: %v", i/2+1, err)
			continue
		}
		if a.Kind != l.Intent || a.Category != l.Category || a.Urgency != l.Urgency || a.Topic != l.Topic || a.Location != l.Location || a.Sensitive != l.Sensitive {
			t.Errorf("example %d (%s) says %+v, the day %+v", i/2+1, l.ID, a, l.Labels)
		}
		if (a.SameAs != 0) != (l.SameAs != "") {
			t.Errorf("example %d (%s) links to %d, the day to %q", i/2+1, l.ID, a.SameAs, l.SameAs)
		}
		if n := utf8.RuneCountInString(a.Summary); n > 30 || a.Summary != "" && !grounded(a.Summary, text) {
			t.Errorf("example %d: the summary %q would not reach a card", i/2+1, a.Summary)
		}
	}
}
