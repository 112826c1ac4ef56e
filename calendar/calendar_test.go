package calendar_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"youshi/calendar"
	"youshi/grid"
)

// layout carries the weekday, so that a slip in a hand-worked date shows.
const layout = "Mon 2006-01-02 15:04:05"

// at reads "Sat 2025-09-27 18:00" in Shanghai and refuses a wrong weekday.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	if strings.Count(s, ":") == 1 {
		s += ":00"
	}
	moment, err := time.ParseInLocation(layout, s, shanghai(t))
	if err != nil {
		t.Fatal(err)
	}
	if moment.Format(layout) != s {
		t.Fatalf("%s is no such day, it is %s", s, moment.Format(layout))
	}
	return moment
}

func shanghai(t testing.TB) *time.Location { return zone(t, "Asia/Shanghai") }

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func span(t testing.TB, s string) grid.Span {
	t.Helper()
	parsed, err := grid.ParseSpan(s)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// The notices of the State Council for 2025 and 2026, by hand.
func TestDaysOffAndMakeUpDaysAreThoseAnnounced(t *testing.T) {
	off := [][2]string{
		{"2025-01-01", "2025-01-01"}, {"2025-01-28", "2025-02-04"}, {"2025-04-04", "2025-04-06"},
		{"2025-05-01", "2025-05-05"}, {"2025-05-31", "2025-06-02"}, {"2025-10-01", "2025-10-08"},
		{"2026-01-01", "2026-01-03"}, {"2026-02-15", "2026-02-23"}, {"2026-04-04", "2026-04-06"},
		{"2026-05-01", "2026-05-05"}, {"2026-06-19", "2026-06-21"}, {"2026-09-25", "2026-09-27"},
		{"2026-10-01", "2026-10-07"},
	}
	makeUp := map[string]bool{
		"2025-01-26": true, "2025-02-08": true, "2025-04-27": true, "2025-09-28": true, "2025-10-11": true,
		"2026-01-04": true, "2026-02-14": true, "2026-02-28": true, "2026-05-09": true, "2026-09-20": true,
		"2026-10-10": true,
	}
	c := calendar.Default()
	for d := at(t, "Wed 2025-01-01 12:00"); d.Year() <= 2026; d = d.AddDate(0, 0, 1) {
		date := d.Format(time.DateOnly)
		want := makeUp[date] || d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
		for _, holiday := range off {
			if holiday[0] <= date && date <= holiday[1] {
				want = false
			}
		}
		if got := c.Working(d); got != want {
			t.Errorf("Working(%s) = %v, want %v", d.Format(layout), got, want)
		}
	}
}

func TestWorkingAsksForTheDayInTheCalendarsOwnPlace(t *testing.T) {
	c := calendar.Default()
	// 16:30 UTC of the make-up Saturday is already Sunday in Shanghai.
	if c.Working(time.Date(2025, 10, 11, 16, 30, 0, 0, time.UTC)) {
		t.Error("Sunday 12 October 00:30 in Shanghai counts as worked")
	}
	if !c.Working(time.Date(2025, 10, 11, 15, 30, 0, 0, time.UTC)) {
		t.Error("Saturday 11 October 23:30 in Shanghai, a make-up day, counts as a day off")
	}
}

func TestAnnouncedSaysWhichYearsAreKnown(t *testing.T) {
	c := calendar.Default()
	for year, want := range map[int]bool{2001: false, 2002: true, 2025: true, 2026: true, 2099: false} {
		if got := c.Announced(year); got != want {
			t.Errorf("Announced(%d) = %v, want %v", year, got, want)
		}
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestASitesOwnFileOverridesAndExtends(t *testing.T) {
	path := write(t, "site.json", `{"$schema": "x", "year": 2099, "papers": [], "days": [
		{"name": "国庆节", "date": "2099-10-01", "isOffDay": true},
		{"name": "国庆节", "date": "2099-10-03", "isOffDay": false},
		{"name": "元旦", "date": "2098-12-31", "isOffDay": true}]}`)
	c, err := calendar.New(calendar.Options{Holidays: path})
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]bool{
		"Wed 2098-12-31 09:00": false, // a holiday that begins in the year before
		"Thu 2099-10-01 09:00": false,
		"Fri 2099-10-02 09:00": true, // not listed
		"Sat 2099-10-03 09:00": true, // made up
		"Sat 2025-10-11 09:00": true, // built in, untouched
	} {
		if got := c.Working(at(t, day)); got != want {
			t.Errorf("Working(%s) = %v, want %v", day, got, want)
		}
	}
	if !c.Announced(2099) || c.Announced(2098) {
		t.Errorf("Announced(2099), Announced(2098) = %v, %v; want true, false", c.Announced(2099), c.Announced(2098))
	}
	if calendar.Default().Announced(2099) {
		t.Error("a site's file changed another calendar")
	}
}

func TestASitesFolderIsReadInTheOrderOfNames(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"2026.json":       `{"year": 2026, "days": [{"date": "2026-10-10", "isOffDay": true}, {"date": "2026-10-12", "isOffDay": true}]}`,
		"2026-later.json": `{"year": 2026, "days": []}`,
		"2027.json":       `{"year": 2027, "days": [{"date": "2026-10-12", "isOffDay": false}]}`,
		"notes.txt":       `not for us`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := calendar.New(calendar.Options{Holidays: dir})
	if err != nil {
		t.Fatal(err)
	}
	if c.Working(at(t, "Sat 2026-10-10 09:00")) {
		t.Error("the make-up day that the site has cancelled is worked")
	}
	if !c.Working(at(t, "Mon 2026-10-12 09:00")) {
		t.Error("the later file did not win")
	}
}

func TestNewRefusesAndSaysWhy(t *testing.T) {
	h := func(open, shut time.Duration) calendar.Hours { return calendar.Hours{Open: open, Close: shut} }
	for name, test := range map[string]struct {
		options calendar.Options
		want    string
	}{
		"closing before opening":  {calendar.Options{Hours: []calendar.Hours{h(9*time.Hour, 8*time.Hour)}}, "must open before they close"},
		"a day of over 24 hours":  {calendar.Options{Hours: []calendar.Hours{h(9*time.Hour, 25*time.Hour)}}, "between 0h and 24h"},
		"hours that overlap":      {calendar.Options{Hours: []calendar.Hours{h(8*time.Hour, 12*time.Hour), h(11*time.Hour, 14*time.Hour)}}, "not overlap"},
		"hours out of order":      {calendar.Options{Hours: []calendar.Hours{h(14*time.Hour, 17*time.Hour), h(8*time.Hour, 12*time.Hour)}}, "in order"},
		"parts of a minute":       {calendar.Options{Hours: []calendar.Hours{h(8*time.Hour+time.Second, 12*time.Hour)}}, "whole minutes"},
		"no such file":            {calendar.Options{Holidays: filepath.Join(t.TempDir(), "none.json")}, "none.json"},
		"a folder without files":  {calendar.Options{Holidays: t.TempDir()}, "no .json file"},
		"no JSON":                 {calendar.Options{Holidays: write(t, "bad.json", `{`)}, "bad.json"},
		"no year":                 {calendar.Options{Holidays: write(t, "a.json", `{"days": []}`)}, `"year" is missing`},
		"a date that is none":     {calendar.Options{Holidays: write(t, "a.json", `{"year": 2027, "days": [{"date": "2027-02-30", "isOffDay": true}]}`)}, `days[0]: "date" is "2027-02-30"`},
		"a date of another year":  {calendar.Options{Holidays: write(t, "a.json", `{"year": 2027, "days": [{"date": "2025-02-03", "isOffDay": true}]}`)}, "far from the year 2027"},
		"a day neither on or off": {calendar.Options{Holidays: write(t, "a.json", `{"year": 2027, "days": [{"date": "2027-02-03"}]}`)}, `no "isOffDay"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := calendar.New(test.options)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("New gives error %v; want one that says %q", err, test.want)
			}
		})
	}
}

func TestManyMayAskAtOnce(t *testing.T) {
	c, from, s := calendar.Default(), at(t, "Fri 2025-09-26 14:00"), span(t, "7 working days")
	want := at(t, "Mon 2025-10-13 12:00")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got := c.Add(from, s); !got.Equal(want) {
				t.Errorf("Add = %s, want %s", got, want)
			}
			if !calendar.Default().Announced(2026) {
				t.Error("2026 is not announced in a calendar made meanwhile")
			}
		})
	}
	all.Wait()
}
