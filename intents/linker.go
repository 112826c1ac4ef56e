package intents

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"youshi/grid"
)

// Windows of the Linker: within them people are still on the same matter.
const (
	partWithin    = 5 * time.Minute  // more of one's own report
	breathWithin  = 90 * time.Second // … whatever it sounds like
	pictureWithin = 15 * time.Minute // the words for a picture sent before
	pointsBack    = 40 * time.Minute // … when the words point at it ("刚拍的")
	answerWithin  = 15 * time.Minute // an answer to the bot's one question
	talkWithin    = 30 * time.Minute // "+1" and a worker's "马上过去" mean what is being talked about
	metooWithin   = 3 * time.Hour    // "我家也没水"
	outageLasts   = 12 * time.Hour   // another's first words for an outage
	reportWithin  = 24 * time.Hour   // another's first words for the same matter
)

// doubted is how sure talk must be to be nothing but talk.
const doubted = 0.9

// Linker says to which matter a message belongs, if to any.
//
// What is sure goes first, and the first test that hits decides: the message is
// an edit, quotes, goes on with the speaker's own report, answers the bot's
// question, names the reporter, was read so by a model, is a bare "+1", speaks of
// an outage that is open, or reports the same again. All else is weighed by what
// is learnt: more of one of the open matters, the beginning of one, or neither. A
// different building or unit forbids a report to join; an emergency never joins a
// lesser matter, nor what must not be said aloud a public one; two speakers' words
// are never made one report. Without Weights the Linker links what is sure alone.
type Linker struct {
	Weights *Weights // what clues weigh; nil: only what is sure is linked
	Note    *Choices // gets what the last message had to be chosen among, for learning; nil in use
}

// Link gives the matter of m, whose meaning is in as far as known, what m is
// besides, and how sure that is (1 where nothing had to be weighed). Of no matter,
// it comes with the pictures that m explains, if it is what somebody must act on.
func (l Linker) Link(m grid.Message, in grid.Intent, s grid.Scene) (link grid.Link, turn Turn, sure float64) {
	if l.Note != nil {
		l.Note.Last = nil
	}
	t := newTalk(m, in, s, l.Weights)
	sure = 1
	found := false
	for _, test := range []func(*talk) (grid.Link, bool){byEdit, byQuote, byPart, byAnswer, byName, byReading, byBareJoin, byOutage, bySame} {
		if link, found = test(&t); found {
			break
		}
	}
	if !found {
		link, turn, sure = l.byRank(&t)
	}
	if link.Ticket != 0 && link.PartOf == "" {
		link.MeToo = link.MeToo || t.joins && !t.reported(link.Ticket)
		link.Over = t.over
	}
	if link.Ticket == 0 && link.PartOf == "" {
		if link.Earlier = t.pictures(); len(link.Earlier) > 0 {
			link.Why = "words for a picture"
		}
	}
	return link, turn, sure
}

// Turn is what a message is after all that is open has been weighed.
type Turn int

// What the Linker may find beside the matter that a message goes on with.
const (
	AsRead Turn = iota // what the steps say
	Opens              // something of its own that somebody must act on
	Talks              // nothing that somebody must act on
)

// talk is a message in its conversation, read once.
type talk struct {
	w     *Weights
	m     grid.Message
	own   digest // of its text
	in    grid.Intent
	s     grid.Scene
	text  string // plain
	runes int
	place spot
	joins bool // 附议: "+1", "我家也是"
	over  bool // says that the trouble is over
	asks  bool // asks how far it is
	loud  bool // an emergency

	outage string    // what it says is cut off or back
	gone   bool      // something is cut off or back; from here on known once the matters are read
	rare   []float64 // how rare each of its characters is
	weight float64   // of all of them
	read   []book    // the open matters, once they are read
	all    crowd
}

