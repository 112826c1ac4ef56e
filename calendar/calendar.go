// Package calendar knows working time (工作时间): which days are worked under the
// Chinese public holidays and their make-up days (调休), which hours of them are
// service hours, and so when a deadline falls. It only calculates: it reads the
// site's own holidays in New, never the clock, and a Calendar never changes.
package calendar

import (
	"errors"
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // a bare machine has no time zones of its own
)

// Hours is one stretch of service hours on a working day, as lengths since
// midnight in whole minutes: 08:30–12:00 is {8h30m, 12h}. Close is at most 24h.
type Hours struct{ Open, Close time.Duration }

// Options are what a site may set; the zero Options are the defaults.
type Options struct {
	Location *time.Location // nil: Asia/Shanghai
	Hours    []Hours        // in order, not overlapping; none: 08:30–12:00 and 14:00–17:30
	// Holidays is the path of a site's own JSON file in the shape of holiday-cn,
	// or of a folder of such *.json files, read in the order of their names:
	//
	//	{"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}]}
	//
	// Its days win over the built-in ones, day by day; other days stay as they are.
	Holidays string
}

// Calendar answers questions about working time. It is immutable and safe for
// use by many goroutines. Every time it gives is in its own location.
type Calendar struct {
	location   *time.Location
	hours      []Hours
	serviceDay time.Duration // the sum of hours: what one working day counts
	listed     map[day]bool  // days set by the State Council or the site: true is worked
}

// New makes a Calendar. The error says which option or which entry of which
// file is wrong.
func New(o Options) (*Calendar, error) {
	c := &Calendar{location: o.Location, hours: slices.Clone(o.Hours), listed: known()}
	if c.location == nil {
		shanghai, err := time.LoadLocation("Asia/Shanghai")
		if err != nil {
			return nil, fmt.Errorf("loading the time zone: %w", err)
		}
		c.location = shanghai
	}
	if len(c.hours) == 0 {
		c.hours = []Hours{
			{Open: 8*time.Hour + 30*time.Minute, Close: 12 * time.Hour},
			{Open: 14 * time.Hour, Close: 17*time.Hour + 30*time.Minute},
		}
	}
	if err := checkHours(c.hours); err != nil {
		return nil, err
	}
	for _, h := range c.hours {
		c.serviceDay += h.Close - h.Open
	}
	if o.Holidays != "" {
		if err := readHolidays(o.Holidays, c.listed); err != nil {
			return nil, fmt.Errorf("reading the site's holidays: %w", err)
		}
	}
	return c, nil
}

// Default is the Calendar of the zero Options: Asia/Shanghai, 08:30–12:00 and
// 14:00–17:30, the built-in holidays.
func Default() *Calendar {
	c, err := New(Options{})
	if err != nil {
		panic(err) // the time zones are embedded and nothing else can fail
	}
	return c
}

func checkHours(hours []Hours) error {
	var last time.Duration
	for _, h := range hours {
		switch {
		case h.Open < 0 || h.Close > 24*time.Hour || h.Close <= h.Open:
			return fmt.Errorf("service hours from %v to %v: must open before they close, between 0h and 24h", h.Open, h.Close)
		case h.Open%time.Minute != 0 || h.Close%time.Minute != 0:
			return fmt.Errorf("service hours from %v to %v: must be whole minutes", h.Open, h.Close)
		case h.Open < last:
			return errors.New("service hours must be in order and not overlap")
		}
		last = h.Close
	}
	return nil
}

// Working says whether the day on which the moment lies, in the calendar's
// location, is worked.
func (c *Calendar) Working(moment time.Time) bool { return c.works(c.dayOf(moment)) }

// Announced says whether the holidays of a year are known. Where they are not,
// weekends alone are days off, apart from single days a site has set itself.
//
// The State Council announces a year in the autumn before, and no announcement
// goes without National Day: so a year counts as announced once its 1 October
// is listed as a day off.
func (c *Calendar) Announced(year int) bool {
	work, listed := c.listed[dayAt(year, time.October, 1)]
	return listed && !work
}

func (c *Calendar) works(d day) bool {
	if work, listed := c.listed[d]; listed {
		return work
	}
	return !d.weekend()
}

// day is a day of the civil calendar, counted from 1 January 1970.
type day int

func dayAt(year int, month time.Month, date int) day {
	return day(time.Date(year, month, date, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

func (c *Calendar) dayOf(t time.Time) day { return dayAt(t.In(c.location).Date()) }

// at is the moment on d when the clocks in l show the time since midnight.
func (d day) at(since time.Duration, l *time.Location) time.Time {
	return time.Date(1970, time.January, 1+int(d), 0, 0, int(since/time.Second), 0, l)
}

func (d day) weekend() bool {
	weekday := d.at(0, time.UTC).Weekday()
	return weekday == time.Saturday || weekday == time.Sunday
}
