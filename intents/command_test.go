package intents

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"youshi/grid"
)

// said puts a text into a scene of the residents' group.
func said(text string, change ...func(*grid.Message, *grid.Scene)) (grid.Message, grid.Scene) {
	m := grid.Message{ID: "m1", Kind: grid.TextMessage, Text: text, From: "p1"}
	s := grid.Scene{Bot: "小格", Chat: grid.Chat{Kind: grid.GroupChat}, Role: grid.Resident}
	for _, c := range change {
		c(&m, &s)
	}
	return m, s
}

func as(r grid.Role) func(*grid.Message, *grid.Scene) {
	return func(_ *grid.Message, s *grid.Scene) { s.Role = r }
}
func in(k grid.ChatKind) func(*grid.Message, *grid.Scene) {
	return func(_ *grid.Message, s *grid.Scene) { s.Chat.Kind = k }
}
func quoting(q grid.Quoted) func(*grid.Message, *grid.Scene) {
	return func(_ *grid.Message, s *grid.Scene) { s.Quoted = &q }
}
func asked(nos ...grid.TicketNo) func(*grid.Message, *grid.Scene) {
	return func(_ *grid.Message, s *grid.Scene) { s.Asked = nos }
}

var card = quoting(grid.Quoted{ID: "b1", Post: true, Ticket: 12})

// table holds every want in words: a text without decoration and its command.
var table = map[string]grid.Command{
	"确认 12":              {Want: grid.WantConfirm, Ticket: 12},
	"驳回 12 不在本网格":        {Want: grid.WantReject, Ticket: 12, Text: "不在本网格"},
	"改类 12 上报":           {Want: grid.WantReclassify, Ticket: 12, Category: grid.Escalate},
	"改类 12 待办件 紧急":       {Want: grid.WantReclassify, Ticket: 12, Category: grid.Pending, Urgency: grid.Urgent},
	"改类 12 普通停车交通":       {Want: grid.WantReclassify, Ticket: 12, Urgency: grid.Normal, Topic: "parking_traffic"},
	"派单 12 @王师傅":         {Want: grid.WantAssign, Ticket: 12, Who: "王师傅"},
	"派单 12 王师傅 尽快":       {Want: grid.WantAssign, Ticket: 12, Who: "王师傅", Text: "尽快"},
	"签收 12":              {Want: grid.WantAccept, Ticket: 12},
	"转办 12 物业":           {Want: grid.WantPass, Ticket: 12, Who: "物业"},
	"待补充 12 几单元几楼？":      {Want: grid.WantWait, Ticket: 12, Text: "几单元几楼？"},
	"延期 12 2天 等配件":       {Want: grid.WantExtend, Ticket: 12, Days: 2, Text: "等配件"},
	"延期 12 两天":           {Want: grid.WantExtend, Ticket: 12, Days: 2},
	"同意 12":              {Want: grid.WantGrant, Ticket: 12},
	"进展 12 已联系疏通公司":      {Want: grid.WantProgress, Ticket: 12, Text: "已联系疏通公司"},
	"办结 12 灯管已换":         {Want: grid.WantResolve, Ticket: 12, Text: "灯管已换"},
	"并案 12 15":           {Want: grid.WantMerge, Ticket: 12, Other: 15},
	"合并 15 到 12":         {Want: grid.WantMerge, Ticket: 12, Other: 15},
	"拆分 12":              {Want: grid.WantSplit, Ticket: 12},
	"上报 12 需要城管":         {Want: grid.WantEscalate, Ticket: 12, Text: "需要城管"},
	"吹哨 12 市政 城管":        {Want: grid.WantWhistle, Ticket: 12, Units: []string{"市政", "城管"}},
	"吹哨 12 @市政、@城管：井盖丢了": {Want: grid.WantWhistle, Ticket: 12, Units: []string{"市政", "城管"}, Text: "井盖丢了"},
	"吹哨 12 市政 原因：井盖丢了":   {Want: grid.WantWhistle, Ticket: 12, Units: []string{"市政"}, Text: "井盖丢了"},
	"报到 12":              {Want: grid.WantReportIn, Ticket: 12},
	"评价 12 满意":           {Want: grid.WantRate, Ticket: 12, Mark: grid.Satisfied},
	"评价 12 基本满意 慢了":      {Want: grid.WantRate, Ticket: 12, Mark: grid.Partly, Text: "慢了"},
	"评价 12 不满意 没修好":      {Want: grid.WantRate, Ticket: 12, Mark: grid.Unsatisfied, Text: "没修好"},
	"附议 12":              {Want: grid.WantMeToo, Ticket: 12},
	"盯 12":               {Want: grid.WantWatch, Ticket: 12},
	"查 12":               {Want: grid.WantLook, Ticket: 12},
	"撤回 12":              {Want: grid.WantWithdraw, Ticket: 12},
	"整改 12":              {Want: grid.WantRework, Ticket: 12},
	"公示 12 做法：换灯":        {Want: grid.WantPublish, Ticket: 12, Text: "做法：换灯"},
}

