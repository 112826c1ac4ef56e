package intents

import (
	"slices"
	"strings"

	"youshi/grid"
)

// Parse reads m as a command (指令), one of the words in wants.go. It gives no
// authority: a resident's staff word is a Command too, and the handler refuses it
// or finds that it was ordinary talk (grid.Intent.Otherwise).
//
// Nothing is parsed from an edit, a recall or a joining. In a group a word
// without a number counts only with the bot's name or as a quote; but whoever
// asks for the numbers (本周小结), or from staff for an export, is always heard.
func Parse(m grid.Message, s grid.Scene) (grid.Intent, bool) {
	switch m.Kind {
	case grid.EditMessage, grid.RecallMessage, grid.JoinMessage, grid.LocationMessage, grid.OtherMessage:
		return grid.Intent{}, false
	}
	text, named := callsBot(fold(m.Text), s.Bot)
	p := parser{s: s, named: named, text: strings.TrimLeftFunc(text, isPoint)}
	c, ok := p.command()
	if !ok {
		return grid.Intent{}, false
	}
	return grid.Intent{Kind: grid.Order, Command: &c, By: "rule", Confidence: 1}, true
}

// parser reads one text.
type parser struct {
	s     grid.Scene
	named bool   // the bot's name was called
	text  string // folded, without the bot's name
}

func (p parser) command() (grid.Command, bool) {
	if c, ok := p.judgement(); ok {
		return c, true
	}
	w, rest, ok := wordOf(p.text)
	if !ok {
		return grid.Command{}, false
	}
	switch w.form {
	case alone:
		return p.alone(w, rest)
	case free:
		return p.free(w, rest)
	}
	return p.numbered(w, rest)
}

// quotedNo is the number that a quote gives: of a post of the bot to anybody,
// of a resident's message to staff or when the bot is named.
func (p parser) quotedNo() grid.TicketNo {
	q := p.s.Quoted
	if q == nil || !q.Post && !p.named && !p.s.Role.Staff() {
		return 0
	}
	return q.Ticket
}

// spokenTo reports whether a word without a number counts.
func (p parser) spokenTo() bool {
	return p.named || !inGroup(p.s) || p.s.Quoted != nil && p.s.Quoted.Post
}

// judgement reads a bare 满意 or 不满意 without the word 评价: in private for the
// matter that the speaker was asked about, or quoting the bot's post of it.
func (p parser) judgement() (grid.Command, bool) {
	c := grid.Command{Want: grid.WantRate}
	switch {
	case p.s.Quoted != nil && p.s.Quoted.Post && p.s.Quoted.Ticket > 0:
		c.Ticket, c.Quoted = p.s.Quoted.Ticket, true
	case p.s.Chat.Kind == grid.PrivateChat && len(p.s.Asked) > 0:
		c.Ticket = askedToJudge(p.s)
	default:
		return c, false
	}
	mark, rest, ok := markOf(p.text)
	if !ok || asks(p.text) {
		return c, false
	}
	c.Mark, c.Text = mark, trimLead(rest)
	return c, true
}

// askedToJudge gives the latest matter of which the speaker was asked for a
// judgement, or else the latest of which he was asked anything.
func askedToJudge(s grid.Scene) grid.TicketNo {
	for _, no := range slices.Backward(s.Asked) {
		for _, t := range s.Open {
			if t.No == no && t.Poll != nil {
				return t.No
			}
		}
	}
	return s.Asked[len(s.Asked)-1]
}

// markOf reads the mark that text begins with. 满意度 is a word of its own.
func markOf(text string) (grid.Mark, string, bool) {
	best, rest, mark := "", text, grid.Mark("")
	for _, x := range marks {
		if after, ok := strings.CutPrefix(text, x.text); ok && len(x.text) > len(best) {
			best, rest, mark = x.text, after, x.mark
		}
	}
	if best == "" || strings.HasPrefix(rest, "度") {
		return "", text, false
	}
	return mark, rest, true
}

