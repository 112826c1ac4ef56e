package linear

import (
	"cmp"
	"math"
	"slices"
	"unicode"
	"unicode/utf8"
)

const (
	maxRunes = 4096 // read of one field, so that a megabyte of text takes no longer than a page
	maxGram  = 8
	minBits  = 8
	maxBits  = 22
)

// cutter turns a Doc into counted hash buckets. Its settings are part of the
// model: what reads must cut as what learnt did.
type cutter struct {
	bits        int
	minGram     int
	maxGram     int
	fieldWeight map[string]float32
	flagWeight  float32
}

// term is a bucket and how often it was hit within its block.
type term struct {
	bucket uint32
	n      uint32
}

// block is a run of terms that is weighed and normalised by itself: one field,
// or all flags.
type block struct {
	end    int // index after its last term
	weight float32
	flags  bool
}

// cutting is a cut Doc. It is reused between documents to spare the allocator.
type cutting struct {
	terms  []term
	blocks []block
	runes  []rune
	hashes []uint32
}

// cut replaces what is in c with the terms of d.
func (k *cutter) cut(c *cutting, d Doc) {
	c.terms, c.blocks = c.terms[:0], c.blocks[:0]
	for _, f := range d.Fields {
		c.runes = fold(c.runes[:0], f.Text)
		c.hashes = k.grams(c.hashes[:0], seed('t', f.Name), c.runes)
		weight := float32(1)
		if w, ok := k.fieldWeight[f.Name]; ok {
			weight = w
		}
		c.count(weight, false)
	}
	if len(d.Flags) > 0 {
		c.hashes = c.hashes[:0]
		for _, f := range d.Flags {
			c.hashes = append(c.hashes, bucket(seed('f', f), k.bits))
		}
		c.count(k.flagWeight, true)
	}
}

// count closes a block: the hashes become terms in the order of their buckets.
func (c *cutting) count(weight float32, flags bool) {
	slices.Sort(c.hashes)
	from := len(c.terms)
	for _, h := range c.hashes {
		if last := len(c.terms) - 1; last >= from && c.terms[last].bucket == h {
			c.terms[last].n++
			continue
		}
		c.terms = append(c.terms, term{bucket: h, n: 1})
	}
	c.blocks = append(c.blocks, block{end: len(c.terms), weight: weight, flags: flags})
}

// grams appends the buckets of all runs of characters. A run of several
// characters may cross a blank, but the blank by itself says nothing.
func (k *cutter) grams(dst []uint32, seed uint64, text []rune) []uint32 {
	for i := range text {
		h := seed
		for n := 1; n <= k.maxGram && i+n <= len(text); n++ {
			h = mix(h, uint64(text[i+n-1]))
			if n < k.minGram || n == 1 && text[i] == ' ' {
				continue
			}
			dst = append(dst, bucket(h, k.bits))
		}
	}
	return dst
}

// fold appends the characters of s as the model sees them: full-width forms
// and circled digits as plain ones, lower case, blanks joined, invisible
// characters and broken bytes left out. Digits stay, 1号线 is not 3号线.
func fold(dst []rune, s string) []rune {
	read := 0
	for _, r := range s {
		if read++; read > maxRunes {
			break
		}
		switch {
		case r == utf8.RuneError, r >= 0xFE00 && r <= 0xFE0F, unicode.Is(unicode.Cf, r):
			continue
		case r >= 0xFF01 && r <= 0xFF5E:
			r -= 0xFEE0
		case r >= '①' && r <= '⑨':
			r += '1' - '①'
		}
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			if len(dst) > 0 && dst[len(dst)-1] != ' ' {
				dst = append(dst, ' ')
			}
			continue
		}
		dst = append(dst, unicode.ToLower(r))
	}
	if n := len(dst); n > 0 && dst[n-1] == ' ' {
		dst = dst[:n-1]
	}
	return dst
}

// seed starts the hashes of one namespace: 't' texts, 'f' flags.
func seed(kind byte, name string) uint64 {
	h := mix(0xcbf29ce484222325, uint64(kind))
	for i := range len(name) {
		h = mix(h, uint64(name[i]))
	}
	return h
}

func mix(h, x uint64) uint64 {
	h = (h ^ x) * 0x9e3779b97f4a7c15
	return h ^ h>>29
}

func bucket(h uint64, bits int) uint32 {
	return uint32((h * 0xbf58476d1ce4e5b9) >> (64 - bits))
}

// vocabulary gives known buckets a row and a weight.
type vocabulary struct {
	slot []int32 // by bucket: its row, or -1
	rows []row
	docs int // learnt from
}

type row struct {
	bucket uint32
	df     uint32 // documents it occurred in
	idf    float32
}

// learnVocabulary keeps the buckets that occur in at least minDF of the
// documents, in the order of the buckets.
func learnVocabulary(bits, minDF int, docs []*cutting) *vocabulary {
	df, seen := make([]uint32, 1<<bits), make([]int32, 1<<bits)
	for i, d := range docs {
		for _, t := range d.terms {
			if seen[t.bucket] != int32(i)+1 { // a bucket may be hit by two blocks
				seen[t.bucket] = int32(i) + 1
				df[t.bucket]++
			}
		}
	}
	v := newVocabulary(bits, len(docs))
	for b, n := range df {
		if n >= uint32(minDF) {
			v.add(uint32(b), n)
		}
	}
	return v
}

func newVocabulary(bits, docs int) *vocabulary {
	v := &vocabulary{slot: make([]int32, 1<<bits), docs: docs}
	for i := range v.slot {
		v.slot[i] = -1
	}
	return v
}

func (v *vocabulary) add(bucket, df uint32) {
	idf := math.Log(float64(1+v.docs)/float64(1+df)) + 1
	v.slot[bucket] = int32(len(v.rows))
	v.rows = append(v.rows, row{bucket: bucket, df: df, idf: float32(idf)})
}

// entry is one coordinate of a document's vector.
type entry struct {
	row   int32
	value float32
}

// weigh appends the vector of a cut document: every field log tf × idf brought
// to the length of its weight, every flag its weight. What the vocabulary does
// not know is left out and does not count for the length.
func (v *vocabulary) weigh(dst []entry, c *cutting) []entry {
	from := 0
	for _, b := range c.blocks {
		first, sum := len(dst), float32(0)
		for _, t := range c.terms[from:b.end] {
			r := v.slot[t.bucket]
			if r < 0 {
				continue
			}
			x := b.weight
			if !b.flags {
				x = v.rows[r].idf
				if t.n > 1 {
					x *= float32(1 + math.Log(float64(t.n)))
				}
				sum += float32(x * x)
			}
			dst = append(dst, entry{r, x})
		}
		if !b.flags && sum > 0 {
			norm := b.weight / float32(math.Sqrt(float64(sum)))
			for i := first; i < len(dst); i++ {
				dst[i].value *= norm
			}
		}
		from = b.end
	}
	return dst
}

// vector is weigh for learning: rows in order and each only once, as the
// solver needs the exact length.
func (v *vocabulary) vector(c *cutting) []entry {
	x := v.weigh(make([]entry, 0, len(c.terms)), c)
	slices.SortStableFunc(x, func(a, b entry) int { return cmp.Compare(a.row, b.row) })
	out := x[:0]
	for _, e := range x {
		if n := len(out); n > 0 && out[n-1].row == e.row {
			out[n-1].value += e.value
			continue
		}
		out = append(out, e)
	}
	return out
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
