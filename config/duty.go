package config

import (
	"fmt"
	"time"

	"youshi/grid"
)

// Whistle is a joint matter (吹哨).
type Whistle struct {
	ReportIn grid.Span `toml:"report_in"` // how long a unit has to report in (报到)
}

// ResolvePhoto says which classes of matters need a picture of the result (办结).
type ResolvePhoto struct {
	Immediate bool `toml:"immediate"`
	Pending   bool `toml:"pending"`
	Escalate  bool `toml:"escalate"`
}

// Assign says who is proposed to be sent (派单) to matters of a topic, class or
// area; what is left out fits every matter.
type Assign struct {
	Topic    grid.Topic    `toml:"topic"`
	Category grid.Category `toml:"category"`
	Area     string        `toml:"area"`
	Role     grid.Role     `toml:"role"` // whoever holds it where the matter is, or
	Name     string        `toml:"name"` // one person or unit
}

// Day is a day of the calendar: the last of a term.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// UnmarshalText reads "2027-06-30".
func (d *Day) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return fmt.Errorf(`%q is no day; right would be "2027-06-30"`, text)
	}
	d.Year, d.Month, d.Day = t.Date()
	return nil
}

// End gives the moment at which the day is over, zero for no day.
func (d Day) End(in *time.Location) time.Time {
	if d == (Day{}) {
		return time.Time{}
	}
	return time.Date(d.Year, d.Month, d.Day+1, 0, 0, 0, 0, in)
}

// assigns checks who is proposed for what.
func (r *reader) assigns(c Config) {
	for i, a := range c.Assign {
		key := fmt.Sprintf("assign[%d]", i+1)
		if a.Topic != "" && !a.Topic.Valid() && !r.found(key+".topic") {
			r.wrong(key+".topic", "there is no topic %q; right would be one of %s", a.Topic, oneOf(grid.Topics()))
		}
		if a.Category != "" {
			one(r, key+".category", a.Category, []grid.Category{grid.Immediate, grid.Pending, grid.Escalate})
		}
		if a.Area != "" {
			r.inArea(key, a.Area, c.Areas)
		}
		if a.Role != "" {
			one(r, key+".role", a.Role, grid.Roles())
		}
		if (a.Role == "") == (a.Name == "") && !r.found(key+".role") {
			r.wrong(key+".role", "it must say whom to send; right would be a role or a name, and not both")
		}
	}
}
