package handlers

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"youshi/grid"
)

// recalled follows a message taken back. Its text is sealed already: hearing did
// that. Here its words leave whatever the bot said or was about to say. An
// unconfirmed matter that nobody joined goes with the message that raised it,
// unless it was somebody else who took that away.
func (t *turn) recalled() (grid.Outcome, grid.TicketNo, error) {
	m, mine, err := t.meant()
	if err != nil || !mine {
		return grid.OutChatter, 0, err
	}
	if err := t.unsupport(m); err != nil {
		return grid.OutError, 0, err
	}
	if err := t.unrecord(m); err != nil {
		return grid.OutError, 0, err
	}
	if m.Ticket == 0 || m.Outcome == grid.OutCommand {
		return grid.OutChatter, 0, t.unsay(m, grid.Ticket{Area: t.area.ID, Chat: m.Chat})
	}
	tk, err := t.ticket(m.Ticket)
	if err != nil {
		return grid.OutError, 0, err
	}
	if err := t.unsay(m, tk); err != nil {
		return grid.OutError, 0, err
	}
	opening := m.ID == tk.Opening
	if opening && tk.Status == grid.Proposed && len(tk.Supporters) == 0 && t.who.ID == tk.Reporter {
		was := tk
		if tk, err = t.byHouse(tk, grid.WantWithdraw, grid.ReasonRecalled, grid.Change{}); err != nil || chainOf(was) == nil {
			return grid.OutLinked, tk.No, err
		}
		return grid.OutLinked, tk.No, t.note(tk, "recalled.danger", "") // who takes it back may be made to
	}
	tk, err = t.byHouse(tk, grid.WantNote, grid.ReasonRecalled, grid.Change{})
	if err != nil || !opening || tk.Status.Ended() {
		return grid.OutLinked, tk.No, err
	}
	return grid.OutLinked, tk.No, t.note(tk, "recalled", "")
}

// unsay takes the words of a recalled message, and what was made of them for the
// ticket that it opened, out of every post that may carry them.
func (t *turn) unsay(m grid.Message, tk grid.Ticket) error {
	gone := slices.DeleteFunc(slices.Clone(m.Sealed), func(s string) bool { return utf8.RuneCountInString(s) < tellingWords })
	if m.ID == tk.Opening {
		for _, id := range []grid.TextID{tk.Summary, tk.Location} {
			s, err := t.words(id)
			if err != nil {
				return err
			}
			if s == "" {
				continue
			}
			gone = append(gone, s)
			if err := t.tx.Words().Erase(id); err != nil {
				return fmt.Errorf("erasing text %s: %w", id, err)
			}
		}
	}
	mark, err := t.Voice.Say("unsaid", nil)
	if err != nil {
		return err
	}
	posts, err := t.postsNear(tk)
	if err != nil {
		return err
	}
	for _, o := range posts {
		was := o.Text
		for _, s := range gone {
			o.Text = without(o.Text, s, mark)
		}
		if o.Text == was {
			continue
		}
		if _, err := t.tx.Outbox().Set(o); err != nil {
			return fmt.Errorf("taking words out of post %s: %w", o.ID, err)
		}
	}
	return nil
}

// tellingWords is the least number of characters of a message that are its own: a
// "好的" stands in many posts that owe it nothing.
const tellingWords = 4

// nearPosts is how many earlier posts of a room are searched for recalled words.
const nearPosts = 200

// postsNear gives every post about a ticket, and those about none in the rooms
// where it may have been named: lists, quiet questions.
func (t *turn) postsNear(tk grid.Ticket) ([]grid.Outgoing, error) {
	posts, err := t.tx.Outbox().Of(tk.No)
	if err != nil {
		return nil, fmt.Errorf("reading what was said of ticket %d: %w", tk.No, err)
	}
	rooms, err := t.staffRooms(tk)
	if err != nil {
		return nil, err
	}
	for _, id := range append(troubled(tk), t.msg.From, tk.Assignee) {
		rooms = append(rooms, grid.ChatID("private:"+string(id)))
	}
	rooms = append(rooms, tk.Chat)
	slices.Sort(rooms)
	for _, room := range slices.Compact(rooms) {
		waiting, err := t.tx.Outbox().QueueOf(room)
		if err != nil {
			return nil, fmt.Errorf("reading what waits for %s: %w", room, err)
		}
		said, err := t.tx.Outbox().SaidTo(room, 0, nearPosts)
		if err != nil {
			return nil, fmt.Errorf("reading what was said in %s: %w", room, err)
		}
		for _, o := range append(waiting, said...) {
			if o.Ticket == 0 {
				posts = append(posts, o)
			}
		}
	}
	return posts, nil
}

// shortestCut is the least number of characters that a sentence cuts words to.
const shortestCut = 20

// without puts mark in place of s, whole or cut short as sentences do it.
func without(text, s, mark string) string {
	line := []rune(strings.Join(strings.Fields(s), " "))
	if len(line) == 0 {
		return text
	}
	for _, whole := range []string{s, string(line), redact(s), redact(string(line)), aloud(s), aloud(string(line))} {
		text = strings.ReplaceAll(text, whole, mark)
	}
	for _, line := range [][]rune{line, []rune(redact(string(line))), []rune(aloud(string(line)))} {
		for n := len(line) - 1; n >= shortestCut-1; n-- {
			text = strings.ReplaceAll(text, string(line[:n])+"…", mark)
		}
	}
	return text
}
