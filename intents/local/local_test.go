package local

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"youshi/grid"
)

func mustShipped(t testing.TB) *Step {
	t.Helper()
	s, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func said(from, text string, minute int) grid.Message {
	return grid.Message{From: grid.PersonID(from), Kind: grid.TextMessage, Text: text, Sent: time.Date(2026, 11, 10, 10, minute, 0, 0, time.UTC)}
}

func TestTheShippedModelKnowsWhatIsPlain(t *testing.T) {
	step := mustShipped(t)
	for text, want := range map[string]grid.Kind{
		"6栋2单元楼道灯全坏了，晚上黑漆漆的老人不敢下楼，什么时候能来修一下": grid.Report,
		"小区北门垃圾堆了好几天没人收，臭得不行，物业管不管":          grid.Report,
		"请问医保在哪里办，需要带什么材料？":                  grid.Inquiry,
		"建议在小区广场加装几个健身器材，老人锻炼也方便":            grid.Suggestion,
		"哈哈哈哈":      grid.Chatter,
		"大家早上好[太阳]": grid.Chatter,
		"今天晚上吃什么呀":  grid.Chatter,
	} {
		t.Run(text, func(t *testing.T) {
			got, _, err := step.Try(t.Context(), said("a", text, 0), grid.Scene{Role: grid.Resident})
			if err != nil || got.Kind != want {
				t.Errorf("got %s (%.2f), %v; want %s", got.Kind, got.Confidence, err, want)
			}
		})
	}
}

func TestAnAnswerHasTheLabelsOfItsKindAndNoOthers(t *testing.T) {
	step := mustShipped(t)
	texts := append(sampleTexts(), "", "？", strings.Repeat("水", 100_000), "\xff\xfe", "🦀🦀")
	for _, text := range texts {
		in, sure, err := step.Try(t.Context(), said("a", text, 0), grid.Scene{Role: grid.Resident})
		if err != nil {
			t.Fatal(err)
		}
		if in.Confidence < 0 || in.Confidence > 1 || sure != (in.Confidence >= step.Bars().Sure) {
			t.Errorf("%.20q: confidence %v, sure %v", text, in.Confidence, sure)
		}
		if (in.Category != "") != in.Kind.Actionable() ||
			(in.Urgency != "") != (in.Kind == grid.Report || in.Kind == grid.Wish) ||
			(in.Topic != "") != (in.Kind.Actionable() || in.Kind == grid.Inquiry) || in.Topic != "" && !in.Topic.Valid() {
			t.Errorf("%.20q: %+v", text, in)
		}
	}
}

func TestAnswersAreTheSameFromManyLanesAtOnce(t *testing.T) {
	step := mustShipped(t)
	var want []grid.Intent
	for _, text := range sampleTexts() {
		in, _, _ := step.Try(t.Context(), said("a", text, 0), grid.Scene{})
		want = append(want, in)
	}
	var lanes sync.WaitGroup
	for range 8 {
		lanes.Go(func() {
			for i, text := range sampleTexts() {
				if in, _, _ := step.Try(context.Background(), said("a", text, 0), grid.Scene{}); in.Kind != want[i].Kind || in.Confidence != want[i].Confidence {
					t.Errorf("%q: %+v, want %+v", text, in, want[i])
				}
			}
		})
	}
	lanes.Wait()
}

func TestAFileThatIsNoModelIsRefusedWithTheReason(t *testing.T) {
	head := func(format int) string { return fmt.Sprintf(`{"youshi":"local model","format":%d}`, format) + "\n" }
	for name, c := range map[string]struct{ file, reason string }{
		"nothing":           {"", "not a model made by `youshi train`"},
		"something else":    {"{}\n", "not a model made by `youshi train`"},
		"of another format": {head(9), "the file has format 9, this program reads format 2: train the model anew"},
		"without weights":   {head(fileFormat), "this is not a model file of youshi"},
		"for other clues":   {`{"youshi":"local model","format":2,"links":{"forest":{"names":["what nobody counts"],"trees":[]},"runes":{}}}` + "\n", "the Linker: its numbers are not those"},
		"without trees":     {`{"youshi":"local model","format":2,"links":{"runes":{}}}` + "\n", "the Linker: there are no trees"},
		"cut short":         {string(shipped[:len(shipped)/2]), "cut short"},
		"damaged":           {string(shipped[:len(shipped)-9]) + "X" + string(shipped[len(shipped)-8:]), "checksum"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Open([]byte(c.file)); err == nil || !strings.HasPrefix(err.Error(), "opening the local model: ") || !strings.Contains(err.Error(), c.reason) {
				t.Errorf("got %v, want %s", err, c.reason)
			}
		})
	}
}

