package intents

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"youshi/grid"
)

// numbered reads a want on a ticket: the word, the number (or the quoted
// card's), and what the want takes beside it.
func (p parser) numbered(w word, rest string) (grid.Command, bool) {
	c := grid.Command{Want: w.want}
	no, after, found := ticketOf(rest, w.form == bare)
	switch quoted := p.quotedNo(); {
	case w.want == grid.WantMerge && found && quoted > 0 && !hasTicket(after):
		// 并案 15, quoting 12: the quoted one stays.
		c.Ticket, c.Other, c.Quoted = quoted, no, true
		return c, polite(after)
	case found:
		c.Ticket = no
	case quoted > 0 && ends(rest):
		c.Ticket, c.Quoted, after = quoted, true, rest
	default:
		// "@小格 确认": the handler asks which one. In the staff chat it may be talk,
		// and so is a resident's staff word.
		return c, (p.named || p.s.Chat.Kind == grid.PrivateChat) && ends(rest) && (!w.staff || p.s.Role.Staff())
	}
	if w.staff && w.want != grid.WantWait && asks(p.text) {
		return c, false
	}
	if w.form == bare {
		return c, polite(after)
	}
	return p.arguments(c, strings.TrimSpace(after))
}

// arguments reads what a want takes beside its number.
func (p parser) arguments(c grid.Command, rest string) (grid.Command, bool) {
	switch c.Want {
	case grid.WantRate:
		mark, why, ok := markOf(trimLead(rest))
		c.Mark, c.Text = mark, trimLead(why)
		return c, ok
	case grid.WantReclassify:
		return reclassify(c, rest), true
	case grid.WantAssign, grid.WantPass:
		rest = trimLead(rest)
		for _, x := range []string{"转给", "给", "到", "至"} {
			rest = strings.TrimSpace(strings.TrimPrefix(rest, x))
		}
		c.Who, c.Text = nameOf(rest)
		return c, true
	case grid.WantWhistle:
		for _, mark := range []string{"：", ":", "原因", "因为"} { // what follows is no name
			if i := strings.Index(rest, mark); i > 0 {
				rest, c.Text = rest[:i], trimLead(strings.TrimPrefix(rest[i:], mark)+c.Text)
			}
		}
		for _, u := range strings.FieldsFunc(rest, func(r rune) bool { return isPoint(r) || r == '@' }) {
			if !slices.Contains(c.Units, u) {
				c.Units = append(c.Units, u)
			}
		}
		return c, true
	case grid.WantExtend:
		days, after, ok := daysOf(trimLead(rest))
		if ok {
			c.Days, rest = days, after
		}
	case grid.WantMerge:
		return merge(c, rest)
	}
	c.Text = trimLead(rest)
	return c, true
}

// merge reads the other number: "并案 12 15" and "并案 12 和 15" put 15 into 12,
// "合并 15 到 12" says it the other way round.
func merge(c grid.Command, rest string) (grid.Command, bool) {
	rest = trimLead(rest)
	into := false
	for _, x := range []string{"和", "与", "跟", "到", "入", "进"} {
		if after, ok := strings.CutPrefix(rest, x); ok {
			rest, into = after, x == "到" || x == "入" || x == "进"
			break
		}
	}
	no, after, ok := ticketOf(rest, false)
	if !ok {
		c.Text = rest
		return c, true
	}
	c.Other, c.Text = no, trimLead(after)
	if into {
		c.Ticket, c.Other = c.Other, c.Ticket
	}
	return c, true
}

// reclassify reads class words in any order and number; what is left is text.
func reclassify(c grid.Command, rest string) grid.Command {
	var left []string
	for _, field := range strings.FieldsFunc(rest, isPoint) {
		field = strings.TrimPrefix(strings.TrimPrefix(field, "改"), "为")
		for field != "" {
			n := 0
			for _, x := range classes {
				if len(x.text) > n && strings.HasPrefix(field, x.text) {
					n = len(x.text)
					c.Category, c.Urgency, c.Topic = or(x.category, c.Category), or(x.urgency, c.Urgency), or(x.topic, c.Topic)
				}
			}
			if n == 0 {
				left = append(left, field)
				break
			}
			field = field[n:]
		}
	}
	c.Text = strings.Join(left, " ")
	return c
}

// nameOf reads a name as written, without @, and what follows it. A name that
// was mentioned (@) may contain spaces when the platform closed it with its own
// mark; here the first space ends it.
func nameOf(s string) (name, rest string) {
	s = trimLead(s)
	s = strings.TrimSpace(strings.TrimLeft(s, "@"))
	i := strings.IndexFunc(s, func(r rune) bool { return strings.ContainsRune(" \n,，。;；:：!！", r) })
	if i < 0 {
		return s, ""
	}
	return s[:i], trimLead(s[i:])
}

// daysOf reads "2天", "2 日" or "两天" at the start of s: 1 to 365.
func daysOf(s string) (days int, rest string, ok bool) {
	n, rest := digits(s)
	if n < 0 {
		r, size := utf8.DecodeRuneInString(s)
		n = strings.IndexRune("零一二三四五六七八九十", r) / len("零")
		if r == '两' {
			n = 2
		}
		if n < 1 {
			return 0, s, false
		}
		rest = s[size:]
	}
	rest = strings.TrimLeft(rest, " ")
	for _, unit := range []string{"天", "日"} {
		if after, found := strings.CutPrefix(rest, unit); found && n >= 1 && n <= 365 {
			return n, trimLead(after), true
		}
	}
	return 0, s, false
}

