package reports

import (
	"testing"
	"time"

	"youshi/grid"
)

func TestPeriodsBeginAndEndAtLocalMidnight(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 15, 16, 30, 0, 0, time.UTC) // Monday the 16th, 00:30 in Shanghai
	parsed := func(s string) func() (Period, error) {
		return func() (Period, error) { return ParsePeriod(s, shanghai) }
	}
	days := func(from, to string) func() (Period, error) {
		return func() (Period, error) { return ParseDays(from, to, shanghai) }
	}
	named := func(p grid.Period) func() (Period, error) {
		return func() (Period, error) { return PeriodOf(p, now, shanghai) }
	}
	for name, c := range map[string]struct {
		period   func() (Period, error)
		from, to string // "": refused
	}{
		"a week":                            {parsed("2026-W46"), "2026-11-09", "2026-11-16"},
		"the first week begins in December": {parsed("2026-W01"), "2025-12-29", "2026-01-05"},
		"a year of 53 weeks":                {parsed("2026-W53"), "2026-12-28", "2027-01-04"},
		"no week 53 in other years":         {parsed("2025-W53"), "", ""},
		"no week 0":                         {parsed("2026-W00"), "", ""},
		"a month":                           {parsed("2026-11"), "2026-11-01", "2026-12-01"},
		"February":                          {parsed("2028-02"), "2028-02-01", "2028-03-01"},
		"no thirteenth month":               {parsed("2026-13"), "", ""},
		"a day":                             {parsed("2026-11-09"), "2026-11-09", "2026-11-10"},
		"words":                             {parsed("last week"), "", ""},
		"two dates":                         {days("2026-11-09", "2026-11-16"), "2026-11-09", "2026-11-16"},
		"dates the wrong way round":         {days("2026-11-16", "2026-11-09"), "", ""},
		"no time between the dates":         {days("2026-11-09", "2026-11-09"), "", ""},
		"no such date":                      {days("2026-11-31", "2026-12-02"), "", ""},
		"this week":                         {named(grid.ThisWeek), "2026-11-16", "2026-11-23"},
		"last week":                         {named(grid.LastWeek), "2026-11-09", "2026-11-16"},
		"this month":                        {named(grid.ThisMonth), "2026-11-01", "2026-12-01"},
		"a name nobody knows":               {named("next_year"), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := c.period()
			if c.from == "" {
				if grid.CodeOf(err) != grid.Invalid {
					t.Errorf("got %v and %v, want a refusal", p, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			const midnight = "2006-01-02 15:04:05 -0700"
			if got, want := p.From.Format(midnight), c.from+" 00:00:00 +0800"; got != want {
				t.Errorf("begins %s, want %s", got, want)
			}
			if got, want := p.To.Format(midnight), c.to+" 00:00:00 +0800"; got != want {
				t.Errorf("ends %s, want %s", got, want)
			}
			if !p.Has(p.From) || p.Has(p.To) || p.Has(p.From.Add(-1)) {
				t.Error("a period is [from, to)")
			}
		})
	}
}
