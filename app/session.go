package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"youshi/bot/webchat"
	"youshi/grid"
	"youshi/handlers"
	"youshi/storage"
)

// session is a page that is signed in; the store keeps it under the sha256 of the
// page's token.
type session struct {
	Name string    `json:"name"` // the account
	Seen time.Time `json:"seen"` // used lately, to a day
}

// seenEvery is how often it is written down that a session is used.
const seenEvery = 24 * time.Hour

// readSession reads what is kept of a session. An earlier version kept the name alone:
// such a session counts from its first use now.
func readSession(raw []byte) (session, error) {
	if len(raw) == 0 || raw[0] != '{' {
		return session{Name: string(raw)}, nil
	}
	var s session
	if err := json.Unmarshal(raw, &s); err != nil {
		return s, fmt.Errorf("reading a session: %w", err)
	}
	return s, nil
}

func (b *chatBook) over(s session) bool {
	return b.session > 0 && !s.Seen.IsZero() && b.now().Sub(s.Seen) >= b.session
}

func (b *chatBook) putSession(tx storage.Tx, key, name string) error {
	raw, err := json.Marshal(session{Name: name, Seen: b.now()})
	if err != nil {
		return fmt.Errorf("keeping a session: %w", err)
	}
	return tx.Notes().Put(notesAccounts, key, raw)
}

// Account implements webchat.Book.
func (b *chatBook) Account(ctx context.Context, key string) (string, error) {
	var s session
	nobody := &grid.Error{Code: grid.NotFound, Say: "没有这个账号。"}
	err := b.view(ctx, func(tx storage.Tx) error {
		raw, err := tx.Notes().Get(notesAccounts, key)
		if err != nil {
			return fmt.Errorf("reading an account: %w", err)
		}
		if raw == nil {
			return nobody
		}
		s, err = readSession(raw)
		return err
	})
	switch {
	case err != nil:
		return "", err
	case b.over(s):
		return "", nobody
	case b.now().Sub(s.Seen) >= seenEvery:
		if err := b.store.Update(ctx, b.community, func(tx storage.Tx) error { return b.putSession(tx, key, s.Name) }); err != nil {
			return "", fmt.Errorf("noting that a session is used: %w", err)
		}
	}
	return s.Name, nil
}

// SignUp implements webchat.Book. A name of somebody with an office is taken
// too, whatever channel that person uses: nobody shall be mistaken for staff.
func (b *chatBook) SignUp(ctx context.Context, key, name string) error {
	return b.store.Update(ctx, b.community, func(tx storage.Tx) error {
		if err := free(tx, name); err != nil {
			return err
		}
		p := grid.Person{Name: name, Identities: []grid.Identity{{Channel: webchat.ID, ID: name}}}
		if _, err := tx.Roster().PutPerson(p); err != nil {
			return fmt.Errorf("writing down a new resident: %w", err)
		}
		return b.putSession(tx, key, name)
	})
}

// free refuses a name that somebody has on the web chat, or an officer anywhere.
func free(tx storage.Tx, name string) error {
	taken := &grid.Error{Code: grid.Conflict, Say: "“" + name + "”已经有人用了，请换一个称呼。"}
	if _, err := personNamed(tx, name); err == nil {
		return taken
	} else if !errors.Is(err, storage.ErrNotFound) {
		return fmt.Errorf("looking for the name: %w", err)
	}
	officers, err := tx.Roster().Officers()
	if err != nil {
		return fmt.Errorf("reading officers: %w", err)
	}
	for _, p := range officers {
		if p.Name == name {
			return taken
		}
	}
	return nil
}

// SignIn implements webchat.Book: the page is whoever the code was made for, by the
// account that person has on the web chat, or by a new one.
func (b *chatBook) SignIn(ctx context.Context, key, name, code string) (string, error) {
	account := ""
	err := b.store.Update(ctx, b.community, func(tx storage.Tx) error {
		in, open, err := storage.Invited(tx, grid.CodeKey(code), b.now())
		switch {
		case err != nil:
			return err
		case !open || !grid.IsCode(code):
			return &grid.Error{Code: grid.NotFound, Say: "这个码不对，或者已经过期、用过了，请看看写对没有。"}
		case in.Chat != "":
			return &grid.Error{Code: grid.Invalid, Say: "这个码是绑定群用的，请在那个群里说。"}
		}
		var who grid.Person
		if account, who, err = b.invited(tx, in, name); err != nil {
			return err
		}
		if _, err := handlers.Accept(tx, who, grid.Identity{Channel: webchat.ID, ID: account}, in, b.now()); err != nil {
			return err
		}
		if b.appointed != nil {
			if err := b.appointed(tx, b.now()); err != nil {
				return err
			}
		}
		return b.putSession(tx, key, account)
	})
	if err == nil && b.stirred != nil {
		b.stirred()
	}
	return account, err
}

// invited gives the account that a code signs in, and who has it already, if anybody
// but the one invited.
func (b *chatBook) invited(tx storage.Tx, in grid.Invitation, name string) (account string, who grid.Person, err error) {
	if in.Person == "" {
		if name == "" {
			name = in.Name
		}
		if name == "" {
			return "", who, &grid.Error{Code: grid.Invalid, Say: "请写上怎么称呼您。"}
		}
		if err := free(tx, name); err != nil {
			return "", who, err
		}
		who, err = tx.Roster().PutPerson(grid.Person{Name: name, Identities: []grid.Identity{{Channel: webchat.ID, ID: name}}})
		return name, who, err
	}
	p, err := tx.Roster().Person(in.Person)
	if err != nil {
		return "", who, fmt.Errorf("looking up who was invited: %w", err)
	}
	for _, id := range p.Identities {
		if id.Channel == webchat.ID {
			return id.ID, who, nil
		}
	}
	for _, account := range []string{p.Name, name} {
		if account == "" {
			continue
		}
		if _, err := personNamed(tx, account); errors.Is(err, storage.ErrNotFound) {
			return account, who, nil
		} else if err != nil {
			return "", who, fmt.Errorf("looking for the name: %w", err)
		}
	}
	return "", who, &grid.Error{Code: grid.Conflict, Say: "“" + p.Name + "”在网页上已经有人用了，请另写一个称呼。"}
}

// SignOut implements webchat.Book.
func (b *chatBook) SignOut(ctx context.Context, key string) error {
	return b.store.Update(ctx, b.community, func(tx storage.Tx) error { return tx.Notes().Put(notesAccounts, key, nil) })
}

// forgetSessions drops the sessions that are over.
func (b *chatBook) forgetSessions(tx storage.Tx) error {
	var gone []string
	for key, raw := range tx.Notes().All(notesAccounts) {
		s, err := readSession(raw)
		if err != nil {
			return err
		}
		if b.over(s) {
			gone = append(gone, key)
		}
	}
	for _, key := range gone {
		if err := tx.Notes().Put(notesAccounts, key, nil); err != nil {
			return fmt.Errorf("forgetting a session: %w", err)
		}
	}
	return nil
}
