package intents

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"youshi/grid"
)

// withClue is something that speaks for (or against) a message going on with a matter.
type withClue int

const (
	justNow     withClue = iota // the message before is of it
	oneBetween                  // one message has been said since
	fewBetween                  // up to four
	moreBetween                 // up to nine
	manyBetween                 // up to twenty
	minutesAgo                  // log2 of the minutes since it was spoken of
	hoursAgo                    // spoken of more than two hours ago
	longAgo                     // more than six
	lastTalked                  // of all matters the one last spoken of
	secondTalked
	ownMatter    // the speaker reported it
	ownNow       // … and it is being talked about
	spokeOf      // the speaker has said something of it
	ownBreath    // the speaker's last word on it is within three minutes
	ownQuarter   // within fifteen
	myOther      // the speaker's last word on any matter was on another
	answersAsk   // its last message asks
	staffAnswer  // … and staff speak
	staffNow     // staff speak, and one of the last two messages is of it
	staffSame    // staff who have spoken of it
	sameWords    // words that both have, the rarer the more
	closeWords   // likeness to the likest of its messages
	summaryWords // words of its summary
	samePlace
	otherPlace // both name a place, not the same
	conflict   // different buildings or units
	topicOdds  // how likely its topic is for these words
	sameTopic
	sameOutage
	sameThing
	outageMatter
	sameAlarm
	alarmMatter
	alarmNow
	wideThing // sameThing, where four or more spoke of it
	wideRunes // sameRunes, the same
	wideGone
	oldness // log2 of the hours since it was heard
	isOver  // somebody said it is over
	isPrivate
	wishMatter
	namesOwner
	namesOther // names of others who spoke of it
	quotesIt
	quotesElse
	sameRunes  // characters that both have, the rarer the more, as a share of m's
	briefRunes // … of its first words
	backOrGone // an outage, and "有了", "还没有"
	asksIt     // asks how far it is, right after
	sameHour   // both name an hour ("12点")
	withClues
)

var withNames = [withClues]string{"just now", "one between", "few between", "more between", "many between", "minutes ago", "hours ago", "long ago", "last talked", "second talked",
	"own matter", "own now", "spoke of", "own breath", "own quarter", "my other", "answers ask", "staff answer", "staff now", "staff same",
	"same words", "close words", "summary words", "same place", "other place", "conflict", "topic odds", "same topic", "same outage", "same thing", "outage matter",
	"same alarm", "alarm matter", "alarm now", "wide thing", "wide runes", "wide gone", "oldness", "over", "private", "wish", "names owner", "names other", "quotes it", "quotes else", "same runes", "brief runes", "back or gone", "asks it", "same hour"}

// noneClue speaks for a message going on with no matter.
type noneClue int

const (
	always noneClue = iota
	isReport
	isWish
	isInquiry
	isPraise
	isOrder
	isChatter
	followOdds     // log odds of a follow-up by the local model
	followOddsTalk // … where it is called talk
	talkOdds
	actOdds
	inquiryOdds
	sureReport
	sureFollow
	sureTalk
	byRule
	byRuleTalk
	byModel
	fromStaff
	fromStaffTalk
	staffOdds
	joining
	bareJoining
	asksProgress
	saysOver
	saysOverTalk
	wordlessTalk
	questions
	calls
	veryShort
	short
	long
	ownPlace
	tellsOutage
	quotesTalk
	openMatters
	density
	groupBuy
	noneClues
)

var noneNames = [noneClues]string{"always", "report", "wish", "inquiry", "praise", "order", "chatter", "follow odds", "follow odds talk", "talk odds", "act odds", "inquiry odds",
	"sure report", "sure follow", "sure talk", "by rule", "by rule talk", "by model", "from staff", "from staff talk", "staff odds", "joining", "bare joining", "asks progress", "says over", "says over talk",
	"wordless", "questions", "calls", "very short", "short", "long", "own place", "tells outage", "quotes talk", "open matters", "density", "group buy"}

func odds(p float64) float64 {
	p = min(max(p, 0.01), 0.99)
	return math.Log(p / (1 - p))
}

func log2(x float64) float64 { return math.Log2(1 + max(x, 0)) }

