package wechat

import (
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"sync"
	"time"
)

// jar keeps cookies and remembers how each was set, so that they can be written
// down whole and set again: the library's own forgets domains and expiry. Safe
// for use by many goroutines.
type jar struct {
	mu   sync.Mutex
	jar  *cookiejar.Jar
	kept map[string]kept
}

// kept is a cookie as it was set. Only what identifies and dates it is kept.
type kept struct {
	From    string    `json:"from"` // the address that set it
	Name    string    `json:"name"`
	Value   string    `json:"value"`
	Domain  string    `json:"domain,omitempty"`
	Path    string    `json:"path,omitempty"`
	Expires time.Time `json:"expires,omitzero"`
	Set     time.Time `json:"set,omitzero"`
}

func newJar(cookies []kept) *jar {
	in, _ := cookiejar.New(nil) // without options it cannot fail
	j := &jar{jar: in, kept: map[string]kept{}}
	for _, k := range cookies {
		if u, err := url.Parse(k.From); err == nil {
			j.set(u, &http.Cookie{Name: k.Name, Value: k.Value, Domain: k.Domain, Path: k.Path, Expires: k.Expires}, k.Set)
		}
	}
	return j
}

// SetCookies implements http.CookieJar.
func (j *jar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	for _, c := range cookies {
		j.set(u, c, time.Now())
	}
}

func (j *jar) set(u *url.URL, c *http.Cookie, at time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.jar.SetCookies(u, []*http.Cookie{c})
	k := kept{From: u.Scheme + "://" + u.Host + u.Path, Name: c.Name, Value: c.Value, Domain: c.Domain, Path: c.Path, Expires: c.Expires, Set: at}
	if c.MaxAge > 0 {
		k.Expires = at.Add(time.Duration(c.MaxAge) * time.Second)
	}
	key := u.Host + " " + c.Path + " " + c.Name
	if c.Domain != "" {
		key = c.Domain + " " + c.Path + " " + c.Name
	}
	if c.MaxAge < 0 || !k.Expires.IsZero() && k.Expires.Before(time.Now()) {
		delete(j.kept, key)
		return
	}
	j.kept[key] = k
}

// halfway reports whether a cookie is past the half of its life.
func (j *jar) halfway(now time.Time) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, k := range j.kept {
		if !k.Expires.IsZero() && now.Sub(k.Set) > k.Expires.Sub(k.Set)/2 {
			return true
		}
	}
	return false
}

// Cookies implements http.CookieJar.
func (j *jar) Cookies(u *url.URL) []*http.Cookie {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.jar.Cookies(u)
}

// all gives the cookies to write down, in a lasting order.
func (j *jar) all() []kept {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []kept
	for _, key := range slices.Sorted(maps.Keys(j.kept)) {
		out = append(out, j.kept[key])
	}
	return out
}
