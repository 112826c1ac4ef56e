package asked

import (
	"regexp"
	"strings"
	"unicode"

	"youshi/grid"
)

// value is what asking about a message is worth.
type value int

const (
	nothing value = iota
	little        // a follow-up or a question, probably
	some          // the Linker doubts, or differs from the local model: talk that may be more, a matter that may be another
	much          // somebody seems to have to act, or danger is suspected
)

// What makes the local answer worth a second look, and what does not.
const (
	doubtful = 0.75 // confidence of talk: from here on it is taken as it is
	torn     = 0.2  // the Linker's doubt: from here on it is asked about
)

// worth says what asking is worth, with the local answer in hand.
func worth(m grid.Message, soFar grid.Intent, settled bool) value {
	switch {
	case !readable(m), ordersModel.MatchString(m.Text),
		settled && soFar.By == "rule": // such rules must never be wrong
		return nothing
	case soFar.Danger != "" && !soFar.Shared, soFar.Kind.Actionable(), soFar.Sensitive:
		return much
	case soFar.Doubt >= torn:
		return some
	case soFar.Kind == grid.FollowUp || soFar.Kind == grid.Inquiry:
		return little
	case settled, soFar.Kind == grid.Chatter && soFar.Confidence >= doubtful:
		return nothing
	}
	return little
}

// readable reports whether there are words to read.
func readable(m grid.Message) bool {
	switch m.Kind {
	case grid.TextMessage, grid.ImageMessage, grid.VoiceMessage, grid.FileMessage, grid.EditMessage:
	default:
		return false
	}
	text := strings.TrimSpace(m.Text)
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") && strings.Count(text, "]") == 1 {
		return false // one emoji, or what stands for a picture
	}
	letters := 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	return letters >= 2
}

// ordersModel finds words that speak to a model and not to people: nobody with a
// broken lamp writes so. Such a message is left to rules and local model. This
// is a first fence only; what a model answers can do no harm behind it.
var ordersModel = regexp.MustCompile(`(?i)(忽略|无视|忘掉|忘记|跳过|不要理会|不用管).{0,8}(之前|以上|上面|前面|上述|所有|一切|系统).{0,8}(指令|提示|规则|设定|要求|命令|内容|prompt)|` +
	`(你|机器人).{0,3}(现在|从此|从现在起).{0,4}(是|扮演|充当)|系统提示|提示词|判断[:：]|` +
	`ignore.{0,20}(previous|above|all|prior).{0,20}(instruction|prompt|rule)|system ?prompt|"?(intent|same_as|category|urgency|confidence|sensitive)"? ?[:=：]|<\|?(im_start|system|user|assistant)`)
