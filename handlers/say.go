package handlers

import (
	"fmt"

	"youshi/grid"
)

// post writes a post into the outbox: o with the sentence of that name. It is
// the one gate: of a private matter nothing passes into a group, and into a
// staff chat only what lets staff act.
func (t *turn) post(o grid.Outgoing, sentence string, c card) error {
	kind, err := t.kindOf(o.To)
	if err != nil {
		return err
	}
	switch {
	case c.Private && kind == grid.GroupChat:
		return nil
	case c.Private && kind == grid.PrivateChat && o.To != t.chat.ID: // who asks in it now is answered
		if weak, err := t.weak(o.To); err != nil || weak {
			return err
		}
	case c.Private && kind == grid.StaffChat:
		c = c.discreet()
	}
	change := redact
	if kind == grid.GroupChat {
		change = aloud
	}
	if o.Text, err = t.Voice.Say(sentence, c.in(change)); err != nil {
		return err
	}
	o.Text = redact(o.Text)
	if kind == grid.GroupChat && o.Class == grid.ClassNotice {
		held, err := t.heldUntil(o.Ticket)
		if err != nil {
			return err
		}
		if held.After(o.NotBefore) {
			o.NotBefore = held
		}
	}
	if o.Class != grid.ClassEmergency && o.NotBefore.Before(t.together) {
		o.NotBefore = t.together
	}
	o.Written, o.State = t.now, grid.Waiting
	if _, err = t.tx.Outbox().Put(o); err != nil {
		return fmt.Errorf("writing the post %s to %s: %w", sentence, o.To, err)
	}
	return nil
}

// answer answers whoever asked, where it was asked; about a private matter asked
// after in a group in private, and not at all where that is impossible.
func (t *turn) answer(kind grid.PostKind, sentence string, c card) error {
	return t.answerWith(grid.Outgoing{Kind: kind}, sentence, c)
}

// answerWith is answer with the buttons of o. Where the card that was pressed shows
// it, nothing is said.
func (t *turn) answerWith(o grid.Outgoing, sentence string, c card) error {
	if shown, err := t.shownOnCard(c.No); err != nil || shown && o.Kind == grid.PostAnswer {
		return err
	}
	o.To, o.Class, o.Ticket, o.ReplyTo = t.chat.ID, grid.ClassAnswer, c.No, t.msg.ID
	if c.Private && t.chat.Kind == grid.GroupChat {
		o.ReplyTo = ""
		_, err := t.tellPerson(t.who.ID, o, sentence, c)
		return err
	}
	return t.post(o, sentence, c)
}

// done tells whoever asked that a step was taken.
func (t *turn) done(tk grid.Ticket, sentence, text string) error {
	c, err := t.cardWith(tk, text)
	if err != nil {
		return err
	}
	return t.answer(grid.PostAnswer, sentence, c)
}

// refusals name the sentence for each code of a polite no. A want may have one
// of its own: "refuse.incomplete.reject".
var refusals = map[grid.Code]string{
	grid.Forbidden: "refuse.not_yours",
	grid.Conflict:  "refuse.not_now",
	grid.Invalid:   "refuse.incomplete",
	grid.NotFound:  "refuse.nobody",
}

// refuse says one short polite no about a ticket.
func (t *turn) refuse(tk grid.Ticket, code grid.Code, want grid.Want) error {
	c, err := t.card(tk)
	if err != nil {
		return err
	}
	sentence := refusals[code]
	if own := sentence + "." + string(want); t.Voice.Has(own) {
		sentence = own
	}
	return t.answer(grid.PostRefusal, sentence, c)
}

// decline says one short polite no about no ticket.
func (t *turn) decline(sentence string) error {
	return t.answer(grid.PostRefusal, sentence, card{Who: t.who.Name, Bot: t.Bot})
}

// classOf gives the class of what is said about a ticket unasked: who may be lying
// behind a door does not wait for the morning.
func classOf(tk grid.Ticket, otherwise grid.Class) grid.Class {
	if tk.Urgency == grid.Emergency || tk.Elder && chainOf(tk) != nil {
		return grid.ClassEmergency
	}
	return otherwise
}

// weak reports whether nothing vouches for the person of a private chat: the
// name it is found by may be somebody else's by now.
func (t *turn) weak(to grid.ChatID) (bool, error) {
	c, err := t.tx.Roster().Chat(to)
	if err != nil {
		return false, fmt.Errorf("looking up chat %s: %w", to, err)
	}
	p, err := t.tx.Roster().Person(c.Person)
	if err != nil {
		return false, fmt.Errorf("looking up whose chat %s is: %w", to, err)
	}
	return p.Weak(), nil
}
