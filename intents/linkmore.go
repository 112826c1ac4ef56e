package intents

import (
	"regexp"
	"strings"
	"time"

	"youshi/grid"
)

// What people say to join, to ask how far a matter is, and that it is over.
// Tried on plain text.
var (
	joinRe     = regexp.MustCompile(`^(?:\+ ?1\d{0,5}|同问|同求|附议|同款|一样|我也是|俺也是|我也一样|也是啊?|支持\+1)[\s。.!！,，~]*$|(?:我|俺|咱|额)?(?:家|屋里|屋头|们|这边|这儿|这里|们楼|们栋|单元|栋|幢|#|号楼|楼|层|厝)也(?:是|没|停|不|有|一样|漏|堵|黑|吵|臭|凉|得|闻|响|冇)|^我也(?:没|闻|听|看到|不|有|冇)|楼上\+\d+`)
	bareJoinRe = regexp.MustCompile(`^(?:\+ ?1\d{0,5}|同问|同求|附议|同款|一样|我也是|俺也是|我家也是|我们也是|俺家也是|我也一样|也是啊?|支持\+1|楼上\+\d+)[\s。.!！,，~]*$`)
	overRe     = regexp.MustCompile(`(?:来|有|通|供|恢复)(?:水|电|气|暖)(?:了|咧|啦|嘞|喽|哒|咯)|^(?:水|电|气)?来(?:了|咧|啦)|(?:修|弄|搞|疏通|清理?|换|拆|装|处理|解决|整|搬|挪|开|灭|关)(?:好|完|掉|通|走|开|了)(?:了|咧|啦|嘞|哒|咯)?|恢复(?:供|正常|了)|已(?:经)?(?:恢复|修复|处理|解决|清)|找到(?:了|咧)|虚惊|人没事|劝下来|救出来|抬出来|热起来了|灯亮了|不漏了|不响了|撤了|好了(?:谢|，谢|,谢|$)`)
	notOverRe  = regexp.MustCompile(`没(?:有)?(?:修|弄|搞|处理|解决|来|好|通)|还没|又坏|才(?:修|来)|什么时候|啥时候|几时|几点|马上|明天|准备|要是|如果|等(?:修|处理)|预计`)
	progressRe = regexp.MustCompile(`(?:什么时候|啥时候?|几时|几点|多久|多会儿?|何时).{0,6}(?:修|来|好|通|恢复|弄|处理|解决|办|装)|(?:修|弄|处理|解决|办|来)好?(?:了)?(?:没|吗)|有(?:消息|结果|信|下文|着落)|怎么还|咋还|还没(?:修|来|弄|人|处理|好|解决)|怎么样了|咋样(?:了|咧)|进展|准信|准话|哪一步`)
	pointRe    = regexp.MustCompile(`(?:刚|上面|前面|早上|我)(?:才)?(?:拍|照|发)(?:的|那)|看(?:我)?(?:图|照片|上面)|图里|照片里|如图|就这|这是`)
	buyRe      = regexp.MustCompile(`接龙|团购|拼单|斤|下单|到货|预订|报名|一箱|两箱`)
)

// byMeToo joins the matter being talked about, or the one that the words fit.
func byMeToo(t *talk) (grid.Link, bool) {
	if !t.joins || t.in.Kind == grid.Chatter && !bareJoinRe.MatchString(t.text) {
		return grid.Link{}, false
	}
	if bareJoinRe.MatchString(t.text) {
		x, ok := t.latest(4)
		return grid.Link{Ticket: x.No, MeToo: true, Why: "me too"}, ok
	}
	best, score, _ := t.likest(metooWithin, true)
	return grid.Link{Ticket: best.No, MeToo: true, Why: "me too"}, score >= 2
}

// byOver finds the matter that m says is over.
func byOver(t *talk) (grid.Link, bool) {
	if !t.over || t.runes > 60 || t.in.Kind == grid.Order || t.in.Kind.Actionable() && t.in.Confidence > 0.7 {
		return grid.Link{}, false
	}
	if best, score, _ := t.likest(reportWithin, true); score >= 2.5 {
		return grid.Link{Ticket: best.No, Why: "over"}, true
	}
	if no := t.ended(); no != 0 {
		return grid.Link{Ticket: no, Why: "over"}, true
	}
	x, ok := t.latest(6)
	return grid.Link{Ticket: x.No, Why: "over"}, ok && t.in.Kind == grid.FollowUp
}

// ended gives the one open matter about what m says is back or mended ("来水了":
// the water), and 0 when there is none or more than one.
func (t *talk) ended() (no grid.TicketNo) {
	for _, thing := range []string{"水", "电", "气", "暖", "灯", "梯", "门", "树", "网"} {
		if !strings.Contains(t.text, thing) {
			continue
		}
		for _, x := range t.s.Open {
			if x.Status.Ended() || t.since(x.Heard) > reportWithin || !strings.Contains(x.SummaryText, thing) || !t.allowed(x) {
				continue
			}
			if no != 0 && no != x.No {
				return 0
			}
			no = x.No
		}
	}
	return no
}

