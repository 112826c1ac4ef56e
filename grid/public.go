package grid

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Published reports whether everybody may read what was published of t (公示): not
// while it is done again, and nothing that became private or was taken back.
func (t Ticket) Published() bool {
	ended := t.Status == Resolved || t.Status == Closed
	return t.Public != nil && ended && !t.Private && t.Reason != ReasonWithdrawn && t.Reason != ReasonRecalled
}

// What stands in place of what was taken out.
const (
	someone = "某居民"
	masked  = "***"
)

var (
	contact  = regexp.MustCompile(`((?:电话|手机|微信|联系方式|身份证|QQ|qq)号?码?[是为:：]?\s*)[A-Za-z0-9_-]{6,}`)
	dashed   = regexp.MustCompile(`(\d{1,3}\s*[-－—–#]\s*\d{1,2}\s*[-－—–]\s*)\d{3,4}`)
	building = regexp.MustCompile(`((?:号楼|号院|栋|幢|座|楼|#|单元)\s*(?:\d{1,2}\s*单元\s*)?)(?:\d{3,4}|[〇零一二三四五六七八九]{3,4})($|[^0-9米元年])`)
	room     = regexp.MustCompile(`(^|[^0-9])(?:\d{3,4}|[〇零一二三四五六七八九]{3,4})(\s*(?:室|房))`)
	short    = regexp.MustCompile(`(^|[^0-9.-])(\d{1,2}\s*[-－—–]\s*)\d{3,4}($|[^0-9元米人天户个吨度公千万分小年月日号%％\s-])`)
	accused  = regexp.MustCompile(`(^|[的叫是\s，。,、：:]|\d[室栋幢#]|单元|号楼|邻居|楼上|楼下|隔壁|对门|业主|住户)[` + families + `][^` + noName + `]{2}(天天|总是|老是|经常|一直|又|被|欠|偷|打|骂|赌|吸|得了|家里)`)
	lives    = regexp.MustCompile(`\d{3,4}((?:室|房)?的?)[` + surnames + `][^` + noName + `]{1,2}(家|门口|屋里|户)`)
	called   = regexp.MustCompile(`(?:小|老)?[` + surnames + `]\p{Han}?(?:大爷|大妈|大娘|大伯|大叔|大姐|大哥|大嫂|阿姨|叔叔|奶奶|爷爷|女士|先生|老太太|老太|老人)`)
)

// surnames are the hundred most frequent, of more than eight in ten people.
const surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"

// families are the surnames that begin few other words, noName what no given name
// holds: what is no ideograph, and the second halves of 孙女, 杨树, 许多, 夏天.
const (
	families = "王李张刘陈杨赵吴周徐孙朱胡郭林罗郑梁谢宋唐许韩冯邓曹彭曾肖袁潘蒋蔡杜苏魏吕丁沈姚卢姜崔钟谭陆廖贾夏韦邹孟熊秦邱薛闫雷侯陶黎贺顾郝龚邵覃莫"
	noName   = `\P{Han}被又在不都就也还们了的总天老女子儿孩末树枝苗柳荫道路车多人谢雨经事长上下里大家户客罩架`
)

// Digits as people type them, and what they put between them.
const (
	aDigit = `[0-9０-９]`
	aGap   = `[ \-－–—·.]?`
)

// numbers belong to a person: an ID card's 18 digits, a mobile's 11 with or without
// +86, spoken too, and a landline with its area code; not as parts of longer numbers.
var (
	numbers = regexp.MustCompile(`(^|[^0-9０-９])(?:` +
		aDigit + `{6}` + aGap + aDigit + `{4}` + aGap + aDigit + `{4}` + aGap + aDigit + `{3}[0-9０-９XxＸｘ]|` +
		`(?:[+＋]?[8８][6６]` + aGap + `)?[1１][3-9３-９]` + aDigit + `(?:` + aGap + aDigit + `{4}` + aGap + aDigit + `{4}|` + aDigit + aGap + aDigit + `{3}` + aGap + aDigit + `{4})|` +
		`[0０]` + aDigit + `{2,3}[ \-－–—]?` + aDigit + `{7,8})($|[^0-9０-９XxＸｘ])`)
	spoken = regexp.MustCompile(`[一幺][三四五六七八九][零〇一二三四五六七八九幺]{9}`)
)

// WithoutNumbers takes phone and ID numbers out of a text, however they are typed.
// Done twice it is as done once.
func WithoutNumbers(text string) string {
	text = spoken.ReplaceAllString(text, masked)
	for { // one sign may stand between two of them
		next := numbers.ReplaceAllString(text, "${1}"+masked+"${2}")
		if next == text {
			return text
		}
		text = next
	}
}

// WithoutNames takes out of a text whom it accuses by a whole name ("楼上的孙丽华天天吵").
// It knows a name by the words around it, and leaves more than it takes.
func WithoutNames(text string) string { return accused.ReplaceAllString(text, "${1}"+someone+"${2}") }

// Publicly takes out of a text what points at a resident: the names given, what
// neighbours are called by (王大爷), the number of a flat, phone and ID numbers. The
// building stays. It is right to say too little: a text may lose more than it must.
func Publicly(text string, names []string) string {
	names = slices.Clone(names)
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	for _, name := range names {
		if utf8.RuneCountInString(name) >= 2 {
			text = strings.ReplaceAll(text, name, someone)
		}
	}
	text = WithoutNames(text)
	text = lives.ReplaceAllString(text, masked+"${1}"+someone+"${2}")
	text = called.ReplaceAllString(text, someone)
	text = WithoutNumbers(contact.ReplaceAllString(text, "${1}"+masked))
	for _, x := range []struct {
		what *regexp.Regexp
		by   string
	}{{dashed, "${1}" + masked}, {building, "${1}" + masked + "${2}"},
		{room, "${1}" + masked + "${2}"}, {short, "${1}${2}" + masked + "${3}"}} {
		for { // one sign may stand between two of them
			next := x.what.ReplaceAllString(text, x.by)
			if next == text {
				break
			}
			text = next
		}
	}
	return text
}
