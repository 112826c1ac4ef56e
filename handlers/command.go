package handlers

import (
	"errors"

	"youshi/grid"
)

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
	grid.WantSplit:      (*turn).split,
	grid.WantEscalate:   (*turn).escalate,
	grid.WantOpen:       (*turn).openSuspected,
	grid.WantLook:       (*turn).look,
	grid.WantMine:       (*turn).mine,
	grid.WantTodo:       (*turn).todo,
	grid.WantOverdue:    (*turn).overdue,
	grid.WantNumbers:    (*turn).numbers,
	grid.WantExport:     (*turn).export,
	grid.WantHelp:       (*turn).help,
	grid.WantWhistle:    (*turn).whistle,
	grid.WantReportIn:   (*turn).reportIn,
	grid.WantAbsent:     (*turn).absent,
	grid.WantBack:       (*turn).back,
	grid.WantBind:       (*turn).bind,
	grid.WantRecord:     (*turn).record,
	grid.WantPublish:    (*turn).publish,
}

// Wants that need no ticket's number.
var numberless = map[grid.Want]bool{
	grid.WantOpen: true, grid.WantMine: true, grid.WantTodo: true, grid.WantOverdue: true,
	grid.WantNumbers: true, grid.WantHelp: true, grid.WantAbsent: true, grid.WantBack: true, grid.WantBind: true,
	grid.WantRecord: true, grid.WantExport: true,
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
	switch {
	case !known && !t.role.Staff():
		return 0, false, nil
	case !known:
		return 0, true, t.decline("not_yet")
	case numberless[c.Want]:
		return 0, true, act(t, c)
	case c.Ticket == 0:
		return 0, true, t.which(c)
	}
	tk, found, err := t.seen(c.Ticket)
	doubtful := t.ev.Intent.Otherwise != nil // it may be read as talk
	switch {
	case err != nil:
		return 0, false, err
	case !found && doubtful && !t.role.Staff() && t.chat.Kind != grid.PrivateChat:
		return 0, false, nil
	case !found:
		return 0, true, t.decline("no_such")
	}
	var polite *grid.Error
	if err = act(t, c); !errors.As(err, &polite) {
		return tk.No, true, err
	}
	if polite.Code == grid.Forbidden && tk.Status.Ended() && doubtful {
		return 0, false, nil // "确认12" about something long over is talk
	}
	if again, err := t.pressedAgain(tk, c.Want); err != nil || again {
		return tk.No, true, err
	}
	return tk.No, true, t.refuse(tk, polite.Code, c.Want)
}

// pressedAgain reports whether this is a press of somebody whose own press just did
// the same: a thumb that hits twice is no question.
func (t *turn) pressedAgain(tk grid.Ticket, want grid.Want) (bool, error) {
	if t.ev.Kind != grid.EventPress {
		return false, nil
	}
	steps, err := t.tx.Journal().Of(tk.No)
	if err != nil || len(steps) == 0 {
		return false, err
	}
	last := steps[len(steps)-1]
	return last.Want == want && last.By.Person == t.who.ID, nil
}
