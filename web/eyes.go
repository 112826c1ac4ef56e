package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// lookEvery is how often a look of the same person at the same private matter goes
// into the journal.
const lookEvery = time.Hour

// eyes are whose view of the tickets an answer gives.
type eyes struct {
	all   bool
	name  string
	now   time.Time
	known bool // the name is somebody's
	p     grid.Person
	roles map[grid.AreaID]grid.Role // of p, as far as asked for
}

// who gives the eyes of a request.
func (b *Web) who(r *http.Request) (eyes, error) {
	name, all, err := b.opt.Who(r)
	var with interface{ Status() int }
	if err != nil && !errors.As(err, &with) {
		err = unauthorized{err}
	}
	return eyes{all: all, name: name, now: b.opt.Now(), roles: map[grid.AreaID]grid.Role{}}, err
}

type unauthorized struct{ error }

func (unauthorized) Status() int { return http.StatusUnauthorized }

// meet looks up whose eyes they are.
func (b *Web) meet(tx storage.Tx, e *eyes) error {
	if e.all || e.name == "" {
		return nil
	}
	p, err := tx.Roster().PersonOf(grid.Identity{Channel: b.opt.Accounts, ID: e.name})
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	} else if err != nil {
		return fmt.Errorf("reading who looks: %w", err)
	}
	e.p, e.known = p, true
	return nil
}

// role gives the role held in an area.
func (e eyes) role(tx storage.Tx, a grid.AreaID) (grid.Role, error) {
	if r, ok := e.roles[a]; ok {
		return r, nil
	}
	r, err := storage.RoleIn(tx.Roster(), e.p, a, e.now)
	e.roles[a] = r
	return r, err
}

// operates reports whether they are an operator's, of any area.
func (e eyes) operates() bool {
	return !e.p.Weak() && slices.ContainsFunc(e.p.Offices, func(o grid.Office) bool { return o.Role == grid.Operator && o.Held(e.now) })
}

// sight is how much of a ticket somebody may read.
type sight struct {
	seen  bool // at all; otherwise it is as a number that does not exist
	named bool // its reporter's name
	whole bool // all that was heard of it
}

// sees gives how much of a ticket may be shown: to who decides in its area and to
// whom it was given all of it, to other staff all that is not private, to a reporter
// the own words, to everybody what was said in the open.
func (e eyes) sees(tx storage.Tx, t grid.Ticket) (sight, error) {
	if e.all {
		return sight{true, true, true}, nil
	}
	open := sight{seen: !t.Private, named: open(t.Chat)}
	if !e.known || e.p.Weak() {
		return open, nil
	}
	role, err := e.role(tx, t.Area)
	if err != nil {
		return sight{}, err
	}
	stands := t.StandingOf(e.p.ID)
	for _, was := range e.p.Former {
		stands |= t.StandingOf(was)
	}
	switch {
	case grid.Decides(role), stands.Has(grid.StandsAssignee | grid.StandsUnit), role.Staff() && !t.Private,
		t.Elder && (role == grid.BuildingHead || role == grid.Property): // who can go and knock
		return sight{true, true, true}, nil
	case stands.Has(grid.StandsReporter):
		return sight{true, true, false}, nil
	case stands.Has(grid.StandsSupporter):
		open.seen = true
	}
	return open, nil
}

// open reports whether everybody in the group could read the chat.
func open(c grid.ChatID) bool { return strings.HasPrefix(string(c), "group:") }

// looked reports whether the journal should say that they read a private matter now:
// not the reporter's own, and once an hour.
func (e eyes) looked(tx storage.Tx, t grid.Ticket) (bool, error) {
	if !t.Private || !e.known || t.Reporter == e.p.ID || slices.Contains(e.p.Former, t.Reporter) {
		return false, nil
	}
	entries, err := tx.Journal().Of(t.No)
	if err != nil {
		return false, fmt.Errorf("reading the journal of ticket %d: %w", t.No, err)
	}
	for _, x := range slices.Backward(entries) {
		if x.Want == grid.WantLook && x.By.Person == e.p.ID && e.now.Sub(x.At) < lookEvery {
			return false, nil
		}
	}
	return true, nil
}

// viewer is whose board it is, as the page tells it.
type viewer struct {
	Name     string    `json:"name"`
	Role     grid.Role `json:"role,omitempty"` // the strongest
	Area     string    `json:"area,omitempty"`
	Operator bool      `json:"operator,omitempty"`
}

func (e eyes) viewer() *viewer {
	if !e.known {
		return nil
	}
	v := &viewer{Name: e.name, Role: grid.Resident, Operator: e.operates()}
	for _, o := range e.p.Offices {
		if s := grid.Stronger(v.Role, o.Role); o.Held(e.now) && s != v.Role {
			v.Role, v.Area = s, string(o.Area)
		}
	}
	return v
}
