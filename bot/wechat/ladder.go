package wechat

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/eatmoreapple/openwechat"

	"youshi/bot"
)

// How a login was reached.
const (
	byHot  = "stored credentials"
	byPush = "a tap on the phone"
	byScan = "a scan"
)

// pushWithin is how long a person has to tap on the phone; scanLongest is how
// long one QR code is asked about at most.
const (
	pushWithin  = 2 * time.Minute
	scanLongest = 10 * time.Minute
	patience    = 3 // times that the platform may err before its word counts
	brieflyEnd  = time.Minute
	mostBrief   = 5 // sessions ended so soon: the stored credentials are worth nothing
)

// ladder reaches logins one after the other: by stored credentials, by a tap on
// the phone, by a scan. Each attempt has a client of its own: a login that
// failed leaves nothing behind that the next would stumble over.
type ladder struct {
	*Channel
	barred int // logins in a row that the platform ended at once
	brief  int // sessions in a row that stored credentials opened and the platform ended soon
}

// live reaches one login and lives it to its end.
func (l *ladder) live(ctx context.Context) error {
	creds, broken := readCredentials(l.opt.Session)
	if broken != nil {
		l.opt.Log.Error("the stored session cannot be used; a person must scan", "err", broken)
	}
	if creds.Device == "" {
		creds.Device = openwechat.GetRandomDeviceId()
	}
	in, by, err := l.climb(ctx, creds)
	if err != nil {
		return err
	}
	began := time.Now()
	l.opt.Log.Info("logged in to WeChat", "by", by)
	err = in.follow(ctx)
	l.setCurrent(nil)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	l.opt.Log.Warn("the WeChat session has ended", "after", time.Since(began).Round(time.Second), "err", err)
	l.state.set(bot.HealthConnecting, "", "")
	l.gate.heed(true)
	if l.brief++; by != byHot || time.Since(began) > brieflyEnd {
		l.brief = 0
	}
	soon := time.Since(began) < soonBarred && (by != byHot || l.barred > 0) && !in.lively
	if ret := refused(err); ret == retAbnormal || ret == retCookie && soon {
		l.rest(ctx, ret)
	} else if !soon {
		l.barred = 0
	}
	if l.brief > 0 {
		_ = sleep(ctx, backoff(l.brief)) // ctx is looked at by the caller
	}
	return nil
}

// rest waits after the platform barred the account. Trying on is a risk signal.
func (l *ladder) rest(ctx context.Context, ret int) {
	d := min(barredRest<<min(2*l.barred, 20), longestRest)
	l.barred++
	l.opt.Log.Error("WeChat seems to have barred the account", "ret", ret, "rest", d)
	l.state.set(bot.HealthBarred, fmt.Sprintf("WeChat refuses the account (code %d): it is probably barred from web login, often for two weeks. "+
		"Do not scan again and again; use another account or another channel. The next try is in %v", ret, d), "")
	_ = sleep(ctx, d) // ctx is looked at by the caller
}

// climb goes up the ladder until a login stands or ctx is done.
func (l *ladder) climb(ctx context.Context, creds credentials) (*login, string, error) {
	hot, push := creds.usable() && l.brief < mostBrief, creds.usable()
	failing := time.Time{}
	for n := 0; ; {
		by := byScan
		if push {
			by = byPush
		}
		if hot {
			by = byHot
		}
		before := creds.Base.Sid
		in, err := l.attempt(ctx, by, &creds)
		if err == nil {
			return in, by, nil
		}
		if ctx.Err() != nil {
			return nil, by, ctx.Err()
		}
		fresh := creds.Base.Sid != before // a person allowed it, and something failed afterwards
		hot, push = hot || fresh, push || fresh
		switch ret := refused(err); {
		case ret == retAbnormal, fresh && ret == retCookie:
			l.rest(ctx, ret)
			hot, push = false, false
		case ret == retTooOften: // it says nothing about the session
			l.state.set(bot.HealthDown, "WeChat answers \"too often\" to the login; it is tried again more slowly", "")
			_ = sleep(ctx, l.opt.Rest/30) // ctx is looked at by the next request
		case ret != 0 && by == byHot && (ret > 0 || n >= patience):
			hot = false
		case by == byPush && (ret != 0 || errors.Is(err, errTimeout)):
			push = false
		case errors.Is(err, errTimeout): // a code that nobody scanned
		default:
			if n++; failing.IsZero() {
				failing = time.Now()
			}
			if time.Since(failing) > downAfter {
				l.state.set(bot.HealthDown, "WeChat's servers do not answer the login: look at the network and HTTPS_PROXY", "")
			}
			l.opt.Log.Warn("logging in to WeChat failed", "by", by, "try", n, "err", err)
			_ = sleep(ctx, backoff(n)) // ctx is looked at by the next request
			continue
		}
		l.opt.Log.Warn("this way to log in is closed", "by", by, "err", err)
		n, failing = 0, time.Time{}
		if err := sleep(ctx, apart); err != nil {
			return nil, by, err
		}
	}
}

