package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"youshi/bot"
	"youshi/config"
	"youshi/grid"
	"youshi/storage"
)

// byConfig is the channel of the identity that a person of the config has beside
// those of real channels, so that the next start finds the same person.
const byConfig grid.ChannelID = "config"

// communityOf gives the community that an area of the config belongs to: the
// nearest area of that kind above it, else the top of its tree.
func communityOf(cfg config.Config, area string) grid.CommunityID {
	for range cfg.Areas {
		i := slices.IndexFunc(cfg.Areas, func(a config.Area) bool { return a.Name == area })
		if i < 0 || cfg.Areas[i].Kind == grid.Community || cfg.Areas[i].Parent == "" {
			break
		}
		area = cfg.Areas[i].Parent
	}
	return grid.CommunityID(area)
}

// settle writes the config's areas, chats and people into the store, a community
// at a time, and gives the communities. A config without areas gets one
// community to begin with.
func settle(ctx context.Context, store storage.Store, cfg config.Config, now time.Time) ([]grid.CommunityID, error) {
	var all []grid.CommunityID
	for _, a := range cfg.Areas {
		if c := communityOf(cfg, a.Name); (a.Kind == grid.Community || a.Kind == grid.Grid) && !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	if len(all) == 0 {
		all = []grid.CommunityID{grid.CommunityID(demoCommunity)}
	}
	for _, c := range all {
		err := store.Update(ctx, c, func(tx storage.Tx) error { return settleOne(tx, cfg, c, now) })
		if err != nil {
			return nil, fmt.Errorf("writing the config of %s into the store: %w", c, err)
		}
	}
	return all, nil
}

func settleOne(tx storage.Tx, cfg config.Config, c grid.CommunityID, now time.Time) error {
	r := tx.Roster()
	if len(cfg.Areas) == 0 {
		_, err := r.Area(demoCommunity)
		if errors.Is(err, storage.ErrNotFound) {
			_, err = demoParent(r)
		}
		return err
	}
	for _, a := range cfg.Areas {
		if !within(cfg, a.Name, c) {
			continue
		}
		area := grid.Area{ID: grid.AreaID(a.Name), Kind: a.Kind, Parent: grid.AreaID(a.Parent), Households: a.Households}
		if err := r.PutArea(area); err != nil {
			return fmt.Errorf("area %s: %w", a.Name, err)
		}
	}
	for _, g := range cfg.Groups {
		if communityOf(cfg, g.Area) != c {
			continue
		}
		chat := grid.Chat{ID: grid.ChatID("group:" + g.Chat), Kind: grid.GroupChat, Channel: g.Channel, Native: g.Chat, Area: grid.AreaID(g.Area)}
		if g.Staff {
			chat.ID, chat.Kind = grid.ChatID("staff:"+g.Area), grid.StaffChat
		}
		var err error
		if chat.Native, err = bot.Native(tx, g.Channel, g.Chat); err != nil { // it may have moved since
			return err
		}
		if _, err = withOwnID(tx, chat); err != nil {
			return fmt.Errorf("group %s: %w", g.Chat, err)
		}
	}
	return settlePeople(tx, cfg, c, now)
}

// settlePeople gives everybody of the config exactly the offices written there, and
// those held for somebody on leave.
func settlePeople(tx storage.Tx, cfg config.Config, c grid.CommunityID, now time.Time) error {
	offices := map[string][]grid.Office{}
	var names []string
	first := map[string]config.Person{}
	for _, p := range cfg.People {
		if !within(cfg, p.Area, c) {
			continue
		}
		if _, known := first[p.Name]; !known {
			names, first[p.Name] = append(names, p.Name), p
		}
		offices[p.Name] = append(offices[p.Name], grid.Office{Role: p.Role, Area: grid.AreaID(p.Area), Since: now, Until: p.Until.End(cfg.Timezone)})
	}
	for _, name := range names {
		id := grid.Identity{Channel: byConfig, ID: name}
		p, err := tx.Roster().PersonOf(id)
		if errors.Is(err, storage.ErrNotFound) {
			p = grid.Person{Name: name, Identities: []grid.Identity{id}}
		} else if err != nil {
			return fmt.Errorf("person %s: %w", name, err)
		}
		p.Household, p.Offices = first[name].Household, keepSince(p.Offices, offices[name])
		var account grid.Identity
		if n := first[name].Telegram; n != 0 {
			account = grid.Identity{Channel: "telegram", ID: fmt.Sprint(n)}
		}
		if p, err = tx.Roster().PutPerson(p); err == nil && account.ID != "" {
			_, err = storage.Join(tx, account, p) // it may have spoken before as somebody else
		}
		if err != nil {
			return fmt.Errorf("person %s: %w", name, err)
		}
	}
	return nil
}

// keepSince keeps the beginning of offices that were held before, their end where
// the config says none, and what a code gave or is held for somebody on leave.
func keepSince(old, now []grid.Office) []grid.Office {
	for i, o := range now {
		for _, x := range old {
			if x.Role == o.Role && x.Area == o.Area && x.For == "" && !x.Invited {
				now[i].Since = x.Since
				if o.Until.IsZero() {
					now[i].Until = x.Until
				}
			}
		}
	}
	for _, x := range old {
		if x.For != "" || x.Invited {
			now = append(now, x)
		}
	}
	return now
}

// within reports whether the area belongs to the community, lies above it, or
// is it.
func within(cfg config.Config, area string, c grid.CommunityID) bool {
	if communityOf(cfg, area) == c {
		return true
	}
	up := string(c)
	for range cfg.Areas {
		if up == area {
			return true
		}
		i := slices.IndexFunc(cfg.Areas, func(a config.Area) bool { return a.Name == up })
		if i < 0 {
			return false
		}
		up = cfg.Areas[i].Parent
	}
	return false
}
