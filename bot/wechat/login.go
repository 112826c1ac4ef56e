package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eatmoreapple/openwechat"

	"youshi/bot"
)

// notesPosition holds the position in the messages and the session it is of.
const notesPosition = "position"

type position struct {
	Session string              `json:"session"`
	Key     *openwechat.SyncKey `json:"key"`
}

// login is one session with the platform, from webwxinit to its end. Its loop
// runs on one goroutine; Send uses book, groups, wire and self from others.
type login struct {
	*Channel
	wire   *wire
	creds  credentials
	self   string // the account's UserName
	book   *book
	groups *bindings
	ready  atomic.Bool // the loop is in step with the platform: messages may be sent
	listen bool        // the last step went well: the next may wait for news before it fetches them

	key        *openwechat.SyncKey
	fetched    time.Time             // when webwxsync last answered
	heard      time.Time             // when somebody last said something
	empty      int                   // times in a row that the news held nothing
	lively     bool                  // somebody said something in this session
	held       []*openwechat.Message // of groups whose name is not known yet
	asked      time.Time             // when details were last asked for
	unanswered int                   // times in a row that they were not told
	askAfter   time.Time             // not before
	tidied     time.Time             // when old lines were last forgotten
	written    string                // the cookies as they are in the file

	pictures chan struct{} // there may be pictures to fetch
	mu       sync.Mutex
	said     map[string]said // of this session, by MsgId
}

// begin opens the session: who the account is, whom it knows, where its messages
// go on.
func (c *Channel) begin(ctx context.Context, w *wire, creds credentials) (*login, error) {
	init, err := askJSON[begun](ctx, w, "beginning the session", func(ctx context.Context) (*http.Response, error) {
		return w.client.WebInit(ctx, &creds.Base)
	})
	if err != nil {
		return nil, err
	}
	if init.User == nil || init.User.UserName == "" {
		return nil, errors.New("beginning the session: the answer does not say who the account is")
	}
	now := time.Now()
	l := &login{Channel: c, wire: w, creds: creds, self: init.User.UserName, book: newBook(init.User),
		fetched: now, heard: now, pictures: make(chan struct{}, 1), said: map[string]said{}}
	if l.key, err = c.position(ctx, creds.Base.Sid, init.SyncKey); err != nil {
		return nil, err
	}
	if l.groups, err = readBindings(ctx, c.opt.Notes, creds.Base.Sid, c.opt.Groups); err != nil {
		return nil, err
	}
	if err := l.readHeld(ctx); err != nil {
		return nil, err
	}
	l.notify(ctx, init.User)
	l.book.learn(init.ContactList, now)
	if err := l.meet(ctx, init.ChatSet); err != nil {
		return nil, err
	}
	if err := l.settle(ctx); err != nil {
		return nil, err
	}
	return l, l.tidy(ctx)
}

// position gives where the messages of a session go on: where hearing stopped,
// else where the platform says they begin.
func (c *Channel) position(ctx context.Context, session string, first *openwechat.SyncKey) (*openwechat.SyncKey, error) {
	raw, err := c.opt.Notes.Get(ctx, notesPosition)
	if err != nil {
		return nil, fmt.Errorf("reading the position: %w", err)
	}
	var p position
	if raw != nil {
		if err := json.Unmarshal(raw, &p); err != nil {
			return nil, fmt.Errorf("reading the position: %w", err)
		}
	}
	if p.Session == session && usableKey(p.Key) {
		return tidyKey(p.Key), nil
	}
	if !usableKey(first) {
		return nil, errors.New("beginning the session: the answer does not say where the messages begin")
	}
	return tidyKey(first), nil
}

func usableKey(k *openwechat.SyncKey) bool { return k != nil && len(k.List) > 0 }

// tidyKey makes count and list agree: the library trusts the count and panics.
func tidyKey(k *openwechat.SyncKey) *openwechat.SyncKey {
	return &openwechat.SyncKey{Count: len(k.List), List: k.List}
}

