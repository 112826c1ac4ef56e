package days

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"youshi/grid"
)

// rawLine is a line as written. null and a missing field are the same.
type rawLine struct {
	ID      string  `json:"id"`
	Group   string  `json:"group"`
	Time    string  `json:"time"`
	Sender  string  `json:"sender"`
	Role    string  `json:"role"`
	Kind    string  `json:"kind"`
	Text    *string `json:"text"`
	ReplyTo string  `json:"reply_to"`
	Recall  string  `json:"recall"`
	Edit    string  `json:"edit"`

	Intent    string `json:"intent"`
	Category  string `json:"category"`
	Urgency   string `json:"urgency"`
	Topic     string `json:"topic"`
	Location  string `json:"location"`
	Sensitive bool   `json:"sensitive"`
	SameAs    string `json:"same_as"`
	PartOf    string `json:"part_of"`
}

// kinds are the kinds of message that a record may name. What a group also
// holds and youshi has no word for is heard as other.
var kinds = map[string]grid.MessageKind{
	"text": grid.TextMessage, "image": grid.ImageMessage, "voice": grid.VoiceMessage, "location": grid.LocationMessage,
	"file": grid.FileMessage, "edit": grid.EditMessage, "recall": grid.RecallMessage, "join": grid.JoinMessage,
	"other": grid.OtherMessage, "video": grid.OtherMessage, "sticker": grid.OtherMessage, "link": grid.OtherMessage,
	"card": grid.OtherMessage, "red_packet": grid.OtherMessage, "system": grid.OtherMessage,
}

// line checks what every line of a day must have. Place and group are the reader's.
func (r rawLine) line() (Line, error) {
	l := Line{
		ID: grid.MessageID(r.ID), Sender: strings.TrimSpace(r.Sender), Role: grid.Role(r.Role),
		ReplyTo: grid.MessageID(r.ReplyTo), Recall: grid.MessageID(r.Recall), Edit: grid.MessageID(r.Edit),
	}
	if r.Text != nil {
		l.Text = *r.Text
	}
	var err error
	if l.Labels, err = r.labels(); err != nil {
		return l, err
	}
	switch {
	case l.ID == "":
		return l, errors.New("no id")
	case r.Time == "":
		return l, errors.New("no time")
	case l.Sender == "":
		return l, errors.New("no sender")
	case l.Recall != "" && l.Edit != "":
		return l, errors.New("both recall and edit")
	}
	if l.Time, err = instant(r.Time); err != nil {
		return l, err
	}
	if l.Role == "" {
		l.Role = grid.Resident
	}
	if !l.Role.Valid() {
		return l, unknown("role", l.Role, grid.Roles())
	}
	l.Kind, err = r.kind()
	return l, err
}

// kind gives what the message is made of; a line that takes back or replaces
// another is of that kind whatever else it says.
func (r rawLine) kind() (grid.MessageKind, error) {
	switch {
	case r.Recall != "":
		return grid.RecallMessage, nil
	case r.Edit != "":
		return grid.EditMessage, nil
	case r.Kind == "":
		return grid.TextMessage, nil
	}
	k, ok := kinds[r.Kind]
	switch {
	case !ok:
		return "", unknown("kind", r.Kind, []string{"text", "image", "voice", "location", "file", "video", "sticker", "link", "join", "other"})
	case k == grid.RecallMessage:
		return "", errors.New("kind is recall, but no recall says which message")
	case k == grid.EditMessage:
		return "", errors.New("kind is edit, but no edit says which message")
	}
	return k, nil
}

func (r rawLine) labels() (Labels, error) {
	l := Labels{
		Intent: grid.Kind(r.Intent), Category: grid.Category(r.Category), Urgency: grid.Urgency(r.Urgency), Topic: grid.Topic(r.Topic),
		Location: strings.TrimSpace(r.Location), Sensitive: r.Sensitive, SameAs: grid.MessageID(r.SameAs), PartOf: grid.MessageID(r.PartOf),
	}
	if err := allowed("intent", l.Intent, grid.Kinds()); err != nil {
		return l, err
	}
	if err := allowed("category", l.Category, grid.Categories()); err != nil {
		return l, err
	}
	if err := allowed("urgency", l.Urgency, grid.Urgencies()); err != nil {
		return l, err
	}
	if err := allowed("topic", l.Topic, grid.Topics()); err != nil {
		return l, err
	}
	if !l.Labelled() && l != (Labels{}) {
		return l, errors.New("labels without an intent")
	}
	return l, nil
}

func allowed[T ~string](field string, value T, all []T) error {
	if value == "" || slices.Contains(all, value) {
		return nil
	}
	return unknown(field, value, all)
}

func unknown[T ~string](field string, value T, all []T) error {
	words := make([]string, len(all))
	for i, w := range all {
		words[i] = string(w)
	}
	return fmt.Errorf("%s is %q, must be one of %s", field, value, strings.Join(words, ", "))
}
