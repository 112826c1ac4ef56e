package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"youshi/app/print"
	"youshi/grid"
	"youshi/storage"
)

// Issued is a one-time code that was just made. It is told once.
type Issued struct {
	Code      string           `json:"code"`
	Role      grid.Role        `json:"role,omitempty"`
	Staff     bool             `json:"staff,omitempty"`
	Area      grid.AreaID      `json:"area"`
	Person    string           `json:"person,omitempty"` // a name
	Known     bool             `json:"known,omitempty"`  // somebody of that name holds or held a role: the account becomes theirs
	Community grid.CommunityID `json:"community"`
	Until     time.Time        `json:"until"`
}

// office is a role somebody holds or held.
type office struct {
	Community grid.CommunityID `json:"community"`
	Person    string           `json:"person"`
	ID        grid.PersonID    `json:"id"`
	Role      grid.Role        `json:"role"`
	Area      grid.AreaID      `json:"area"`
	Since     time.Time        `json:"since"`
	Until     *time.Time       `json:"until"`
	Channels  []grid.ChannelID `json:"channels"` // by which the person can be known; none: a code is needed
}

// invitation is an open one, without its code.
type invitation struct {
	Community grid.CommunityID `json:"community"`
	Role      grid.Role        `json:"role,omitempty"`
	Chat      grid.ChatKind    `json:"chat,omitempty"`
	Area      grid.AreaID      `json:"area"`
	Person    string           `json:"person,omitempty"`
	Made      time.Time        `json:"made"`
	Until     time.Time        `json:"until"`
}

// appointment is a line of the record of who came to hold what.
type appointment struct {
	Community grid.CommunityID `json:"community"`
	storage.Appointment
}

// roles lists who holds what, and what codes are still good for.
func (d desk) roles(ctx context.Context, ask Ask, out io.Writer) error {
	offices, invitations, record := []office{}, []invitation{}, []appointment{}
	err := d.each(ctx, ask, func(tx storage.Tx) error {
		officers, err := tx.Roster().Officers()
		if err != nil {
			return err
		}
		for _, p := range officers {
			offices = append(offices, d.officesOf(tx, p)...)
		}
		lines, err := storage.Appointments(tx)
		for _, a := range lines {
			a.At = d.local(a.At)
			record = append(record, appointment{tx.Community(), a})
		}
		if err != nil {
			return err
		}
		open, err := storage.Invitations(tx, d.now, false)
		for _, in := range open {
			name := in.Name
			if p, err := tx.Roster().Person(in.Person); err == nil {
				name = p.Name
			}
			invitations = append(invitations, invitation{tx.Community(), in.Role, in.Chat, in.Area, name, d.local(in.Made), d.local(in.Until)})
		}
		return err
	})
	if err != nil {
		return err
	}
	if ask.JSON {
		return print.JSON(out, map[string]any{"roles": offices, "invitations": invitations, "record": record})
	}
	if len(offices) == 0 {
		err = print.Line(out, "nobody holds a role: youshi roles invite ROLE --area NAME makes a code")
	} else {
		err = print.Table(out, "COMMUNITY\tPERSON\tID\tROLE\tAREA\tSINCE\tUNTIL\tKNOWN BY", func(row func(...any)) {
			for _, o := range offices {
				row(o.Community, o.Person, o.ID, o.Role, o.Area, d.at(&o.Since), d.at(o.Until), orNone(o.Channels))
			}
		})
	}
	if err != nil || len(invitations) == 0 {
		return err
	}
	return print.Table(out, "\nOPEN CODES FOR\tAREA\tPERSON\tMADE\tUNTIL", func(row func(...any)) {
		for _, in := range invitations {
			what := string(in.Role)
			if in.Chat != "" {
				what = string(in.Chat) + " chat"
			}
			row(what, in.Area, in.Person, d.at(&in.Made), d.at(&in.Until))
		}
	})
}