// kinds gives how likely the local model finds each kind. Where it was not asked,
// the answer that there is stands for it; a rule that is sure has a clue of its own.
func (t *talk) kinds() grid.Shares {
	if t.in.Kinds.Labels != nil || t.in.By == "rule" {
		return t.in.Kinds
	}
	rest := 1 - t.in.Confidence
	if t.in.Kind == grid.Chatter {
		return grid.Shares{Labels: []string{string(grid.Chatter), string(grid.FollowUp)}, P: []float64{t.in.Confidence, rest}}
	}
	return grid.Shares{Labels: []string{string(t.in.Kind), string(grid.Chatter)}, P: []float64{t.in.Confidence, rest}}
}

// topics gives how likely each topic is, in the same way.
func (t *talk) topics() grid.Shares {
	if t.in.Topics.Labels != nil || t.in.By == "rule" || t.in.Topic == "" {
		return t.in.Topics
	}
	return grid.Shares{Labels: []string{string(t.in.Topic)}, P: []float64{max(t.in.Confidence, 0.5)}}
}

// noneCounts gives what speaks for m being of no matter.
func (t *talk) noneCounts() (f [noneClues]float64) {
	set := func(c noneClue, yes bool) {
		if yes {
			f[c] = 1
		}
	}
	k := t.in.Kind
	chat, staff := k == grid.Chatter, t.s.Role.Staff()
	f[always] = 1
	set(isReport, k == grid.Report)
	set(isWish, k == grid.Wish || k == grid.Suggestion)
	set(isInquiry, k == grid.Inquiry)
	set(isPraise, k == grid.Praise)
	set(isOrder, k == grid.Order)
	set(isChatter, chat)
	if p := t.kinds(); p.Labels != nil {
		f[followOdds] = odds(p.Of(string(grid.FollowUp)))
		f[talkOdds] = odds(p.Of(string(grid.Chatter)))
		f[actOdds] = odds(p.Of(string(grid.Report)) + p.Of(string(grid.Wish)) + p.Of(string(grid.Suggestion)))
		f[inquiryOdds] = odds(p.Of(string(grid.Inquiry)))
		if chat {
			f[followOddsTalk] = f[followOdds]
		}
		if staff {
			f[staffOdds] = f[followOdds]
		}
	}
	sure := odds(t.in.Confidence)
	switch mannerOf(k) {
	case reporting:
		f[sureReport] = sure
	case following:
		f[sureFollow] = sure
	case talking:
		if chat {
			f[sureTalk] = sure
		}
	}
	set(byRule, t.in.By == "rule")
	set(byRuleTalk, chat && t.in.By == "rule")
	set(byModel, t.in.By == "llm")
	set(fromStaff, staff)
	set(fromStaffTalk, staff && chat)
	set(joining, t.joins)
	set(bareJoining, t.joins && bareJoinRe.MatchString(t.text))
	set(asksProgress, t.asks)
	set(saysOver, t.over)
	set(saysOverTalk, t.over && chat)
	set(wordlessTalk, wordless(t.m))
	set(questions, strings.ContainsAny(t.text, "?？"))
	set(calls, strings.Contains(t.text, "@"))
	set(veryShort, t.runes <= 3)
	set(short, t.runes <= 8)
	set(long, t.runes > 40)
	set(ownPlace, k == grid.Report && t.place.known())
	set(tellsOutage, t.outage != "")
	set(quotesTalk, t.s.Quoted != nil && t.s.Quoted.Ticket == 0)
	n, of := 0, 0
	for i := len(t.s.Recent) - 1; i >= 0 && of < 8; i-- {
		of++
		if t.s.Recent[i].Ticket != 0 {
			n++
		}
	}
	f[density] = float64(n) / 8
	set(groupBuy, buyRe.MatchString(t.text))
	return f
}

