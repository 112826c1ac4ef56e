package handlers_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"youshi/grid"
	"youshi/storage"
)

// weakly makes accounts that nothing vouches for, as WeChat's residents are: each is
// a name that anybody can take.
func (h *house) weakly(names ...string) *house {
	h.Helper()
	h.update(func(tx storage.Tx) error {
		for _, name := range names {
			p, err := tx.Roster().Person(h.ids[name])
			if err != nil {
				return err
			}
			p.Identities[0].Weak = true
			if _, err := tx.Roster().PutPerson(p); err != nil {
				return err
			}
		}
		return nil
	})
	return h
}

func TestAWeakResidentRatesWatchesJoinsAndWithdrawsWhatIsPublic(t *testing.T) {
	for name, c := range map[string]struct {
		before func(*house)
		who    string
		do     grid.Command
		want   grid.Want
	}{
		"rates":          {func(h *house) { lifes[grid.Resolved](h) }, "张大妈", mark(1, grid.Satisfied), grid.WantRate},
		"objects":        {func(h *house) { lifes[grid.Closed](h) }, "张大妈", mark(1, grid.Unsatisfied), grid.WantObject},
		"watches":        {func(*house) {}, "李大爷", want(grid.WantWatch, 1), grid.WantWatch},
		"has it too":     {func(*house) {}, "李大爷", want(grid.WantMeToo, 1), grid.WantMeToo},
		"withdraws hers": {func(*house) {}, "张大妈", want(grid.WantWithdraw, 1), grid.WantWithdraw},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t).weakly("张大妈", "李大爷")
			h.say("张大妈", "电梯坏了", lift())
			c.before(h)
			h.order(c.who, c.do)
			entries := h.journal(1)
			i := slices.IndexFunc(entries, func(e grid.Entry) bool { return e.Want == c.want })
			if i < 0 || !entries[i].By.Weak || entries[i].By.Person != h.ids[c.who] {
				t.Errorf("the journal has no weak %s by %s: %+v", c.want, c.who, entries)
			}
			if entries[0].By.Weak != true {
				t.Error("the opening is not marked as weak")
			}
		})
	}
}

func TestAWeakResidentHasNoSayInAPrivateMatterAndNoRole(t *testing.T) {
	h := newHouse(t).weakly("张大妈", "李敏")
	h.is("the role of a weak worker", h.roleOf("李敏"), grid.Resident)
	h.say("张大妈", "邻居的病没人管", beaten())
	steps := h.ticket(1).Steps
	for _, c := range []grid.Command{want(grid.WantLook, 1), want(grid.WantWithdraw, 1), want(grid.WantWatch, 1), want(grid.WantMeToo, 1), mark(1, grid.Satisfied)} {
		for _, chat := range []grid.ChatID{group, h.private("张大妈")} {
			for _, o := range h.orderIn(chat, "张大妈", c).posts {
				if o.Kind != grid.PostRefusal || strings.Contains(o.Text, "没人管") {
					t.Errorf("%s in %s is answered %s to %s: %s", c.Want, chat, o.Kind, o.To, o.Text)
				}
			}
		}
	}
	h.is("steps", h.ticket(1).Steps, steps)
}

// Whatever happens, to whoever nothing vouches for no word of a private matter goes
// anywhere but where it was asked, their steps are marked, and they stand nowhere in
// what is private.
func TestWeakAccountsLearnNothingPrivateWhateverHappens(t *testing.T) {
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		var closing []func()
		defer func() {
			for _, f := range slices.Backward(closing) {
				f()
			}
		}()
		h := openHouse(r, filepath.Join(dir, "weak"+grid.TicketNo(n).String()+".db"), func(f func()) { closing = append(closing, f) })
		weak := []string{"张大妈", "李大爷"}
		h.weakly(weak...)
		h.unchecked = true // the order of talk is another property
		people := []string{"张大妈", "李大爷", "王阿姨", "李敏", "物业小孙", "王书记"}
		look := func(asked grid.ChatID, said posts) {
			for _, o := range said {
				if o.Ticket == 0 || !h.ticket(o.Ticket).Private || o.To == asked {
					continue
				}
				for _, name := range weak {
					if o.To == h.private(name) {
						r.Fatalf("of a private matter %s reads, unasked there: %s", name, o.Text)
					}
				}
			}
		}
		for range rapid.IntRange(3, 14).Draw(r, "steps") {
			who := rapid.SampledFrom(people).Draw(r, "who")
			chat := rapid.SampledFrom([]grid.ChatID{group, h.private(who)}).Draw(r, "chat")
			switch rapid.IntRange(0, 6).Draw(r, "what") {
			case 0:
				look(chat, h.sayIn(chat, who, "邻居的病没人管", beaten()).posts)
			case 1:
				look(chat, h.sayIn(chat, who, "电梯坏了", lift()).posts)
			case 2:
				look("", h.after(time.Duration(rapid.IntRange(1, 100).Draw(r, "hours"))*time.Hour))
			case 3:
				if no := grid.TicketNo(rapid.IntRange(1, 3).Draw(r, "no")); h.opened(no) {
					look(chat, h.sayIn(chat, who, "我家也是", follows(no, meToo)).posts)
				}
			default:
				c := rapid.SampledFrom(everyWant()).Draw(r, "want")
				c.Ticket = grid.TicketNo(rapid.IntRange(1, 3).Draw(r, "no"))
				look(chat, h.orderIn(chat, who, c).posts)
			}
		}
		h.marked(r, weak)
	})
}

// opened reports whether there is a ticket of that number.
func (h *house) opened(no grid.TicketNo) (ok bool) {
	h.view(func(tx storage.Tx) error {
		_, err := tx.Tickets().Get(no)
		ok = err == nil
		return nil
	})
	return ok
}

// marked holds the journals to what weak accounts may do.
func (h *house) marked(r *rapid.T, weak []string) {
	isWeak := func(id grid.PersonID) bool {
		return slices.ContainsFunc(weak, func(name string) bool { return h.ids[name] == id })
	}
	h.view(func(tx storage.Tx) error {
		for tk, err := range tx.Tickets().All() {
			if err != nil {
				return err
			}
			entries, err := tx.Journal().Of(tk.No)
			if err != nil {
				return err
			}
			private := false
			for _, e := range entries {
				private = private || e.Set.Private
				if !isWeak(e.By.Person) {
					continue
				}
				if !e.By.Weak || e.By.Role != grid.Resident {
					r.Fatalf("step %d of %d by a weak account is by %+v", e.Seq, tk.No, e.By)
				}
				if private && e.Want != grid.WantOpen {
					r.Fatalf("a weak account took the step %s of the private %d", e.Want, tk.No)
				}
			}
		}
		return nil
	})
}

// Whom nothing vouches for the bot cannot look up on every platform; who tells it a
// private matter alone is answered there all the same, with the numbers of help.
func TestWhoTellsItAloneIsAnsweredThereThoughNobodyVouches(t *testing.T) {
	h := newHouse(t).weakly("张大妈")
	h.away = []string{"张大妈"}
	got := h.sayIn(h.private("张大妈"), "张大妈", "…", of(gas(), func(in *grid.Intent) { in.Sensitive, in.Danger = true, "violence" }))
	h.says(got.posts.to(h.private("张大妈")).one(h), "110", "120")
	h.say("张大妈", "…", of(beaten(), func(in *grid.Intent) { in.Summary = "另一件" })).posts.to(h.private("张大妈")).none(h)
}
