package linear

import (
	"fmt"
	"math"
	"sort"
)

// pack rounds the planes to one byte a weight, each label by its own scale,
// and drops the smallest weights until the saved model fits into maxBytes. It
// returns the bytes of the saved model.
func (m *Model) pack(planes [][]plane, maxBytes int) (int, error) {
	m.weights = make([]int8, len(m.words.rows)*m.width)
	for i := range m.heads {
		h := &m.heads[i]
		h.bias, h.scale = make([]float32, len(h.labels)), make([]float32, len(h.labels))
		for l := range h.labels {
			p := planes[i][l]
			most := 0.0
			for _, w := range p.weights {
				most = max(most, math.Abs(w))
			}
			h.bias[l], h.scale[l] = float32(p.bias), float32(most/127)
			if h.scale[l] == 0 {
				continue
			}
			for r, w := range p.weights {
				m.weights[r*m.width+h.from+l] = int8(math.Round(w / most * 127))
			}
		}
	}
	least := 1 + sort.Search(127, func(i int) bool { return len(m.encode(i+1)) <= maxBytes })
	size := len(m.encode(least))
	if size > maxBytes {
		return 0, fmt.Errorf("linear: the model takes %d bytes without any weight, %d are allowed: fewer Bits or a higher MinDF would help", size, maxBytes)
	}
	for i, w := range m.weights {
		if !heavy(w, least) {
			m.weights[i] = 0
		}
	}
	return size, nil
}

// heavy says whether a weight is kept when those under least are dropped.
func heavy(w int8, least int) bool { return int(w) >= least || int(w) <= -least }
