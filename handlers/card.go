package handlers

import (
	"errors"
	"time"

	"youshi/grid"
)

// card is what the sentences of prompts/say are filled with.
type card struct {
	No         grid.TicketNo
	Into       grid.TicketNo // the other of two that were merged
	Private    bool
	Elder      bool
	Category   grid.Category
	Urgency    grid.Urgency
	Topic      grid.Topic
	Danger     string
	Status     grid.Status
	Level      grid.Level
	Round      int
	Place      string
	Summary    string
	Unsaid     bool // the words were taken back
	Step       string
	Due        time.Time     // as the site's clocks show it
	Late       time.Duration // how long past Due, 0 when it is not
	Assignee   string
	Who        string // whoever the sentence speaks of or to
	Bot        string
	Text       string    // words given with a command
	Said       string    // a resident's words, quoted
	Role       grid.Role // that a code gives
	Days       int
	Count      int // of a list, all of it
	Want       grid.Want
	Mark       grid.Mark
	Supporters int
	Households int
	Told       []grid.Level // who has been told of an emergency
	Lines      []string     // numbers of help that fit, by the names of prompts/say ("helpline.violence")
	From       string       // who had the matter before
	Lead       string       // of a joint matter
	Names      []string     // people or units named together
	By         time.Time    // by when they must report in
	Pictures   int          // how many the matter has
	Offer      []offered    // who is proposed to be sent
	Hands      []offered    // what everybody has to do
	List       []card
	Shown      shown // published
}

// card fills a card from a ticket.
func (t *turn) card(tk grid.Ticket) (card, error) {
	c := card{No: tk.No, Into: tk.Into, Private: tk.Private, Elder: tk.Elder, Category: tk.Category, Urgency: tk.Urgency,
		Topic: tk.Topic, Danger: tk.Danger, Status: tk.Status, Level: tk.Level, Round: tk.Round, Bot: t.Bot,
		Who: t.who.Name, Supporters: len(tk.Supporters)}
	var err1, err2, err3 error
	c.Place, err1 = t.words(tk.Location)
	c.Summary, err2 = t.words(tk.Summary)
	c.Assignee, err3 = t.name(tk.Assignee)
	c.Unsaid = tk.Summary != "" && c.Summary == ""
	if tk.Due != nil {
		c.Step, c.Due = tk.Due.Step, t.local(tk.Due.Due)
		c.Late = max(0, t.now.Sub(tk.Due.Due))
	}
	return c, errors.Join(err1, err2, err3)
}

// cardWith is a card with the words given for a step.
func (t *turn) cardWith(tk grid.Ticket, text string) (card, error) {
	c, err := t.card(tk)
	c.Text = text
	return c, err
}

// quoting is a card for staff with a resident's words, which of a private matter
// stand on the board alone.
func (t *turn) quoting(tk grid.Ticket, said string) (card, error) {
	c, err := t.card(tk)
	if !tk.Private {
		c.Said = said
	}
	return c, err
}

// discreet leaves of a private matter what lets staff act: where somebody is in
// danger the place, otherwise nothing that tells what it is about.
func (c card) discreet() card {
	c.Summary, c.Said = "", ""
	if !c.Elder && c.Urgency != grid.Emergency {
		c.Place = ""
	}
	return c
}

func button(label string, w grid.Want, no grid.TicketNo) grid.Button {
	return grid.Button{Label: label, Command: grid.Command{Want: w, Ticket: no}}
}
