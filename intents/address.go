package intents

import (
	"strings"

	"youshi/grid"
)

// Addressed reports whether m speaks to the bot: by its name at the start, by
// @name anywhere, in private, or by quoting one of its posts.
func Addressed(m grid.Message, s grid.Scene) bool {
	if s.Chat.Kind == grid.PrivateChat || s.Quoted != nil && s.Quoted.Post {
		return true
	}
	_, named := callsBot(fold(m.Text), s.Bot)
	return named
}

// callsBot takes the bot's name out of a folded text and reports whether it was
// called: "@小格 …" anywhere, or "小格，…" and "小格小格 …" at the start. "@小格子"
// is somebody else, and so is a sentence about 小格.
func callsBot(text, bot string) (rest string, called bool) {
	if bot = fold(bot); bot == "" {
		return text, false
	}
	at := "@" + bot
	for from := 0; ; {
		i := strings.Index(text[from:], at)
		if i < 0 {
			break
		}
		i += from
		if after := text[i+len(at):]; ends(after) || beginsWant(after) {
			text, called = text[:i]+" "+after, true
			from = i
			continue
		}
		from = i + len(at)
	}
	start := strings.TrimLeft(text, " \n")
	for after, ok := strings.CutPrefix(start, bot); ok && (ends(after) || strings.HasPrefix(after, bot)); after, ok = strings.CutPrefix(start, bot) {
		start, called = strings.TrimLeftFunc(after, isPoint), true
		text = start
	}
	return strings.TrimSpace(text), called
}

// ends reports whether a name may end before s.
func ends(s string) bool {
	for _, r := range s {
		return isPoint(r)
	}
	return true
}

// beginsWant reports whether s, right after the bot's name, starts with a word
// of the table of wants ("@小格本周小结").
func beginsWant(s string) bool {
	_, _, ok := wordOf(s)
	return ok
}
