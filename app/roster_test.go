package app

import (
	"testing"
	"time"

	"youshi/grid"
)

func TestAStartKeepsWhatIsHeldForSomebodyOnLeaveAndTheEndsOfTerms(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC) }
	old := []grid.Office{
		{Role: grid.Property, Area: "甲", Since: at(1)},
		{Role: grid.BuildingHead, Area: "甲", Since: at(1), Until: at(5)},
		{Role: grid.GridWorker, Area: "甲", Since: at(3), Until: at(9), For: "p7"},
		{Role: grid.Committee, Area: "甲", Since: at(1)},
	}
	got := keepSince(old, []grid.Office{
		{Role: grid.Property, Area: "甲", Since: at(8), Until: at(20)},
		{Role: grid.BuildingHead, Area: "甲", Since: at(8)},
	})
	want := []grid.Office{
		{Role: grid.Property, Area: "甲", Since: at(1), Until: at(20)},
		{Role: grid.BuildingHead, Area: "甲", Since: at(1), Until: at(5)},
		old[2],
	}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("office %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}
