package handlers

import (
	"errors"
	"fmt"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// card is what the sentences of prompts/say are filled with.
type card struct {
	No                     grid.TicketNo
	Into                   grid.TicketNo
	Private                bool
	Elder                  bool
	Category               grid.Category
	Urgency                grid.Urgency
	Topic                  grid.Topic
	Danger                 string
	Status                 grid.Status
	Level                  grid.Level
	Round                  int
	Place                  string
	Summary                string
	Step                   string
	Due                    time.Time
	Late                   time.Duration // how long past Due, 0 when it is not
	Assignee               string
	Who                    string // whoever the sentence speaks of
	Bot                    string
	Text                   string // words given with a command
	Days                   int
	Want                   grid.Want
	Mark                   grid.Mark
	Supporters, Households int
	List                   []card
}

// card fills a card from a ticket.
func (t *turn) card(tk grid.Ticket) (card, error) {
	c := card{No: tk.No, Into: tk.Into, Private: tk.Private, Elder: tk.Elder, Category: tk.Category, Urgency: tk.Urgency,
		Topic: tk.Topic, Danger: tk.Danger, Status: tk.Status, Level: tk.Level, Round: tk.Round, Bot: t.Bot,
		Supporters: len(tk.Supporters), Households: len(tk.Supporters) + 1}
	var err1, err2, err3 error
	c.Place, err1 = t.words(tk.Location)
	c.Summary, err2 = t.words(tk.Summary)
	c.Assignee, err3 = t.name(tk.Assignee)
	if tk.Due != nil {
		c.Step, c.Due = tk.Due.Step, tk.Due.Due.In(t.location())
		c.Late = max(0, t.now.Sub(tk.Due.Due))
	}
	return c, errors.Join(err1, err2, err3)
}

// cardWith is a card of tk with the words given for a step.
func (t *turn) cardWith(tk grid.Ticket, text string) (card, error) {
	c, err := t.card(tk)
	c.Text, c.Who = text, t.who.Name
	return c, err
}

func (t *turn) location() *time.Location { return t.Calendar.Add(t.now, grid.Span{}).Location() }

// post writes a post into the outbox: o with the sentence of that name.
func (t *turn) post(o grid.Outgoing, sentence string, c card) error {
	var err error
	if o.Text, err = t.Voice.Say(sentence, c); err != nil {
		return err
	}
	o.Written, o.State = t.now, grid.Waiting
	if _, err = t.tx.Outbox().Put(o); err != nil {
		return fmt.Errorf("writing the post %s to %s: %w", sentence, o.To, err)
	}
	return nil
}

// answer answers whoever asked, where it was asked; about a private matter in
// private alone, and not at all where that is impossible.
func (t *turn) answer(tk *grid.Ticket, kind grid.PostKind, sentence string, c card, buttons ...grid.Button) error {
	o := grid.Outgoing{To: t.chat.ID, Class: grid.ClassAnswer, Kind: kind, ReplyTo: t.msg.ID, Buttons: buttons}
	if tk != nil {
		o.Ticket = tk.No
		if tk.Private && t.chat.Kind == grid.GroupChat {
			to, ok, err := t.Reach(t.tx, t.who)
			if err != nil || !ok {
				return err
			}
			o.To, o.ReplyTo = to, ""
		}
	}
	return t.post(o, sentence, c)
}

// done tells whoever asked that a step was taken.
func (t *turn) done(tk grid.Ticket, sentence, text string) error {
	c, err := t.cardWith(tk, text)
	if err != nil {
		return err
	}
	return t.answer(&tk, grid.PostAnswer, sentence, c)
}

// refusals name the sentence for each code of a polite no.
var refusals = map[grid.Code]string{
	grid.Forbidden: "refuse.not_yours",
	grid.Conflict:  "refuse.not_now",
	grid.Invalid:   "refuse.incomplete",
	grid.NotFound:  "refuse.nobody",
}

// refuse says one short polite no.
func (t *turn) refuse(tk *grid.Ticket, sentence string, c card) error {
	if tk != nil {
		full, err := t.cardWith(*tk, c.Text)
		if err != nil {
			return err
		}
		full.Want = c.Want
		c = full
	}
	c.Who, c.Bot = t.who.Name, t.Bot
	return t.answer(tk, grid.PostRefusal, sentence, c)
}

// classOf gives the class of what is said about a ticket unasked.
func classOf(tk grid.Ticket, otherwise grid.Class) grid.Class {
	if tk.Urgency == grid.Emergency {
		return grid.ClassEmergency
	}
	return otherwise
}

// staffRooms are the chats in which the staff of a ticket's grid are told of it:
// the staff chat, else each grid worker in private, else (never for a private
// matter) the group. None: it waits on the board.
func (t *turn) staffRooms(tk grid.Ticket) ([]grid.ChatID, error) {
	staff := grid.ChatID("staff:" + string(tk.Area))
	if ok, err := t.hasChat(staff); ok || err != nil {
		return []grid.ChatID{staff}, err
	}
	workers, err := storage.Holders(t.tx.Roster(), grid.GridWorker, tk.Area, t.now)
	if err != nil {
		return nil, err
	}
	rooms, err := t.privately(workers)
	if err != nil || len(rooms) > 0 || tk.Private {
		return rooms, err
	}
	if c, err := t.tx.Roster().Chat(tk.Chat); err == nil && c.Kind == grid.GroupChat {
		return []grid.ChatID{tk.Chat}, nil
	}
	return nil, nil
}

func (t *turn) hasChat(id grid.ChatID) (bool, error) {
	_, err := t.tx.Roster().Chat(id)
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("looking up chat %s: %w", id, err)
	}
	return true, nil
}

// privately gives the private chats of those who can be reached alone.
func (t *turn) privately(people []grid.Person) ([]grid.ChatID, error) {
	var out []grid.ChatID
	for _, p := range people {
		to, ok, err := t.Reach(t.tx, p)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, to)
		}
	}
	return out, nil
}

// toldStaff tells the staff of the ticket's grid.
func (t *turn) tellStaff(tk grid.Ticket, o grid.Outgoing, sentence string, c card) error {
	rooms, err := t.staffRooms(tk)
	if err != nil {
		return err
	}
	o.Ticket = tk.No
	for _, to := range rooms {
		o.To = to
		if err := t.post(o, sentence, c); err != nil {
			return err
		}
	}
	return nil
}

// tellPerson tells one person in private, and does nothing where that is impossible.
func (t *turn) tellPerson(id grid.PersonID, o grid.Outgoing, sentence string, c card) (bool, error) {
	if id == "" {
		return false, nil
	}
	p, err := t.tx.Roster().Person(id)
	if err != nil {
		return false, fmt.Errorf("looking up person %s: %w", id, err)
	}
	to, ok, err := t.Reach(t.tx, p)
	if err != nil || !ok {
		return false, err
	}
	o.To, o.For = to, id
	return true, t.post(o, sentence, c)
}

// tellReporter tells the reporter how the matter goes on, in private alone.
func (t *turn) tellReporter(tk grid.Ticket, sentence string, text string) error {
	if tk.Reporter == t.who.ID {
		return nil
	}
	c, err := t.cardWith(tk, text)
	if err != nil {
		return err
	}
	_, err = t.tellPerson(tk.Reporter, grid.Outgoing{Class: grid.ClassNotice, Kind: grid.PostAnswer, Ticket: tk.No}, sentence, c)
	return err
}

func button(label string, w grid.Want, no grid.TicketNo) grid.Button {
	return grid.Button{Label: label, Command: grid.Command{Want: w, Ticket: no}}
}
