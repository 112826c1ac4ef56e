package handlers

import "youshi/grid"

// redact takes phone and ID numbers out of what is posted.
func redact(text string) string { return grid.WithoutNumbers(text) }

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
