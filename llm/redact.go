package llm

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Mask hides who somebody is and how to reach them from a model: each phone
// number, ID, bank card, plate, e-mail, account and name becomes a token such
// as 〔电话1〕 or 〔甲〕, the same for the same words. The map back never leaves it.
// A Mask serves one conversation and one goroutine.
type Mask struct {
	names  *regexp.Regexp // nil: none
	tokens map[string]string
	hidden []hidden
	kinds  map[string]int // how many of each kind
}

type hidden struct{ token, text string }

// Digits as people type them, and what they put between them.
const (
	digit = `[0-9０-９]`
	gap   = `[ \-－–·.]?`
)

// pattern finds one kind of private words; its group is what is hidden.
type pattern struct {
	kind string
	re   *regexp.Regexp
}

// patterns in the order they are tried. Numbers must not be parts of longer ones.
var patterns = []pattern{
	{"符", regexp.MustCompile(`(〔[^〕]*〕?)`)}, // looks like a token of ours and is none
	{"邮箱", regexp.MustCompile(`([A-Za-z0-9._%+\-]+[@＠][A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+)`)},
	{"证件", alone(`[1-9１-９]` + digit + `{5}` + gap + `(?:` + digit + `{4}` + gap + digit + `{4})` + gap + digit + `{3}[0-9０-９XxＸｘ]`)},
	{"银行卡", alone(`[3-9３-９]` + digit + `{3}(?:` + gap + digit + `{4}){3}(?:` + gap + digit + `{1,3})?`)},
	{"证件", alone(`[1-9１-９]` + digit + `{14}`)},
	{"银行卡", alone(`[3-9３-９]` + digit + `{14,18}`)},
	{"电话", alone(`(?:[+＋]?(?:86|８６)` + gap + `)?[1１][3-9３-９]` + digit + gap + digit + `{4}` + gap + digit + `{4}`)},
	{"电话", alone(`(?:[+＋]?(?:86|８６)` + gap + `)?[1１][3-9３-９]` + digit + `{2}` + gap + digit + `{3}` + gap + digit + `{4}`)},
	{"电话", alone(`[0０]` + digit + `{2,3}` + gap + digit + `{3,4}` + gap + digit + `{4}`)},
	{"电话", regexp.MustCompile(`([一幺][三四五六七八九][零〇一二三四五六七八九幺]{9})`)},
	{"车牌", regexp.MustCompile(`([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][A-HJ-NP-Za-hj-np-z][·•\- ]?[A-HJ-NP-Za-hj-np-z0-9]{4,5}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳])`)},
	{"账号", regexp.MustCompile(`(?i)(?:微信号?|wx|vx|qq)号?[:：是 ]{0,2}([a-z0-9][a-z0-9_\-]{4,19})`)},
	{"姓名", regexp.MustCompile(`(?:姓名|户主|联系人|收件人|名叫|本人叫)[:：是 ]{0,2}([赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜谢邹喻柏水窦章云苏潘葛范彭郎鲁韦马方俞任袁柳鲍史唐费薛雷贺倪汤罗郝安常于傅齐康伍余顾孟黄穆萧尹姚邵汪毛戴宋庞熊纪舒屈项祝董梁杜阮蓝闵季贾路江童颜郭梅林钟徐邱骆高夏蔡田胡凌霍万柯管卢莫房丁邓洪包左石崔吉龚程邢裴陆荣翁段侯宁甘厉武刘景叶司黎白蒲赖卓屠池乔温文聂曾关][\p{Han}]{1,2})`)},
	{"号码", alone(digit + `{7,}`)},
}

// alone wraps a pattern of digits so that no digit stands before or after it.
func alone(p string) *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[^0-9０-９])(` + p + `)(?:$|[^0-9０-９])`)
}

// dateRe is a number that is a day and nobody's: 20261110.
var dateRe = regexp.MustCompile(`^20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$`)

// NewMask makes a Mask that also hides these names of people, where they have
// two characters or more.
func NewMask(names ...string) *Mask {
	m := &Mask{tokens: map[string]string{}, kinds: map[string]int{}}
	var known []string
	for _, n := range names {
		if utf8.RuneCountInString(n) >= 2 {
			known = append(known, regexp.QuoteMeta(n))
		}
	}
	// Of two names that begin alike the longer one is tried first.
	slices.SortFunc(known, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	if known = slices.Compact(known); len(known) > 0 {
		m.names = regexp.MustCompile("(" + strings.Join(known, "|") + ")")
	}
	return m
}

// Name gives the token of a person, also of a name too short to be looked for
// in texts.
func (m *Mask) Name(name string) string {
	if name == "" {
		return "某人"
	}
	return m.token("", name)
}

// Hide gives text with every private word replaced by its token.
func (m *Mask) Hide(text string) string {
	parts := []part{{text: text}}
	parts = split(parts, patterns[0].re, func(s string) string { return m.token(patterns[0].kind, s) })
	if m.names != nil {
		parts = split(parts, m.names, func(s string) string { return m.token("", s) })
	}
	for _, p := range patterns[1:] {
		parts = split(parts, p.re, func(s string) string {
			if p.kind == "号码" && dateRe.MatchString(s) {
				return ""
			}
			return m.token(p.kind, s)
		})
	}
	var out strings.Builder
	for _, p := range parts {
		out.WriteString(p.text)
	}
	return out.String()
}

// Show puts the words back in.
func (m *Mask) Show(text string) string {
	var pairs []string
	for _, h := range m.hidden {
		pairs = append(pairs, h.token, h.text)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// heavenly are the signs by which people in a story are told apart.
var heavenly = []string{"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"}

// token gives the token of a text; kind "" is a person.
func (m *Mask) token(kind, text string) string {
	if t, ok := m.tokens[kind+"\x00"+text]; ok {
		return t
	}
	n := m.kinds[kind]
	m.kinds[kind]++
	t := fmt.Sprintf("〔%s%d〕", kind, n+1)
	if kind == "" {
		t = "〔" + heavenly[n%len(heavenly)] + "〕"
		if n >= len(heavenly) {
			t = fmt.Sprintf("〔%s%d〕", heavenly[n%len(heavenly)], n/len(heavenly)+1)
		}
	}
	m.tokens[kind+"\x00"+text] = t
	m.hidden = append(m.hidden, hidden{t, text})
	return t
}

// part is a piece of a text; what is hidden already is not looked at again.
type part struct {
	text string
	done bool
}

// split replaces the group of each match in the parts not done yet; give "" to
// leave a match as it is.
func split(parts []part, re *regexp.Regexp, give func(string) string) []part {
	var out []part
	for _, p := range parts {
		for from := 0; !p.done; {
			at := re.FindStringSubmatchIndex(p.text[from:])
			if at == nil {
				break
			}
			start, end := from+at[2], from+at[3]
			token := give(p.text[start:end])
			if token == "" {
				from = end
				continue
			}
			out = append(out, part{text: p.text[:start]}, part{text: token, done: true})
			p.text, from = p.text[end:], 0
		}
		out = append(out, p)
	}
	return out
}
