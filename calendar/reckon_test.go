package calendar_test

import (
	"testing"
	"time"

	"youshi/calendar"
	"youshi/grid"
)

func TestAddEndsWhere(t *testing.T) {
	for _, test := range []struct{ name, from, span, want string }{
		// National Day 2025: Sun 28 Sep and Sat 11 Oct are made up, 1–8 Oct are off.
		{"Saturday evening begins on the make-up Sunday", "Sat 2025-09-27 18:00", "2h service", "Sun 2025-09-28 10:30"},
		{"Friday afternoon goes on on the make-up Sunday", "Fri 2025-09-26 16:30", "2h service", "Sun 2025-09-28 09:30"},
		{"a working day is the whole make-up Sunday", "Sat 2025-09-27 18:00", "1 working day", "Sun 2025-09-28 17:30"},
		{"what is left on the eve waits until after the holiday", "Tue 2025-09-30 16:30", "4h service", "Thu 2025-10-09 11:30"},
		{"closing time on the eve is still the eve", "Tue 2025-09-30 16:30", "1h service", "Tue 2025-09-30 17:30"},
		{"a report in the holiday begins after it", "Wed 2025-10-01 10:00", "2h service", "Thu 2025-10-09 10:30"},
		{"the last hour of the holiday begins after it", "Wed 2025-10-08 23:59:59", "2h service", "Thu 2025-10-09 10:30"},
		{"Friday goes on on the make-up Saturday", "Fri 2025-10-10 16:30", "4h service", "Sat 2025-10-11 11:30"},
		{"the Sunday after the make-up Saturday is off", "Sat 2025-10-11 17:00", "1h service", "Mon 2025-10-13 09:00"},
		{"seven working days across it all", "Fri 2025-09-26 14:00", "7 working days", "Mon 2025-10-13 12:00"},
		{"fifteen working days across it all", "Mon 2025-09-22 08:30", "15 working days", "Thu 2025-10-16 17:30"},

		// Spring Festival 2026: Sat 14 and Sat 28 Feb are made up, 15–23 Feb are off.
		{"Friday goes on on the make-up Saturday before the festival", "Fri 2026-02-13 16:30", "4h service", "Sat 2026-02-14 11:30"},
		{"a working day is broken by the festival", "Sat 2026-02-14 15:00", "1 working day", "Tue 2026-02-24 15:00"},
		{"New Year's Eve begins after the festival", "Mon 2026-02-16 20:00", "1h service", "Tue 2026-02-24 09:30"},
		{"the make-up Saturday at the end of the month is worked", "Fri 2026-02-27 17:00", "2h service", "Sat 2026-02-28 10:00"},
		{"and from there into March", "Sat 2026-02-28 17:00", "1h service", "Mon 2026-03-02 09:00"},

		// The day's own edges.
		{"before service counts from the opening", "Tue 2026-11-10 06:41", "2h service", "Tue 2026-11-10 10:30"},
		{"the opening itself", "Mon 2025-10-13 08:30", "2h service", "Mon 2025-10-13 10:30"},
		{"over lunch", "Mon 2025-10-13 11:00", "2h service", "Mon 2025-10-13 15:00"},
		{"what ends at noon stays at noon", "Mon 2025-10-13 11:00", "1h service", "Mon 2025-10-13 12:00"},
		{"a second more ends after lunch", "Mon 2025-10-13 11:00:01", "1h service", "Mon 2025-10-13 14:00:01"},
		{"from noon", "Mon 2025-10-13 12:00", "1h service", "Mon 2025-10-13 15:00"},
		{"from within lunch", "Mon 2025-10-13 13:00", "1h service", "Mon 2025-10-13 15:00"},
		{"from the end of lunch", "Mon 2025-10-13 14:00", "3h30m service", "Mon 2025-10-13 17:30"},
		{"what ends at closing stays at closing", "Mon 2025-10-13 15:30", "2h service", "Mon 2025-10-13 17:30"},
		{"from closing time", "Mon 2025-10-13 17:30", "1m service", "Tue 2025-10-14 08:31"},
		{"from midnight", "Mon 2025-10-13 00:00", "2h service", "Mon 2025-10-13 10:30"},
		{"from a second before midnight", "Mon 2025-10-13 23:59:59", "2h service", "Tue 2025-10-14 10:30"},
		{"a working day from the opening ends at closing", "Mon 2025-10-13 08:30", "1 working day", "Mon 2025-10-13 17:30"},
		{"a working day from ten ends at ten", "Mon 2025-10-13 10:00", "1 working day", "Tue 2025-10-14 10:00"},
		{"a working day from two ends at noon", "Mon 2025-10-13 14:00", "1 working day", "Tue 2025-10-14 12:00"},
		{"a working day from Friday's lunch ends on Monday at noon", "Fri 2025-10-17 12:30", "1 working day", "Mon 2025-10-20 12:00"},
		{"more than a day of service time", "Mon 2025-10-13 08:30", "24h service", "Thu 2025-10-16 11:30"},

		// Months and years.
		{"over a month's end", "Fri 2025-10-31 17:00", "1h service", "Mon 2025-11-03 09:00"},
		{"over a year's end, New Year off, Sunday made up", "Wed 2025-12-31 17:00", "1h service", "Sun 2026-01-04 09:00"},
		{"over a leap day", "Wed 2024-02-28 17:00", "8h service", "Fri 2024-03-01 09:00"},
		{"a year not announced works on New Year's Day", "Wed 2098-12-31 17:00", "1h service", "Thu 2099-01-01 09:00"},
		{"a year not announced has its weekends", "Fri 2099-10-02 17:00", "1h service", "Mon 2099-10-05 09:00"},

		// Clock time knows no hours.
		{"minutes over midnight", "Mon 2025-10-13 23:55", "10m", "Tue 2025-10-14 00:05"},
		{"24 hours over a year's end", "Wed 2025-12-31 17:00", "24h", "Thu 2026-01-01 17:00"},
		{"three days into the holiday", "Tue 2025-09-30 16:30", "3 days", "Fri 2025-10-03 16:30"},
		{"seconds at lunch", "Mon 2025-10-13 12:10", "5s", "Mon 2025-10-13 12:10:05"},
	} {
		t.Run(test.name, func(t *testing.T) {
			from, want := at(t, test.from), at(t, test.want)
			if got := calendar.Default().Add(from, span(t, test.span)); !got.Equal(want) {
				t.Errorf("Add(%s, %s) = %s, want %s", test.from, test.span, got.Format(layout), want.Format(layout))
			}
			if got := calendar.Default().Add(from.UTC(), span(t, test.span)); got.Format(layout) != want.Format(layout) {
				t.Errorf("from the same moment in UTC: %s, want %s", got.Format(layout), want.Format(layout))
			}
		})
	}
}

