package intents

import (
	"regexp"
	"slices"
	"strings"

	"youshi/grid"
)

// What people say to join, to ask how far a matter is, and that it is over.
// Tried on plain text.
var (
	joinRe     = guard(regexp.MustCompile(`^(?:\+ ?1\d{0,5}|同问|同求|附议|同款|一样|我也是|俺也是|我也一样|也是啊?|支持\+1)[\s。.!！,，~]*$|(?:我|俺|咱|额)?(?:家|屋里|屋头|们|这边|这儿|这里|们楼|们栋|单元|栋|幢|#|号楼|楼|层|厝)也(?:是|没|停|不|有|一样|漏|堵|黑|吵|臭|凉|得|闻|响|冇)|^我也(?:没|闻|听|看到|不|有|冇)|楼上\+\d+`), "也同附样支+")
	bareJoinRe = guard(regexp.MustCompile(`^(?:\+ ?1\d{0,5}|同问|同求|附议|同款|一样|我也是|俺也是|我家也是|我们也是|俺家也是|我也一样|也是啊?|支持\+1|楼上\+\d+)[\s。.!！,，~]*$`), "也同附样支+")
	overRe     = regexp.MustCompile(`(?:来|有|通|供|恢复)(?:水|电|气|暖)(?:了|咧|啦|嘞|喽|哒|咯)|^(?:水|电|气)?来(?:了|咧|啦)|(?:修|弄|搞|疏通|清理?|换|拆|装|处理|解决|整|搬|挪|开|灭|关)(?:好|完|掉|通|走|开|了)(?:了|咧|啦|嘞|哒|咯)?|恢复(?:供|正常|了)|已(?:经)?(?:恢复|修复|处理|解决|清)|找到(?:了|咧)|虚惊|人没事|劝下来|救出来|抬出来|热起来了|灯亮了|不漏了|不响了|撤了|好了(?:谢|，谢|,谢|$)`)
	notOverRe  = regexp.MustCompile(`没(?:有)?(?:修|弄|搞|处理|解决|来|好|通)|还没|又坏|才(?:修|来)|什么时候|啥时候|几时|几点|马上|明天|准备|要是|如果|等(?:修|处理)|预计`)
	progressRe = regexp.MustCompile(`(?:什么时候|啥时候?|几时|几点|多久|多会儿?|何时).{0,6}(?:修|来|好|通|恢复|弄|处理|解决|办|装)|(?:修|弄|处理|解决|办|来)好?(?:了)?(?:没|吗)|有(?:消息|结果|信|下文|着落)|怎么还|咋还|还没(?:修|来|弄|人|处理|好|解决)|怎么样了|咋样(?:了|咧)|进展|准信|准话|哪一步`)
	pointRe    = guard(regexp.MustCompile(`(?:刚|上面|前面|早上|我)(?:才)?(?:拍|照|发)(?:的|那)|看(?:我)?(?:图|照片|上面)|图里|照片里|如图|就这|这是`), "的那看图照上如就这")
	outageRe   = guard(regexp.MustCompile(`(?:停|没|冇|没得|冇得|断|来|供|缺|接|送|放|自来)(?:一滴)?(水|电|气|暖)|(水|电)(?:压|还没来|冇得|没来|停了)|(水)车|(暖)气|跳闸`), "水电气暖闸")
	otherRe    = guard(regexp.MustCompile(`^(?:另外|还有(?:个|一个|件|一件)|再说个|说个别的|换个|顺便(?:说|问)|对了)`), "另还再说换顺对")
	buyRe      = guard(regexp.MustCompile(`接龙|团购|拼单|斤|下单|到货|预订|报名|一箱|两箱`), "龙团拼斤单货订名箱")
)

// outages is the topic of what can be cut off.
const outages grid.Topic = "water_power_gas"

// outageOf gives what a plain text says is cut off or back: 水, 电, 气 or 暖; ""
// for none.
func outageOf(text string) string {
	m := outageRe.FindStringSubmatch(text)
	switch {
	case m == nil:
		return ""
	case m[0] == "跳闸":
		return "电"
	}
	return strings.Join(m[1:], "")
}

