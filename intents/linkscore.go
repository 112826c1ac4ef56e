package intents

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"youshi/grid"
)

// clue is something that speaks for a message being of a matter, or of none.
type clue int

// The clues that a message goes on with a matter.
const (
	sameWords   clue = iota // pairs of characters that both have, each shared out among the matters that have it; at most mostWords
	samePlace               // the same building, unit or named place
	sameTopic               // as far as the message has one
	sameOutage              // both tell of the same thing cut off: water, power, gas, heating
	sameAlarm               // both tell of a danger to life
	ownMatter               // the speaker reported it
	spokeOf                 // the speaker has said something of it before
	namesOwner              // the message calls its reporter by name
	elsewhere               // a report that names another place
	justNow                 // the message before is of it
	oneBetween              // one message has been said since
	fewBetween              // up to four
	moreBetween             // up to nine
	thisHour                // spoken of within talkWithin
	lately                  // within two hours
	busy                    // the logarithm of how much was said of it lately
	lastTalked              // of all matters the one last spoken of
	staffNow                // staff speak, and of the last two messages one is of it
	ownNow                  // the speaker reported it and it is being talked about
	talkNow                 // what sounds like talk, right after it
	alarmNow                // a danger to life that is being talked about
	sameThing               // the message has the word for what the matter says is cut off
	clues
)

// The clues that it goes on with none.
const (
	always clue = iota
	isReport
	isWish // or suggestion
	isInquiry
	isChatter
	isOther      // praise, an order
	surely       // log odds of the kind being right
	surelyTalk   // … of talk being talk
	fromStaff    // whatever staff say
	ownPlace     // a report that names a place
	joining      // "我家也是"
	asksProgress // "什么时候修好"
	saysOver     // "来水了"
	wordlessTalk // a picture
	counterClues
)

// mostWords is how many shared pairs of characters count.
const mostWords = 4.0

// bid is a matter with what speaks for it.
type bid struct {
	grid.Matter
	score float64
	since int // messages said after the matter's last one
}

// byScore takes a message for the matter for which most speaks, if that is
// more than what speaks for none and clearly more than for any other.
func byScore(t *talk) (grid.Link, bool) {
	if bareJoinRe.MatchString(t.text) {
		return grid.Link{}, false // "+1" without a matter to join
	}
	if t.in.Kind == grid.Chatter && t.in.Confidence >= doubted && !t.joins && !t.asks && !t.over {
		return grid.Link{}, false
	}
	best, second := t.rank()
	why := "being talked about"
	if t.in.Kind == grid.Report {
		why = "same place and words"
	}
	bar := barOther
	if t.in.Kind == grid.FollowUp {
		bar = barFollowUp
	}
	return grid.Link{Ticket: best.No, Why: why}, best.No != 0 && best.score > t.against()+bar && best.score-second.score > clearly
}

// against says how much speaks for m being of no matter.
func (t *talk) against() (points float64) {
	for i, x := range t.counter() {
		points += counterWeights[i] * x
	}
	return points
}

func (t *talk) counter() (f [counterClues]float64) {
	set := func(c clue, yes bool) {
		if yes {
			f[c] = 1
		}
	}
	odds := math.Log(max(t.in.Confidence, 0.05) / max(1-t.in.Confidence, 0.02))
	staff, chat := t.s.Role.Staff(), t.in.Kind == grid.Chatter
	f[always], f[surely] = 1, odds
	set(isReport, t.in.Kind == grid.Report)
	set(isWish, t.in.Kind == grid.Wish || t.in.Kind == grid.Suggestion)
	set(isInquiry, t.in.Kind == grid.Inquiry)
	set(isChatter, chat)
	set(isOther, t.in.Kind == grid.Praise || t.in.Kind == grid.Order)
	if chat {
		f[surelyTalk] = odds
	}
	if t.in.Kind == grid.FollowUp {
		f[surely] = -odds
	}
	set(fromStaff, staff)
	set(ownPlace, t.in.Kind == grid.Report && t.place.known())
	set(joining, t.joins)
	set(asksProgress, t.asks)
	set(saysOver, t.over)
	set(wordlessTalk, wordless(t.m))
	return f
}

// rank gives the open matter for which most speaks, and the next.
func (t *talk) rank() (best, second bid) {
	if t.ranked {
		return t.best, t.second
	}
	t.ranked = true
	t.eachBook(func(b book, f [clues]float64) {
		x := bid{Matter: b.Matter, since: b.since}
		for i, v := range f {
			x.score += clueWeights[i] * v
		}
		switch {
		case best.No == 0 || x.score > best.score:
			best, second = x, best
		case second.No == 0 || x.score > second.score:
			second = x
		}
	})
	if second.No == 0 {
		second.score = math.Inf(-1)
	}
	t.best, t.second = best, second
	return best, second
}

// eachBook gives every matter that m may go on with.
func (t *talk) eachBook(do func(book, [clues]float64)) {
	if len(t.s.Open) == 0 {
		return
	}
	books := t.theBooks()
	common := map[bigram]int{}
	nearest := len(t.s.Recent)
	for _, b := range books {
		for g := range b.grams {
			common[g]++
		}
		nearest = min(nearest, b.since)
	}
	mine := gramsOf(t.text)
	for _, b := range books {
		if b.Status.Ended() && !t.own(b.No) || t.since(b.last) > reportWithin || !t.mayJoin(b.Matter) || t.place.conflicts(b.place) && !t.outOf(b) {
			continue
		}
		do(b, t.clues(b, mine, common, nearest))
	}
}

