package calendar_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"youshi/calendar"
	"youshi/grid"
)

// The notices of the State Council on public holidays (国务院办公厅关于节假日安排的
// 通知) for 2024, 2025 and 2026, by hand. Nothing of this file asks the calendar
// what it is there to check.
var (
	offNoticed = [][2]string{
		{"2024-01-01", "2024-01-01"}, {"2024-02-10", "2024-02-17"}, {"2024-04-04", "2024-04-06"}, {"2024-05-01", "2024-05-05"},
		{"2024-06-10", "2024-06-10"}, {"2024-09-15", "2024-09-17"}, {"2024-10-01", "2024-10-07"},
		{"2025-01-01", "2025-01-01"}, {"2025-01-28", "2025-02-04"}, {"2025-04-04", "2025-04-06"}, {"2025-05-01", "2025-05-05"},
		{"2025-05-31", "2025-06-02"}, {"2025-10-01", "2025-10-08"},
		{"2026-01-01", "2026-01-03"}, {"2026-02-15", "2026-02-23"}, {"2026-04-04", "2026-04-06"}, {"2026-05-01", "2026-05-05"},
		{"2026-06-19", "2026-06-21"}, {"2026-09-25", "2026-09-27"}, {"2026-10-01", "2026-10-07"},
	}
	workedNoticed = []string{
		"2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14", "2024-09-29", "2024-10-12",
		"2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
		"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
	}
)

// minutes are the minutes of the years 2024 to 2027, counted from the first one;
// served are those of them that lie in service hours, found by walking all.
type minutes struct {
	first  time.Time
	served []int
}

func walk() minutes {
	china := time.FixedZone("+08", 8*60*60)
	m := minutes{first: time.Date(2024, 1, 1, 0, 0, 0, 0, china)}
	end := time.Date(2028, 1, 1, 0, 0, 0, 0, china)
	for i, at := 0, m.first; at.Before(end); i, at = i+1, at.Add(time.Minute) {
		clock := at.Hour()*100 + at.Minute()
		if clock < 830 || clock >= 1200 && clock < 1400 || clock >= 1730 {
			continue
		}
		date := at.Format(time.DateOnly)
		holiday := slices.ContainsFunc(offNoticed, func(d [2]string) bool { return d[0] <= date && date <= d[1] })
		weekend := at.Weekday() == time.Saturday || at.Weekday() == time.Sunday
		if !holiday && (!weekend || slices.Contains(workedNoticed, date)) {
			m.served = append(m.served, i)
		}
	}
	return m
}

// after is the moment at which so many served minutes have passed.
func (m minutes) after(from time.Time, n int) time.Time {
	begin := int(from.Sub(m.first) / time.Minute)
	next, _ := slices.BinarySearch(m.served, begin)
	return m.first.Add(time.Duration(m.served[next+n-1]+1) * time.Minute)
}

// between counts the served minutes from one moment to another.
func (m minutes) between(from, to time.Time) int {
	a, _ := slices.BinarySearch(m.served, int(from.Sub(m.first)/time.Minute))
	b, _ := slices.BinarySearch(m.served, int(to.Sub(m.first)/time.Minute))
	return b - a
}

func TestTenThousandDeadlinesAgreeWithAWalkerThatSharesNothing(t *testing.T) {
	m, c := walk(), calendar.Default()
	random := rand.New(rand.NewPCG(2024, 2026))
	year := int(m.first.AddDate(3, 0, 0).Sub(m.first) / time.Minute)
	for range 10_000 {
		from := m.first.Add(time.Duration(random.IntN(year)) * time.Minute)
		days := 2 + random.IntN(14)
		for _, s := range []struct {
			span   grid.Span
			served int // minutes; 0: clock time
		}{
			{span(t, "15m"), 0},
			{span(t, "1h service"), 60},
			{span(t, "2h service"), 120},
			{span(t, "4h service"), 240},
			{span(t, "1 working day"), 420},
			{grid.WorkingDaySpan(days), days * 420},
		} {
			due, half := from.Add(15*time.Minute), from.Add(7*time.Minute+30*time.Second)
			nearly := from.Add(13*time.Minute + 30*time.Second)
			if s.served > 0 {
				due, half, nearly = m.after(from, s.served), m.after(from, s.served/2), m.after(from, s.served*9/10)
				if got := c.Measure(from, due, s.span); got != time.Duration(m.between(from, due))*time.Minute {
					t.Fatalf("from %s to %s %v are measured", from, due, got)
				}
			}
			for what, pair := range map[string][2]time.Time{"whole": {c.Add(from, s.span), due},
				"half": {c.Part(from, s.span, 50), half}, "nine tenths": {c.Part(from, s.span, 90), nearly}} {
				if got, want := pair[0], pair[1]; !got.Equal(want) {
					t.Fatalf("%s of %s from %s: %s, walked %s", what, s.span, from.Format(layout), got.Format(layout), want.Format(layout))
				}
			}
		}
	}
}
