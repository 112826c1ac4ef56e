package intents

import (
	"math"
	"strings"
	"unicode/utf8"

	"youshi/grid"
)

// clue is something that is known of a message, or of it beside an open matter.
// All are numbers: 1 and 0 for yes and no.
type clue int

// Of the message.
const (
	opens clue = iota // it is a matter of its own
	isReport
	isWish
	isInquiry
	isFollowUp
	isPraise
	isOrder
	sureOf     // the confidence of its kind
	followOdds // how likely the local model finds a follow-up
	talkOdds
	actOdds
	inquiryOdds
	byRule
	byModel
	danger // suspected by a rule
	peril  // the local model would call it an emergency, were it a report
	secret // it must not be said aloud
	fromStaff
	joining
	bareJoining
	asksProgress
	saysOver
	withoutWords
	questions
	calls
	length // characters
	ownPlace
	tellsOutage
	quotesTalk
	openMatters
	density // of the last eight messages, how many were of matters
	groupBuy
	// Of it and the matter.
	between      // messages said since the matter was last spoken of
	minutesAgo   // since then
	stirred      // … how many of those messages may be more than talk
	byOwner      // its last message is its reporter's
	told         // messages of it lately
	turn         // how many matters were spoken of since
	oldness      // hours since it was heard
	ownMatter    // the speaker reported it
	spokeOf      // the speaker has said something of it
	ownAgo       // minutes since then
	myOther      // the speaker's last word on any matter was on another
	answersAsk   // its last message asks
	sameWords    // words that both have, the rarer the more
	closeWords   // likeness to the likest of its messages
	lastWords    // likeness to its last message
	summaryWords // likeness to its summary
	samePlace
	otherPlace // both name a place, not the same
	conflict   // different buildings or units
	topicOdds  // how likely its topic is for these words
	sameTopic
	sameOutage
	sameThing
	outageMatter
	backOrGone // an outage, and "有了", "还没有"
	alarmMatter
	isOver // somebody said it is over
	isPrivate
	wishMatter
	namesOwner
	namesOther // names of others who spoke of it
	quotesIt
	quotesElse
	sameRunes  // characters that both have, the rarer the more, as a share of m's
	briefRunes // … of its first words
	sameHour   // both name an hour ("12点")
	speakers   // how many spoke of it
	clues
)

var clueNames = [clues]string{"opens", "report", "wish", "inquiry", "follow-up", "praise", "order", "sure", "follow odds", "talk odds", "act odds", "inquiry odds",
	"by rule", "by model", "danger", "peril", "secret", "from staff", "joining", "bare joining", "asks progress", "says over", "wordless", "questions", "calls", "length", "own place", "tells outage", "quotes talk", "open matters", "density", "group buy",
	"between", "minutes ago", "stirred", "by owner", "told", "turn", "oldness", "own matter", "spoke of", "own ago", "my other", "answers ask", "same words", "close words", "last words", "summary words",
	"same place", "other place", "conflict", "topic odds", "same topic", "same outage", "same thing", "outage matter", "back or gone", "alarm matter", "over", "private", "wish matter",
	"names owner", "names other", "quotes it", "quotes else", "same runes", "brief runes", "same hour", "speakers"}

// longSince stands for what never happened, in minutes.
const longSince = 48 * 60

// row is the clues of a message, or of it beside a matter.
type row [clues]float64

func (r *row) set(c clue, yes bool) {
	if yes {
		r[c] = 1
	}
}

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

