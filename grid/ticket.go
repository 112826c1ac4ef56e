package grid

import (
	"slices"
	"time"
)

// Status is where a matter stands in its life (状态).
type Status string

// The statuses.
const (
	Proposed Status = "proposed" // 待确认
	Open     Status = "open"     // 已立案
	Assigned Status = "assigned" // 已派单
	Working  Status = "working"  // 办理中
	Resolved Status = "resolved" // 待评价
	Closed   Status = "closed"   // 已办结
	OnHold   Status = "waiting"  // 待补充: the clock stops while somebody outside must answer
	Rejected Status = "rejected" // 不受理
	Merged   Status = "merged"   // 并案
)

// Statuses lists every status in the order of a matter's life.
func Statuses() []Status {
	return []Status{Proposed, Open, Assigned, Working, OnHold, Resolved, Closed, Rejected, Merged}
}

// Ended reports whether a matter of this status is no longer anybody's business.
func (s Status) Ended() bool { return s == Closed || s == Rejected || s == Merged }

// Reason is why a step was taken, where a code says it; words are in Entry.Why.
type Reason string

// The reasons.
const (
	ReasonWithdrawn   Reason = "withdrawn"   // by the reporter
	ReasonRecalled    Reason = "recalled"    // the reporter took the message back before anybody confirmed
	ReasonSkipped     Reason = "skipped"     // a step that somebody jumped over
	ReasonSatisfied   Reason = "satisfied"   // the reporter is content
	ReasonNoAnswer    Reason = "no_answer"   // nobody answered until the poll ended
	ReasonJudged      Reason = "judged"      // the answers sufficed
	ReasonUnsatisfied Reason = "unsatisfied" // the reporter's no
	ReasonLowScore    Reason = "low_score"   // the answers did not suffice
	ReasonObjection   Reason = "objection"   // within 10 days of closing
	ReasonDecided     Reason = "decided"     // the secretary's word after the last round
	ReasonEdited      Reason = "edited"      // the reporter changed the words
	ReasonAbsent      Reason = "absent"      // who had it is on leave
	ReasonBack        Reason = "back"        // who had it is back from leave
	ReasonGone        Reason = "gone"        // who had it holds no office there any more
	ReasonVacant      Reason = "vacant"      // nobody holds the office: the next level keeps it
	ReasonFilled      Reason = "filled"      // somebody holds the office again
	ReasonUnsigned    Reason = "unsigned"    // not accepted in time: the next holder is asked
	ReasonRefused     Reason = "refused"     // the level refused it
)

// Source says how a matter reached us.
type Source string

// The sources.
const (
	Online  Source = "online"
	Offline Source = "offline" // told to a worker at a doorstep or a meeting
)

// Ticket is a matter (事项) and its stages: the fold of its journal. It names
// people, messages and texts by id.
type Ticket struct {
	No      TicketNo `json:"no"`
	Area    AreaID   `json:"area"` // the grid
	Chat    ChatID   `json:"chat"` // where it was raised
	Kind    Kind     `json:"kind"`
	Source  Source   `json:"source"`
	Private bool     `json:"private,omitempty"` // sensitive: never a word of it in a group

	Category Category `json:"category"`
	Urgency  Urgency  `json:"urgency"`
	Topic    Topic    `json:"topic"`
	Danger   string   `json:"danger,omitempty"`
	Elder    bool     `json:"elder,omitempty"`
	Location TextID   `json:"location,omitempty"`
	Summary  TextID   `json:"summary,omitempty"`
	By       string   `json:"by,omitempty"`     // the step that understood it
	Prompt   string   `json:"prompt,omitempty"` // the numbered prompt, where a model did
	Unread   string   `json:"unread,omitempty"` // why a model that should have did not

	Status   Status   `json:"status"`
	Before   Status   `json:"before,omitempty"` // while waiting or merged: the status to go back to
	Level    Level    `json:"level"`
	Round    int      `json:"round,omitempty"`    // of rework (整改)
	Priority int      `json:"priority,omitempty"` // 0, 1, 2
	Reason   Reason   `json:"reason,omitempty"`   // of rejecting, withdrawing, closing
	Why      TextID   `json:"why,omitempty"`      // the same in somebody's words
	Into     TicketNo `json:"into,omitempty"`     // merged into

	Reporter   PersonID    `json:"reporter"`
	Supporters []PersonID  `json:"supporters,omitempty"`
	Watchers   []PersonID  `json:"watchers,omitempty"`
	Assignee   PersonID    `json:"assignee,omitempty"`
	Messages   []MessageID `json:"messages,omitempty"`
	Opening    MessageID   `json:"opening,omitempty"` // the one of them whose words opened it
	Extension  *Extension  `json:"extension,omitempty"`
	Poll       *Poll       `json:"poll,omitempty"` // of the present round
	Whistle    *Whistle    `json:"whistle,omitempty"`
	Due        *Deadline   `json:"due,omitempty"`    // of the present step; nil: no clock runs
	Kept       *Deadline   `json:"kept,omitempty"`   // while waiting: the deadline that stopped
	Late       *Deadline   `json:"late,omitempty"`   // the last one that passed and of which one level up was told
	Public     *Result     `json:"public,omitempty"` // what was published of the present round (公示)

	Heard     time.Time `json:"heard"` // when the first message was sent
	Opened    time.Time `json:"opened"`
	Confirmed time.Time `json:"confirmed,omitzero"`
	Assigned  time.Time `json:"assigned,omitzero"` // the last 派单
	Stopped   time.Time `json:"stopped,omitzero"`  // when waiting began
	Reworked  time.Time `json:"reworked,omitzero"` // when the present round of rework began
	Resolved  time.Time `json:"resolved,omitzero"` // of the present round
	Closed    time.Time `json:"closed,omitzero"`
	SolvedAt  Level     `json:"solved_at,omitempty"` // the level that resolved
	Steps     int       `json:"steps"`               // entries in its journal
}

