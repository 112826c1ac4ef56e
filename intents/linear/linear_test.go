package linear

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// Sentences for tests: each label has words of its own, and all share the rest.
var (
	ownWords = map[string][]string{
		"water": {"停水", "水管", "漏水", "水压", "黄水", "水表"},
		"noise": {"太吵", "噪音", "装修", "电钻", "广场舞", "半夜"},
		"trash": {"垃圾", "清运", "臭味", "垃圾桶", "纸箱", "堆放"},
		"park":  {"停车", "车位", "乱停", "堵门", "挪车", "充电"},
	}
	ownLabels   = []string{"noise", "park", "trash", "water"}
	sharedWords = []string{"三栋", "我们", "楼下", "昨天", "今天", "有人", "怎么", "管管", "物业", "小区", "北门", "没有", "两天", "谢谢", "看看", "一直"}
)

// sentences makes n examples of the head "topic" (and of "place" for every
// second one). wrong is the share of examples with a label drawn blindly, so
// that no model can be certain.
func sentences(n int, wrong float64, seed uint64) []Example {
	random := rand.New(rand.NewPCG(seed, 1))
	pick := func(words []string) string { return words[random.IntN(len(words))] }
	var all []Example
	for i := range n {
		label := pick(ownLabels)
		text := pick(sharedWords) + pick(sharedWords) + pick(ownWords[label]) + pick(sharedWords) + pick(sharedWords)
		if random.Float64() < wrong {
			label = pick(ownLabels)
		}
		e := Example{Doc: Text(text), Labels: map[string]string{"topic": label}, Group: fmt.Sprint("day", i%20)}
		if i%2 == 0 {
			e.Labels["place"] = fmt.Sprint(strings.Contains(text, "北门"))
			e.Doc.Flags = []string{"kind=text"}
		}
		all = append(all, e)
	}
	return all
}

func mustTrain(t testing.TB, examples []Example, o Options) (*Model, Report) {
	t.Helper()
	m, r, err := Train(context.Background(), examples, o)
	if err != nil {
		t.Fatal(err)
	}
	return m, r
}

func saved(t testing.TB, m *Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTextGivesALongTextALead(t *testing.T) {
	short, long := strings.Repeat("水", 60), strings.Repeat("水", 61)
	if got := Text(short).Fields; len(got) != 1 {
		t.Errorf("60 characters: %d fields, want 1", len(got))
	}
	got := Text(long).Fields
	if len(got) != 2 || got[0].Text != long || got[1] != (Field{"lead", strings.Repeat("水", 30)}) {
		t.Errorf("61 characters: %q", got)
	}
}

func TestFoldWritesTheSameThingTheSameWay(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"full-width forms":     {"３栋Ａ座！＃１２", "3栋a座!#12"},
		"circled digits":       {"①单元", "1单元"},
		"blanks are joined":    {"  停　水\n\t了 ", "停 水 了"},
		"invisible characters": {"停\u200b水\ufe0f\ufeff", "停水"},
		"broken bytes":         {"停\xff水", "停水"},
		"digits stay":          {"1号线3号线", "1号线3号线"},
	} {
		if got := string(fold(nil, c.in)); got != c.want {
			t.Errorf("%s: fold(%q) = %q, want %q", name, c.in, got, c.want)
		}
	}
}

func TestNamespacesKeepTheSameCharactersApart(t *testing.T) {
	var examples []Example
	for range 20 {
		examples = append(examples,
			Example{Doc: Doc{Fields: []Field{{Text: "停水了"}, {Name: "quote", Text: "早上好"}}}, Labels: map[string]string{"intent": "report"}},
			Example{Doc: Doc{Fields: []Field{{Text: "早上好"}, {Name: "quote", Text: "停水了"}}}, Labels: map[string]string{"intent": "chatter"}},
			Example{Doc: Doc{Fields: []Field{{Text: "本周小结"}}, Flags: []string{"role=secretary"}}, Labels: map[string]string{"intent": "command"}},
			Example{Doc: Doc{Fields: []Field{{Text: "本周小结"}}, Flags: []string{"role=resident"}}, Labels: map[string]string{"intent": "chatter"}})
	}
	m, _ := mustTrain(t, examples, Options{})
	for _, e := range examples[:4] {
		if got := m.Predict(e.Doc).Head("intent").Label; got != e.Labels["intent"] {
			t.Errorf("%v is %q, want %q", e.Doc, got, e.Labels["intent"])
		}
	}
}

func TestFlagsCountOnceInAnyOrder(t *testing.T) {
	m, _ := mustTrain(t, sentences(200, 0, 1), Options{})
	a := m.Predict(Doc{Flags: []string{"kind=text", "x", "x"}})
	b := m.Predict(Doc{Flags: []string{"x", "kind=text", "kind=text"}})
	for i := range a {
		if fmt.Sprint(a[i]) != fmt.Sprint(b[i]) {
			t.Errorf("%v and %v differ", a[i], b[i])
		}
	}
}