func orNone(channels []grid.ChannelID) string {
	if len(channels) == 0 {
		return "no account yet"
	}
	return strings.Join(words(channels), ", ")
}

func words[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, x := range all {
		out[i] = string(x)
	}
	return out
}

func (d desk) officesOf(tx storage.Tx, p grid.Person) []office {
	channels := []grid.ChannelID{}
	for _, id := range p.Identities {
		if id.Channel != "config" && !id.Weak && !slices.Contains(channels, id.Channel) {
			channels = append(channels, id.Channel)
		}
	}
	var out []office
	for _, o := range p.Offices {
		line := office{tx.Community(), p.Name, p.ID, o.Role, o.Area, d.local(o.Since), nil, channels}
		if !o.Until.IsZero() {
			until := d.local(o.Until)
			line.Until = &until
		}
		out = append(out, line)
	}
	return out
}

func (d desk) local(t time.Time) time.Time { return t.In(d.config.Timezone) }

// invite makes a code for a role, or for the chat that it will be said in.
func (d desk) invite(ctx context.Context, ask Ask, out io.Writer) error {
	if err := known(ask); err != nil {
		return err
	}
	having := func(tx storage.Tx) (bool, error) {
		_, err := tx.Roster().Area(ask.Area)
		if errors.Is(err, storage.ErrNotFound) {
			return false, nil
		}
		return err == nil, err
	}
	var c grid.CommunityID
	none := fmt.Sprintf("there is no area %q; the areas are those of [[area]] in the config", ask.Area)
	if err := d.one(ctx, ask, having, none, func(tx storage.Tx) error { c = tx.Community(); return nil }); err != nil {
		return err
	}
	issued := Issued{Code: grid.NewCode(), Role: ask.Role, Area: ask.Area, Community: c, Until: d.local(d.now.Add(d.config.Roles.Invitation))}
	in := grid.Invitation{Key: grid.CodeKey(issued.Code), Role: ask.Role, Area: ask.Area, Made: d.now, Until: issued.Until}
	if ask.Role == "" {
		in.Chat, issued.Staff = grid.GroupChat, ask.Staff
		if ask.Staff {
			in.Chat = grid.StaffChat
		}
	}
	err := d.store.Update(ctx, c, func(tx storage.Tx) error {
		if _, err := storage.Invitations(tx, d.now, true); err != nil {
			return err
		}
		in.Person, in.Name, issued.Person, issued.Known = "", "", ask.Person, false
		if ask.Person != "" {
			p, err := whoIs(tx, ask.Person)
			switch {
			case err == nil:
				in.Person, issued.Person, issued.Known = p.ID, p.Name, true
			case grid.CodeOf(err) == grid.NotFound && ask.Role != grid.Resident:
				in.Name = ask.Person
			default:
				return err
			}
		}
		if err := storage.Invite(tx, in); err != nil {
			return err
		}
		return storage.Appoint(tx, storage.Appointment{At: d.now, Did: "invited", Role: in.Role, Area: in.Area, Person: in.Person})
	})
	if err != nil {
		return fmt.Errorf("keeping an invitation: %w", err)
	}
	return print.JSON(out, issued)
}

// known refuses roles that there are not.
func known(ask Ask) error {
	invalid := func(format string, args ...any) error {
		return &grid.Error{Code: grid.Invalid, Say: fmt.Sprintf(format, args...)}
	}
	switch {
	case ask.Area == "":
		return invalid("--area is missing: which area is it for?")
	case ask.Command == "groups invite":
		return nil
	case !ask.Role.Valid():
		return invalid("there is no role %q; right would be one of %s", ask.Role, strings.Join(words(grid.Roles()), ", "))
	case ask.Role == grid.Resident && ask.Person == "":
		return invalid("everybody is a resident without a code; with --person one joins a new account with somebody known")
	}
	return nil
}