// outOf reports whether m goes on with an outage of other buildings: when a
// main breaks, all of them are without.
func (t *talk) outOf(b book) bool {
	return !t.loud && !t.in.Sensitive && !b.Private && t.in.Kind != grid.Report &&
		b.outage != "" && (t.outage == b.outage || t.outage == "" && (t.joins || t.since(b.last) <= talkWithin)) && t.since(b.last) <= metooWithin
}

// book is a matter with everything that was said of it lately.
type book struct {
	grid.Matter
	grams  map[bigram]bool
	place  spot
	last   time.Time
	since  int      // messages said after its last one
	said   int      // messages of it lately
	names  []string // of its reporter
	spoke  bool     // the speaker of m has said something of it
	outage string
}

// theBooks reads the open matters, once.
func (t *talk) theBooks() []book {
	if t.read == nil {
		t.read = t.books()
	}
	return t.read
}

func (t *talk) books() []book {
	at := make(map[grid.TicketNo]int, len(t.s.Open))
	books := make([]book, len(t.s.Open))
	said := make([]strings.Builder, len(t.s.Open))
	for i, x := range t.s.Open {
		own := plain(x.LocationText + " " + x.SummaryText)
		at[x.No] = i
		books[i] = book{Matter: x, place: spot{Building(own), unitOf(own), plain(x.LocationText)}, last: x.Heard, since: len(t.s.Recent)}
		if x.Topic == outages {
			books[i].outage = outageOf(own)
		}
		said[i].WriteString(own)
	}
	for i, x := range t.s.Recent {
		j, ok := at[x.Ticket]
		if !ok {
			continue
		}
		b := &books[j]
		if said[j].Len() < 900 { // a long talk does not make a matter like everything
			said[j].WriteString(" " + plain(x.Shown()))
		}
		if x.Sent.After(b.last) {
			b.last = x.Sent
		}
		b.since = len(t.s.Recent) - 1 - i
		b.said++
		b.spoke = b.spoke || x.From == t.m.From && x.From != ""
		if x.From == b.Reporter && x.Name != "" && !slices.Contains(b.names, x.Name) {
			b.names = append(b.names, x.Name)
		}
	}
	for i := range books {
		books[i].grams = gramsOf(said[i].String())
	}
	return books
}

// clues gives what speaks for m being of the matter.
func (t *talk) clues(b book, mine map[bigram]bool, common map[bigram]int, nearest int) (f [clues]float64) {
	set := func(c clue, yes bool) {
		if yes {
			f[c] = 1
		}
	}
	for g := range mine {
		if b.grams[g] {
			f[sameWords] += 1 / float64(common[g])
		}
	}
	f[sameWords] = min(f[sameWords], mostWords)
	ago, report := t.since(b.last), t.in.Kind == grid.Report
	talking := ago <= talkWithin
	set(samePlace, t.place.same(b.place))
	set(sameTopic, t.in.Topic != "" && t.in.Topic != "other" && t.in.Topic == b.Topic)
	set(sameOutage, b.outage != "" && b.outage == t.outage)
	set(sameAlarm, t.loud && b.Urgency == grid.Emergency)
	set(ownMatter, t.own(b.No))
	set(spokeOf, b.spoke && f[ownMatter] == 0)
	set(namesOwner, t.calls(b.names))
	set(elsewhere, report && t.place.known() && b.place.known() && f[samePlace] == 0)
	set(justNow, talking && b.since == 0)
	set(oneBetween, talking && b.since == 1)
	set(fewBetween, talking && b.since > 1 && b.since <= 4)
	set(moreBetween, talking && b.since > 4 && b.since <= 9)
	set(thisHour, talking && b.since > 9)
	set(lately, !talking && ago <= 2*time.Hour)
	f[busy] = math.Log2(float64(max(b.said, 1)))
	set(lastTalked, b.since == nearest && ago <= 2*time.Hour)
	set(staffNow, talking && b.since <= 1 && t.s.Role.Staff())
	set(ownNow, talking && f[ownMatter] == 1)
	set(talkNow, talking && b.since == 0 && t.in.Kind == grid.Chatter)
	set(alarmNow, talking && b.Urgency == grid.Emergency)
	set(sameThing, b.outage != "" && strings.Contains(t.text, b.outage))
	return f
}

// calls reports whether m has the name of one of those in it, without what
// people put behind a name ("李姐（7栋）").
func (t *talk) calls(names []string) bool {
	return slices.ContainsFunc(names, func(n string) bool {
		if i := strings.IndexAny(n, "（(【[ "); i > 0 {
			n = n[:i]
		}
		return utf8.RuneCountInString(n) >= 2 && strings.Contains(t.text, plain(n))
	})
}

// shares reports whether m has words or the place in common with the matter.
func (t *talk) shares(x grid.Matter) bool {
	mine := gramsOf(t.text)
	for _, b := range t.theBooks() {
		if b.No != x.No {
			continue
		}
		for g := range mine {
			if b.grams[g] {
				return true
			}
		}
		return t.place.same(b.place)
	}
	return false
}
