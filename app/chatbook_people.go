package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"youshi/bot/webchat"
	"youshi/grid"
	"youshi/storage"
)

// The areas above a grid that demo makes up, where the site has none.
const (
	demoCommunity   = grid.AreaID("示范社区")
	demoSubdistrict = grid.AreaID("示范街道")
	demoDistrict    = grid.AreaID("示范区")
)

// People implements webchat.Book.
func (b *chatBook) People(ctx context.Context) (out []webchat.Person, err error) {
	err = b.view(ctx, func(tx storage.Tx) error {
		out = nil
		all, err := tx.Roster().People()
		if err != nil {
			return fmt.Errorf("reading people: %w", err)
		}
		for _, p := range all {
			for _, id := range p.Identities {
				if id.Channel == webchat.ID {
					out = append(out, b.person(p, id.ID))
				}
			}
		}
		return nil
	})
	return out, err
}

// Person implements webchat.Book.
func (b *chatBook) Person(ctx context.Context, name string) (out webchat.Person, err error) {
	err = b.view(ctx, func(tx storage.Tx) error {
		p, err := personNamed(tx, name)
		if errors.Is(err, storage.ErrNotFound) {
			return &grid.Error{Code: grid.NotFound, Say: "没有这个人。"}
		}
		out = b.person(p, name)
		return err
	})
	return out, err
}

// person gives the strongest office in force, as the API tells it.
func (b *chatBook) person(p grid.Person, name string) webchat.Person {
	out := webchat.Person{Name: name, Role: grid.Resident}
	for _, o := range p.Offices {
		if !o.Until.IsZero() && !b.now().Before(o.Until) {
			continue
		}
		if s := grid.Stronger(out.Role, o.Role); s != out.Role {
			out.Role, out.Group = s, string(o.Area)
		}
	}
	return out
}

// Appoint implements webchat.Book: the person holds this role alone from now on.
// Whose matters need somebody else has them in the same transaction.
func (b *chatBook) Appoint(ctx context.Context, in webchat.Person) error {
	if b.stirred != nil {
		defer b.stirred()
	}
	return b.store.Update(ctx, b.community, func(tx storage.Tx) error {
		p, err := personNamed(tx, in.Name)
		if errors.Is(err, storage.ErrNotFound) {
			p = grid.Person{Name: in.Name, Identities: []grid.Identity{{Channel: webchat.ID, ID: in.Name}}}
		} else if err != nil {
			return fmt.Errorf("reading whom to appoint: %w", err)
		}
		held := p.Offices
		p.Offices = nil
		if in.Group != "" {
			area, err := demoArea(tx, in.Group)
			if err != nil {
				return err
			}
			if area, err = areaServed(tx, area, in.Role); err != nil {
				return err
			}
			if in.Role != grid.Resident {
				p.Offices = []grid.Office{{Role: in.Role, Area: area.ID, Since: b.now()}}
			}
		}
		past := ended(held, p.Offices, b.now())
		if len(past) == len(held) {
			p.Absent = nil // a leave from what is held no more
		}
		p.Offices = append(past, p.Offices...)
		if _, err := tx.Roster().PutPerson(p); err != nil {
			return fmt.Errorf("writing down a person: %w", err)
		}
		if b.appointed == nil {
			return nil
		}
		return b.appointed(tx, b.now())
	})
}

// ended are offices as they end now, but for those that are held on: what somebody
// held says who takes over.
func ended(old, now []grid.Office, at time.Time) []grid.Office {
	var out []grid.Office
	for _, o := range old {
		for i, x := range now {
			if x.Role == o.Role && x.Area == o.Area && o.Held(at) && o.For == "" {
				now[i].Since, o.Role = o.Since, ""
			}
		}
		if o.Role == "" {
			continue
		}
		if o.Held(at) {
			o.Until = at
		}
		out = append(out, o)
	}
	return out
}