func TestTheShippedModelIsSmall(t *testing.T) {
	if len(shipped) > 8<<20 {
		t.Errorf("%d bytes, want at most 8 MiB", len(shipped))
	}
}

func sampleTexts() []string {
	return []string{"水管爆了快来人", "哈哈", "请问几点开门", "+1", "电梯困人了！！", "建议装个棚子", "谢谢网格员", "群里接龙买鸡蛋 25元一板", "@小格 本周小结"}
}

// talk makes examples that can be learnt: each kind has words of its own.
func talk(n int, seed uint64) []Example {
	random := rand.New(rand.NewPCG(seed, 0))
	words := map[grid.Kind][]string{
		grid.Report: {"坏了", "漏水", "没人管", "堵住"}, grid.Inquiry: {"请问", "哪里办", "几点", "材料"}, grid.Chatter: {"哈哈", "早上好", "好吃", "晚安"},
	}
	kinds := []grid.Kind{grid.Report, grid.Inquiry, grid.Chatter, grid.Chatter}
	var all []Example
	for i := range n {
		k := kinds[random.IntN(len(kinds))]
		text := ""
		for range 3 {
			text += words[k][random.IntN(4)]
		}
		g := grid.Intent{Kind: k}
		if k != grid.Chatter {
			g.Topic = []grid.Topic{"noise", "pets"}[random.IntN(2)]
		}
		if k == grid.Report {
			g.Category, g.Urgency = []grid.Category{grid.Immediate, grid.Pending}[random.IntN(2)], []grid.Urgency{grid.Normal, grid.Urgent}[random.IntN(2)]
			g.Sensitive = random.IntN(4) == 0
		}
		all = append(all, Example{Message: said("a", text, 0), Gold: g, Group: fmt.Sprint("day ", i%6)})
	}
	return all
}

func TestSameExamplesGiveTheSameFileAndWhatIsLearntIsAnswered(t *testing.T) {
	first, _, err := Train(t.Context(), talk(300, 1), Options{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := Train(t.Context(), talk(300, 1), Options{Seed: 3})
	if err != nil || !bytes.Equal(first, again) {
		t.Fatalf("the second file is another one: %v", err)
	}
	step, err := Open(first)
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	unseen := talk(200, 2)
	for _, e := range unseen {
		if in, _, _ := step.Try(t.Context(), e.Message, e.Scene); in.Kind == e.Gold.Kind {
			right++
		}
	}
	if right < 190 {
		t.Errorf("%d of %d right", right, len(unseen))
	}
}

func TestExamplesThatLackALabelTrainNothing(t *testing.T) {
	chatter := slices.DeleteFunc(talk(100, 1), func(e Example) bool { return e.Gold.Kind != grid.Chatter })
	for name, examples := range map[string][]Example{"none": nil, "chatter alone": chatter} {
		if _, _, err := Train(t.Context(), examples, Options{}); err == nil || !strings.HasPrefix(err.Error(), "training the local model: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Train(ctx, talk(100, 1), Options{}); err == nil {
		t.Error("training went on although nobody waits for it")
	}
}

func TestABarIsSetWhereFewFalseAlarmsCostFewMisses(t *testing.T) {
	all := []judged{{0.9, true}, {0.8, true}, {0.7, false}, {0.6, true}, {0.2, false}}
	if got := bestBar(all, 0.5); got <= 0.7 || got > 0.8 {
		t.Errorf("precision counts: bar %v, want over 0.7", got)
	}
	if got := bestBar(all, 2); got <= 0.2 || got > 0.6 {
		t.Errorf("recall counts: bar %v, want at most 0.6", got)
	}
	if got := bestBar(nil, 1); got != 0.5 {
		t.Errorf("without cases: %v", got)
	}
	if got := leastBar(all, sureRight, 0.5); got <= 0.7 || got > 0.8 {
		t.Errorf("sure from %v, want over 0.7", got)
	}
	if got := leastBar([]judged{{0.99, false}}, sureRight, 0.5); got <= 1 {
		t.Errorf("sure from %v although never right", got)
	}
}

func BenchmarkTry(b *testing.B) {
	step := mustShipped(b)
	heard := []Heard{}
	for i, text := range sampleTexts() {
		heard = append(heard, Heard{Message: said(fmt.Sprint(i%3), text, i), Gold: grid.Intent{Kind: grid.Report}})
	}
	scenes := Scenes(heard, "小格", func(_ int, e Example) grid.Intent { return e.Gold })
	e := scenes[len(scenes)-1]
	for b.Loop() {
		_, _, _ = step.Try(b.Context(), e.Message, e.Scene)
	}
}
