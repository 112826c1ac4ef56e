package reports

import (
	"fmt"

	"youshi/grid"
	"youshi/prompts"
)

// Row is one figure as a table shows it. Part and Whole are given for rates alone.
type Row struct {
	Name        string // in the language of the voice
	Value       float64
	Unit        string // "": a number of things; "minute", "percent"
	Part, Whole int
	None        bool // of nothing: there is no value
}

// Rows gives the figures line by line, in the order in which the secretary reads them.
func Rows(v *prompts.Voice, f Figures) ([]Row, error) {
	t := table{voice: v}
	t.number("heard", f.Heard)
	t.number("found", f.Found)
	for _, c := range grid.Categories() {
		t.number("found."+string(c), f.FoundByCategory[c])
	}
	t.number("found.online", f.FoundBySource[grid.Online])
	t.number("found.offline", f.FoundBySource[grid.Offline])
	t.number("found.private", f.Private)
	t.number("confirmed", f.Confirmed)
	t.number("rejected", f.Rejected)
	t.number("withdrawn", f.Withdrawn)
	t.number("merged", f.Merged)
	t.minutes("first_answer.half", f.FirstAnswer.P50)
	t.minutes("first_answer.most", f.FirstAnswer.P90)
	for _, step := range []string{"confirm", "accept", "resolve"} {
		t.rate("on_time."+step, f.OnTime[step])
	}
	t.number("open", f.Open)
	t.number("overdue", f.Overdue)
	t.number("solved", f.Solved)
	t.rate("solved_rate", f.SolvedRate)
	for l, ok := grid.LevelGrid, true; ok; l, ok = l.Above() {
		t.number("solved_at."+string(l), f.SolvedAtLevel[l])
	}
	for _, m := range []grid.Mark{grid.Satisfied, grid.Partly, grid.Unsatisfied} {
		t.number("marks."+string(m), f.Marks[m])
	}
	t.rate("satisfaction", f.Satisfaction)
	t.rate("turnout", f.Turnout)
	t.rate("rework", f.ReworkRate)
	t.rate("repeat", f.Repeat)
	t.number("silent", f.Silent)
	return t.rows, t.err
}

type table struct {
	voice *prompts.Voice
	rows  []Row
	err   error
}

func (t *table) add(key string, r Row) {
	name, err := t.voice.Say("figure."+key, nil)
	if err != nil && t.err == nil {
		t.err = fmt.Errorf("naming the figure %s: %w", key, err)
	}
	r.Name = name
	t.rows = append(t.rows, r)
}

func (t *table) number(key string, n int) { t.add(key, Row{Value: float64(n)}) }

func (t *table) rate(key string, r Rate) {
	t.add(key, Row{Value: float64(r.Percent()), Unit: "percent", Part: r.N, Whole: r.Of, None: r.Of == 0})
}

func (t *table) minutes(key string, seconds *float64) {
	r := Row{Unit: "minute", None: seconds == nil}
	if seconds != nil {
		r.Value = float64(int(*seconds/6)) / 10
	}
	t.add(key, r)
}
