package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"youshi/app/print"
	"youshi/grid"
	"youshi/storage"
)

// Bounds of everything heard.
var (
	first = time.Unix(0, 0)
	last  = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// personData is what the store holds of one person.
type personData struct {
	Community grid.CommunityID `json:"community"`
	ID        grid.PersonID    `json:"id"`
	Name      string           `json:"name"`
	Offices   []grid.Office    `json:"offices"`
	Household string           `json:"household,omitempty"`
	Home      grid.AreaID      `json:"home,omitempty"`
	Accounts  []grid.Identity  `json:"accounts"`
	Reported  []grid.TicketNo  `json:"reported"`
	Supported []grid.TicketNo  `json:"supported"`
	Watched   []grid.TicketNo  `json:"watched"`
	Messages  []personLine     `json:"messages"`
	Words     []string         `json:"words"` // summaries, places and reasons of theirs
}

// personLine is a line that the person said.
type personLine struct {
	ID   grid.MessageID `json:"id"`
	At   time.Time      `json:"at"`
	Chat grid.ChatID    `json:"chat"`
	Text string         `json:"text"`
}

// personOf finds who is meant by an id or a name, and does something in that
// community's transaction.
func (d desk) personOf(ctx context.Context, ask Ask, do func(storage.Tx, grid.Person) error) error {
	type found struct {
		community grid.CommunityID
		person    grid.Person
	}
	var all []found
	err := d.each(ctx, ask, func(tx storage.Tx) error {
		people, err := tx.Roster().People()
		for _, p := range people {
			if string(p.ID) == ask.Person || p.Name == ask.Person && ask.Person != "" {
				all = append(all, found{tx.Community(), p})
			}
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case len(all) == 0:
		return &grid.Error{Code: grid.NotFound, Say: fmt.Sprintf("nobody is called %q", ask.Person)}
	case len(all) > 1:
		var ids []string
		for _, f := range all {
			ids = append(ids, fmt.Sprintf("%s (%s)", f.person.ID, f.community))
		}
		return &grid.Error{Code: grid.Invalid, Say: fmt.Sprintf("several people are called %q: name one by its id, %s", ask.Person, strings.Join(ids, ", "))}
	}
	run := d.store.View
	if ask.Command == "person erase" {
		run = d.store.Update
	}
	return run(ctx, all[0].community, func(tx storage.Tx) error {
		p, err := tx.Roster().Person(all[0].person.ID)
		if err != nil {
			return err
		}
		return do(tx, p)
	})
}

// gatherOf reads everything of a person; the texts are those kept by id.
func gatherOf(tx storage.Tx, p grid.Person) (data personData, texts []grid.TextID, err error) {
	data = personData{Community: tx.Community(), ID: p.ID, Name: p.Name, Offices: p.Offices, Household: p.Household, Home: p.Home, Accounts: p.Identities}
	for t, err := range tx.Tickets().All() {
		if err != nil {
			return data, nil, err
		}
		for _, x := range []struct {
			is bool
			to *[]grid.TicketNo
		}{{t.Reporter == p.ID, &data.Reported}, {slices.Contains(t.Supporters, p.ID), &data.Supported}, {slices.Contains(t.Watchers, p.ID), &data.Watched}} {
			if x.is {
				*x.to = append(*x.to, t.No)
			}
		}
		journal, err := tx.Journal().Of(t.No)
		if err != nil {
			return data, nil, err
		}
		for _, e := range journal {
			texts = append(texts, textsOf(e, t, p.ID)...)
		}
	}
	for m, err := range tx.Messages().Between(first, last) {
		if err != nil {
			return data, nil, err
		}
		if m.From == p.ID {
			data.Messages = append(data.Messages, personLine{m.ID, m.Sent, m.Chat, m.Shown()})
		}
	}
	slices.Sort(texts)
	texts = slices.Compact(texts)
	for _, id := range texts {
		s, err := tx.Words().Get(id)
		if err != nil {
			return data, nil, err
		}
		if s != "" {
			data.Words = append(data.Words, s)
		}
	}
	return data, texts, nil
}

// textsOf gives the texts in a step that are a person's own words: not what somebody
// wrote in an office, which is the office's.
func textsOf(e grid.Entry, t grid.Ticket, who grid.PersonID) (out []grid.TextID) {
	if t.Reporter == who {
		out = append(out, e.Set.Summary, e.Set.Location)
	}
	if e.By.Person == who && !e.By.Role.Staff() {
		out = append(out, e.Why)
	}
	if a := e.Set.Answer; a != nil && a.Person == who {
		out = append(out, a.Why)
	}
	return slices.DeleteFunc(out, func(id grid.TextID) bool { return id == "" })
}

func (d desk) person(ctx context.Context, ask Ask, out io.Writer) error {
	return d.personOf(ctx, ask, func(tx storage.Tx, p grid.Person) error {
		data, _, err := gatherOf(tx, p)
		if err != nil {
			return err
		}
		if ask.JSON {
			return print.JSON(out, data)
		}
		return print.Table(out, fmt.Sprintf("person\t%s", data.ID), func(row func(...any)) {
			row("name", data.Name)
			row("community", data.Community)
			for _, o := range data.Offices {
				row("office", o.Role, o.Area)
			}
			row("home", data.Home)
			row("household", data.Household)
			for _, a := range data.Accounts {
				row("account", a.Channel)
			}
			row("reported", numbers(data.Reported))
			row("supported", numbers(data.Supported))
			row("watched", numbers(data.Watched))
			row("messages", len(data.Messages))
			row("texts", len(data.Words))
		})
	})
}

func numbers(all []grid.TicketNo) string {
	if len(all) == 0 {
		return "-"
	}
	s := make([]string, len(all))
	for i, no := range all {
		s[i] = no.String()
	}
	return strings.Join(s, " ")
}

func (d desk) personExport(ctx context.Context, ask Ask, out io.Writer) error {
	return d.personOf(ctx, ask, func(tx storage.Tx, p grid.Person) error {
		data, _, err := gatherOf(tx, p)
		if err != nil {
			return err
		}
		return print.JSON(out, data)
	})
}

// personErase takes a person's name, accounts and words out of the store. The journal
// stays: it names people and texts by ids, which lead to nothing from then on.
func (d desk) personErase(ctx context.Context, ask Ask, out io.Writer) error {
	var said string
	err := d.personOf(ctx, ask, func(tx storage.Tx, p grid.Person) error {
		for _, o := range p.Offices {
			if o.Until.IsZero() || d.now.Before(o.Until) {
				return &grid.Error{Code: grid.Conflict, Say: fmt.Sprintf("%s holds the role %s in %s: end it first with youshi roles revoke", p.ID, o.Role, o.Area)}
			}
		}
		data, texts, err := gatherOf(tx, p)
		if err != nil {
			return err
		}
		e := eraser{tx: tx, now: d.now, who: p.ID}
		e.learn(data)
		for _, step := range []func() error{
			func() error { return e.messages(data.Messages) },
			func() error { return e.texts(texts) },
			func() error { return e.posts(slices.Concat(data.Reported, data.Supported, data.Watched)) },
			func() error { return e.person(p) },
		} {
			if err := step(); err != nil {
				return fmt.Errorf("erasing %s: %w", p.ID, err)
			}
		}
		said = fmt.Sprintf("%s is erased: %d messages, %d texts, the name and the accounts; %d posts lost their words. Backups and exports made before still hold them",
			p.ID, len(data.Messages), len(data.Words), e.changed)
		return nil
	})
	if err != nil {
		return err
	}
	return print.Line(out, said)
}

// found reports whether something is there, and gives any other error.
func found(err error) (bool, error) {
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
