package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"youshi/grid"
	"youshi/storage"
)

const (
	// hurry is how long thinking may take when the lane is behind: enough for
	// what is computed here, too little for a model elsewhere.
	hurry = 50 * time.Millisecond
	// maxTries is how often acting on an event is tried again before the event
	// is put aside as an error.
	maxTries = 3
)

// failed is a Handler's refusal to act on an event, as opposed to a store that
// cannot be reached.
type failed struct{ err error }

func (f *failed) Error() string { return f.err.Error() }
func (f *failed) Unwrap() error { return f.err }

// errPassed says that the event is not the first of its lane any more: one that
// was heard earlier was handed to the lane meanwhile.
var errPassed = errors.New("another event came before it")

// step takes the first event of the lane, and reports false when the lane is
// empty. A store that fails is asked again until ctx is done, which is the only
// error; no event is lost to either.
func (d *Dispatcher) step(ctx context.Context, l lane) (more bool, err error) {
	for broken := 1; ctx.Err() == nil; broken++ {
		if more, err = d.try(ctx, l); err == nil {
			return more, nil
		}
		if ctx.Err() == nil {
			d.log().Error("the store does not answer; trying again", "lane", l.id, "try", broken, "err", err)
			pause(ctx, broken)
		}
	}
	return false, fmt.Errorf("taking from lane %s: %w", l.id, ctx.Err())
}

// try takes the first event of the lane once: think, then act. Its error is the
// store's; a Handler's counts as a try of the event.
func (d *Dispatcher) try(ctx context.Context, l lane) (more bool, err error) {
	ev, ok, err := d.take(ctx, l)
	var refusal *failed
	switch {
	case err == nil:
		return ok, nil
	case errors.Is(err, errPassed):
		return true, nil
	case errors.As(err, &refusal) && grid.CodeOf(err) != grid.Shut && ctx.Err() == nil:
		return true, d.retry(ctx, l, ev, refusal)
	}
	return true, err
}

func (d *Dispatcher) log() *slog.Logger { return logger(d.Log).With("part", "lanes") }

// take reads the lane's first event, thinks, and acts, or hands the event to the
// lane of the ticket it names.
func (d *Dispatcher) take(ctx context.Context, l lane) (grid.Event, bool, error) {
	t, ok, err := d.read(ctx, l)
	if err != nil || !ok {
		return t.ev, ok, err
	}
	if t.thinks() {
		t.ev.Intent = d.think(ctx, t.m, t.scene)
	}
	var to grid.LaneID
	leave := d.sit()
	err = d.Store.Update(ctx, l.community, func(tx storage.Tx) error {
		to = ""
		err := t.still(tx, l.id)
		if err != nil {
			return err
		}
		if l.id == t.scene.Chat.Lane(t.scene.Area) { // what was handed here stays here
			if to, err = hand(tx, t, l.id); err != nil || to != "" {
				return err
			}
		}
		return d.act(ctx, tx, t.ev)
	})
	leave()
	switch {
	case err != nil:
	case to != "":
		d.Wake(l.community, to)
	case d.Acted != nil:
		d.Acted()
	}
	return t.ev, true, err
}

// taken is an event in a lane's hand, with what there is to think about it.
type taken struct {
	ev    grid.Event
	m     grid.Message
	scene grid.Scene
}

// read looks at the lane's first event, false when there is none. A press needs
// no thinking: it means the command of its button.
func (d *Dispatcher) read(ctx context.Context, l lane) (t taken, ok bool, err error) {
	defer d.sit()()
	err = d.Store.View(ctx, l.community, func(tx storage.Tx) (err error) {
		t.ev, ok, err = tx.Inbox().Next(l.id)
		if err != nil || !ok || t.ev.Kind == grid.EventTimer {
			return err
		}
		if t.m, t.scene, err = Look(tx, t.ev, d.Time.Now(), d.Name); err != nil {
			return &failed{err}
		}
		if t.ev.Kind == grid.EventRead {
			t.m.Heard = t.scene.Now // its words are heard only now
		}
		t.ev.Intent = grid.Intent{Kind: grid.Chatter, By: "rule", Confidence: 1}
		if t.ev.Press != nil {
			t.ev.Intent, err = pressed(tx, *t.ev.Press)
		}
		return err
	})
	return t, ok, err
}

// thinks reports whether there is anything to understand.
func (t taken) thinks() bool {
	return (t.ev.Kind == grid.EventMessage || t.ev.Kind == grid.EventEdit || t.ev.Kind == grid.EventRead) && t.m.ID != "" && t.m.Recalled.IsZero()
}

// still makes sure that nothing passed while the lane was thinking: the event is
// the lane's first, and what was thought about has not been taken back.
func (t taken) still(tx storage.Tx, l grid.LaneID) error {
	first, ok, err := tx.Inbox().Next(l)
	if err != nil {
		return fmt.Errorf("reading lane %s: %w", l, err)
	} else if !ok || first.Seq != t.ev.Seq {
		return errPassed
	}
	if !t.thinks() {
		return nil
	}
	m, err := tx.Messages().Get(t.m.ID)
	if err == nil && !m.Recalled.IsZero() {
		return errPassed
	}
	return err
}

