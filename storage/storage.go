// Package storage is the contract of the store in words and types. One
// transaction spans everything of one community: inbox, messages, tickets,
// journal, timers, outbox, jobs, people. storagetest holds the contract as
// tests; bolt is the store that ships.
package storage

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"

	"youshi/grid"
)

// ErrNotFound is returned (wrapped) when what was asked for is not stored.
var ErrNotFound = errors.New("not found")

// Store keeps everything that lasts. A returned Update is on disk; it survives
// a kill. Errors are grid.Errors where a person must act: Shut when the disk is
// full, the file is another program's or a newer version's. A View or Update
// must not be started inside of another.
type Store interface {
	// View runs fn in a read transaction. Keep it short: an open read delays
	// writers that need the file to grow and keeps freed pages from reuse.
	View(ctx context.Context, c grid.CommunityID, fn func(Tx) error) error
	// Update runs fn in a write transaction, all or nothing. fn may run twice,
	// in another goroutine, and must have no effect outside tx but setting what
	// the caller reads afterwards. Concurrent Updates share a commit. fn's error
	// or panic comes back and undoes fn alone. An error of ctx means that fn was
	// not run; once it runs, ctx no longer counts, and nil means that it is kept.
	Update(ctx context.Context, c grid.CommunityID, fn func(Tx) error) error
	// Communities lists the communities that hold anything, sorted.
	Communities(ctx context.Context) ([]grid.CommunityID, error)
	// Backup writes a consistent copy of the whole store while it is in use and
	// gives its bytes.
	Backup(ctx context.Context, w io.Writer) (int64, error)
	// Close waits for what runs; whatever comes later fails with Shut.
	Close() error
}

// Tx is one transaction over one community. It must not outlive its function.
// What it returns are copies. Iterators may be left at any time, and what they
// yield may be changed on the way; they stop after an error. Ids may hold any
// bytes; those that a row is stored under must not be empty.
type Tx interface {
	Community() grid.CommunityID
	Inbox() Inbox
	Messages() Messages
	Tickets() Tickets
	Journal() Journal
	Timers() Timers
	Outbox() Outbox
	Jobs() Jobs
	Roster() Roster
	Words() Words
	Notes() Notes
}

// Inbox is the queue of what was heard and not yet acted on, a lane each.
type Inbox interface {
	// Put stores ev unless its Key was heard before (in the inbox, or taken
	// from it within the last Remember), gives it a Seq, and says whether it is new.
	// An event with an empty Key.Message (a timer) is always new. For one that is
	// not new, seq is that of the one that waits, 0 when it was taken.
	Put(ev grid.Event, now time.Time) (seq grid.Seq, fresh bool, err error)
	// Next gives the earliest event of the lane, false when there is none.
	Next(lane grid.LaneID) (grid.Event, bool, error)
	// Take removes the event; its Key is remembered for Remember from now on.
	// ErrNotFound when it is not in the inbox, so nothing is acted on twice.
	Take(seq grid.Seq, now time.Time) error
	// Hand moves an event to another lane; it keeps its Seq. ErrNotFound.
	Hand(seq grid.Seq, to grid.LaneID) error
	// Keep rewrites an event in its place (its Tries); its Lane and Key stay as
	// they are stored. ErrNotFound.
	Keep(ev grid.Event) error
	// Lanes gives every lane that holds events, with how many and the oldest Seq,
	// sorted by id. It counts the whole backlog.
	Lanes() ([]Lane, error)
	// Forget drops remembered keys older than Remember; cheap when there are none.
	Forget(now time.Time) error
}

// Remember is how long a key is remembered after its event left the inbox.
const Remember = 7 * 24 * time.Hour

// Lane is a lane's backlog.
type Lane struct {
	ID     grid.LaneID
	Events int
	First  grid.Seq
}

// Messages are the lines heard, each with its text, outcome and reading.
type Messages interface {
	// Put stores a message; one that is stored already keeps its place in the
	// order of storing. Name is not stored.
	Put(m grid.Message) error
	Get(id grid.MessageID) (grid.Message, error) // ErrNotFound
	// Recent gives at most n messages of the chats that were stored before the
	// message `before` (empty or not stored: the latest), oldest first.
	Recent(chats []grid.ChatID, before grid.MessageID, n int) ([]grid.Message, error)
	// Between yields messages with from <= Sent < to, in order of Sent, then of storing.
	Between(from, to time.Time) iter.Seq2[grid.Message, error]
	// Forget drops the messages heard in calendar months (UTC) that ended before
	// that time, whole months only, and gives how many months went. Tickets and
	// the journal keep their ids; Get then says ErrNotFound.
	Forget(before time.Time) (months int, err error)
}

// Tickets are the matters, each the fold of its journal.
type Tickets interface {
	// NextNo gives the next free number and counts it as used.
	NextNo() (grid.TicketNo, error)
	// Put stores a ticket. A number above the last one used counts as used.
	Put(t grid.Ticket) error
	Get(no grid.TicketNo) (grid.Ticket, error) // ErrNotFound
	// Open gives the tickets of a grid that are not ended, by number.
	Open(area grid.AreaID) ([]grid.Ticket, error)
	// OpenOf gives the tickets assigned to a person that are not ended, by number.
	OpenOf(assignee grid.PersonID) ([]grid.Ticket, error)
	// Heard yields the tickets of the areas whose first message was sent in
	// [from, to), by time, then number. No areas: all.
	Heard(areas []grid.AreaID, from, to time.Time) iter.Seq2[grid.Ticket, error]
	// All yields every ticket by number.
	All() iter.Seq2[grid.Ticket, error]
}

