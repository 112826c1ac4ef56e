package grid

import "slices"

// Kind is what a message is for (意图): exactly one.
type Kind string

// The kinds of message.
const (
	Report     Kind = "report"     // 诉求
	Suggestion Kind = "suggestion" // 建议
	Wish       Kind = "wish"       // 微心愿
	Inquiry    Kind = "inquiry"    // 咨询
	FollowUp   Kind = "followup"   // 跟进
	Praise     Kind = "praise"     // 表扬
	Order      Kind = "command"    // 指令
	Chatter    Kind = "chatter"    // 闲聊
)

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{Report, Suggestion, Wish, Inquiry, FollowUp, Praise, Order, Chatter}
}

// Actionable reports whether somebody has to do something: such a message opens
// a ticket or joins one.
func (k Kind) Actionable() bool { return k == Report || k == Suggestion || k == Wish }

// Category says who can deal with a matter (分类).
type Category string

// The three categories.
const (
	Immediate Category = "immediate" // 即办件: the grid or the property company alone, in about a day
	Pending   Category = "pending"   // 待办件: within the community's power, with coordination
	Escalate  Category = "escalate"  // 上报件: beyond the community's power
)

// Categories lists the three.
func Categories() []Category { return []Category{Immediate, Pending, Escalate} }

// Urgency says how soon (紧急程度).
type Urgency string

// The urgencies.
const (
	Emergency Urgency = "emergency" // 突发: life or serious injury within hours
	Urgent    Urgency = "urgent"    // 紧急: today, or harm grows
	Normal    Urgency = "normal"    // 普通
)

// Urgencies lists the three.
func Urgencies() []Urgency { return []Urgency{Emergency, Urgent, Normal} }

// Topic says what a matter is about (主题).
type Topic string

// Topics lists the topics with which recorded days are labelled, in the order of
// their labels.
func Topics() []Topic {
	return []Topic{"facilities", "water_power_gas", "sanitation", "property", "parking_traffic", "noise", "neighbour",
		"pets", "security_fire", "illegal_building", "elderly_children", "health_welfare", "jobs_education", "greening",
		"elevator", "culture", "other"}
}

// Valid reports whether t is one of Topics.
func (t Topic) Valid() bool { return slices.Contains(Topics(), t) }

// Intent is what a message means, as far as somebody could tell. It acts on
// nothing: handlers decide, with authority from the Roster.
type Intent struct {
	Kind      Kind     `json:"kind"`
	Category  Category `json:"category,omitempty"`
	Urgency   Urgency  `json:"urgency,omitempty"`
	Topic     Topic    `json:"topic,omitempty"`
	Location  string   `json:"location,omitempty"` // the place as written
	Sensitive bool     `json:"sensitive,omitempty"`
	Summary   string   `json:"summary,omitempty"` // one line for a card

	// Danger names the danger suspected ("gas", "fire", "missing" …, see the
	// rules); Shared says that a second step agreed, which makes it an emergency.
	Danger string `json:"danger,omitempty"`
	Shared bool   `json:"shared,omitempty"`
	// Elder is an elderly neighbour not seen (独居老人失联): urgent, with a chain of its own.
	Elder bool `json:"elder,omitempty"`

	Command *Command `json:"command,omitempty"` // for Kind Order, when it is one that youshi knows
	// Otherwise is what the message means if the Command turns out to be none:
	// a resident's staff word in a group without the bot's name ("确认 12 份"
	// in a group buy). The handler takes it when no open matter of the grid has
	// that number. It carries the Link of its own reading.
	Otherwise *Intent `json:"otherwise,omitempty"`

	// Items is what each of Command.Items means, where it records several matters.
	Items []Intent `json:"items,omitempty"`

	By         string  `json:"by"`               // the step that said it: rule, local, llm
	Prompt     string  `json:"prompt,omitempty"` // the numbered prompt that understood it
	Confidence float64 `json:"confidence"`       // 0..1: how often such answers are right
	// Unread says why a model that should have read the message did not answer
	// (timeout, busy, resting, invalid, refused …): the local answer stands.
	Unread string `json:"unread,omitempty"`

	Link Link `json:"link,omitzero"` // what the Linker says

	// Kinds and Topics are how likely the local model finds each of them, for
	// the Linker; they are not kept.
	Kinds  Shares `json:"-"`
	Topics Shares `json:"-"`
	// Else is the local model's answer on the other side of the line between
	// what somebody must act on and all else, for the Linker's word; it is not kept.
	Else *Intent `json:"-"`
	// Doubt is how likely the Linker finds that it takes the message for the wrong
	// thing, 0 to 1, for a step that may be asked; it is not kept.
	Doubt float64 `json:"-"`
}

// Shares says how likely each of some labels is, 0 to 1. It is shared, and not
// to be changed.
type Shares struct {
	Labels []string
	P      []float64 // by label
}

// Of gives the share of a label; 0 for one that is not there.
func (s Shares) Of(label string) float64 {
	if i := slices.Index(s.Labels, label); i >= 0 {
		return s.P[i]
	}
	return 0
}

// Link says to which matter a message belongs.
type Link struct {
	Ticket TicketNo  `json:"ticket,omitempty"`  // 0: to none that is open
	PartOf MessageID `json:"part_of,omitempty"` // the first message of a report that this one goes on with, ticket or not
	// Earlier are messages of the same person that this one explains (a picture
	// sent before the words) and that belong to no ticket yet, oldest first.
	Earlier []MessageID `json:"earlier,omitempty"`
	MeToo   bool        `json:"me_too,omitempty"` // the sender has the same trouble: 附议
	Over    bool        `json:"over,omitempty"`   // says that the trouble is over ("来水了")
	Why     string      `json:"why,omitempty"`    // part, quote, me_too, same_place …: for the record
}
