package handlers

import (
	"regexp"

	"youshi/grid"
)

// unseemly are signs without a shape that turn a line round or move a terminal's
// cursor; what else has no shape joins letters and emoji.
var unseemly = regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f-\x{9f}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]`)

// redact takes phone and ID numbers, and signs that play tricks, out of what is posted.
func redact(text string) string { return grid.WithoutNumbers(unseemly.ReplaceAllString(text, "")) }

// aloud is redact for what a whole group reads: whom a neighbour accuses by name is
// not named again.
func aloud(text string) string { return redact(grid.WithoutNames(text)) }

// in is the card with its words so changed: before a sentence cuts them short, where
// half a number would be left standing.
func (c card) in(change func(string) string) card {
	for _, s := range []*string{&c.Place, &c.Summary, &c.Text, &c.Said} {
		*s = change(*s)
	}
	list := make([]card, len(c.List))
	for i, x := range c.List {
		list[i] = x.in(change)
	}
	c.List = list
	return c
}
