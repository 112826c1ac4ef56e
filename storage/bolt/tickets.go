package bolt

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"youshi/grid"
	"youshi/storage"
)

type tickets struct{ *tx }

func (t tickets) NextNo() (grid.TicketNo, error) {
	n, err := t.next(ticketsBucket)
	return grid.TicketNo(n), err
}

func (t tickets) Put(x grid.Ticket) error {
	if x.No <= 0 {
		return errors.New("putting a ticket: it has no number")
	}
	no := key{}.num(uint64(x.No))
	old, err := get[grid.Ticket](t.look(ticketsBucket), no)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return fmt.Errorf("putting ticket %d: %w", x.No, err)
	}
	if err == nil {
		if err := t.unindex(old, x); err != nil {
			return fmt.Errorf("putting ticket %d: %w", x.No, err)
		}
	}
	b, err := t.edit(ticketsBucket)
	if err != nil {
		return err
	}
	if uint64(x.No) > b.Sequence() {
		if err := b.SetSequence(uint64(x.No)); err != nil {
			return fmt.Errorf("counting tickets: %w", err)
		}
	}
	err = t.putJSON(no, x, ticketsBucket)
	for where, k := range ticketKeys(x) {
		err = errors.Join(err, t.put(k, ticketValue(where, x), where))
	}
	return err
}

// unindex drops the index keys of old that x no longer has.
func (t tickets) unindex(old, x grid.Ticket) error {
	var err error
	now := ticketKeys(x)
	for where, k := range ticketKeys(old) {
		if string(now[where]) != string(k) {
			err = errors.Join(err, t.drop(k, where))
		}
	}
	return err
}

// ticketKeys gives the ticket's key in each index that holds it.
func ticketKeys(x grid.Ticket) map[string][]byte {
	no := uint64(x.No)
	keys := map[string][]byte{ticketsHeard: key{}.time(x.Heard).num(no)}
	if !x.Status.Ended() {
		keys[ticketsOpen] = key{}.text(string(x.Area)).num(no)
		if x.Assignee != "" {
			keys[ticketsMine] = key{}.text(string(x.Assignee)).num(no)
		}
	}
	return keys
}

func ticketValue(where string, x grid.Ticket) []byte {
	if where == ticketsHeard {
		return []byte(x.Area)
	}
	return nil
}

func (t tickets) Get(no grid.TicketNo) (grid.Ticket, error) {
	x, err := get[grid.Ticket](t.look(ticketsBucket), key{}.num(uint64(no)))
	if err != nil {
		return x, fmt.Errorf("ticket %d: %w", no, err)
	}
	return x, nil
}

func (t tickets) Open(area grid.AreaID) ([]grid.Ticket, error) {
	return t.listed(ticketsOpen, string(area))
}

func (t tickets) OpenOf(assignee grid.PersonID) ([]grid.Ticket, error) {
	return t.listed(ticketsMine, string(assignee))
}

func (t tickets) listed(where, whose string) ([]grid.Ticket, error) {
	var out []grid.Ticket
	for k := range within(t.look(where), key{}.text(whose)) {
		x, err := t.Get(grid.TicketNo(numAt(k)))
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

func (t tickets) Heard(areas []grid.AreaID, from, to time.Time) iter.Seq2[grid.Ticket, error] {
	return func(yield func(grid.Ticket, error) bool) {
		for k, area := range walk(t.look(ticketsHeard), key{}.time(from), key{}.time(to)) {
			if len(areas) > 0 && !slices.Contains(areas, grid.AreaID(area)) {
				continue
			}
			x, err := t.Get(grid.TicketNo(numAt(k)))
			if !yield(x, err) || err != nil {
				return
			}
		}
	}
}

func (t tickets) All() iter.Seq2[grid.Ticket, error] {
	return each[grid.Ticket](walk(t.look(ticketsBucket), nil, nil))
}