func TestPartEndsWhere(t *testing.T) {
	for _, test := range []struct {
		name, from, span string
		percent          int
		want             string
	}{
		{"half of four hours goes on the next morning", "Fri 2025-10-10 16:30", "4h service", 50, "Sat 2025-10-11 09:30"},
		{"nine tenths of four hours", "Fri 2025-10-10 16:30", "4h service", 90, "Sat 2025-10-11 11:06"},
		{"half of a working day ends at noon and stays there", "Mon 2025-10-13 08:30", "1 working day", 50, "Mon 2025-10-13 12:00"},
		{"half of seven working days across the holiday", "Fri 2025-09-26 14:00", "7 working days", 50, "Tue 2025-09-30 17:30"},
		{"nine tenths of ten minutes", "Mon 2025-10-13 23:55", "10m", 90, "Tue 2025-10-14 00:04"},
		{"nothing", "Sat 2025-09-27 18:00", "4h service", 0, "Sat 2025-09-27 18:00"},
		{"less than nothing", "Sat 2025-09-27 18:00", "4h service", -5, "Sat 2025-09-27 18:00"},
		{"twice the span", "Fri 2025-10-10 16:30", "2h service", 200, "Sat 2025-10-11 11:30"},
		{"half of the longest span there is", "Mon 2025-10-13 00:00", "3660 days", 50, "Thu 2030-10-17 00:00"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := calendar.Default().Part(at(t, test.from), span(t, test.span), test.percent)
			if want := at(t, test.want); !got.Equal(want) {
				t.Errorf("Part(%s, %s, %d) = %s, want %s", test.from, test.span, test.percent, got.Format(layout), want.Format(layout))
			}
		})
	}
}

