package intents

import (
	"encoding/json"
	"fmt"
	"math"

	"youshi/grid"
)

// Weights say how much each clue speaks (linkclues.go), and which characters are
// frequent. They are a part of the model file, by name: {"with": {"follow same
// place": 2.2, …}, "none": {…}, "runes": {"水": 0.03, …}}.
type Weights struct {
	Runes map[string]float64 // the share of messages that a character is in
	Mute  bool               // nothing is learnt yet: the Linker notes its choices and makes none

	with [manners][withClues]float64
	none [noneClues]float64

	read digests
}

// Bid is something that a message may go on with.
type Bid struct {
	Ticket grid.TicketNo // 0: none
	clues  []float64
}

// Choice is what a message may go on with; the first is none.
type Choice struct {
	Bids  []Bid
	Right int // which of them it does go on with

	manner manner
}

// Choices has the last message's choice; nil where the Linker had none.
type Choices struct{ Last *Choice }

// manner is how a message is taken: what a clue weighs depends on it.
type manner int

const (
	following manner = iota
	reporting
	talking
	manners
)

var mannerNames = [manners]string{"follow", "report", "talk"}

func mannerOf(k grid.Kind) manner {
	switch {
	case k == grid.FollowUp:
		return following
	case k.Actionable():
		return reporting
	}
	return talking
}

// rarity says how much it tells that two texts share a character: 0 for one in
// every message, 1 for one hardly ever heard.
func (w *Weights) rarity(r rune) float64 {
	const hardlyEver = 0.0003
	return min(max(math.Log(1/(w.Runes[string(r)]+hardlyEver))/8, 0), 1)
}

// weightsFile is how Weights are written.
type weightsFile struct {
	With  map[string]float64 `json:"with"`
	None  map[string]float64 `json:"none"`
	Runes map[string]float64 `json:"runes"`
}

// MarshalJSON writes the weights by name.
func (w *Weights) MarshalJSON() ([]byte, error) {
	f := weightsFile{With: map[string]float64{}, None: map[string]float64{}, Runes: w.Runes}
	for m, of := range w.with {
		for j, v := range of {
			f.With[mannerNames[m]+" "+withNames[j]] = v
		}
	}
	for j, v := range w.none {
		f.None[noneNames[j]] = v
	}
	return json.Marshal(f)
}

// UnmarshalJSON reads them; it is an error if one is missing.
func (w *Weights) UnmarshalJSON(b []byte) error {
	var f weightsFile
	if err := json.Unmarshal(b, &f); err != nil {
		return err
	}
	w.Runes = f.Runes
	for m := range w.with {
		for j := range w.with[m] {
			v, ok := f.With[mannerNames[m]+" "+withNames[j]]
			if !ok {
				return fmt.Errorf("the Linker's weight of %q is missing: train the model anew", withNames[j])
			}
			w.with[m][j] = v
		}
	}
	for j := range w.none {
		v, ok := f.None[noneNames[j]]
		if !ok {
			return fmt.Errorf("the Linker's weight of %q is missing: train the model anew", noneNames[j])
		}
		w.none[j] = v
	}
	return nil
}

// Round keeps three digits: more is noise.
func (w *Weights) Round() {
	for m := range w.with {
		for j, v := range w.with[m] {
			w.with[m][j] = math.Round(v*1e3) / 1e3
		}
	}
	for j, v := range w.none {
		w.none[j] = math.Round(v*1e3) / 1e3
	}
}
