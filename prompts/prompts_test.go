package prompts

import (
	"strings"
	"testing"
	"time"
)

func TestADayIsSaidAsPeopleSayIt(t *testing.T) {
	v, err := Open("zh")
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.Say("day", time.Date(2026, 11, 10, 8, 30, 0, 0, time.UTC))
	if err != nil || got != "11月10日周二08:30" {
		t.Errorf("Say(day) = %q, %v", got, err)
	}
}

func TestWhatIsMissingIsAnErrorNotABlank(t *testing.T) {
	v, err := Open("zh")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := v.Say("no such sentence", nil); err == nil {
		t.Errorf("an unknown sentence was said: %q", s)
	}
	if s, err := v.Say("ack", struct{ No int }{1}); err == nil {
		t.Errorf("a sentence with a hole was said: %q", s)
	}
	if _, err := Open("xx"); err == nil {
		t.Error("a language without a folder was opened")
	}
}

func TestLongWordsAreCutWithAMark(t *testing.T) {
	for _, c := range []struct{ in, want string }{{"三号楼", "三号楼"}, {"一二三四五六", "一二三四…"}, {"a  b\nc", "a b c"}} {
		if got := cut(5, c.in); got != c.want {
			t.Errorf("cut(5, %q) = %q, want %q", c.in, got, c.want)
		}
	}
	if n := len([]rune(cut(40, strings.Repeat("长", 1<<20)))); n != 40 {
		t.Errorf("a megabyte was cut to %d characters", n)
	}
}
