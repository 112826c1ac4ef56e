package calendar_test

import (
	"testing"
	"time"

	"youshi/calendar"
)

func TestBecauseSaysWhy(t *testing.T) {
	for _, test := range []struct{ name, step, span, heard, from, want string }{
		{"heard before service", "confirm", "2h service", "Tue 2026-11-10 06:41", "Tue 2026-11-10 06:41",
			"confirm: 2 service hours from Tue 08:30; heard at 06:41, before service"},
		{"heard in service", "confirm", "2h service", "Tue 2026-11-10 09:15", "Tue 2026-11-10 09:15",
			"confirm: 2 service hours from Tue 09:15"},
		{"heard over lunch", "confirm", "1h service", "Tue 2026-11-10 12:20", "Tue 2026-11-10 12:20",
			"confirm: 1 service hour from Tue 14:00; heard at 12:20, in the break"},
		{"heard after service", "confirm", "30m service", "Tue 2026-11-10 19:02", "Tue 2026-11-10 19:02",
			"confirm: 30 service minutes from Wed 08:30; heard Tue 19:02, after service"},
		{"heard on a weekend", "confirm", "90m service", "Sat 2026-11-14 10:00", "Sat 2026-11-14 10:00",
			"confirm: 1h30m service from Mon 08:30; heard Sat 10:00, on a day off"},
		{"heard some seconds after it was sent", "confirm", "2h service", "Tue 2026-11-10 06:41:07", "Tue 2026-11-10 06:41:02",
			"confirm: 2 service hours from Tue 08:30; heard at 06:41, before service"},
		{"a later step is begun, not heard", "resolve", "1 working day", "Tue 2026-11-10 16:00", "Tue 2026-11-10 18:10",
			"resolve: 1 working day from Wed 08:30; begun Tue 18:10, after service"},
		{"a make-up day on the way", "", "4h service", "Fri 2025-10-10 16:30", "Fri 2025-10-10 16:30",
			"4 service hours from Fri 16:30; the 11th is a make-up day"},
		{"a make-up day of the month before, a holiday and a start weeks ago", "resolve", "7 working days", "Fri 2025-09-26 09:00", "Fri 2025-09-26 14:00",
			"resolve: 7 working days from Fri 26 Sep 14:00; 28 Sep is a make-up day; 1–8 Oct are holidays; the 11th is a make-up day"},
		{"heard in the holiday", "confirm", "2h service", "Wed 2025-10-01 10:00", "Wed 2025-10-01 10:00",
			"confirm: 2 service hours from Thu 08:30; heard Wed 1 Oct 10:00, on a day off; 1–8 Oct are holidays"},
		{"no holiday that comes after the deadline", "accept", "1h service", "Tue 2025-09-30 16:30", "Tue 2025-09-30 16:30",
			"accept: 1 service hour from Tue 16:30"},
		{"no ordinary Monday that the built-in days list as worked", "confirm", "1h service", "Mon 2012-10-08 09:00", "Mon 2012-10-08 09:00",
			"confirm: 1 service hour from Mon 09:00"},
		{"a single holiday", "confirm", "2h service", "Tue 2024-12-31 17:00", "Tue 2024-12-31 17:00",
			"confirm: 2 service hours from Tue 17:00; the 1st is a holiday"},
		{"as many as there is room for", "resolve", "60 working days", "Fri 2025-09-26 14:00", "Fri 2025-09-26 14:00",
			"resolve: 60 working days from Fri 26 Sep 14:00; 28 Sep is a make-up day; 1–8 Oct are holidays; 11 Oct is a make-up day"},
		{"more than there is room for", "resolve", "90 working days", "Fri 2025-09-26 14:00", "Fri 2025-09-26 14:00",
			"resolve: 90 working days from Fri 26 Sep 14:00; 28 Sep is a make-up day; 1–8 Oct are holidays; 11 Oct is a make-up day; and 2 more such"},
		{"a year not announced", "confirm", "1h service", "Wed 2098-12-31 17:00", "Wed 2098-12-31 17:00",
			"confirm: 1 service hour from Wed 17:00; the holidays of 2098 are not announced yet"},
		{"clock minutes", "confirm", "10m", "Sat 2025-10-04 23:55", "Sat 2025-10-04 23:55",
			"confirm: 10 minutes from Sat 23:55"},
		{"clock hours", "accept", "24h", "Sat 2025-10-04 23:55", "Sat 2025-10-04 23:55",
			"accept: 24 hours from Sat 23:55"},
		{"clock days", "accept", "7 days", "Sat 2025-10-04 23:55", "Sat 2025-10-04 23:55",
			"accept: 7 days from Sat 4 Oct 23:55"},
		{"clock seconds", "answer", "5s", "Sat 2025-10-04 23:55", "Sat 2025-10-04 23:55",
			"answer: 5 seconds from Sat 23:55"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := calendar.Default().Because(test.step, span(t, test.span), at(t, test.heard), at(t, test.from))
			if got != test.want {
				t.Errorf("Because gives\n%s, want\n%s", got, test.want)
			}
		})
	}
}

func TestBecauseSpeaksInTheCalendarsOwnPlace(t *testing.T) {
	from := at(t, "Tue 2026-11-10 06:41").UTC()
	got := calendar.Default().Because("confirm", span(t, "2h service"), from, from)
	if want := "confirm: 2 service hours from Tue 08:30; heard at 06:41, before service"; got != want {
		t.Errorf("Because gives\n%s, want\n%s", got, want)
	}
}

func TestBecauseWithoutAHearingSaysBegun(t *testing.T) {
	got := calendar.Default().Because("accept", span(t, "2h service"), time.Time{}, at(t, "Tue 2026-11-10 06:41"))
	if want := "accept: 2 service hours from Tue 08:30; begun at 06:41, before service"; got != want {
		t.Errorf("Because gives\n%s, want\n%s", got, want)
	}
}