// byOutage joins a report of an outage, its end, or the question how long it
// will last, to the one that is open: what is cut off in one building is mostly
// cut off next door, and comes back for all.
func byOutage(t *talk) (grid.Link, bool) {
	reports := t.in.Kind == grid.Report && t.in.Topic == outages
	goesOn := t.in.Kind == grid.FollowUp && (t.over || t.asks) // "来水了", "几点来水"
	if t.outage == "" || !reports && !goesOn || t.loud || t.in.Sensitive {
		return grid.Link{}, false
	}
	no := grid.TicketNo(0)
	for _, b := range t.theBooks() {
		if b.Status.Ended() || b.Private || b.outage != t.outage || t.since(b.last) > metooWithin && (t.place.conflicts(b.place) || t.since(b.last) > outageLasts) {
			continue
		}
		if no != 0 {
			return grid.Link{}, false
		}
		no = b.No
	}
	return grid.Link{Ticket: no, Why: "same outage"}, no != 0
}

// twice is how like two reports of one place are that tell the same.
const twice = 0.5

// bySame joins a report to the one of the same place and topic in much the same
// words that is open, if there is but one.
func bySame(t *talk) (grid.Link, bool) {
	if !t.in.Kind.Actionable() || !t.place.known() || t.in.Danger != "" || otherRe.MatchString(t.text) {
		return grid.Link{}, false
	}
	no := grid.TicketNo(0)
	books := t.theBooks()
	for i := range books {
		b := &books[i]
		if b.Status.Ended() || !t.place.same(b.place) || b.Topic != t.in.Topic || max(b.close, b.brief) < twice || !t.eligible(b) {
			continue
		}
		if no != 0 {
			return grid.Link{}, false
		}
		no = b.No
	}
	return grid.Link{Ticket: no, Why: "the same again"}, no != 0
}

// byName links "@reporter …" to the latest matter of the person named.
func byName(t *talk) (grid.Link, bool) {
	if t.in.Kind != grid.FollowUp || !strings.Contains(t.text, "@") {
		return grid.Link{}, false
	}
	for _, x := range slices.Backward(t.s.Recent) {
		if x.Ticket == 0 || x.Name == "" || t.since(x.Sent) > metooWithin || !strings.Contains(t.text, "@"+plain(x.Name)) {
			continue
		}
		if y, ok := matterOf(t.s, x.Ticket); ok && y.Reporter == x.From && !y.Status.Ended() {
			return grid.Link{Ticket: x.Ticket, Why: "reporter named"}, true
		}
	}
	return grid.Link{}, false
}

// latest gives the matter being talked about: the one of the last n messages,
// when all of these that have one have the same, within talkWithin, and no group
// buy came in between.
func (t *talk) latest(n int) (grid.Matter, bool) {
	var no grid.TicketNo
	for i := len(t.s.Recent) - 1; i >= 0 && n > 0; i, n = i-1, n-1 {
		x := t.s.Recent[i]
		if t.since(x.Sent) > talkWithin || no == 0 && buyRe.MatchString(x.Shown()) {
			break
		}
		if x.Ticket != 0 {
			if no != 0 && no != x.Ticket {
				return grid.Matter{}, false
			}
			no = x.Ticket
		}
	}
	if no == 0 {
		return grid.Matter{}, false
	}
	x, ok := matterOf(t.s, no)
	return x, ok && t.allowed(x)
}

// byBareJoin takes "+1" for the matter being talked about, and for nothing else.
func byBareJoin(t *talk) (grid.Link, bool) {
	if !bareJoinRe.MatchString(t.text) {
		return grid.Link{}, false
	}
	x, ok := t.latest(4)
	if !ok {
		return grid.Link{}, true // of a group buy, or of nothing known
	}
	return grid.Link{Ticket: x.No, MeToo: true, Why: "me too"}, true
}
