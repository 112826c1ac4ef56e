package grid

import (
	"slices"
	"time"
)

// Whistle is a joint matter (吹哨): several units were called, each must report in
// (报到) by a clock and end its own part; the lead's word, after all others, ends
// the whole.
type Whistle struct {
	Caller PersonID  `json:"caller"`
	Lead   PersonID  `json:"lead"`          // 牵头: the first named, and whoever has the matter after
	At     time.Time `json:"at"`            // the first whistle
	Span   Span      `json:"span,omitzero"` // how long a unit has to report in
	Parts  []Part    `json:"parts"`         // one a unit, each once
}

// Part is what one unit has to do in a joint matter.
type Part struct {
	Unit   PersonID  `json:"unit"`
	Called time.Time `json:"called,omitzero"`
	Due    time.Time `json:"due,omitzero"`   // by when it must report in; zero: it took the part over, with its own clock
	In     time.Time `json:"in,omitzero"`    // 报到
	Ended  time.Time `json:"ended,omitzero"` // 办结 of this part
	Silent bool      `json:"silent,omitempty"`
}

// Handover gives one person's part in a matter to another one.
type Handover struct {
	From PersonID `json:"from"`
	To   PersonID `json:"to"`
}

// Of gives a unit's part, and false when it has none.
func (w *Whistle) Of(unit PersonID) (Part, bool) {
	if w == nil || unit == "" {
		return Part{}, false
	}
	i := slices.IndexFunc(w.Parts, func(p Part) bool { return p.Unit == unit })
	if i < 0 {
		return Part{}, false
	}
	return w.Parts[i], true
}

// Unheard gives the units that should have reported in by at, did not, and were
// not named for it yet.
func (w *Whistle) Unheard(at time.Time) []PersonID {
	return w.units(func(p Part) bool {
		return p.In.IsZero() && !p.Silent && !p.Due.IsZero() && !at.Before(p.Due)
	})
}

// Unfinished gives the units other than the lead whose part has not ended.
func (w *Whistle) Unfinished() []PersonID {
	return w.units(func(p Part) bool { return p.Unit != w.Lead && p.Ended.IsZero() })
}

// Absent gives the units that have not reported in.
func (w *Whistle) Absent() []PersonID { return w.units(func(p Part) bool { return p.In.IsZero() }) }

func (w *Whistle) units(which func(Part) bool) []PersonID {
	var out []PersonID
	if w != nil {
		for _, p := range w.Parts {
			if which(p) {
				out = append(out, p.Unit)
			}
		}
	}
	return out
}

// sound reports whether w can be whistled: somebody leads, each unit is called once.
func (w *Whistle) sound() bool {
	if w == nil || w.Caller == "" || w.Lead == "" {
		return false
	}
	for i, p := range w.Parts {
		if p.Unit == "" || slices.ContainsFunc(w.Parts[:i], func(q Part) bool { return q.Unit == p.Unit }) {
			return false
		}
	}
	_, leads := w.Of(w.Lead)
	return leads
}

// part changes one unit's part in a copy.
func (w *Whistle) part(unit PersonID, change func(*Part)) *Whistle {
	if _, ok := w.Of(unit); !ok {
		return w
	}
	next := *w
	next.Parts = slices.Clone(w.Parts)
	for i := range next.Parts {
		if next.Parts[i].Unit == unit {
			change(&next.Parts[i])
		}
	}
	return &next
}

// handed is the matter with one person's unfinished part in another's hands. Who
// has a part of their own already takes the other's with it.
func (w *Whistle) handed(h Handover) *Whistle {
	old, had := w.Of(h.From)
	had = had && old.Ended.IsZero()
	if w == nil || h.From == h.To || h.To == "" || !had && h.From != w.Lead {
		return w
	}
	next := *w
	next.Parts = slices.Clone(w.Parts)
	if had {
		next.Parts = slices.DeleteFunc(next.Parts, func(p Part) bool { return p.Unit == h.From })
	}
	if w.Lead == h.From {
		next.Lead = h.To
	}
	if _, has := next.Of(h.To); !has {
		next.Parts = append(next.Parts, Part{Unit: h.To})
	}
	return &next
}

