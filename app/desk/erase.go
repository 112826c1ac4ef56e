package desk

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"youshi/grid"
	"youshi/storage"
)

// eraser takes one person out of a store, within one transaction.
type eraser struct {
	tx      storage.Tx
	now     time.Time
	who     grid.PersonID
	gone    []string // what must stand in no post any more, longest first
	changed int      // posts
}

// erased stands where a name or words were.
const erased = "（已删除）"

// Texts shorter than these are anybody's: a "好的" stands in many posts.
const (
	tellingName  = 2
	tellingWords = 4
)

// learn keeps what to look for in posts.
func (e *eraser) learn(data personData) {
	add := func(s string, least int) {
		if utf8.RuneCountInString(s) >= least {
			e.gone = append(e.gone, s)
			if line := strings.Join(strings.Fields(s), " "); line != s {
				e.gone = append(e.gone, line)
			}
		}
	}
	add(data.Name, tellingName)
	for _, m := range data.Messages {
		add(m.Text, tellingWords)
	}
	for _, s := range data.Words {
		add(s, tellingWords)
	}
	slices.SortFunc(e.gone, func(a, b string) int { return len(b) - len(a) })
}

// messages empties what the person said, sealed words and readings included.
func (e *eraser) messages(lines []personLine) error {
	for _, l := range lines {
		m, err := e.tx.Messages().Get(l.ID)
		if err != nil {
			return err
		}
		m.Text, m.Media, m.Sealed = "", nil, nil
		if m.Recalled.IsZero() {
			m.Recalled = e.now // no page and no prompt shows it
		}
		m.Intent.Summary, m.Intent.Location = "", ""
		m.Intent.Command, m.Intent.Items, m.Intent.Otherwise = nil, nil, nil
		if err := e.tx.Messages().Put(m); err != nil {
			return err
		}
	}
	return nil
}

func (e *eraser) texts(ids []grid.TextID) error {
	for _, id := range ids {
		if err := e.tx.Words().Erase(id); err != nil {
			return err
		}
	}
	return nil
}

// posts takes the name and the words out of what the bot said and has to say.
func (e *eraser) posts(of []grid.TicketNo) error {
	var all []grid.Outgoing
	for o, err := range e.tx.Outbox().Queue() {
		if err != nil {
			return err
		}
		all = append(all, o)
	}
	for since := grid.Seq(0); ; {
		page, err := e.tx.Outbox().Said(since, 500)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		all, since = append(all, page...), page[len(page)-1].SentSeq
	}
	for _, no := range of { // those put aside or dropped too
		posts, err := e.tx.Outbox().Of(no)
		if err != nil {
			return err
		}
		all = append(all, posts...)
	}
	done := map[grid.MessageID]bool{}
	for _, o := range all {
		text := o.Text
		for _, s := range e.gone {
			text = strings.ReplaceAll(text, s, erased)
		}
		text = cutShort(text, e.gone)
		if text == o.Text || done[o.ID] {
			continue
		}
		done[o.ID] = true
		e.changed++
		o.Text = text
		if _, err := e.tx.Outbox().Set(o); err != nil {
			return err
		}
	}
	return nil
}

// shortest is the least number of characters that a sentence cuts words to.
const shortest = 19

// cutShort takes words out that a sentence has cut short, as "电梯从昨晚…".
func cutShort(text string, gone []string) string {
	if !strings.Contains(text, "…") {
		return text
	}
	for _, s := range gone {
		r := []rune(s)
		for n := len(r) - 1; n >= shortest; n-- {
			text = strings.ReplaceAll(text, string(r[:n])+"…", erased)
		}
	}
	return text
}

// person leaves of a person the id alone.
func (e *eraser) person(p grid.Person) error {
	if _, err := e.tx.Roster().PutPerson(grid.Person{ID: p.ID}); err != nil {
		return err
	}
	for key, value := range e.tx.Notes().All("tellers") { // who told something face to face is found by name
		if string(value) == string(p.ID) {
			if err := e.tx.Notes().Put("tellers", key, nil); err != nil {
				return err
			}
			break
		}
	}
	c, err := e.tx.Roster().Chat(grid.ChatID("private:" + string(p.ID)))
	if ok, err := found(err); err != nil || !ok {
		return err
	}
	c.Native = ""
	return e.tx.Roster().PutChat(c)
}