// notify tells the phone that somebody logged in. It goes on without.
func (l *login) notify(ctx context.Context, self *openwechat.User) {
	_, err := askJSON[answered](ctx, l.wire, "telling the phone of the login", func(ctx context.Context) (*http.Response, error) {
		return l.wire.client.WebWxStatusNotify(ctx, &openwechat.ClientWebWxStatusNotifyOptions{BaseRequest: &l.creds.Base,
			LoginInfo: &l.creds.Login, WebInitResponse: &openwechat.WebInitResponse{User: self}})
	})
	if err != nil {
		l.opt.Log.Warn("the phone was not told of the login", "err", err)
	}
}

// meet learns friends and groups: nobody is heard before it is known who is a
// friend with a remark. chats are the UserNames of recent chats.
func (l *login) meet(ctx context.Context, chats string) error {
	for seq, page := int64(0), 0; page < 100; page++ {
		out, err := askJSON[people](ctx, l.wire, "asking for the contacts", func(ctx context.Context) (*http.Response, error) {
			return l.wire.client.WebWxGetContact(ctx, l.creds.Login.SKey, seq)
		})
		if err != nil {
			return err
		}
		l.book.learn(out.MemberList, time.Now())
		if out.Seq == 0 || out.Seq == seq {
			break
		}
		seq = out.Seq
	}
	var rooms []string
	for _, r := range l.book.rooms() {
		rooms = append(rooms, r.user)
	}
	for user := range strings.SplitSeq(chats, ",") {
		if isGroup(user) && !slices.Contains(rooms, user) {
			rooms = append(rooms, user)
		}
	}
	l.ask(ctx, rooms)
	return nil
}

// most is how many groups or people one request may ask about.
const most = 50

// ask asks about groups and people, a few at a time. What is not answered is
// asked again when somebody speaks there: hearing does not wait for names.
func (l *login) ask(ctx context.Context, users []string) {
	now := time.Now()
	for _, u := range users {
		if isGroup(u) {
			l.book.asking(u, now)
		}
	}
	for chunk := range slices.Chunk(users, most) {
		if sleep(ctx, detailsApart-time.Since(l.asked)) != nil {
			return
		}
		l.asked = time.Now()
		list, err := l.details(ctx, chunk)
		if err != nil {
			l.opt.Log.Warn("WeChat does not say who is in some groups", "groups", len(chunk), "err", err)
			l.unanswered++
			l.askAfter = time.Now().Add(min(5*backoff(l.unanswered), refreshAfter))
			if refused(err) == retTooOften {
				l.tooOften(ctx)
				l.askAfter, _ = l.pace.resting(time.Now())
			}
			return
		}
		l.unanswered = 0
		l.book.learn(list, time.Now())
	}
}

// settle says anew which group is which, and tells the operator.
func (l *login) settle(ctx context.Context) error {
	if err := l.groups.settle(ctx, l.book.rooms()); err != nil {
		return err
	}
	l.state.note("groups", l.groups.say())
	say := ""
	if twice := l.book.twice(); len(twice) > 0 {
		say = fmt.Sprintf("%d remarks are given to more than one friend and vouch for nobody: give each friend one of its own", len(twice))
	}
	l.state.note("remarks", say)
	return nil
}

// deafApart is how long news lie unfetched at most while only waiting for them fails.
const deafApart = 10 * time.Second

// follow hears until the session or ctx ends, and gives the platform's word for
// its end. What fails otherwise is tried again, slower and slower.
func (l *login) follow(ctx context.Context) error {
	own, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() { l.fetchPictures(own) })
	defer work.Wait()
	defer stop()
	l.setCurrent(l)
	var since time.Time // when fetching began to fail
	for failed := 0; ctx.Err() == nil; {
		waits := l.listen && l.ready.Load()
		err := guard(func() error { return l.step(ctx, waits) })
		switch ret := refused(err); {
		case err == nil:
			since, l.listen = time.Time{}, true
			l.ready.Store(true)
			if waits {
				failed = 0
				l.gate.heed(false)
			} else if failed > 0 { // only waiting for news fails; it is tried again, but not at once
				_ = sleep(ctx, apart) // ctx is looked at above
			}
			continue
		case ctx.Err() != nil:
			return ctx.Err()
		case ret == retLoggedOut, ret == retElsewhere, ret == retCookie, ret == retAbnormal, ret == retTicket:
			return err
		case ret == retTooOften:
			l.tooOften(ctx)
		}
		l.listen = false
		if failed++; waits && failed > 1 { // fetching goes well, so messages are heard and sent meanwhile
			l.opt.Log.Warn("waiting for news from WeChat failed; they are fetched now and then", "try", failed, "err", err)
			_ = sleep(ctx, min(backoff(failed), deafApart)) // ctx is looked at above
			continue
		}
		l.ready.Store(false)
		if since.IsZero() {
			since = time.Now()
		}
		if time.Since(since) > downAfter {
			l.state.set(bot.HealthDown, "WeChat's servers do not answer: look at the network and HTTPS_PROXY", "")
		}
		l.opt.Log.Warn("hearing from WeChat failed; trying again", "try", failed, "err", err)
		_ = sleep(ctx, backoff(failed)) // ctx is looked at above
	}
	return ctx.Err()
}

