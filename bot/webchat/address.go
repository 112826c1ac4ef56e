package webchat

import (
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	groupPrefix   = "group:"
	staffPrefix   = "staff:"
	privatePrefix = "private:"

	maxName = 64 // runes in the name of a person or a group
)

// chatName checks the name of a chat and gives it as the API names it. The
// "group:" that /api/said puts before a group's id is understood.
func chatName(s string) (string, error) {
	id := strings.TrimSpace(s)
	bare := strings.TrimPrefix(id, groupPrefix)
	rest := strings.TrimPrefix(strings.TrimPrefix(bare, staffPrefix), privatePrefix)
	if !plainName(rest) {
		return "", refuse(http.StatusBadRequest, "请写明群（group）：群的编号、staff:编号 或 private:名字。")
	}
	return bare, nil
}

// personName checks a name.
func personName(s string) (string, error) {
	name := strings.TrimSpace(s)
	if !plainName(name) {
		return "", refuse(http.StatusBadRequest, "请写明名字（1 到 %d 个字，不含换行）。", maxName)
	}
	return name, nil
}

// plainName reports whether s can stand in a list: not empty, not too long, no
// control characters.
func plainName(s string) bool {
	return s != "" && utf8.RuneCountInString(s) <= maxName && !strings.ContainsFunc(s, unicode.IsControl)
}

// speaker gives the name under which a call is answered. In demo it is the
// claimed one; in serve the signed-in one, which the claim must match.
func (c *Chat) speaker(r *http.Request, claimed string) (string, error) {
	if c.opt.Demo {
		return personName(claimed)
	}
	name, err := c.signedIn(r)
	if err != nil {
		return "", err
	}
	if claimed = strings.TrimSpace(claimed); claimed != "" && claimed != name {
		return "", refuse(http.StatusForbidden, "你登录的名字是“%s”，不能以别人的名义说话。", name)
	}
	return name, nil
}
