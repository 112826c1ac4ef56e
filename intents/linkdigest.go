package intents

import (
	"cmp"
	"hash/fnv"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

var (
	hourRe = regexp.MustCompile(`\d{1,2}[点时]|[一二两三四五六七八九十]{1,2}点`)
	goneRe = regexp.MustCompile(`停了|断了|(?:^|[家栋楼这里幢座号边头也还])(?:没|冇|没有|冇得|有|来|通)(?:了|啦|咧)?(?:[，,。!！ ]|$)|还没|还是没|都没|有了|来了`)
)

// digest is what the Linker needs of a text, read once.
type digest struct {
	grams          []bigram // that say something, sorted, each once
	runes          []rune   // letters, sorted, each once
	hours          []string // named ("12点")
	asks           bool
	building, unit string
	outage         string // what it says is cut off or back
}

func digestOf(text string) *digest {
	text = plain(text)
	d := &digest{hours: hourRe.FindAllString(text, -1), asks: strings.ContainsAny(text, "?？") || progressRe.MatchString(text),
		building: Building(text), unit: unitOf(text), outage: outageOf(text)}
	for g := range gramsOf(text) {
		d.grams = append(d.grams, g)
	}
	slices.SortFunc(d.grams, compareGrams)
	for _, r := range text {
		if unicode.IsLetter(r) {
			d.runes = append(d.runes, r)
		}
	}
	slices.Sort(d.runes)
	d.runes = slices.Compact(d.runes)
	return d
}

func compareGrams(a, b bigram) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) }

func (d *digest) hasGram(g bigram) bool {
	_, ok := slices.BinarySearchFunc(d.grams, g, compareGrams)
	return ok
}

func (d *digest) hasRune(r rune) bool {
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
const keptDigests = 4096

// digests keeps what was read lately, since each message of a scene is looked at
// again with every message after it. It holds no text, and is safe for many lanes.
type digests struct {
	mu       sync.Mutex
	now, old map[uint64]*digest // by a hash of the text
}

func (k *digests) of(text string) *digest {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // a hash never errs
	key := h.Sum64()
	k.mu.Lock()
	d := k.now[key]
	if d == nil {
		d = k.old[key]
	}
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
