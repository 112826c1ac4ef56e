package bot

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"youshi/grid"
	"youshi/storage"
)

// How far back a quote that came as text is looked for in its chat.
const (
	quoteMessages = 300
	quotePosts    = 60
	quoteWords    = 4 // runes that tell a post by part of its words
)

// quotePattern is how WeChat's web protocol writes a quote: who, what, a line of
// dashes, and the answer.
var quotePattern = regexp.MustCompile(`(?s)^「([^：:\n]{1,64})[：:](.*)」\n(?:- ){4,}-?[ ]*\n(.*)$`)

// Stands for what has no words in a quote.
var quoteKinds = map[string]grid.MessageKind{"[图片]": grid.ImageMessage, "[语音]": grid.VoiceMessage, "[位置]": grid.LocationMessage, "[文件]": grid.FileMessage}

// unquote turns a quote that came as text into what it is: the answer, naming
// what it answers. What is quoted is looked for among what was said lately in the
// chat; a quote of something else stays text.
func unquote(tx storage.Tx, m grid.Message) (grid.Message, error) {
	if m.ReplyTo != "" || m.Kind != grid.TextMessage && m.Kind != "" || !strings.HasPrefix(m.Text, "「") {
		return m, nil
	}
	parts := quotePattern.FindStringSubmatch(m.Text)
	if parts == nil {
		return m, nil
	}
	id, err := quotedIn(tx, m.Chat, squeeze(parts[2]))
	if err != nil || id == "" {
		return m, err
	}
	m.ReplyTo, m.Text = id, strings.TrimSpace(parts[3])
	return m, nil
}

// quotedIn finds the latest line or post of a chat with these words.
func quotedIn(tx storage.Tx, chat grid.ChatID, words string) (grid.MessageID, error) {
	heard, err := tx.Messages().Recent([]grid.ChatID{chat}, "", quoteMessages)
	if err != nil {
		return "", fmt.Errorf("looking for what is quoted: %w", err)
	}
	kind := quoteKinds[words]
	for _, m := range slices.Backward(heard) {
		if said := squeeze(m.Shown()); said != "" && said == words || kind != "" && m.Kind == kind {
			return m.ID, nil
		}
	}
	posts, err := tx.Outbox().SaidTo(chat, 0, quotePosts)
	if err != nil {
		return "", fmt.Errorf("looking for the post that is quoted: %w", err)
	}
	for _, o := range slices.Backward(posts) { // what the platform shows may have more around it, or end early
		said := squeeze(o.Text)
		short, long := words, said
		if len(short) > len(long) {
			short, long = long, short
		}
		if utf8.RuneCountInString(short) >= quoteWords && strings.Contains(long, strings.TrimRight(short, "…")) {
			return o.ID, nil
		}
	}
	return "", nil
}

// squeeze makes texts comparable over the platform's changes to white space.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }
