package bot

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// How far a scene looks back.
const (
	sceneMessages = 160                 // messages of the lane
	sceneClosed   = 10 * 24 * time.Hour // matters closed so lately are still in it
	sceneHeard    = 40 * 24 * time.Hour // … if they were raised within this
)

// Look gives the message of an event and the scene it was said in, as of now.
// name is the bot's. A timer or a press has no message of its own: the message
// given is empty. The event's chat is where the scene is, whatever lane it is
// acted on in.
func Look(tx storage.Tx, ev grid.Event, now time.Time, name string) (grid.Message, grid.Scene, error) {
	l := looker{tx: tx, ev: ev, names: map[grid.PersonID]string{}, s: grid.Scene{Now: now, Bot: name}}
	for _, step := range []func() error{l.place, l.message, l.recent, l.matters, l.quoted, l.asked} {
		if err := step(); err != nil {
			return grid.Message{}, grid.Scene{}, fmt.Errorf("looking at event %d: %w", ev.Seq, err)
		}
	}
	return l.m, l.s, nil
}

// looker gathers one scene.
type looker struct {
	tx    storage.Tx
	ev    grid.Event
	who   grid.Person
	areas []grid.AreaID // whose matters are in the scene
	names map[grid.PersonID]string
	m     grid.Message
	s     grid.Scene
}

