package app

import (
	"testing"
	"unicode"

	"youshi/days"
	"youshi/llm/llmtest"
)

// tokensOf estimates the tokens of a text, on the high side for every tokenizer
// in use: the worst of them take 1.3 tokens for a Chinese character.
func tokensOf(text string) float64 {
	n := 4.0 // what a chat template puts around a turn
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Han, r):
			n += 1.3
		case r < 128:
			n += 0.6
		case r > 0xffff:
			n += 3 // emoji
		default:
			n++
		}
	}
	return n
}

// TestAQuestionAddsLittleToTheCacheablePrefix asks about every message of the
// recorded days that has words: all but the last turn is the same for all of them.
func TestAQuestionAddsLittleToTheCacheablePrefix(t *testing.T) {
	const most = 700
	s := llmtest.New(t, llmtest.Says(`{"intent":"chatter","category":null,"urgency":null,"topic":null,"location":null,"sensitive":false,"summary":null,"same_as":null,"confidence":0.1,"reason":""}`))
	c := withModel(s)
	c.LLM.CallsPer100 = 100
	heard := 0
	for _, file := range recorded(t) {
		lines, err := days.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		replayed(t, c, lines)
		heard += len(lines)
	}
	asked := s.Requests()
	if len(asked) < heard/2 {
		t.Fatalf("only %d of %d messages were asked about", len(asked), heard)
	}
	largest, sum := 0.0, 0.0
	for _, q := range asked {
		for i, m := range q.Messages[:len(q.Messages)-1] {
			if m != asked[0].Messages[i] {
				t.Fatalf("turn %d differs from the first question's: no cache would know it", i)
			}
		}
		n := tokensOf(q.Last())
		sum += n
		if largest = max(largest, n); n > most {
			t.Errorf("%.0f tokens, want at most %d:\n%s", n, most, q.Last())
		}
	}
	t.Logf("%d questions: %.0f tokens beyond the prefix on average, %.0f at most", len(asked), sum/float64(len(asked)), largest)
}
