package wechat

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"sync"

	"youshi/bot"
)

// A group keeps its members while its name or ids change: it is taken for the
// one of last time when at least this part of those members is still there, and
// for another one when less than weakPart is. In between nobody knows.
const (
	strongPart = 0.5
	weakPart   = 0.2
	movedPart  = 0.7 // of a group with another name: enough to ask whether it is the one
)

const (
	notesGroup = "group/" // + bound name: a record
	notesCode  = "code/"  // + bound name: the code that settles it
)

// record is what is kept of a bound group from one login to the next.
type record struct {
	Members   []string `json:"members,omitempty"`   // hashes of their nicknames, sorted
	Alias     string   `json:"alias,omitempty"`     // the name it got later, seen while it was certain
	Confirmed bool     `json:"confirmed,omitempty"` // by a person, with the code
	Session   string   `json:"session,omitempty"`   // the login in which it was User
	User      string   `json:"user,omitempty"`
}

// doubt is why a bound name is not settled.
type doubt string

const (
	sure     doubt = ""
	missing  doubt = "not seen yet"
	unnamed  doubt = "its members are not known yet"
	several  doubt = "several groups have this name"
	changed  doubt = "most of its members are others than last time"
	renamed  doubt = "no group has this name, but one with nearly the same members has another"
	maxNamed       = 5 // doubtful groups that are named in one sentence
)

// bindings say which group of this login is which bound one. Safe for use by
// many goroutines.
type bindings struct {
	notes   bot.Notes
	session string
	list    func(context.Context) ([]string, error)

	mu      sync.Mutex
	names   []string // bound by the config or by a code of the house, sorted
	records map[string]record
	saved   map[string]string // as they are on disk
	codes   map[string]string // bound name -> code
	rooms   map[string]string // bound name -> group, where it is certain
	firm    map[string]bool   // bound names that are certain by more than the name
	heard   map[string]string // group -> bound name, certain or not
	doubts  map[string]doubt
}

// readBindings reads what is kept of the bound groups.
func readBindings(ctx context.Context, notes bot.Notes, session string, list func(context.Context) ([]string, error)) (*bindings, error) {
	b := &bindings{notes: notes, session: session, list: list, records: map[string]record{}, saved: map[string]string{}, codes: map[string]string{},
		rooms: map[string]string{}, firm: map[string]bool{}, heard: map[string]string{}, doubts: map[string]doubt{}}
	kept, err := notes.All(ctx, notesGroup)
	if err != nil {
		return nil, fmt.Errorf("reading the groups of the last login: %w", err)
	}
	for _, n := range kept {
		var r record
		if err := json.Unmarshal(n.Value, &r); err != nil {
			return nil, fmt.Errorf("reading the group %s: %w", n.Key, err)
		}
		name := strings.TrimPrefix(n.Key, notesGroup)
		b.records[name], b.saved[name] = r, string(n.Value)
	}
	codes, err := notes.All(ctx, notesCode)
	if err != nil {
		return nil, fmt.Errorf("reading the codes of doubtful groups: %w", err)
	}
	for _, n := range codes {
		b.codes[strings.TrimPrefix(n.Key, notesCode)] = string(n.Value)
	}
	return b, nil
}

// room is a group as it is compared.
type room struct {
	user, name string
	members    []string // hashes; empty: not known
	told       bool     // the platform was asked for them and answered
}

// rooms gives the groups of the book, in a lasting order.
func (b *book) rooms() []room {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []room
	for user, g := range b.groups {
		r := room{user: user, name: g.name, told: g.told}
		for u, m := range g.members {
			if u != b.self {
				r.members = append(r.members, hash(m.nick))
			}
		}
		slices.Sort(r.members)
		r.members = slices.Compact(r.members)
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b room) int { return cmp.Compare(a.user, b.user) })
	return out
}

// hash keeps nicknames out of the store.
func hash(nick string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(nick)) // a hash takes everything
	return strconv.FormatUint(h.Sum64(), 36)
}

// still is which part of the members of last time is there now.
func still(then, now []string) float64 {
	n := 0
	for _, m := range then {
		if _, ok := slices.BinarySearch(now, m); ok {
			n++
		}
	}
	return float64(n) / float64(max(len(then), 1))
}

