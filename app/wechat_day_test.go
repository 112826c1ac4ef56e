package app

import (
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"youshi/bot/wechat/wechattest"
	"youshi/config"
	"youshi/days"
	"youshi/grid"
	"youshi/storage"
)

// onWeChat is what WeChat delivers of a line: whole seconds, no words of what is
// spoken or shown, and a quote as text.
func onWeChat(l days.Line, to *days.Line) days.Line {
	l.Time, l.ReplyTo = l.Time.Truncate(time.Second), ""
	switch {
	case l.Kind == grid.VoiceMessage || l.Kind == grid.ImageMessage:
		l.Text = ""
	case l.Kind == grid.TextMessage && to != nil:
		words := to.Text
		switch to.Kind {
		case grid.VoiceMessage:
			words = "[语音]"
		case grid.ImageMessage:
			words = "[图片]"
		}
		l.Text = wechattest.QuoteText(to.Sender, words, l.Text)
	}
	return l
}

// utter says a line on the platform and gives its id there.
func utter(s *wechattest.Server, g *wechattest.Group, who *wechattest.Person, l days.Line) int64 {
	switch l.Kind {
	case grid.ImageMessage:
		return s.PictureAt(g, who, []byte("a picture "+string(l.ID)), l.Time)
	case grid.VoiceMessage:
		return s.VoiceAt(g, who, l.Time)
	case grid.LocationMessage:
		return s.PlaceAt(g, who, l.Text, l.Time)
	}
	return s.SayAt(g, who, l.Text, l.Time)
}

// ask runs a command beside the running program and gives what it prints.
func (s *wechatSite) ask(args ...string) string {
	s.t.Helper()
	out, err := exec.Command(s.bin, append(args, "--config", s.config())...).Output()
	if err != nil {
		s.t.Fatalf("%v: %v", args, err)
	}
	return strings.TrimSpace(string(out))
}

// invited gives a friend of the bot a role, as the operator and the friend do it.
func (s *wechatSite) invited(who *wechattest.Person, role grid.Role, area string) {
	s.t.Helper()
	code := s.ask("roles", "invite", string(role), "--area", area)
	before := len(s.server.SentTo(who.Nick))
	s.server.Say(nil, who, "绑定 "+code)
	for end := time.Now().Add(30 * time.Second); len(s.server.SentTo(who.Nick)) == before; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("nobody answered the code of %s\n%s", who.Nick, s.log.tail())
		}
	}
}

// A recorded day that comes by WeChat is the same matters as its replay.
func TestADayByWeChatIsTheSameMattersAsItsReplay(t *testing.T) {
	lines, err := days.Open(recorded(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	const name = "第1网格"
	server := wechattest.New(t, "有事助手")
	people, roles := map[string]*wechattest.Person{}, map[string]grid.Role{}
	var in []*wechattest.Person
	for _, l := range lines {
		if people[l.Sender] != nil {
			continue
		}
		people[l.Sender] = server.Stranger(l.Sender)
		if l.Role != grid.Resident {
			people[l.Sender], roles[l.Sender] = server.NewFriend(l.Sender, "岗位-"+l.Sender), l.Role
		}
		in = append(in, people[l.Sender])
	}
	group := server.NewGroup(name, true, in...)
	s := newWeChatSite(t, server, name)
	cmd := s.serve()
	time.Sleep(time.Second) // the admin socket
	for who, role := range roles {
		s.invited(people[who], role, name)
	}
	ids, byID := map[string]grid.MessageID{}, map[grid.MessageID]*days.Line{}
	heard := make([]days.Line, len(lines))
	for i, l := range lines {
		heard[i] = onWeChat(l, byID[l.ReplyTo])
		heard[i].Group = name
		ids[fmt.Sprintf("wechat:%d", utter(server, group, people[l.Sender], heard[i]))] = l.ID
		byID[l.ID] = &lines[i]
	}
	want, err := ReplayLines(t.Context(), ReplayOptions{Config: config.Default()}, heard)
	if err != nil {
		t.Fatal(err)
	}
	s.end(cmd, syscall.SIGTERM)
	s.settled()
	got := map[grid.MessageID]grid.Message{}
	s.view(func(tx storage.Tx) error {
		for m, err := range tx.Messages().Between(time.Time{}, time.Now().Add(time.Hour)) {
			if err != nil {
				return err
			}
			if id, ok := ids[string(m.ID)]; ok {
				got[id] = m
			}
		}
		return nil
	})
	if len(got) != len(lines) {
		t.Errorf("%d of %d messages were heard", len(got), len(lines))
	}
	tickets := asReplayed(t, got, want)
	quotes := 0
	for _, m := range got {
		if m.ReplyTo != "" {
			quotes++
		}
	}
	t.Logf("%d messages, %d tickets, %d quotes understood, %d people with a role", len(got), tickets, quotes, len(roles))
}

// Every group of a district: nothing is lost and the bot does not talk faster
// than a person.
func TestADistrictOfGroupsOnWeChat(t *testing.T) {
	const groups, members = 187, 20
	messages := max(400, *wechatLines*3/2)
	server := wechattest.New(t, "有事助手")
	var names []string
	var all []*wechattest.Group
	people := make([][]*wechattest.Person, groups)
	for g := range groups {
		for p := range members {
			people[g] = append(people[g], server.Stranger(fmt.Sprintf("住户%d-%d", g, p)))
		}
		names = append(names, fmt.Sprintf("第%d网格", g+1))
		all = append(all, server.NewGroup(names[g], g%3 != 0, people[g]...))
	}
	s := newWeChatSite(t, server, names...)
	cmd := s.serve()
	began := time.Now()
	for n := range messages {
		text := fmt.Sprintf("大家早上好 %d", n)
		if n%50 == 0 {
			text = fmt.Sprintf("%d号楼的电梯坏了 %d", n%30+1, n)
		}
		server.Say(all[n%groups], people[n%groups][n%members], text)
	}
	for end := time.Now().Add(3 * time.Minute); server.Waiting() > 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d messages were not fetched\n%s", server.Waiting(), s.log.tail())
		}
	}
	t.Logf("%d messages of %d groups were heard in %v, with %d requests, at most %d a second", messages, groups,
		time.Since(began).Round(time.Millisecond), len(server.Requests()), server.Busiest(began, time.Second))
	s.end(cmd, syscall.SIGTERM)
	s.settled()
	heard := 0
	s.view(func(tx storage.Tx) error {
		for m, err := range tx.Messages().Between(time.Time{}, time.Now().Add(time.Hour)) {
			if err != nil {
				return err
			}
			if heard++; m.Outcome == "" || m.Outcome == grid.OutError {
				t.Errorf("%s ended as %q (%s)", m.Text, m.Outcome, m.Reason)
			}
		}
		return nil
	})
	if heard != messages {
		t.Errorf("%d of %d messages were heard", heard, messages)
	}
	var at []time.Time
	for _, m := range server.Sent() {
		at = append(at, m.At)
	}
	if second, minute := wechattest.Busiest(at, time.Second), wechattest.Busiest(at, time.Minute); second > 1 || minute > 20 {
		t.Errorf("%d messages in one second, %d in one minute", second, minute)
	}
}
