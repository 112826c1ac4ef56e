package storage

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"youshi/grid"
)

// notesPublic lists what was published (公示): the number and when.
const notesPublic = "public"

// Publish puts a matter onto the list of what was published at that time. One that
// is on it moves.
func Publish(tx Tx, no grid.TicketNo, at time.Time) error {
	if err := tx.Notes().Put(notesPublic, no.String(), []byte(strconv.FormatInt(at.UnixNano(), 10))); err != nil {
		return fmt.Errorf("listing ticket %d as published: %w", no, err)
	}
	return nil
}

// Published gives the numbers of what was published, latest first: also of what may
// not be read any more, see grid.Ticket.Published.
func Published(tx Tx) ([]grid.TicketNo, error) {
	type line struct {
		no grid.TicketNo
		at int64
	}
	var all []line
	for key, value := range tx.Notes().All(notesPublic) {
		no, err := strconv.Atoi(key)
		if err != nil {
			return nil, fmt.Errorf("reading what was published: %w", err)
		}
		at, err := strconv.ParseInt(string(value), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("reading when ticket %d was published: %w", no, err)
		}
		all = append(all, line{grid.TicketNo(no), at})
	}
	slices.SortFunc(all, func(a, b line) int {
		if a.at != b.at {
			return int(min(1, max(-1, b.at-a.at)))
		}
		return int(b.no - a.no)
	})
	out := make([]grid.TicketNo, len(all))
	for i, l := range all {
		out[i] = l.no
	}
	return out, nil
}
