package handlers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"youshi/grid"
	"youshi/storage"
)

// Rule says who is proposed to be sent to a matter. Empty parts fit every matter.
type Rule struct {
	Topic    grid.Topic
	Category grid.Category
	Area     grid.AreaID // the matter's grid, or an area above it
	Role     grid.Role   // whoever holds it there, or
	Name     string      // one person or unit
}

// offered is somebody with what there is to do already.
type offered struct {
	Who   string
	Count int // open matters
	Late  int // of these past their deadline
	Like  int // matters of the same topic solved in this grid
}

// propertyTopics are what a property company looks after, where no rule says otherwise.
var propertyTopics = map[grid.Topic]bool{"facilities": true, "elevator": true, "sanitation": true, "property": true, "greening": true}

// offer writes onto a card for these rooms whom to send, with a button. Residents
// do not read what staff have to do, and an old neighbour not seen has a chain of
// its own. A private matter stays with who decides, unless a rule names somebody.
func (t *turn) offer(tk grid.Ticket, rooms []grid.ChatID, o *grid.Outgoing, c *card) error {
	for _, room := range rooms {
		kind, err := t.kindOf(room)
		if err != nil || kind == grid.GroupChat {
			return err
		}
	}
	if tk.Elder {
		return nil
	}
	who, like, err := t.candidates(tk)
	if err != nil {
		return err
	}
	const atMost = 2
	for _, p := range who[:min(len(who), atMost)] {
		l, err := storage.LoadOf(t.tx, p.ID, t.now)
		if err != nil {
			return err
		}
		c.Offer = append(c.Offer, offered{Who: p.Name, Count: l.Open, Late: l.Late, Like: like[p.ID]})
		b := button("派单 @"+p.Name, grid.WantAssign, tk.No)
		b.Command.Who = p.Name
		o.Buttons = append(o.Buttons, b)
	}
	return nil
}

// candidates gives whom a matter could be given to, the best first, and how often
// each solved the like: by the site's rules, then by who solved it before, then by
// what the matter is about.
func (t *turn) candidates(tk grid.Ticket) ([]grid.Person, map[grid.PersonID]int, error) {
	like, err := t.solvers(tk)
	if err != nil {
		return nil, nil, err
	}
	out, err := t.byRules(tk)
	if err != nil {
		return nil, nil, err
	}
	if !tk.Private {
		more, err := t.byTrade(tk, like)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, more...)
	}
	seen := map[grid.PersonID]bool{tk.Assignee: true}
	return slices.DeleteFunc(out, func(p grid.Person) bool {
		twice := seen[p.ID]
		seen[p.ID] = true
		return twice || p.Name == ""
	}), like, nil
}

// byRules gives those whom the site's rules name.
func (t *turn) byRules(tk grid.Ticket) ([]grid.Person, error) {
	path, err := storage.Path(t.tx.Roster(), tk.Area)
	if err != nil {
		return nil, err
	}
	var out []grid.Person
	for _, r := range t.Assign {
		within := r.Area == "" || slices.ContainsFunc(path, func(a grid.Area) bool { return a.ID == r.Area })
		if !within || r.Topic != "" && r.Topic != tk.Topic || r.Category != "" && r.Category != tk.Category {
			continue
		}
		there, err := t.holders(r.Role, tk)
		if r.Name != "" {
			var p grid.Person
			if p, err = t.named(r.Name, tk.Area); grid.CodeOf(err) != "" {
				continue // nobody of that name now, or on leave
			}
			there = []grid.Person{p}
		}
		if err != nil {
			return nil, err
		}
		out = append(out, there...)
	}
	return out, nil
}

// byTrade gives who solved the like before, and who looks after such things.
func (t *turn) byTrade(tk grid.Ticket, like map[grid.PersonID]int) ([]grid.Person, error) {
	var out []grid.Person
	for id := range like {
		p, err := t.tx.Roster().Person(id)
		if err != nil {
			return nil, fmt.Errorf("looking up person %s: %w", id, err)
		}
		if fit, err := t.fit(p, tk.Area); err != nil {
			return nil, err
		} else if fit {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b grid.Person) int { return cmp.Or(like[b.ID]-like[a.ID], cmp.Compare(a.ID, b.ID)) })
	role := grid.Role("")
	switch {
	case propertyTopics[tk.Topic]:
		role = grid.Property
	case tk.Topic == "neighbour" || tk.Topic == "noise" || tk.Topic == "pets":
		role = grid.BuildingHead
	}
	there, err := t.holders(role, tk)
	return append(out, there...), err
}

// holders gives who holds a role where the matter is, who has least to do first.
// Of building heads only that of the building which the place names counts, where
// buildings are on the Roster.
func (t *turn) holders(role grid.Role, tk grid.Ticket) ([]grid.Person, error) {
	if role == "" {
		return nil, nil
	}
	there, err := storage.Holders(t.tx.Roster(), role, tk.Area, t.now)
	if err != nil {
		return nil, err
	}
	if role == grid.BuildingHead {
		place, err := t.words(tk.Location)
		if err != nil {
			return nil, err
		}
		there = slices.DeleteFunc(there, func(p grid.Person) bool {
			return !slices.ContainsFunc(p.Offices, func(o grid.Office) bool {
				return o.Held(t.now) && o.Role == role && (o.Area == tk.Area || strings.Contains(place, string(o.Area)))
			})
		})
	}
	return t.leastFirst(there)
}

// leastFirst sorts people by what they have to do; ties keep their order.
func (t *turn) leastFirst(people []grid.Person) ([]grid.Person, error) {
	load := map[grid.PersonID]int{}
	for _, p := range people {
		l, err := storage.LoadOf(t.tx, p.ID, t.now)
		if err != nil {
			return nil, err
		}
		load[p.ID] = l.Open
	}
	slices.SortStableFunc(people, func(a, b grid.Person) int { return load[a.ID] - load[b.ID] })
	return people, nil
}
