package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"youshi/bot/telegram/telegramtest"
	"youshi/config"
	"youshi/days"
	"youshi/grid"
	"youshi/storage"
)

// delivered is what Telegram delivered of a line: its words are the sentence alone of
// what is typed, and none of what is spoken.
func delivered(l days.Line) days.Line {
	if l.Kind == grid.VoiceMessage {
		l.Text = ""
	}
	l.Time = l.Time.Truncate(time.Second)
	return l
}

// speak says a line in the group as a phone would.
func speak(s *telegramSite, g *telegramtest.Chat, who telegramtest.User, l days.Line, how ...telegramtest.How) telegramtest.Message {
	picture := []byte("a picture of something " + string(l.ID))
	switch l.Kind {
	case grid.ImageMessage:
		return g.Photo(who, picture, l.Text, how...)
	case grid.VoiceMessage:
		return g.Voice(who, picture, how...)
	case grid.LocationMessage:
		return g.Place(who, 37.58763, 118.54938, l.Text, "", how...)
	case grid.FileMessage:
		return g.Document(who, l.Text, picture, "", how...)
	}
	return g.Say(who, l.Text, how...)
}

// A recorded day that comes by Telegram is the same matters as its replay.
func TestADayByTelegramIsTheSameMattersAsItsReplay(t *testing.T) { dayByTelegram(t, recorded(t)[0]) }

func dayByTelegram(t *testing.T, file string) {
	t.Helper()
	lines, err := days.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	shift := time.Since(lines[len(lines)-1].Time).Truncate(time.Second) // the day has just ended
	for i := range lines {
		lines[i].Time = lines[i].Time.Add(shift)
	}
	s := newTelegramSite(t, 1, telegramtest.Options{})
	group := s.groups[0]
	people := map[string]telegramtest.User{}
	var roster strings.Builder
	for _, l := range lines {
		if _, known := people[l.Sender]; known {
			continue
		}
		people[l.Sender] = s.server.Person(l.Sender)
		if l.Role != grid.Resident {
			fmt.Fprintf(&roster, "[[person]]\nname = %q\nrole = %q\narea = %q\ntelegram = %d\n", l.Sender, l.Role, group.Title, people[l.Sender].ID)
		}
	}
	s.extra = roster.String()
	texts := map[string]grid.MessageID{} // Telegram's id of a message -> the line
	sent := map[grid.MessageID]telegramtest.Message{}
	heard := make([]days.Line, len(lines))
	files := 0
	for i, l := range lines {
		if l.Kind == grid.ImageMessage || l.Kind == grid.VoiceMessage || l.Kind == grid.FileMessage {
			files++
		}
		heard[i] = delivered(l)
		heard[i].Group = group.Title
		how := []telegramtest.How{telegramtest.At(heard[i].Time)}
		if to, known := sent[l.ReplyTo]; known {
			how = append(how, telegramtest.Reply(to))
		} else {
			heard[i].ReplyTo = ""
		}
		m := speak(s, group, people[l.Sender], l, how...)
		sent[l.ID] = m
		texts[fmt.Sprintf("telegram:%d:%d", group.ID, m.ID)] = l.ID
	}
	want, err := ReplayLines(t.Context(), ReplayOptions{Config: config.Default()}, heard)
	if err != nil {
		t.Fatal(err)
	}
	s.start()
	s.acted()
	s.eventually("the files are fetched", func() bool { return len(s.server.Calls("file")) >= files })
	time.Sleep(time.Second) // the last one is written down
	s.stop()
	got := map[grid.MessageID]grid.Message{}
	s.look(func(tx storage.Tx) error {
		for m, err := range tx.Messages().Between(time.Time{}, time.Now().Add(time.Hour)) {
			if err != nil {
				return err
			}
			got[texts[string(m.ID)]] = m
			if len(m.Media) != 1 && (m.Kind == grid.ImageMessage || m.Kind == grid.VoiceMessage || m.Kind == grid.FileMessage) {
				t.Errorf("message %s of kind %s has %d files", m.ID, m.Kind, len(m.Media))
			}
		}
		return nil
	})
	if len(got) != len(lines) {
		t.Errorf("%d of %d messages were heard", len(got), len(lines))
	}
	asReplayed(t, got, want)
	s.inLimits()
}
