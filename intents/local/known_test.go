package local

import (
	"testing"

	"pgregory.net/rapid"

	"youshi/grid"
)

func TestKnownCountsThePairsThatWereSaid(t *testing.T) {
	const text = "三号楼停水了" // five pairs
	for name, c := range map[string]struct {
		open   []grid.Matter
		recent []grid.Message
		want   string
	}{
		"nothing open":            {nil, nil, "none open"},
		"of something else":       {[]grid.Matter{{Ticket: grid.Ticket{No: 1}, SummaryText: "路灯坏"}}, nil, "no"},
		"one pair of five":        {[]grid.Matter{{Ticket: grid.Ticket{No: 1}, SummaryText: "没有停水"}}, nil, "partly"},
		"said again":              {[]grid.Matter{{Ticket: grid.Ticket{No: 1}, LocationText: "三号楼"}}, nil, "well"},
		"a pair is not across":    {[]grid.Matter{{Ticket: grid.Ticket{No: 1}, SummaryText: "停", LocationText: "水"}}, nil, "no"},
		"in a message of it":      {[]grid.Matter{{Ticket: grid.Ticket{No: 1}}}, []grid.Message{{Ticket: 1, Text: "停水了"}}, "well"},
		"in a message of another": {[]grid.Matter{{Ticket: grid.Ticket{No: 1}}}, []grid.Message{{Ticket: 2, Text: "停水了"}}, "no"},
		"of what has ended":       {[]grid.Matter{{Ticket: grid.Ticket{No: 1, Status: grid.Closed}, SummaryText: text}}, nil, "no"},
	} {
		if got := known(text, grid.Scene{Open: c.open, Recent: c.recent}); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestPairsAreMarkedAsASetWouldHaveThem(t *testing.T) {
	letters := rapid.SliceOfN(rapid.SampledFrom([]rune("水电停了三号楼a1 ，龥龦")), 0, 30)
	rapid.Check(t, func(t *rapid.T) {
		own, other := string(letters.Draw(t, "own")), string(letters.Draw(t, "other"))
		has := map[uint64]bool{}
		eachPair(other, func(p uint64) { has[p] = true })
		p := pairsOf(own)
		said := make([]bool, len(p.all))
		p.mark(said, other)
		for i, pair := range p.all {
			if said[i] != has[pair] {
				t.Errorf("pair %x: %v, want %v", pair, said[i], has[pair])
			}
		}
	})
}