// ofMessage counts what is known of the message alone.
func (t *talk) ofMessage() (f row) {
	k := t.in.Kind
	f.set(isReport, k == grid.Report)
	f.set(isWish, k == grid.Wish || k == grid.Suggestion)
	f.set(isInquiry, k == grid.Inquiry)
	f.set(isFollowUp, k == grid.FollowUp)
	f.set(isPraise, k == grid.Praise)
	f.set(isOrder, k == grid.Order)
	f[sureOf] = t.in.Confidence
	if p := t.kinds(); p.Labels != nil {
		f[followOdds] = p.Of(string(grid.FollowUp))
		f[talkOdds] = p.Of(string(grid.Chatter))
		f[actOdds] = p.Of(string(grid.Report)) + p.Of(string(grid.Wish)) + p.Of(string(grid.Suggestion))
		f[inquiryOdds] = p.Of(string(grid.Inquiry))
	}
	f.set(byRule, t.in.By == "rule")
	f.set(byModel, t.in.By == "llm")
	f.set(danger, t.in.Danger != "")
	f.set(peril, t.in.Urgency == grid.Emergency || t.in.Else != nil && t.in.Else.Urgency == grid.Emergency)
	f.set(secret, t.in.Sensitive)
	f.set(fromStaff, t.s.Role.Staff())
	f.set(joining, t.joins)
	f.set(bareJoining, t.joins && bareJoinRe.MatchString(t.text))
	f.set(asksProgress, t.asks)
	f.set(saysOver, t.over)
	f.set(withoutWords, wordless(t.m))
	f.set(questions, strings.ContainsAny(t.text, "?？"))
	f.set(calls, strings.Contains(t.text, "@"))
	f[length] = float64(t.runes)
	f.set(ownPlace, t.place.known())
	f.set(tellsOutage, t.outage != "")
	f.set(quotesTalk, t.s.Quoted != nil && t.s.Quoted.Ticket == 0)
	n := 0
	for _, x := range t.s.Recent[max(0, len(t.s.Recent)-8):] {
		if x.Ticket != 0 {
			n++
		}
	}
	f[density] = float64(n)
	f.set(groupBuy, buyRe.MatchString(t.text))
	return f
}

// beside adds what is known of the message beside a matter.
func (t *talk) beside(f row, b *book) row {
	c := &t.all
	f[between] = float64(b.since)
	f[minutesAgo] = math.Round(t.since(b.last).Minutes())
	f[turn] = float64(b.turn)
	f[stirred] = b.stir
	f.set(byOwner, b.byOwner)
	f[told] = float64(b.told)
	f[oldness] = t.since(b.Heard).Hours()
	f.set(ownMatter, t.m.From != "" && b.Reporter == t.m.From)
	f.set(spokeOf, b.spoke)
	f[ownAgo] = longSince
	if b.spoke {
		f[ownAgo] = t.since(b.mine).Minutes()
	}
	f.set(myOther, c.mine != 0 && c.mine != b.No)
	f.set(answersAsk, b.asks)
	for i, has := range b.words {
		if has {
			f[sameWords] += 1 / float64(max(c.common[i], 1))
		}
	}
	f[closeWords] = b.close
	f[lastWords] = b.latest
	f[summaryWords] = b.brief
	f.set(samePlace, t.place.same(b.place))
	f.set(conflict, t.place.conflicts(b.place))
	f.set(otherPlace, t.place.known() && b.place.known() && f[samePlace] == 0)
	if p := t.topics(); p.Labels != nil && b.Topic != "other" && b.Topic != "" {
		f[topicOdds] = math.Log((p.Of(string(b.Topic)) + 0.01) / 0.07)
	}
	f.set(sameTopic, t.in.Topic != "" && t.in.Topic != "other" && t.in.Topic == b.Topic)
	f.set(sameOutage, b.outage != "" && b.outage == t.outage)
	f.set(sameThing, b.outage != "" && strings.Contains(t.text, b.outage))
	f.set(outageMatter, b.outage != "")
	f.set(backOrGone, b.outage != "" && t.gone)
	f.set(alarmMatter, b.Urgency == grid.Emergency)
	f.set(isOver, b.over)
	f.set(isPrivate, b.Private)
	f.set(wishMatter, b.Kind != grid.Report)
	f.set(namesOwner, t.calls(b.names))
	f.set(namesOther, f[namesOwner] == 0 && t.calls(b.others))
	if q := t.s.Quoted; q != nil {
		f.set(quotesIt, q.Ticket == b.No)
		f.set(quotesElse, q.Ticket != b.No)
	}
	f[sameRunes], f[briefRunes] = t.alike(b.runes), t.alike(b.first)
	f.set(sameHour, b.hour)
	f[speakers] = float64(b.people)
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
