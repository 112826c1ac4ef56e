package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"youshi/app/print"
	"youshi/grid"
	"youshi/reports"
	"youshi/storage"
	"youshi/storage/bolt"
)

// check looks at the store from all sides.
func (d desk) check(ctx context.Context, out io.Writer) error {
	k := print.NewFindings(out)
	d.structure(ctx, k)
	if d.channels != nil {
		if err := d.channels(ctx, k); err != nil {
			return err
		}
	}
	err := d.each(ctx, Ask{}, func(tx storage.Tx) error {
		return errors.Join(d.accounts(tx, k), d.contradictions(tx, k), d.unsaid(tx, k), d.staff(tx, k), d.reading(tx, k))
	})
	return errors.Join(err, d.strangers(ctx, k), k.End())
}

// structure reads a copy of the whole file: a running program holds the file
// itself, and so a backup is proven at the same time.
func (d desk) structure(ctx context.Context, k *print.Findings) {
	f, err := os.CreateTemp(d.config.Data, "check-*.db")
	if err != nil {
		k.Wrong("a copy of the store cannot be written for checking: %v", err)
		return
	}
	defer os.Remove(f.Name())
	n, err := d.store.Backup(ctx, f)
	if err = errors.Join(err, f.Close()); err == nil {
		err = bolt.Verify(f.Name())
	}
	if err != nil {
		k.Wrong("the store's structure: %v; restore the last backup with youshi restore", err)
		return
	}
	k.OK("the store's structure: %d bytes read through, and a backup of it can be read", n)
}

// accounts adds up what became of everything heard.
func (d desk) accounts(tx storage.Tx, k *print.Findings) error {
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
		k.Wrong("%s: the counts do not add up; keep a backup and report it", said)
	} else {
		k.OK("%s", said)
	}
	if n := outcomes[grid.OutError]; n > 0 {
		k.Warn("%s: %d messages could not be acted on; the log says why", tx.Community(), n)
	}
	return nil
}

func (d desk) contradictions(tx storage.Tx, k *print.Findings) error {
	found, err := reports.Audit(tx)
	if err != nil {
		return err
	}
	for _, f := range found {
		k.Wrong("%s: %s; keep a backup and report it", tx.Community(), f)
	}
	if len(found) == 0 {
		n, err := count(tx.Tickets().All())
		if err != nil {
			return err
		}
		k.OK("%s: %d tickets are what their journals tell", tx.Community(), n)
	}
	return nil
}

// staff looks for grids in which nobody can be told of a matter.
func (d desk) staff(tx storage.Tx, k *print.Findings) error {
	deaf, grids, err := Untold(tx, d.now)
	if err != nil {
		return err
	}
	for _, a := range deaf {
		k.Warn("NOBODY CAN BE TOLD of matters in %s: it has no grid worker, no secretary and no staff chat; they wait on the board. Add a [[person]] or a staff [[group]]", a)
	}
	switch {
	case grids == 0:
		k.Warn("%s: there is no grid yet; one is made by an [[area]] in the config", tx.Community())
	case len(deaf) == 0:
		k.OK("%s: somebody can be told in each of %d grids", tx.Community(), grids)
	}
	return nil
}
