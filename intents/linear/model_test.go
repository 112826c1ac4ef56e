package linear

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestProbabilitiesSumToOneForAnyText(t *testing.T) {
	for _, c := range []Calibration{Temperature, Platt} {
		m, _ := mustTrain(t, sentences(200, 0.1, 1), Options{Heads: []Head{{Name: "topic", Calibration: c}, {Name: "place", Calibration: c}}})
		rapid.Check(t, func(t *rapid.T) {
			d := Text(rapid.String().Draw(t, "text"))
			d.Flags = rapid.SliceOf(rapid.String()).Draw(t, "flags")
			for _, p := range m.Predict(d) {
				sum := 0.0
				for i, x := range p.All {
					if !(x >= 0 && x <= p.P) || p.Of(p.Labels[i]) != x {
						t.Fatalf("%s: %q has %g, the best %g", p.Head, p.Labels[i], x, p.P)
					}
					sum += x
				}
				if math.Abs(sum-1) > 1e-9 || p.Of(p.Label) != p.P {
					t.Fatalf("%s: sum %g, best %q with %g", p.Head, sum, p.Label, p.P)
				}
			}
		})
	}
}

func TestEmptyAndUnknownTextsGetAnAnswer(t *testing.T) {
	m, _ := mustTrain(t, sentences(200, 0, 1), Options{})
	want := fmt.Sprint(m.Predict(Doc{}))
	for name, d := range map[string]Doc{"empty": Text(""), "blank": Text("  \n"), "unknown": Text("ꙮꙮꙮ"), "broken": Text("\xff\xfe"), "unknown flag": {Flags: []string{"zzz"}}} {
		if got := fmt.Sprint(m.Predict(d)); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestAMegabyteTakesNoLongerThanAPage(t *testing.T) {
	m, _ := mustTrain(t, sentences(200, 0, 1), Options{})
	page := strings.Repeat("三栋停水了", maxRunes/5+1)
	mega := strings.Repeat("三栋停水了", 1<<20/15)
	if a, b := fmt.Sprint(m.Predict(Text(page))), fmt.Sprint(m.Predict(Text(mega))); a != b {
		t.Errorf("what follows the first %d characters counts: %s, %s", maxRunes, a, b)
	}
	took := busy(t, func() { m.Predict(Text(mega)) })
	if took > 500*time.Millisecond { // some 2 ms on a slow processor
		t.Errorf("a megabyte took %v", took)
	}
}

func TestUnknownNamesAreAnsweredWithNothing(t *testing.T) {
	m, _ := mustTrain(t, sentences(100, 0, 1), Options{})
	p := m.Predict(Text("停水"))
	if p.Head("mood").Label != "" || p.Head("topic").Of("mood") != 0 || m.Labels("mood") != nil {
		t.Error("an unknown head or label has an answer")
	}
	if got := fmt.Sprint(m.Heads(), m.Labels("topic")); got != "[place topic] [noise park trash water]" {
		t.Error(got)
	}
	if _, err := m.Test("mood", sentences(10, 0, 1)); err == nil {
		t.Error("testing an unknown head: no error")
	}
	if _, err := m.Test("topic", []Example{{Doc: Text("停水")}}); err == nil {
		t.Error("testing without labels: no error")
	}
}

func TestALabelNeverLearntCountsAsWrong(t *testing.T) {
	m, _ := mustTrain(t, sentences(200, 0, 1), Options{})
	s, err := m.Test("topic", []Example{{Doc: Text("电梯停了"), Labels: map[string]string{"topic": "elevator"}}})
	if c, ok := s.Class("elevator"); err != nil || !ok || c.N != 1 || c.Recall != 0 || s.Accuracy != 0 {
		t.Errorf("%+v %v", s, err)
	}
}

func TestManyMayAskAtOnce(t *testing.T) {
	m, _ := mustTrain(t, sentences(200, 0, 1), Options{})
	docs := sentences(50, 0, 2)
	var want []string
	for _, e := range docs {
		want = append(want, fmt.Sprint(m.Predict(e.Doc)))
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for i, e := range docs {
				if got := fmt.Sprint(m.Predict(e.Doc)); got != want[i] {
					t.Errorf("%d: %s, want %s", i, got, want[i])
				}
			}
		})
	}
	group.Wait()
}

// mapModel is the same model done the obvious way: string keys and a map. It
// is what BenchmarkPredict measures itself against.
type mapModel map[string][]float64

func (m mapModel) predict(text string, width int) []float64 {
	counts := map[string]float64{}
	runes := []rune(strings.ToLower(text))
	for i := range runes {
		for n := 1; n <= 2 && i+n <= len(runes); n++ {
			counts[string(runes[i:i+n])]++
		}
	}
	norm, sums := 0.0, make([]float64, width)
	for gram, n := range counts {
		if w, ok := m[gram]; ok {
			x := 1 + math.Log(n)
			norm += x * x
			for k := range sums {
				sums[k] += x * w[k]
			}
		}
	}
	for k := range sums {
		sums[k] /= max(math.Sqrt(norm), 1e-9)
	}
	return sums
}

func BenchmarkPredict(b *testing.B) {
	docs := sentences(1000, 0, 2)
	b.Run("linear", func(b *testing.B) {
		m, _ := mustTrain(b, sentences(1000, 0.1, 1), Options{})
		for i := 0; b.Loop(); i++ {
			m.Predict(docs[i%len(docs)].Doc)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "texts/s")
	})
	b.Run("map", func(b *testing.B) {
		m := mapModel{}
		for _, e := range docs {
			runes := []rune(e.Doc.Fields[0].Text)
			for i := range runes {
				m[string(runes[i:i+1])] = make([]float64, 6)
				m[string(runes[i:min(i+2, len(runes))])] = make([]float64, 6)
			}
		}
		for i := 0; b.Loop(); i++ {
			m.predict(docs[i%len(docs)].Doc.Fields[0].Text, 6)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "texts/s")
	})
}

func BenchmarkTrain(b *testing.B) {
	examples := sentences(2000, 0.1, 1)
	for _, parallel := range []int{1, 0} {
		b.Run(fmt.Sprintf("parallel=%d", parallel), func(b *testing.B) {
			for b.Loop() {
				if _, _, err := Train(context.Background(), examples, Options{Parallel: parallel}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*len(examples))/b.Elapsed().Seconds(), "texts/s")
		})
	}
}
