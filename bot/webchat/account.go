package webchat

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"

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
		Demo bool   `json:"demo"`
		Bot  string `json:"bot"`
		Name string `json:"name"`
	}{Demo: c.opt.Demo, Bot: c.opt.Bot}
	if c.opt.Demo {
		return out, nil
	}
	name, err := c.signedIn(r)
	if isStatus(err, http.StatusUnauthorized) {
		return out, nil
	}
	out.Name = name
	return out, err
}

// signUp answers POST /api/me {"name"}: the one question that serve asks.
func (c *Chat) signUp(w http.ResponseWriter, r *http.Request) (any, error) {
	if c.opt.Demo {
		return nil, refuse(http.StatusForbidden, "演示里不用登录。")
	}
	var in struct{ Name string }
	if err := read(w, r, &in); err != nil {
		return nil, err
	}
	name, err := personName(in.Name)
	if err != nil {
		return nil, err
	}
	if name == c.opt.Bot {
		return nil, refuse(http.StatusConflict, "“%s”是我的名字，请换一个。", name)
	}
	if _, err := c.signedIn(r); err == nil {
		return nil, refuse(http.StatusConflict, "您已经登录了。")
	}
	token := rand.Text()
	if err := c.opt.Book.SignUp(r.Context(), keyOf(token), name); err != nil {
		return nil, err
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: token, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: c.opt.Secure, SameSite: http.SameSiteStrictMode,
	})
	return map[string]string{"name": name}, nil
}