// joint is what a step does to a joint matter beside what it does to any.
func (t Ticket) joint(e Entry, before PersonID) Ticket {
	if e.Set.CallOff {
		t.Whistle = nil
	}
	if t.Whistle == nil {
		return t
	}
	switch e.Want {
	case WantAssign, WantPass:
		t.Whistle = t.Whistle.handed(Handover{before, t.Assignee})
	case WantNote:
		if h := e.Set.Handover; h != nil {
			t.Whistle = t.Whistle.handed(*h)
		}
	case WantReportIn, WantAccept, WantProgress, WantResolve:
		t.Whistle = t.Whistle.part(e.By.Person, func(p *Part) {
			if p.In.IsZero() {
				p.In = e.At
			}
			if e.Want == WantResolve {
				p.Ended = e.At
			}
		})
	case WantSilent:
		for _, unit := range e.Set.Silent {
			t.Whistle = t.Whistle.part(unit, func(p *Part) { p.Silent = true })
		}
	case WantRework, WantObject:
		t.Whistle = t.Whistle.part(t.Whistle.Lead, func(p *Part) { p.Ended = time.Time{} })
	}
	if lead := t.Assignee; lead != "" && lead != t.Whistle.Lead { // whoever has the matter leads
		next := *t.Whistle
		if next.Lead = lead; !slices.ContainsFunc(next.Parts, func(p Part) bool { return p.Unit == lead }) {
			next.Parts = append(slices.Clone(next.Parts), Part{Unit: lead})
		}
		t.Whistle = &next
	}
	return t
}

// whistles checks what the steps of a joint matter need beyond status and person.
func (t Ticket) whistles(a Ask, r rule) error {
	conflict := func(say string) error { return &Error{Code: Conflict, Say: say} }
	invalid := func(say string) error { return &Error{Code: Invalid, Say: say} }
	mine, named := t.Whistle.Of(a.By.Person)
	switch a.Want {
	case WantWhistle:
		if !a.Set.Whistle.sound() || a.Set.Assignee != a.Set.Whistle.Lead {
			return invalid("a whistle names its units, and which of them leads")
		}
	case WantReportIn:
		if !named || !mine.In.IsZero() {
			return conflict("it waits for no report of this unit")
		}
	case WantSilent:
		for _, unit := range a.Set.Silent {
			if p, ok := t.Whistle.Of(unit); !ok || !p.In.IsZero() {
				return conflict("a unit that was not called or reported in is not silent")
			}
		}
		if len(a.Set.Silent) == 0 {
			return invalid("nobody was named who is silent")
		}
	case WantResolve:
		if r.to == "" && (!named || !mine.Ended.IsZero()) {
			return conflict("this part has ended already")
		}
		if r.to == Resolved && t.Whistle != nil && (a.By.Person != t.Whistle.Lead || len(t.Whistle.Unfinished()) > 0) {
			return conflict("a joint matter is resolved by its lead, after all others")
		}
	case WantTakeBack:
		lower := a.Set.Level != "" && a.Set.Level.Rank() < t.Level.Rank()
		if a.Set.CallOff == lower || a.Set.CallOff && (t.Whistle == nil || t.Status == Proposed) {
			return conflict("either the whistle is called off or the matter comes down the ladder")
		}
		if lower && t.Status != Proposed && t.Status != Assigned {
			return conflict("the level above has begun: it must give the matter back itself")
		}
	}
	return nil
}

// led reports whether the lead of a joint matter is at work.
func (t Ticket) led() bool {
	if t.Whistle == nil {
		return false
	}
	p, ok := t.Whistle.Of(t.Whistle.Lead)
	return ok && !p.In.IsZero()
}