// step waits for news once, where waits says so, and hears them. Without any the
// session's cookies are renewed now and then. The first step asks without waiting:
// it proves the session and fetches what was said before.
func (l *login) step(ctx context.Context, waits bool) error {
	began := time.Now()
	if waits {
		selector, err := l.check(ctx, l.key)
		if err != nil {
			return err
		}
		if selector == "0" && !l.idles() {
			l.empty = 0
			l.stand()
			if err := l.tidy(ctx); err != nil {
				return err
			}
			if len(l.held) > 0 {
				if err := l.take(ctx, news{}, l.key); err != nil {
					return err
				}
			}
			return sleep(ctx, apart-time.Since(began)) // a server that does not wait is not asked at once again
		}
	}
	fresh, err := l.fetch(ctx, l.key)
	if err != nil {
		return err
	}
	l.fetched = time.Now()
	if !usableKey(fresh.SyncKey) {
		if err := l.take(ctx, fresh, l.key); err != nil { // hear it, and hear it again
			return err
		}
		return errors.New("fetching news: the answer does not say where the messages go on")
	}
	key := tidyKey(fresh.SyncKey)
	moved := !slices.Equal(key.List, l.key.List)
	if err := l.take(ctx, fresh, key); err != nil {
		return err
	}
	l.key = key
	l.remember()
	l.stand()
	if len(fresh.AddMsgList) > 0 && moved || !waits {
		l.empty = 0
		return nil
	}
	l.empty++ // news that hold nothing: more and more slowly, if it goes on
	return sleep(ctx, backoff(l.empty)-time.Since(began))
}

// idles reports whether the session should be renewed without news: after some
// hours, and when its cookies are past the half of their life.
func (l *login) idles() bool {
	quiet := time.Since(l.fetched)
	return quiet >= l.idle || quiet >= renewApart && l.wire.jar.halfway(time.Now())
}

// stand says how the channel stands after a good answer.
func (l *login) stand() {
	l.tellPace()
	if l.deaf() {
		l.state.set(bot.HealthDeaf, fmt.Sprintf("WeChat answers but has told nothing for %v: open WeChat on the phone of the bot's account", l.opt.DeafAfter), "")
		return
	}
	l.state.set(bot.HealthOnline, "", "")
}

// deaf reports whether nothing was heard for too long in daytime.
func (l *login) deaf() bool {
	const from, to = 8, 22
	now := l.opt.Now()
	if l.opt.DeafAfter <= 0 || now.Hour() < from || now.Hour() >= to {
		return false
	}
	morning := time.Date(now.Year(), now.Month(), now.Day(), from, 0, 0, 0, now.Location())
	return min(time.Since(l.heard), now.Sub(morning)) >= l.opt.DeafAfter
}

// remember writes the cookies down when they changed. Losing one write costs
// nothing: they live for hours.
func (l *login) remember() {
	l.creds.Cookies = l.wire.jar.all()
	var now strings.Builder
	for _, k := range l.creds.Cookies {
		fmt.Fprintf(&now, "%s=%s;%s\n", k.Name, k.Value, k.Expires.Truncate(time.Minute))
	}
	if now.String() == l.written {
		return
	}
	if err := l.creds.write(l.opt.Session); err != nil {
		l.opt.Log.Error("the session cannot be written down; a restart may need a scan", "err", err)
		return
	}
	l.written = now.String()
}
