package grid

import "time"

// EventKind says what was heard.
type EventKind string

// The kinds of event. EventTimer is the clock's: a timer that fell due goes the
// same road as what people say, so the two cannot pass each other in a lane.
const (
	EventMessage EventKind = "message"
	EventEdit    EventKind = "edit"
	EventRecall  EventKind = "recall"
	EventPress   EventKind = "press"
	EventJoin    EventKind = "join"
	EventMedia   EventKind = "media" // files of a message heard before: Message holds its ID and Media
	EventRead    EventKind = "read"  // a machine has read a voice or picture heard before: Message holds its ID
	EventMoved   EventKind = "moved" // a chat has another native id from now on: Moved
	EventTimer   EventKind = "timer"
)

// EventKey deduplicates events by the platform's own ids as received, before
// any alias.
type EventKey struct {
	Channel  ChannelID `json:"channel"`
	Chat     string    `json:"chat"`               // the platform's chat id
	Message  string    `json:"message"`            // the platform's message id
	Revision string    `json:"revision,omitempty"` // the time of an edit, the id of a press or service event
}

// Event is something heard by a channel, or a timer that fell due.
//
// A channel fills Key, Kind, Native, Speaker, and Message, Of or Press; hearing
// (bot.Ear) fills Chat, From and Lane; the store fills Seq; the lane fills At
// and, after thinking, Intent.
type Event struct {
	Seq  Seq       `json:"seq,omitempty"`
	Key  EventKey  `json:"key"`
	Kind EventKind `json:"kind"`
	Lane LaneID    `json:"lane,omitempty"`

	Native  Chat     `json:"native,omitzero"` // Channel and Native set by the channel; resolved by hearing
	Speaker Speaker  `json:"speaker,omitzero"`
	Chat    ChatID   `json:"chat,omitempty"`
	From    PersonID `json:"from,omitempty"`

	// Message is the line heard: for a message itself, for an edit or a recall
	// the line that says so (its Of names the message meant). Its text lives in
	// the store's Messages; in the inbox only ids remain.
	Message Message `json:"message,omitzero"`
	Press   *Press  `json:"press,omitempty"`
	Moved   string  `json:"moved,omitempty"` // the chat's native id from now on; Native holds the old one
	Timer   *Timer  `json:"timer,omitempty"`

	At     time.Time `json:"at,omitzero"`     // when the lane took it
	Intent Intent    `json:"-"`               // what thinking said; never stored with the event
	Tries  int       `json:"tries,omitempty"` // how often acting on it failed
}

// Speaker is who spoke, as the platform tells it.
type Speaker struct {
	Identity
	Name string `json:"name,omitempty"` // the display name of the moment; never an authority
}

// Press is a button pressed under a post of the bot.
type Press struct {
	Post   MessageID `json:"post"`
	Button string    `json:"button"` // its label
}
