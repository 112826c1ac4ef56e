package wechattest

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// session is what the platform gives a client that logged in.
type session struct {
	sid, skey, ticket string
	over              int               // the return code that ended it
	cookies           map[string]cookie // by name
}

type cookie struct {
	value string
	until time.Time // by the platform's clock
}

// code is a login that waits for the phone.
type code struct{ push, scanned bool }

// How long cookies live: those of the session must be renewed.
const (
	cookieLife = 12 * time.Hour
	ticketLife = 10 * 365 * 24 * time.Hour
)

func token() string {
	b := make([]byte, 12)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// jslogin gives the uuid of a QR code.
func (s *Server) jslogin(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := token()
	s.codes[id] = &code{}
	fmt.Fprintf(w, `window.QRLogin.code = 200; window.QRLogin.uuid = "%s";`, id)
}

// poll tells whether the code was scanned and confirmed.
func (s *Server) poll(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("uuid")
	s.mu.Lock()
	c, known := s.codes[id]
	news := s.held
	waiting := known && s.noScan && !c.push
	s.mu.Unlock()
	if !known {
		fmt.Fprint(w, `window.code=400;`)
		return
	}
	if waiting {
		select {
		case <-news:
		case <-time.After(2 * time.Second): // the platform takes 25
		case <-r.Context().Done():
		}
		fmt.Fprint(w, `window.code=408;`)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !c.scanned {
		c.scanned = true
		fmt.Fprint(w, `window.code=201;window.userAvatar = 'data:img/jpg;base64,AAAA';`)
		return
	}
	fmt.Fprintf(w, `window.code=200; window.redirect_uri="https://wx.qq.com/cgi-bin/mmwebwx-bin/webwxnewloginpage?ticket=%s&uuid=%s&lang=zh_CN&scan=1";`, token(), id)
}

// newPage opens a session: everybody and every group gets another UserName.
func (s *Server) newPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.codes[r.URL.Query().Get("uuid")]; !known {
		fmt.Fprint(w, `<error><ret>1203</ret><message>为了你的帐号安全，此微信号不能登录网页微信。</message></error>`)
		return
	}
	clear(s.codes)
	s.logins++
	s.session = &session{sid: token(), skey: "@crypt_" + token(), ticket: token(), cookies: map[string]cookie{}}
	s.self.user = userName("@")
	for _, p := range s.people {
		p.user = userName("@")
	}
	for _, g := range s.groups {
		g.user = userName("@@")
	}
	s.give(w, "wxuin", strconv.FormatInt(s.self.uin, 10), cookieLife)
	s.give(w, "wxsid", s.session.sid, cookieLife)
	s.give(w, "webwx_data_ticket", token(), cookieLife)
	s.give(w, "webwx_auth_ticket", token(), ticketLife)
	fmt.Fprintf(w, `<error><ret>0</ret><message></message><skey>%s</skey><wxsid>%s</wxsid><wxuin>%d</wxuin><pass_ticket>%s</pass_ticket><isgrayscale>1</isgrayscale></error>`,
		s.session.skey, s.session.sid, s.self.uin, s.session.ticket)
}

// push sends the login to the phone of an account that the cookie vouches for.
func (s *Server) push(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.noPush || s.session == nil || !s.bears(r, "webwx_auth_ticket") {
		answer(w, map[string]string{"ret": "1", "msg": "no such session"})
		return
	}
	id := token()
	s.codes[id] = &code{push: true}
	answer(w, map[string]string{"ret": "0", "msg": "all ok", "uuid": id})
}

// Logins counts how often somebody logged in by push or by scan.
func (s *Server) Logins() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins
}

// now is the platform's time for cookies. The caller holds mu.
func (s *Server) now() time.Time { return time.Now().Add(s.aged) }

// give sets a cookie for all hosts of the platform. The caller holds mu.
func (s *Server) give(w http.ResponseWriter, name, value string, life time.Duration) {
	s.session.cookies[name] = cookie{value, s.now().Add(life)}
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", Domain: "qq.com", Secure: true, Expires: time.Now().Add(life)})
}

// bears reports whether a request bears a cookie of the session that is still
// good. The caller holds mu.
func (s *Server) bears(r *http.Request, name string) bool {
	want := s.session.cookies[name]
	got, err := r.Cookie(name)
	return err == nil && got.Value == want.value && s.now().Before(want.until)
}

// refuses gives the return code of a request that the session does not allow, 0
// for one that it does. The caller holds mu.
func (s *Server) refuses(r *http.Request, sid string) int {
	switch {
	case s.session == nil || sid != s.session.sid:
		return 1101
	case s.session.over != 0:
		return s.session.over
	case !s.bears(r, "wxsid"):
		return 1102
	}
	return 0
}
