package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"youshi/calendar"
	"youshi/grid"
)

// hours are the default service hours, said again for the peer and the checks.
var hours = [][2]time.Duration{
	{8*time.Hour + 30*time.Minute, 12 * time.Hour},
	{14 * time.Hour, 17*time.Hour + 30*time.Minute},
}

// inService says whether t lies in service time; with shut, a closing time does too.
func inService(c *calendar.Calendar, t time.Time, shut bool) bool {
	since := time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute +
		time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
	for _, h := range hours {
		if c.Working(t) && h[0] <= since && (since < h[1] || shut && since == h[1]) {
			return true
		}
	}
	return false
}

// addByMinutes is the naive peer of Add for service time: it walks minute by
// minute and counts those in service.
func addByMinutes(c *calendar.Calendar, from time.Time, length time.Duration) time.Time {
	for ; length > 0; from = from.Add(time.Minute) {
		if inService(c, from, false) {
			length -= time.Minute
		}
	}
	return from
}

func someTime(t *rapid.T, name string) time.Time {
	// From 2024 into 2028: announced years and, as yet, one that is not.
	seconds := rapid.Int64Range(1704038400, 1830268800).Draw(t, name)
	return time.Unix(seconds, rapid.Int64Range(0, 999_999_999).Draw(t, name+" ns"))
}

func someSpan(t *rapid.T, unit grid.SpanUnit, name string) grid.Span {
	if unit == grid.WorkingDays {
		return grid.WorkingDaySpan(rapid.IntRange(1, 60).Draw(t, name))
	}
	return grid.Span{N: rapid.Int64Range(1, int64(300*time.Hour)).Draw(t, name), Unit: unit}
}

func someUnit(t *rapid.T) grid.SpanUnit {
	return rapid.SampledFrom([]grid.SpanUnit{grid.ClockTime, grid.ServiceTime, grid.WorkingDays}).Draw(t, "unit")
}

func length(s grid.Span) time.Duration {
	if s.Unit == grid.WorkingDays {
		return time.Duration(s.N) * 7 * time.Hour
	}
	return time.Duration(s.N)
}

func TestALaterStartNeverEndsEarlier(t *testing.T) {
	c := calendar.Default()
	rapid.Check(t, func(t *rapid.T) {
		from, s := someTime(t, "from"), someSpan(t, someUnit(t), "span")
		later := from.Add(time.Duration(rapid.Int64Range(0, int64(100*time.Hour)).Draw(t, "by")))
		if a, b := c.Add(from, s), c.Add(later, s); b.Before(a) {
			t.Fatalf("%s from %s ends %s, from %s already %s", s, from, a, later, b)
		}
	})
}

func TestALongerSpanNeverEndsEarlier(t *testing.T) {
	c := calendar.Default()
	rapid.Check(t, func(t *rapid.T) {
		from, unit := someTime(t, "from"), someUnit(t)
		short, long := someSpan(t, unit, "one"), someSpan(t, unit, "other")
		if short.N > long.N {
			short, long = long, short
		}
		a, b := c.Add(from, short), c.Add(from, long)
		if b.Before(a) || short != long && !b.After(a) {
			t.Fatalf("from %s, %s ends %s and %s ends %s", from, short, a, long, b)
		}
	})
}

func TestADeadlineLiesInServiceTimeOrOnItsClosing(t *testing.T) {
	c := calendar.Default()
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]grid.SpanUnit{grid.ServiceTime, grid.WorkingDays}).Draw(t, "unit")
		from, s := someTime(t, "from"), someSpan(t, unit, "span")
		percent := rapid.IntRange(1, 100).Draw(t, "percent")
		// A nanosecond span's hundredth is no time at all, and that is from itself.
		if due := c.Part(from, s, percent); due.After(from) && !inService(c, due, true) {
			t.Fatalf("%d %% of %s from %s ends %s, out of service", percent, s, from, due)
		}
		if due := c.Add(from, s); !due.After(from) || !inService(c, due, true) {
			t.Fatalf("%s from %s ends %s, out of service", s, from, due)
		}
	})
}

func TestMeasureGivesBackWhatAddAdded(t *testing.T) {
	c := calendar.Default()
	rapid.Check(t, func(t *rapid.T) {
		from, s := someTime(t, "from"), someSpan(t, someUnit(t), "span")
		due := c.Add(from, s)
		if got := c.Measure(from, due, s); got != length(s) {
			t.Fatalf("from %s to %s are %v, want %s", from, due, got, s)
		}
		if got := c.Measure(due, from, s); got != -length(s) {
			t.Fatalf("from %s back to %s are %v, want less %s", due, from, got, s)
		}
	})
}

func TestMeasureAddsUp(t *testing.T) {
	c := calendar.Default()
	rapid.Check(t, func(t *rapid.T) {
		a, b, d := someTime(t, "a"), someTime(t, "b"), someTime(t, "c")
		like := grid.Span{Unit: someUnit(t)}
		if sum, whole := c.Measure(a, b, like)+c.Measure(b, d, like), c.Measure(a, d, like); sum != whole {
			t.Fatalf("%s to %s to %s: %v in parts, %v as a whole", a, b, d, sum, whole)
		}
	})
}

func TestPartIsItsShareOfTheSpan(t *testing.T) {
	c := calendar.Default()
	rapid.Check(t, func(t *rapid.T) {
		from, s := someTime(t, "from"), someSpan(t, someUnit(t), "span")
		if whole, all := c.Part(from, s, 100), c.Add(from, s); !whole.Equal(all) {
			t.Fatalf("the whole of %s from %s ends %s, Add says %s", s, from, whole, all)
		}
		percent := rapid.IntRange(0, 100).Draw(t, "percent")
		passed := c.Measure(from, c.Part(from, s, percent), s)
		want := float64(length(s)) * float64(percent) / 100
		if diff := float64(passed) - want; diff > 1 || diff < -1 { // in nanoseconds
			t.Fatalf("after %d %% of %s from %s, %v have passed", percent, s, from, passed)
		}
	})
}

func TestAddAgreesWithWalkingMinuteByMinute(t *testing.T) {
	c, l := calendar.Default(), shanghai(t)
	rapid.Check(t, func(t *rapid.T) {
		from := someTime(t, "from").Truncate(time.Minute).In(l)
		minutes := time.Duration(rapid.IntRange(1, 20*60).Draw(t, "minutes")) * time.Minute
		got, want := c.Add(from, grid.ServiceSpan(minutes)), addByMinutes(c, from, minutes)
		if !got.Equal(want) {
			t.Fatalf("%v of service from %s end %s, by walking %s", minutes, from, got, want)
		}
	})
}

// The two benchmarks answer the same question: Add against its naive peer.

func BenchmarkAdd15WorkingDays(b *testing.B) {
	c, from, s := calendar.Default(), at(b, "Mon 2025-09-22 08:30"), span(b, "15 working days")
	want := at(b, "Thu 2025-10-16 17:30")
	for b.Loop() {
		if !c.Add(from, s).Equal(want) {
			b.Fatal("wrong deadline")
		}
	}
}

func BenchmarkAdd15WorkingDaysByMinutes(b *testing.B) {
	c, from := calendar.Default(), at(b, "Mon 2025-09-22 08:30")
	want := at(b, "Thu 2025-10-16 17:30")
	for b.Loop() {
		if !addByMinutes(c, from, 15*7*time.Hour).Equal(want) {
			b.Fatal("wrong deadline")
		}
	}
}
