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

// redacted is the card without them: before a sentence cuts words short, where half
// a number would be left standing.
func (c card) redacted() card {
	for _, s := range []*string{&c.Place, &c.Summary, &c.Text, &c.Said} {
		*s = redact(*s)
	}
	list := make([]card, len(c.List))
	for i, x := range c.List {
		list[i] = x.redacted()
	}
	c.List = list
	return c
}
