package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

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

// Check prints what can be said about a site: its config, working time, store
// and web page, one line each. The error counts what is wrong.
func Check(ctx context.Context, c config.Config, out io.Writer) error {
	k := &checking{out: out}
	k.ok("the config is understood; the data folder is %s", c.Data)
	site(c, k)
	holidays(c, time.Now().In(c.Timezone).Year(), k)
	err := AskStore(ctx, c, Ask{Command: "check"}, out)
	switch {
	case grid.CodeOf(err) == grid.NotFound:
		k.ok("there is no store in %s yet; youshi serve makes it", c.Data)
	case err != nil:
		k.bad("the store: %v", err)
	}
	webPage(ctx, c, k)
	return k.end()
}

// site says what the config holds that does not work (yet).
func site(c config.Config, k *checking) {
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
	if _, err := newThinker(c, ClassifyChain, slog.New(slog.DiscardHandler)); err != nil {
		k.bad("reading the site: %v; look at [rules] and [model] in the config", err)
	} else {
		k.ok("rules and local model can be read")
	}
}

// holidays says whether the days off of this year and the next are known.
func holidays(c config.Config, year int, k *checking) {
	cal, err := newCalendar(c)
	if err != nil {
		k.bad("the calendar: %v", err)
		return
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
}

// webPage asks the running program's web page how it is.
func webPage(ctx context.Context, c config.Config, k *checking) {
	switch err := Alone(ctx, c); {
	case err == nil:
		k.ok("no program runs on %s at the moment", c.Data)
		return
	case grid.CodeOf(err) != grid.Shut:
		k.bad("the admin socket: %v", err)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.Web.Addr+"/healthz", nil)
	if err != nil {
		k.bad("the web page: %v", err)
		return
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		k.bad("the web page on %s does not answer: %v; look into the log of the running program", c.Web.Addr, err)
		return
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(answer.Body, 1000)) // the status says enough
		k.bad("the running program is not well: %s %s", answer.Status, strings.TrimSpace(string(said)))
		return
	}
	k.ok("the running program answers on %s", c.Web.Addr)
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
	switch {
	case grids == 0:
		k.warn("%s: there is no grid yet; one is made by an [[area]] in the config", tx.Community())
	case len(deaf) == 0:
		k.ok("%s: somebody can be told in each of %d grids", tx.Community(), grids)
	}
	return nil
}
