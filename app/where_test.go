package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"youshi/app/desk"
	"youshi/bot"
	"youshi/bot/bottest"
	"youshi/config"
	"youshi/grid"
	"youshi/storage"
)

// wide is a site with two communities and a channel "far".
func wide(t *testing.T) (*town, *bottest.Scripted) {
	t.Helper()
	far := bottest.New("far")
	far.Private = map[string]bool{"li": true, "wang": true}
	s := openSite(t, func(c *config.Config) {
		c.Areas = append(c.Areas, config.Area{Name: "西社区", Kind: grid.Community}, config.Area{Name: "西1网格", Kind: grid.Grid, Parent: "西社区"})
		c.People = append(c.People, config.Person{Name: "西网格", Role: grid.GridWorker, Area: "西1网格"})
	}, far)
	return s, far
}

// privately is a line said to the bot alone.
func privately(ch *bottest.Scripted, from, text string, s *town) grid.Event {
	ev := ch.Line("dm:"+from, from, text, s.now())
	ev.Native.Kind = grid.PrivateChat
	return ev
}

func (s *town) hear(evs ...grid.Event) {
	s.t.Helper()
	if err := s.ear.For("far")(s.t.Context(), bot.Heard{Events: evs}); err != nil {
		s.t.Fatal(err)
	}
}

// in reads a community.
func (s *town) in(c grid.CommunityID, fn func(storage.Tx) error) {
	s.t.Helper()
	if err := s.store.View(s.t.Context(), c, fn); err != nil {
		s.t.Fatal(err)
	}
}

// issue is what roles invite or groups invite prints.
func (s *town) issue(a desk.Ask) string {
	s.t.Helper()
	var out bytes.Buffer
	if err := desk.Answer(s.t.Context(), s.store, s.cfg, s.now(), a, &out); err != nil {
		s.t.Fatal(err)
	}
	var in desk.Issued
	if err := json.Unmarshal(out.Bytes(), &in); err != nil {
		s.t.Fatal(err)
	}
	return in.Code
}

// eventually waits until something holds in a community.
func (s *town) eventually(c grid.CommunityID, what string, holds func(storage.Tx) (bool, error)) {
	s.t.Helper()
	s.wait(what, func() (ok bool) {
		s.in(c, func(tx storage.Tx) (err error) { ok, err = holds(tx); return err })
		return ok
	})
}

func TestAStrangersCodeFindsItsCommunityAndTheOfficeKeepsTheWay(t *testing.T) {
	s, far := wide(t)
	s.hear(privately(far, "li", "你好", s)) // the first community's to look at
	code := s.code(desk.Ask{Role: grid.GridWorker, Area: "西1网格", Person: "西网格"})
	s.hear(privately(far, "li", "绑定 "+code, s))
	account := grid.Identity{Channel: "far", ID: "li"}
	s.eventually("西社区", "the account to be 西网格's", func(tx storage.Tx) (bool, error) {
		p, err := tx.Roster().PersonOf(account)
		if errors.Is(err, storage.ErrNotFound) {
			return false, nil
		}
		return p.Name == "西网格" && len(p.Offices) == 1, err
	})
	if c, ok, err := s.where(t.Context(), privately(far, "li", "待办", s)); c != "西社区" || !ok || err != nil {
		t.Errorf("a worker's private words belong to %q, %v, %v; want where the office is", c, ok, err)
	}
	s.in("西社区", func(tx storage.Tx) error {
		c, err := tx.Roster().ChatByNative("far", "dm:li")
		p, err2 := tx.Roster().PersonOf(account)
		if c.Person != p.ID || c.ID != bot.PrivateID(p.ID) {
			t.Errorf("the private chat leads to %+v, want %s", c, p.ID)
		}
		return errors.Join(err, err2)
	})
}

