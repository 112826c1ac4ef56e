package wechattest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// batch is how many messages one webwxsync gives at most.
const batch = 50

type faultKey struct{}

func withFault(ctx context.Context, f *Fault) context.Context {
	return context.WithValue(ctx, faultKey{}, f)
}

func faultOf(r *http.Request) Fault {
	if f, ok := r.Context().Value(faultKey{}).(*Fault); ok {
		return *f
	}
	return Fault{}
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	cgi := "/cgi-bin/mmwebwx-bin/"
	mux.HandleFunc("/jslogin", s.jslogin)
	mux.HandleFunc(cgi+"login", s.poll)
	mux.HandleFunc(cgi+"webwxnewloginpage", s.newPage)
	mux.HandleFunc(cgi+"webwxpushloginurl", s.push)
	mux.HandleFunc(cgi+"synccheck", s.synccheck)
	mux.HandleFunc(cgi+"webwxgetcontact", s.contacts)
	mux.HandleFunc(cgi+"webwxgetmsgimg", s.picture)
	mux.HandleFunc(cgi+"webwxgetvoice", s.picture)
	mux.HandleFunc(cgi+"webwxuploadmedia", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a cut upload is answered all the same
		answer(w, map[string]any{"BaseResponse": base(0), "MediaId": "@crypt_" + token()})
	})
	mux.HandleFunc(cgi+"webwxlogout", func(w http.ResponseWriter, _ *http.Request) {
		s.Expire(1101)
		w.WriteHeader(http.StatusMovedPermanently)
	})
	for path, do := range map[string]func(http.ResponseWriter, *http.Request, ask){
		"webwxinit": s.init,
		"webwxstatusnotify": func(w http.ResponseWriter, _ *http.Request, _ ask) {
			answer(w, map[string]any{"BaseResponse": base(0)})
		},
		"webwxsync":            s.sync,
		"webwxbatchgetcontact": s.details,
		"webwxsendmsg":         s.send,
		"webwxsendmsgimg":      s.send,
		"webwxsendappmsg":      s.send,
		"webwxcheckupload": func(w http.ResponseWriter, _ *http.Request, _ ask) {
			answer(w, map[string]any{"BaseResponse": base(0)})
		},
		"webwxrevokemsg": func(w http.ResponseWriter, _ *http.Request, _ ask) {
			answer(w, map[string]any{"BaseResponse": base(0)})
		},
		"webwxoplog": func(w http.ResponseWriter, _ *http.Request, _ ask) {
			answer(w, map[string]any{"BaseResponse": base(1)})
		},
	} {
		mux.HandleFunc(cgi+path, s.asked(do))
	}
	return s.faulty(mux)
}

// ask is the body of a request.
type ask struct {
	BaseRequest struct {
		Uin                 int64
		Sid, Skey, DeviceID string
	}
	SyncKey keys
	List    []struct{ UserName string }
	Msg     struct{ Content, FromUserName, ToUserName, ClientMsgID string }
}

type keys struct {
	Count int
	List  []struct{ Key, Val int64 }
}

func keyAt(n int) keys {
	return keys{2, []struct{ Key, Val int64 }{{1, int64(n)}, {2, 1000}}}
}

func base(ret int) map[string]any { return map[string]any{"Ret": ret, "ErrMsg": ""} }

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "text/plain") // as the platform does
	_ = json.NewEncoder(w).Encode(v)
}

// asked reads the body and refuses whoever is not logged in.
func (s *Server) asked(do func(http.ResponseWriter, *http.Request, ask)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in ask
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			answer(w, map[string]any{"BaseResponse": base(1)})
			return
		}
		s.mu.Lock()
		ret := s.refuses(r, in.BaseRequest.Sid)
		s.mu.Unlock()
		if ret != 0 {
			answer(w, map[string]any{"BaseResponse": base(ret)})
			return
		}
		do(w, r, in)
	}
}

// init tells who the account is, and where its messages begin.
func (s *Server) init(w http.ResponseWriter, _ *http.Request, _ ask) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer(w, map[string]any{"BaseResponse": base(0), "SyncKey": keyAt(s.taken), "SKey": s.session.skey,
		"User": s.self.entry(), "ContactList": []any{}, "ChatSet": "filehelper,"})
}

// synccheck waits until there is something beyond the key.
func (s *Server) synccheck(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	end := time.After(5 * time.Second) // the platform takes 25
	for woken := false; ; woken = true {
		s.mu.Lock()
		ret := s.refuses(r, q.Get("sid"))
		first, _, _ := strings.Cut(q.Get("synckey"), "|")
		at, _ := strconv.Atoi(strings.TrimPrefix(first, "1_"))
		if ret == 0 {
			s.taken = max(s.taken, min(at, len(s.lines))) // a key that is shown was kept
		}
		more := at < len(s.lines) && !s.deaf
		news := s.held
		broken := woken && len(s.faults) > 0 // so that a fault is met at once
		s.mu.Unlock()
		if ret != 0 || more || broken {
			selector := 0
			if more {
				selector = 2
			}
			answerSync(w, ret, selector)
			return
		}
		select {
		case <-news:
		case <-end:
			answerSync(w, 0, 0)
			return
		case <-r.Context().Done():
			return
		}
	}
}

func answerSync(w http.ResponseWriter, ret, selector int) {
	fmt.Fprintf(w, `window.synccheck={retcode:"%d",selector:"%d"}`, ret, selector)
}

