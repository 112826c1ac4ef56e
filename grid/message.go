package grid

import "time"

// MessageKind says what a message is made of.
type MessageKind string

// The kinds of message. Edit and recall lines are messages of the record too:
// each has its own outcome.
const (
	TextMessage     MessageKind = "text"
	ImageMessage    MessageKind = "image"
	VoiceMessage    MessageKind = "voice" // Text holds the platform's or the model's transcript, if any
	LocationMessage MessageKind = "location"
	FileMessage     MessageKind = "file"
	EditMessage     MessageKind = "edit"
	RecallMessage   MessageKind = "recall"
	JoinMessage     MessageKind = "join"
	OtherMessage    MessageKind = "other" // a kind that youshi does not know: heard and kept
)

// Message is a line heard and what became of it. Its text lives here and
// nowhere else.
type Message struct {
	ID      MessageID   `json:"id"`
	Chat    ChatID      `json:"chat,omitempty"`
	From    PersonID    `json:"from,omitempty"`
	Name    string      `json:"-"` // who spoke, filled in by whoever reads it for people
	Sent    time.Time   `json:"sent,omitzero"`
	Heard   time.Time   `json:"heard,omitzero"`
	Kind    MessageKind `json:"kind"`
	Text    string      `json:"text,omitempty"`
	Machine Machine     `json:"machine,omitempty"` // who made Text of a voice or picture; "": the speaker wrote it
	Media   []MediaID   `json:"media,omitempty"`
	ReplyTo MessageID   `json:"reply_to,omitempty"`
	Of      MessageID   `json:"of,omitempty"` // edit, recall: the message meant

	Edited   time.Time `json:"edited,omitzero"`
	Recalled time.Time `json:"recalled,omitzero"` // its text leaves every page, post and prompt at once
	Sealed   []string  `json:"sealed,omitempty"`  // earlier texts (edited, recalled): for the record alone

	Outcome Outcome  `json:"outcome,omitempty"`
	Reason  string   `json:"reason,omitempty"` // OutError: what went wrong, for the operator
	Ticket  TicketNo `json:"ticket,omitempty"`
	Intent  Intent   `json:"intent,omitzero"`
}

// Shown gives the text that a page, a post or a prompt may show.
func (m Message) Shown() string {
	if !m.Recalled.IsZero() {
		return ""
	}
	return m.Text
}

// Machine says how a machine came by a message's text (机器听写, 机器看图). Such
// words are never quoted as the speaker's own.
type Machine string

// The ways.
const (
	Heard Machine = "heard" // it wrote down a voice message
	Seen  Machine = "seen"  // it said what a picture shows
)

// Mark is what stands before such words wherever people read them; "" for words
// of a person.
func (m Machine) Mark() string {
	return map[Machine]string{Heard: "机器听写：", Seen: "机器看图："}[m]
}

// Told is Shown with the mark of who made the words: what a page or a post says.
func (m Message) Told() string {
	if text := m.Shown(); text != "" {
		return m.Machine.Mark() + text
	}
	return ""
}

// Scene is what a lane knows when it thinks about a message.
type Scene struct {
	Now    time.Time
	Bot    string     // the bot's name, as residents call it: "小格"
	Chat   Chat       // where it was said
	Area   Area       // the grid it was said in
	Role   Role       // the speaker's role in that area
	Recent []Message  // what was said before in this lane, oldest first, with outcomes and names
	Open   []Matter   // tickets of the lane that are not closed, merged or rejected, oldest first; then those closed in the last days
	Quoted *Quoted    // what the message quotes, if it is known
	Asked  []TicketNo // matters of which the bot has asked the speaker something that is still open (a missing place, a judgement), latest last; before them judgements that the speaker may still change
}

// Matter is a ticket with the words that are needed to recognise it.
type Matter struct {
	Ticket
	SummaryText  string
	LocationText string
}

// Quoted is the message or the bot's post that a message answers.
type Quoted struct {
	ID     MessageID
	Post   bool   // a post of the bot
	Text   string // "" when taken back
	From   PersonID
	Ticket TicketNo // 0: of no matter
}
