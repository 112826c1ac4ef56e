package intents

import "regexp"

// runeSet holds characters, by their last twelve bits: it may say yes to one
// that it does not hold, never no to one that it does.
type runeSet [64]uint64

func runesIn(chars string) *runeSet {
	s := &runeSet{}
	for _, r := range chars {
		s[r>>6&63] |= 1 << (r & 63)
	}
	return s
}

func (s *runeSet) in(text string) bool {
	for _, r := range text {
		if s[r>>6&63]&(1<<(r&63)) != 0 {
			return true
		}
	}
	return false
}

// guarded is a pattern that is asked only about a text which has one of the
// characters that no match can do without: looking for these costs a tenth.
type guarded struct {
	*regexp.Regexp
	needs *runeSet
}

func guard(re *regexp.Regexp, needs string) guarded { return guarded{re, runesIn(needs)} }

func (g guarded) MatchString(text string) bool { return g.needs.in(text) && g.Regexp.MatchString(text) }

func (g guarded) FindString(text string) string {
	if !g.needs.in(text) {
		return ""
	}
	return g.Regexp.FindString(text)
}

func (g guarded) FindStringSubmatch(text string) []string {
	if !g.needs.in(text) {
		return nil
	}
	return g.Regexp.FindStringSubmatch(text)
}

func (g guarded) FindAllString(text string, n int) []string {
	if !g.needs.in(text) {
		return nil
	}
	return g.Regexp.FindAllString(text, n)
}
