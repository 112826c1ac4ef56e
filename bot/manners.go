package bot

import (
	"slices"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// Manners is how the bot behaves in company.
type Manners struct {
	PostsPerHour int            // notices an hour in one group; 0: no limit
	Quiet        [2]int         // from and to in minutes since midnight (22:00-07:00 is 1320, 420); equal: none
	Location     *time.Location // of Quiet and of the day; nil: China's, +08:00
	GatherFor    time.Duration  // reminders to one person within this go as one list; 0: none are gathered
	ListsPerDay  int            // times a day that one person is reminded in one chat, singly or by list; 0: no limit
}

// GoodManners are the defaults of the trade.
func GoodManners() Manners {
	return Manners{PostsPerHour: 6, Quiet: [2]int{22 * 60, 7 * 60}, GatherFor: 30 * time.Minute, ListsPerDay: 6}
}

var china = time.FixedZone("CST", 8*60*60)

func (m Manners) local(t time.Time) time.Time {
	if m.Location == nil {
		return t.In(china)
	}
	return t.In(m.Location)
}

// quietUntil gives the end of the quiet hours that t lies in, and false when it
// lies in none.
func (m Manners) quietUntil(t time.Time) (time.Time, bool) {
	from, to := m.Quiet[0], m.Quiet[1]
	l := m.local(t)
	minute := l.Hour()*60 + l.Minute()
	late, early := minute >= from, minute < to // after the beginning, before the end
	day := l.Day()
	switch {
	case from < to && late && early, from > to && early:
	case from > to && late:
		day++
	default:
		return time.Time{}, false
	}
	return time.Date(l.Year(), l.Month(), day, to/60, to%60, 0, 0, l.Location()), true
}

// midnight gives the beginning of t's day, or of one so many days later.
func (m Manners) midnight(t time.Time, later int) time.Time {
	l := m.local(t)
	return time.Date(l.Year(), l.Month(), l.Day()+later, 0, 0, 0, 0, l.Location())
}

// choice is what goes now of the posts that wait: one post, several together as
// one, or nothing before next (zero: nothing before something changes).
type choice struct {
	post *grid.Outgoing
	list []grid.Outgoing
	kind grid.PostKind // of the post that stands for the list
	next time.Time
}

// hold says that something may go at t.
func (c *choice) hold(t time.Time) {
	if c.next.IsZero() || t.Before(c.next) {
		c.next = t
	}
}

// isList marks the list that stands for several reminders, in Outgoing.Reason.
const isList = "list"

// untouched reports whether o may still become part of a list or digest.
func untouched(o grid.Outgoing) bool {
	return o.Attempts == 0 && o.Kind != grid.PostDigest && o.Reason != isList
}

func isReminder(o grid.Outgoing) bool {
	return o.Class == grid.ClassNotice && o.Kind == grid.PostReminder // For "" is whoever reads the chat
}

// notices chooses of a destination's notices, given in order. What was said
// there is read from the store, so a restart changes nothing. Without lists
// nothing is put together.
func (m Manners) notices(tx storage.Tx, to grid.Chat, waiting []grid.Outgoing, now time.Time, lists bool) (choice, error) {
	since := now.Add(-max(time.Hour, m.GatherFor))
	if day := m.midnight(now, 0); slices.ContainsFunc(waiting, isReminder) && day.Before(since) {
		since = day
	}
	said, err := saidSince(tx, to.ID, since)
	if err != nil {
		return choice{}, err
	}
	free, c := m.gather(said, waiting, now, lists)
	if len(c.list) > 0 || len(free) == 0 {
		return c, nil
	}
	if c.list, c.kind = overdue(free); to.Kind != grid.GroupChat && lists && len(c.list) > 1 {
		return c, nil
	}
	c.list = nil
	if to.Kind == grid.GroupChat && m.PostsPerHour > 0 {
		room, at := m.room(said, now)
		switch {
		case room <= 0:
			c.hold(at)
			return c, nil
		case room == 1 && len(free) > 1 && lists && !slices.ContainsFunc(free, func(o grid.Outgoing) bool { return !untouched(o) }):
			c.list, c.kind = free, grid.PostDigest // the last place of the hour goes to all that waits
			return c, nil
		}
	}
	c.post = &free[0]
	return c, nil
}

// overdue gives what goes together with the first of the posts that may go now: of
// overdue notices those to the same person, of word to who answers for a level what
// has no button. Only what its writer held back for that goes together: what is
// noticed in time is said at once, by itself.
func overdue(free []grid.Outgoing) ([]grid.Outgoing, grid.PostKind) {
	first := free[0]
	alike := func(o grid.Outgoing) bool {
		return untouched(o) && !o.NotBefore.IsZero() && o.Kind == first.Kind && o.For == first.For && len(o.Buttons) == 0
	}
	if !alike(first) || first.Kind != grid.PostEscalation && (first.Kind != grid.PostReminder || first.Class != grid.ClassFirst) {
		return nil, first.Kind
	}
	return slices.DeleteFunc(slices.Clone(free), func(o grid.Outgoing) bool { return !alike(o) }), first.Kind
}

// room gives how many notices a group still takes within the hour, and when the
// next place is free.
func (m Manners) room(said []grid.Outgoing, now time.Time) (int, time.Time) {
	var at []time.Time
	for _, o := range said {
		if o.Class == grid.ClassNotice && now.Before(o.SentAt.Add(time.Hour)) {
			at = append(at, o.SentAt)
		}
	}
	over := len(at) - m.PostsPerHour
	if over < 0 {
		return -over, now
	}
	slices.SortFunc(at, time.Time.Compare)
	return 0, at[over].Add(time.Hour)
}

// gather keeps back the reminders whose time has not come, and gives what is
// free to go in order; or a list that is due.
func (m Manners) gather(said, waiting []grid.Outgoing, now time.Time, lists bool) (free []grid.Outgoing, c choice) {
	seen := map[grid.PersonID]bool{}
	for _, o := range waiting {
		switch {
		case !isReminder(o) || !untouched(o) || m.GatherFor <= 0:
			free = append(free, o)
			continue
		case seen[o.For]:
			continue
		}
		seen[o.For] = true
		var mine []grid.Outgoing
		composed := false
		for _, r := range waiting {
			if isReminder(r) && r.For == o.For {
				if composed = composed || !untouched(r); untouched(r) {
					mine = append(mine, r)
				}
			}
		}
		if composed {
			continue // first the list, or the reminder tried before, that is on its way
		}
		list, at := m.remind(mine, said, now)
		switch {
		case !at.IsZero():
			c.hold(at)
		case len(list) == 1 || !lists:
			free = append(free, list[0])
		default:
			c.list, c.kind = list, grid.PostReminder
			return nil, c
		}
	}
	return free, c
}

// remind says which of the reminders waiting for one person go now, or when they
// will: the first at once, what follows within GatherFor together at its end.
// What the night held back together goes together.
func (m Manners) remind(mine, said []grid.Outgoing, now time.Time) ([]grid.Outgoing, time.Time) {
	var last time.Time
	today := 0
	for _, o := range said {
		if !isReminder(o) || o.For != mine[0].For {
			continue
		}
		if o.SentAt.After(last) {
			last = o.SentAt
		}
		if !o.SentAt.Before(m.midnight(now, 0)) {
			today++
		}
	}
	written := mine[0].Written
	switch open := last.Add(m.GatherFor); {
	case m.ListsPerDay > 0 && today >= m.ListsPerDay && mine[0].For != "": // a chat of several is nobody's patience
		return nil, m.midnight(now, 1)
	case !last.IsZero() && now.Before(open):
		return nil, open
	case !last.IsZero() && written.Before(open), !now.Before(written.Add(m.GatherFor)):
		return mine, time.Time{}
	}
	return mine[:1], time.Time{}
}

// saidSince gives what was said in a chat since then, latest first. Pages begin
// small: most often a few posts were said within the hour, of thousands.
func saidSince(tx storage.Tx, to grid.ChatID, since time.Time) ([]grid.Outgoing, error) {
	var out []grid.Outgoing
	for before, page := grid.Seq(0), 4; ; page *= 2 {
		posts, err := tx.Outbox().SaidTo(to, before, page)
		if err != nil {
			return nil, err
		}
		for _, o := range slices.Backward(posts) {
			if o.SentAt.Before(since) {
				return out, nil
			}
			out = append(out, o)
		}
		if len(posts) < page {
			return out, nil
		}
		before = posts[0].SentSeq
	}
}
