package learn

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"youshi/grid"
	"youshi/reports"
	"youshi/storage"
)

// How far back staff's decisions teach, and how long talk must have stood
// undisputed before it counts as talk.
const (
	lessonsReach = 180 * 24 * time.Hour
	undisputed   = 7 * 24 * time.Hour
	sureTalk     = 0.9 // the confidence from which such talk is believed
)

// Lesson is a message that the program heard in use, with what it made of it
// and, where staff decided about its matter, what it means by that (改正). It
// carries a resident's words: it stays on the machine.
type Lesson struct {
	Community grid.CommunityID `json:"community"`
	Message   grid.Message     `json:"message"` // Intent is what the program read
	Role      grid.Role        `json:"role"`
	Gold      *grid.Intent     `json:"gold,omitempty"`    // nil: nobody decided; it stands around others
	SameAs    grid.MessageID   `json:"same_as,omitempty"` // merged: the message that raised the same matter
	Decided   time.Time        `json:"decided,omitzero"`
	By        grid.Want        `json:"by,omitempty"`     // the deciding step
	Missed    bool             `json:"missed,omitempty"` // staff opened what the program had passed over
	Talk      bool             `json:"talk,omitempty"`   // surely talk, and nobody said otherwise
}

// Wrong reports whether staff decided otherwise than the program had read.
func (l Lesson) Wrong() bool {
	if l.Gold == nil {
		return false
	}
	g, r := *l.Gold, l.Message.Intent
	return l.Missed || g.Kind != r.Kind || g.Category != r.Category || g.Urgency != r.Urgency || g.Topic != r.Topic || g.Sensitive != r.Sensitive
}

// LessonsOf reads what staff decided in a community during the last half year,
// each message among those of its chat and day, by day, chat and time. What was
// taken back or erased teaches nothing.
func LessonsOf(tx storage.Tx, now time.Time) ([]Lesson, error) {
	s := &school{tx: tx, now: now, said: map[grid.MessageID]reports.Verdict{}, days: map[time.Time]map[grid.ChatID]bool{}}
	if err := s.decisions(); err != nil {
		return nil, fmt.Errorf("reading what staff decided: %w", err)
	}
	days := make([]time.Time, 0, len(s.days))
	for day := range s.days {
		days = append(days, day)
	}
	slices.SortFunc(days, time.Time.Compare)
	var all []Lesson
	for _, day := range days {
		of, err := s.day(day)
		if err != nil {
			return nil, fmt.Errorf("reading the messages of %s: %w", day.Format(time.DateOnly), err)
		}
		all = append(all, of...)
	}
	return all, nil
}

// school gathers lessons.
type school struct {
	tx   storage.Tx
	now  time.Time
	said map[grid.MessageID]reports.Verdict
	days map[time.Time]map[grid.ChatID]bool // days (UTC) and chats that hold a lesson
}

// decisions reads the journals. A message that opened a matter of its own is
// judged by that one, whatever it was merged into later.
func (s *school) decisions() error {
	var all []grid.Ticket
	for t, err := range s.tx.Tickets().All() {
		if err != nil {
			return err
		}
		if s.now.Sub(t.Heard) < lessonsReach {
			all = append(all, t)
		}
	}
	opened := map[grid.MessageID]bool{}
	for _, t := range all {
		opened[t.Opening] = true
	}
	for _, t := range all {
		v, ok, err := reports.VerdictOf(s.tx, t)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		for _, id := range append([]grid.MessageID{t.Opening}, t.Messages...) {
			if err := s.learn(t, v, id, id != t.Opening && opened[id]); err != nil {
				return err
			}
		}
	}
	return nil
}

// learn notes what a message of a ticket means: the opening one, and the parts
// of the same report.
func (s *school) learn(t grid.Ticket, v reports.Verdict, id grid.MessageID, elsewhere bool) error {
	if elsewhere || id == "" {
		return nil
	}
	m, err := s.tx.Messages().Get(id)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	if id != t.Opening && (m.From != t.Reporter || m.Intent.Link.PartOf == "") {
		return nil
	}
	s.said[id] = v
	day := m.Sent.UTC().Truncate(24 * time.Hour)
	if s.days[day] == nil {
		s.days[day] = map[grid.ChatID]bool{}
	}
	s.days[day][m.Chat] = true
	return nil
}

// day gives the lines of a day in the chats that hold a lesson, chat by chat.
func (s *school) day(day time.Time) ([]Lesson, error) {
	by := map[grid.ChatID][]Lesson{}
	var chats []grid.ChatID
	for m, err := range s.tx.Messages().Between(day, day.Add(24*time.Hour)) {
		if err != nil {
			return nil, err
		}
		if !s.days[day][m.Chat] || !readable(m) {
			continue
		}
		l, err := s.lesson(m)
		if err != nil {
			return nil, err
		}
		if by[m.Chat] == nil {
			chats = append(chats, m.Chat)
		}
		by[m.Chat] = append(by[m.Chat], l)
	}
	slices.Sort(chats)
	var all []Lesson
	for _, c := range chats {
		all = append(all, by[c]...)
	}
	return all, nil
}

// readable leaves out what is no message of its own, and what is no longer there.
func readable(m grid.Message) bool {
	switch m.Kind {
	case grid.EditMessage, grid.RecallMessage, grid.JoinMessage:
		return false
	}
	return m.Recalled.IsZero() && (m.Text != "" || m.Kind != grid.TextMessage)
}

func (s *school) lesson(m grid.Message) (Lesson, error) {
	l := Lesson{Community: s.tx.Community(), Message: grid.Message{ID: m.ID, Chat: m.Chat, From: m.From, Sent: m.Sent, Kind: m.Kind,
		Text: m.Text, ReplyTo: m.ReplyTo, Outcome: m.Outcome, Ticket: m.Ticket, Intent: m.Intent}}
	who, err := s.tx.Roster().Person(m.From)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return l, fmt.Errorf("reading who said %s: %w", m.ID, err)
	}
	chat, err := s.tx.Roster().Chat(m.Chat)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return l, fmt.Errorf("reading chat %s: %w", m.Chat, err)
	}
	if l.Role, err = storage.RoleIn(s.tx.Roster(), who, chat.Area, m.Sent); err != nil {
		return l, err
	}
	if v, ok := s.said[m.ID]; ok {
		l.Gold, l.SameAs, l.Decided, l.By, l.Missed = &v.Gold, v.SameAs, v.At, v.By, v.Missed
		return l, nil
	}
	in := m.Intent
	l.Talk = m.Outcome == grid.OutChatter && m.Ticket == 0 && in.Kind == grid.Chatter && in.Danger == "" && !in.Sensitive &&
		in.Confidence >= sureTalk && s.now.Sub(m.Sent) > undisputed && m.Text != ""
	return l, nil
}
