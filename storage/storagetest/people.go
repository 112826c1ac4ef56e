package storagetest

import (
	"errors"
	"testing"

	"youshi/grid"
	"youshi/storage"
)

func testRoster(t *testing.T, open func(*testing.T) storage.Store) {
	eachDesk(t, open, map[string]func(desk){
		"areas are a tree sorted by id": func(d desk) {
			d.do(func(tx storage.Tx) error {
				return errors.Join(tx.Roster().PutArea(grid.Area{ID: "b", Kind: grid.Grid, Parent: "a"}),
					tx.Roster().PutArea(grid.Area{ID: "a", Kind: grid.Community}), tx.Roster().PutArea(grid.Area{ID: "b", Kind: grid.Grid, Parent: "a", Households: 300}))
			})
			d.see(func(tx storage.Tx) error {
				all, err := tx.Roster().Areas()
				d.same("areas", all, []grid.Area{{ID: "a", Kind: grid.Community}, {ID: "b", Kind: grid.Grid, Parent: "a", Households: 300}})
				one, err2 := tx.Roster().Area("b")
				d.same("b", one, all[1])
				path, err3 := storage.Path(tx.Roster(), "b")
				d.same("path of b", path, []grid.Area{all[1], all[0]})
				_, missing := tx.Roster().Area("c")
				d.absent("c", missing)
				return errors.Join(err, err2, err3)
			})
		},
		"a chat is found by its platform's id, also after it moved": func(d desk) {
			a := grid.Chat{ID: "group:a", Channel: "telegram", Native: "-1", Area: "a"}
			d.do(func(tx storage.Tx) error {
				return errors.Join(tx.Roster().PutChat(a), tx.Roster().PutChat(grid.Chat{ID: "group:b", Channel: "wechat", Native: "-1"}),
					tx.Roster().PutChat(grid.Chat{ID: "private:p1", Channel: "webchat"}), tx.Roster().PutChat(grid.Chat{ID: "private:p2", Channel: "webchat"}))
			})
			a.Native = "-1001"
			d.do(func(tx storage.Tx) error { return tx.Roster().PutChat(a) })
			d.see(func(tx storage.Tx) error {
				got, err := tx.Roster().ChatByNative("telegram", "-1001")
				d.same("by native", got, a)
				_, gone := tx.Roster().ChatByNative("telegram", "-1")
				d.absent("its old id", gone)
				byID, err2 := tx.Roster().Chat("group:a")
				d.same("by id", byID, a)
				all, err3 := tx.Roster().Chats()
				d.same("number", len(all), 4)
				_, missing := tx.Roster().Chat("group:c")
				d.absent("group:c", missing)
				return errors.Join(err, err2, err3)
			})
			d.refused("a second chat in the same place", func(tx storage.Tx) error {
				return tx.Roster().PutChat(grid.Chat{ID: "group:c", Channel: "telegram", Native: "-1001"})
			})
		},
		"people get ids in order of becoming known": func(d desk) {
			var first grid.Person
			d.do(func(tx storage.Tx) error {
				a, err := tx.Roster().PutPerson(grid.Person{Name: "张三"})
				b, err2 := tx.Roster().PutPerson(grid.Person{ID: "王网格", Name: "王网格"}) // brought along
				c, err3 := tx.Roster().PutPerson(grid.Person{Name: "李四"})
				if a.ID == "" || a.ID == c.ID || b.ID != "王网格" {
					d.t.Errorf("ids are %q, %q, %q", a.ID, b.ID, c.ID)
				}
				first = a
				return errors.Join(err, err2, err3)
			})
			first.Name = "张三丰"
			d.do(func(tx storage.Tx) error { _, err := tx.Roster().PutPerson(first); return err })
			d.see(func(tx storage.Tx) error {
				all, err := tx.Roster().People()
				d.same("names", names(all), []string{"张三丰", "王网格", "李四"})
				_, missing := tx.Roster().Person("nobody")
				d.absent("nobody", missing)
				return err
			})
		},
		"an account leads to its person, and to one alone": func(d desk) {
			tg := grid.Identity{Channel: "telegram", ID: "42"}
			wx := grid.Identity{Channel: "wechat", ID: "42"}
			var a, b grid.Person
			d.do(func(tx storage.Tx) (err error) {
				a, err = tx.Roster().PutPerson(grid.Person{Name: "a", Identities: []grid.Identity{tg}})
				if err != nil {
					return err
				}
				b, err = tx.Roster().PutPerson(grid.Person{Name: "b", Identities: []grid.Identity{wx}})
				return err
			})
			b.Identities = []grid.Identity{wx, tg}
			d.refused("another person's account", func(tx storage.Tx) error { _, err := tx.Roster().PutPerson(b); return err })
			d.do(func(tx storage.Tx) error { // joined by a code: first away from the one
				a.Identities = nil
				_, err := tx.Roster().PutPerson(a)
				_, missing := tx.Roster().PersonOf(tg)
				d.absent("the account between the two", missing)
				_, err2 := tx.Roster().PutPerson(b)
				return errors.Join(err, err2)
			})
			d.see(func(tx storage.Tx) error {
				p, err := tx.Roster().PersonOf(tg)
				q, err2 := tx.Roster().PersonOf(wx)
				d.same("owners", names([]grid.Person{p, q}), []string{"b", "b"})
				return errors.Join(err, err2)
			})
		},
		"officers are those with a role beyond resident": func(d desk) {
			office := func(r grid.Role) []grid.Office { return []grid.Office{{Role: r, Area: "a"}} }
			d.do(func(tx storage.Tx) error {
				var errs []error
				for _, p := range []grid.Person{{ID: "1"}, {ID: "2", Offices: office(grid.GridWorker)}, {ID: "3", Offices: office(grid.Resident)},
					{ID: "4", Offices: append(office(grid.Resident), office(grid.Secretary)...)}, {ID: "5", Offices: office(grid.Volunteer)}} {
					p.Name = string(p.ID)
					_, err := tx.Roster().PutPerson(p)
					errs = append(errs, err)
				}
				return errors.Join(errs...)
			})
			d.officers("2", "4", "5")
			d.do(func(tx storage.Tx) error {
				_, err := tx.Roster().PutPerson(grid.Person{ID: "2", Name: "2"})
				_, err2 := tx.Roster().PutPerson(grid.Person{ID: "1", Name: "1", Offices: office(grid.Property)})
				return errors.Join(err, err2)
			})
			d.officers("1", "4", "5")
			d.see(func(tx storage.Tx) error {
				got, err := storage.Holders(tx.Roster(), grid.Secretary, "a", at(0))
				d.same("secretaries of an area that is not stored", names(got), nil)
				return err
			})
		},
		"what has no id is refused": func(d desk) {
			d.refused("an area without an id", func(tx storage.Tx) error { return tx.Roster().PutArea(grid.Area{}) })
			d.refused("a chat without an id", func(tx storage.Tx) error { return tx.Roster().PutChat(grid.Chat{}) })
		},
	})
}

