package trees

import (
	"context"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var twoNames = []string{"near", "loud"}

// nearOrLoud makes choices that no straight line tells apart: an option is right
// if it is near or loud, but not both; of several the first.
func nearOrLoud(n int) (all []Choice) {
	for i := range n {
		c := Choice{Right: -1}
		for j := range 1 + i%3 {
			near, loud := float64((i*7+j*3)%10), float64((i*5+j*11)%10)
			if (near > 4) != (loud > 4) && c.Right < 0 {
				c.Right = j
			} else if (near > 4) != (loud > 4) {
				near = loud // a second right one would make the lesson ambiguous
			}
			c.Options = append(c.Options, []float64{near, loud})
		}
		all = append(all, c)
	}
	return all
}

func grown(t testing.TB, choices []Choice, o Options) *Forest {
	t.Helper()
	f, err := Train(context.Background(), twoNames, choices, o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAForestLearnsWhatNoLineTellsApart(t *testing.T) {
	f := grown(t, nearOrLoud(600), Options{LeastRows: 5})
	wrong := 0
	for _, c := range nearOrLoud(300) {
		p, none := f.Shares(c.Options)
		best, most := -1, none
		for i, x := range p {
			if x > most {
				best, most = i, x
			}
		}
		if best != c.Right {
			wrong++
		}
	}
	if wrong > 3 {
		t.Errorf("%d of 300 choices are wrong", wrong)
	}
}

func TestWhatWeighsMoreDecides(t *testing.T) {
	var all []Choice
	for range 50 {
		all = append(all, Choice{Options: [][]float64{{1, 0}}, Right: 0, Weight: 3}, Choice{Options: [][]float64{{1, 0}}, Right: -1},
			Choice{Options: [][]float64{{0, 0}}, Right: -1})
	}
	if p, _ := grown(t, all, Options{LeastRows: 5, Ridge: 0.1}).Shares([][]float64{{1, 0}}); math.Abs(p[0]-0.75) > 0.02 {
		t.Errorf("what is right three times of four has the share %.3f", p[0])
	}
}

func TestTheSameChoicesGiveTheSameForest(t *testing.T) {
	a, b := grown(t, nearOrLoud(200), Options{LeastRows: 5}), grown(t, nearOrLoud(200), Options{LeastRows: 5})
	if !reflect.DeepEqual(a, b) {
		t.Error("two forests of the same choices differ")
	}
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var read Forest
	if err := json.Unmarshal(text, &read); err != nil || read.Check(twoNames) != nil || !reflect.DeepEqual(&read, a) {
		t.Errorf("read back: %v, %v", err, read.Check(twoNames))
	}
}

func TestALeafStandsForEnough(t *testing.T) {
	const least = 40
	choices := nearOrLoud(300)
	f := grown(t, choices, Options{LeastRows: least, Leaves: 8})
	for i, tree := range f.Trees {
		if len(tree.Leaves) > 8 {
			t.Errorf("tree %d has %d leaves", i, len(tree.Leaves))
		}
		held := map[float64]int{}
		for _, c := range choices {
			for _, o := range c.Options {
				held[tree.leaf(o)]++
			}
		}
		for v, n := range held {
			if n < least {
				t.Errorf("tree %d: a leaf (%g) stands for %d options", i, v, n)
			}
		}
	}
}

func TestSharesAreProbabilities(t *testing.T) {
	f := grown(t, nearOrLoud(200), Options{LeastRows: 5, Trees: 20})
	rapid.Check(t, func(t *rapid.T) {
		var options [][]float64
		for range rapid.IntRange(0, 9).Draw(t, "options") {
			options = append(options, []float64{rapid.Float64().Draw(t, "near"), rapid.Float64().Draw(t, "loud")})
		}
		p, sum := f.Shares(options)
		for _, x := range p {
			if x < 0 || x > 1 || math.IsNaN(x) {
				t.Fatalf("a share of %v", x)
			}
			sum += x
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Fatalf("all together %v", sum)
		}
	})
}

func TestBadChoicesAreNamed(t *testing.T) {
	good := []float64{1, 2}
	for _, c := range []struct {
		says   string
		choice Choice
	}{
		{"number 1 is right", Choice{Options: [][]float64{good}, Right: 1}},
		{"an option of 1 numbers", Choice{Options: [][]float64{{1}}, Right: 0}},
		{"loud is NaN", Choice{Options: [][]float64{{1, math.NaN()}}, Right: 0}},
		{"weighs -1", Choice{Options: [][]float64{good}, Weight: -1}},
	} {
		if _, err := Train(context.Background(), twoNames, []Choice{c.choice}, Options{}); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("want %q, got %v", c.says, err)
		}
	}
	if _, err := Train(context.Background(), twoNames, nil, Options{}); err == nil {
		t.Error("nothing to learn from is no error")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Train(ctx, twoNames, nearOrLoud(10), Options{}); err == nil {
		t.Error("a training that was called off is no error")
	}
}

// FuzzCheck: whatever passes Check can be asked.
func FuzzCheck(f *testing.F) {
	whole, err := json.Marshal(grown(f, nearOrLoud(100), Options{LeastRows: 5, Trees: 2}))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(whole))
	f.Add(`{"names":["near","loud"],"trees":[{"ask":[1],"most":[0],"yes":[0],"no":[-2],"leaves":[0,1]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var x Forest
		if json.Unmarshal([]byte(text), &x) != nil || x.Check(twoNames) != nil {
			return
		}
		shares, sum := x.Shares([][]float64{{0, 0}, {9, 0}, {0, 9}, {-1e300, 1e300}})
		for _, p := range shares {
			if sum += p; p < 0 || math.IsNaN(p) {
				t.Fatalf("a share of %v", p)
			}
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Fatalf("all together %v", sum)
		}
	})
}

func TestCutsPartWhatIsDifferent(t *testing.T) {
	if got, want := cutsOf([]float64{3, 1, 3, 2}), []float64{1.5, 2.5}; !slices.Equal(got, want) {
		t.Errorf("cuts %v, want %v", got, want)
	}
	var many []float64
	for i := range 1000 {
		many = append(many, float64(i%400))
	}
	for range 5000 {
		many = append(many, 0) // most are nothing
	}
	cuts := cutsOf(many)
	if len(cuts) == 0 || len(cuts) >= maxBins || !slices.IsSorted(cuts) {
		t.Errorf("%d cuts", len(cuts))
	}
	if cuts[0] <= 0 || cuts[0] >= 1 {
		t.Errorf("the first cut, %g, does not part nothing from something", cuts[0])
	}
}

func BenchmarkShares(b *testing.B) {
	f := grown(b, nearOrLoud(2000), Options{LeastRows: 5})
	options := nearOrLoud(3)[2].Options
	for b.Loop() {
		f.Shares(options)
	}
}
