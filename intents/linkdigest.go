package intents

import (
	"cmp"
	"hash/maphash"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

var (
	hourRe = guard(regexp.MustCompile(`\d{1,2}[点时]|[一二两三四五六七八九十]{1,2}点`), "点时")
	goneRe = guard(regexp.MustCompile(`停了|断了|(?:^|[家栋楼这里幢座号边头也还])(?:没|冇|没有|冇得|有|来|通)(?:了|啦|咧)?(?:[，,。!！ ]|$)|还没|还是没|都没|有了|来了`), "停断没冇有来通")
)

// digest is what the Linker needs of a text, read once.
type digest struct {
	grams          []bigram // that say something, sorted, each once
	runes          []rune   // letters, sorted, each once
	hours          []string // named ("12点")
	grammed, runed sieve
	progress       bool // asks how far it is
	asks           bool // that, or anything
	building, unit string
	outage         string // what it says is cut off or back
}

func digestOf(text string) *digest {
	text = plain(text)
	d := &digest{hours: hourRe.FindAllString(text, -1), progress: progressRe.MatchString(text),
		building: Building(text), unit: unitOf(text), outage: outageOf(text)}
	d.asks = d.progress || strings.ContainsAny(text, "?？")
	for g := range gramsOf(text) {
		d.grams = append(d.grams, g)
		d.grammed.add(g.key())
	}
	slices.SortFunc(d.grams, compareGrams)
	for _, r := range text {
		if unicode.IsLetter(r) {
			d.runes = append(d.runes, r)
			d.runed.add(uint32(r))
		}
	}
	slices.Sort(d.runes)
	d.runes = slices.Compact(d.runes)
	return d
}

func compareGrams(a, b bigram) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) }

// sieve says at once of most keys that they are not in a list.
type sieve [4]uint64

func (s *sieve) add(key uint32)      { s[key>>6&3] |= 1 << (key & 63) }
func (s *sieve) may(key uint32) bool { return s[key>>6&3]&(1<<(key&63)) != 0 }

func (g bigram) key() uint32 { return uint32(g[0])*31 + uint32(g[1]) }

func (d *digest) hasGram(g bigram) bool {
	if !d.grammed.may(g.key()) {
		return false
	}
	_, ok := slices.BinarySearchFunc(d.grams, g, compareGrams)
	return ok
}

func (d *digest) hasRune(r rune) bool {
	if !d.runed.may(uint32(r)) {
		return false
	}
	_, ok := slices.BinarySearch(d.runes, r)
	return ok
}

// likeness gives how much of the words of a and b is in both, 0 to 1.
func likeness(a, b *digest) float64 {
	if len(a.grams) == 0 || len(b.grams) == 0 {
		return 0
	}
	both := 0
	for _, g := range a.grams {
		if b.hasGram(g) {
			both++
		}
	}
	return float64(both) / math.Sqrt(float64(len(a.grams)*len(b.grams)))
}

// keptDigests bounds a generation of what is kept.
const keptDigests = 16384

// digests keeps what was read lately, since each message of a scene is looked at
// again with every message after it. It holds no text, and is safe for many lanes.
type digests struct {
	mu       sync.Mutex
	now, old map[uint64]*digest // by a hash of the text
}

// hashSeed differs from start to start; no answer depends on it.
var hashSeed = maphash.MakeSeed()

func (k *digests) of(text string) *digest {
	key := maphash.String(hashSeed, text)
	k.mu.Lock()
	d := k.now[key]
	if d != nil {
		k.mu.Unlock()
		return d
	}
	d = k.old[key]
	k.mu.Unlock()
	if d == nil {
		d = digestOf(text)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.now == nil || len(k.now) >= keptDigests {
		k.now, k.old = make(map[uint64]*digest, keptDigests), k.now
	}
	k.now[key] = d
	return d
}
