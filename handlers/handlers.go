// Package handlers is what the bot does about what it hears: one file a want or
// timer. A handler runs inside the lane's transaction, does no network and
// takes the time from the event. Authority comes from the Roster alone.
package handlers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"youshi/calendar"
	"youshi/grid"
	"youshi/prompts"
	"youshi/storage"
)

// Options are what a site decides.
type Options struct {
	Calendar *calendar.Calendar
	Voice    *prompts.Voice
	Bot      string // the bot's name, as residents call it
	Clocks   Clocks
	Judging  Judging
	Senses   Senses
	Public   Public
	Assign   []Rule                 // who is proposed to be sent, the first that fits first
	Photo    map[grid.Category]bool // 办结 needs a picture of the result
	Manners  Manners                // the zero Manners are DefaultManners
	// KeepMonths is for how many months lines and posts are kept; 0: for good.
	KeepMonths int
	// Reach gives the private chat with a person, and false where no channel
	// can talk to the person alone.
	Reach func(tx storage.Tx, p grid.Person) (grid.ChatID, bool, error)
	// Edits says whether what was said in a chat can be rewritten there; nil: nowhere.
	Edits func(tx storage.Tx, to grid.ChatID) (bool, error)
}

// Judging is how residents are asked (评事).
type Judging struct {
	Lasts       time.Duration // from resolving to the poll's end: 3 days
	RemindAfter time.Duration // the one reminder
}

// Handlers acts on events. It is a bot.Handler.
type Handlers struct{ Options }

// New gives the handlers of a site.
func New(o Options) *Handlers {
	if o.Manners == (Manners{}) {
		o.Manners = DefaultManners()
	}
	return &Handlers{o}
}

// Manners are the lengths of time that decide what is said of a matter, and when.
type Manners struct {
	// Fresh is how old a message may be when it is heard and still get a first answer
	// in the group: what lay about for longer is taken up without a word.
	Fresh    time.Duration
	Question time.Duration // how long the one question waits to be asked
	ByHand   time.Duration // how long the bot holds its posts on a matter that staff answer themselves
	Pressing time.Duration // how often an unanswered emergency is called to mind
}

// DefaultManners are what the config says when it says nothing.
func DefaultManners() Manners {
	return Manners{Fresh: 2 * time.Hour, Question: 12 * time.Hour, ByHand: 30 * time.Minute, Pressing: 10 * time.Minute}
}

// timers is the table of what the clock can ask for.
var timers = map[grid.TimerKind]func(*turn, grid.Timer) error{
	grid.TimerStep:    (*turn).stepDue,
	grid.TimerPoll:    (*turn).pollDue,
	grid.TimerSummary: (*turn).summaryDue,
	grid.TimerUnseen:  (*turn).unseenDue,
	grid.TimerKeep:    (*turn).keepDue,
	grid.TimerWhistle: (*turn).whistleDue,
	grid.TimerRoster:  (*turn).rosterDue,
	grid.TimerRead:    (*turn).readDue,
}

// Handle acts on one event, all or nothing.
func (h *Handlers) Handle(_ context.Context, tx storage.Tx, ev grid.Event) error {
	t := &turn{Handlers: h, tx: tx, ev: ev, now: ev.At}
	if err := t.act(); err != nil {
		return err
	}
	if err := t.manned(); err != nil {
		return err
	}
	return errors.Join(t.tellWatchers(), t.refresh())
}

func (t *turn) act() error {
	ev := t.ev
	if ev.Kind == grid.EventTimer {
		act, ok := timers[ev.Timer.Kind]
		if !ok {
			return fmt.Errorf("timer %s is of the unknown kind %q", ev.Timer.ID, ev.Timer.Kind)
		}
		return act(t, *ev.Timer)
	}
	if err := t.meet(); err != nil {
		return err
	}
	if ev.Kind == grid.EventPress {
		return t.press()
	}
	out, no, err := t.hear()
	if err != nil {
		return err
	}
	t.msg.Outcome, t.msg.Ticket = out, no
	if t.msg.Intent.Kind == "" {
		t.msg.Intent = ev.Intent
	}
	if err := t.tx.Messages().Put(t.msg); err != nil {
		return fmt.Errorf("keeping what became of message %s: %w", t.msg.ID, err)
	}
	return t.readLater(t.tx, t.msg, t.chat, t.now)
}

// hear decides about one line: what it ends as, and of which ticket.
func (t *turn) hear() (grid.Outcome, grid.TicketNo, error) {
	switch t.ev.Kind {
	case grid.EventEdit:
		return t.edited()
	case grid.EventRecall:
		return t.recalled()
	case grid.EventRead:
		return t.machineRead()
	case grid.EventJoin, grid.EventMoved:
		return grid.OutChatter, 0, nil
	}
	in := t.ev.Intent
	if in.Command != nil {
		no, done, err := t.command(*in.Command)
		if err != nil || done {
			return grid.OutCommand, no, err
		}
		in = grid.Intent{Kind: grid.Chatter, By: in.By, Confidence: in.Confidence}
		if o := t.ev.Intent.Otherwise; o != nil {
			in = *o
		}
		t.ev.Intent = in
	}
	return t.talk(in)
}

// talk takes up what is no command: a report, something more of a matter, or
// something that is nobody's business.
func (t *turn) talk(in grid.Intent) (grid.Outcome, grid.TicketNo, error) {
	if in.Link.Ticket != 0 && in.Kind != grid.Order {
		joined, err := t.join(in)
		if err != nil || joined != 0 {
			return grid.OutLinked, joined, err
		}
	}
	if in.Shared && !in.Elder && in.Kind == grid.FollowUp { // danger to life is a report, whatever it goes on with
		in.Kind, in.Category, in.Urgency = grid.Report, grid.Escalate, grid.Emergency
		t.msg.Intent = in
	}
	if in.Kind.Actionable() {
		no, err := t.report(in)
		if err != nil || no != 0 {
			return grid.OutTicket, no, err
		}
	} else if in.Danger != "" {
		if err := t.suspect(in); err != nil {
			return grid.OutError, 0, err
		}
	}
	switch {
	case t.chat.Kind == grid.PrivateChat:
		return grid.OutPrivate, 0, nil
	case in.Kind == grid.Order:
		return grid.OutCommand, 0, nil
	case in.Kind == grid.Inquiry:
		return grid.OutInquiry, 0, nil
	}
	return grid.OutChatter, 0, nil
}
