package reports

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"youshi/grid"
	"youshi/storage"
)

// Public is a matter as everybody may read it (公示): no name, no flat, no number of
// a person, and nothing that was taken back.
type Public struct {
	Number   grid.TicketNo
	Area     grid.AreaID
	Topic    grid.Topic
	Title    string // "" when it was taken back
	Place    string
	Done     string // 做法
	Basis    string // 依据
	Standard string // 标准
	Outcome  string // 结果
	Heard    time.Time
	At       time.Time // when it was published
}

// Publics gives the published matters, latest first, from the place `from` on and at
// most n, and how many there are; times in loc.
func Publics(tx storage.Tx, loc *time.Location, from, n int) ([]Public, int, error) {
	numbers, err := storage.Published(tx)
	if err != nil {
		return nil, 0, err
	}
	var out []Public
	count := 0
	for _, no := range numbers {
		t, err := tx.Tickets().Get(no)
		if err != nil {
			return nil, 0, fmt.Errorf("reading ticket %d: %w", no, err)
		}
		if !t.Published() {
			continue
		}
		if count++; count <= from || len(out) == n {
			continue
		}
		p, err := PublicOf(tx, t, loc)
		if err != nil {
			return nil, 0, err
		}
		out = append(out, p)
	}
	return out, count, nil
}

// PublicOf tells a ticket that is Published.
func PublicOf(tx storage.Tx, t grid.Ticket, loc *time.Location) (Public, error) {
	r := reader{tx: tx}
	names, gone := r.unsaid(t)
	tell := func(id grid.TextID) string {
		words := r.words(id)
		for _, s := range gone {
			words = strings.ReplaceAll(words, s, "（已撤回）")
		}
		return grid.Publicly(words, names)
	}
	p := Public{Number: t.No, Area: t.Area, Topic: t.Topic, Title: tell(t.Summary), Place: tell(t.Location), Done: tell(t.Public.Done),
		Basis: tell(t.Public.Basis), Standard: tell(t.Public.Standard), Outcome: tell(t.Public.Outcome), Heard: t.Heard.In(loc), At: t.Public.At.In(loc)}
	if r.err != nil {
		return p, fmt.Errorf("reading what was published of ticket %d: %w", t.No, r.err)
	}
	return p, nil
}

// tellingWords is the least number of characters of a recalled text that are its own.
const tellingWords = 4

// unsaid gives the names of the neighbours who had a word in a matter, and the texts
// that were taken back.
func (r *reader) unsaid(t grid.Ticket) (names, gone []string) {
	people := slices.Concat([]grid.PersonID{t.Reporter}, t.Supporters, t.Watchers)
	for _, id := range t.Messages {
		m := r.message(id)
		people = append(people, m.From)
		if m.Recalled.IsZero() {
			continue
		}
		for _, s := range m.Sealed {
			if utf8.RuneCountInString(s) >= tellingWords {
				gone = append(gone, s)
			}
		}
	}
	slices.Sort(people)
	for _, id := range slices.Compact(people) {
		if id == "" || id == t.Assignee {
			continue
		}
		if p, err := r.tx.Roster().Person(id); err == nil {
			if role, err := storage.RoleIn(r.tx.Roster(), p, t.Area, t.Public.At); err == nil && !role.Staff() {
				names = append(names, p.Name)
			}
		} else {
			r.keep(err)
		}
	}
	return names, gone
}
