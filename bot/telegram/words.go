package telegram

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/go-telegram/bot/models"

	"youshi/grid"
)

// read gives what a message is made of, and its words. Kinds that youshi does not
// know are heard as such.
func read(m *models.Message) (grid.MessageKind, string) {
	switch {
	case m.Text != "":
		return grid.TextMessage, m.Text
	case len(m.Photo) > 0:
		return grid.ImageMessage, m.Caption
	case m.Voice != nil:
		return grid.VoiceMessage, m.Caption
	case m.Venue != nil:
		return grid.LocationMessage, both(m.Venue.Title, m.Venue.Address)
	case m.Location != nil:
		return grid.LocationMessage, fmt.Sprintf("坐标 %.5f,%.5f", m.Location.Latitude, m.Location.Longitude)
	case m.Animation != nil: // also told as a document
		return grid.OtherMessage, m.Caption
	case m.Document != nil:
		return grid.FileMessage, both(m.Caption, m.Document.FileName)
	case m.Audio != nil:
		return grid.FileMessage, both(m.Caption, m.Audio.FileName)
	case m.Video != nil:
		return grid.FileMessage, m.Caption
	case m.VideoNote != nil:
		return grid.FileMessage, ""
	case m.Contact != nil:
		name := strings.TrimSpace(m.Contact.FirstName + " " + m.Contact.LastName)
		return grid.OtherMessage, fmt.Sprintf("名片：%s %s", name, m.Contact.PhoneNumber)
	case m.Sticker != nil:
		return grid.OtherMessage, m.Sticker.Emoji
	case m.Poll != nil:
		return grid.OtherMessage, m.Poll.Question
	}
	return grid.OtherMessage, m.Caption
}

// both puts two texts together, one that holds the other alone.
func both(a, b string) string {
	switch a, b = strings.TrimSpace(a), strings.TrimSpace(b); {
	case b == "" || strings.Contains(a, b):
		return a
	case strings.Contains(b, a):
		return b
	}
	return a + " " + b
}

// slash are Telegram's commands, as people of other bots are used to them.
var slash = map[string]string{"start": "帮助", "help": "帮助", "bind": "绑定", "mine": "我的", "todo": "待办", "show": "查"}

var (
	slashCommand = regexp.MustCompile(`^/([A-Za-z_]+)(?:@([A-Za-z0-9_]+))?(?:\s+|$)`)
	userMention  = regexp.MustCompile(`@[A-Za-z0-9_]+`)
)

// words gives what was said in the words that the house knows: the bot's @username
// is its name, and a command with a slash is the word for it.
func (h *hearer) words(m *models.Message, said string) string {
	me := ""
	if self := h.me(); self != nil {
		me = self.Username
	}
	private := m.Chat.Type == models.ChatTypePrivate
	if at := slashCommand.FindStringSubmatch(said); at != nil {
		word, known := slash[strings.ToLower(at[1])]
		rest := strings.TrimSpace(said[len(at[0]):])
		if strings.EqualFold(at[1], "start") && rest != "" { // t.me/<bot>?start=CODE
			word = "绑定"
		}
		if known && (at[2] == "" || strings.EqualFold(at[2], me)) {
			said = strings.TrimSpace(word + " " + rest)
			if !private {
				said = "@" + h.opt.Bot + " " + said
			}
		}
	}
	if me == "" {
		return said
	}
	return userMention.ReplaceAllStringFunc(said, func(at string) string {
		if strings.EqualFold(at, "@"+me) {
			return "@" + h.opt.Bot
		}
		return at
	})
}
