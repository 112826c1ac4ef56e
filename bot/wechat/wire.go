package wechat

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/eatmoreapple/openwechat"
)

// mostAnswer bounds what is read of one answer: contacts of a large account.
const mostAnswer = 64 << 20

// wire asks the platform. openwechat builds the requests; sending them once,
// looking at the status and reading the answer is done here, on the goroutine of
// whoever asks, so that nothing the platform says can end the program. A wire
// lives as long as one login.
type wire struct {
	client *openwechat.Client
	jar    *jar
	gate   *gate
}

// newWire makes a wire with cookies of its own.
func newWire(mode string, transport http.RoundTripper, cookies []kept, g *gate) *wire {
	b := openwechat.New(context.Background())
	if mode == "normal" {
		openwechat.Normal.Prepare(b)
	} else {
		openwechat.Desktop.Prepare(b)
	}
	w := &wire{client: b.Caller.Client, jar: newJar(cookies), gate: g}
	w.client.MaxRetryTimes = 1 // the library's own 5 says a message five times
	w.client.HTTPClient().Jar = w.jar
	w.client.HTTPClient().Transport = once{transport}
	return w
}

// once sends each request once: Go's transport asks again by itself when a kept
// connection breaks, unless the request has a body that it cannot read twice.
type once struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (o once) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body == nil {
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(strings.NewReader(""))
	}
	return o.RoundTripper.RoundTrip(req)
}

// refusal is the platform's own no: a return code.
type refusal struct {
	ret  int
	what string
}

func (r *refusal) Error() string { return fmt.Sprintf("%s: WeChat answered %d", r.what, r.ret) }

// Return codes with a meaning.
const (
	retTicket    = -14  // the session's ticket is wrong
	retLoggedOut = 1100 // on the phone
	retElsewhere = 1101 // logged in elsewhere
	retCookie    = 1102 // cookies invalid; right after a login: barred
	retAbnormal  = 1203 // the account may not log in here
	retTooOften  = 1205
)

// refused gives the return code in err, 0 for none.
func refused(err error) int {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.ret
	}
	return 0
}

// call sends one request and gives the body of a good answer. A server that
// fails is asked once a second at most.
func (w *wire) call(ctx context.Context, what string, ask func(context.Context) (*http.Response, error)) ([]byte, error) {
	if err := w.gate.enter(ctx); err != nil {
		return nil, err
	}
	body, err := read(ask(ctx))
	if err != nil {
		err = fmt.Errorf("%s: %w", what, err)
	}
	if ctx.Err() == nil {
		w.gate.left(err == nil)
	}
	return body, err
}

// broken is an answer of the server that is none of the platform's: an error page.
type broken struct{ status int }

func (b *broken) Error() string {
	return fmt.Sprintf("the server answered %d %s", b.status, http.StatusText(b.status))
}

func read(resp *http.Response, err error) ([]byte, error) {
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			u.URL, _, _ = strings.Cut(u.URL, "?") // what follows opens the session to whoever reads the log
		}
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, &broken{resp.StatusCode}
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer))
	if err != nil {
		return nil, fmt.Errorf("the answer ended too early: %w", err)
	}
	return b, nil
}

// answered is what every JSON answer begins with.
type answered struct {
	BaseResponse openwechat.BaseResponse
}

func (a answered) ret() int { return int(a.BaseResponse.Ret) }

// askJSON is call for an answer in JSON with a return code.
func askJSON[T interface{ ret() int }](ctx context.Context, w *wire, what string, ask func(context.Context) (*http.Response, error)) (T, error) {
	var out T
	body, err := w.call(ctx, what, ask)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(body, &out); err != nil {
		w.gate.left(false)
		return out, fmt.Errorf("%s: the answer is no JSON of the protocol: %w", what, err)
	}
	if r := out.ret(); r != 0 {
		w.gate.left(false)
		return out, &refusal{r, what}
	}
	return out, nil
}

var (
	uuidPattern  = regexp.MustCompile(`uuid = "(.*?)"`)
	codePattern  = regexp.MustCompile(`window\.code=(\d+)`)
	pagePattern  = regexp.MustCompile(`window\.redirect_uri="(.*?)"`)
	checkPattern = regexp.MustCompile(`retcode:"(-?\d+)",selector:"(-?\d+)"`) // the library's knows no minus
)

// newCode asks for a QR code and gives its uuid.
func (w *wire) newCode(ctx context.Context) (string, error) {
	body, err := w.call(ctx, "asking for a QR code", w.client.GetLoginUUID)
	if err != nil {
		return "", err
	}
	m := uuidPattern.FindSubmatch(body)
	if m == nil || len(m[1]) == 0 {
		w.gate.left(false)
		return "", fmt.Errorf("asking for a QR code: the answer holds none")
	}
	return string(m[1]), nil
}

// pushed asks the phone to confirm a login without a scan, and gives its uuid.
func (w *wire) pushed(ctx context.Context, uin int64) (string, error) {
	body, err := w.call(ctx, "asking the phone to log in", func(ctx context.Context) (*http.Response, error) {
		return w.client.WebWxPushLogin(ctx, uin)
	})
	if err != nil {
		return "", err
	}
	var out openwechat.PushLoginResponse
	if err := json.Unmarshal(body, &out); err != nil {
		return "", fmt.Errorf("asking the phone to log in: %w", err)
	}
	if !out.Ok() {
		return "", &refusal{1, "asking the phone to log in"}
	}
	return out.UUID, nil
}

