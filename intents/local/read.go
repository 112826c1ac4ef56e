package local

import (
	"math/bits"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"youshi/grid"
	"youshi/intents/linear"
)

// The texts that the model reads beside the message itself, which has no name.
const (
	fieldQuote  = "quote"  // what it quotes
	fieldBefore = "before" // what the same person said just before
)

// How far back the model looks.
const (
	near     = 8 // messages
	sameTalk = 10 * time.Minute
)

// What stands in a text, beside its words. Immutable.
var signs = []struct {
	name  string
	needs string // characters one of which every match has
	in    *regexp.Regexp
}{
	{"place", "#＃号栋幢座单楼层室门期排-", regexp.MustCompile(`[0-9０-９一二三四五六七八九十]+\s*(#|＃|号|栋|幢|座|单元|楼|层|室|门|期|排)|[0-9]+-[0-9]+|[东南西北]门`)},
	{"question", "?？", regexp.MustCompile(`[?？]`)},
	{"exclamation", "!！", regexp.MustCompile(`[!！]`)},
	{"address", ":.", regexp.MustCompile(`(?i)https?:|www\.|\.com|\.cn`)},
	{"price", "元块折斤¥￥包", regexp.MustCompile(`[0-9.]+\s*(元|块|折|/斤|一斤)|[¥￥]|包邮`)},
	{"at", "@", regexp.MustCompile(`@`)},
	{"echo", "1也同", regexp.MustCompile(`^[+＋]?1+$|^(我|俺|咱)?们?(家|栋|楼|单元|这)?也|^同(上|问|求|感)`)},
	{"emoji", "[", regexp.MustCompile(`\[[^\]]{1,4}\]`)},
}

// facts gathers what is known of a message beside its words.
type facts []string

func (f *facts) is(name, value string) { *f = append(*f, name+"="+value) }
func (f *facts) has(name string, yes bool) {
	if yes {
		*f = append(*f, name)
	}
}

// numbers are runs of digits, with what makes a place of them.
var numbers = regexp.MustCompile(`[0-9０-９]+\s*(#|＃|号|栋|幢|座|单元|楼|层|室|门|期|排|弄|-)?`)

// helpLines are the numbers that mean something by themselves.
var helpLines = map[string]bool{"110": true, "119": true, "120": true, "12345": true}

// words gives a text as the model reads it: any number looks like any other,
// so that 516号楼 is no more alarming than 513号楼.
func words(text string) string {
	if !strings.ContainsAny(text, "0123456789") && !strings.ContainsAny(text, "０１２３４５６７８９") {
		return text
	}
	return numbers.ReplaceAllStringFunc(text, func(n string) string {
		if helpLines[n] {
			return n
		}
		return "0" + strings.TrimLeft(n, "0123456789０１２３４５６７８９ ")
	})
}

// read is what the model sees of a message in its scene.
//
// Which facts these are is a choice against easy ones that hold on written days
// alone (a report is long, a picture is a report): lengths are coarse, and
// training needs real talk mixed in.
func read(m grid.Message, s grid.Scene) linear.Doc {
	var f facts
	f.is("kind", string(m.Kind))
	f.is("length", strconv.Itoa(min(bits.Len(uint(utf8.RuneCountInString(m.Text))), 9)))
	for _, sign := range signs {
		f.has(sign.name, strings.ContainsAny(m.Text, sign.needs) && sign.in.MatchString(m.Text))
	}
	f.has("to the bot", s.Bot != "" && strings.Contains(m.Text, "@"+s.Bot))
	if s.Role != "" {
		f.is("role", string(s.Role))
		f.has("staff", s.Role.Staff())
	}
	fields := []linear.Field{{Text: words(m.Text)}}
	if !m.Sent.IsZero() {
		hour := m.Sent.In(s.Now.Location()).Hour() // the site's, whatever zone the channel tells
		f.is("night", strconv.FormatBool(hour >= 22 || hour < 7))
		if before := around(&f, m, s); before != "" {
			fields = append(fields, linear.Field{Name: fieldBefore, Text: words(before)})
		}
		f.is("known", known(m.Text, s))
	}
	if s.Quoted != nil {
		fields = append(fields, linear.Field{Name: fieldQuote, Text: words(s.Quoted.Text)})
		f.is("quotes", quoted(m, *s.Quoted))
	}
	return linear.Doc{Fields: fields, Flags: f}
}

func quoted(m grid.Message, q grid.Quoted) string {
	switch {
	case q.Post:
		return "the bot"
	case q.Ticket != 0 && q.From == m.From:
		return "the own matter"
	case q.Ticket != 0:
		return "a matter"
	}
	return "talk"
}

// around tells what was said just before, and gives the sender's own last words.
func around(f *facts, m grid.Message, s grid.Scene) (before string) {
	own, other, matters := false, false, 0
	for i := len(s.Recent) - 1; i >= 0 && i >= len(s.Recent)-near; i-- {
		r := s.Recent[i]
		gap := m.Sent.Sub(r.Sent)
		if gap < 0 || gap > 3*sameTalk {
			break
		}
		if r.Ticket != 0 {
			matters++
		}
		if gap > sameTalk {
			continue
		}
		if r.From == m.From && !own {
			own = true
			before = r.Shown()
			f.is("own before", standing(r)+" "+string(r.Kind)+" "+soon(gap))
		} else if r.From != m.From && !other {
			other = true
			f.is("other before", standing(r)+" "+soon(gap))
		}
	}
	f.is("matters near", strconv.Itoa(bits.Len(uint(matters))))
	return before
}

func standing(m grid.Message) string {
	switch {
	case m.Ticket != 0:
		return "matter"
	case m.Intent.Kind == grid.Inquiry || m.Intent.Kind == grid.Order:
		return string(m.Intent.Kind)
	}
	return "talk"
}

func soon(gap time.Duration) string {
	switch {
	case gap <= time.Minute:
		return "1m"
	case gap <= 3*time.Minute:
		return "3m"
	}
	return "10m"
}
