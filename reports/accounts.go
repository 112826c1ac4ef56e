package reports

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// far lies after everything heard, within what a count of nanoseconds can hold.
var far = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// Account is what became of a day's messages in one chat. Heard is the sum of
// the outcomes and of what still waits in the inbox.
type Account struct {
	Chat     grid.ChatID          `json:"chat"`
	Day      string               `json:"day"` // 2026-11-09, local
	Heard    int                  `json:"heard"`
	Outcomes map[grid.Outcome]int `json:"outcomes"`
	Inbox    int                  `json:"inbox"`
}

// Accounts gives the loss accounting of everything heard, by chat and then by
// day in loc.
func Accounts(tx storage.Tx, loc *time.Location) ([]Account, error) {
	type place struct {
		chat grid.ChatID
		day  string
	}
	of := map[place]*Account{}
	for m, err := range tx.Messages().Between(epoch, far) {
		if err != nil {
			return nil, fmt.Errorf("reading messages: %w", err)
		}
		at := place{m.Chat, m.Sent.In(loc).Format(time.DateOnly)}
		if of[at] == nil {
			of[at] = &Account{Chat: at.chat, Day: at.day, Outcomes: map[grid.Outcome]int{}}
		}
		of[at].Heard++
		if m.Outcome == "" {
			of[at].Inbox++
		} else {
			of[at].Outcomes[m.Outcome]++
		}
	}
	out := make([]Account, 0, len(of))
	for _, a := range of {
		out = append(out, *a)
	}
	slices.SortFunc(out, func(a, b Account) int {
		return cmp.Or(cmp.Compare(a.Chat, b.Chat), cmp.Compare(a.Day, b.Day))
	})
	return out, nil
}
