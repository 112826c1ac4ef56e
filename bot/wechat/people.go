package wechat

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/eatmoreapple/openwechat"

	"youshi/grid"
)

// nameless is what somebody is called of whom the platform has not said a name.
const nameless = "群友"

// book is whom this login knows. UserNames are its keys and end with it. Safe
// for use by many goroutines.
type book struct {
	mu      sync.Mutex
	self    string // the account's own UserName
	nick    string // and nickname
	friends map[string]friend
	groups  map[string]*group
	assumed map[string]grid.Identity // group+member: the weak account they speak under in this session
	holders map[string]string        // weak account: the member who has it in this session
}

// friend is somebody on the account's list.
type friend struct{ nick, remark string }

// group is a group that the account is in.
type group struct {
	name    string
	members map[string]member
	known   time.Time // when its members were last told
	asked   time.Time // when they were last asked for
	told    bool      // the platform was asked and answered, with members or without
}

// member is somebody in a group. nick is the platform's word for them: of a
// friend with a remark it is the remark, and must not be spoken.
type member struct{ nick, shown string }

func newBook(self *openwechat.User) *book {
	return &book{self: self.UserName, nick: plain(self.NickName), friends: map[string]friend{}, groups: map[string]*group{},
		assumed: map[string]grid.Identity{}, holders: map[string]string{}}
}

// learn takes what the platform says about people and groups; at is now.
func (b *book) learn(list []*openwechat.User, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, u := range list {
		switch {
		case u == nil || u.UserName == b.self:
		case isGroup(u.UserName):
			b.learnGroup(u, at)
		case isPerson(u.UserName) && u.VerifyFlag == 0: // the others are official accounts
			b.friends[u.UserName] = friend{plain(u.NickName), plain(u.RemarkName)}
		}
	}
}

func (b *book) learnGroup(u *openwechat.User, at time.Time) {
	g := b.groups[u.UserName]
	if g == nil {
		g = &group{}
		b.groups[u.UserName] = g
	}
	if name := plain(u.NickName); name != "" {
		g.name = name
	}
	g.told = g.told || !g.asked.IsZero()
	if len(u.MemberList) == 0 {
		return
	}
	g.members, g.known = map[string]member{}, at
	for _, m := range u.MemberList {
		if m != nil && m.UserName != "" {
			g.members[m.UserName] = member{plain(m.NickName), plain(m.DisplayName)}
		}
	}
}

// friendOf gives the friend whom a remark names, false unless it is exactly one.
func (b *book) friendOf(remark string) (user string, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for u, f := range b.friends {
		if f.remark == remark && remark != "" {
			if user != "" {
				return "", false
			}
			user = u
		}
	}
	return user, user != ""
}

// friendCalled gives the friend without a remark who has that nickname, false
// unless it is exactly one.
func (b *book) friendCalled(nick string) (user string, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for u, f := range b.friends {
		if f.nick == nick {
			if user != "" {
				return "", false
			}
			user = u
		}
	}
	return user, user != ""
}

// twice lists the remarks that several friends have: they vouch for nobody.
func (b *book) twice() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	count := map[string]int{}
	for _, f := range b.friends {
		count[f.remark]++
	}
	var out []string
	for remark, n := range count {
		if remark != "" && n > 1 {
			out = append(out, remark)
		}
	}
	slices.Sort(out)
	return out
}

// strong gives the account of a friend with a remark that nobody else has. The
// caller holds mu.
func (b *book) strong(user string) (grid.Identity, bool) {
	f, ok := b.friends[user]
	if !ok || f.remark == "" {
		return grid.Identity{}, false
	}
	for other, x := range b.friends {
		if other != user && x.remark == f.remark {
			return grid.Identity{}, false
		}
	}
	return friendID(f.remark), true
}

// inPrivate gives who speaks to the account alone.
func (b *book) inPrivate(user string) grid.Speaker {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.friends[user]
	name := f.nick
	if name == "" {
		name = nameless
	}
	if id, ok := b.strong(user); ok {
		return grid.Speaker{Identity: id, Name: name}
	}
	for other, x := range b.friends {
		if f.nick == "" || other != user && x.nick == f.nick {
			return grid.Speaker{Identity: weakID("", passing(f.nick, user)), Name: name}
		}
	}
	return grid.Speaker{Identity: weakID("", name), Name: name}
}

// inGroup gives who speaks in a group: a friend with a unique remark whoever
// they call themselves, anybody else by the name shown there. scope is the name
// under which the group's people are known. Whoever comes to a name that another
// has in this session, or shares one, is told apart by the session alone.
func (b *book) inGroup(room, scope, user string) grid.Speaker {
	b.mu.Lock()
	defer b.mu.Unlock()
	var m member
	if g := b.groups[room]; g != nil {
		m = g.members[user]
	}
	name := b.spoken(user, m)
	if id, ok := b.strong(user); ok {
		return grid.Speaker{Identity: id, Name: name}
	}
	key := scope + " " + user
	if id, ok := b.assumed[key]; ok && name != nameless {
		return grid.Speaker{Identity: id, Name: name}
	}
	id := weakID(scope, name)
	holder := b.holders[id.ID]
	if name == nameless || holder != "" && holder != user || b.shared(room, user, name) {
		id = weakID(scope, passing(name, user))
	}
	if name != nameless {
		b.assumed[key], b.holders[id.ID] = id, user
	}
	return grid.Speaker{Identity: id, Name: name}
}

// spoken gives the name of somebody that may be said aloud: never a remark.
func (b *book) spoken(user string, m member) string {
	f, isFriend := b.friends[user]
	for _, name := range []string{m.shown, f.nick, m.nick} {
		name = strings.TrimSpace(name)
		if name == "" || isFriend && name == f.remark && name != f.nick {
			continue
		}
		return name
	}
	return nameless
}

// shared reports whether another member of the group is shown by the same name.
func (b *book) shared(room, user, name string) bool {
	g := b.groups[room]
	if g == nil {
		return false
	}
	for other, m := range g.members {
		if other != user && b.spoken(other, m) == name {
			return true
		}
	}
	return false
}

// ownNames gives what the account is called in a group.
func (b *book) ownNames(room string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	names := []string{b.nick}
	if g := b.groups[room]; g != nil {
		if m := g.members[b.self]; m.shown != "" {
			names = append(names, m.shown)
		}
	}
	return names
}

// stranger reports whether a group's members should be asked for because of
// somebody who speaks there.
func (b *book) stranger(room, user string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	g := b.groups[room]
	if g == nil {
		return true
	}
	if g.name == "" { // what was said there waits for it
		return now.Sub(g.asked) > detailsApart
	}
	if now.Sub(g.asked) < refreshAfter {
		return false
	}
	_, known := g.members[user]
	return g.known.IsZero() || user != "" && !known || now.Sub(g.known) > staleAfter
}

// asking notes that a group's members are being asked for.
func (b *book) asking(room string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.groups[room] == nil {
		b.groups[room] = &group{}
	}
	b.groups[room].asked = now
}

// stale marks a group as one whose members should be asked for soon.
func (b *book) stale(room string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if g := b.groups[room]; g != nil {
		g.known, g.asked = time.Time{}, time.Time{}
	}
}

// knows reports whether somebody is on the account's list.
func (b *book) knows(user string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.friends[user]
	return ok
}

// nameOf gives the name of a group as it is now.
func (b *book) nameOf(room string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if g := b.groups[room]; g != nil {
		return g.name
	}
	return ""
}
