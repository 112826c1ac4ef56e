package wechat

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/eatmoreapple/openwechat"
	"pgregory.net/rapid"
)

func TestWhatAResidentWroteComesOutOfTheMarkup(t *testing.T) {
	for name, c := range map[string]struct{ content, user, text string }{
		"a line":                        {"@abc:<br/>路灯坏了", "@abc", "路灯坏了"},
		"a colon before a line break":   {"@abc:<br/>地址:<br/>3号楼", "@abc", "地址:\n3号楼"},
		"signs of the markup":           {"@abc:<br/>1 &lt; 2 &amp;&amp; &lt;br/&gt;", "@abc", "1 < 2 && <br/>"},
		"an emoji":                      {`@abc:<br/>好<span class="emoji emoji1f44d"></span>`, "@abc", "好👍"},
		"a line of the platform":        {"“张三”加入了群聊", "", "“张三”加入了群聊"},
		"no speaker before a colon":     {"通知:<br/>明天停水", "", "通知:\n明天停水"},
		"an address that looks like it": {"mail @x y:<br/>z", "", "mail @x y:\nz"},
	} {
		t.Run(name, func(t *testing.T) {
			user, words := cut(c.content)
			if got := plain(words); user != c.user || got != c.text {
				t.Errorf("by %q: %q, want by %q: %q", user, got, c.user, c.text)
			}
		})
	}
}

func TestOnlyAMentionOfTheBotIsOne(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"chosen from the list":      {"@有事助手\u2005本周小结", "@小格 本周小结"},
		"by the name in the group":  {"@三网格小格\u2005帮助", "@小格 帮助"},
		"at the end":                {"谢谢 @有事助手", "谢谢 @小格"},
		"typed by hand":             {"@有事助手 查 12", "@小格 查 12"},
		"somebody else's name":      {"@有事助手2号\u2005你好", "@有事助手2号 你好"},
		"everybody":                 {"@所有人\u2005开会", "@所有人 开会"},
		"twice":                     {"@有事助手\u2005@有事助手\u2005在吗", "@小格 @小格 在吗"},
		"the house's own name":      {"@小格 帮助", "@小格 帮助"},
		"nobody":                    {"a@b.com", "a@b.com"},
		"in the middle of a phrase": {"问@有事助手\u2005吧", "问@小格 吧"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := calls(c.text, "小格", "有事助手", "三网格小格"); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestAPlaceIsItsWords(t *testing.T) {
	for name, c := range map[string]struct {
		m    *openwechat.Message
		want string
	}{
		"of its XML":         {&openwechat.Message{OriContent: `<msg><location x="1" label="垦利街道3号楼" poiname="天后宫社区"/></msg>`, Content: "天后宫:<br/>/cgi-bin/x?pictype=location"}, "垦利街道3号楼 天后宫社区"},
		"of its first line":  {&openwechat.Message{Content: "天后宫社区3号楼:<br/>/cgi-bin/x?pictype=location"}, "天后宫社区3号楼"},
		"of nameless places": {&openwechat.Message{OriContent: `<msg><location label="3号楼" poiname="[位置]"/></msg>`}, "3号楼"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := placeOf(c.m, c.m.Content); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestARecallNamesTheMessageMeant(t *testing.T) {
	const note = `&lt;sysmsg type="revokemsg"&gt;&lt;revokemsg&gt;&lt;session&gt;x&lt;/session&gt;&lt;oldmsgid&gt;1&lt;/oldmsgid&gt;&lt;msgid&gt;7001&lt;/msgid&gt;&lt;replacemsg&gt;&lt;![CDATA["王芳" 撤回了一条消息]]&gt;&lt;/replacemsg&gt;&lt;/revokemsg&gt;&lt;/sysmsg&gt;`
	for name, c := range map[string]struct{ content, want string }{
		"as the platform writes it": {note, "7001"},
		"with something before it":  {"x:<br/>" + note, "7001"},
		"broken":                    {note[:60], ""},
		"none":                      {"撤回了", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := recalledID(c.content); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestTheFirstWordsHoldNobodysNumber(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"short":              {"灯坏了", "灯坏了"},
		"long":               {"3号楼2单元门口的路灯从昨天晚上开始不亮", "3号楼2单元门口的路灯从…"},
		"a telephone number": {"找我13812345678谢谢", "找我…谢谢"},
		"a number of a room": {"3号楼1201室", "3号楼1201室"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := opening(c.text); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// Whatever the platform sends, reading it neither panics nor loses a word.
func TestLongTextsAreSplitWithoutLoss(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("甲乙丙，。\nab"))).Draw(t, "text")
		parts := split(text, 20)
		if got := strings.ReplaceAll(strings.Join(parts, ""), "\n", ""); got != strings.ReplaceAll(text, "\n", "") {
			t.Errorf("%q became %q", text, parts)
		}
		if slices.ContainsFunc(parts, func(p string) bool { return utf8.RuneCountInString(p) > 20 }) {
			t.Errorf("a part of %q is too long", parts)
		}
	})
}

func FuzzMarkup(f *testing.F) {
	f.Add("@a:<br/>b", `<span class="emoji emoji1f44d"></span>`)
	f.Fuzz(func(_ *testing.T, content, more string) {
		_, words := cut(content + more)
		_ = plain(words)
		_ = calls(words, "小格", more)
		_ = recalledID(words)
		_ = opening(words)
		_ = placeOf(&openwechat.Message{Content: content, OriContent: more}, words)
	})
}
