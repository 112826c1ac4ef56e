package reports

import "testing"

func TestWithinRoundsUpAndLatenessDown(t *testing.T) {
	for _, c := range []struct {
		seconds      float64
		within, late Length
	}{
		{0, Length{1, "second"}, Length{0, "second"}},
		{0.03, Length{1, "second"}, Length{0, "second"}},
		{10, Length{10, "second"}, Length{10, "second"}},
		{230, Length{4, "minute"}, Length{3, "minute"}},
		{7200, Length{2, "hour"}, Length{2, "hour"}},
		{90000, Length{2, "day"}, Length{1, "day"}},
	} {
		if w, l := within(c.seconds), lengthOf(c.seconds); w != c.within || l != c.late {
			t.Errorf("%v s: within %v, late %v; want %v and %v", c.seconds, w, l, c.within, c.late)
		}
	}
}