// sync gives what lies beyond the key, and renews the session's cookies.
func (s *Server) sync(w http.ResponseWriter, r *http.Request, in ask) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := 0
	if len(in.SyncKey.List) > 0 {
		at = int(in.SyncKey.List[0].Val)
	}
	s.taken = max(s.taken, min(at, len(s.lines)))
	end := min(len(s.lines), at+batch)
	if s.deaf {
		end = at
	}
	msgs := []map[string]any{}
	for _, l := range s.lines[min(at, end):end] {
		msgs = append(msgs, s.entryOf(l))
	}
	for _, name := range []string{"wxuin", "wxsid", "webwx_data_ticket"} {
		s.give(w, name, s.session.cookies[name].value, cookieLife)
	}
	out := map[string]any{"BaseResponse": base(0), "AddMsgCount": len(msgs), "AddMsgList": msgs, "SyncKey": keyAt(end), "SyncCheckKey": keyAt(end)}
	if faultOf(r).NoKey {
		delete(out, "SyncKey")
	}
	answer(w, out)
}

// entryOf is a line as the platform sends it in this session. The caller holds mu.
func (s *Server) entryOf(l line) map[string]any {
	id := strconv.FormatInt(l.id, 10)
	out := map[string]any{"MsgId": id, "NewMsgId": l.id, "MsgType": l.kind, "Content": l.content, "CreateTime": l.at.Unix(),
		"ToUserName": s.self.user, "Url": l.url, "FileName": l.file, "AppMsgType": l.app, "Status": 3}
	switch {
	case l.group != nil && l.from == s.self:
		out["FromUserName"], out["ToUserName"] = s.self.user, l.group.user
	case l.group != nil:
		out["FromUserName"] = l.group.user
		if l.from != nil {
			out["Content"] = l.from.user + ":<br/>" + l.content
		}
	case l.from != nil:
		out["FromUserName"] = l.from.user
	}
	return out
}

// Self is the account itself, as somebody who speaks on its phone.
func (s *Server) Self() *Person { return s.self }

// contacts lists friends and the groups saved to the contacts.
func (s *Server) contacts(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ret := s.refuses(r, s.sidOf(r)); ret != 0 {
		answer(w, map[string]any{"BaseResponse": base(ret)})
		return
	}
	list := []map[string]any{}
	for _, p := range s.people {
		if p.Friend {
			list = append(list, p.entry())
		}
	}
	for _, g := range s.groups {
		if g.Saved {
			list = append(list, map[string]any{"UserName": g.user, "NickName": g.Name, "MemberList": []any{}})
		}
	}
	answer(w, map[string]any{"BaseResponse": base(0), "MemberCount": len(list), "MemberList": list, "Seq": 0})
}

// sidOf gives the session of a request that names it by cookie alone.
func (s *Server) sidOf(r *http.Request) string {
	c, err := r.Cookie("wxsid")
	if err != nil {
		return ""
	}
	return c.Value
}

func (p *Person) entry() map[string]any {
	return map[string]any{"UserName": p.user, "NickName": p.Nick, "RemarkName": p.Remark, "Uin": p.uin, "VerifyFlag": 0}
}

// details tells about groups with their members, and about people. A member who
// is a friend with a remark is called by the remark, as the platform does.
func (s *Server) details(w http.ResponseWriter, r *http.Request, in ask) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []map[string]any{}
	for _, want := range in.List {
		for _, g := range s.groups {
			if g.user == want.UserName {
				list = append(list, g.entry())
			}
		}
		for _, p := range s.people {
			if p.user == want.UserName {
				list = append(list, p.entry())
			}
		}
	}
	if faultOf(r).Extra {
		list = append(list, map[string]any{"UserName": "@nobody", "NickName": "谁"}, nil)
	}
	answer(w, map[string]any{"BaseResponse": base(0), "Count": len(list), "ContactList": list})
}

func (g *Group) entry() map[string]any {
	members := []map[string]any{}
	for _, m := range g.members {
		nick := m.Nick
		if m.Friend && m.Remark != "" {
			nick = m.Remark
		}
		members = append(members, map[string]any{"UserName": m.user, "NickName": nick, "DisplayName": m.shown})
	}
	return map[string]any{"UserName": g.user, "NickName": g.Name, "MemberCount": len(members), "MemberList": members}
}

// send takes a text of the bot.
func (s *Server) send(w http.ResponseWriter, _ *http.Request, in ask) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to := ""
	for _, g := range s.groups {
		if g.user == in.Msg.ToUserName {
			to = g.Name
		}
	}
	for _, p := range s.people {
		if p.user == in.Msg.ToUserName {
			to = p.Nick
		}
	}
	if to == "" || in.Msg.FromUserName != s.self.user {
		answer(w, map[string]any{"BaseResponse": base(-1)})
		return
	}
	s.nextID += 3
	s.sends = append(s.sends, Sent{time.Now(), to, in.Msg.Content, in.Msg.ClientMsgID})
	answer(w, map[string]any{"BaseResponse": base(0), "MsgID": strconv.FormatInt(s.nextID, 10), "LocalID": in.Msg.ClientMsgID})
}

// picture gives the file of a message.
func (s *Server) picture(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.mu.Lock()
	data := s.pictures[q.Get("MsgID")+q.Get("msgid")]
	s.mu.Unlock()
	w.Header().Set("Content-Type", "image/jpeg")
	_, _ = w.Write(data) // the client is free to go
}