func TestMeasureCounts(t *testing.T) {
	for _, test := range []struct {
		name, from, to, like string
		want                 time.Duration
	}{
		{"service hours across National Day", "Fri 2025-09-26 16:30", "Thu 2025-10-09 09:30", "1h service", 23 * time.Hour},
		{"the same for working days", "Fri 2025-09-26 16:30", "Thu 2025-10-09 09:30", "1 working day", 23 * time.Hour},
		{"clock hours across National Day", "Fri 2025-09-26 16:30", "Thu 2025-10-09 09:30", "1h", 305 * time.Hour},
		{"nothing over lunch", "Mon 2025-10-13 12:00", "Mon 2025-10-13 14:00", "1h service", 0},
		{"a second of the morning and one of the afternoon", "Mon 2025-10-13 11:59:59", "Mon 2025-10-13 14:00:01", "1h service", 2 * time.Second},
		{"nothing in the holiday", "Wed 2025-10-01 09:00", "Wed 2025-10-08 17:00", "1h service", 0},
		{"nothing from a moment to itself", "Mon 2025-10-13 10:00", "Mon 2025-10-13 10:00", "1h service", 0},
		{"less than nothing backwards", "Mon 2025-10-13 15:00", "Mon 2025-10-13 11:00", "1h service", -2 * time.Hour},
		{"less than nothing backwards by the clock", "Mon 2025-10-13 15:00", "Mon 2025-10-13 11:00", "1h", -4 * time.Hour},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := calendar.Default().Measure(at(t, test.from), at(t, test.to), span(t, test.like))
			if got != test.want {
				t.Errorf("Measure(%s, %s) = %v, want %v", test.from, test.to, got, test.want)
			}
		})
	}
}

func TestAnUnsetSpanIsDueAtOnce(t *testing.T) {
	from := at(t, "Sat 2025-09-27 18:00")
	for _, s := range []grid.Span{{}, grid.ServiceSpan(0), grid.ServiceSpan(-time.Hour), grid.ClockSpan(-time.Hour)} {
		if got := calendar.Default().Add(from, s); !got.Equal(from) {
			t.Errorf("Add(%#v) = %s, want from itself", s, got.Format(layout))
		}
	}
}

func TestASitesOwnHoursMakeItsWorkingDay(t *testing.T) {
	c, err := calendar.New(calendar.Options{Hours: []calendar.Hours{{Open: 9 * time.Hour, Close: 24 * time.Hour}}})
	if err != nil {
		t.Fatal(err)
	}
	got, want := c.Add(at(t, "Mon 2025-10-13 20:00"), span(t, "1 working day")), at(t, "Tue 2025-10-14 20:00")
	if !got.Equal(want) {
		t.Errorf("one working day of 15 hours ends %s, want %s", got.Format(layout), want.Format(layout))
	}
	got, want = c.Add(at(t, "Mon 2025-10-13 20:00"), span(t, "4h service")), at(t, "Tue 2025-10-14 00:00")
	if !got.Equal(want) {
		t.Errorf("a deadline at closing, midnight, is %s, want %s", got.Format(layout), want.Format(layout))
	}
}

func TestServiceHoursAreRealHoursWhereClocksAreChanged(t *testing.T) {
	newYork := zone(t, "America/New_York")
	// On Sunday 8 March 2099 clocks go from 02:00 to 03:00; a site works that day.
	path := write(t, "site.json", `{"year": 2099, "days": [{"date": "2099-03-08", "isOffDay": false}]}`)
	c, err := calendar.New(calendar.Options{Location: newYork, Hours: []calendar.Hours{{Open: 0, Close: 6 * time.Hour}}, Holidays: path})
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2099, 3, 8, 1, 0, 0, 0, newYork)
	if got, want := c.Add(from, span(t, "2h service")), time.Date(2099, 3, 8, 4, 0, 0, 0, newYork); !got.Equal(want) {
		t.Errorf("two hours from 01:00 end at %s, want %s", got, want)
	}
	if got := c.Measure(time.Date(2099, 3, 8, 0, 0, 0, 0, newYork), time.Date(2099, 3, 8, 6, 0, 0, 0, newYork), span(t, "1h service")); got != 5*time.Hour {
		t.Errorf("the short night counts %v, want 5h", got)
	}
}
