package handlers

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"youshi/grid"
	"youshi/storage"
)

// Public is how a site tells residents what became of a matter (公示).
type Public struct {
	URL        string // of the web page, for links that the bot sends; "": none
	Supporters int    // from so many on a closed matter is worth a public result; 0: no number is
}

// shown is what is published of a matter, in words.
type shown struct{ Done, Basis, Standard, Outcome, Link string }

// longestPart is how many characters one part of what is published may have.
const longestPart = 500

// label begins each part of what is published.
var label = regexp.MustCompile(`(^|[\s、；;，,。.！!])(做法|依据|标准|结果)\s*[:：]`)

// partsOf reads 做法：… 依据：… 标准：… 结果：… in any order, and gives the names of
// those that are missing.
func partsOf(text string) (parts map[string]string, missing []string) {
	parts = map[string]string{}
	at := label.FindAllStringSubmatchIndex(text, -1)
	for i, x := range at {
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		name := text[x[4]:x[5]]
		words := strings.Trim(text[x[1]:end], " \n\t、；;，,")
		if words != "" && parts[name] != "" {
			words = parts[name] + "；" + words
		}
		if words != "" {
			parts[name] = words
		}
	}
	for _, name := range []string{"做法", "依据", "标准", "结果"} {
		if parts[name] == "" {
			missing = append(missing, name)
		}
	}
	return parts, missing
}

// publish is 公示: what was done, on what basis, to what standard, with what result.
// What points at a resident is taken out before anything is kept.
func (t *turn) publish(c grid.Command) error {
	tk, err := t.ticket(c.Ticket)
	if err != nil {
		return err
	}
	any := grid.Result{At: t.now, Done: "-", Basis: "-", Standard: "-", Outcome: "-"}
	if _, err := t.asks(tk, grid.WantPublish, grid.Change{Public: &any}); err != nil {
		return err // who may, and what may not be published at all
	}
	parts, missing := partsOf(c.Text)
	if refused, err := t.unfit(tk, parts, missing); refused || err != nil {
		return err
	}
	names, err := t.neighbours(tk)
	if err != nil {
		return err
	}
	result := grid.Result{At: t.now}
	for _, x := range []struct {
		id   *grid.TextID
		name string
	}{{&result.Done, "做法"}, {&result.Basis, "依据"}, {&result.Standard, "标准"}, {&result.Outcome, "结果"}} {
		parts[x.name] = grid.Publicly(parts[x.name], names)
		if *x.id, err = t.tx.Words().Put(t.who.ID, parts[x.name]); err != nil {
			return fmt.Errorf("keeping what is published of ticket %d: %w", tk.No, err)
		}
	}
	again := tk.Public != nil
	if tk, err = t.step(tk.No, grid.WantPublish, "", grid.Change{Public: &result}); err != nil {
		return err
	}
	if err := storage.Publish(t.tx, tk.No, t.now); err != nil {
		return err
	}
	full, err := t.card(tk)
	if err != nil {
		return err
	}
	full.Shown = shown{parts["做法"], parts["依据"], parts["标准"], parts["结果"], t.publicLink(tk.No)}
	if again {
		return t.answer(grid.PostAnswer, "published.again", full)
	}
	if err := t.answer(grid.PostAnswer, "published", full); err != nil {
		return err
	}
	full.Summary, full.Place = grid.Publicly(full.Summary, names), grid.Publicly(full.Place, names)
	rooms, err := t.groupsOf(tk)
	if err != nil {
		return err
	}
	return t.tellRooms(rooms, grid.Outgoing{Class: grid.ClassNotice, Kind: grid.PostResult, Ticket: tk.No}, "published.card", full)
}

// unfit says a polite no when a part is missing or too long.
func (t *turn) unfit(tk grid.Ticket, parts map[string]string, missing []string) (bool, error) {
	c, err := t.card(tk)
	if err != nil {
		return true, err
	}
	if len(missing) > 0 {
		c.Text = strings.Join(missing, "、")
		return true, t.answer(grid.PostRefusal, "refuse.publish", c)
	}
	for name, words := range parts {
		if utf8.RuneCountInString(words) > longestPart {
			c.Text = name
			return true, t.answer(grid.PostRefusal, "refuse.publish_long", c)
		}
	}
	return false, nil
}

// publicLink is the address of a matter on the public page, "" without one.
func (t *turn) publicLink(no grid.TicketNo) string {
	if t.Public.URL == "" {
		return ""
	}
	return strings.TrimSuffix(t.Public.URL, "/") + "/public/" + no.String()
}