// counts gives what speaks for m being of the matter.
func (t *talk) counts(b *book) (f [withClues]float64) {
	set := func(x withClue, yes bool) {
		if yes {
			f[x] = 1
		}
	}
	c := &t.all
	ago := t.since(b.last)
	staff := t.s.Role.Staff()
	lively := ago <= talkWithin
	set(justNow, lively && b.since == 0)
	set(oneBetween, lively && b.since == 1)
	set(fewBetween, lively && b.since > 1 && b.since <= 4)
	set(moreBetween, lively && b.since > 4 && b.since <= 9)
	set(manyBetween, lively && b.since > 9 && b.since <= 20)
	f[minutesAgo] = log2(ago.Minutes()) / 4
	set(hoursAgo, ago > 2*time.Hour)
	set(longAgo, ago > 6*time.Hour)
	set(lastTalked, b.since == c.nearest && ago <= 2*time.Hour)
	set(secondTalked, b.since == c.second && ago <= 2*time.Hour)
	own := t.reported(b.No)
	set(ownMatter, own)
	set(ownNow, own && lively)
	if b.spoke && !own {
		f[spokeOf] = 2 / float64(2+b.people/2)
	}
	set(ownBreath, b.spoke && t.since(b.mine) <= 3*time.Minute)
	set(ownQuarter, b.spoke && t.since(b.mine) <= 15*time.Minute)
	set(myOther, c.mine != 0 && c.mine != b.No)
	set(answersAsk, lively && b.asks && b.since <= 4)
	set(staffAnswer, lively && b.asks && staff)
	set(staffNow, lively && staff && b.since <= 1)
	set(staffSame, staff && b.spoke)
	for i, has := range b.words {
		if has {
			f[sameWords] += 1 / float64(max(c.common[i], 1))
		}
	}
	f[sameWords] = min(f[sameWords], 4)
	f[closeWords] = b.close
	f[summaryWords] = b.brief
	set(samePlace, t.place.same(b.place))
	set(conflict, t.place.conflicts(b.place))
	set(otherPlace, t.place.known() && b.place.known() && f[samePlace] == 0)
	if p := t.topics(); p.Labels != nil && b.Topic != "other" && b.Topic != "" {
		f[topicOdds] = math.Log((p.Of(string(b.Topic)) + 0.01) / 0.07)
	}
	set(sameTopic, t.in.Topic != "" && t.in.Topic != "other" && t.in.Topic == b.Topic)
	set(sameOutage, b.outage != "" && b.outage == t.outage)
	set(sameThing, b.outage != "" && strings.Contains(t.text, b.outage))
	set(outageMatter, b.outage != "")
	set(sameAlarm, t.loud && b.Urgency == grid.Emergency)
	set(alarmMatter, b.Urgency == grid.Emergency)
	set(alarmNow, lively && b.Urgency == grid.Emergency)
	f[oldness] = log2(t.since(b.Heard).Hours())
	set(isOver, b.over)
	set(isPrivate, b.Private)
	set(wishMatter, b.Kind != grid.Report)
	set(namesOwner, t.calls(b.names))
	set(namesOther, f[namesOwner] == 0 && t.calls(b.others))
	if q := t.s.Quoted; q != nil {
		set(quotesIt, q.Ticket == b.No)
		set(quotesElse, q.Ticket != b.No)
	}
	f[sameRunes], f[briefRunes] = t.alike(b.runes), t.alike(b.first)
	set(backOrGone, b.outage != "" && t.gone)
	if b.people >= 4 {
		f[wideThing] = f[sameThing]
		f[wideRunes] = f[sameRunes]
		f[wideGone] = f[backOrGone]
	}
	set(asksIt, lively && (t.asks || strings.ContainsAny(t.text, "?？")))
	set(sameHour, b.hour)
	return f
}

// alike gives how much of m's characters a matter has, weighed by how rare they are.
func (t *talk) alike(has []bool) float64 {
	both := 0.0
	for i, w := range t.rare {
		if has[i] {
			both += w
		}
	}
	return both / math.Sqrt(t.weight)
}

// calls reports whether m has the name of one of those in it, without what
// people put behind a name ("李姐（7栋）").
func (t *talk) calls(names []string) bool {
	for _, n := range names {
		if i := strings.IndexAny(n, "（(【[ "); i > 0 {
			n = n[:i]
		}
		if utf8.RuneCountInString(n) >= 2 && strings.Contains(t.text, plain(n)) {
			return true
		}
	}
	return false
}
