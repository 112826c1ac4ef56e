package reports

import (
	"bytes"
	"image/png"
	"os"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/image/font/sfnt"

	"youshi/grid"
	"youshi/prompts"
)

// fullFigures are figures of a busy week.
func fullFigures() Figures {
	zone := time.FixedZone("CST", 8*3600)
	half, most := 95.0, 1830.0
	monday := time.Date(2026, 11, 9, 0, 0, 0, 0, zone)
	return Figures{Period: Period{From: monday, To: monday.AddDate(0, 0, 7), Kind: "week"}, At: monday.AddDate(0, 0, 8),
		Heard: 812, Found: 41, FoundByCategory: map[grid.Category]int{grid.Immediate: 27, grid.Pending: 11, grid.Escalate: 3},
		FoundBySource: map[grid.Source]int{grid.Online: 33, grid.Offline: 8}, Private: 2, Silent: 1, Confirmed: 38, Rejected: 2, Withdrawn: 1, Merged: 4,
		FirstAnswer: FirstAnswer{Lengths: Lengths{P50: &half, P90: &most}, Answered: 41, Of: 41},
		OnTime:      map[string]Rate{"confirm": {36, 38}, "accept": {12, 20}, "resolve": {29, 33}}, Open: 9, Overdue: 2,
		Solved: 29, SolvedRate: Rate{29, 38}, SolvedAtLevel: map[grid.Level]int{grid.LevelGrid: 24, grid.LevelCommunity: 5},
		Marks: map[grid.Mark]int{grid.Satisfied: 21, grid.Partly: 4, grid.Unsatisfied: 3}, Satisfaction: Rate{25, 28}, Turnout: Rate{28, 61},
		ReworkRate: Rate{3, 29}, Repeat: Rate{0, 41}, Hot: []Hot{{12, 9, "3号楼2单元电梯一直停在五楼，老人上下楼不方便"}, {15, 4, "=cmd|' /C calc'!A0"}, {9, 1, "路灯"}}}
}

func speak(t *testing.T) *prompts.Voice {
	t.Helper()
	v, err := prompts.Open("zh")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTheWorkbookHoldsEveryFigureWithItsDenominator(t *testing.T) {
	var b bytes.Buffer
	f := fullFigures()
	if err := Sheet(speak(t), f, &b); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("小结", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, r := range rows[2:] {
		got[r[0]] = r[1:]
	}
	for name, want := range map[string][]string{"听到消息": {"812"}, "线下记录": {"8"}, "吹哨未报到": {"1"}, "按时签收率": {"0.6", "12", "20"},
		"首次回应（一半在几分钟内）": {"1.5"}, "重复发生率": {"0", "0", "41"}} {
		if len(got[name]) != len(want) {
			t.Errorf("%s: %v", name, got[name])
			continue
		}
		for i := range want {
			if got[name][i] != want[i] {
				t.Errorf("%s: %v, want %v", name, got[name], want)
			}
		}
	}
	all, err := Rows(speak(t), f)
	if err != nil || len(all) != len(rows)-2 {
		t.Errorf("%d rows of %d (%v)", len(rows)-2, len(all), err)
	}
	if cell, err := book.GetCellFormula("大家最关心", "B3"); err != nil || cell != "" {
		t.Errorf("a resident's words are the formula %q (%v)", cell, err)
	}
	if cell, err := book.GetCellValue("大家最关心", "B3"); err != nil || cell != f.Hot[1].Summary {
		t.Errorf("%q (%v)", cell, err)
	}
}

func TestThePictureShowsItsBarsToScale(t *testing.T) {
	var b bytes.Buffer
	if err := Chart(speak(t), fullFigures(), &b); err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("YOUSHI_PICTURES"); dir != "" { // to look at it
		if err := os.WriteFile(dir+"/summary.png", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	var lengths []int
	for y, inside := 0, false; y < img.Bounds().Max.Y; y++ {
		n := 0
		for x := 300; x < 820; x++ {
			if img.At(x, y) == good || img.At(x, y) == warn {
				n++
			}
		}
		if n > 40 && !inside {
			lengths = append(lengths, n)
		}
		inside = n > 40
	}
	want := []int{27 * 520 / 33, 11 * 520 / 33, 3 * 520 / 33, 520, 8 * 520 / 33,
		36 * 520 / 38, 12 * 520 / 20, 29 * 520 / 33, 29 * 520 / 38, 25 * 520 / 28, 28 * 520 / 61}
	if len(lengths) != len(want) {
		t.Fatalf("%d bars are %v", len(lengths), lengths)
	}
	for i := range want {
		if d := lengths[i] - want[i]; d < -2 || d > 2 {
			t.Errorf("bar %d is %d long, want %d", i, lengths[i], want[i])
		}
	}
}

func TestTheFontHasASignForEverythingThatIsDrawn(t *testing.T) {
	b, err := fonts.ReadFile("font/NotoSansSC-subset.otf")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := sfnt.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := Rows(speak(t), fullFigures())
	if err != nil {
		t.Fatal(err)
	}
	text := "0123456789%/—…（）至截月日周年小结大家最关心的号人天后宫社区幸福垦利单元栋幢电梯燃气"
	for _, r := range rows {
		text += r.Name
	}
	for _, r := range text {
		if i, err := parsed.GlyphIndex(nil, r); err != nil || i == 0 {
			t.Errorf("no sign for %q (%v)", r, err)
		}
	}
}
