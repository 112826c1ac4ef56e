package linear

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"math"
	"math/bits"
	"slices"
)

// A saved model is: magic, version (uint16), length of the payload (uint32),
// payload, CRC-32C of all before (uint32); numbers little-endian. The payload
// is, with counts as uvarint and names as count and bytes:
//
//	bits, shortest and longest run, weight of a flag (float32)
//	fields: count, then name and weight (float32)
//	heads: count, then name; labels: count, then name, bias, scale (float32);
//	       calibration: kind (byte), slopes: count and float64, shifts: count and float64
//	documents learnt from
//	rows: count, then by ascending bucket: distance from the one before,
//	      documents × 2 + 1 if it has weights; then a bit a label and an int8
//	      for every set bit
const (
	fileMagic   = "YSLINEAR"
	fileVersion = 1
	fileHead    = len(fileMagic) + 2 + 4
	maxName     = 1 << 10
	maxWeights  = 1 << 28
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli) // immutable

// Save writes the model. Equal models give equal bytes.
func (m *Model) Save(w io.Writer) error {
	if _, err := w.Write(m.encode(1)); err != nil {
		return fmt.Errorf("saving the model: %w", err)
	}
	return nil
}

// encode gives the file, without the weights under least.
func (m *Model) encode(least int) []byte {
	b := make([]byte, fileHead, fileHead+len(m.weights)/4+len(m.words.rows)*4)
	copy(b, fileMagic)
	binary.LittleEndian.PutUint16(b[len(fileMagic):], fileVersion)
	b = m.appendHeads(m.cutter.append(b))
	b = binary.AppendUvarint(b, uint64(m.words.docs))
	b = binary.AppendUvarint(b, uint64(len(m.words.rows)))
	mask := make([]byte, (m.width+7)/8)
	before := uint32(0)
	for r, row := range m.words.rows {
		b = binary.AppendUvarint(b, uint64(row.bucket-before))
		before = row.bucket
		clear(mask)
		any := uint64(0)
		weights := m.weights[r*m.width:][:m.width]
		for k, w := range weights {
			if heavy(w, least) {
				mask[k/8] |= 1 << (k % 8)
				any = 1
			}
		}
		b = binary.AppendUvarint(b, uint64(row.df)<<1|any)
		if any == 0 {
			continue
		}
		b = append(b, mask...)
		for _, w := range weights {
			if heavy(w, least) {
				b = append(b, byte(w))
			}
		}
	}
	return seal(b)
}

// seal fills in the length and appends the checksum.
func seal(b []byte) []byte {
	binary.LittleEndian.PutUint32(b[len(fileMagic)+2:], uint32(len(b)-fileHead))
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func (k *cutter) append(b []byte) []byte {
	for _, n := range []int{k.bits, k.minGram, k.maxGram} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	b = appendFloat32(b, k.flagWeight)
	b = binary.AppendUvarint(b, uint64(len(k.fieldWeight)))
	for _, name := range slices.Sorted(maps.Keys(k.fieldWeight)) {
		b = appendFloat32(appendName(b, name), k.fieldWeight[name])
	}
	return b
}

func (m *Model) appendHeads(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(m.heads)))
	for _, h := range m.heads {
		b = binary.AppendUvarint(appendName(b, h.name), uint64(len(h.labels)))
		for l, label := range h.labels {
			b = appendFloat32(appendFloat32(appendName(b, label), h.bias[l]), h.scale[l])
		}
		b = append(b, byte(h.calibrator.kind))
		for _, list := range [][]float64{h.calibrator.slope, h.calibrator.shift} {
			b = binary.AppendUvarint(b, uint64(len(list)))
			for _, x := range list {
				b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
			}
		}
	}
	return b
}

func appendName(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendFloat32(b []byte, x float32) []byte {
	return binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
}

// Load reads a saved model. Whatever the bytes are, it returns a model that
// answers like the saved one, or an error that says what is wrong with them.
func Load(b []byte) (*Model, error) {
	if len(b) < fileHead+4 || string(b[:len(fileMagic)]) != fileMagic {
		return nil, errors.New("loading the model: this is not a model file of youshi")
	}
	if v := binary.LittleEndian.Uint16(b[len(fileMagic):]); v != fileVersion {
		return nil, fmt.Errorf("loading the model: the file has format %d, this program reads format %d: train the model anew", v, fileVersion)
	}
	body := b[:len(b)-4]
	if want, have := uint64(binary.LittleEndian.Uint32(b[len(fileMagic)+2:])), uint64(len(body)-fileHead); want != have {
		return nil, fmt.Errorf("loading the model: the file should hold %d bytes and holds %d: it was cut short or added to", want, have)
	}
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(b[len(body):]) {
		return nil, errors.New("loading the model: the file is damaged, its checksum does not fit")
	}
	r := reader{b: body[fileHead:]}
	m := r.model()
	if r.err == nil && len(r.b) > 0 {
		r.fail("there are %d bytes too many", len(r.b))
	}
	if r.err != nil {
		return nil, fmt.Errorf("loading the model: %w", r.err)
	}
	return m, nil
}

// reader takes the payload apart. After the first error it gives zeros.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail(format string, a ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("the file is damaged: "+format, a...)
	}
	r.b = nil
}

