package webchat

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"youshi/grid"
)

// cookieName carries the secret token of a signed-in resident.
const cookieName = "youshi"

// Who gives the name a request is signed in with, and all=true in demo, where
// every caller may see everything. Other rooms' calls ask it. The error becomes
// 401 through a status of its own.
func (c *Chat) Who(r *http.Request) (name string, all bool, err error) {
	if c.opt.Demo {
		return "", true, nil
	}
	name, err = c.signedIn(r)
	return name, false, err
}

// signedIn gives the name of the cookie's account.
func (c *Chat) signedIn(r *http.Request) (string, error) {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return "", refuse(http.StatusUnauthorized, "请先打开首页，告诉我怎么称呼您。")
	}
	name, err := c.opt.Book.Account(r.Context(), keyOf(cookie.Value))
	if grid.CodeOf(err) == grid.NotFound {
		return "", refuse(http.StatusUnauthorized, "请先打开首页，告诉我怎么称呼您。")
	}
	return name, err
}

// keyOf is what the store keeps of a token: reading the store gives nobody a session.
func keyOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// me answers GET /api/me: who the page is, and what it may offer.
func (c *Chat) me(_ http.ResponseWriter, r *http.Request) (any, error) {
	out := struct {
		Demo bool      `json:"demo"`
		Bot  string    `json:"bot"`
		Name string    `json:"name"`
		Role grid.Role `json:"role,omitempty"`
		Area string    `json:"area,omitempty"`
	}{Demo: c.opt.Demo, Bot: c.opt.Bot}
	if c.opt.Demo {
		return out, nil
	}
	name, err := c.signedIn(r)
	if isStatus(err, http.StatusUnauthorized) {
		return out, nil
	} else if err != nil {
		return nil, err
	}
	p, err := c.opt.Book.Person(r.Context(), name)
	out.Name, out.Role, out.Area = name, p.Role, p.Group
	return out, err
}

// signUp answers POST /api/me {"name", "code"?}: the one question that serve asks. A
// one-time code (邀请码) signs in as whoever it was made for.
func (c *Chat) signUp(w http.ResponseWriter, r *http.Request) (any, error) {
	if c.opt.Demo {
		return nil, refuse(http.StatusForbidden, "演示里不用登录。")
	}
	var in struct{ Name, Code string }
	if err := read(w, r, &in); err != nil {
		return nil, err
	}
	if _, err := c.signedIn(r); err == nil {
		return nil, refuse(http.StatusConflict, "您已经登录了。有邀请码的话，请在和%s的私聊里发“绑定”和码。", c.opt.Bot)
	}
	in.Code = strings.TrimSpace(in.Code)
	if name := strings.TrimSpace(in.Name); name != "" || in.Code == "" {
		var err error
		if in.Name, err = personName(in.Name); err != nil {
			return nil, err
		}
	}
	if in.Name == c.opt.Bot {
		return nil, refuse(http.StatusConflict, "“%s”是我的名字，请换一个。", in.Name)
	}
	token := rand.Text()
	name := in.Name
	var err error
	if in.Code == "" {
		err = c.opt.Book.SignUp(r.Context(), keyOf(token), name)
	} else {
		name, err = c.redeem(r, token, name, in.Code)
	}
	if err != nil {
		return nil, err
	}
	c.setCookie(w, token, int(maxCookie/time.Second))
	return map[string]string{"name": name}, nil
}

// redeem signs in with a one-time code. Where wrong ones come from has to wait.
func (c *Chat) redeem(r *http.Request, token, name, code string) (string, error) {
	from := c.addressOf(r)
	if until, wait := c.guard.waits(from, c.opt.Now()); wait {
		return "", refuse(http.StatusTooManyRequests, "试了太多次，请%s以后再试。", c.local(until).Format("15:04"))
	}
	name, err := c.opt.Book.SignIn(r.Context(), keyOf(token), name, code)
	if grid.CodeOf(err) == grid.NotFound {
		c.guard.wrong(from, c.opt.Now())
	}
	return name, err
}

// signOut answers DELETE /api/me: the page is nobody's again.
func (c *Chat) signOut(w http.ResponseWriter, r *http.Request) (any, error) {
	if cookie, err := r.Cookie(cookieName); err == nil {
		if err := c.opt.Book.SignOut(r.Context(), keyOf(cookie.Value)); err != nil {
			return nil, err
		}
	}
	c.setCookie(w, "", -1)
	return map[string]string{"name": ""}, nil
}

// maxCookie is how long a browser keeps the token; the store decides earlier.
const maxCookie = 400 * 24 * time.Hour

func (c *Chat) setCookie(w http.ResponseWriter, token string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: token, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: c.opt.Secure, SameSite: http.SameSiteLaxMode, // a link of the bot's opens the page signed in
	})
}