// attempt tries one way to log in.
func (l *ladder) attempt(ctx context.Context, by string, creds *credentials) (*login, error) {
	cookies := creds.Cookies
	if by == byScan {
		cookies = nil
	}
	w := newWire(l.opt.Mode, l.opt.Transport, cookies, l.gate)
	if by == byHot {
		w.client.Domain = openwechat.WechatDomain(creds.Domain)
		return l.begin(ctx, w, *creds)
	}
	page, err := l.allowed(ctx, w, by, *creds)
	if err != nil {
		return nil, err
	}
	l.state.set(bot.HealthConnecting, "", "")
	info, err := w.open(ctx, page)
	if err != nil {
		return nil, err
	}
	creds.Login, creds.Domain = info, page.Host
	creds.Base = openwechat.BaseRequest{Uin: info.WxUin, Sid: info.WxSid, Skey: info.SKey, DeviceID: creds.Device}
	creds.Cookies = w.jar.all()
	if err := creds.write(l.opt.Session); err != nil { // a kill from here on needs no second scan
		return nil, err
	}
	return l.begin(ctx, w, *creds)
}

// errTimeout says that nobody tapped or scanned in time.
var errTimeout = errors.New("nobody confirmed the login in time")

// allowed waits until a person allows the login, and gives the page to open.
func (l *ladder) allowed(ctx context.Context, w *wire, by string, creds credentials) (*url.URL, error) {
	if by == byPush {
		w.client.Domain = openwechat.WechatDomain(creds.Domain)
		uuid, err := w.pushed(ctx, creds.Login.WxUin)
		if err != nil {
			return nil, err
		}
		l.state.set(bot.HealthScan, "WeChat asks on the phone of the bot's account whether it may log in: tap to allow it", "")
		return l.confirmed(ctx, w, uuid, "1", pushWithin)
	}
	uuid, err := w.newCode(ctx)
	if err != nil {
		return nil, err
	}
	l.offer(uuid)
	return l.confirmed(ctx, w, uuid, "0", scanLongest)
}

// confirmed asks how the login stands until it is confirmed. The platform holds
// each question for 25 seconds; one that it answers at once is not asked again
// within the second.
func (l *ladder) confirmed(ctx context.Context, w *wire, uuid, tip string, within time.Duration) (*url.URL, error) {
	failed := 0
	for end := time.Now().Add(within); time.Now().Before(end); {
		asked := time.Now()
		code, page, err := w.scanned(ctx, uuid, tip)
		if err != nil {
			if failed++; failed > 5 || ctx.Err() != nil {
				return nil, err
			}
			if err := sleep(ctx, backoff(failed)); err != nil {
				return nil, err
			}
			continue
		}
		failed, tip = 0, "0"
		switch openwechat.LoginCode(code) {
		case openwechat.LoginCodeSuccess:
			return page, nil
		case openwechat.LoginCodeTimeout:
			return nil, errTimeout
		case openwechat.LoginCodeScanned:
			h := l.state.health()
			l.state.set(bot.HealthScan, "the code was scanned: confirm the login on that phone", h.Scan)
		}
		if err := sleep(ctx, apart-time.Since(asked)); err != nil {
			return nil, err
		}
	}
	return nil, errTimeout
}

// offer shows the QR code to whoever can see it.
func (l *ladder) offer(uuid string) {
	scan := "https://login.weixin.qq.com/l/" + uuid
	say := "scan the QR code with WeChat on the phone of the bot's account"
	if l.barred > 0 {
		say = "WeChat ended the last login at once, so the account is probably barred: scan only with another account, or wait two weeks"
	}
	l.opt.Log.Warn("WeChat waits for a scan of this code", "code", scan)
	draw(l.opt.Terminal, scan)
	l.state.set(bot.HealthScan, say, scan)
}
