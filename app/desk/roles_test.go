package desk

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"youshi/config"
	"youshi/grid"
	"youshi/storage"
)

// at carries out a command on the store of a site.
func (s aStore) at(now time.Time, ask Ask) (string, error) {
	s.t.Helper()
	var out bytes.Buffer
	err := Answer(s.t.Context(), s.Store, s.config, now, ask, &out)
	return out.String(), err
}

func TestInvitingSaysWhatIsWrong(t *testing.T) {
	s := newStore(t)
	for name, c := range map[string]struct {
		ask  Ask
		code grid.Code
		says string
	}{
		"a role that nobody knows":       {Ask{Role: "king", Area: "1网格"}, grid.Invalid, "grid_worker, secretary"},
		"no area":                        {Ask{Role: grid.GridWorker}, grid.Invalid, "--area"},
		"an area that is not there":      {Ask{Role: grid.GridWorker, Area: "9网格"}, grid.NotFound, "9网格"},
		"a resident without a person":    {Ask{Role: grid.Resident, Area: "1网格"}, grid.Invalid, "--person"},
		"a resident whom nobody knows":   {Ask{Role: grid.Resident, Area: "1网格", Person: "无名氏"}, grid.NotFound, "无名氏"},
		"a resident by name alone":       {Ask{Role: grid.Resident, Area: "1网格", Person: "老周"}, grid.NotFound, "老周"},
		"the same, whose id is given":    {Ask{Role: grid.Resident, Area: "1网格", Person: string(s.person("老周").ID)}, "", ""},
		"somebody new who gets the name": {Ask{Role: grid.GridWorker, Area: "1网格", Person: "新来的"}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.ask.Command = "roles invite"
			_, err := s.at(heardAt, c.ask)
			if grid.CodeOf(err) != c.code || c.says != "" && !strings.Contains(err.Error(), c.says) {
				t.Errorf("%+v: %v, want %q with %q", c.ask, err, c.code, c.says)
			}
		})
	}
}

func TestACodeIsToldOnceAndNeverListed(t *testing.T) {
	s := newStore(t)
	out, err := s.at(heardAt, Ask{Command: "roles invite", Role: grid.GridWorker, Area: "1网格"})
	var in Issued
	if err != nil || json.Unmarshal([]byte(out), &in) != nil || !grid.IsCode(in.Code) || !in.Until.Equal(heardAt.Add(7*24*time.Hour)) {
		t.Fatalf("issued %s, %v", out, err)
	}
	for _, asJSON := range []bool{true, false} {
		list, err := s.at(heardAt, Ask{Command: "roles", JSON: asJSON})
		if err != nil || strings.Contains(list, in.Code) || strings.Contains(list, grid.CodeKey(in.Code)) || !strings.Contains(list, "grid_worker") {
			t.Errorf("listed:\n%s%v", list, err)
		}
	}
	err = s.Update(t.Context(), "东社区", func(tx storage.Tx) error {
		for key, value := range tx.Notes().All("invitations") {
			if strings.Contains(key+string(value), in.Code) {
				t.Error("the store keeps the code itself")
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	late, err := s.at(heardAt.Add(8*24*time.Hour), Ask{Command: "roles", JSON: true})
	if err != nil || !strings.Contains(late, `"invitations": []`) {
		t.Errorf("after its time it is still open: %s", late)
	}
}

func TestRevokingEndsTheOfficeNowAndItsCodes(t *testing.T) {
	s := newStore(t)
	p := s.person("老周")
	p.Offices = []grid.Office{{Role: grid.GridWorker, Area: "1网格", Since: heardAt}, {Role: grid.Secretary, Area: "东社区", Since: heardAt}}
	s.put(p)
	if _, err := s.at(heardAt, Ask{Command: "roles invite", Role: grid.GridWorker, Area: "1网格", Person: "老周"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.at(heardAt, Ask{Command: "roles revoke", Person: "没有这人"}); grid.CodeOf(err) != grid.NotFound {
		t.Errorf("revoking nobody: %v", err)
	}
	out, err := s.at(heardAt.Add(time.Hour), Ask{Command: "roles revoke", Person: "老周", Role: grid.GridWorker})
	if err != nil || !strings.Contains(out, "老周 is no grid_worker of 1网格 any more") {
		t.Fatal(out, err)
	}
	held := s.person("老周").Offices
	if held[0].Until != heardAt.Add(time.Hour) || !held[1].Until.IsZero() {
		t.Errorf("the offices are %+v", held)
	}
	if out, err := s.at(heardAt.Add(time.Hour), Ask{Command: "roles revoke", Person: "老周", Role: grid.GridWorker}); grid.CodeOf(err) != grid.NotFound {
		t.Errorf("revoked twice: %s %v", out, err)
	}
	list, err := s.at(heardAt.Add(time.Hour), Ask{Command: "roles", JSON: true})
	if err != nil || !strings.Contains(list, `"invitations": []`) {
		t.Errorf("a code for who lost the office is still open: %s %v", list, err)
	}
	err = s.View(t.Context(), "东社区", func(tx storage.Tx) error {
		record, err := storage.Appointments(tx)
		did := []string{}
		for _, a := range record {
			did = append(did, a.Did)
		}
		if !slices.Equal(did, []string{"invited", "revoked"}) {
			t.Errorf("the record says %v", did)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestGroupsListsWhatIsBound(t *testing.T) {
	s := newStore(t)
	out, err := s.at(heardAt, Ask{Command: "groups", JSON: true})
	if err != nil || !strings.Contains(out, `"chat": "1"`) || !strings.Contains(out, `"unbound": []`) {
		t.Error(out, err)
	}
}

// aStore is a site's store that the test holds itself.
type aStore struct {
	storage.Store
	t      *testing.T
	config config.Config
}

func newStore(t *testing.T) aStore {
	t.Helper()
	c, store := aSite(t)
	t.Cleanup(func() { _ = store.Close() })
	return aStore{store, t, c}
}

func (s aStore) person(name string) (p grid.Person) {
	s.t.Helper()
	err := s.View(s.t.Context(), "东社区", func(tx storage.Tx) (err error) {
		p, err = tx.Roster().PersonOf(grid.Identity{Channel: "webchat", ID: name})
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s aStore) put(p grid.Person) {
	s.t.Helper()
	if err := s.Update(s.t.Context(), "东社区", func(tx storage.Tx) error { _, err := tx.Roster().PutPerson(p); return err }); err != nil {
		s.t.Fatal(err)
	}
}
