package app

import (
	"reflect"
	"testing"
	"time"

	"youshi/bot"
	"youshi/calendar"
	"youshi/config"
	"youshi/grid"
	"youshi/handlers"
)

// The rooms are tested with defaults of their own; these are what a site
// without a config gets.
func TestTheRoomsAndTheConfigHaveTheSameDefaults(t *testing.T) {
	c := config.Default()
	if got, want := clocksOf(c), handlers.DefaultClocks(); !reflect.DeepEqual(got, want) {
		t.Errorf("the config's clocks are %+v, handlers' %+v", got, want)
	}
	got := mannersOf(c)
	got.Location = nil
	if want := bot.GoodManners(); got != want {
		t.Errorf("the config's manners are %+v, bot's %+v", got, want)
	}
	cal, err := newCalendar(c)
	if err != nil {
		t.Fatal(err)
	}
	from, span := time.Date(2026, 9, 24, 3, 0, 0, 0, time.UTC), grid.WorkingDaySpan(7)
	if got, want := cal.Add(from, span), calendar.Default().Add(from, span); !got.Equal(want) || got.Location().String() != want.Location().String() {
		t.Errorf("seven working days end %v by the config and %v by the calendar", got, want)
	}
}
