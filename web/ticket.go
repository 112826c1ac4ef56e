package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// step is an entry of the journal as the API tells it.
type step struct {
	At     time.Time   `json:"at"`
	Who    string      `json:"who"` // "" for the program itself
	Role   grid.Role   `json:"role"`
	Want   grid.Want   `json:"want"`
	From   grid.Status `json:"from"`
	To     grid.Status `json:"to"`
	Why    string      `json:"why"`
	Reason grid.Reason `json:"reason,omitempty"`
}

// heard is a message of a ticket as the API tells it.
type heard struct {
	ID       grid.MessageID   `json:"id"`
	At       time.Time        `json:"at"`
	From     string           `json:"from"`
	Kind     grid.MessageKind `json:"kind"`
	Text     string           `json:"text"` // "" when taken back
	Media    []grid.MediaID   `json:"media,omitempty"`
	Recalled bool             `json:"recalled,omitempty"`
}

// details is what one ticket has beyond the list.
type details struct {
	beside
	Journal []step  `json:"journal"`
	Heard   []heard `json:"heard"`
}

// ticket answers GET /api/tickets/N.
func (b *Web) ticket(w http.ResponseWriter, r *http.Request) error {
	who, err := b.who(r)
	if err != nil {
		return err
	}
	unknown := &grid.Error{Code: grid.NotFound, Say: fmt.Sprintf("没有 %s 号事项。", r.PathValue("no"))}
	no, err := strconv.Atoi(r.PathValue("no"))
	if err != nil {
		return unknown
	}
	var out row
	err = b.view(r.Context(), func(tx storage.Tx) error {
		t, err := tx.Tickets().Get(grid.TicketNo(no))
		if errors.Is(err, storage.ErrNotFound) {
			return unknown
		} else if err != nil {
			return fmt.Errorf("reading ticket %d: %w", no, err)
		}
		if ok, err := who.sees(tx, &t); err != nil {
			return fmt.Errorf("reading the reporter of ticket %d: %w", no, err)
		} else if !ok {
			return unknown // as for a number that does not exist
		}
		now := b.opt.Now()
		if out, err = b.row(tx, t, now); err != nil {
			return err
		}
		d := details{beside: besideOf(t, now)}
		tell := teller{tx: tx, who: who, zone: now.Location(), names: map[grid.PersonID]string{}}
		if d.Journal, err = tell.journal(t); err != nil {
			return err
		}
		d.Heard, err = tell.heard(t)
		out.more = d
		return err
	})
	if err != nil {
		return err
	}
	return give(w, r, out)
}

// teller reads journals and messages for people.
type teller struct {
	tx    storage.Tx
	who   eyes
	zone  *time.Location
	names map[grid.PersonID]string
}

func (l teller) journal(t grid.Ticket) ([]step, error) {
	entries, err := l.tx.Journal().Of(t.No)
	if err != nil {
		return nil, fmt.Errorf("reading the journal of ticket %d: %w", t.No, err)
	}
	out := []step{}
	for _, e := range entries {
		s := step{At: e.At.In(l.zone), Role: e.By.Role, Want: e.Want, From: e.From, To: e.To, Reason: e.Reason}
		if t.Reporter != "" || e.By.Role != grid.Resident {
			// The reporter of a matter told in private was hidden: so are the steps'.
			if s.Who, err = l.name(e.By.Person); err != nil {
				return nil, err
			}
		}
		if s.Why, err = l.tx.Words().Get(e.Why); err != nil {
			return nil, fmt.Errorf("reading why of ticket %d: %w", t.No, err)
		}
		out = append(out, s)
	}
	return out, nil
}

// heard gives the ticket's messages; to who may not see all, only what was said
// in the open or by them.
func (l teller) heard(t grid.Ticket) ([]heard, error) {
	out := []heard{}
	for _, id := range t.Messages {
		m, err := l.tx.Messages().Get(id)
		if errors.Is(err, storage.ErrNotFound) {
			continue
		} else if err != nil {
			return nil, fmt.Errorf("reading message %s: %w", id, err)
		}
		from, err := l.name(m.From)
		if err != nil {
			return nil, err
		}
		if !l.who.all && !open(m.Chat) && from != l.who.name {
			continue
		}
		h := heard{ID: m.ID, At: m.Sent.In(l.zone), From: from, Kind: m.Kind, Text: m.Shown(), Recalled: !m.Recalled.IsZero()}
		if !h.Recalled {
			h.Media = m.Media
		}
		out = append(out, h)
	}
	return out, nil
}

func (l teller) name(id grid.PersonID) (string, error) {
	if n, ok := l.names[id]; ok || id == "" {
		return n, nil
	}
	p, err := l.tx.Roster().Person(id)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return "", fmt.Errorf("reading a name: %w", err)
	}
	l.names[id] = p.Name
	return p.Name, nil
}
