package wechattest

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Person is somebody on the platform.
type Person struct {
	s      *Server
	Nick   string // what the person is called everywhere; anybody can take any
	Remark string // what the account's owner calls a friend
	Friend bool
	uin    int64
	user   string // the UserName of this session
}

// Group is a group that the account is in.
type Group struct {
	s       *Server
	Name    string
	Saved   bool // to the contacts
	members []*member
	user    string
}

type member struct {
	*Person
	shown string // the name in the group; "": the nickname
}

// Stranger makes somebody who is no friend of the account.
func (s *Server) Stranger(nick string) *Person { return s.person(&Person{Nick: nick}) }

// NewFriend makes a friend of the account, with a remark or none.
func (s *Server) NewFriend(nick, remark string) *Person {
	return s.person(&Person{Nick: nick, Remark: remark, Friend: true})
}

func (s *Server) person(p *Person) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.s = s
	s.people = append(s.people, p)
	if s.session != nil {
		p.user = userName("@")
	}
	return p
}

// NewGroup makes a group with the account and others in it.
func (s *Server) NewGroup(name string, saved bool, others ...*Person) *Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &Group{s: s, Name: name, Saved: saved, members: []*member{{Person: s.self}}}
	for _, p := range others {
		g.members = append(g.members, &member{Person: p})
	}
	s.groups = append(s.groups, g)
	if s.session != nil {
		g.user = userName("@@")
	}
	return g
}

// Join lets somebody into the group.
func (g *Group) Join(p *Person) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.members = append(g.members, &member{Person: p})
}

// Leave lets somebody out of the group.
func (g *Group) Leave(p *Person) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	for i, m := range g.members {
		if m.Person == p {
			g.members = append(g.members[:i], g.members[i+1:]...)
			return
		}
	}
}

// Show gives somebody (nil: the account) another name in the group.
func (g *Group) Show(p *Person, name string) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	if p == nil {
		p = g.s.self
	}
	for _, m := range g.members {
		if m.Person == p {
			m.shown = name
		}
	}
}

// Rename gives the group another name, and tells the account by a system line.
func (g *Group) Rename(name string) {
	g.s.mu.Lock()
	g.Name = name
	g.s.mu.Unlock()
	g.System("“某人”修改群名为“" + name + "”")
}

// Call gives somebody another nickname.
func (p *Person) Call(nick string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.Nick = nick
}

// Note gives a friend another remark.
func (p *Person) Note(remark string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.Remark = remark
}

// userName makes an id that is good for one session.
func userName(prefix string) string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return prefix + hex.EncodeToString(b)
}

// line is something delivered to the account. It names people, not ids: those
// are put in when it is fetched, for they differ from session to session.
type line struct {
	id      int64
	at      time.Time
	kind    int
	group   *Group  // nil: private
	from    *Person // nil: the platform itself
	content string
	url     string
	file    string // FileName
	app     int    // AppMsgType
}

// Say lets somebody say a text in a group; nil group: to the account alone. It
// gives the message's NewMsgId. The text is escaped as the platform escapes it.
func (s *Server) Say(g *Group, who *Person, text string) int64 {
	return s.deliver(line{kind: 1, group: g, from: who, content: escape(text)})
}

// SayAt is Say with a time of sending.
func (s *Server) SayAt(g *Group, who *Person, text string, at time.Time) int64 {
	return s.deliver(line{kind: 1, group: g, from: who, content: escape(text), at: at})
}

// Quote lets somebody answer a text: on the platform that is text alone.
func (s *Server) Quote(g *Group, who *Person, name, quoted, text string) int64 {
	return s.Say(g, who, QuoteText(name, quoted, text))
}

// QuoteText is how the platform writes a quote.
func QuoteText(name, quoted, text string) string {
	return "「" + name + "：" + quoted + "」\n- - - - - - - - - - - - - - -\n" + text
}

// Picture lets somebody send a picture.
func (s *Server) Picture(g *Group, who *Person, data []byte) int64 {
	return s.PictureAt(g, who, data, time.Time{})
}

// PictureAt is Picture with a time of sending.
func (s *Server) PictureAt(g *Group, who *Person, data []byte, at time.Time) int64 {
	id := s.deliver(line{kind: 3, group: g, from: who, content: escape(`<msg><img length="` + strconv.Itoa(len(data)) + `"/></msg>`), at: at})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pictures[strconv.FormatInt(id, 10)] = data
	return id
}

// VoiceAt lets somebody say something nobody reads.
func (s *Server) VoiceAt(g *Group, who *Person, at time.Time) int64 {
	return s.deliver(line{kind: 34, group: g, from: who, content: escape(`<msg><voicemsg voicelength="3000"/></msg>`), at: at})
}

// PlaceAt lets somebody send a place.
func (s *Server) PlaceAt(g *Group, who *Person, name string, at time.Time) int64 {
	return s.deliver(line{kind: 1, group: g, from: who, at: at, url: "http://apis.map.qq.com/uri/v1/marker?coord=37.58,118.55",
		content: escape(name) + ":<br/>/cgi-bin/mmwebwx-bin/webwxgetpubliclinkimg?url=xxx&amp;msgid=1&amp;pictype=location"})
}

// Kind delivers a message of any kind with its content as it is.
func (s *Server) Kind(g *Group, who *Person, kind int, content string) int64 {
	return s.deliver(line{kind: kind, group: g, from: who, content: content})
}

// Recall takes a message back.
func (s *Server) Recall(g *Group, who *Person, id int64) int64 {
	return s.RecallAt(g, who, id, time.Time{})
}

// RecallAt is Recall with a time.
func (s *Server) RecallAt(g *Group, who *Person, id int64, at time.Time) int64 {
	return s.deliver(line{kind: 10002, group: g, from: nil, at: at, content: escape(fmt.Sprintf(
		`<sysmsg type="revokemsg"><revokemsg><session>x</session><oldmsgid>1</oldmsgid><msgid>%d</msgid><replacemsg><![CDATA["%s" 撤回了一条消息]]></replacemsg></revokemsg></sysmsg>`, id, who.Nick))})
}

// System is a line of the platform itself in the group.
func (g *Group) System(text string) int64 {
	return g.s.deliver(line{kind: 10000, group: g, content: escape(text)})
}

// Repeat delivers the last n messages once more, as after some hot logins.
func (s *Server) Repeat(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, s.lines[max(0, len(s.lines)-n):]...)
	s.wake()
}

func (s *Server) deliver(l line) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nextID += 3
	l.id = s.nextID
	if l.at.IsZero() {
		l.at = time.Now()
	}
	s.lines = append(s.lines, l)
	s.wake()
	return l.id
}

// escape writes a text as the platform does.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", "<br/>").Replace(text)
}