// take gives the next n bytes, or nil if there are not so many.
func (r *reader) take(n int) []byte {
	if n > len(r.b) {
		r.fail("it ends too early")
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

// number reads a count from low to high.
func (r *reader) number(what string, low, high uint64) int {
	n, size := binary.Uvarint(r.b)
	if size <= 0 {
		r.fail("it ends within the %s", what)
		return 0
	}
	r.b = r.b[size:]
	if n < low || n > high {
		r.fail("%s is %d, must be %d to %d", what, n, low, high)
		return 0
	}
	return int(n)
}

func (r *reader) name() string { return string(r.take(r.number("length of a name", 0, maxName))) }

func (r *reader) float32(what string) float32 {
	b := r.take(4)
	if len(b) < 4 {
		return 0
	}
	x := math.Float32frombits(binary.LittleEndian.Uint32(b))
	if !finite(float64(x)) || x < -1e9 || x > 1e9 {
		r.fail("%s is %g", what, x)
		return 0
	}
	return x
}

func (r *reader) float64s(what string, want int) []float64 {
	var out []float64
	for range r.number("count of "+what, uint64(want), uint64(want)) {
		b := r.take(8)
		if len(b) < 8 {
			return nil
		}
		x := math.Float64frombits(binary.LittleEndian.Uint64(b))
		if !finite(x) || math.Abs(x) > 1e9 {
			r.fail("one of the %s is %g", what, x)
			return nil
		}
		out = append(out, x)
	}
	return out
}

func (r *reader) model() *Model {
	m := &Model{cutter: cutter{fieldWeight: map[string]float32{}}}
	m.cutter.bits = r.number("bits", minBits, maxBits)
	m.cutter.minGram = r.number("shortest run", 1, maxGram)
	m.cutter.maxGram = r.number("longest run", uint64(max(m.cutter.minGram, 1)), maxGram)
	m.cutter.flagWeight = r.float32("weight of a flag")
	for range r.number("count of fields", 0, maxWidth) {
		name := r.name()
		m.cutter.fieldWeight[name] = r.float32("weight of a field")
	}
	for range r.number("count of heads", 1, maxHeads) {
		h := r.head(m.width)
		m.heads = append(m.heads, h)
		if m.width += len(h.labels); m.width > maxWidth {
			r.fail("it has more than %d labels", maxWidth)
		}
		if r.err != nil {
			return nil
		}
	}
	docs := r.number("count of documents", 0, math.MaxInt32)
	if r.err != nil {
		return nil
	}
	m.words = newVocabulary(m.cutter.bits, docs)
	r.rows(m)
	return m
}

func (r *reader) head(from int) head {
	h := head{name: r.name(), from: from}
	for i := range r.number("count of labels", 1, maxWidth) {
		label := r.name()
		if r.err == nil && (label == "" || i > 0 && label <= h.labels[i-1]) {
			r.fail("the labels of head %q are not in order", h.name)
		}
		if r.err != nil {
			return h
		}
		h.labels = append(h.labels, label)
		h.bias = append(h.bias, r.float32("bias"))
		h.scale = append(h.scale, r.float32("scale"))
	}
	slopes, shifts := 1, 0
	h.calibrator.kind = Calibration(r.number("kind of calibration", uint64(Temperature), uint64(Platt)))
	if h.calibrator.kind == Platt {
		slopes, shifts = len(h.labels), len(h.labels)
	}
	h.calibrator.slope = r.float64s("slopes", slopes)
	h.calibrator.shift = r.float64s("shifts", shifts)
	return h
}

func (r *reader) rows(m *Model) {
	n := r.number("count of features", 0, min(uint64(1)<<m.cutter.bits, uint64(len(r.b)/2), uint64(maxWeights/m.width)))
	m.weights = make([]int8, n*m.width)
	m.words.rows = make([]row, 0, n)
	bucket := -1
	for i := range n {
		gap := r.number("distance of features", 0, 1<<m.cutter.bits)
		if i == 0 {
			bucket = gap
		} else if bucket += gap; gap == 0 {
			r.fail("a feature occurs twice")
		}
		if bucket >= 1<<m.cutter.bits {
			r.fail("feature %d is beyond the %d bits", bucket, m.cutter.bits)
		}
		df := r.number("documents of a feature", 2, uint64(m.words.docs)<<1|1)
		if r.err != nil {
			return
		}
		m.words.add(uint32(bucket), uint32(df>>1))
		if df&1 == 1 {
			r.weights(m.weights[i*m.width:][:m.width])
		}
	}
}

// weights reads one row: which labels have a weight, then the weights.
func (r *reader) weights(row []int8) {
	mask := r.take((len(row) + 7) / 8)
	count := 0
	for _, b := range mask {
		count += bits.OnesCount8(b)
	}
	values := r.take(count)
	if r.err != nil {
		return
	}
	at := 0
	for i, b := range mask {
		for ; b != 0; b &= b - 1 {
			k := i*8 + bits.TrailingZeros8(b)
			if k >= len(row) {
				r.fail("a weight belongs to no label")
				return
			}
			row[k] = int8(values[at])
			at++
		}
	}
}
