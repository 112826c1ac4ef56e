package local

import (
	"slices"

	"youshi/grid"
)

// Lane hears the messages of one chat and keeps the scene as the program would:
// what was said before, and which matters are open. It leaves out what handlers
// do beyond that.
type Lane struct {
	scene grid.Scene
}

// NewLane begins a day. bot is the bot's name.
func NewLane(bot string) *Lane {
	return &Lane{grid.Scene{Bot: bot, Chat: grid.Chat{Kind: grid.GroupChat}}}
}

// Scene gives the scene of h, which is said next.
func (l *Lane) Scene(h Heard) grid.Scene {
	s := l.scene
	s.Now, s.Role = h.Sent, h.Role
	s.Recent = slices.Clone(s.Recent[max(0, len(s.Recent)-recent):])
	s.Open = slices.Clone(s.Open)
	for _, r := range slices.Backward(s.Recent) {
		if h.ReplyTo != "" && r.ID == h.ReplyTo {
			s.Quoted = &grid.Quoted{ID: r.ID, Text: r.Text, From: r.From, Ticket: r.Ticket}
			break
		}
	}
	return s
}

// Take remembers h as understood and gives the matter it went to; 0: none.
func (l *Lane) Take(h Heard, in grid.Intent) grid.TicketNo {
	m := h.Message
	m.Intent, m.Name = in, string(m.From)
	no := in.Link.Ticket
	switch {
	case no != 0 && in.Kind != grid.Order:
		l.join(no, m, in)
	case in.Kind.Actionable():
		no = l.open(m, in)
	default:
		no = 0
	}
	m.Ticket = no
	l.scene.Recent = append(l.scene.Recent, m)
	return no
}

func (l *Lane) join(no grid.TicketNo, m grid.Message, in grid.Intent) {
	for i := range l.scene.Open {
		x := &l.scene.Open[i]
		if x.No != no {
			continue
		}
		x.Messages = append(slices.Clip(x.Messages), m.ID)
		x.Private = x.Private || in.Sensitive
		if in.Danger != "" && in.Shared && !in.Elder {
			x.Urgency, x.Category = grid.Emergency, grid.Escalate
		}
		if x.Reporter == m.From && x.LocationText == "" {
			x.LocationText = in.Location
		}
		l.claim(no, in.Link.Earlier)
	}
}

func (l *Lane) open(m grid.Message, in grid.Intent) grid.TicketNo {
	no := grid.TicketNo(len(l.scene.Open) + 1)
	urgency := in.Urgency
	if urgency == "" {
		urgency = grid.Normal
	}
	l.scene.Open = append(l.scene.Open, grid.Matter{
		Ticket: grid.Ticket{No: no, Kind: in.Kind, Topic: in.Topic, Category: in.Category, Urgency: urgency, Private: in.Sensitive, Elder: in.Elder,
			Status: grid.Proposed, Heard: m.Sent, Opened: m.Sent, Reporter: m.From, Messages: append(slices.Clone(in.Link.Earlier), m.ID)},
		SummaryText: in.Summary, LocationText: in.Location,
	})
	l.claim(no, in.Link.Earlier)
	return no
}

func (l *Lane) claim(no grid.TicketNo, ids []grid.MessageID) {
	for i := range l.scene.Recent {
		if x := &l.scene.Recent[i]; slices.Contains(ids, x.ID) && x.Ticket == 0 {
			x.Ticket = no
		}
	}
}
