package intents

import "strings"

// fold writes text in one width: full-width digits, letters, # and @ become
// half-width, every kind of space a plain one, and what cannot be seen goes.
// Chinese punctuation stays: what people write as a reason is kept as written.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９', r >= 'Ａ' && r <= 'Ｚ', r >= 'ａ' && r <= 'ｚ', r == '＃', r == '＠':
			return r - 0xFEE0
		case r == '\n' || r == '\r':
			return '\n'
		case r == '\t', r == 0xA0, r >= 0x2000 && r <= 0x200A, r == 0x202F, r == 0x205F, r == 0x3000:
			return ' '
		case r < 0x20, r >= 0x200B && r <= 0x200F, r == 0x2060, r == 0xFEFF, r == 0xFE0F:
			return -1
		}
		return r
	}, text)
}

// isPoint reports whether r only separates or decorates.
func isPoint(r rune) bool {
	return strings.ContainsRune(" \n,，.。!！?？:：;；、~～…-—·'\"“”‘’()（）[]【】《》", r)
}

// trimPoints takes separators off both ends.
func trimPoints(s string) string { return strings.TrimFunc(s, isPoint) }

// trimLead takes separators off the front and spaces off the end: the full
// stop of a sentence stays.
func trimLead(s string) string {
	return strings.TrimLeft(strings.TrimSpace(s), " \n,，.。:：;；、-—~～!！")
}
