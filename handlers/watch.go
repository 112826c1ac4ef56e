package handlers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"youshi/grid"
)

// watch is 盯: the speaker hears of each change, alone where that is possible.
func (t *turn) watch(c grid.Command) error {
	tk, err := t.ticket(c.Ticket)
	if err != nil {
		return err
	}
	return t.watchAs(tk, "watch")
}

// watchAs lets the speaker watch a matter and says so. Whom no channel reaches
// alone hears of it in the group's digest, unless it must not be said there.
func (t *turn) watchAs(tk grid.Ticket, sentence string) error {
	_, reached, err := t.Reach(t.tx, t.who)
	switch {
	case err != nil:
		return err
	case !reached && tk.Private:
		return t.decline("watch.unreachable")
	case !reached:
		sentence = "watch.group"
	}
	tk, err = t.step(tk.No, grid.WantWatch, "", grid.Change{Watchers: []grid.PersonID{t.who.ID}})
	if err != nil {
		return err
	}
	return t.done(tk, sentence, "")
}

// change is what a turn did to a ticket.
type change struct {
	before, after grid.Ticket
	words         grid.TextID // given with the last step
	progress      bool
	sentence      string // what its reporter is told of it, "" for nothing
	card          card
}

// changed notes a step, so that those who watch are told once when the turn ends.
func (t *turn) changed(before, after grid.Ticket, entries []grid.Entry) {
	c, ok := t.changes[after.No]
	if !ok {
		c = &change{before: before}
		if t.changes == nil {
			t.changes = map[grid.TicketNo]*change{}
		}
		t.changes[after.No] = c
		t.order = append(t.order, after.No)
	}
	c.after = after
	for _, e := range entries {
		if e.Want == grid.WantProgress {
			c.progress = true
		}
		if e.Why != "" {
			c.words = e.Why
		}
	}
}

// tells keeps what the reporter is told of a change: who watches is told the same.
func (t *turn) tells(no grid.TicketNo, sentence string, c card) {
	if x, ok := t.changes[no]; ok {
		x.sentence, x.card = sentence, c
	}
}

// worth reports whether who watches wants to hear of it: not of what is only linked,
// nor of who only joined, nor that what was done is published: the group's card says so.
func (c change) worth() bool {
	b, a := c.before, c.after
	return b.No != 0 && (c.progress || b.Status != a.Status || b.Level != a.Level || b.Round != a.Round ||
		b.Assignee != a.Assignee)
}

// tellWatchers ends a turn: each who watches (盯) hears of each change once, and
// not from us a second time what this turn has told already.
func (t *turn) tellWatchers() error {
	for _, no := range t.order {
		c := t.changes[no]
		if err := t.urge(*c); err != nil {
			return err
		}
		if !c.worth() || len(c.after.Watchers) == 0 {
			continue
		}
		if c.sentence == "" {
			words, err := t.words(c.words)
			if err != nil {
				return err
			}
			if c.card, err = t.cardWith(c.after, words); err != nil {
				return err
			}
			c.sentence = "watch.news"
		}
		if err := t.tellEach(*c); err != nil {
			return err
		}
	}
	return nil
}

// tellEach tells who watches, alone where possible, the others together.
func (t *turn) tellEach(c change) error {
	var aloud []string
	for _, id := range c.after.Watchers {
		if id == t.who.ID || slices.Contains(t.heard[c.after.No], id) {
			continue
		}
		p, err := t.tx.Roster().Person(id)
		if err != nil {
			return fmt.Errorf("looking up person %s: %w", id, err)
		}
		by, err := t.actorOf(p, c.after)
		if err != nil {
			return err
		}
		if c.after.Private && by.Standing == 0 && !grid.Decides(by.Role) {
			continue // it was no secret when the watching began
		}
		o := grid.Outgoing{Class: grid.ClassNotice, Kind: grid.PostAnswer, Ticket: c.after.No}
		told, err := t.tellPerson(id, o, c.sentence, c.card)
		if err != nil {
			return err
		}
		if !told {
			aloud = append(aloud, p.Name)
		}
	}
	if len(aloud) == 0 {
		return nil
	}
	words, err := t.words(c.words)
	if err != nil {
		return err
	}
	if c.card, err = t.cardWith(c.after, words); err != nil {
		return err
	}
	return t.tellGroup(c, aloud)
}

// watchGather is how long the group's digest of a matter's changes is gathered.
const watchGather = 30 * time.Minute

// tellGroup adds a change to the digest of the matter that waits for the group, or
// begins one: a matter that becomes private takes its digest back.
func (t *turn) tellGroup(c change, names []string) error {
	rooms, err := t.groupsOf(c.after)
	if err != nil {
		return err
	}
	c.card.Who = strings.Join(names, "、")
	waiting, err := t.tx.Outbox().Of(c.after.No)
	if err != nil {
		return fmt.Errorf("reading what was said of ticket %d: %w", c.after.No, err)
	}
	for _, room := range rooms {
		i := slices.IndexFunc(waiting, func(o grid.Outgoing) bool {
			return o.To == room && o.Kind == grid.PostDigest && o.State == grid.Waiting
		})
		if i < 0 {
			o := grid.Outgoing{To: room, Class: grid.ClassNotice, Kind: grid.PostDigest, Ticket: c.after.No, NotBefore: t.now.Add(watchGather)}
			if err := t.post(o, "watch.aloud", c.card); err != nil {
				return err
			}
			continue
		}
		more, err := t.Voice.Say("watch.change", c.card.in(aloud))
		if err != nil {
			return err
		}
		o := waiting[i]
		o.Text += "\n" + redact(more)
		if _, err := t.tx.Outbox().Set(o); err != nil {
			return fmt.Errorf("adding to post %s: %w", o.ID, err)
		}
	}
	return nil
}