// alone reads a word that stands for itself.
func (p parser) alone(w word, rest string) (grid.Command, bool) {
	c := grid.Command{Want: w.want}
	if w.want == grid.WantOpen {
		return p.suspected(c, rest)
	}
	// Nobody says 本周小结 to a neighbour: whoever may not ask for it is told so.
	if !p.spokenTo() && w.want != grid.WantNumbers && (!p.s.Role.Staff() || w.want != grid.WantExport) {
		return c, false
	}
	switch {
	case w.want == grid.WantNumbers:
		c.Period = periods[w.text]
	case w.want == grid.WantExport && len(periodIn(rest)) > 0:
		c.Period, rest = periodIn(rest), ""
	}
	return c, polite(rest)
}

// suspected reads 立案, staff's yes to a suspicion (请看一眼): quoting its card, without
// a quote when there is but one, or with whose or which words it is. In the residents'
// group, and of a matter that has a number, it is talk.
func (p parser) suspected(c grid.Command, rest string) (grid.Command, bool) {
	q := p.s.Quoted
	if !p.s.Role.Staff() || inGroup(p.s) || asks(p.text) || q != nil && (!q.Post || q.Ticket != 0) {
		return c, false
	}
	if c.Quoted = q != nil; c.Quoted || polite(rest) {
		return c, polite(rest)
	}
	c.Text = trimPoints(rest)
	return c, p.named || p.s.Chat.Kind == grid.PrivateChat
}

var periods = map[string]grid.Period{"本周小结": grid.ThisWeek, "上周小结": grid.LastWeek, "本月小结": grid.ThisMonth,
	"本周": grid.ThisWeek, "上周": grid.LastWeek, "本月": grid.ThisMonth}

// periodIn reads a period that stands alone.
func periodIn(rest string) grid.Period { return periods[trimPoints(rest)] }

// polite reports whether rest adds nothing: points, 谢谢, a smile.
func polite(rest string) bool {
	rest = trimPoints(bareWords(rest))
	for _, x := range []string{"谢谢", "谢了", "一下", "吧", "哈"} {
		rest = trimPoints(strings.TrimPrefix(rest, x))
	}
	return rest == ""
}

// free reads words with arguments of their own and no number.
func (p parser) free(w word, rest string) (grid.Command, bool) {
	c := grid.Command{Want: w.want}
	switch w.want {
	case grid.WantBind:
		c.Text = codeIn(rest)
		if p.s.Chat.Kind != grid.PrivateChat { // there it binds the group, or is void for having been seen
			return c, grid.IsCode(c.Text)
		}
		return c, isCode(c.Text)
	case grid.WantAbsent:
		if !p.spokenTo() {
			return c, false
		}
		days, after, ok := daysOf(strings.TrimSpace(rest))
		c.Days = days
		if _, name, found := strings.Cut(after, "代班"); found {
			c.Who, c.Text = nameOf(name)
		}
		return c, ok
	}
	c.Items = itemsOf(rest)
	c.Tellers = tellersOf(c.Items)
	return c, len(c.Items) > 0 && (p.s.Role.Staff() || p.named)
}

func codeIn(rest string) string { return strings.TrimSpace(strings.TrimLeft(rest, " :：")) }

// BindCode gives the one-time code of a text that says 绑定 CODE, for whoever must
// know where it belongs before it is understood.
func BindCode(text, bot string) (code string, ok bool) {
	text, _ = callsBot(fold(text), bot)
	w, rest, ok := wordOf(strings.TrimLeftFunc(text, isPoint))
	if !ok || w.want != grid.WantBind {
		return "", false
	}
	code = codeIn(rest)
	return code, grid.IsCode(code)
}

// isCode reports whether s can be a one-time code: 4 to 32 letters, digits and
// hyphens.
func isCode(s string) bool {
	for _, r := range s {
		switch {
		case r == '-', '0' <= r && r <= '9', 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z':
		default:
			return false
		}
	}
	return len(s) >= 4 && len(s) <= 32
}