// think asks the Thinker, with the patience that is left since hearing: a lane
// that is behind gets local answers and so catches up.
func (d *Dispatcher) think(ctx context.Context, m grid.Message, s grid.Scene) grid.Intent {
	left := d.Patience
	if left == 0 {
		left = Patience
	}
	ctx, cancel := context.WithTimeout(ctx, max(left-s.Now.Sub(m.Heard), hurry))
	defer cancel()
	return d.Think.Think(ctx, m, s)
}

// pressed turns a press into the command of the button. A button that is not
// there gives an order without a command.
func pressed(tx storage.Tx, p grid.Press) (grid.Intent, error) {
	in := grid.Intent{Kind: grid.Order, By: "rule", Confidence: 1}
	o, err := tx.Outbox().Get(p.Post)
	if ok, err := found(err); !ok {
		return in, err
	}
	for _, b := range o.Buttons {
		if b.Label == p.Button {
			c := b.Command
			c.Ticket = cmp.Or(c.Ticket, o.Ticket)
			in.Command = &c
			break
		}
	}
	return in, nil
}

// hand moves an event that names a ticket of another lane to that lane, and
// gives the lane; "" when it is to be acted on here.
func hand(tx storage.Tx, t taken, here grid.LaneID) (grid.LaneID, error) {
	no, err := names(tx, t)
	if err != nil || no == 0 {
		return "", err
	}
	ticket, err := tx.Tickets().Get(no)
	if ok, err := found(err); !ok || ticket.Lane() == here {
		return "", err
	}
	return ticket.Lane(), tx.Inbox().Hand(t.ev.Seq, ticket.Lane())
}

// names gives the ticket that an event is about: of the command, of the linked
// matter, or of the message that is edited or taken back; 0: none.
func names(tx storage.Tx, t taken) (grid.TicketNo, error) {
	in := t.ev.Intent
	if in.Command != nil && in.Command.Ticket != 0 {
		return in.Command.Ticket, nil
	}
	if in.Link.Ticket != 0 || t.m.Of == "" {
		return in.Link.Ticket, nil
	}
	of, err := tx.Messages().Get(t.m.Of)
	_, err = found(err)
	return of.Ticket, err
}

// act lets the Handler act and takes the event, all in one transaction.
func (d *Dispatcher) act(ctx context.Context, tx storage.Tx, ev grid.Event) error {
	ev.At = d.Time.Now()
	if err := d.handle(ctx, tx, ev); err != nil {
		return &failed{err}
	}
	if err := tx.Inbox().Take(ev.Seq, ev.At); err != nil {
		return fmt.Errorf("taking event %d: %w", ev.Seq, err)
	}
	return nil
}

// handle calls the Handler; a panic is an error like any other, so that one bad
// message cannot take the program down at every start. A message that no handler
// said the end of ends as an error: the counts must add up.
func (d *Dispatcher) handle(ctx context.Context, tx storage.Tx, ev grid.Event) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
			d.log().Error("a handler panicked", "event", ev.Seq, "kind", ev.Kind, "stack", string(debug.Stack()))
		}
	}()
	if err := d.Act.Handle(ctx, tx, ev); err != nil {
		return err
	}
	return ended(tx, ev.Message.ID, "no handler said what became of it", false)
}

// ended writes down that a message ended as an error; unless over, only when it
// has not ended otherwise.
func ended(tx storage.Tx, id grid.MessageID, reason string, over bool) error {
	if id == "" {
		return nil
	}
	m, err := tx.Messages().Get(id)
	if ok, err := found(err); !ok || m.Outcome != "" && !over {
		return err
	}
	m.Outcome, m.Reason = grid.OutError, reason
	return tx.Messages().Put(m)
}

// retry counts a failed try and waits a moment; after the last one the event
// leaves the inbox as an error, so that it cannot block its lane.
func (d *Dispatcher) retry(ctx context.Context, l lane, ev grid.Event, why *failed) error {
	ev.Tries++
	aside := ev.Tries > maxTries
	err := d.Store.Update(ctx, l.community, func(tx storage.Tx) error {
		if !aside {
			return tx.Inbox().Keep(ev)
		}
		if err := ended(tx, ev.Message.ID, why.Error(), true); err != nil {
			return err
		}
		return tx.Inbox().Take(ev.Seq, d.Time.Now())
	})
	switch {
	case err != nil:
		return fmt.Errorf("writing down that event %d failed: %w", ev.Seq, err)
	case aside:
		d.log().Error("an event is put aside: it could not be acted on", "lane", l.id, "event", ev.Seq, "kind", ev.Kind, "tries", ev.Tries, "err", why)
	default:
		pause(ctx, ev.Tries)
	}
	return nil
}