func TestACodeSaidInAGroupBindsItAndARestartKeepsIt(t *testing.T) {
	for name, staff := range map[string]bool{"the residents'": false, "the staff's": true} {
		t.Run(name, func(t *testing.T) {
			s, far := wide(t)
			s.hear(far.Line("-100", "wang", "大家好", s.now())) // nobody's yet
			if met, err := desk.Strangers(t.Context(), s.store); err != nil || len(met) != 1 || met[0].Native != "-100" || met[0].Heard != 1 {
				t.Fatalf("the strangers are %+v, %v", met, err)
			}
			code := s.issue(desk.Ask{Command: "groups invite", Area: "西1网格", Staff: staff})
			s.hear(far.Line("-100", "wang", "@小格 绑定 "+code, s.now()))
			s.eventually("西社区", "the word to be answered and the code spent", func(tx storage.Tx) (bool, error) {
				open, err := storage.Invitations(tx, s.now(), false)
				return len(open) == 0, err
			})
			want := grid.Chat{ID: "group:-100", Kind: grid.GroupChat, Channel: "far", Native: "-100", Area: "西1网格"}
			if staff {
				want.ID, want.Kind = "staff:西1网格", grid.StaffChat
			}
			s.in("西社区", func(tx storage.Tx) error {
				c, err := tx.Roster().ChatByNative("far", "-100")
				if c != want {
					t.Errorf("the chat is %+v, want %+v", c, want)
				}
				return err
			})
			if met, err := desk.Strangers(t.Context(), s.store); err != nil || len(met) != 0 {
				t.Errorf("it is still a stranger: %+v, %v", met, err)
			}
			if _, err := settle(t.Context(), s.store, s.cfg, s.now()); err != nil { // as the next start does
				t.Fatal(err)
			}
			ev := far.Line("-100", "wang", "3号楼的灯坏了", s.now())
			if c, ok, err := s.where(t.Context(), ev); c != "西社区" || !ok || err != nil {
				t.Errorf("after a restart it belongs to %q, %v, %v", c, ok, err)
			}
			// The same group named by the config as well is the same chat.
			cfg := s.cfg
			cfg.Groups = append(cfg.Groups, config.Group{Channel: "far", Chat: "-100", Area: "西1网格", Staff: staff})
			if _, err := settle(t.Context(), s.store, cfg, s.now()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestARoleCodeSaidInAStrangersGroupBindsNothing(t *testing.T) {
	s, far := wide(t)
	code := s.code(desk.Ask{Role: grid.Secretary, Area: "西社区"})
	ev := far.Line("-100", "wang", "绑定 "+code, s.now())
	if _, ok, err := s.where(t.Context(), ev); ok || err != nil {
		t.Errorf("the group became ours: %v, %v", ok, err)
	}
}

func TestAnOfficeByCodeOutlivesAStartAndAnAccountOfTheConfigIsTaken(t *testing.T) {
	s, _ := wide(t)
	b := s.browser()
	b.must("POST", "/api/me", ask{"code": s.code(desk.Ask{Role: grid.Operator, Area: "天后宫社区", Person: "王书记"})})
	s.update(func(tx storage.Tx) error { // an account spoke before the config named it
		_, err := tx.Roster().PutPerson(grid.Person{Name: "王", Identities: []grid.Identity{{Channel: "telegram", ID: "4242"}}})
		return err
	})
	cfg := s.cfg
	cfg.People = append([]config.Person(nil), cfg.People...)
	cfg.People[0].Telegram = 4242
	for range 2 {
		if _, err := settle(t.Context(), s.store, cfg, s.now()); err != nil {
			t.Fatal(err)
		}
	}
	s.view(func(tx storage.Tx) error {
		p, err := tx.Roster().PersonOf(grid.Identity{Channel: "telegram", ID: "4242"})
		if p.Name != "王书记" || len(p.Offices) != 2 || len(p.Identities) != 3 {
			t.Errorf("after a start the secretary is %+v", p)
		}
		return err
	})
}