// scanned asks how a login with that uuid stands: the code, and when it was
// confirmed the page to open.
func (w *wire) scanned(ctx context.Context, uuid, tip string) (code string, page *url.URL, err error) {
	const what = "asking whether the code was scanned"
	body, err := w.call(ctx, what, func(ctx context.Context) (*http.Response, error) { return w.client.CheckLogin(ctx, uuid, tip) })
	if err != nil {
		return "", nil, err
	}
	m := codePattern.FindSubmatch(body)
	if m == nil {
		w.gate.left(false)
		return "", nil, fmt.Errorf("%s: the answer holds no code", what)
	}
	if code = string(m[1]); code != string(openwechat.LoginCodeSuccess) {
		return code, nil, nil
	}
	m = pagePattern.FindSubmatch(body)
	if m == nil {
		return "", nil, fmt.Errorf("%s: the answer names no page", what)
	}
	if page, err = url.Parse(string(m[1])); err != nil || page.Host == "" {
		return "", nil, fmt.Errorf("%s: the page named is no address", what)
	}
	return code, page, nil
}

// open opens the session that a confirmed login allows.
func (w *wire) open(ctx context.Context, page *url.URL) (openwechat.LoginInfo, error) {
	const what = "opening the session"
	q := page.Query()
	q.Set("version", "v2")
	page.RawQuery = q.Encode()
	var info openwechat.LoginInfo
	body, err := w.call(ctx, what, func(ctx context.Context) (*http.Response, error) { return w.client.GetLoginInfo(ctx, page) })
	if err != nil {
		return info, err
	}
	if err := xml.Unmarshal(body, &info); err != nil {
		return info, fmt.Errorf("%s: %w", what, err)
	}
	if info.Ret != 0 || info.WxSid == "" {
		return info, &refusal{info.Ret, what + " (" + info.Message + ")"}
	}
	w.client.Domain = openwechat.WechatDomain(page.Host)
	return info, nil
}

// begun is the answer of webwxinit.
type begun struct {
	answered
	SyncKey     *openwechat.SyncKey
	User        *openwechat.User
	ChatSet     string
	ContactList []*openwechat.User
}

// people is an answer with contacts.
type people struct {
	answered
	Seq         int64
	MemberList  []*openwechat.User
	ContactList []*openwechat.User
}

// news is the answer of webwxsync.
type news struct {
	answered
	AddMsgList     []*openwechat.Message
	ModContactList []*openwechat.User
	SyncKey        *openwechat.SyncKey
}

// check waits for news: the return code and what kind there is ("0": none).
func (l *login) check(ctx context.Context, key *openwechat.SyncKey) (selector string, err error) {
	const what = "waiting for news"
	body, err := l.wire.call(ctx, what, func(ctx context.Context) (*http.Response, error) {
		return l.wire.client.SyncCheck(ctx, &openwechat.ClientSyncCheckOptions{BaseRequest: &l.creds.Base, LoginInfo: &l.creds.Login,
			WebInitResponse: &openwechat.WebInitResponse{SyncKey: key}})
	})
	if err != nil {
		return "", err
	}
	m := checkPattern.FindSubmatch(body)
	if m == nil {
		l.wire.gate.left(false)
		return "", fmt.Errorf("%s: the answer is none of the protocol", what)
	}
	if ret, _ := strconv.Atoi(string(m[1])); ret != 0 { // the pattern lets only numbers through
		l.wire.gate.left(false)
		return "", &refusal{ret, what}
	}
	return string(m[2]), nil
}

// fetch gives what lies beyond the key.
func (l *login) fetch(ctx context.Context, key *openwechat.SyncKey) (news, error) {
	return askJSON[news](ctx, l.wire, "fetching news", func(ctx context.Context) (*http.Response, error) {
		return l.wire.client.WebWxSync(ctx, &openwechat.ClientWebWxSyncOptions{BaseRequest: &l.creds.Base, LoginInfo: &l.creds.Login,
			WebInitResponse: &openwechat.WebInitResponse{SyncKey: key}})
	})
}

// details asks about at most 50 groups or people.
func (l *login) details(ctx context.Context, users []string) ([]*openwechat.User, error) {
	var list openwechat.Members
	for _, u := range users {
		list = append(list, &openwechat.User{UserName: u})
	}
	out, err := askJSON[people](ctx, l.wire, "asking who is in the groups", func(ctx context.Context) (*http.Response, error) {
		return l.wire.client.WebWxBatchGetContact(ctx, list, &l.creds.Base)
	})
	return out.ContactList, err
}

// taken is the answer to a message.
type taken struct {
	answered
	MsgID string
}

// say sends a text. wrote reports whether any of it may have reached the platform.
func (l *login) say(ctx context.Context, to, text string) (id string, wrote bool, err error) {
	var written atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { written.Store(true) }})
	out, err := askJSON[taken](ctx, l.wire, "sending a message", func(ctx context.Context) (*http.Response, error) {
		return l.wire.client.WebWxSendMsg(ctx, &openwechat.ClientWebWxSendMsgOptions{BaseRequest: &l.creds.Base, LoginInfo: &l.creds.Login,
			Message: openwechat.NewTextSendMessage(text, l.self, to)})
	})
	return out.MsgID, written.Load(), err
}

// picture gives the file of a picture message.
func (l *login) picture(ctx context.Context, msgID string) ([]byte, error) {
	return l.wire.call(ctx, "fetching a picture", func(ctx context.Context) (*http.Response, error) {
		return l.wire.client.WebWxGetMsgImg(ctx, &openwechat.Message{MsgId: msgID}, &l.creds.Login)
	})
}