func TestTheTableOfWantsIsParsed(t *testing.T) {
	for text, want := range table {
		t.Run(text, func(t *testing.T) {
			got, ok := Parse(said(text))
			if !ok || !reflect.DeepEqual(*got.Command, want) {
				t.Fatalf("Parse(%q) = %+v, %v; want %+v", text, got.Command, ok, want)
			}
			if got.Kind != grid.Order || got.By != "rule" {
				t.Errorf("kind %s by %s", got.Kind, got.By)
			}
		})
	}
}

func TestWordsAndScenesThatAreCommands(t *testing.T) {
	staffChat, private := in(grid.StaffChat), in(grid.PrivateChat)
	type mods = []func(*grid.Message, *grid.Scene)
	for name, c := range map[string]struct {
		text string
		mods mods
		want grid.Command
	}{
		"a card quoted without a number":          {"确认", mods{card}, grid.Command{Want: grid.WantConfirm, Ticket: 12, Quoted: true}},
		"a card quoted with words":                {"办结，已修好", mods{card}, grid.Command{Want: grid.WantResolve, Ticket: 12, Quoted: true, Text: "已修好"}},
		"a card quoted, the number in the words":  {"确认 13", mods{card}, grid.Command{Want: grid.WantConfirm, Ticket: 13}},
		"days of a quoted card":                   {"延期 3天 等配件", mods{card}, grid.Command{Want: grid.WantExtend, Ticket: 12, Quoted: true, Days: 3, Text: "等配件"}},
		"merging another into the quoted card":    {"并案 15", mods{card}, grid.Command{Want: grid.WantMerge, Ticket: 12, Other: 15, Quoted: true}},
		"staff quoting a resident's message":      {"驳回 不在本网格", mods{as(grid.GridWorker), quoting(grid.Quoted{Ticket: 7})}, grid.Command{Want: grid.WantReject, Ticket: 7, Quoted: true, Text: "不在本网格"}},
		"a bare mark quoting the poll":            {"不满意 还是漏", mods{card}, grid.Command{Want: grid.WantRate, Ticket: 12, Quoted: true, Mark: grid.Unsatisfied, Text: "还是漏"}},
		"a bare mark in private, latest asked":    {"满意", mods{private, asked(3, 9)}, grid.Command{Want: grid.WantRate, Ticket: 9, Mark: grid.Satisfied}},
		"a very content mark":                     {"非常满意！谢谢", mods{private, asked(9)}, grid.Command{Want: grid.WantRate, Ticket: 9, Mark: grid.Satisfied, Text: "谢谢"}},
		"mine with @":                             {"@小格 我的", nil, grid.Command{Want: grid.WantMine}},
		"help by name at the start":               {"小格，帮助", nil, grid.Command{Want: grid.WantHelp}},
		"a step without a number, to the bot":     {"@小格 确认", mods{as(grid.GridWorker)}, grid.Command{Want: grid.WantConfirm}},
		"a look without a number, to the bot":     {"@小格 查", nil, grid.Command{Want: grid.WantLook}},
		"a step without a number in private":      {"办结", mods{private, as(grid.GridWorker)}, grid.Command{Want: grid.WantResolve}},
		"help in private":                         {"帮助", mods{private}, grid.Command{Want: grid.WantHelp}},
		"todo in the staff chat":                  {"待办", mods{staffChat, as(grid.GridWorker)}, grid.Command{Want: grid.WantTodo}},
		"overdue with the name after it":          {"超期 @小格", nil, grid.Command{Want: grid.WantOverdue}},
		"numbers by staff without a name":         {"本周小结", mods{as(grid.Secretary)}, grid.Command{Want: grid.WantNumbers, Period: grid.ThisWeek}},
		"numbers asked by a resident":             {"本周小结", nil, grid.Command{Want: grid.WantNumbers, Period: grid.ThisWeek}},
		"numbers asked by a resident by name":     {"@小格 上周小结", nil, grid.Command{Want: grid.WantNumbers, Period: grid.LastWeek}},
		"numbers glued to the name":               {"@小格本月小结", nil, grid.Command{Want: grid.WantNumbers, Period: grid.ThisMonth}},
		"export by staff":                         {"导出", mods{as(grid.Secretary)}, grid.Command{Want: grid.WantExport}},
		"a code in private":                       {"绑定 AB12CD", mods{private}, grid.Command{Want: grid.WantBind, Text: "AB12CD"}},
		"leave with a deputy":                     {"请假 3天 代班 @李网格", mods{private, as(grid.GridWorker)}, grid.Command{Want: grid.WantAbsent, Days: 3, Who: "李网格"}},
		"back from leave":                         {"销假", mods{staffChat, as(grid.GridWorker)}, grid.Command{Want: grid.WantBack}},
		"items in one line":                       {"记 1. 3栋灯坏 2. 东门积水", mods{as(grid.GridWorker)}, grid.Command{Want: grid.WantRecord, Items: []string{"3栋灯坏", "东门积水"}}},
		"items a line each":                       {"记\n3栋灯坏\n东门积水 2.5米", mods{as(grid.GridWorker)}, grid.Command{Want: grid.WantRecord, Items: []string{"3栋灯坏", "东门积水 2.5米"}}},
		"a single item":                           {"记：李奶奶家水管漏", mods{as(grid.GridWorker)}, grid.Command{Want: grid.WantRecord, Items: []string{"李奶奶家水管漏"}}},
		"words on a new line after the number":    {"办结 12\n已换灯管", mods{as(grid.GridWorker)}, grid.Command{Want: grid.WantResolve, Ticket: 12, Text: "已换灯管"}},
		"words glued to the number":               {"办结12已换灯管", mods{as(grid.GridWorker)}, grid.Command{Want: grid.WantResolve, Ticket: 12, Text: "已换灯管"}},
		"a corridor after a space":                {"办结 12 楼道灯换好了", mods{as(grid.GridWorker)}, grid.Command{Want: grid.WantResolve, Ticket: 12, Text: "楼道灯换好了"}},
		"a building head after a space":           {"进展 12 楼长去敲门了", mods{as(grid.GridWorker)}, grid.Command{Want: grid.WantProgress, Ticket: 12, Text: "楼长去敲门了"}},
		"no more than that after a space":         {"办结 12 只换了灯泡", mods{as(grid.GridWorker)}, grid.Command{Want: grid.WantResolve, Ticket: 12, Text: "只换了灯泡"}},
		"treatment glued to the number":           {"进展12处理中", mods{as(grid.GridWorker)}, grid.Command{Want: grid.WantProgress, Ticket: 12, Text: "处理中"}},
		"yes to a suspicion, quoting its card":    {"是，立案", mods{staffChat, as(grid.GridWorker), quoting(grid.Quoted{ID: "b2", Post: true})}, grid.Command{Want: grid.WantOpen, Quoted: true}},
		"yes to the only suspicion":               {"立案", mods{staffChat, as(grid.GridWorker)}, grid.Command{Want: grid.WantOpen}},
		"yes to a suspicion by whose words it is": {"@小格 是，立案 王芳", mods{staffChat, as(grid.GridWorker)}, grid.Command{Want: grid.WantOpen, Text: "王芳"}},
		"an order under a photo":                  {"办结 12 已换", mods{func(m *grid.Message, _ *grid.Scene) { m.Kind = grid.ImageMessage }}, grid.Command{Want: grid.WantResolve, Ticket: 12, Text: "已换"}},
		"the platform's own space after the name": {"@小格\u2005确认 12", nil, grid.Command{Want: grid.WantConfirm, Ticket: 12}},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := Parse(said(c.text, c.mods...))
			if !ok || !reflect.DeepEqual(*got.Command, c.want) {
				t.Fatalf("Parse(%q) = %+v, %v; want %+v", c.text, got.Command, ok, c.want)
			}
		})
	}
}

