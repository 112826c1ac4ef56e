package intents

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// summaryLen is how many characters a card's line may have.
const summaryLen = 40

// hello is what people say before they come to the matter.
var hello = regexp.MustCompile(`^(?:@\S+|各位(?:邻居|业主|居民)?|大家(?:早上|上午|中午|下午|晚上)?好?|(?:早上|上午|中午|下午|晚上)好|你好|您好|喂+|哎+呀?|唉|那个|请问(?:一下)?|问(?:一)?下|我说个事(?:哈|啊)?|说个事|跟(?:你们|大家)(?:说|讲)(?:个事|嘛)?|(?:小格|网格员|物业|管家|群主|书记|社区)(?:你好|您好)?)[\s,，。.!！:：~～、]+`)

// Summarise gives one line for a card in the text's own words: without
// greetings, names called, emoji and line breaks, at most 40 characters, cut at
// the end of a clause where there is one.
func Summarise(text string) string {
	line := strings.Join(strings.Fields(bareWords(fold(text))), " ")
	for {
		rest := hello.ReplaceAllString(line, "")
		if rest == line || trimPoints(rest) == "" {
			break
		}
		line = rest
	}
	line = strings.TrimRight(strings.TrimLeft(line, " ,，。、:：!！~～"), " ,，。、;；~～")
	if utf8.RuneCountInString(line) <= summaryLen {
		return line
	}
	cut := string([]rune(line)[:summaryLen-1])
	if i := strings.LastIndexAny(cut, "，。！？；,!?;"); i >= len(cut)/2 {
		return cut[:i]
	}
	return cut + "…"
}
