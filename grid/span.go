package grid

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// SpanUnit says in which time a Span is counted.
type SpanUnit uint8

// The units.
const (
	ClockTime   SpanUnit = iota // every minute of the day and night counts
	ServiceTime                 // only the service hours of working days count (工作时间)
	WorkingDays                 // full service days, counted through service time (工作日)
)

// Span is a length of time as the trade says it: "10m", "24h", "3 days",
// "2h service", "1 working day". The zero Span means that no clock is set.
// Spans can be compared with ==. How long a Span lasts from a given moment is
// the calendar's to say.
type Span struct {
	N    int64 // nanoseconds of clock or service time, or a number of working days
	Unit SpanUnit
}

// ClockSpan is d of clock time.
func ClockSpan(d time.Duration) Span { return Span{N: int64(d), Unit: ClockTime} }

// ServiceSpan is d of service time.
func ServiceSpan(d time.Duration) Span { return Span{N: int64(d), Unit: ServiceTime} }

// WorkingDaySpan is n working days.
func WorkingDaySpan(n int) Span { return Span{N: int64(n), Unit: WorkingDays} }

const day = 24 * time.Hour

// longestSpan is the most days that ParseSpan takes: ten years. Nothing in the
// trade is promised for longer, and no sum of such spans overflows.
const longestSpan = 3660

// errUnsetSpan is what marshalling the zero Span meets: written down as empty
// text it could not be told from a forgotten value.
var errUnsetSpan = errors.New("an unset span has no text; leave the field out (omitzero)")

// ParseSpan reads a Span: clock time as days, hours, minutes and seconds
// ("15m", "1h30m", "3 days", "1d12h"), service time as the same without days
// followed by "service" ("2h service"), or working days ("7 working days").
// A Span is longer than nothing and at most ten years (3660 days). The error
// names what would be right.
func ParseSpan(s string) (Span, error) {
	span, err := parseSpan(strings.TrimSpace(s))
	if err != nil {
		return Span{}, fmt.Errorf(`span %q: %w; right would be "15m", "1h30m", "3 days", "2h service" or "7 working days"`, s, err)
	}
	return span, nil
}

func parseSpan(s string) (Span, error) {
	if number, ok := cutAnySuffix(s, " working days", " working day"); ok {
		n, err := parseDays(number)
		return WorkingDaySpan(n), err
	}
	if length, ok := strings.CutSuffix(s, " service"); ok {
		d, err := parseHours(length)
		return ServiceSpan(d), err
	}
	d, err := parseClock(s)
	return ClockSpan(d), err
}

// parseClock reads days, then the rest of the time, either of them optional.
func parseClock(s string) (time.Duration, error) {
	number, rest, found := strings.Cut(s, "d")
	if !found {
		return parseHours(s)
	}
	n, err := parseDays(number)
	if err != nil {
		return 0, err
	}
	rest, _ = cutAnyPrefix(rest, "ays", "ay")
	if rest == "" {
		return time.Duration(n) * day, nil
	}
	d, err := parseHours(strings.TrimPrefix(rest, " "))
	if err != nil {
		return 0, err
	}
	return inBounds(time.Duration(n)*day + d)
}

// parseHours reads hours, minutes and seconds.
func parseHours(s string) (time.Duration, error) {
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		return 0, errors.New("a span has no sign")
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, errors.New("not a length of time")
	}
	return inBounds(d)
}

func parseDays(s string) (int, error) {
	s = strings.TrimSuffix(s, " ")
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return 0, errors.New("not a whole number of days")
	}
	_, err = inBounds(time.Duration(n) * day)
	return int(n), err
}

func inBounds(d time.Duration) (time.Duration, error) {
	switch {
	case d <= 0:
		return 0, errors.New("a span is longer than nothing")
	case d > longestSpan*day:
		return 0, fmt.Errorf("a span is at most %d days", longestSpan)
	}
	return d, nil
}

func cutAnySuffix(s string, suffixes ...string) (string, bool) {
	for _, suffix := range suffixes {
		if before, ok := strings.CutSuffix(s, suffix); ok {
			return before, true
		}
	}
	return s, false
}

func cutAnyPrefix(s string, prefixes ...string) (string, bool) {
	for _, prefix := range prefixes {
		if after, ok := strings.CutPrefix(s, prefix); ok {
			return after, true
		}
	}
	return s, false
}

// IsZero says that no clock is set; encoding/json asks it for omitzero.
func (s Span) IsZero() bool { return s.N == 0 }

// String is the Span in the words that ParseSpan reads: whole days from two
// on as days ("7 days"), what is shorter or broken as hours ("24h", "36h").
// The zero Span is "".
func (s Span) String() string {
	if s.IsZero() {
		return ""
	}
	d := time.Duration(s.N)
	switch {
	case s.Unit == WorkingDays && s.N == 1:
		return "1 working day"
	case s.Unit == WorkingDays:
		return fmt.Sprintf("%d working days", s.N)
	case s.Unit == ServiceTime:
		return hours(d) + " service"
	case d%day == 0 && d > day:
		return fmt.Sprintf("%d days", d/day)
	}
	return hours(d)
}

// hours is time.Duration's own text without the empty minutes and seconds.
func hours(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// MarshalText writes String. The zero Span is an error: an unset clock is left
// out, not written as empty text.
func (s Span) MarshalText() ([]byte, error) {
	if s.IsZero() {
		return nil, errUnsetSpan
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads what ParseSpan reads; the config and the store use it.
func (s *Span) UnmarshalText(text []byte) error {
	span, err := ParseSpan(string(text))
	if err != nil {
		return err
	}
	*s = span
	return nil
}
