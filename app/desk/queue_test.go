package desk

import (
	"strings"
	"testing"

	"youshi/grid"
	"youshi/storage"
)

func TestWhatWasNotSaidForCertainIsShown(t *testing.T) {
	c, s := aSite(t)
	defer s.Close()
	show := func(ask Ask) string {
		t.Helper()
		var out strings.Builder
		if err := (desk{store: s, config: c, now: heardAt}).answer(t.Context(), ask, &out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if got := show(Ask{Command: "queue"}) + checked(t, c, s); strings.Contains(got, "not said for certain") {
		t.Errorf("with nothing stuck:\n%s", got)
	}
	err := s.Update(t.Context(), "东社区", func(tx storage.Tx) error {
		o, err := tx.Outbox().Put(grid.Outgoing{To: "group:1", Class: grid.ClassFirst, Kind: grid.PostAck, Ticket: 1, Text: "记下了", Written: heardAt})
		if err != nil {
			return err
		}
		o.State, o.Reason = grid.PutAside, "thrown out of the group"
		_, err = tx.Outbox().Set(o)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]string{
		"queue":        show(Ask{Command: "queue"}),
		"check":        checked(t, c, s),
		"queue --json": strings.SplitN(show(Ask{Command: "queue", JSON: true}), `"stuck"`, 2)[1],
	} {
		if !strings.Contains(got, "thrown out of the group") {
			t.Errorf("%s does not show the post:\n%s", name, got)
		}
	}
}