func TestTalkIsNoCommand(t *testing.T) {
	type mods = []func(*grid.Message, *grid.Scene)
	edit := func(m *grid.Message, _ *grid.Scene) { m.Kind = grid.EditMessage }
	for name, c := range map[string]struct {
		text string
		mods mods
	}{
		"an amount":                        {"确认12份", nil},
		"an amount after a space":          {"确认 1 份", nil},
		"pieces":                           {"签收 3 个", mods{as(grid.Property)}},
		"a weight":                         {"确认 2斤", nil},
		"an hour":                          {"报到12点", nil},
		"a clock":                          {"报到 12:30", nil},
		"a decimal":                        {"上报 12.5", nil},
		"a corridor of a floor":            {"上报12楼道灯坏了", mods{as(grid.GridWorker)}},
		"an amount of applications":        {"驳回 3 份申请", mods{as(grid.GridWorker)}},
		"a range":                          {"查 12-15", nil},
		"a building":                       {"查 12号楼", nil},
		"a floor":                          {"查 12 栋", nil},
		"money":                            {"评价 12元 满意", nil},
		"no number at all":                 {"确认一下", nil},
		"a staff word alone in the group":  {"确认", mods{as(grid.GridWorker)}},
		"a staff word alone among staff":   {"确认", mods{in(grid.StaffChat), as(grid.GridWorker)}},
		"a resident's staff word":          {"@小格 确认", nil},
		"a report with a staff word":       {"@小格 上报3号楼着火了", mods{as(grid.GridWorker)}},
		"mine in a group":                  {"我的", nil},
		"help in a group":                  {"帮助", nil},
		"remembering":                      {"记得关窗", mods{as(grid.GridWorker)}},
		"a reporter":                       {"记者来了", mods{as(grid.GridWorker)}},
		"a code in a group":                {"绑定 AB12CD", nil},
		"opening in the residents' group":  {"@小格 立案", mods{as(grid.GridWorker)}},
		"opening by a resident":            {"立案", mods{in(grid.PrivateChat)}},
		"opening what has a number":        {"立案", mods{in(grid.StaffChat), as(grid.GridWorker), card}},
		"opening asked about":              {"立案了吗", mods{in(grid.StaffChat), as(grid.GridWorker)}},
		"opening talked about among staff": {"立案 以后再说", mods{in(grid.StaffChat), as(grid.GridWorker)}},
		"an edit":                          {"确认 12", mods{edit}},
		"a question about a card":          {"办结了吗？", mods{card}},
		"a question with a number":         {"确认 12 了吗", nil},
		"satisfaction as a noun":           {"满意度调查", mods{card}},
		"a mark without being asked":       {"满意", mods{in(grid.PrivateChat)}},
		"a mark in a group":                {"满意", nil},
		"a resident quoting a resident":    {"确认", mods{quoting(grid.Quoted{Ticket: 7})}},
		"a question about satisfaction":    {"满意吗", mods{card}},
		"somebody else's name":             {"@小格子 我的", nil},
		"words after what stands alone":    {"我的快递呢", mods{in(grid.PrivateChat)}},
		"leave without days":               {"请假了", mods{in(grid.PrivateChat), as(grid.GridWorker)}},
		"a number that is too long":        {"查 13800000000", nil},
		"nought":                           {"查 0", nil},
		"a word that only contains a want": {"我想确认 12", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got, ok := Parse(said(c.text, c.mods...)); ok {
				t.Fatalf("Parse(%q) = %+v; want talk", c.text, got.Command)
			}
		})
	}
}