// found turns "not stored" into false.
func found(err error) (bool, error) {
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// place finds where it was said, by whom, and the areas whose matters count there.
func (l *looker) place() (err error) {
	r := l.tx.Roster()
	if l.s.Chat, err = r.Chat(l.ev.Chat); err != nil {
		if _, err = found(err); err != nil {
			return fmt.Errorf("reading the chat: %w", err)
		}
	}
	if l.who, err = r.Person(l.ev.From); err != nil {
		if _, err = found(err); err != nil {
			return fmt.Errorf("reading who spoke: %w", err)
		}
	}
	home := l.s.Chat.Area
	if l.s.Chat.Kind == grid.PrivateChat {
		if home = l.who.Home; home == "" && len(l.who.Offices) > 0 {
			home = l.who.Offices[0].Area
		}
	}
	if l.s.Area, err = r.Area(home); err != nil {
		if _, err = found(err); err != nil {
			return fmt.Errorf("reading the area: %w", err)
		}
	}
	if l.s.Role, err = storage.RoleIn(r, l.who, home, l.s.Now); err != nil {
		return fmt.Errorf("reading the role: %w", err)
	}
	return l.scope(home)
}

// scope fills the areas: a grid's chats see their grid, a higher staff chat all
// grids below, a private chat home and the areas of the person's offices.
func (l *looker) scope(home grid.AreaID) error {
	roots := []grid.AreaID{home}
	if l.s.Chat.Kind == grid.PrivateChat {
		for _, o := range l.who.Offices {
			roots = append(roots, o.Area)
		}
	}
	for _, root := range roots {
		if root == "" {
			continue
		}
		below := []grid.AreaID{root}
		if root != l.s.Area.ID || l.s.Area.Kind != grid.Grid {
			var err error
			if below, err = storage.Subtree(l.tx.Roster(), root); err != nil {
				return err
			}
		}
		for _, a := range below {
			if !slices.Contains(l.areas, a) {
				l.areas = append(l.areas, a)
			}
		}
	}
	return nil
}

// message reads the line heard, with the name of who spoke.
func (l *looker) message() error {
	if l.ev.Message.ID == "" {
		return nil
	}
	m, err := l.tx.Messages().Get(l.ev.Message.ID)
	if err != nil {
		return fmt.Errorf("reading message %s: %w", l.ev.Message.ID, err)
	}
	if m.ReplyTo == "" && m.Kind == grid.EditMessage { // an edit quotes what its message quoted
		if of, err := l.tx.Messages().Get(m.Of); err == nil {
			m.ReplyTo = of.ReplyTo
		} else if _, err := found(err); err != nil {
			return fmt.Errorf("reading the message edited: %w", err)
		}
	}
	l.m, err = l.named(m)
	return err
}

// recent reads what was said before in the chats of the lane.
func (l *looker) recent() error {
	lane := l.s.Chat.Lane(l.s.Area)
	chats, err := noted[grid.ChatID](l.tx, notesLanes, string(lane))
	if err != nil {
		return err
	}
	if !slices.Contains(chats, l.ev.Chat) {
		chats = append(chats, l.ev.Chat)
	}
	ms, err := l.tx.Messages().Recent(chats, l.ev.Message.ID, sceneMessages)
	if err != nil {
		return fmt.Errorf("reading what was said before: %w", err)
	}
	for i := range ms {
		if ms[i], err = l.named(ms[i]); err != nil {
			return err
		}
	}
	l.s.Recent = ms
	return nil
}

// named fills in who spoke.
func (l *looker) named(m grid.Message) (grid.Message, error) {
	name, known := l.names[m.From]
	if !known && m.From != "" {
		p, err := l.tx.Roster().Person(m.From)
		if _, err := found(err); err != nil {
			return m, fmt.Errorf("reading who said %s: %w", m.ID, err)
		}
		name = p.Name
		l.names[m.From] = name
	}
	m.Name = name
	return m, nil
}

// matters reads the tickets: open ones by number, then those closed lately.
func (l *looker) matters() error {
	var all []grid.Ticket
	for _, a := range l.areas {
		ts, err := l.tx.Tickets().Open(a)
		if err != nil {
			return fmt.Errorf("reading open tickets of %s: %w", a, err)
		}
		all = append(all, ts...)
	}
	slices.SortFunc(all, func(a, b grid.Ticket) int { return cmp.Compare(a.No, b.No) })
	if len(l.areas) > 0 { // no areas would mean all
		for t, err := range l.tx.Tickets().Heard(l.areas, l.s.Now.Add(-sceneHeard), l.s.Now.Add(time.Second)) {
			if err != nil {
				return fmt.Errorf("reading closed tickets: %w", err)
			}
			if t.Status == grid.Closed && l.s.Now.Sub(t.Closed) <= sceneClosed {
				all = append(all, t)
			}
		}
	}
	for _, t := range all {
		summary, err := l.tx.Words().Get(t.Summary)
		if err != nil {
			return fmt.Errorf("reading the summary of %d: %w", t.No, err)
		}
		location, err := l.tx.Words().Get(t.Location)
		if err != nil {
			return fmt.Errorf("reading the place of %d: %w", t.No, err)
		}
		l.s.Open = append(l.s.Open, grid.Matter{Ticket: t, SummaryText: summary, LocationText: location})
	}
	return nil
}

// quoted finds what is answered: a message, or a post of ours. A press answers
// the post of its button.
func (l *looker) quoted() error {
	id := l.m.ReplyTo
	if l.ev.Press != nil {
		id = l.ev.Press.Post
	}
	if id == "" {
		return nil
	}
	m, err := l.tx.Messages().Get(id)
	if ok, err := found(err); err != nil {
		return fmt.Errorf("reading the quoted message: %w", err)
	} else if ok {
		l.s.Quoted = &grid.Quoted{ID: m.ID, Text: m.Shown(), From: m.From, Ticket: m.Ticket}
		return nil
	}
	o, err := l.tx.Outbox().Get(id)
	if ok, err := found(err); err != nil {
		return fmt.Errorf("reading the quoted post: %w", err)
	} else if ok {
		l.s.Quoted = &grid.Quoted{ID: o.ID, Post: true, Text: o.Text, Ticket: o.Ticket}
	}
	return nil
}

// asked finds what the speaker owes an answer to: a judgement, or the one
// question, of the matters in the scene.
func (l *looker) asked() error {
	type question struct {
		no grid.TicketNo
		at time.Time
	}
	var said, qs []question
	for _, t := range l.s.Open {
		if t.Status == grid.Resolved && t.Poll != nil && slices.Contains(t.Poll.Asked, l.ev.From) {
			if a, answered := t.Poll.Of(l.ev.From); !l.s.Now.Before(t.Poll.Ends) {
			} else if answered { // may be changed, but what is still open comes after it
				said = append(said, question{t.No, a.At})
			} else {
				qs = append(qs, question{t.No, t.Poll.Began})
			}
			continue
		}
		if t.Status.Ended() || t.Reporter != l.ev.From || l.ev.From == "" {
			continue
		}
		at, err := l.openQuestion(t.Ticket)
		if err != nil {
			return err
		}
		if !at.IsZero() {
			qs = append(qs, question{t.No, at})
		}
	}
	byTime := func(a, b question) int { return a.at.Compare(b.at) }
	slices.SortStableFunc(said, byTime)
	slices.SortStableFunc(qs, byTime)
	for _, q := range append(said, qs...) {
		l.s.Asked = append(l.s.Asked, q.no)
	}
	return nil
}

// openQuestion gives when the reporter was last asked about the ticket without
// having said anything on it since; zero when no question is open.
func (l *looker) openQuestion(t grid.Ticket) (time.Time, error) {
	posts, err := l.tx.Outbox().Of(t.No)
	if err != nil {
		return time.Time{}, fmt.Errorf("reading the posts of %d: %w", t.No, err)
	}
	var at time.Time
	for _, o := range posts {
		if o.Kind == grid.PostAsk && o.State != grid.Dropped && o.State != grid.PutAside && (o.For == "" || o.For == t.Reporter) {
			at = o.Written
		}
	}
	if at.IsZero() {
		return at, nil
	}
	for _, id := range slices.Backward(t.Messages) {
		m, err := l.tx.Messages().Get(id)
		if ok, err := found(err); err != nil {
			return at, fmt.Errorf("reading message %s: %w", id, err)
		} else if ok && m.From == t.Reporter && m.Heard.After(at) {
			return time.Time{}, nil
		}
	}
	return at, nil
}