// Journal is the list of steps of every ticket; nothing in it ever changes.
type Journal interface {
	Append(entries ...grid.Entry) error // refuses a gap or a repeated Seq
	Of(no grid.TicketNo) ([]grid.Entry, error)
	// Between yields entries with from <= At < to in order of At, then by ticket
	// and Seq.
	Between(from, to time.Time) iter.Seq2[grid.Entry, error]
}

// Timers are what the clock waits for.
type Timers interface {
	Set(t grid.Timer) error                  // an id that is set already moves
	Cancel(id grid.TimerID) error            // none of that id: no error
	Get(id grid.TimerID) (grid.Timer, error) // ErrNotFound
	// Due gives at most n timers with Due <= at, earliest first, ties by lane, then id.
	Due(at time.Time, n int) ([]grid.Timer, error)
	// Earliest gives the time of the next timer, false when none is set.
	Earliest() (time.Time, bool, error)
	All() iter.Seq2[grid.Timer, error] // in the order of Due
}

// Outbox is what the bot has to say, and has said.
type Outbox interface {
	// Put writes a new post: gives it its Seq, its ID ("post-<seq>") when it has
	// none, and State Waiting when it has none. An ID that is taken is refused.
	Put(o grid.Outgoing) (grid.Outgoing, error)
	// Set rewrites a post. When its State becomes Sent and it has no SentSeq it
	// gets the next one; ended posts (sent, unclear, aside, dropped) leave the
	// queue, and come back when they are waiting again. ID and SentSeq, once
	// given, stay. ErrNotFound.
	Set(o grid.Outgoing) (grid.Outgoing, error)
	Get(id grid.MessageID) (grid.Outgoing, error) // by our ID or one of SentAs; ErrNotFound
	// Queue yields what is not ended (waiting, trying), by destination, class and Seq.
	Queue() iter.Seq2[grid.Outgoing, error]
	// QueueOf gives what is not ended for one destination, by class and Seq.
	QueueOf(to grid.ChatID) ([]grid.Outgoing, error)
	// Destinations gives the destinations that have something queued, sorted.
	Destinations() ([]Destination, error)
	// Said gives at most n sent posts with SentSeq > since, in order of SentSeq.
	Said(since grid.Seq, n int) ([]grid.Outgoing, error)
	// SaidTo gives at most n posts last sent to a chat with SentSeq < before (0:
	// the latest), oldest first.
	SaidTo(to grid.ChatID, before grid.Seq, n int) ([]grid.Outgoing, error)
	// Stuck gives at most n posts that a person must look at (unclear, aside), latest
	// written first.
	Stuck(n int) ([]grid.Outgoing, error)
	// Of gives every post about a ticket, by Seq.
	Of(no grid.TicketNo) ([]grid.Outgoing, error)
	// Forget drops at most n ended posts written before that time, oldest first, and
	// gives how many went. What is queued stays, and stops nothing behind it.
	Forget(before time.Time, n int) (int, error)
}

// Destination is where something is queued for.
type Destination struct {
	To grid.ChatID
	// Change is another number, never one it had before, after each Put or Set of
	// a post to it (waiting, said or otherwise ended) and each Put of its chat, and
	// the same one otherwise: whoever sees it again would read the same queue, the
	// same posts said and the same chat.
	Change grid.Seq
}

// Jobs are long work to be done outside of transactions.
type Jobs interface {
	Put(j grid.Job) (grid.Seq, error) // a job with a Seq is rewritten; ErrNotFound when it is done
	Next() (grid.Job, bool, error)    // the first one
	Done(seq grid.Seq) error          // ErrNotFound when it is done, so no result is said twice
}

// Roster is the tree of areas, the chats bound to it, and the people with their roles.
type Roster interface {
	PutArea(a grid.Area) error
	Area(id grid.AreaID) (grid.Area, error) // ErrNotFound
	Areas() ([]grid.Area, error)            // sorted by id
	// PutChat stores c. Channel and Native lead to one chat: another chat's are
	// refused. A chat may have no Native.
	PutChat(c grid.Chat) error
	Chat(id grid.ChatID) (grid.Chat, error)                           // ErrNotFound
	ChatByNative(ch grid.ChannelID, native string) (grid.Chat, error) // ErrNotFound
	Chats() ([]grid.Chat, error)                                      // sorted by id
	// PutPerson stores p; one without ID gets the next one. An identity leads to
	// one person: another person's is refused until it was taken from there.
	PutPerson(p grid.Person) (grid.Person, error)
	Person(id grid.PersonID) (grid.Person, error)   // ErrNotFound
	PersonOf(id grid.Identity) (grid.Person, error) // ErrNotFound
	People() ([]grid.Person, error)                 // in order of becoming known
	// Officers gives the people with any role beyond resident, past ones included,
	// in order of becoming known.
	Officers() ([]grid.Person, error)
}

// Words are texts other than messages (summaries, places, reasons, results):
// each lives here alone, so erasing one is one write.
type Words interface {
	Put(owner grid.PersonID, text string) (grid.TextID, error) // "" for an empty text
	Get(id grid.TextID) (string, error)                        // "" when erased or empty
	Erase(id grid.TextID) error
}

// Notes is a small durable key-value space, a scope each: channels' positions,
// cookies and aliases, rates of the Sender, the house's own marks.
type Notes interface {
	Put(scope, key string, value []byte) error  // nil removes
	Get(scope, key string) ([]byte, error)      // nil: none
	All(scope string) iter.Seq2[string, []byte] // sorted by key
}