// TestAnyRenderingIsTheSameCommand draws a line of the table and writes it as
// people do: other widths, other spaces, # or 号, with or without the bot's name.
func TestAnyRenderingIsTheSameCommand(t *testing.T) {
	var lines []string
	for text := range table {
		lines = append(lines, text)
	}
	wide := strings.NewReplacer("0", "０", "1", "１", "2", "２", "3", "３", "4", "４", "5", "５", "6", "６", "7", "７", "8", "８", "9", "９")
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SampledFrom(lines).Draw(t, "line")
		word, rest, _ := strings.Cut(line, " ")
		no, rest, more := strings.Cut(rest, " ")
		no = rapid.SampledFrom([]string{"", "#", "＃", "# "}).Draw(t, "mark") + no + rapid.SampledFrom([]string{"", "号", " 号"}).Draw(t, "after")
		text := word + rapid.SampledFrom([]string{"", " ", "   ", "\u3000", "\n", "，", "：", "\u2005"}).Draw(t, "space") + no
		if more {
			text += rapid.SampledFrom([]string{" ", "  ", "\u3000", "，", "\n"}).Draw(t, "then") + rest
		}
		if rapid.Bool().Draw(t, "wide") {
			text = wide.Replace(text)
		}
		text = rapid.SampledFrom([]string{"", "@小格 ", "＠小格 ", "@小格", "小格，", "小格 ", "@小格\u2005", " ", "@小格\n"}).Draw(t, "call") + text
		if rapid.Bool().Draw(t, "end") {
			text += rapid.SampledFrom([]string{" ", "\n", " @小格"}).Draw(t, "tail")
		}
		got, ok := Parse(said(text, as(grid.GridWorker)))
		if !ok {
			t.Fatalf("%q is no command; want %+v", text, table[line])
		}
		want := table[line]
		got.Command.Text, want.Text = plain(got.Command.Text), plain(want.Text)
		if !reflect.DeepEqual(*got.Command, want) {
			t.Fatalf("%q = %+v; want %+v", text, *got.Command, want)
		}
	})
}

