package intents

import (
	"regexp"
	"strconv"
	"strings"
)

// What places look like in chat. A building: 3栋, 3#, 3号楼, 三号楼, C5栋, B座; with
// unit, floor and room after it or alone; "3-2-501" as people sign; then gates,
// spots that every estate has, and streets.
const (
	placeNo    = `(?:[A-Za-z]?\d{1,3}|[A-Za-z]|[一二三四五六七八九十]{1,3})`
	placeTower = placeNo + `(?:[栋幢座排甲巷]|号楼|号院|#楼?|号线站|单元楼|组)|劳模楼|[东西南北]院`
	placeUnit  = `(?:\d{1,2}|[一二三四五六七八九十甲乙丙丁])(?:单元|号?门|门洞|梯)`
	placeFloor = `(?:负?[一二三四五六七八九十\d]{1,3}|地下[一二三]|顶)(?:楼|层)`
	placeRoom  = `(?:-?\d{3,4})(?:室|户|房)?`
	placeSign  = `\d{1,2}-\d{1,2}(?:-\d{2,4})?`
	placeGate  = `[东西南北]{1,2}(?:大|小|侧)?门口?|(?:大|正|后|侧)门口?`
	placeSpot  = `(?:地下车库|地下停车场|地库|车库|车棚|单车棚|充电棚|小广场|文化广场|广场|篮球场|门球场|凉亭|花坛|中庭|架空层|天台|楼顶|围墙|门岗|保安亭|快递柜|垃圾房|垃圾站|垃圾池|泵房|水泵房|锅炉房|配电房|活动室|阅览室|图书室|会议室|老年食堂|社区食堂|卫生站|卫生室|服务站|日间照料中心|幼儿园|小学|公厕|祠堂|戏台|菜市场|菜市|市场|夜市|码头|河堤|公交站|人行道|十字路口|三岔路口|路口|桥头|绿化带|滑梯|坝子|院坝|工地)`
	placeName  = `\p{Han}{1,4}(?:大道|路|街|巷|弄|胡同|桥|湖|村口)`
	placeSide  = `(?:[A-Z]区|B\d)?(?:的?(?:那边|旁边|边上|对面|前面|后面|前头|后头|背后|门口|楼下|楼上|楼道|楼顶|底下|外面|外头|拐角|转角|入口|出口|路口|大堂|天台|架空层|连廊|后门|正门|南边|北边|东边|西边|南面|北面|东侧|西侧|北侧|南侧|山墙|顶楼|负一层?|连廊|电梯口|门前|下面))?`
)

var (
	placeRe = guard(regexp.MustCompile(`(?i)(?:`+placeTower+`)(?:\s?`+placeUnit+`)?(?:\s?(?:`+placeFloor+`|`+placeRoom+`))?`+placeSide+
		`|`+placeUnit+`(?:`+placeFloor+`|`+placeRoom+`)?`+placeSide+
		`|`+placeSign+`|(?:`+placeGate+`)`+`|`+placeFloor+placeSide), "栋幢座排甲巷号#组楼院单门梯-层")
	spotRe = guard(regexp.MustCompile(placeSpot+placeSide), "库场棚亭坛庭层台顶墙岗柜房站池室堂心园学厕市码堤行口桥绿滑坝工")
	nameRe = guard(regexp.MustCompile(`(?:^|[，。,！!；\s]|在|从|到|去|咱|我们|我|就是|那个|是)(`+placeName+placeSide+`)`), "道路街巷弄同桥湖口")

	buildingRe = guard(regexp.MustCompile(`(?i)(`+placeNo+`)\s?(?:[栋幢座]|号楼|#)|(?:^|[^\d-])(\d{1,2})-\d{1,2}(?:-\d{2,4})?(?:[^\d-]|$)`), "栋幢座号#-")
	unitRe     = guard(regexp.MustCompile(`(\d{1,2}|[一二三四五六七八九十])(?:单元|门洞|号?门(?:[^口]|$))|(?:^|[^\d-])\d{1,2}-(\d{1,2})-\d{2,4}(?:[^\d-]|$)`), "单门-")
)

// Place gives the first place named in text, as written, or "". Places that
// only the speaker knows (我家, 楼下) are none. What says where exactly (a
// building, a gate) goes before a spot, a spot before a street.
func Place(text string) string {
	text = fold(text)
	if at := placeRe.FindString(text); at != "" {
		return strings.TrimSpace(at)
	}
	if at := spotRe.FindString(text); at != "" {
		return at
	}
	if at := nameRe.FindStringSubmatch(text); at != nil {
		return strings.TrimLeft(at[1], "在从到去咱是")
	}
	return ""
}

// Building gives the building that text names, in one form for all ways to
// write it ("3栋", "3#", "三号楼" and "3-2-501" are all "3"), or "".
func Building(text string) string { return numberOf(buildingRe, text) }

// unitOf gives the unit (单元) that text names, in digits, or "".
func unitOf(text string) string { return numberOf(unitRe, text) }

func numberOf(re guarded, text string) string {
	m := re.FindStringSubmatch(fold(text))
	if m == nil {
		return ""
	}
	no := m[1]
	if no == "" {
		no = m[2]
	}
	if n := chineseNumber(no); n > 0 {
		return strconv.Itoa(n)
	}
	return strings.TrimLeft(strings.ToUpper(no), "0")
}

// chineseNumber reads 一 to 九十九; 0 for anything else.
func chineseNumber(s string) int {
	const ones = "零一二三四五六七八九"
	n, digit := 0, 0
	for _, r := range s {
		i := strings.IndexRune(ones, r) / len("零")
		switch {
		case r == '十':
			n, digit = n+10*max(digit, 1), 0
		case strings.ContainsRune(ones, r) && digit == 0:
			digit = i
		default:
			return 0
		}
	}
	return n + digit
}
