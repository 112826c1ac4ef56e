package intents

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lexicon finds all its words in a text in one pass: they are looked up by
// their first character.
type lexicon struct {
	ids   map[string]int
	first map[rune][]entry
}

type entry struct {
	word string
	id   int
}

func newLexicon() lexicon { return lexicon{ids: map[string]int{}, first: map[rune][]entry{}} }

// add gives the word's place, a new one for a new word.
func (l *lexicon) add(word string) int {
	id, known := l.ids[word]
	if !known {
		id = len(l.ids)
		l.ids[word] = id
		r, _ := utf8.DecodeRuneInString(word)
		l.first[r] = append(l.first[r], entry{word, id})
	}
	return id
}

// find gives the set of words that occur in text, one bit each.
func (l *lexicon) find(text string) []uint64 {
	set := make([]uint64, len(l.ids)/64+1)
	for i, r := range text {
		for _, e := range l.first[r] {
			if strings.HasPrefix(text[i:], e.word) {
				set[e.id/64] |= 1 << (e.id % 64)
			}
		}
	}
	return set
}

// plain is a text as the rules and the Linker compare it: one width, lower case,
// the commonest traditional characters in their simplified form.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if s, ok := simplified[r]; ok {
			return s
		}
		return unicode.ToLower(r)
	}, fold(text))
}

// simplified holds the traditional characters that words of the trade use.
var simplified = pairs(
	"電梯壞燈樓門鎖聲開關燒煙氣陽臺鬧嚇壓車報話幾個們這裡誰來請問邊單處頂嗎說過還發沒點濃殺傷風後衛隻長張漲熱凍暈倒嬰歲從線纜斷裂樹護欄圍牆墻違築擾噪鄰養蟲糞溝渠馬橋廠廢氣塵運動體聯繫繳費醫療險業辦證戶學補貼級廣場環圾亂滿佔號棟層屋廳員謝勞動議讓應該麵條種綠瞓唔喺嘅冇咗係噉無聞見老隱謊騙賊搶偷盜擊賭錢債",
	"电梯坏灯楼门锁声开关烧烟气阳台闹吓压车报话几个们这里谁来请问边单处顶吗说过还发没点浓杀伤风后卫只长张涨热冻晕倒婴岁从线缆断裂树护栏围墙墙违筑扰噪邻养虫粪沟渠马桥厂废气尘运动体联系缴费医疗险业办证户学补贴级广场环圾乱满占号栋层屋厅员谢劳动议让应该面条种绿瞓唔喺嘅冇咗系噉无闻见老隐谎骗贼抢偷盗击赌钱债")

func pairs(from, to string) map[rune]rune {
	t := []rune(to)
	out := map[rune]rune{}
	for i, r := range []rune(from) {
		if t[i] != r {
			out[r] = t[i]
		}
	}
	return out
}
