package handlers

import (
	"time"

	"youshi/grid"
)

// Clocks are how long each step may take.
type Clocks struct {
	Class     map[grid.Category]Steps
	Emergency Steps
	Level     map[grid.Level]grid.Span // accepting at a level after 上报
	ReportIn  grid.Span                // 报到 of a unit that was whistled for; an emergency has its accept clock
}

// Steps are the clocks of one class of matters.
type Steps struct{ Confirm, Accept, Resolve grid.Span }

// DefaultClocks are what the config says when it says nothing (期限).
func DefaultClocks() Clocks {
	soon, hours := grid.ClockSpan(10*time.Minute), func(n int) grid.Span { return grid.ServiceSpan(time.Duration(n) * time.Hour) }
	return Clocks{
		Class: map[grid.Category]Steps{
			grid.Immediate: {hours(2), hours(2), grid.WorkingDaySpan(1)},
			grid.Pending:   {hours(4), grid.WorkingDaySpan(1), grid.WorkingDaySpan(7)},
			grid.Escalate:  {hours(1), grid.ClockSpan(2 * time.Hour), grid.WorkingDaySpan(15)},
		},
		Emergency: Steps{soon, soon, grid.ClockSpan(2 * time.Hour)},
		ReportIn:  hours(2),
		Level: map[grid.Level]grid.Span{
			grid.LevelCommunity:   grid.ClockSpan(2 * time.Hour),
			grid.LevelSubdistrict: grid.ClockSpan(24 * time.Hour),
			grid.LevelDistrict:    grid.ClockSpan(7 * 24 * time.Hour),
		},
	}
}

// of gives the clocks that hold for a ticket.
func (c Clocks) of(t grid.Ticket) Steps {
	s := c.Class[t.Category]
	if t.Urgency == grid.Emergency {
		s = c.Emergency
	}
	if t.Elder {
		s.Confirm = c.Emergency.Confirm // somebody may be lying behind the door
	}
	if at, ok := c.Level[t.Level]; ok {
		s.Accept = at
	}
	return s
}
