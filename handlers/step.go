package handlers

import (
	"errors"
	"fmt"

	"youshi/grid"
)

// wordy are the wants that say nothing without words.
var wordy = map[grid.Want]bool{grid.WantReject: true, grid.WantWait: true, grid.WantProgress: true}

// step moves a ticket as the speaker wants, with the words given for it.
func (t *turn) step(no grid.TicketNo, want grid.Want, words string, set grid.Change) (grid.Ticket, error) {
	tk, err := t.ticket(no)
	if err != nil {
		return tk, err
	}
	ask, err := t.asks(tk, want, set)
	if err != nil {
		return tk, err
	}
	// A private matter ends with an outcome written, not without a word.
	if words == "" && (wordy[want] || want == grid.WantResolve && tk.Private) {
		return tk, &grid.Error{Code: grid.Invalid, Say: fmt.Sprintf("%s needs words", want)}
	}
	if ask.Why, err = t.tx.Words().Put(t.who.ID, words); err != nil {
		return tk, fmt.Errorf("keeping the words for %s %d: %w", want, no, err)
	}
	return t.move(tk, ask)
}

// asks is what the speaker wants of a ticket, and an error when that may not be.
func (t *turn) asks(tk grid.Ticket, want grid.Want, set grid.Change) (grid.Ask, error) {
	by, err := t.actor(tk)
	if err != nil {
		return grid.Ask{}, err
	}
	ask := grid.Ask{Want: want, By: by, At: t.now, Said: t.msg.ID, Set: set}
	if !tk.May(ask) {
		_, _, err = tk.Move(ask)
	}
	return ask, err
}

// may reports whether the speaker may ask for a step now.
func (t *turn) may(tk grid.Ticket, want grid.Want, set grid.Change) (bool, error) {
	_, err := t.asks(tk, want, set)
	if _, polite := errors.AsType[*grid.Error](err); polite {
		return false, nil
	}
	return err == nil, err
}

// byHouse moves a ticket as the program itself.
func (t *turn) byHouse(tk grid.Ticket, want grid.Want, reason grid.Reason, set grid.Change) (grid.Ticket, error) {
	return t.move(tk, grid.Ask{Want: want, By: grid.TheHouse(), At: t.now, Reason: reason, Said: t.msg.ID, Set: set})
}

// move takes the ticket one step and stores all of it.
func (t *turn) move(tk grid.Ticket, ask grid.Ask) (grid.Ticket, error) {
	next, entries, err := tk.Move(ask)
	if err != nil {
		return tk, err
	}
	return t.store(tk, next, entries)
}

// store writes a step down: deadline, ticket, journal, timer, and what the step
// makes of the posts that still wait.
func (t *turn) store(before, after grid.Ticket, entries []grid.Entry) (grid.Ticket, error) {
	due, err := t.deadlineAfter(before, after, entries)
	if err != nil {
		return after, err
	}
	if due != after.Due {
		after, entries = grid.Schedule(after, entries, due)
	}
	if before.Status == grid.OnHold && after.Status == grid.OnHold {
		kept, err := t.keptAfter(before, after, entries)
		if err != nil {
			return after, err
		}
		if kept != after.Kept {
			after, entries = grid.Keep(after, entries, kept)
		}
	}
	if err := t.tx.Tickets().Put(after); err != nil {
		return after, fmt.Errorf("storing ticket %d: %w", after.No, err)
	}
	if err := t.tx.Journal().Append(entries...); err != nil {
		return after, fmt.Errorf("writing the journal of ticket %d: %w", after.No, err)
	}
	if before.Due != after.Due {
		if err := t.arm(after, 0); err != nil {
			return after, err
		}
	}
	t.changed(before, after, entries)
	return after, errors.Join(t.takeBack(before, after), t.calm(before, after), t.guard(before, after))
}

// unasked are the kinds of post that are of no use once a matter has ended.
var unasked = map[grid.PostKind]bool{grid.PostAsk: true, grid.PostConfirm: true, grid.PostReminder: true,
	grid.PostEscalation: true, grid.PostPoll: true}

// takeBack drops posts that wait to be said and must not be any more: of a
// matter that became private those in groups, reminders of a step that was
// taken or of a level that has it no more, and nearly everything of a matter that
// ended.
func (t *turn) takeBack(before, after grid.Ticket) error {
	hidden, moved := after.Private && !before.Private, after.Status != before.Status
	left := moved || after.Level != before.Level
	if before.No == 0 || !hidden && !left {
		return nil
	}
	withdrawn := after.Reason == grid.ReasonWithdrawn || after.Reason == grid.ReasonRecalled
	var unknown error
	err := t.drop(after, func(o grid.Outgoing) bool {
		kind, err := t.kindOf(o.To)
		unknown = errors.Join(unknown, err)
		return hidden && kind == grid.GroupChat || left && o.Kind == grid.PostReminder ||
			moved && after.Status.Ended() && (unasked[o.Kind] || withdrawn && o.Kind == grid.PostAck)
	})
	return errors.Join(err, unknown)
}

// drop takes back the posts about a ticket that wait to be said and are of no use.
func (t *turn) drop(tk grid.Ticket, useless func(grid.Outgoing) bool) error {
	posts, err := t.tx.Outbox().Of(tk.No)
	if err != nil {
		return fmt.Errorf("reading what was said of ticket %d: %w", tk.No, err)
	}
	for _, o := range posts {
		if o.State != grid.Waiting || !useless(o) {
			continue
		}
		o.State = grid.Dropped
		if _, err := t.tx.Outbox().Set(o); err != nil {
			return fmt.Errorf("taking back post %s: %w", o.ID, err)
		}
	}
	return nil
}