func (d desk) officers(want ...string) {
	d.t.Helper()
	d.see(func(tx storage.Tx) error {
		got, err := tx.Roster().Officers()
		d.same("officers", names(got), want)
		return err
	})
}

func names(ps []grid.Person) (out []string) {
	for _, p := range ps {
		out = append(out, p.Name)
	}
	return out
}

func testWords(t *testing.T, open func(*testing.T) storage.Store) {
	eachDesk(t, open, map[string]func(desk){
		"words are kept until they are erased": func(d desk) {
			var a, b, none grid.TextID
			d.do(func(tx storage.Tx) (err error) {
				var err2, err3 error
				a, err = tx.Words().Put("p1", "三号楼漏水")
				b, err2 = tx.Words().Put("p2", "三号楼漏水")
				none, err3 = tx.Words().Put("p1", "")
				return errors.Join(err, err2, err3)
			})
			if a == b || a == "" || none != "" {
				d.t.Errorf("ids are %q, %q, and %q for an empty text", a, b, none)
			}
			d.do(func(tx storage.Tx) error {
				return errors.Join(tx.Words().Erase(a), tx.Words().Erase(a), tx.Words().Erase(""))
			})
			d.see(func(tx storage.Tx) error {
				var got []string
				for _, id := range []grid.TextID{a, b, "", "nothing of ours", "w99"} {
					s, err := tx.Words().Get(id)
					if err != nil {
						return err
					}
					got = append(got, s)
				}
				d.same("words", got, []string{"", "三号楼漏水", "", "", ""})
				return nil
			})
			d.do(func(tx storage.Tx) error {
				c, err := tx.Words().Put("p1", "再来")
				if c == a || c == b {
					d.t.Error("the id of an erased text was given again")
				}
				return err
			})
		},
	})
}

func testNotes(t *testing.T, open func(*testing.T) storage.Store) {
	eachDesk(t, open, map[string]func(desk){
		"notes are kept by scope and key": func(d desk) {
			d.do(func(tx storage.Tx) error {
				n := tx.Notes()
				return errors.Join(n.Put("a", "k", []byte("1")), n.Put("ab", "k", []byte("2")), n.Put("a", "bk", []byte("3")),
					n.Put("a", "k\x00\x01", []byte("4")), n.Put("a\x00", "k", []byte("5")), n.Put("a", "gone", []byte("6")), n.Put("a", "gone", nil),
					n.Put("a", "never", nil), n.Put("a", "", []byte("7")), n.Put("a", "empty", []byte{}), n.Put("a", "k", []byte("8")))
			})
			d.see(func(tx storage.Tx) error {
				var got []string
				for k, v := range tx.Notes().All("a") {
					got = append(got, k+"="+string(v))
				}
				d.same("all of a", got, []string{"=7", "bk=3", "empty=", "k=8", "k\x00\x01=4"})
				v, err := tx.Notes().Get("a\x00", "k")
				d.same("the scope with a zero byte", string(v), "5")
				none, err2 := tx.Notes().Get("a", "gone")
				empty, err3 := tx.Notes().Get("a", "empty")
				if none != nil || empty == nil {
					d.t.Errorf("a removed note is %v, an empty one %v; want nil and not nil", none, empty)
				}
				return errors.Join(err, err2, err3)
			})
		},
		"a value is copied when it is put": func(d desk) {
			v := []byte("1")
			d.do(func(tx storage.Tx) error {
				err := tx.Notes().Put("a", "k", v)
				v[0] = '2'
				return err
			})
			d.see(func(tx storage.Tx) error {
				got, err := tx.Notes().Get("a", "k")
				d.same("value", string(got), "1")
				return err
			})
		},
	})
}