// Extension is more time asked for (延期), once a matter.
type Extension struct {
	Days    int  `json:"days"`
	Granted bool `json:"granted,omitempty"`
}

// Result is what is published of a matter (公示), each part a text: what was done,
// on what basis, to what standard, and what came of it.
type Result struct {
	At       time.Time `json:"at"`
	Done     TextID    `json:"done"`     // 做法
	Basis    TextID    `json:"basis"`    // 依据
	Standard TextID    `json:"standard"` // 标准
	Outcome  TextID    `json:"outcome"`  // 结果
}

// Whole reports whether no part is missing.
func (r Result) Whole() bool {
	return r.Done != "" && r.Basis != "" && r.Standard != "" && r.Outcome != "" && !r.At.IsZero()
}

// Poll is a round of judging (评事).
type Poll struct {
	Began   time.Time  `json:"began"`
	Ends    time.Time  `json:"ends"`
	Asked   []PersonID `json:"asked"`
	Answers []Answer   `json:"answers,omitempty"` // one a person, the last one counts
}

// Answer is one person's judgement.
type Answer struct {
	Person PersonID  `json:"person"`
	Mark   Mark      `json:"mark"`
	At     time.Time `json:"at"`
	Why    TextID    `json:"why,omitempty"`
}

// Count gives how many answered with m.
func (p Poll) Count(m Mark) int {
	n := 0
	for _, a := range p.Answers {
		if a.Mark == m {
			n++
		}
	}
	return n
}

// Of gives the person's answer, and false when there is none.
func (p Poll) Of(who PersonID) (Answer, bool) {
	i := slices.IndexFunc(p.Answers, func(a Answer) bool { return a.Person == who })
	if i < 0 {
		return Answer{}, false
	}
	return p.Answers[i], true
}

// Failed reports whether the answers ask for rework: at least three, and under
// 60 % of them content or partly so.
func (p Poll) Failed() bool {
	n := len(p.Answers)
	return n >= 3 && 10*(p.Count(Satisfied)+p.Count(Partly)) < 6*n
}

// Refused reports whether the judging asks for rework: by the reporter's no, or
// by too low a score.
func (t Ticket) Refused() bool {
	if t.Poll == nil {
		return false
	}
	a, ok := t.Poll.Of(t.Reporter)
	return ok && a.Mark == Unsatisfied || t.Poll.Failed()
}

// StandingOf says what a person is to the ticket.
func (t Ticket) StandingOf(p PersonID) Standing {
	var s Standing
	if p == "" {
		return s
	}
	if t.Reporter == p {
		s |= StandsReporter
	}
	if slices.Contains(t.Supporters, p) {
		s |= StandsSupporter
	}
	if t.Assignee == p {
		s |= StandsAssignee
	} else if _, called := t.Whistle.Of(p); called {
		s |= StandsUnit
	}
	return s
}

// Lane is the lane in which the ticket is acted on.
func (t Ticket) Lane() LaneID { return GridLane(t.Area) }
