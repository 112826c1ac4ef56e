package storage

import (
	"errors"
	"fmt"
	"slices"

	"youshi/grid"
)

// Join makes an account that of the person `to`, and gives that person as stored. Who
// had it gives it up; if it was the last, all that person had raised is `to`'s from
// then on (grid.Person.Former). Messages keep their ids; the private chat of the
// account leads to the person, and what waits to be said in it is said to the person.
func Join(tx Tx, account grid.Identity, to grid.Person) (grid.Person, error) {
	r := tx.Roster()
	from, err := r.PersonOf(account)
	switch {
	case errors.Is(err, ErrNotFound):
		to.Identities = append(to.Identities, account)
		return r.PutPerson(to)
	case err != nil:
		return to, fmt.Errorf("looking up whose account it is: %w", err)
	case from.ID == to.ID:
		return to, nil
	}
	from.Identities = slices.DeleteFunc(slices.Clone(from.Identities), func(x grid.Identity) bool { return x.Channel == account.Channel && x.ID == account.ID })
	if len(from.Identities) == 0 {
		from.Into = to.ID
		to.Former = append(append(slices.Clone(to.Former), from.Former...), from.ID)
	}
	if to.Home == "" {
		to.Home = from.Home
	}
	if _, err := r.PutPerson(from); err != nil {
		return to, fmt.Errorf("taking the account from %s: %w", from.ID, err)
	}
	to.Identities = append(to.Identities, account)
	if to, err = r.PutPerson(to); err != nil {
		return to, fmt.Errorf("giving the account to %s: %w", to.ID, err)
	}
	return to, lead(tx, account.Channel, from.ID, to.ID)
}

// lead makes the private chat with one person on a channel that with another one.
func lead(tx Tx, ch grid.ChannelID, from, to grid.PersonID) error {
	r := tx.Roster()
	was, err := r.Chat(grid.ChatID("private:" + string(from)))
	if errors.Is(err, ErrNotFound) || err == nil && was.Channel != ch {
		return nil
	} else if err != nil {
		return fmt.Errorf("reading the private chat of %s: %w", from, err)
	}
	now := was
	was.Native, now.ID, now.Person = "", grid.ChatID("private:"+string(to)), to
	if err := r.PutChat(was); err != nil {
		return fmt.Errorf("releasing chat %s: %w", was.ID, err)
	}
	if err := r.PutChat(now); err != nil {
		return fmt.Errorf("binding chat %s: %w", now.ID, err)
	}
	return Redirect(tx, was.ID, now.ID, "the account is somebody else's now", func(grid.Outgoing) bool { return true })
}

// Redirect says in another chat what waits to be said in one, as far as goes says so;
// why becomes the reason of the posts that are given up for it.
func Redirect(tx Tx, from, to grid.ChatID, why string, goes func(grid.Outgoing) bool) error {
	queued, err := tx.Outbox().QueueOf(from)
	if err != nil {
		return fmt.Errorf("reading what waits for %s: %w", from, err)
	}
	for _, o := range queued {
		if o.State != grid.Waiting || !goes(o) {
			continue
		}
		again := o
		o.State, o.Reason = grid.Dropped, why
		if _, err := tx.Outbox().Set(o); err != nil {
			return fmt.Errorf("giving up post %s: %w", o.ID, err)
		}
		again.Seq, again.ID, again.To, again.Attempts, again.Reason, again.ReplyTo, again.Replaces = 0, "", to, 0, "", "", ""
		if _, err := tx.Outbox().Put(again); err != nil {
			return fmt.Errorf("writing post %s anew for %s: %w", o.ID, to, err)
		}
	}
	return nil
}
