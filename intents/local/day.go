package local

import (
	"slices"
	"time"

	"youshi/grid"
)

// Heard is a message of a recorded day with what it is known to mean.
type Heard struct {
	grid.Message           // with From, Kind, Text, Sent, ReplyTo
	Role         grid.Role // of the speaker
	Gold         grid.Intent
	Matter       grid.MessageID // the first message of the matter it is of; its own id or "" where it is the first
}

// Example is a message in its scene with what it is known to mean.
type Example struct {
	Message grid.Message
	Scene   grid.Scene
	Gold    grid.Intent // Kind, Category, Urgency, Topic, Sensitive
	Careful bool        // labelled with the most care: the bars are chosen by these, where there are any
	Group   string      // examples of one group (a day) are learnt or held back together; "": a group of its own
	Weight  float64     // how many ordinary examples it counts for; 0 means 1
}

// Scenes gives the messages of one chat, in the order of sending, as a lane
// would have met them, had every message been understood as understand says.
// For training that is the truth with some of it forgotten, for measuring the
// model's own answers: what the program holds of the messages before is never
// all right, and a model must live with it.
func Scenes(heard []Heard, bot string, understand func(i int, e Example) grid.Intent) []Example {
	w := walk{scene: grid.Scene{Bot: bot}}
	out := make([]Example, len(heard))
	for i, h := range heard {
		s := w.scene
		s.Now, s.Role = h.Sent, h.Role
		s.Recent = s.Recent[max(0, len(s.Recent)-recent):len(s.Recent):len(s.Recent)]
		s.Open = slices.Clip(s.Open)
		s.Quoted = w.quoted(h.ReplyTo)
		out[i] = Example{Message: h.Message, Scene: s, Gold: h.Gold}
		w.take(h.Message, understand(i, out[i]))
	}
	return out
}

// recent bounds what a scene remembers of the talk, as a lane does.
const recent = 160

// walk keeps the scene of a day.
type walk struct {
	scene grid.Scene
}

func (w *walk) quoted(id grid.MessageID) *grid.Quoted {
	for i := len(w.scene.Recent) - 1; i >= 0 && id != ""; i-- {
		if r := w.scene.Recent[i]; r.ID == id {
			return &grid.Quoted{ID: id, Text: r.Text, From: r.From, Ticket: r.Ticket}
		}
	}
	return nil
}

// take remembers m as understood. To which matter it belongs is guessed simply:
// the quoted one, the sender's own of just now, else for a follow-up the one
// last spoken of. That is enough for a model that only looks whether there is one.
func (w *walk) take(m grid.Message, in grid.Intent) {
	m.Intent = in
	var own, last grid.TicketNo
	for _, r := range slices.Backward(w.scene.Recent) {
		if r.Ticket == 0 || m.Sent.Sub(r.Sent) > 2*time.Hour {
			continue
		}
		if last == 0 {
			last = r.Ticket
		}
		if own == 0 && r.From == m.From && m.Sent.Sub(r.Sent) <= 3*time.Minute {
			own = r.Ticket
		}
	}
	quoted := grid.TicketNo(0)
	if q := w.quoted(m.ReplyTo); q != nil {
		quoted = q.Ticket
	}
	switch {
	case in.Kind.Actionable() && own != 0:
		m.Ticket = own
	case in.Kind.Actionable():
		m.Ticket = grid.TicketNo(len(w.scene.Open) + 1)
		w.scene.Open = append(w.scene.Open, grid.Matter{
			Ticket:      grid.Ticket{No: m.Ticket, Kind: in.Kind, Topic: in.Topic, Status: grid.Proposed, Heard: m.Sent},
			SummaryText: m.Text,
		})
	case in.Kind == grid.FollowUp && quoted != 0:
		m.Ticket = quoted
	case in.Kind == grid.FollowUp:
		m.Ticket = last
	}
	w.scene.Recent = append(w.scene.Recent, m)
}
