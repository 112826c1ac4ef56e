package handlers

import "regexp"

// numbers that belong to a person: an ID card's 18 digits and a mobile's 11,
// not as parts of longer numbers.
var personal = regexp.MustCompile(`(^|\D)(?:\d{17}[\dXx]|1[3-9]\d[ -]?\d{4}[ -]?\d{4})($|[^\dXx])`)

// redact takes phone and ID numbers out of what more than one person reads.
func redact(text string) string {
	for { // one sign may stand between two numbers
		next := personal.ReplaceAllString(text, "$1***$2")
		if next == text {
			return text
		}
		text = next
	}
}
