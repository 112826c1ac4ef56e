// Package days keeps recorded days (记录日): a group's messages of a day, one a
// line, with labels where somebody has read them. It reads them, says in one
// shape what the program made of them (Result), and scores that against the
// labels (Score).
package days

import (
	"time"

	"youshi/grid"
)

// Line is one message of a recorded day.
type Line struct {
	File string // where it was read
	No   int    // its line there, from 1

	ID      grid.MessageID // unique among all lines read together
	Group   string         // the chat it was said in; the file's name without ending where the line says none
	Time    time.Time
	Sender  string    // the name, which is the identity in a replay
	Role    grid.Role // resident where the line says none
	Kind    grid.MessageKind
	Text    string
	ReplyTo grid.MessageID // may name a message from before the day
	Recall  grid.MessageID // an earlier line of the group that is taken back
	Edit    grid.MessageID // an earlier line of the group whose text this one replaces

	Labels
}

// Labels are what a reader found a message to be. A field is empty where the
// labelling rules have nothing to say.
type Labels struct {
	Intent    grid.Kind // empty: nobody has labelled this message
	Category  grid.Category
	Urgency   grid.Urgency
	Topic     grid.Topic
	Location  string
	Sensitive bool
	SameAs    grid.MessageID // an earlier message that raised the same matter
	PartOf    grid.MessageID // the first message of one person's report in several
}

// Labelled reports whether somebody has read the message.
func (l Labels) Labelled() bool { return l.Intent != "" }

// Example is a single message without a day around it. It serves training alone.
type Example struct {
	File string
	No   int
	Role grid.Role        // empty: unknown
	Kind grid.MessageKind // empty: unknown
	Text string
	Labels
}