func newTalk(m grid.Message, in grid.Intent, s grid.Scene, w *Weights) talk {
	text := plain(m.Text)
	var own *digest
	if w != nil {
		own = w.read.of(m.Text)
	} else {
		own = digestOf(m.Text)
	}
	loud := in.Shared || in.Urgency == grid.Emergency // "阀门关了还有味" is not over
	return talk{w: w, m: m, in: in, s: s, text: text, runes: utf8.RuneCountInString(trimPoints(bareWords(text))), place: spotOf(text, in.Location),
		joins: joinRe.MatchString(text), over: !loud && overRe.MatchString(text) && !asks(text) && !notOverRe.MatchString(text),
		asks: own.progress, loud: loud, outage: own.outage, own: *own}
}

// since is how long before m something was said.
func (t *talk) since(at time.Time) time.Duration { return t.m.Sent.Sub(at) }

// reported reports whether the speaker reported the matter.
func (t *talk) reported(no grid.TicketNo) bool {
	x, ok := matterOf(t.s, no)
	return ok && t.m.From != "" && x.Reporter == t.m.From
}

// allowed reports whether m may join the matter without being told so by a
// quote: places agree, an emergency does not vanish in a smaller matter, what
// must not be said aloud does not join what everybody reads, and nobody but its
// reporter and staff joins a private matter.
func (t *talk) allowed(x grid.Matter) bool {
	return t.mayJoin(x) && !t.place.conflicts(spotOf(x.LocationText+" "+x.SummaryText, ""))
}

// mayJoin is allowed, wherever the matter is.
func (t *talk) mayJoin(x grid.Matter) bool {
	return (!t.loud || x.Urgency == grid.Emergency) &&
		(!t.in.Sensitive || x.Private) &&
		(!x.Private || t.reported(x.No) || t.s.Role.Staff())
}

// wordless reports whether a message is a picture, a voice or a place alone.
func wordless(m grid.Message) bool {
	switch m.Kind {
	case grid.ImageMessage, grid.VoiceMessage, grid.LocationMessage, grid.FileMessage:
		text := strings.TrimSpace(m.Text)
		return text == "" || m.Kind == grid.LocationMessage || strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]")
	}
	return false
}

// byEdit links an edit or a recall to the matter of the message meant.
func byEdit(t *talk) (grid.Link, bool) {
	if t.m.Of == "" {
		return grid.Link{}, false
	}
	of, _ := find(t.s.Recent, t.m.Of)
	return grid.Link{Ticket: of.Ticket, Why: "edit"}, true
}

// byQuote links what quotes a message or post of a matter, and says something
// about it: a laugh under a report is talk.
func byQuote(t *talk) (grid.Link, bool) {
	q := t.s.Quoted
	if q == nil || q.Ticket == 0 {
		return grid.Link{}, false
	}
	means := t.in.Kind != grid.Chatter && t.in.Kind != grid.Order || t.joins || t.over || t.asks || wordless(t.m) || t.reported(q.Ticket) && t.runes > 3
	return grid.Link{Ticket: q.Ticket, Why: "quote"}, means
}

// byPart goes on with what the same person has just reported.
func byPart(t *talk) (grid.Link, bool) {
	last, ok := t.ownLast()
	if !ok || t.joins || t.over {
		return grid.Link{}, false
	}
	link := grid.Link{Ticket: last.Ticket, PartOf: last.ID, Why: "part"}
	if last.Intent.Link.PartOf != "" {
		link.PartOf = last.Intent.Link.PartOf
	}
	if !last.Intent.Kind.Actionable() {
		// A picture after one's own follow-up goes where that went.
		link.PartOf = ""
		return link, last.Ticket != 0 && wordless(t.m)
	}
	if wordless(t.m) {
		return link, true
	}
	if t.place.conflicts(spotOf(plain(last.Text), last.Intent.Location)) || otherRe.MatchString(t.text) {
		return grid.Link{}, false
	}
	switch t.in.Kind {
	case grid.Report, grid.Suggestion, grid.Wish:
		return link, true // nobody has two troubles in five minutes without saying so
	case grid.FollowUp:
		// Who is in danger tells it in many messages.
		return link, t.place.known() && t.runes <= 16 || last.Intent.Urgency == grid.Emergency
	case grid.Inquiry, grid.Praise, grid.Order:
		return link, t.place.known() && t.runes <= 16
	}
	// What sounds like talk is more of it in the same breath.
	breath := t.since(last.Sent) <= breathWithin && t.in.Confidence < doubted && t.runes >= 4
	return link, t.place.known() && t.runes <= 16 || breath
}

