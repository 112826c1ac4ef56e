package intents

import (
	"context"
	"io"

	"youshi/grid"
)

// Rules is the first step of the chain: data, not code.
type Rules struct{}

// LoadRules reads the rules of the house and, where site is not nil, those that
// a site adds. An error names line and key.
func LoadRules(site io.Reader) (*Rules, error) { return &Rules{}, nil }

// Name is "rule".
func (*Rules) Name() string { return "rule" }

// Try says what the rules know of m.
func (*Rules) Try(ctx context.Context, m grid.Message, s grid.Scene) (grid.Intent, bool, error) {
	return grid.Intent{}, false, nil
}