// byTalk takes a follow-up for the matter whose words it shares. What is being
// talked about needs no word of its own, unless the words fit another matter
// better.
func byTalk(t *talk) (grid.Link, bool) {
	if t.in.Kind != grid.FollowUp {
		return grid.Link{}, false
	}
	best, score, second := t.likest(reportWithin, true)
	now, talking := t.latest(5)
	clear := score-second >= 0.5
	switch {
	case talking && best.No != now.No && !(score >= 2.6 && clear), talking && score < 2:
		return grid.Link{Ticket: now.No, Why: "being talked about"}, true
	}
	return grid.Link{Ticket: best.No, Why: "same words"}, score >= 2 && clear
}

// byLikeness finds the matter that shares place and words with m.
func byLikeness(t *talk) (grid.Link, bool) {
	need := 4.0
	switch {
	case t.in.Kind == grid.Inquiry && t.asks, t.in.Kind == grid.Chatter && t.asks && t.in.Confidence < 0.5:
		need = 3.2
	case t.in.Kind != grid.Report && t.in.Kind != grid.Suggestion:
		return grid.Link{}, false
	}
	best, score, _ := t.likest(reportWithin, false)
	return grid.Link{Ticket: best.No, Why: "same place and words"}, score >= need
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

// likest gives the open matter that m is most like, by how much (see like),
// and how much the next one is. far lets "6栋也停水了" join an outage of 3栋.
func (t *talk) likest(within time.Duration, far bool) (best grid.Matter, score, second float64) {
	if len(t.s.Open) == 0 || t.runes < 2 {
		return best, 0, 0
	}
	books := t.books()
	common := map[bigram]int{}
	for _, b := range books {
		for g := range b.grams {
			common[g]++
		}
	}
	mine := gramsOf(withoutPlaces(t.text))
	for _, b := range books {
		if b.Status.Ended() && !t.own(b.No) || t.since(b.last) > within {
			continue
		}
		outage := far && t.joins && b.Topic == "water_power_gas" && t.since(b.last) <= time.Hour
		if !t.allowed(b.Matter) && (!outage || t.loud || t.in.Sensitive) {
			continue
		}
		if x := t.like(b, mine, common); x > score {
			best, score, second = b.Matter, x, score
		} else {
			second = max(second, x)
		}
	}
	return best, score, second
}

// book is a matter with everything that was said of it lately.
type book struct {
	grid.Matter
	grams map[bigram]bool
	place spot
	last  time.Time
}

func (t *talk) books() []book {
	said := map[grid.TicketNo]*strings.Builder{}
	last := map[grid.TicketNo]time.Time{}
	for _, x := range t.s.Recent {
		if x.Ticket == 0 {
			continue
		}
		if said[x.Ticket] == nil {
			said[x.Ticket] = &strings.Builder{}
		}
		// A long talk does not make a matter like everything.
		if said[x.Ticket].Len() < 600 {
			said[x.Ticket].WriteString(" " + x.Shown())
		}
		last[x.Ticket] = x.Sent
	}
	books := make([]book, 0, len(t.s.Open))
	for _, x := range t.s.Open {
		own := plain(x.LocationText + " " + x.SummaryText)
		b := book{Matter: x, place: spotOf(own, plain(x.LocationText)), last: x.Heard}
		if at := last[x.No]; at.After(b.last) {
			b.last = at
		}
		if w := said[x.No]; w != nil {
			own += plain(w.String())
		}
		b.grams = gramsOf(withoutPlaces(own))
		books = append(books, b)
	}
	return books
}

// like scores how much m is about the matter: shared words that other open
// matters do not use, the same place, the same topic, and how fresh it is.
func (t *talk) like(b book, mine map[bigram]bool, common map[bigram]int) float64 {
	words := 0.0
	for g := range mine {
		if b.grams[g] {
			words += 1 / float64(common[g])
		}
	}
	score := min(words, 4) * 0.7
	if words == 0 && !t.place.same(b.place) {
		return 0
	}
	if t.place.same(b.place) {
		score += 1.5
	}
	if t.in.Topic != "" && t.in.Topic != "other" && t.in.Topic == b.Topic {
		score += 0.7
	}
	if t.m.From != "" && t.m.From == b.Reporter && t.in.Kind != grid.Report {
		score += 0.8
	}
	switch ago := t.since(b.last); {
	case ago <= 30*time.Minute:
		score += 0.8
	case ago <= 2*time.Hour:
		score += 0.4
	}
	return score
}
