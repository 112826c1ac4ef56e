package grid

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseSpanReadsTheWordsOfTheTrade(t *testing.T) {
	for in, want := range map[string]Span{
		"10m":               ClockSpan(10 * time.Minute),
		"5s":                ClockSpan(5 * time.Second),
		"1h30m":             ClockSpan(90 * time.Minute),
		"90m":               ClockSpan(90 * time.Minute),
		"24h":               ClockSpan(24 * time.Hour),
		"1d":                ClockSpan(24 * time.Hour),
		"1 day":             ClockSpan(24 * time.Hour),
		"3 days":            ClockSpan(72 * time.Hour),
		"3days":             ClockSpan(72 * time.Hour),
		"1d12h":             ClockSpan(36 * time.Hour),
		"2 days 30m":        ClockSpan(48*time.Hour + 30*time.Minute),
		"2h service":        ServiceSpan(2 * time.Hour),
		"30m service":       ServiceSpan(30 * time.Minute),
		"1h30m service":     ServiceSpan(90 * time.Minute),
		"  2h service\t":    ServiceSpan(2 * time.Hour),
		"1 working day":     WorkingDaySpan(1),
		"7 working days":    WorkingDaySpan(7),
		"3660 working days": WorkingDaySpan(3660),
		"3660 days":         ClockSpan(3660 * 24 * time.Hour),
	} {
		t.Run(in, func(t *testing.T) {
			got, err := ParseSpan(in)
			if err != nil || got != want {
				t.Errorf("ParseSpan(%q) = %#v, %v; want %#v", in, got, err, want)
			}
		})
	}
}

func TestParseSpanRefusesAndSaysWhatWouldBeRight(t *testing.T) {
	for name, in := range map[string]string{
		"nothing":                         "",
		"a bare number":                   "10",
		"a unit alone":                    "h",
		"zero":                            "0",
		"zero minutes":                    "0m",
		"zero days":                       "0 days",
		"zero working days":               "0 working days",
		"less than nothing":               "-2h",
		"a plus sign":                     "+2h",
		"less than nothing after days":    "1d-2h",
		"fewer than no days":              "-1 days",
		"half a working day":              "0.5 working days",
		"service days":                    "2d service",
		"service without a length":        "service",
		"working days without a number":   "working days",
		"an unknown unit":                 "2 weeks",
		"more than ten years":             "3661 days",
		"more than ten years of work":     "3661 working days",
		"more than ten years and a bit":   "3660 days 1s",
		"a number beyond all bounds":      "99999999999999999999 working days",
		"hours beyond all bounds":         "9999999999999h",
		"two spans":                       "2h service 3 days",
		"words after the days":            "3 daysx",
		"the unit of a day spelt wrongly": "3 dayss",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParseSpan(in)
			if err == nil {
				t.Fatalf("ParseSpan(%q) = %v; want an error", in, got)
			}
			if !strings.Contains(err.Error(), `"2h service"`) {
				t.Errorf("error %q does not name what would be right", err)
			}
		})
	}
}

func TestSpanIsWrittenInItsShortestWords(t *testing.T) {
	for want, span := range map[string]Span{
		"":              {},
		"10m":           ClockSpan(600 * time.Second),
		"24h":           ClockSpan(24 * time.Hour),
		"7 days":        ClockSpan(168 * time.Hour),
		"36h":           ClockSpan(36 * time.Hour),
		"1h0m5s":        ClockSpan(time.Hour + 5*time.Second),
		"10h10m10s":     ClockSpan(10*time.Hour + 10*time.Minute + 10*time.Second),
		"2h service":    ServiceSpan(120 * time.Minute),
		"48h service":   ServiceSpan(48 * time.Hour),
		"1 working day": WorkingDaySpan(1),
		"1.5s service":  ServiceSpan(1500 * time.Millisecond),
	} {
		if got := span.String(); got != want {
			t.Errorf("%#v.String() = %q, want %q", span, got, want)
		}
	}
}

func TestSpanReadsBackWhatItWrote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		span := rapid.OneOf(
			rapid.Map(rapid.Int64Range(1, int64(longestSpan*day)), func(n int64) Span { return Span{N: n, Unit: ClockTime} }),
			rapid.Map(rapid.Int64Range(1, int64(longestSpan*day)), func(n int64) Span { return Span{N: n, Unit: ServiceTime} }),
			rapid.Map(rapid.IntRange(1, 80000), func(n int) Span { return ClockSpan(time.Duration(n) * time.Hour) }),
			rapid.Map(rapid.IntRange(1, longestSpan), WorkingDaySpan),
		).Draw(t, "span")
		got, err := ParseSpan(span.String())
		if err != nil || got != span {
			t.Fatalf("ParseSpan(%q) = %#v, %v; want %#v", span.String(), got, err, span)
		}
	})
}

func TestSpanInJSONIsTextAndLeftOutWhenUnset(t *testing.T) {
	type clock struct {
		Confirm Span `json:"confirm,omitzero"`
		Resolve Span `json:"resolve,omitzero"`
	}
	in := clock{Confirm: ServiceSpan(2 * time.Hour)}
	text, err := json.Marshal(in)
	if err != nil || string(text) != `{"confirm":"2h service"}` {
		t.Fatalf("json.Marshal = %s, %v", text, err)
	}
	var out clock
	if err := json.Unmarshal(text, &out); err != nil || out != in {
		t.Fatalf("json.Unmarshal = %#v, %v; want %#v", out, err, in)
	}
	if err := json.Unmarshal([]byte(`{"confirm":""}`), &out); err == nil {
		t.Error("an empty span was read; want an error")
	}
	if out != in {
		t.Error("a span that could not be read changed the old value")
	}
	if text, err := (Span{}).MarshalText(); err == nil {
		t.Errorf("the unset span was written as %q; want an error", text)
	}
}

func FuzzParseSpan(f *testing.F) {
	for _, s := range []string{"2h service", "15m", "1d12h", "3 days", "1 working day", "1.5h", "0d", "d", "1d 1d", "3 da y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		span, err := ParseSpan(s)
		if err != nil {
			return
		}
		if span.N <= 0 {
			t.Fatalf("ParseSpan(%q) = %#v: not longer than nothing", s, span)
		}
		again, err := ParseSpan(span.String())
		if err != nil || again != span {
			t.Fatalf("%q reads as %#v, which writes %q and reads back as %#v, %v", s, span, span.String(), again, err)
		}
	})
}