func TestRandomChatterIsNoCommand(t *testing.T) {
	pieces := []string{"今天", "确认", "办结", "我的", "12", "份", "早上好", "满意", "团购", "@老王", "吃饭", "？", "，", " ", "3栋", "元", "查", "水果", "哈哈", "小格"}
	rapid.Check(t, func(t *rapid.T) {
		// Whatever is drawn, the text begins with ordinary words.
		text := rapid.SampledFrom([]string{"今天", "大家", "老王", "团购", "我家"}).Draw(t, "first") +
			strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 8).Draw(t, "then"), "")
		if got, ok := Parse(said(text)); ok {
			t.Fatalf("Parse(%q) = %+v; want talk", text, got.Command)
		}
		amount := rapid.SampledFrom([]string{"份", "斤", "个", "件", "元", "箱", "点", "栋", "人", "天", "kg", "%"}).Draw(t, "measure")
		word := rapid.SampledFrom(words).Draw(t, "word")
		if word.form == bare || word.form == worded {
			text = word.text + rapid.StringMatching(`[1-9][0-9]{0,2}`).Draw(t, "n") + amount
			if got, ok := Parse(said(text)); ok {
				t.Fatalf("Parse(%q) = %+v; want talk", text, got.Command)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for text := range table {
		f.Add(text, uint8(0))
	}
	f.Add("记 1. a 2. b", uint8(7))
	f.Add("@小格 绑定 ＡＢ１２", uint8(2))
	f.Fuzz(func(t *testing.T, text string, mode uint8) {
		m, s := said(text, in([]grid.ChatKind{grid.GroupChat, grid.StaffChat, grid.PrivateChat}[mode%3]))
		if mode&4 != 0 {
			s.Role = grid.GridWorker
		}
		if mode&8 != 0 {
			s.Quoted = &grid.Quoted{Post: true, Ticket: 5}
		}
		got, ok := Parse(m, s)
		if !ok {
			return
		}
		c := got.Command
		if c == nil || c.Want == "" || c.Ticket < 0 || c.Days < 0 || c.Days > 365 || c.Quoted && c.Ticket == 0 {
			t.Fatalf("Parse(%q) = %+v", text, c)
		}
	})
}
