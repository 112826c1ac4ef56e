package reports

import (
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"youshi/prompts"
)

// Sheet writes the figures as a workbook (.xlsx): the numbers with their denominators,
// and the matters that most people have. No private matter is named in it.
func Sheet(v *prompts.Voice, f Figures, out io.Writer) (err error) {
	rows, err := Rows(v, f)
	if err != nil {
		return err
	}
	b := book{File: excelize.NewFile(), voice: v}
	defer func() { err = errors.Join(err, b.Close()) }()
	numbers, hot := b.say("sheet.numbers"), b.say("sheet.hot")
	b.keep(b.SetSheetName("Sheet1", numbers))
	b.line(numbers, 1, b.sayOf("summary.title", f))
	b.line(numbers, 2, b.say("sheet.figure"), b.say("sheet.value"), b.say("sheet.part"), b.say("sheet.whole"))
	for i, r := range rows {
		cells := []any{r.Name, r.Value}
		if r.None {
			cells[1] = "—"
		}
		if r.Unit == "percent" {
			cells = append(cells, r.Part, r.Whole)
			if !r.None {
				cells[1] = float64(r.Part) / float64(r.Whole)
				b.percent(numbers, i+3)
			}
		}
		b.line(numbers, i+3, cells...)
	}
	if _, err := b.NewSheet(hot); err != nil {
		return fmt.Errorf("making the workbook: %w", err)
	}
	b.line(hot, 1, b.say("sheet.number"), b.say("sheet.matter"), b.say("sheet.people"))
	for i, h := range f.Hot {
		b.line(hot, i+2, int(h.Number), h.Summary, h.Votes)
	}
	b.look(numbers, 2, 30)
	b.look(hot, 1, 60)
	if b.err != nil {
		return fmt.Errorf("making the workbook: %w", b.err)
	}
	if _, err := b.WriteTo(out); err != nil {
		return fmt.Errorf("writing the workbook: %w", err)
	}
	return nil
}

// book is a workbook that keeps its first error.
type book struct {
	*excelize.File
	voice *prompts.Voice
	err   error
}

func (b *book) keep(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *book) say(name string) string { return b.sayOf(name, nil) }

func (b *book) sayOf(name string, data any) string {
	s, err := b.voice.Say(name, data)
	b.keep(err)
	return s
}

// line fills a row, counted from 1, from its first cell on. Words are cells of text:
// what a resident wrote is never a formula.
func (b *book) line(sheet string, row int, cells ...any) {
	for i, c := range cells {
		name, err := excelize.CoordinatesToCellName(i+1, row)
		b.keep(err)
		if s, ok := c.(string); ok {
			b.keep(b.SetCellStr(sheet, name, s))
			continue
		}
		b.keep(b.SetCellValue(sheet, name, c))
	}
}

// percent shows the value of a row as a percentage.
func (b *book) percent(sheet string, row int) {
	style, err := b.NewStyle(&excelize.Style{NumFmt: 9})
	b.keep(err)
	cell := fmt.Sprintf("B%d", row)
	b.keep(b.SetCellStyle(sheet, cell, cell, style))
}

// look makes the head of a sheet bold and its words wide enough to read.
func (b *book) look(sheet string, head int, width float64) {
	style, err := b.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	b.keep(err)
	wide := "A"
	if head == 1 {
		wide = "B"
	}
	b.keep(b.SetColWidth(sheet, wide, wide, width))
	b.keep(b.SetCellStyle(sheet, "A1", fmt.Sprintf("D%d", head), style))
	b.keep(b.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: head, TopLeftCell: fmt.Sprintf("A%d", head+1), ActivePane: "bottomLeft"}))
}
