package intents

import (
	"encoding/json"
	"errors"
	"math"

	"youshi/grid"
	"youshi/intents/trees"
)

// Weights say how much the clues (linkclues.go) speak together, and which
// characters are frequent. They are a part of the model file.
type Weights struct {
	Forest *trees.Forest      // gives each bid its odds; nil: nothing is learnt yet, the Linker notes its choices and makes none
	Runes  map[string]float64 // the share of messages that a character is in

	read digests
}

// Bid is what a message may be: more of the matter, or the beginning of one (0).
type Bid struct {
	Ticket grid.TicketNo
	Clues  []float64
}

// Choice is what a message may be.
type Choice struct {
	Bids  []Bid
	Right int // which of them it is; -1: none, talk
}

// Choices has the last message's choice; nil where the Linker had none.
type Choices struct{ Last *Choice }

// ClueNames gives what a Bid's clues are called.
func ClueNames() []string { return clueNames[:] }

// rarity says how much it tells that two texts share a character: 0 for one in
// every message, 1 for one hardly ever heard.
func (w *Weights) rarity(r rune) float64 {
	const hardlyEver = 0.0003
	return min(max(math.Log(1/(w.Runes[string(r)]+hardlyEver))/8, 0), 1)
}

// weightsFile is how Weights are written.
type weightsFile struct {
	Forest *trees.Forest      `json:"forest"`
	Runes  map[string]float64 `json:"runes"`
}

// MarshalJSON writes them.
func (w *Weights) MarshalJSON() ([]byte, error) { return json.Marshal(weightsFile{w.Forest, w.Runes}) }

// UnmarshalJSON reads them; it is an error if they are for other clues.
func (w *Weights) UnmarshalJSON(b []byte) error {
	var f weightsFile
	if err := json.Unmarshal(b, &f); err != nil {
		return err
	}
	w.Forest, w.Runes = f.Forest, f.Runes
	if f.Forest == nil {
		return errors.New("there are no trees: train the model anew")
	}
	return f.Forest.Check(ClueNames())
}