// settle says anew which group is which, and writes down what is certain.
func (b *bindings) settle(ctx context.Context, rooms []room) error {
	names, err := b.list(ctx)
	if err != nil {
		return fmt.Errorf("reading which groups are bound: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.names = slices.Compact(slices.Sorted(slices.Values(names)))
	b.heard = map[string]string{}
	var notes []bot.Note
	for _, name := range b.names {
		room, others, why := b.choose(name, rooms)
		b.doubts[name] = why
		delete(b.rooms, name)
		for _, r := range others {
			b.heard[r.user] = name
		}
		if why == sure {
			b.heard[room.user], b.rooms[name] = name, room.user
			notes = append(notes, b.keep(name, room)...)
		} else if why != missing && why != unnamed && b.codes[name] == "" {
			b.codes[name] = newCode()
			notes = append(notes, bot.Note{Key: notesCode + name, Value: []byte(b.codes[name])})
		}
	}
	if len(notes) == 0 {
		return nil
	}
	if err := b.notes.Put(ctx, notes...); err != nil {
		return fmt.Errorf("writing down which groups are certain: %w", err)
	}
	for _, n := range notes {
		if name, ok := strings.CutPrefix(n.Key, notesGroup); ok {
			b.saved[name] = string(n.Value)
		}
	}
	return nil
}

// choose finds the group of a bound name, or those that may be it and why that
// is not certain.
func (b *bindings) choose(name string, rooms []room) (one room, may []room, why doubt) {
	r := b.records[name]
	for _, x := range rooms { // an id of this login cannot be taken by another group
		if r.Session == b.session && r.User == x.user {
			one = x
		}
		if x.name == name || r.Alias != "" && x.name == r.Alias {
			may = append(may, x)
		}
	}
	if one.user != "" && (b.firm[name] || r.Confirmed || len(may) <= 1) {
		return one, nil, sure
	}
	switch {
	case len(may) == 0:
		for _, x := range rooms {
			if !slices.Contains(b.names, x.name) && len(r.Members) > 2 && still(r.Members, x.members) >= movedPart {
				may = append(may, x)
			}
		}
		if len(may) == 0 {
			return one, nil, missing
		}
		return one, may, renamed
	case len(may) > 1:
		if x, ok := onlyOne(r, may); ok {
			return x, nil, sure
		}
		return one, may, several
	}
	one = may[0]
	switch {
	case len(one.members) == 0 && (!one.told || len(r.Members) > 0):
		return one, may, unnamed
	case len(r.Members) == 0 && one.name == name, still(r.Members, one.members) >= strongPart:
		b.firm[name] = b.firm[name] || len(r.Members) > 0
		return one, nil, sure
	}
	return one, may, changed
}

// onlyOne picks, among groups of one name, the one that a person confirmed
// before: it has the members of then, and the others have not.
func onlyOne(r record, may []room) (one room, ok bool) {
	if !r.Confirmed || len(r.Members) == 0 {
		return one, false
	}
	for _, x := range may {
		switch part := still(r.Members, x.members); {
		case part >= strongPart && ok:
			return one, false
		case part >= strongPart:
			one, ok = x, true
		case part >= weakPart:
			return one, false
		}
	}
	return one, ok
}

// keep writes down a group that is certain; nothing when nothing is new.
func (b *bindings) keep(name string, x room) []bot.Note {
	old := b.records[name]
	r := record{Members: x.members, Alias: old.Alias, Confirmed: old.Confirmed, Session: b.session, User: x.user}
	if len(r.Members) == 0 {
		r.Members = old.Members
	}
	if x.name != name && x.name != "" {
		r.Alias = x.name
	}
	var notes []bot.Note
	if b.codes[name] != "" {
		delete(b.codes, name)
		notes = append(notes, bot.Note{Key: notesCode + name})
	}
	b.records[name] = r
	raw, _ := json.Marshal(r) // strings and a flag
	if string(raw) != b.saved[name] {
		notes = append(notes, bot.Note{Key: notesGroup + name, Value: raw})
	}
	return notes
}

// newCode makes a code that a person can copy: eight letters, none of which
// looks like another.
func newCode() string {
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b)
}

// confirm settles a doubtful group when the text said in it holds a code, and
// reports whether it did. The code went to the operator alone.
func (b *bindings) confirm(user, text string, rooms func() []room) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	text = strings.ToUpper(text)
	for name, code := range b.codes {
		if b.doubts[name] == sure || !strings.Contains(text, code) {
			continue
		}
		for _, x := range rooms() {
			if x.user == user {
				b.records[name] = record{Members: x.members, Confirmed: true, Session: b.session, User: user}
				return true
			}
		}
	}
	return false
}

// of gives the bound name of a group, whether it is certain, and false for a
// group that no area is bound to.
func (b *bindings) of(user string) (name string, certain, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	name, ok = b.heard[user]
	return name, ok && b.rooms[name] == user, ok
}

// has reports whether a name is bound.
func (b *bindings) has(name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, found := slices.BinarySearch(b.names, name)
	return found
}

// room gives the group of a bound name, or why nothing may be said there.
func (b *bindings) room(name string) (user string, why doubt) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if user, ok := b.rooms[name]; ok {
		return user, sure
	}
	if why, ok := b.doubts[name]; ok && why != sure {
		return "", why
	}
	return "", missing
}

// say tells the operator which groups are not certain, "" when all are.
func (b *bindings) say() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var parts []string
	var absent []string
	doubtful := 0
	for _, name := range b.names {
		switch why := b.doubts[name]; why {
		case sure, unnamed:
		case missing:
			absent = append(absent, name)
		default:
			if doubtful++; doubtful <= maxNamed {
				parts = append(parts, fmt.Sprintf("the group %q is not certain (%s): the bot hears it and says nothing there until somebody says the code %s in the right one", name, why, b.codes[name]))
			}
		}
	}
	if doubtful > maxNamed {
		parts = append(parts, fmt.Sprintf("%d more groups are not certain", doubtful-maxNamed))
	}
	if len(absent) > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d groups have not been seen since the login, the first is %q: save them to the contacts on the phone", len(absent), len(b.names), absent[0]))
	}
	return strings.Join(parts, "; ")
}
