package webchat

import (
	"context"
	"time"

	"youshi/grid"
)

// Book is what the web chat reads and keeps in the store; app implements it on
// storage.Store. Chats are named as the API names them: "d01" (a group),
// "staff:d01", "private:<name>"; people by their account, which is their name.
// Errors for the caller are grid.Errors: NotFound, Forbidden, Conflict, Invalid.
type Book interface {
	// Enter gives the chat when who may speak in it. In demo a chat and a person
	// not yet known come to be; in serve an unknown group is NotFound, and a
	// staff chat is Forbidden to who is not staff of its area.
	Enter(ctx context.Context, who, chat string) (grid.Chat, error)
	// Rooms lists the chats that who may read: groups, staff chats, and the
	// private chat last.
	Rooms(ctx context.Context, who string) ([]Room, error)
	// Lines gives at most n lines of a chat that who may read, oldest first, and
	// the cursor of the page before them ("" at the beginning). Before is such a
	// cursor; "" asks for the latest.
	Lines(ctx context.Context, who, chat, before string, n int) (lines []Line, next string, err error)
	// Said gives at most n posts in web chats with Seq > since, in that order:
	// those that who may read, or all when who is "".
	Said(ctx context.Context, who string, since grid.Seq, n int) ([]Post, error)

	// Message gives who said a line heard on the web chat, and where; NotFound.
	Message(ctx context.Context, id grid.MessageID) (Origin, error)
	// Post gives a post of the bot in a web chat; NotFound, also while unsaid.
	Post(ctx context.Context, id grid.MessageID) (Post, error)
	// Pressed notes that who pressed the button of a post, for showing it again.
	Pressed(ctx context.Context, post grid.MessageID, who, button string) error

	// People lists everybody the web chat knows, in order of becoming known.
	People(ctx context.Context) ([]Person, error)
	// Appoint gives a person a role in place of any earlier one. Demo only.
	Appoint(ctx context.Context, p Person) error

	// Account gives the name that signed up with the key (a token's sha256 in
	// hex); NotFound.
	Account(ctx context.Context, key string) (string, error)
	// SignUp keeps key and name durably. Conflict when somebody has the name.
	SignUp(ctx context.Context, key, name string) error
	// SignIn keeps the key for whom a one-time code was made, and spends the code.
	// The name is needed where the code names nobody; the account's name is given.
	// NotFound: the code is good for nothing. Conflict: somebody has the name.
	SignIn(ctx context.Context, key, name, code string) (string, error)
	// SignOut forgets the key; none of that name: no error.
	SignOut(ctx context.Context, key string) error
	// Person gives one account as /api/people tells it; NotFound.
	Person(ctx context.Context, name string) (Person, error)
}

// Origin is where a line came from.
type Origin struct {
	Chat     string // as the API names it
	From     string
	Recalled bool
}

// Room is a chat in somebody's list.
type Room struct {
	ID   string        `json:"id"`
	Kind grid.ChatKind `json:"kind"`
	Name string        `json:"name"`
	Area string        `json:"area,omitempty"` // "" for a private chat
	Last *Line         `json:"last,omitempty"`
	// Tail names the latest lines, oldest first, so that a page can count what
	// came after the one it read last.
	Tail []grid.MessageID `json:"tail"`
}

// Line is something in a chat: a message heard or a post of the bot.
type Line struct {
	ID      grid.MessageID `json:"id"`
	At      time.Time      `json:"at"`
	From    string         `json:"from"` // a name; the bot's own for a post
	Role    grid.Role      `json:"role,omitempty"`
	Bot     bool           `json:"bot,omitempty"`
	Kind    string         `json:"kind"` // grid.MessageKind, or grid.PostKind of a post
	Text    string         `json:"text"` // "" when taken back
	Media   []grid.MediaID `json:"media,omitempty"`
	ReplyTo grid.MessageID `json:"reply_to,omitempty"`
	Quote   *Quote         `json:"quote,omitempty"`
	Ticket  grid.TicketNo  `json:"ticket,omitempty"`

	Edited   bool      `json:"edited,omitempty"`
	Recalled bool      `json:"recalled,omitempty"`
	Buttons  []string  `json:"buttons,omitempty"`
	Pressed  []Pressed `json:"pressed,omitempty"`
	Replaced bool      `json:"replaced,omitempty"` // a later post took this card's place
}

// Quote is what a line answers, as far as it may be shown.
type Quote struct {
	From string `json:"from"`
	Text string `json:"text"`
}

// Pressed is a button somebody pressed.
type Pressed struct {
	By     string `json:"by"`
	Button string `json:"button"`
}

// Post is a post of the bot as /api/said tells it.
type Post struct {
	Seq     grid.Seq        `json:"seq"`
	ID      grid.MessageID  `json:"id"`
	At      time.Time       `json:"at"`
	To      string          `json:"to"` // "group:<id>", "staff:<id>", "private:<name>"
	Kind    grid.PostKind   `json:"kind"`
	Ticket  *grid.TicketNo  `json:"ticket"`
	Text    string          `json:"text"`
	ReplyTo *grid.MessageID `json:"reply_to"`
	Buttons []string        `json:"buttons"`
}

// Person is somebody as /api/people tells it.
type Person struct {
	Name  string    `json:"name"`
	Role  grid.Role `json:"role"`
	Group string    `json:"group"` // the area served; "" for a resident
}
