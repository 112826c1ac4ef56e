package intents

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// itemsOf reads what follows 记: items numbered "1. … 2. …", or one a line. It
// gives nil where that is no list at all ("记得", "记者"): at least a point, a
// space, a line's end or a number follows the word.
func itemsOf(rest string) []string {
	if rest == "" || !ends(rest) && (rest[0] < '0' || rest[0] > '9') {
		return nil
	}
	var items []string
	for line := range strings.SplitSeq(trimLead(rest), "\n") {
		for _, item := range numberedItems(line) {
			if item = strings.TrimSpace(item); trimPoints(item) != "" {
				items = append(items, item)
			}
		}
	}
	return items
}

// numberedItems cuts a line at 1. 2. 3. …, which must count up by one: the
// numbers that people write inside an item do not cut.
func numberedItems(line string) []string {
	var items []string
	line = strings.TrimSpace(line)
	n, after, ok := itemNo(line, -1)
	if !ok {
		return []string{line}
	}
	for {
		next := n + 1
		cut, rest := nextItem(after, next)
		if cut < 0 {
			return append(items, after)
		}
		items, n, after = append(items, after[:cut]), next, rest
	}
}

// nextItem finds the item number n at a beginning inside s.
func nextItem(s string, n int) (at int, rest string) {
	mark := strconv.Itoa(n)
	for from := 0; ; {
		i := strings.Index(s[from:], mark)
		if i < 0 {
			return -1, s
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		if _, rest, ok := itemNo(s[i:], n); ok && (before < '0' || before > '9') && before != '.' {
			return i, rest
		}
		from = i + len(mark)
	}
}

// itemNo reads the number of an item at the start of s: digits, then a point
// that is not a decimal's. want -1 takes any number.
func itemNo(s string, want int) (n int, rest string, ok bool) {
	n, rest = digits(s)
	if n < 0 || want >= 0 && n != want {
		return 0, s, false
	}
	r, size := utf8.DecodeRuneInString(rest)
	if !strings.ContainsRune(".．、)）:：", r) || rest == "" {
		return 0, s, false
	}
	rest = rest[size:]
	if len(rest) > 0 && rest[0] >= '0' && rest[0] <= '9' && r == '.' {
		return 0, s, false
	}
	return n, rest, true
}

// bareWords takes the platforms' written emoji ([玫瑰]) and picture emoji out of
// a text.
func bareWords(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		if s[0] == '[' {
			if end := strings.IndexByte(s, ']'); end > 0 && utf8.RuneCountInString(s[1:end]) <= 6 {
				s = s[end+1:]
				continue
			}
		}
		r, size := utf8.DecodeRuneInString(s)
		if !pictograph(r) {
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	return b.String()
}

// pictograph reports whether r is a picture rather than writing.
func pictograph(r rune) bool {
	return r >= 0x1F000 && r <= 0x1FAFF || r >= 0x2600 && r <= 0x27BF || r >= 0x2B00 && r <= 0x2BFF || r == 0x200D || r >= 0xFE00 && r <= 0xFE0F
}