// whoIs finds one person by id, or by name among those who hold or held a role:
// names of others are whatever they call themselves today.
func whoIs(tx storage.Tx, name string) (grid.Person, error) {
	if p, err := tx.Roster().Person(grid.PersonID(name)); err == nil && p.Into == "" {
		return p, nil
	}
	officers, err := tx.Roster().Officers()
	if err != nil {
		return grid.Person{}, err
	}
	officers = slices.DeleteFunc(officers, func(p grid.Person) bool { return p.Name != name || p.Into != "" })
	switch len(officers) {
	case 0:
		return grid.Person{}, &grid.Error{Code: grid.NotFound, Say: fmt.Sprintf("nobody called %q holds or held a role, and nobody has that id; youshi roles list shows who does", name)}
	case 1:
		return officers[0], nil
	}
	var ids []grid.PersonID
	for _, p := range officers {
		ids = append(ids, p.ID)
	}
	return grid.Person{}, &grid.Error{Code: grid.Invalid, Say: fmt.Sprintf("several people are called %q: name one by id, %s", name, strings.Join(words(ids), ", "))}
}

// revoke ends offices now, and makes codes for the same person good for nothing.
func (d desk) revoke(ctx context.Context, ask Ask, out io.Writer) error {
	having := func(tx storage.Tx) (bool, error) {
		_, err := whoIs(tx, ask.Person)
		if grid.CodeOf(err) == grid.NotFound {
			return false, nil
		}
		return err == nil, err
	}
	var c grid.CommunityID
	none := fmt.Sprintf("nobody called %q holds a role; youshi roles list shows who does", ask.Person)
	if err := d.one(ctx, ask, having, none, func(tx storage.Tx) error { c = tx.Community(); return nil }); err != nil {
		return err
	}
	var ended []office
	err := d.store.Update(ctx, c, func(tx storage.Tx) error {
		ended = nil
		p, err := whoIs(tx, ask.Person)
		if err != nil {
			return err
		}
		for i, o := range p.Offices {
			if !o.Held(d.now) || ask.Role != "" && o.Role != ask.Role || ask.Area != "" && o.Area != ask.Area {
				continue
			}
			p.Offices[i].Until = d.now
			ended = append(ended, d.officesOf(tx, grid.Person{ID: p.ID, Name: p.Name, Offices: p.Offices[i : i+1]})...)
			line := storage.Appointment{At: d.now, Did: "revoked", Role: o.Role, Area: o.Area, Person: p.ID}
			if err := storage.Appoint(tx, line); err != nil {
				return err
			}
		}
		if len(ended) == 0 {
			return &grid.Error{Code: grid.NotFound, Say: fmt.Sprintf("%s holds no such role now; youshi roles list shows what is held", p.Name)}
		}
		if _, err := tx.Roster().PutPerson(p); err != nil {
			return err
		}
		if err := d.uninvite(tx, p.ID); err != nil || d.revoked == nil {
			return err
		}
		return d.revoked(tx, p)
	})
	if err != nil {
		return fmt.Errorf("revoking: %w", err)
	}
	if ask.JSON {
		return print.JSON(out, map[string]any{"ended": ended})
	}
	for _, o := range ended {
		line := fmt.Sprintf("%s is no %s of %s any more", o.Person, o.Role, o.Area)
		if d.named(o) {
			line += "; take the [[person]] out of the config as well"
		}
		if err := print.Line(out, line); err != nil {
			return err
		}
	}
	return nil
}

// named reports whether the config still says that the office is held.
func (d desk) named(o office) bool {
	for _, p := range d.config.People {
		if p.Name == o.Person && p.Role == o.Role && p.Area == string(o.Area) {
			return true
		}
	}
	return false
}

// uninvite makes the codes that would join somebody good for nothing.
func (d desk) uninvite(tx storage.Tx, p grid.PersonID) error {
	open, err := storage.Invitations(tx, d.now, true)
	if err != nil {
		return err
	}
	for _, in := range open {
		if in.Person == p {
			if err := storage.Uninvite(tx, in.Key); err != nil {
				return err
			}
		}
	}
	return nil
}
