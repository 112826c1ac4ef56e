package handlers

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// How often somebody may try codes: nobody shall find one by trying.
const (
	codeTries  = 5
	codePause  = time.Hour
	notesTries = "bind" // the scope of storage.Notes: a person -> tries
)

// tries are the wrong codes somebody said lately.
type tries struct {
	Wrong int       `json:"wrong"`
	Since time.Time `json:"since"`
}

// bind is 绑定 CODE: in private it gives a role or joins an account with somebody
// known; in a group it binds the group. Whatever else is said in a group was seen by
// all, and is void.
func (t *turn) bind(c grid.Command) error {
	in, open, err := storage.Invited(t.tx, grid.CodeKey(c.Text), t.now)
	switch {
	case err != nil:
		return err
	case t.chat.Kind != grid.PrivateChat:
		return t.bindAloud(in, open)
	case t.ev.Speaker.Weak || t.who.Weak():
		return t.decline("bind.weak")
	}
	seen, err := t.triesOf(t.who.ID)
	if err != nil {
		return err
	}
	if seen.Wrong >= codeTries {
		return t.bindSays("bind.wait", card{Due: t.local(seen.Since.Add(codePause))})
	}
	if !open {
		if err := t.tryWrong(seen); err != nil {
			return err
		}
		return t.bindSays("bind.wrong", card{Count: codeTries - seen.Wrong - 1})
	}
	if in.Chat != "" {
		return t.decline("bind.group_code")
	}
	joined := in.Person != "" && in.Person != t.who.ID
	who, err := Accept(t.tx, t.who, t.ev.Speaker.Identity, in, t.now)
	if grid.CodeOf(err) == grid.Conflict {
		return t.bindSays("bind.wrong", card{Count: codeTries - seen.Wrong})
	} else if err != nil {
		return err
	}
	t.who = who
	if err := t.Sweep(t.tx, t.now); err != nil { // what nobody had may find who it waited for
		return err
	}
	if joined { // the private chat is that person's now
		if t.chat, err = t.tx.Roster().Chat(grid.ChatID("private:" + string(t.who.ID))); err != nil {
			return fmt.Errorf("looking up the chat of %s: %w", t.who.ID, err)
		}
	}
	if err := t.sweep(); err != nil { // a vacant office may be held again
		return err
	}
	if in.Role == grid.Resident {
		return t.bindSays("bind.joined", card{})
	}
	return t.bindSays("bind.done", card{Role: in.Role, Place: string(in.Area)})
}

func (t *turn) bindSays(sentence string, c card) error {
	c.Who, c.Bot = t.who.Name, t.Bot
	return t.answer(grid.PostAnswer, sentence, c)
}

// bindAloud is a code that was said where others read it.
func (t *turn) bindAloud(in grid.Invitation, open bool) error {
	if !open {
		return t.decline("bind.private")
	}
	if err := storage.Uninvite(t.tx, in.Key); err != nil {
		return err
	}
	if in.Bound == t.chat.ID { // hearing bound the group already
		if in.Chat == grid.StaffChat {
			return t.bindSays("bind.staff_group", card{Place: string(in.Area)})
		}
		return t.bindSays("bind.group", card{Place: string(in.Area)})
	}
	if err := storage.Appoint(t.tx, storage.Appointment{At: t.now, Did: "burnt", Role: in.Role, Area: in.Area, Person: in.Person, Chat: t.chat.ID}); err != nil {
		return err
	}
	if in.Chat != "" {
		return t.bindSays("bind.group_already", card{Place: string(t.area.ID)})
	}
	return t.decline("bind.burnt")
}

// triesOf gives the wrong codes of somebody that still count.
func (t *turn) triesOf(p grid.PersonID) (seen tries, err error) {
	raw, err := t.tx.Notes().Get(notesTries, string(p))
	if err != nil || raw == nil {
		return seen, err
	}
	if err := json.Unmarshal(raw, &seen); err != nil {
		return seen, fmt.Errorf("reading how often a code was tried: %w", err)
	}
	if !t.now.Before(seen.Since.Add(codePause)) {
		return tries{}, nil
	}
	return seen, nil
}

// tryWrong counts a wrong code. The pause is counted from the last of them.
func (t *turn) tryWrong(seen tries) error {
	raw, err := json.Marshal(tries{Wrong: seen.Wrong + 1, Since: t.now})
	if err != nil {
		return fmt.Errorf("counting a wrong code: %w", err)
	}
	return t.tx.Notes().Put(notesTries, string(t.who.ID), raw)
}

// Accept gives whoever has the account what an invitation promises, and spends its
// code: a role, or the place of somebody known. who is the account's present person,
// or the zero Person of an account that nobody has; the person afterwards is returned.
// Conflict: the one invited is not there any more.
func Accept(tx storage.Tx, who grid.Person, account grid.Identity, in grid.Invitation, now time.Time) (grid.Person, error) {
	line := storage.Appointment{At: now, Did: "bound", Role: in.Role, Area: in.Area, Channel: account.Channel}
	if in.Person != "" && in.Person != who.ID && !slices.Contains(who.Former, in.Person) {
		to, err := invited(tx, in.Person)
		if err != nil {
			return who, err
		}
		line.Did, line.Was = "joined", who.ID
		if who, err = storage.Join(tx, account, to); err != nil {
			return who, err
		}
	}
	if in.Name != "" {
		who.Name = in.Name
	}
	if in.Role != grid.Resident && !held(who, in, now) {
		who.Offices = append(who.Offices, grid.Office{Role: in.Role, Area: in.Area, Since: now, Invited: true})
	}
	var err error
	if who, err = tx.Roster().PutPerson(who); err != nil {
		return who, fmt.Errorf("writing down a role: %w", err)
	}
	line.Person = who.ID
	return who, errors.Join(storage.Uninvite(tx, in.Key), storage.Appoint(tx, line))
}

// invited gives the person that a code was made for, or whom that person became.
func invited(tx storage.Tx, id grid.PersonID) (grid.Person, error) {
	for {
		p, err := tx.Roster().Person(id)
		switch {
		case errors.Is(err, storage.ErrNotFound):
			return p, &grid.Error{Code: grid.Conflict, Say: "whom the code was made for is not known any more"}
		case err != nil || p.Into == "":
			return p, err
		}
		id = p.Into
	}
}

// held reports whether somebody holds already what an invitation gives.
func held(p grid.Person, in grid.Invitation, now time.Time) bool {
	for _, o := range p.Offices {
		if o.Role == in.Role && o.Area == in.Area && o.Held(now) {
			return true
		}
	}
	return false
}
