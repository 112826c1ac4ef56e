package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"youshi/calendar"
	"youshi/config"
	"youshi/grid"
	"youshi/reports"
	"youshi/storage"
	"youshi/storage/bolt"
)

// checking prints one line a finding: "ok …", "WARNING …" (it works, but look),
// "WRONG …: what to do".
type checking struct {
	out   io.Writer
	wrong int
	err   error
}

func (c *checking) line(word, format string, args ...any) {
	if c.err == nil {
		c.err = printLine(c.out, word+" "+fmt.Sprintf(format, args...))
	}
}

func (c *checking) ok(format string, args ...any)   { c.line("ok", format, args...) }
func (c *checking) warn(format string, args ...any) { c.line("WARNING", format, args...) }
func (c *checking) bad(format string, args ...any)  { c.wrong++; c.line("WRONG", format, args...) }

// end gives an error when something was wrong.
func (c *checking) end() error {
	switch {
	case c.err != nil:
		return c.err
	case c.wrong == 1:
		return errors.New("one thing is wrong")
	case c.wrong > 1:
		return fmt.Errorf("%d things are wrong", c.wrong)
	}
	return nil
}

// CheckSite prints what can be said without the store: the config's warnings,
// secrets and holidays.
func CheckSite(c config.Config, year int, out io.Writer) error {
	k := &checking{out: out}
	for _, w := range c.Warnings() {
		k.warn("%s", w)
	}
	secrets := map[string]config.Secret{}
	if c.Telegram != nil {
		secrets["telegram.token"], secrets["telegram.webhook_secret"] = c.Telegram.Token, c.Telegram.WebhookSecret
	}
	if c.LLM != nil {
		secrets["llm.api_key"] = c.LLM.APIKey
	}
	for _, key := range slices.Sorted(maps.Keys(secrets)) {
		if s := secrets[key]; !s.IsZero() {
			if _, err := s.Open(); err != nil {
				k.warn("%s: %v", key, err)
			}
		}
	}
	cal, err := calendar.New(CalendarOptions(c))
	if err != nil {
		k.bad("the calendar: %v", err)
		return k.end()
	}
	for _, y := range []int{year, year + 1} {
		switch {
		case cal.Announced(y):
			k.ok("the holidays of %d are known", y)
		case y == year:
			k.bad("the holidays of %d are not known, so weekends alone count as days off: put them into the file or folder of [service] holidays", y)
		default:
			k.warn("the holidays of %d are not known yet: the State Council announces them in the autumn before; then update youshi or put them into [service] holidays", y)
		}
	}
	return k.end()
}

// CalendarOptions is the site's working time.
func CalendarOptions(c config.Config) calendar.Options {
	o := calendar.Options{Location: c.Timezone, Holidays: c.Service.Holidays}
	for _, h := range c.Service.Hours {
		o.Hours = append(o.Hours, calendar.Hours(h))
	}
	return o
}

// check looks at the store from all sides.
func (d desk) check(ctx context.Context, out io.Writer) error {
	k := &checking{out: out}
	d.structure(ctx, k)
	err := d.each(ctx, Ask{}, func(tx storage.Tx) error {
		return errors.Join(d.accounts(tx, k), d.contradictions(tx, k), d.staff(tx, k))
	})
	return errors.Join(err, k.end())
}

// structure reads a copy of the whole file: a running program holds the file
// itself, and so a backup is proven at the same time.
func (d desk) structure(ctx context.Context, k *checking) {
	f, err := os.CreateTemp(d.config.Data, "check-*.db")
	if err != nil {
		k.bad("a copy of the store cannot be written for checking: %v", err)
		return
	}
	defer os.Remove(f.Name())
	n, err := d.store.Backup(ctx, f)
	if err = errors.Join(err, f.Close()); err == nil {
		err = bolt.Verify(f.Name())
	}
	if err != nil {
		k.bad("the store's structure: %v; restore the last backup with youshi restore", err)
		return
	}
	k.ok("the store's structure: %d bytes read through, and a backup of it can be read", n)
}

// accounts adds up what became of everything heard.
func (d desk) accounts(tx storage.Tx, k *checking) error {
	all, err := reports.Accounts(tx, d.config.Timezone)
	if err != nil {
		return err
	}
	heard, inbox, sum := 0, 0, 0
	outcomes := map[grid.Outcome]int{}
	for _, a := range all {
		heard += a.Heard
		inbox += a.Inbox
		for o, n := range a.Outcomes {
			outcomes[o] += n
			sum += n
		}
	}
	parts := make([]string, 0, len(outcomes))
	for _, o := range grid.Outcomes() {
		parts = append(parts, fmt.Sprintf("%s %d", o, outcomes[o]))
	}
	said := fmt.Sprintf("%s: heard %d messages = %s, in the inbox %d", tx.Community(), heard, strings.Join(parts, ", "), inbox)
	if sum+inbox != heard {
		k.bad("%s: the counts do not add up; keep a backup and report it", said)
	} else {
		k.ok("%s", said)
	}
	if n := outcomes[grid.OutError]; n > 0 {
		k.warn("%s: %d messages could not be acted on; the log says why", tx.Community(), n)
	}
	return nil
}

func (d desk) contradictions(tx storage.Tx, k *checking) error {
	found, err := reports.Audit(tx)
	if err != nil {
		return err
	}
	for _, f := range found {
		k.bad("%s: %s; keep a backup and report it", tx.Community(), f)
	}
	if len(found) == 0 {
		n, err := count(tx.Tickets().All())
		if err != nil {
			return err
		}
		k.ok("%s: %d tickets are what their journals tell", tx.Community(), n)
	}
	return nil
}

// staff looks for grids in which nobody can be told of a matter.
func (d desk) staff(tx storage.Tx, k *checking) error {
	deaf, grids, err := Untold(tx, d.now)
	if err != nil {
		return err
	}
	for _, a := range deaf {
		k.warn("NOBODY CAN BE TOLD of matters in %s: it has no grid worker, no secretary and no staff chat; they wait on the board. Add a [[person]] or a staff [[group]]", a)
	}
	if len(deaf) == 0 {
		k.ok("%s: somebody can be told in each of %d grids", tx.Community(), grids)
	}
	return nil
}
