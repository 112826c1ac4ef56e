package app

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"youshi/bot/telegram/telegramtest"
	"youshi/grid"
	"youshi/storage"
)

// line waits for a word of the bot in a chat that holds these words, and gives it.
func (s *telegramSite) line(c *telegramtest.Chat, words ...string) (found telegramtest.Line) {
	s.t.Helper()
	s.eventually(fmt.Sprintf("the bot says %q", words), func() bool {
		for _, l := range c.Lines() {
			if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(l.Text, w) }) {
				found = l
				return true
			}
		}
		return false
	})
	return found
}

// press presses a button as a person does.
func (s *telegramSite) press(c *telegramtest.Chat, who telegramtest.User, id int64, label string) {
	s.t.Helper()
	if _, err := c.Press(who, id, label); err != nil {
		s.t.Fatal(err)
	}
}

// A matter goes its whole way by Telegram: the card lives, an impostor gets
// nowhere, and a group that becomes a supergroup keeps its matters and roles.
func TestAMatterGoesItsWholeWayByTelegram(t *testing.T) {
	s := newTelegramSite(t, 2, telegramtest.Options{})
	worker := s.server.PersonAs(6_100_000_001, "王网格")
	fang, fake := s.server.Person("王芳"), s.server.Person("王网格")
	s.extra = fmt.Sprintf("[[person]]\nname = \"王网格\"\nrole = \"grid_worker\"\narea = %q\ntelegram = %d\n", s.groups[0].Title, worker.ID)
	s.start()
	group := s.groups[0]
	m := group.Say(fang, "3号楼2单元的电梯坏了，老人下不了楼")
	ack := s.line(group, "1号", "王芳")
	if ack.Answers != m.ID {
		t.Errorf("the first answer quotes %d, want %d", ack.Answers, m.ID)
	}
	card := s.line(s.staff, "待确认", "1号")

	// An impostor in name, an anonymous administrator, and a bot press and order.
	s.staff.Say(fake, "确认 1")
	group.Say(worker, "@小格 确认 1", telegramtest.Anonymous())
	group.Say(s.server.OtherBot("helper"), "@小格 确认 1")
	s.press(s.staff, fake, card.ID, "确认")
	time.Sleep(2 * time.Second)
	if l := s.line(s.staff, "1号"); !strings.Contains(l.Text, "待确认") {
		t.Fatalf("somebody without a role confirmed: %s", l.Text)
	}

	s.press(s.staff, worker, card.ID, "确认")
	s.press(s.staff, worker, card.ID, "确认") // twice is once
	living := s.line(s.staff, "已立案", "1号", "王网格")
	if living.ID != card.ID || !living.Edited {
		t.Errorf("the card does not live: %+v", living)
	}
	group = group.Migrate() // the group becomes a supergroup
	s.staff = s.staff.MigrateSilently()
	time.Sleep(time.Second)
	s.kill()
	s.start() // the config still says the old ids
	group.Say(fang, "5号楼1单元路灯不亮了，晚上看不见")
	s.line(group, "2号", "王芳")
	s.line(s.staff, "待确认", "2号") // its first word to the old id told where it is now
	group.Say(worker, "@小格 办结 1 修好了")
	s.line(group, "1号", "修好了")
	s.stop()
	s.look(func(tx storage.Tx) error {
		tk, err := tx.Tickets().Get(1)
		if err != nil || tk.Status != grid.Resolved {
			t.Errorf("ticket 1 is %s, %v; want it resolved", tk.Status, err)
		}
		all := 0
		for _, terr := range tx.Tickets().All() {
			all, err = all+1, errors.Join(err, terr)
		}
		if all != 2 {
			t.Errorf("%d tickets, want 2", all)
		}
		return err
	})
	s.inLimits()
	if strings.Contains(s.said.String(), telegramtest.Token) {
		t.Error("the token is in the log")
	}
}

// A storm of refusals and broken replies: everything is said in the end, once, and
// the server is not hammered.
func TestAStormOfFaultsLosesNothingAndHammersNobody(t *testing.T) {
	s := newTelegramSite(t, 4, telegramtest.Options{Strict: true})
	s.start()
	people := []telegramtest.User{}
	for i := range 4 {
		people = append(people, s.server.Person(fmt.Sprintf("住户%d", i)))
	}
	for i, g := range s.groups {
		g.Say(people[i], fmt.Sprintf("%d号楼的路灯不亮了，晚上看不见", i+1))
		s.server.Break(telegramtest.TooMany(2).On("sendMessage").In(g).For(2))
	}
	s.server.Break(telegramtest.BadGateway().On("sendMessage").For(3))
	s.server.Break(telegramtest.Internal().On("getUpdates").For(2))
	s.server.Break(telegramtest.Conflict().On("getUpdates").For(1))
	for i, g := range s.groups {
		s.line(g, fmt.Sprintf("住户%d", i))
	}
	s.settled()
	s.stop()
	if d := s.server.Doubles(); len(d) > 0 {
		t.Errorf("said twice: %v", d)
	}
	if n := s.server.Busiest("", time.Second); n > 40 {
		t.Errorf("%d calls came within a second", n)
	}
	s.inLimits()
}
