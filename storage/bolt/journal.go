package bolt

import (
	"errors"
	"fmt"
	"iter"
	"time"

	"youshi/grid"
)

type journal struct{ *tx }

func (j journal) Append(entries ...grid.Entry) error {
	for _, e := range entries {
		if e.Ticket <= 0 {
			return errors.New("appending to the journal: the entry names no ticket")
		}
		last := 0
		of := key{}.num(uint64(e.Ticket))
		for _, k := range back(j.look(journalOf), of, of.past(), 1) {
			last = int(numAt(k))
		}
		if e.Seq != last+1 {
			return fmt.Errorf("appending to the journal of ticket %d: entry %d cannot follow entry %d", e.Ticket, e.Seq, last)
		}
		if err := errors.Join(
			j.putJSON(entryKey(e.At, e.Ticket, e.Seq), e, journalBucket),
			j.put(of.num(uint64(e.Seq)), key{}.time(e.At), journalOf),
		); err != nil {
			return err
		}
	}
	return nil
}

func entryKey(at time.Time, no grid.TicketNo, seq int) []byte {
	return key{}.time(at).num(uint64(no)).num(uint64(seq))
}

func (j journal) Of(no grid.TicketNo) ([]grid.Entry, error) {
	var out []grid.Entry
	for k, at := range within(j.look(journalOf), key{}.num(uint64(no))) {
		e, err := get[grid.Entry](j.look(journalBucket), entryKey(timeOf(at), no, int(numAt(k))))
		if err != nil {
			return nil, fmt.Errorf("entry %d of ticket %d: %w", numAt(k), no, err)
		}
		out = append(out, e)
	}
	return out, nil
}

func (j journal) Between(from, to time.Time) iter.Seq2[grid.Entry, error] {
	return each[grid.Entry](walk(j.look(journalBucket), key{}.time(from), key{}.time(to)))
}
