package intents

import (
	"strings"

	"youshi/grid"
)

// form is what follows the word of a want.
type form uint8

const (
	bare   form = iota // a number and nothing else
	worded             // a number and words, which may be missing
	alone              // the word alone, without a number
	free               // words without a number
)

// word is a line of the table of wants: how a want is written in chat.
type word struct {
	text  string
	want  grid.Want
	form  form
	staff bool // a staff word: from a resident in a group it may be ordinary talk
}

// words says which words ask for which want, longer words before their own beginnings.
// After the words of the table stand a few that staff use for them by habit.
var words = []word{
	{"待补充", grid.WantWait, worded, true},
	{"确认", grid.WantConfirm, worded, true},
	{"驳回", grid.WantReject, worded, true},
	{"改类", grid.WantReclassify, worded, true},
	{"派单", grid.WantAssign, worded, true},
	{"签收", grid.WantAccept, bare, true},
	{"转办", grid.WantPass, worded, true},
	{"延期", grid.WantExtend, worded, true},
	{"同意", grid.WantGrant, bare, true},
	{"进展", grid.WantProgress, worded, true},
	{"办结", grid.WantResolve, worded, true},
	{"并案", grid.WantMerge, worded, true},
	{"拆分", grid.WantSplit, bare, true},
	{"上报", grid.WantEscalate, worded, true},
	{"吹哨", grid.WantWhistle, worded, true},
	{"报到", grid.WantReportIn, bare, true},
	{"整改", grid.WantRework, worded, true},
	{"公示", grid.WantPublish, worded, true},
	{"评价", grid.WantRate, worded, false},
	{"附议", grid.WantMeToo, bare, false},
	{"盯", grid.WantWatch, bare, false},
	{"查", grid.WantLook, bare, false},
	{"撤回", grid.WantWithdraw, worded, false},

	{"我的", grid.WantMine, alone, false},
	{"待办", grid.WantTodo, alone, false},
	{"超期", grid.WantOverdue, alone, false},
	{"帮助", grid.WantHelp, alone, false},
	{"/help", grid.WantHelp, alone, false},
	{"/start", grid.WantHelp, alone, false},
	{"本周小结", grid.WantNumbers, alone, true},
	{"上周小结", grid.WantNumbers, alone, true},
	{"本月小结", grid.WantNumbers, alone, true},
	{"导出", grid.WantExport, alone, true},
	{"销假", grid.WantBack, alone, true},
	{"是，立案", grid.WantOpen, alone, true}, // as the button under a suspicion says it
	{"是,立案", grid.WantOpen, alone, true},
	{"立案", grid.WantOpen, alone, true},
	{"请假", grid.WantAbsent, free, true},
	{"绑定", grid.WantBind, free, false},
	{"记", grid.WantRecord, free, true},

	{"退回", grid.WantReject, worded, true},
	{"合并", grid.WantMerge, worded, true},
	{"改派", grid.WantAssign, worded, true},
	{"转派", grid.WantAssign, worded, true},
}

// wordOf finds the want that text begins with.
func wordOf(text string) (w word, rest string, ok bool) {
	for _, w := range words {
		if rest, ok := strings.CutPrefix(text, w.text); ok {
			return w, rest, true
		}
	}
	return word{}, text, false
}

// isStaffWant reports whether a want is written with a staff word.
func isStaffWant(want grid.Want) bool {
	for _, w := range words {
		if w.want == want {
			return w.staff
		}
	}
	return false
}

// doubtful reports whether a command may yet be ordinary talk: a staff word
// from somebody who is no staff, in a group.
func doubtful(c grid.Command, s grid.Scene) bool {
	return inGroup(s) && isStaffWant(c.Want) && !s.Role.Staff()
}

// inGroup reports whether all residents read the chat.
func inGroup(s grid.Scene) bool {
	return s.Chat.Kind != grid.StaffChat && s.Chat.Kind != grid.PrivateChat
}

// classes are the words that 改类 understands.
var classes = []struct {
	text     string
	category grid.Category
	urgency  grid.Urgency
	topic    grid.Topic
}{
	{"即办件", grid.Immediate, "", ""}, {"即办", grid.Immediate, "", ""},
	{"待办件", grid.Pending, "", ""}, {"待办", grid.Pending, "", ""},
	{"上报件", grid.Escalate, "", ""}, {"上报", grid.Escalate, "", ""},
	{"突发", "", grid.Emergency, ""}, {"特急", "", grid.Emergency, ""},
	{"紧急", "", grid.Urgent, ""}, {"普通", "", grid.Normal, ""}, {"一般", "", grid.Normal, ""},
	{"公共设施", "", "", "facilities"}, {"设施", "", "", "facilities"},
	{"水电气暖", "", "", "water_power_gas"}, {"水电气", "", "", "water_power_gas"},
	{"环境卫生", "", "", "sanitation"}, {"卫生", "", "", "sanitation"},
	{"物业管理", "", "", "property"}, {"物业", "", "", "property"},
	{"停车交通", "", "", "parking_traffic"}, {"停车", "", "", "parking_traffic"}, {"交通", "", "", "parking_traffic"},
	{"噪音扰民", "", "", "noise"}, {"噪音", "", "", "noise"},
	{"邻里纠纷", "", "", "neighbour"}, {"邻里", "", "", "neighbour"},
	{"养犬宠物", "", "", "pets"}, {"宠物", "", "", "pets"}, {"养犬", "", "", "pets"},
	{"治安消防", "", "", "security_fire"}, {"治安", "", "", "security_fire"}, {"消防", "", "", "security_fire"},
	{"违建占道", "", "", "illegal_building"}, {"违建", "", "", "illegal_building"},
	{"一老一小", "", "", "elderly_children"},
	{"医保社保民政", "", "", "health_welfare"}, {"民政", "", "", "health_welfare"},
	{"就业教育", "", "", "jobs_education"}, {"教育", "", "", "jobs_education"}, {"就业", "", "", "jobs_education"},
	{"绿化", "", "", "greening"}, {"电梯", "", "", "elevator"},
	{"文体活动", "", "", "culture"}, {"文体", "", "", "culture"},
	{"其他", "", "", "other"},
}

// marks are the words of a judgement, longer words before their own ends.
var marks = []struct {
	text string
	mark grid.Mark
}{
	{"不满意", grid.Unsatisfied}, {"不太满意", grid.Unsatisfied}, {"很不满意", grid.Unsatisfied}, {"非常不满意", grid.Unsatisfied},
	{"基本满意", grid.Partly}, {"比较满意", grid.Partly},
	{"非常满意", grid.Satisfied}, {"很满意", grid.Satisfied}, {"满意", grid.Satisfied},
}
