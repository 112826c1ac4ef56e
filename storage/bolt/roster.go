package bolt

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"youshi/grid"
	"youshi/storage"
)

type roster struct{ *tx }

func (r roster) PutArea(a grid.Area) error {
	if a.ID == "" {
		return errors.New("putting an area: it has no id")
	}
	return r.putJSON([]byte(a.ID), a, areasBucket)
}

func (r roster) Area(id grid.AreaID) (grid.Area, error) {
	a, err := get[grid.Area](r.look(areasBucket), []byte(id))
	if err != nil {
		return a, fmt.Errorf("area %s: %w", id, err)
	}
	return a, nil
}

func (r roster) Areas() ([]grid.Area, error) {
	return gather(each[grid.Area](walk(r.look(areasBucket), nil, nil)), 0)
}

func (r roster) PutChat(c grid.Chat) error {
	if c.ID == "" {
		return errors.New("putting a chat: it has no id")
	}
	old, err := get[grid.Chat](r.look(chatsBucket), []byte(c.ID))
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return fmt.Errorf("putting chat %s: %w", c.ID, err)
	}
	native := key{}.text(string(c.Channel)).raw(c.Native)
	if owner := has(r.look(chatsNative), native); c.Native != "" && owner != nil && string(owner) != string(c.ID) {
		return fmt.Errorf("putting chat %s: its place on %s belongs to chat %s", c.ID, c.Channel, owner)
	}
	if old.Native != "" && (old.Channel != c.Channel || old.Native != c.Native) {
		if err := r.drop(key{}.text(string(old.Channel)).raw(old.Native), chatsNative); err != nil {
			return err
		}
	}
	if c.Native != "" {
		if err := r.put(native, []byte(c.ID), chatsNative); err != nil {
			return err
		}
	}
	return errors.Join(r.putJSON([]byte(c.ID), c, chatsBucket), outbox(r).changed(c.ID))
}

func (r roster) Chat(id grid.ChatID) (grid.Chat, error) {
	c, err := get[grid.Chat](r.look(chatsBucket), []byte(id))
	if err != nil {
		return c, fmt.Errorf("chat %s: %w", id, err)
	}
	return c, nil
}

func (r roster) ChatByNative(ch grid.ChannelID, native string) (grid.Chat, error) {
	id := has(r.look(chatsNative), key{}.text(string(ch)).raw(native))
	if id == nil {
		return grid.Chat{}, fmt.Errorf("a chat of channel %s: %w", ch, storage.ErrNotFound)
	}
	return r.Chat(grid.ChatID(id))
}

func (r roster) Chats() ([]grid.Chat, error) {
	return gather(each[grid.Chat](walk(r.look(chatsBucket), nil, nil)), 0)
}

func (r roster) PutPerson(p grid.Person) (grid.Person, error) {
	at := has(r.look(peopleIDs), []byte(p.ID))
	if p.ID == "" || at == nil {
		n, err := r.next(peopleBucket)
		if err != nil {
			return p, err
		}
		if p.ID == "" {
			p.ID = r.freeID(n)
		}
		at = key{}.num(n)
		if err := r.put([]byte(p.ID), at, peopleIDs); err != nil {
			return p, err
		}
	}
	at = slices.Clone(at)
	if err := r.account(p, at); err != nil {
		return p, fmt.Errorf("putting person %s: %w", p.ID, err)
	}
	office := slices.ContainsFunc(p.Offices, func(o grid.Office) bool { return o.Role != grid.Resident })
	if office && has(r.look(peopleOfficers), at) == nil {
		if err := r.put(at, nil, peopleOfficers); err != nil {
			return p, err
		}
	} else if !office {
		if err := r.drop(at, peopleOfficers); err != nil {
			return p, err
		}
	}
	return p, r.putJSON(at, p, peopleBucket)
}

// freeID makes an id for the n-th person; somebody may have brought one along
// that looks the same.
func (r roster) freeID(n uint64) grid.PersonID {
	id := "p" + strconv.FormatUint(n, 10)
	for has(r.look(peopleIDs), []byte(id)) != nil {
		id += "x"
	}
	return grid.PersonID(id)
}

// account makes the person's identities lead to it, and those it no longer has
// lead nowhere. An identity belongs to one person.
func (r roster) account(p grid.Person, at []byte) error {
	old, err := get[grid.Person](r.look(peopleBucket), at)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	for _, id := range p.Identities {
		k := key{}.text(string(id.Channel)).raw(id.ID)
		owner := has(r.look(peopleAccounts), k)
		if owner != nil && string(owner) != string(at) {
			return fmt.Errorf("its account on %s is another person's", id.Channel)
		}
		if owner == nil {
			if err := r.put(k, at, peopleAccounts); err != nil {
				return err
			}
		}
	}
	for _, id := range old.Identities {
		same := func(x grid.Identity) bool { return x.Channel == id.Channel && x.ID == id.ID }
		if !slices.ContainsFunc(p.Identities, same) {
			if err := r.drop(key{}.text(string(id.Channel)).raw(id.ID), peopleAccounts); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r roster) Person(id grid.PersonID) (grid.Person, error) {
	p, err := get[grid.Person](r.look(peopleBucket), has(r.look(peopleIDs), []byte(id)))
	if err != nil {
		return p, fmt.Errorf("person %s: %w", id, err)
	}
	return p, nil
}

func (r roster) PersonOf(id grid.Identity) (grid.Person, error) {
	p, err := get[grid.Person](r.look(peopleBucket), has(r.look(peopleAccounts), key{}.text(string(id.Channel)).raw(id.ID)))
	if err != nil {
		return p, fmt.Errorf("the person of an account on %s: %w", id.Channel, err)
	}
	return p, nil
}

func (r roster) People() ([]grid.Person, error) {
	return gather(each[grid.Person](walk(r.look(peopleBucket), nil, nil)), 0)
}

func (r roster) Officers() ([]grid.Person, error) {
	var out []grid.Person
	for k := range walk(r.look(peopleOfficers), nil, nil) {
		p, err := get[grid.Person](r.look(peopleBucket), k)
		if err != nil {
			return nil, fmt.Errorf("reading officer number %d: %w", numAt(k), err)
		}
		out = append(out, p)
	}
	return out, nil
}
