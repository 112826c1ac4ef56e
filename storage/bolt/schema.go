package bolt

// The layout of the file. The root holds one bucket for the file itself and one
// per community; a community's bucket holds the buckets below. Values are JSON
// of the grid's types unless said otherwise: readable by whoever must mend a
// file, and a new field needs no migration. Numbers in keys are big-endian, so
// that bytes sort as numbers do.
//
// A commit writes whole pages, so a key that lands at random costs a page of its
// own. Wherever the order allows it a key therefore begins with what grows: a
// sequence or a time. Indexes that must begin with a lane, a chat or a person
// hold what is waiting now and stay small, or lie within a month.
//
// In key layouts: seq, no = 8 bytes; time = 12 bytes (see key.time); text = the
// string's bytes, ended so that it sorts as strings do (see key.text); raw = the
// string's bytes, at the end of a key.
const (
	// fileBucket is about the file: "program" = "youshi", "schema" = a decimal
	// number. No community's id begins with a zero byte.
	fileBucket = "\x00youshi"

	// What was heard and not yet acted on. The sequence of inbox is the Seq of hearing.
	inboxBucket    = "inbox"           // seq → Event
	inboxLanes     = "inbox.lanes"     // lane text, seq → nothing
	inboxKeys      = "inbox.keys"      // digest of an EventKey, 16 bytes → seq of the event that waits
	rememberedDays = "inbox.taken"     // a bucket per UTC day of taking, "2026-11-10": dropped whole
	messagesBucket = "messages"        // a bucket per month of storing, "2026-11": dropped whole; its sequence counts messages
	messageRows    = "rows"            // in a month: seq → Message
	messageIDs     = "ids"             // in a month: id raw → seq
	messageChats   = "talk"            // in a month: chat text, seq → nothing
	messageSent    = "sent"            // in a month: Sent time, seq → nothing
	ticketsBucket  = "tickets"         // no → Ticket; its sequence is the last number used
	ticketsOpen    = "tickets.open"    // area text, no → nothing; tickets that are not ended
	ticketsMine    = "tickets.mine"    // assignee text, no → nothing; tickets that are not ended
	ticketsHeard   = "tickets.days"    // Heard time, no → area raw
	journalBucket  = "journal"         // At time, ticket no, seq within it → Entry
	journalOf      = "journal.of"      // ticket no, seq within it → At time
	timersBucket   = "timers"          // id raw → key in timers.due
	timersDue      = "timers.due"      // Due time, lane text, id raw → Timer
	outboxBucket   = "outbox"          // seq → Outgoing; its sequence is the Seq of writing
	outboxQueue    = "outbox.queue"    // destination text, class 1 byte, seq → nothing; posts that are not ended
	outboxChanges  = "outbox.changes"  // destination text → Change, 8 bytes; destinations in outbox.queue, those of earlier releases when they change; its sequence counts changes
	outboxIDs      = "outbox.ids"      // id raw → seq; ids given by others (SentAs, and IDs that are not "post-<seq>")
	outboxSaid     = "outbox.said"     // sent seq → seq; its sequence is the SentSeq of saying
	outboxSaidTo   = "outbox.chats"    // destination text, sent seq → seq
	outboxStuck    = "outbox.stuck"    // seq → seq; posts that are unclear or put aside since this release
	outboxOf       = "outbox.of"       // ticket no, seq → nothing
	jobsBucket     = "jobs"            // seq → Job
	areasBucket    = "areas"           // id raw → Area
	chatsBucket    = "chats"           // id raw → Chat
	chatsNative    = "chats.native"    // channel text, native raw → id
	peopleBucket   = "people"          // seq of becoming known → Person
	peopleIDs      = "people.ids"      // id raw → seq
	peopleAccounts = "people.accounts" // channel text, account raw → seq
	peopleOfficers = "people.officers" // seq → nothing; people with an office beyond resident, past ones included
	wordsBucket    = "words"           // seq → words; TextID is "w<seq>"
	notesBucket    = "notes"           // scope text, key raw → the value's bytes
)

// growing names the buckets whose keys mostly come in order. Their pages are
// filled to nine tenths instead of half before they split.
var growing = map[string]bool{
	inboxBucket: true, messageRows: true, messageSent: true, ticketsBucket: true, ticketsHeard: true, journalBucket: true,
	outboxBucket: true, outboxSaid: true, peopleBucket: true, wordsBucket: true,
}