// hasTicket reports whether a ticket number follows, with or without a joining word.
func hasTicket(s string) bool {
	c, _ := merge(grid.Command{}, s)
	return c.Other > 0 || c.Ticket > 0
}

// ticketOf reads a ticket's number at the start of s: 12, #12, 12号. A number
// with a measure word other than 号 names none ("确认12份"), nor does a time, a
// decimal, a range, a date or a house number. When strict (nothing may follow
// the number) a measure word counts after a space as well.
func ticketOf(s string, strict bool) (no grid.TicketNo, rest string, ok bool) {
	start := strings.TrimLeft(s, " \n,，:：、.-")
	if start != s && strings.ContainsAny(s[:len(s)-len(start)], ".-") {
		return 0, s, false
	}
	start, _ = strings.CutPrefix(start, "#")
	n, rest := digits(strings.TrimLeft(start, " "))
	if n < 1 {
		return 0, s, false
	}
	if after, isNo := strings.CutPrefix(strings.TrimLeft(rest, " "), "号"); isNo {
		if r, _ := utf8.DecodeRuneInString(after); strings.ContainsRune("楼院门线库房路桌机车店铺网馆厅井栋座", r) && after != "" {
			return 0, s, false
		}
		return grid.TicketNo(n), after, true
	}
	if measured(rest, strict) {
		return 0, s, false
	}
	return grid.TicketNo(n), rest, true
}

// Measure words that may follow a number in talk. The loose ones are also the
// beginnings of ordinary words, so after a space they count only where nothing
// else is expected.
const (
	tightMeasures = "份斤箱盒袋瓶罐只块元点栋幢米吨毛幅桶盆串杯匹克升台辆期楼宗"
	looseMeasures = "个件条家人天日月年户位张次层分套处单号室岁周秒时支把包片本双对批名度几多路站厘千百万亿半"
)

// notMeasures begin with a measure word and are none: what staff write right
// after a number.
var notMeasures = []string{"处理", "处置", "本周", "本月", "本人", "把", "包保", "对接", "对方", "条件", "人员", "人已", "人在", "家里", "家属", "家人",
	"日常", "月底", "年底", "户主", "户外", "次日", "分管", "分流", "分别", "单位", "张师", "张工", "周师", "周工", "路政", "片区", "站长", "时间", "多次"}

// afterSpace begin with a tight measure word and are none where a space parts them
// from the number: "办结 12 楼道灯换好了", but not "上报12楼道灯坏了".
var afterSpace = []string{"楼道", "楼长", "楼栋", "楼上", "楼下", "楼顶", "楼梯", "楼门", "楼管", "楼内", "楼里", "楼外", "楼前", "楼后", "楼间", "楼宇", "栋长", "台阶", "点位",
	"箱变", "箱盖", "箱门", "箱子", "桶已", "桶盖", "桶满", "桶换", "桶装", "桶修", "桶清", "袋子", "盒子", "瓶子", "罐子", "块石", "元件", "元旦", "期间", "盆栽", "盘查", "匹配", "克服", "升降", "升级", "毛病",
	"幅度", "串门", "串联", "只是", "只有", "只换", "只能", "只要", "只差", "只等", "只修"}

// measured reports whether what follows a number makes it an amount.
func measured(rest string, strict bool) bool {
	r, size := utf8.DecodeRuneInString(rest)
	if rest == "" {
		return false
	}
	if r < utf8.RuneSelf && (unicode.IsLetter(r) || r == '%' || r == '+' || r == '/' || r == '*' || r == '#') || r == '℃' || r == '％' || r == '×' {
		return true
	}
	if strings.ContainsRune(".:：-~～—,，", r) {
		next, _ := utf8.DecodeRuneInString(rest[size:])
		return unicode.IsDigit(next) && r != ',' && r != '，'
	}
	for _, x := range notMeasures {
		if strings.HasPrefix(rest, x) {
			return false
		}
	}
	if strings.ContainsRune(tightMeasures+looseMeasures, r) || strings.HasPrefix(rest, "小时") || strings.HasPrefix(rest, "公斤") || strings.HasPrefix(rest, "公里") {
		return true
	}
	after := strings.TrimLeft(rest, " ")
	if after == rest || after == "" {
		return false
	}
	if slices.ContainsFunc(afterSpace, func(x string) bool { return strings.HasPrefix(after, x) }) {
		return strict
	}
	r, size = utf8.DecodeRuneInString(after)
	return strings.ContainsRune(tightMeasures, r) || strings.ContainsRune(looseMeasures, r) && (strict || ends(after[size:]))
}

// digits reads up to 7 ASCII digits at the start of s; -1 when there are none
// or more.
func digits(s string) (n int, rest string) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		n = n*10 + int(s[i]-'0')
		if i++; i > 7 {
			return -1, s
		}
	}
	if i == 0 {
		return -1, s
	}
	return n, s[i:]
}

// asks reports whether a text is a question rather than an order.
func asks(text string) bool {
	text = strings.TrimRight(text, " \n。.!！~～")
	for _, x := range []string{"?", "？", "吗", "么", "没有", "了没", "嘛"} {
		if strings.HasSuffix(text, x) {
			return true
		}
	}
	return false
}
