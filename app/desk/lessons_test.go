package desk

import (
	"testing"

	"youshi/grid"
	"youshi/storage"
)

func TestARunningProgramTellsWhatStaffDecided(t *testing.T) {
	c, s := aSite(t)
	defer s.Close()
	err := s.Update(t.Context(), "东社区", func(tx storage.Tx) error {
		tk, err := tx.Tickets().Get(1)
		if err != nil {
			return err
		}
		tk, entries, err := tk.Move(grid.Ask{Want: grid.WantConfirm, By: grid.Actor{Person: "w", Role: grid.GridWorker}, At: heardAt.Add(1)})
		if err != nil {
			return err
		}
		if err := tx.Tickets().Put(tk); err != nil {
			return err
		}
		return tx.Journal().Append(entries...)
	})
	if err != nil {
		t.Fatal(err)
	}
	running(t, c, s)
	there, err := Lessons(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	decided := 0
	for i := range there {
		if there[i].Gold != nil {
			decided++
		}
	}
	if decided != 1 || len(there) != 2 {
		t.Errorf("%d lessons of %d messages", decided, len(there))
	}
}
