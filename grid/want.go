package grid

import "time"

// Want is what somebody wants of a ticket or of the bot. A want is one file in
// handlers and, where it moves a ticket, lines of the life cycle (life.go).
type Want string

// Wants that people give as commands; intents reads them from the Chinese words.
const (
	WantConfirm    Want = "confirm"    // 确认
	WantReject     Want = "reject"     // 驳回
	WantReclassify Want = "reclassify" // 改类
	WantAssign     Want = "assign"     // 派单
	WantAccept     Want = "accept"     // 签收
	WantPass       Want = "pass"       // 转办
	WantWait       Want = "wait"       // 待补充
	WantExtend     Want = "extend"     // 延期
	WantGrant      Want = "grant"      // 同意
	WantProgress   Want = "progress"   // 进展
	WantResolve    Want = "resolve"    // 办结
	WantMerge      Want = "merge"      // 并案
	WantSplit      Want = "split"      // 拆分
	WantEscalate   Want = "escalate"   // 上报
	WantWhistle    Want = "whistle"    // 吹哨
	WantReportIn   Want = "report_in"  // 报到
	WantRate       Want = "rate"       // 评价
	WantMeToo      Want = "me_too"     // 附议
	WantWatch      Want = "watch"      // 盯
	WantWithdraw   Want = "withdraw"   // 撤回
	WantRework     Want = "rework"     // 整改

	WantLook    Want = "look"    // 查
	WantMine    Want = "mine"    // 我的
	WantTodo    Want = "todo"    // 待办
	WantOverdue Want = "overdue" // 超期
	WantNumbers Want = "numbers" // 本周小结 …
	WantExport  Want = "export"  // 导出
	WantBind    Want = "bind"    // 绑定
	WantHelp    Want = "help"    // 帮助
	WantAbsent  Want = "absent"  // 请假
	WantBack    Want = "back"    // 销假
	WantPublish Want = "publish" // 公示
	WantRecord  Want = "record"  // 记
)

// Wants of the house and of plain talk: nobody types these words.
const (
	WantOpen     Want = "open"      // a message opened the ticket
	WantLink     Want = "link"      // a message joined it
	WantResume   Want = "resume"    // the reporter answered: the clock runs again
	WantPoll     Want = "poll"      // the judging starts
	WantClose    Want = "close"     // the judging ended well
	WantObject   Want = "object"    // the reporter objects after closing
	WantLate     Want = "late"      // a deadline passed and one level up was told
	WantSilent   Want = "silent"    // units that were called did not report in
	WantTakeBack Want = "take_back" // 撤回 by staff: the whistle or the escalation is withdrawn
	WantNote     Want = "note"      // something is noted (an edit, a recall) and changes nothing
)

// Mark is a resident's judgement (评价).
type Mark string

// The marks.
const (
	Satisfied   Mark = "satisfied"   // 满意
	Partly      Mark = "partly"      // 基本满意
	Unsatisfied Mark = "unsatisfied" // 不满意
)

// Period names the time of a question for numbers.
type Period string

// The periods people ask for.
const (
	ThisWeek  Period = "this_week"  // 本周小结
	LastWeek  Period = "last_week"  // 上周小结
	ThisMonth Period = "this_month" // 本月小结
)

// Command is a text understood as a want with its arguments. It carries no
// authority: the handler looks the speaker up in the Roster.
type Command struct {
	Want   Want     `json:"want"`
	Ticket TicketNo `json:"ticket,omitempty"` // 0: none was named
	Other  TicketNo `json:"other,omitempty"`  // merge: the one that goes
	// Quoted says that the number came from the quoted card, not from the words.
	Quoted   bool     `json:"quoted,omitempty"`
	Who      string   `json:"who,omitempty"`   // assign, pass: a name as written, without @
	Units    []string `json:"units,omitempty"` // whistle: names as written
	Category Category `json:"category,omitempty"`
	Urgency  Urgency  `json:"urgency,omitempty"`
	Topic    Topic    `json:"topic,omitempty"`
	Mark     Mark     `json:"mark,omitempty"`
	Period   Period   `json:"period,omitempty"`
	Days     int      `json:"days,omitempty"`    // extend, absent: clock days
	Text     string   `json:"text,omitempty"`    // the reason, result, question, code …
	Items    []string `json:"items,omitempty"`   // record: one matter each
	Tellers  []string `json:"tellers,omitempty"` // record: who told each item, "" where no name is given
}

// Teller gives who told the item of a record, "" where no name is given.
func (c Command) Teller(item int) string {
	if item >= len(c.Tellers) {
		return ""
	}
	return c.Tellers[item]
}

// Outcome says what a message heard ended as; every one has exactly one.
type Outcome string

// The outcomes. The empty one means: not yet taken from the inbox.
const (
	OutTicket  Outcome = "ticket"
	OutLinked  Outcome = "linked"
	OutInquiry Outcome = "inquiry"
	OutCommand Outcome = "command"
	OutPrivate Outcome = "private"
	OutChatter Outcome = "chatter"
	OutError   Outcome = "error"
)

// Outcomes lists every outcome.
func Outcomes() []Outcome {
	return []Outcome{OutTicket, OutLinked, OutInquiry, OutCommand, OutPrivate, OutChatter, OutError}
}

// Deadline is when a step must have ended, and why it is then.
type Deadline struct {
	Step    string    `json:"step"` // confirm, accept, resolve, poll
	From    time.Time `json:"from"`
	Due     time.Time `json:"due"`
	Span    Span      `json:"span,omitzero"` // the clock's length: reminders come at parts of it
	Because string    `json:"because"`
}
