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
	// Reach gives the private chat with a person, and false where no channel
	// can talk to the person alone.
	Reach func(tx storage.Tx, p grid.Person) (grid.ChatID, bool, error)
}

// Judging is how residents are asked (评事).
type Judging struct {
	Lasts       time.Duration // from resolving to the poll's end: 3 days
	RemindAfter time.Duration // the one reminder
}

// Handlers acts on events. It is a bot.Handler.
type Handlers struct{ Options }

// New gives the handlers of a site.
func New(o Options) *Handlers { return &Handlers{o} }

// stale is how old a message may be when it is heard and still get a first
// answer in the group: what lay about for longer is taken up without a word.
const stale = 2 * time.Hour

// wants is the table of what people can ask for in words, by button or by quote.
var wants = map[grid.Want]func(*turn, grid.Command) error{
	grid.WantConfirm:    (*turn).confirm,
	grid.WantReject:     (*turn).reject,
	grid.WantReclassify: (*turn).reclassify,
	grid.WantAssign:     (*turn).assign,
	grid.WantPass:       (*turn).assign,
	grid.WantAccept:     (*turn).accept,
	grid.WantWait:       (*turn).wait,
	grid.WantExtend:     (*turn).extend,
	grid.WantGrant:      (*turn).grant,
	grid.WantProgress:   (*turn).progress,
	grid.WantResolve:    (*turn).resolve,
	grid.WantRework:     (*turn).rework,
	grid.WantRate:       (*turn).rate,
	grid.WantMeToo:      (*turn).meToo,
	grid.WantWatch:      (*turn).watch,
	grid.WantWithdraw:   (*turn).withdraw,
	grid.WantMerge:      (*turn).merge,
	grid.WantEscalate:   (*turn).escalate,
	grid.WantOpen:       (*turn).openSuspected,
	grid.WantLook:       (*turn).look,
	grid.WantMine:       (*turn).mine,
	grid.WantTodo:       (*turn).todo,
	grid.WantOverdue:    (*turn).overdue,
	grid.WantNumbers:    (*turn).numbers,
	grid.WantHelp:       (*turn).help,
}

// Wants that need no ticket's number.
var numberless = map[grid.Want]bool{
	grid.WantOpen: true, grid.WantMine: true, grid.WantTodo: true, grid.WantOverdue: true,
	grid.WantNumbers: true, grid.WantHelp: true,
}

// timers is the table of what the clock can ask for.
var timers = map[grid.TimerKind]func(*turn, grid.Timer) error{
	grid.TimerStep:    (*turn).stepDue,
	grid.TimerPoll:    (*turn).pollDue,
	grid.TimerSummary: (*turn).summaryDue,
}

// Handle acts on one event, all or nothing.
func (h *Handlers) Handle(ctx context.Context, tx storage.Tx, ev grid.Event) error {
	t := &turn{Handlers: h, ctx: ctx, tx: tx, ev: ev, now: ev.At}
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
	if err := tx.Messages().Put(t.msg); err != nil {
		return fmt.Errorf("keeping what became of message %s: %w", t.msg.ID, err)
	}
	return nil
}

// hear decides about one line: what it ends as, and of which ticket.
func (t *turn) hear() (grid.Outcome, grid.TicketNo, error) {
	switch t.ev.Kind {
	case grid.EventEdit:
		return t.edited()
	case grid.EventRecall:
		return t.recalled()
	case grid.EventJoin:
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
	if in.Kind.Actionable() {
		no, err := t.report(in)
		return grid.OutTicket, no, err
	}
	if in.Danger != "" {
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

// press is a button: the card's command, by whoever pressed it.
func (t *turn) press() error {
	if c := t.ev.Intent.Command; c != nil {
		_, _, err := t.command(*c)
		return err
	}
	return nil
}

// command carries out a want. done is false when the words turn out to be
// ordinary talk: somebody without a say in it, and no matter of that number.
func (t *turn) command(c grid.Command) (no grid.TicketNo, done bool, err error) {
	act, known := wants[c.Want]
	if !known {
		if !t.role.Staff() {
			return 0, false, nil
		}
		return 0, true, t.refuse(nil, "not_yet", card{})
	}
	if numberless[c.Want] {
		if t.role == grid.Resident && c.Want == grid.WantOpen {
			return 0, false, nil
		}
		return 0, true, act(t, c)
	}
	tk, found, err := t.seen(c.Ticket)
	switch {
	case err != nil:
		return 0, false, err
	case !found && (t.role.Staff() || t.chat.Kind == grid.PrivateChat || t.ev.Intent.Otherwise == nil):
		return 0, true, t.refuse(nil, "no_such", card{No: c.Ticket})
	case !found:
		return 0, false, nil
	}
	c.Ticket = tk.No
	var no2 *grid.Error
	if err = act(t, c); !errors.As(err, &no2) {
		return tk.No, true, err
	}
	if no2.Code == grid.Forbidden && tk.Status.Ended() && t.ev.Intent.Otherwise != nil {
		return 0, false, nil // "确认12" about something long over is talk
	}
	return tk.No, true, t.refuse(&tk, refusals[no2.Code], card{Want: c.Want})
}