// ownLast gives the speaker's last message in this chat that means something,
// said within partWithin.
func (t *talk) ownLast() (grid.Message, bool) {
	for _, x := range slices.Backward(t.s.Recent) {
		if t.since(x.Sent) > partWithin {
			break
		}
		if x.From == t.m.From && x.From != "" && x.Chat == t.m.Chat && x.Recalled.IsZero() && (x.Intent.Kind.Actionable() || x.Ticket != 0) {
			return x, true
		}
	}
	return grid.Message{}, false
}

// pictures gives the speaker's own pictures and places that m explains: the
// last things he sent, of no matter yet, oldest first.
func (t *talk) pictures() (ids []grid.MessageID) {
	points := pointRe.MatchString(t.text)
	for _, x := range slices.Backward(t.s.Recent) {
		ago := t.since(x.Sent)
		if ago > pointsBack || ago > pictureWithin && !points {
			break
		}
		if x.From != t.m.From || x.From == "" || x.Chat != t.m.Chat {
			continue
		}
		if !wordless(x) || x.Ticket != 0 || !x.Recalled.IsZero() {
			if !points || x.Ticket != 0 {
				break
			}
			continue
		}
		ids = append([]grid.MessageID{x.ID}, ids...)
	}
	return ids
}

// byAnswer takes a place, or words that are not a new matter, as the answer to
// the bot's question.
func byAnswer(t *talk) (grid.Link, bool) {
	if len(t.s.Asked) == 0 || t.in.Kind == grid.Order {
		return grid.Link{}, false
	}
	x, ok := matterOf(t.s, t.s.Asked[len(t.s.Asked)-1])
	if !ok || x.Poll != nil || x.Reporter != t.m.From {
		return grid.Link{}, false
	}
	said := wordless(t.m) || t.place.known() && t.runes <= 25
	if x.Status == grid.OnHold {
		said = said || t.answersHold(x)
	} else if t.since(x.Opened) > answerWithin {
		return grid.Link{}, false
	}
	link := grid.Link{Ticket: x.No, Why: "answer"}
	if len(x.Messages) > 0 {
		link.PartOf = x.Messages[0]
	}
	return link, said
}

// answersHold reports whether the words can be the answer that a matter waits
// for, however long ago it was asked: said to the bot alone, more of a matter,
// or words that the matter shares.
func (t *talk) answersHold(x grid.Matter) bool {
	if t.in.Kind.Actionable() && t.place.known() {
		return false // a new matter, at a place of its own
	}
	return t.s.Chat.Kind == grid.PrivateChat || t.in.Kind == grid.FollowUp || t.shares(x)
}

// WhyRead in the Link of a step's answer says that the step has read the open
// matters and means its Ticket, 0 being none of them.
const WhyRead = "read"

// byReading takes a step's word for the matter where nothing surer speaks, if m
// may join that matter. A follow-up of none that the step saw is left to the
// other tests.
func byReading(t *talk) (grid.Link, bool) {
	l := t.in.Link
	if l.Why != WhyRead || l.Ticket == 0 && t.in.Kind == grid.FollowUp {
		return grid.Link{}, false
	}
	x, ok := matterOf(t.s, l.Ticket)
	outage := t.joins && x.Topic == outages && !t.loud && !t.in.Sensitive && !x.Private
	if !ok || !t.allowed(x) && !outage {
		return grid.Link{}, true
	}
	return grid.Link{Ticket: x.No, Why: WhyRead}, true
}
