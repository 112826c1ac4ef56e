package app

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"youshi/bot/webchat"
	"youshi/grid"
	"youshi/storage"
)

// entry is a message heard or a post said, on its way to a page.
type entry struct {
	message *grid.Message
	post    *grid.Outgoing
}

func (e entry) id() grid.MessageID {
	if e.post != nil {
		return e.post.ID
	}
	return e.message.ID
}

// hidden reports whether a message of the record is no line of a chat: an edit
// or a recall shows at the line it is about.
func hidden(m grid.Message) bool { return m.Kind == grid.EditMessage || m.Kind == grid.RecallMessage }

// page gives the last n entries of a chat before a cursor, oldest first, and the
// cursor of the page before. It takes messages and posts from the end of their
// own orders, the later one first, so that no page can skip or repeat one.
func page(tx storage.Tx, c grid.Chat, before string, n int) ([]entry, string, error) {
	cur, err := parseCursor(before)
	if err != nil || c.ID == "" {
		return nil, "", err
	}
	var messages []grid.Message
	if cur.message != "-" {
		if messages, err = tx.Messages().Recent([]grid.ChatID{c.ID}, grid.MessageID(cur.message), n); err != nil {
			return nil, "", fmt.Errorf("reading messages: %w", err)
		}
	}
	var posts []grid.Outgoing
	if cur.post != "-" {
		seq, _ := strconv.ParseUint(cur.post, 10, 64) // checked by parseCursor; "" is 0
		if posts, err = tx.Outbox().SaidTo(c.ID, grid.Seq(seq), n); err != nil {
			return nil, "", fmt.Errorf("reading posts: %w", err)
		}
	}
	moreMessages, morePosts := len(messages) == n, len(posts) == n
	var out []entry
	for taken := 0; taken < n && len(messages)+len(posts) > 0; taken++ {
		m, p := len(messages)-1, len(posts)-1
		if p < 0 || m >= 0 && messages[m].Sent.After(posts[p].SentAt) {
			if !hidden(messages[m]) {
				out = append(out, entry{message: &messages[m]})
			}
			cur.message, messages = string(messages[m].ID), messages[:m]
		} else {
			out = append(out, entry{post: &posts[p]})
			cur.post, posts = strconv.FormatUint(uint64(posts[p].SentSeq), 10), posts[:p]
		}
	}
	if len(messages) == 0 && !moreMessages {
		cur.message = "-"
	}
	if len(posts) == 0 && !morePosts {
		cur.post = "-"
	}
	slices.Reverse(out)
	return out, cur.String(), nil
}

// lines turns entries of one chat into lines, reading every person once.
type lines struct {
	book   *chatBook
	tx     storage.Tx
	chat   grid.Chat
	people map[grid.PersonID]speaking
}

type speaking struct {
	name string
	role grid.Role
}

func newLines(b *chatBook, tx storage.Tx, c grid.Chat) *lines {
	return &lines{book: b, tx: tx, chat: c, people: map[grid.PersonID]speaking{}}
}

func (l *lines) of(e entry) (webchat.Line, error) {
	var line webchat.Line
	var err error
	if e.post != nil {
		line, err = l.ofPost(*e.post)
	} else {
		line, err = l.ofMessage(*e.message)
	}
	if err == nil && line.ReplyTo != "" {
		line.Quote, err = l.quote(line.ReplyTo)
	}
	return line, err
}

func (l *lines) ofMessage(m grid.Message) (webchat.Line, error) {
	who, err := l.person(m.From)
	if err != nil {
		return webchat.Line{}, err
	}
	return webchat.Line{
		ID: m.ID, At: m.Sent, From: who.name, Role: who.role, Kind: string(m.Kind), Text: m.Told(),
		Media: m.Media, ReplyTo: m.ReplyTo, Ticket: l.ticket(m),
		Edited: !m.Edited.IsZero(), Recalled: !m.Recalled.IsZero(),
	}, nil
}

// ticket is the number that may stand beside a message: none in a group when
// the matter is private, for no group line may carry such a number.
func (l *lines) ticket(m grid.Message) grid.TicketNo {
	if m.Ticket == 0 || l.chat.Kind != grid.GroupChat {
		return m.Ticket
	}
	if t, err := l.tx.Tickets().Get(m.Ticket); err != nil || t.Private {
		return 0
	}
	return m.Ticket
}

func (l *lines) ofPost(o grid.Outgoing) (webchat.Line, error) {
	line := webchat.Line{
		ID: o.ID, At: o.SentAt, From: l.book.bot, Bot: true, Kind: string(o.Kind), Text: o.Text,
		ReplyTo: o.ReplyTo, Ticket: o.Ticket,
	}
	for _, b := range o.Buttons {
		line.Buttons = append(line.Buttons, b.Label)
	}
	if len(line.Buttons) == 0 {
		return line, nil
	}
	var err error
	if line.Pressed, err = pressedUnder(l.tx, o.ID); err != nil || o.Ticket == 0 {
		return line, err
	}
	about, err := l.tx.Outbox().Of(o.Ticket)
	if err != nil {
		return line, fmt.Errorf("reading the posts of ticket %d: %w", o.Ticket, err)
	}
	line.Replaced = slices.ContainsFunc(about, func(p grid.Outgoing) bool { return p.Replaces == o.ID && p.SentSeq > 0 })
	return line, nil
}

func (l *lines) person(id grid.PersonID) (speaking, error) {
	if who, ok := l.people[id]; ok || id == "" {
		return who, nil
	}
	p, err := l.tx.Roster().Person(id)
	if errors.Is(err, storage.ErrNotFound) {
		return speaking{name: "（已删除）"}, nil
	} else if err != nil {
		return speaking{}, fmt.Errorf("reading who spoke: %w", err)
	}
	role, err := storage.RoleIn(l.tx.Roster(), p, l.chat.Area, l.book.now())
	if err != nil {
		return speaking{}, fmt.Errorf("reading a role: %w", err)
	}
	l.people[id] = speaking{accountOf(p), role}
	return l.people[id], nil
}

// quote gives what a line answers, when that was said in the same chat: a quote
// must not carry words from one chat into another.
func (l *lines) quote(id grid.MessageID) (*webchat.Quote, error) {
	if o, err := l.tx.Outbox().Get(id); err == nil {
		if o.To != l.chat.ID {
			return nil, nil
		}
		return &webchat.Quote{From: l.book.bot, Text: short(o.Text)}, nil
	} else if !errors.Is(err, storage.ErrNotFound) {
		return nil, fmt.Errorf("reading a quoted post: %w", err)
	}
	m, err := l.tx.Messages().Get(id)
	if errors.Is(err, storage.ErrNotFound) || err == nil && m.Chat != l.chat.ID {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("reading a quoted message: %w", err)
	}
	who, err := l.person(m.From)
	if err != nil {
		return nil, err
	}
	return &webchat.Quote{From: who.name, Text: quoted(m)}, nil
}

func quoted(m grid.Message) string {
	switch {
	case !m.Recalled.IsZero():
		return "（已撤回）"
	case m.Text != "":
		return short(m.Told())
	case m.Kind == grid.ImageMessage:
		return "[图片]"
	case m.Kind == grid.VoiceMessage:
		return "[语音]"
	case m.Kind == grid.LocationMessage:
		return "[位置]"
	}
	return "[文件]"
}

// short gives the first 60 characters.
func short(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
