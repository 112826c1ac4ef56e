package intents

import (
	"slices"
	"time"

	"youshi/grid"
)

// book is a matter with everything that was said of it lately.
type book struct {
	grid.Matter
	words   []bool // which of m's words it has
	runes   []bool // which of m's characters
	first   []bool // which of these its first words have
	place   spot
	last    time.Time
	since   int       // messages said after its last one
	stir    float64   // of these, how many may be more than talk
	turn    int       // how many matters were spoken of after it
	told    int       // messages of it lately
	names   []string  // of its reporter
	others  []string  // of others who spoke of it
	people  int       // how many spoke of it
	spoke   bool      // the speaker of m has said something of it
	mine    time.Time // … last
	byOwner bool      // its last message is its reporter's
	asks    bool      // its last message asks something
	over    bool      // somebody said that it is over
	hour    bool      // m and it name the same hour
	outage  string
	close   float64 // likeness of m to the likest of its messages
	latest  float64 // … to the last of them
	brief   float64 // … to its summary
}

// crowd is what is true of all matters together.
type crowd struct {
	common []int // in how many messages and matters each of m's words is
	mine   grid.TicketNo
}

// theBooks reads the open matters, once.
func (t *talk) theBooks() []book {
	if t.read == nil {
		t.weigh()
		t.read = t.books()
	}
	return t.read
}

// weigh says how rare m's characters are.
func (t *talk) weigh() {
	t.weight = 2
	if t.w != nil {
		t.rare = make([]float64, len(t.own.runes))
	}
	for i := range t.rare {
		t.rare[i] = t.w.rarity(t.own.runes[i])
		t.weight += t.rare[i]
	}
	t.gone = goneRe.MatchString(t.text)
}

func (t *talk) books() []book {
	at := make(map[grid.TicketNo]int, len(t.s.Open))
	books := make([]book, len(t.s.Open))
	t.all = crowd{common: make([]int, len(t.own.grams))}
	for i, x := range t.s.Open {
		d := t.digest(x.LocationText + " " + x.SummaryText)
		at[x.No] = i
		b := &books[i]
		*b = book{Matter: x, place: spot{d.building, d.unit, plain(x.LocationText)}, last: x.Heard, since: len(t.s.Recent), brief: likeness(&t.own, d),
			words: make([]bool, len(t.own.grams)), runes: make([]bool, len(t.own.runes)), first: make([]bool, len(t.own.runes))}
		t.add(b, d)
		copy(b.first, b.runes)
		if x.Topic == outages {
			b.outage = d.outage
		}
	}
	stir := stirOf(t.s.Recent)
	for i := range books {
		books[i].stir = stir[0]
	}
	for i, x := range t.s.Recent {
		d := t.digest(x.Shown())
		if j, ok := at[x.Ticket]; ok {
			t.hear(&books[j], x, d)
			books[j].since = len(t.s.Recent) - 1 - i
			books[j].stir = stir[i+1]
			continue
		}
		for k, g := range t.own.grams {
			if d.hasGram(g) {
				t.all.common[k]++
			}
		}
	}
	for i := range books {
		t.close(&books[i])
		for j := range books {
			if books[j].since < books[i].since {
				books[i].turn++
			}
		}
	}
	return books
}

// stirOf gives of all messages from each on how many may be more than talk.
func stirOf(ms []grid.Message) []float64 {
	stir := make([]float64, len(ms)+1)
	for i, x := range slices.Backward(ms) {
		stir[i] = stir[i+1] + 1
		if x.Intent.Kind == grid.Chatter {
			stir[i] -= x.Intent.Confidence
		}
	}
	return stir
}

// digest reads a text, or remembers it.
func (t *talk) digest(text string) *digest {
	if t.w == nil {
		return digestOf(text)
	}
	return t.w.read.of(text)
}

// add notes which words and characters of m the text has.
func (t *talk) add(b *book, d *digest) {
	for i, g := range t.own.grams {
		b.words[i] = b.words[i] || d.hasGram(g)
	}
	for i, r := range t.own.runes {
		b.runes[i] = b.runes[i] || d.hasRune(r)
	}
}

// hear adds a message of the matter.
func (t *talk) hear(b *book, x grid.Message, d *digest) {
	t.add(b, d)
	b.latest = likeness(&t.own, d)
	b.close = max(b.close, b.latest)
	if x.Sent.After(b.last) {
		b.last = x.Sent
	}
	b.asks = d.asks
	b.byOwner = x.From == b.Reporter
	b.told++
	b.over = b.over || x.Intent.Link.Over
	for _, h := range d.hours {
		b.hour = b.hour || slices.Contains(t.own.hours, h)
	}
	switch {
	case x.From == t.m.From && x.From != "":
		b.spoke, b.mine = true, x.Sent
		t.all.mine = b.No
	case x.Name == "":
	case x.From == b.Reporter:
		if !slices.Contains(b.names, x.Name) {
			b.names = append(b.names, x.Name)
		}
	case !slices.Contains(b.others, x.Name):
		b.others = append(b.others, x.Name)
	}
}

// close counts what can be counted once everything is heard.
func (t *talk) close(b *book) {
	b.people = len(b.names) + len(b.others)
	if b.spoke {
		b.people++
	}
	for i, has := range b.words {
		if has {
			t.all.common[i]++
		}
	}
}

// shares reports whether m has words or the place in common with the matter.
func (t *talk) shares(x grid.Matter) bool {
	for _, b := range t.theBooks() {
		if b.No == x.No {
			return slices.Contains(b.words, true) || t.place.same(b.place)
		}
	}
	return false
}
