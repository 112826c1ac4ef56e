package desk

import (
	"context"
	"fmt"
	"io"
	"slices"

	"youshi/app/print"
	"youshi/bot"
	"youshi/grid"
	"youshi/storage"
)

// group is a chat that is bound to an area.
type group struct {
	Community grid.CommunityID `json:"community"`
	Channel   grid.ChannelID   `json:"channel"`
	Chat      string           `json:"chat"`
	Name      string           `json:"name,omitempty"`
	Area      grid.AreaID      `json:"area"`
	Staff     bool             `json:"staff"`
}

// groups lists the chats that are bound to an area, and those heard from that are not.
func (d desk) groups(ctx context.Context, ask Ask, out io.Writer) error {
	bound := []group{}
	err := d.each(ctx, ask, func(tx storage.Tx) error {
		chats, err := tx.Roster().Chats()
		for _, c := range chats {
			if c.Kind != grid.PrivateChat && c.Native != "" {
				bound = append(bound, group{tx.Community(), c.Channel, c.Native, c.Name, c.Area, c.Kind == grid.StaffChat})
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	unbound, err := Strangers(ctx, d.store)
	if err != nil {
		return err
	}
	for i := range unbound {
		unbound[i].Since, unbound[i].Last = d.local(unbound[i].Since), d.local(unbound[i].Last)
	}
	if ask.JSON {
		return print.JSON(out, map[string]any{"groups": bound, "unbound": unbound})
	}
	err = print.Table(out, "COMMUNITY\tCHANNEL\tCHAT\tNAME\tAREA\tSTAFF", func(row func(...any)) {
		for _, g := range bound {
			row(g.Community, g.Channel, g.Chat, or(g.Name), g.Area, g.Staff)
		}
	})
	if err != nil || len(unbound) == 0 {
		return err
	}
	return print.Table(out, "\nBOUND TO NOTHING\tCHAT\tNAME\tSINCE\tLAST\tHEARD", func(row func(...any)) {
		for _, s := range unbound {
			row(s.Channel, s.Native, or(s.Name), d.at(&s.Since), d.at(&s.Last), s.Heard)
		}
	})
}

func or(name string) string {
	if name == "" {
		return "-"
	}
	return name
}

// Strangers lists the chats that something was heard from and that are bound to
// nothing in any community, the one heard from first foremost.
func Strangers(ctx context.Context, store storage.Store) ([]bot.Stranger, error) {
	all, err := store.Communities(ctx)
	if err != nil {
		return nil, err
	}
	known, out := map[string]bool{}, []bot.Stranger{}
	for _, c := range all {
		err := store.View(ctx, c, func(tx storage.Tx) error {
			chats, err := tx.Roster().Chats()
			if err != nil {
				return err
			}
			for _, x := range chats {
				known[string(x.Channel)+"/"+x.Native] = true
			}
			met, err := bot.Strangers(tx)
			out = append(out, met...)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("looking for chats that are bound to nothing: %w", err)
		}
	}
	return slices.DeleteFunc(out, func(s bot.Stranger) bool { return known[string(s.Channel)+"/"+s.Native] }), nil
}

// strangers tells which chats are bound to nothing, and how that is mended.
func (d desk) strangers(ctx context.Context, k *print.Findings) error {
	all, err := Strangers(ctx, d.store)
	for _, s := range all {
		k.Warn("the %s chat %q (%s) is bound to nothing and not listened to; heard from since %s. Write [[group]] channel = %q, chat = %q, area = …, or say a code of youshi groups invite there, or take the bot out of it",
			s.Channel, s.Native, or(s.Name), d.local(s.Since).Format("2006-01-02 15:04"), string(s.Channel), s.Native)
	}
	return err
}
