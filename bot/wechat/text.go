package wechat

import (
	"encoding/xml"
	"html"
	"regexp"
	"strings"

	"github.com/eatmoreapple/openwechat"
)

// The kinds of message of the protocol that mean something here.
const (
	kindText     = 1
	kindPicture  = 3
	kindVoice    = 34
	kindPlace    = 48
	kindApp      = 49
	kindNotify   = 51 // the phone looked at a chat
	kindSystem   = 10000
	kindRecalled = 10002

	appFile = 6 // AppMsgType of a file
)

// afterName ends a mention: "@小格\u2005".
const afterName = '\u2005'

// cut takes a group message's content apart: who spoke, in the session's words,
// and what. Only the first ":<br/>" parts them: later ones are the resident's
// own ("地址:\n3号楼"). Lines of the platform itself have no speaker.
func cut(content string) (user, words string) {
	user, words, ok := strings.Cut(content, ":<br/>")
	if !ok || !isPerson(user) || strings.ContainsAny(user, " <\n") {
		return "", content
	}
	return user, words
}

// plain turns the platform's markup into what the resident wrote.
func plain(s string) string {
	s = strings.ReplaceAll(s, "<br/>", "\n")
	return openwechat.FormatEmoji(html.UnescapeString(s))
}

// calls turns a mention of the bot by one of its names on the platform into one
// by the name the house knows. A name ends with U+2005, white space or the text:
// "@小格2号" is somebody else.
func calls(text, bot string, names ...string) string {
	for _, name := range names {
		if name == "" {
			continue
		}
		at := "@" + name
		for from := 0; ; {
			i := strings.Index(text[from:], at)
			if i < 0 {
				break
			}
			i += from
			after := text[i+len(at):]
			if after == "" || strings.HasPrefix(after, string(afterName)) || after[0] == ' ' || after[0] == '\n' {
				after = strings.TrimPrefix(after, string(afterName))
				text = strings.TrimRight(text[:i]+"@"+bot+" "+strings.TrimLeft(after, " "), " ")
				from = min(len(text), i+len("@"+bot)+1)
				continue
			}
			from = i + len(at)
		}
	}
	return strings.ReplaceAll(text, string(afterName), " ") // of other people's names
}

// placePattern finds the words of a place in the XML that comes with it.
var placePattern = regexp.MustCompile(`(label|poiname)="([^"]*)"`)

// isPlace reports whether a text message is a place.
func isPlace(m *openwechat.Message) bool {
	return m.MsgType == kindPlace || m.MsgType == kindText && m.Url != "" &&
		(strings.Contains(m.Content, "pictype=location") || strings.Contains(m.Url, "map.qq.com"))
}

// placeOf gives the words of a place: from its XML, else the first line of what
// is shown instead of it.
func placeOf(m *openwechat.Message, words string) string {
	var parts []string
	for _, in := range []string{m.OriContent, words} {
		for _, found := range placePattern.FindAllStringSubmatch(plain(in), -1) {
			if p := strings.TrimSpace(found[2]); p != "" && p != "[位置]" {
				parts = append(parts, p)
			}
		}
		if len(parts) > 0 {
			return strings.Join(parts, " ")
		}
	}
	first, _, _ := strings.Cut(plain(words), "\n")
	return strings.TrimSuffix(strings.TrimSpace(first), ":")
}

// recalledID gives the MsgId of the message that was taken back, "" for none.
func recalledID(words string) string {
	words = plain(words)
	if i := strings.Index(words, "<sysmsg"); i > 0 {
		words = words[i:]
	}
	var note struct {
		ID string `xml:"revokemsg>msgid"`
	}
	if xml.Unmarshal([]byte(words), &note) != nil {
		return ""
	}
	return strings.TrimSpace(note.ID)
}

// joins reports whether a line of the platform says that somebody came in.
func joins(words string) bool {
	return strings.Contains(words, "加入了群聊") || strings.Contains(words, "加入群聊") || strings.Contains(words, "分享的二维码加入")
}
