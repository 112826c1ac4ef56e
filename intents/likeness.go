package intents

import (
	"strings"
	"unicode"
)

// bigram is two characters in a row.
type bigram [2]rune

// emptyRunes carry no matter of their own, or say where it is, which a spot does
// better.
const emptyRunes = "栋幢座号室了的是我在有就都也说这那你他她们吗呢吧啊哦呀嘛么个来去上下里还又没要会能好很着过得把给到和跟咧咯哒嘞俺咱谁啥什怎样大家请谢一人天今明昨"

// gramsOf gives the bigrams of a plain text that say something.
func gramsOf(text string) map[bigram]bool {
	grams := map[bigram]bool{}
	prev := rune(0)
	for _, r := range text {
		if !unicode.IsLetter(r) || strings.ContainsRune(emptyRunes, r) {
			prev = 0
			continue
		}
		if prev != 0 {
			grams[bigram{prev, r}] = true
		}
		prev = r
	}
	return grams
}

// spot is where something is, in a form that can be compared.
type spot struct {
	building, unit string
	name           string // the place as written, plain
}

func spotOf(text, place string) spot {
	if place == "" {
		place = Place(text)
	}
	return spot{building: Building(text), unit: unitOf(text), name: plain(place)}
}

func (a spot) known() bool { return a.name != "" || a.building != "" || a.unit != "" }

// conflicts reports whether a and b name different buildings or units.
func (a spot) conflicts(b spot) bool {
	return a.building != "" && b.building != "" && a.building != b.building ||
		a.unit != "" && b.unit != "" && a.unit != b.unit
}

// same reports whether a and b name one place.
func (a spot) same(b spot) bool {
	if a.conflicts(b) {
		return false
	}
	if a.building != "" && a.building == b.building {
		return true
	}
	return len(a.name) >= 6 && len(b.name) >= 6 && (strings.Contains(a.name, b.name) || strings.Contains(b.name, a.name))
}
