package grid

import "time"

// Class says how a post is treated on its way out: order is kept within a
// destination and class, and only what the class allows holds a post back.
type Class string

// The classes, in the order in which they pass each other.
const (
	ClassEmergency Class = "emergency" // day and night, before all others
	ClassAnswer    Class = "answer"    // answers to commands and refusals: at any hour, outside the budget
	ClassFirst     Class = "first"     // first answers to reports: outside the budget, at 07:00 when it is night
	ClassNotice    Class = "notice"    // everything else: budget, quiet hours, digest
)

// Classes lists the classes in the order in which they pass each other.
func Classes() []Class { return []Class{ClassEmergency, ClassAnswer, ClassFirst, ClassNotice} }

// PostKind says what a post is for.
type PostKind string

// The kinds of post.
const (
	PostAck        PostKind = "ack"        // first answer to a report
	PostAsk        PostKind = "ask"        // the one question
	PostConfirm    PostKind = "confirm"    // the card for the grid worker
	PostReminder   PostKind = "reminder"   // to who must act
	PostEscalation PostKind = "escalation" // one level up is told
	PostResult     PostKind = "result"     // what came of it
	PostPoll       PostKind = "poll"       // are you satisfied?
	PostDigest     PostKind = "digest"     // what did not fit the budget
	PostSummary    PostKind = "summary"    // the secretary's numbers
	PostAnswer     PostKind = "answer"     // to a command or a question
	PostRefusal    PostKind = "refusal"    // a polite no
)

// PostState says where a post is on its way.
type PostState string

// The states of a post. Unclear (the attempt was written, the answer never
// came) is never blindly repeated.
const (
	Waiting  PostState = "waiting" // to be said, not before NotBefore
	Trying   PostState = "trying"  // an attempt was written down
	Sent     PostState = "sent"
	Unclear  PostState = "unclear"
	PutAside PostState = "aside"   // the operator must look; Reason says why
	Dropped  PostState = "dropped" // taken back before it was said, or no longer of use
)

// Outgoing is a post of the bot on its way out.
type Outgoing struct {
	Seq      Seq       `json:"seq"` // order of writing
	ID       MessageID `json:"id"`  // ours, stable: usable in reply_to and to press
	To       ChatID    `json:"to"`
	Class    Class     `json:"class"`
	Kind     PostKind  `json:"kind"`
	Ticket   TicketNo  `json:"ticket,omitempty"`
	For      PersonID  `json:"for,omitempty"` // reminders, polls: whom it is for; reminders to one person are gathered
	Text     string    `json:"text"`
	ReplyTo  MessageID `json:"reply_to,omitempty"`
	Buttons  []Button  `json:"buttons,omitempty"`
	Replaces MessageID `json:"replaces,omitempty"` // a living card: edit this earlier post where the channel can

	Written   time.Time   `json:"written"`
	NotBefore time.Time   `json:"not_before,omitzero"`
	Until     time.Time   `json:"until,omitzero"` // no longer of use after this
	State     PostState   `json:"state"`
	Attempts  int         `json:"attempts,omitempty"`
	Reason    string      `json:"reason,omitempty"`
	SentAt    time.Time   `json:"sent_at,omitzero"`
	SentSeq   Seq         `json:"sent_seq,omitempty"` // order of saying; /api/said counts by it
	SentAs    []MessageID `json:"sent_as,omitempty"`  // the platform's ids of it
}

// Button is a choice under a card. Pressing it is the Command, by the presser.
type Button struct {
	Label   string  `json:"label"`
	Command Command `json:"command"`
}

// TimerKind says what a timer is for. One file in handlers answers each.
type TimerKind string

// The kinds of timer.
const (
	TimerStep    TimerKind = "step"    // the ticket's present deadline: reminders before, overdue at, daily after
	TimerPoll    TimerKind = "poll"    // the judging: one reminder, then its end
	TimerSummary TimerKind = "summary" // the weekly numbers
	TimerKeep    TimerKind = "keep"    // once a day: what is old enough is forgotten
	TimerUnseen  TimerKind = "unseen"  // an old neighbour not seen: the next of the chain is told
	TimerWhistle TimerKind = "whistle" // units that must report in: reminded, and named when they do not
	TimerRead    TimerKind = "read"    // a voice or picture that no machine could read is tried again
	TimerRoster  TimerKind = "roster"  // a term or a leave ends: whose matters need somebody else
)

// Timer is a time at which something is to be looked at. It names what it is
// for and no more: what is to be done is read from the ticket when it fires.
type Timer struct {
	ID     TimerID   `json:"id"`
	Lane   LaneID    `json:"lane"`
	Due    time.Time `json:"due"`
	Kind   TimerKind `json:"kind"`
	Ticket TicketNo  `json:"ticket,omitempty"`
	Area   AreaID    `json:"area,omitempty"`
	Slot   int       `json:"slot,omitempty"` // which of a series: percent of a clock, day after
}

// Job is work that is long or needs a model: app runs it outside of every
// transaction and says the result in a second one. Jobs survive a kill.
type Job struct {
	Seq     Seq       `json:"seq"`
	Kind    string    `json:"kind"`               // "numbers", "export", "read"
	Chat    ChatID    `json:"chat"`               // where the answer goes
	ReplyTo MessageID `json:"reply_to,omitempty"` // of "read": the message whose voice or picture is to be read
	By      PersonID  `json:"by,omitempty"`
	Area    AreaID    `json:"area,omitempty"`
	Period  Period    `json:"period,omitempty"`
	At      time.Time `json:"at"` // when it was asked: numbers are as of then
	Tries   int       `json:"tries,omitempty"`
}
