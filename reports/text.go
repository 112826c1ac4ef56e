package reports

import (
	"encoding/json"
	"fmt"
	"time"

	"youshi/grid"
	"youshi/prompts"
)

// Text says the figures as a chat message that a secretary reads on a phone
// (小结): no private matter is named in it.
func Text(v *prompts.Voice, f Figures) (string, error) {
	s, err := v.Say("summary", f)
	if err != nil {
		return "", fmt.Errorf("writing the summary: %w", err)
	}
	return s, nil
}

// SummaryJSON gives the figures as indented JSON.
func SummaryJSON(f Figures) ([]byte, error) {
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the figures: %w", err)
	}
	return b, nil
}

// Running reports whether the period still goes on: 本周, 本月.
func (f Figures) Running() bool { return f.Has(f.At) }

// Shared gives the hot matters that more than one person has.
func (f Figures) Shared() []Hot {
	var out []Hot
	for _, h := range f.Hot {
		if h.Votes > 1 {
			out = append(out, h)
		}
	}
	return out
}

// FoundAs gives how many matters of a category were found; a template knows
// only strings.
func (f Figures) FoundAs(category string) int { return f.FoundByCategory[grid.Category(category)] }

// Online and Offline are how many matters were found where; a template knows only
// methods.
func (f Figures) Online() int { return f.FoundBySource[grid.Online] }

// Offline is how many were told face to face (记).
func (f Figures) Offline() int { return f.FoundBySource[grid.Offline] }

// Length is a length of time as people say it: a number of one unit.
type Length struct {
	N    int
	Unit string // second, minute, hour, day
}

// Lasts gives the overdue time as people say it.
func (o Overdue) Lasts() Length { return lengthOf(o.By) }

// Half gives the time within which half of the reporters were answered; call it
// only when Answered is not 0.
func (a FirstAnswer) Half() Length { return within(*a.P50) }

// Most gives the time within which nine in ten were answered; call it only when
// Answered is not 0.
func (a FirstAnswer) Most() Length { return within(*a.P90) }

// within rounds up, at least a second: whoever says "within 3 minutes" of 3:50 is
// wrong, and of no time at all nobody speaks.
func within(seconds float64) Length {
	l := lengthOf(seconds)
	unit := map[string]float64{"second": 1, "minute": 60, "hour": 3600, "day": 86400}[l.Unit]
	if l.N == 0 || float64(l.N)*unit < seconds {
		l.N++
	}
	return l
}

// lengthOf rounds down: so much it is late at least.
func lengthOf(seconds float64) Length {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d < time.Minute:
		return Length{int(d / time.Second), "second"}
	case d < time.Hour:
		return Length{int(d / time.Minute), "minute"}
	case d < 24*time.Hour:
		return Length{int(d / time.Hour), "hour"}
	}
	return Length{int(d / (24 * time.Hour)), "day"}
}