// enrol gives the person a role in a group beside those held already: recorded
// days say who is who, and one name may serve several groups.
func (b *chatBook) enrol(ctx context.Context, in webchat.Person) error {
	return b.store.Update(ctx, b.community, func(tx storage.Tx) error {
		area, err := demoArea(tx, in.Group)
		if err != nil || in.Role == grid.Resident {
			return err
		}
		if area, err = areaServed(tx, area, in.Role); err != nil {
			return err
		}
		p, err := personNamed(tx, in.Name)
		if errors.Is(err, storage.ErrNotFound) {
			p = grid.Person{Name: in.Name, Identities: []grid.Identity{{Channel: webchat.ID, ID: in.Name}}}
		} else if err != nil {
			return fmt.Errorf("reading whom to enrol: %w", err)
		}
		for _, o := range p.Offices {
			if o.Role == in.Role && o.Area == area.ID {
				return nil
			}
		}
		p.Offices = append(p.Offices, grid.Office{Role: in.Role, Area: area.ID, Since: b.now()})
		if _, err := tx.Roster().PutPerson(p); err != nil {
			return fmt.Errorf("enrolling a person: %w", err)
		}
		return nil
	})
}

// areaServed climbs from the area given to the one that the role serves.
func areaServed(tx storage.Tx, a grid.Area, role grid.Role) (grid.Area, error) {
	above := map[grid.Role]grid.AreaKind{
		grid.Secretary: grid.Community, grid.Unit: grid.Community,
		grid.SubdistrictHQ: grid.Subdistrict, grid.DistrictHQ: grid.District,
	}[role]
	if above == "" {
		return a, nil
	}
	path, err := storage.Path(tx.Roster(), a.ID)
	if err != nil {
		return a, err
	}
	for _, up := range path {
		if up.Kind == above {
			return up, nil
		}
	}
	return a, nil // the tree ends below, or the area given lies above already
}

// Unknown binds a chat of the web chat that demo hears of for the first time
// (bot.Ear's Unknown): a group is a new grid of that name, with its staff chat.
func (b *chatBook) Unknown(tx storage.Tx, ev grid.Event) (grid.Chat, bool, error) {
	if !b.demo || ev.Native.Channel != webchat.ID || ev.Native.Kind == grid.PrivateChat {
		return grid.Chat{}, false, nil
	}
	if _, err := demoArea(tx, ev.Native.Native); err != nil {
		return grid.Chat{}, false, err
	}
	c, err := tx.Roster().ChatByNative(webchat.ID, ev.Native.Native)
	return c, err == nil, err
}

// demoArea gives the area of a group or staff chat as the API names it, and makes
// the grid, its two chats and what lies above it where they do not exist.
func demoArea(tx storage.Tx, name string) (grid.Area, error) {
	r := tx.Roster()
	if c, err := chatNamed(tx, name); err == nil && c.Area != "" {
		return r.Area(c.Area)
	}
	if strings.HasPrefix(name, "private:") {
		return grid.Area{}, &grid.Error{Code: grid.Invalid, Say: "私聊不属于哪个网格，请写群的编号（group）。"}
	}
	id := grid.AreaID(strings.TrimPrefix(name, "staff:"))
	area, err := r.Area(id)
	if errors.Is(err, storage.ErrNotFound) {
		area = grid.Area{ID: id, Kind: grid.Grid}
		if area.Parent, err = demoParent(r); err == nil {
			err = r.PutArea(area)
		}
	}
	if err != nil {
		return area, fmt.Errorf("making area %s: %w", id, err)
	}
	for _, c := range []grid.Chat{
		{ID: grid.ChatID("group:" + id), Kind: grid.GroupChat, Native: string(id)},
		{ID: grid.ChatID("staff:" + id), Kind: grid.StaffChat, Native: "staff:" + string(id)},
	} {
		if _, err := r.ChatByNative(webchat.ID, c.Native); err == nil {
			continue
		}
		c.Channel, c.Area = webchat.ID, id
		if err := r.PutChat(c); err != nil {
			return area, fmt.Errorf("binding chat %s: %w", c.ID, err)
		}
	}
	return area, nil
}

// demoParent gives the community that a new grid belongs to: the site's first,
// or one made up together with what lies above it.
func demoParent(r storage.Roster) (grid.AreaID, error) {
	areas, err := r.Areas()
	if err != nil {
		return "", err
	}
	for _, a := range areas {
		if a.Kind == grid.Community {
			return a.ID, nil
		}
	}
	return demoCommunity, cmp.Or(
		r.PutArea(grid.Area{ID: demoDistrict, Kind: grid.District}),
		r.PutArea(grid.Area{ID: demoSubdistrict, Kind: grid.Subdistrict, Parent: demoDistrict}),
		r.PutArea(grid.Area{ID: demoCommunity, Kind: grid.Community, Parent: demoSubdistrict}),
	)
}
