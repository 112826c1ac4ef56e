package reports

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"youshi/grid"
)

// Period is a time [From, To) whose figures are asked for. Both lie at midnight
// in the site's time zone.
type Period struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Kind string    `json:"kind"` // week, month or days
}

// Has reports whether the moment lies in the period.
func (p Period) Has(t time.Time) bool { return !t.Before(p.From) && t.Before(p.To) }

// Last gives the period's last day.
func (p Period) Last() time.Time { return p.To.AddDate(0, 0, -1) }

// Week gives the number of the ISO week in which the period begins.
func (p Period) Week() int {
	_, week := p.From.ISOWeek()
	return week
}

var isoWeek = regexp.MustCompile(`^(\d{4})-W(\d{2})$`)

// ParsePeriod reads an ISO week ("2026-W46"), a month ("2026-11") or a day
// ("2026-11-09"), in loc. The error is a grid.Error that says what would be right.
func ParsePeriod(s string, loc *time.Location) (Period, error) {
	if m := isoWeek.FindStringSubmatch(s); m != nil {
		year, _ := strconv.Atoi(m[1])
		week, _ := strconv.Atoi(m[2])
		// 4 January always lies in the first week.
		p := weekOf(time.Date(year, time.January, 4+7*(week-1), 0, 0, 0, 0, loc))
		if y, w := p.From.ISOWeek(); y != year || w != week {
			return Period{}, unreadable(s, fmt.Sprintf("%d has no week %d", year, week))
		}
		return p, nil
	}
	if t, err := time.ParseInLocation("2006-01", s, loc); err == nil {
		return monthOf(t), nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, s, loc); err == nil {
		return Period{From: t, To: t.AddDate(0, 0, 1), Kind: "days"}, nil
	}
	return Period{}, unreadable(s, `right would be "2026-W46", "2026-11" or "2026-11-09"`)
}

// ParseDays reads a period from two dates, the first of which lies in it and
// the second no more: "2026-11-09" to "2026-11-16" is a week.
func ParseDays(from, to string, loc *time.Location) (Period, error) {
	var ends [2]time.Time
	for i, s := range []string{from, to} {
		t, err := time.ParseInLocation(time.DateOnly, s, loc)
		if err != nil {
			return Period{}, unreadable(s, `right would be "2026-11-09"`)
		}
		ends[i] = t
	}
	if !ends[0].Before(ends[1]) {
		return Period{}, unreadable(from+" to "+to, "a period ends after it begins; its last date lies no more in it")
	}
	return Period{From: ends[0], To: ends[1], Kind: "days"}, nil
}

// PeriodOf gives the period that people name, as of now, in loc. Weeks begin on Monday.
func PeriodOf(p grid.Period, now time.Time, loc *time.Location) (Period, error) {
	now = now.In(loc)
	switch p {
	case grid.ThisWeek:
		return weekOf(now), nil
	case grid.LastWeek:
		return weekOf(now.AddDate(0, 0, -7)), nil
	case grid.ThisMonth:
		return monthOf(now), nil
	}
	return Period{}, unreadable(string(p), "right would be this_week, last_week or this_month")
}

func weekOf(t time.Time) Period {
	sinceMonday := (int(t.Weekday()) + 6) % 7
	monday := time.Date(t.Year(), t.Month(), t.Day()-sinceMonday, 0, 0, 0, 0, t.Location())
	return Period{From: monday, To: monday.AddDate(0, 0, 7), Kind: "week"}
}

func monthOf(t time.Time) Period {
	first := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, t.Location())
	return Period{From: first, To: first.AddDate(0, 1, 0), Kind: "month"}
}

func unreadable(s, why string) error {
	return &grid.Error{Code: grid.Invalid, Say: fmt.Sprintf("period %q: %s", s, why)}
}
