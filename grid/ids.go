package grid

import "strconv"

// Ids are opaque: only the one who makes an id may look inside it. They are
// made in one file by their owner (a channel makes its MessageIDs, the store
// makes PersonIDs, TicketNos and Seqs).
type (
	// CommunityID names a community (社区): the scope of ticket numbers and of
	// a transaction. No transaction spans two communities.
	CommunityID string
	// AreaID names a node of the tree of areas. It is the area's name as the
	// site wrote it, unique within a community ("第3网格").
	AreaID string
	// ChannelID names a channel: "webchat", "telegram", "wechat".
	ChannelID string
	// ChatID names a chat of ours: "group:<id>", "staff:<id>" or
	// "private:<person id>". See Chat.
	ChatID string
	// MessageID names a message heard or a post said, unique within a
	// community. The channel that heard or said it made it.
	MessageID string
	// PersonID names a person of a community; the store made it. It says
	// nothing about who that is.
	PersonID string
	// TextID names a piece of text kept in one place, so that erasing it is one
	// write (see storage.Words). Empty: no text.
	TextID string
	// MediaID is the sha256 of a file in lower-case hex; the file lies under
	// <data>/media.
	MediaID string
	// LaneID names a lane: the queue of one grid, private chat or staff chat.
	LaneID string
	// TimerID names a timer within a community. Setting the same id again moves it.
	TimerID string
	// Seq is a place in an order that the store counts: of hearing, of saying,
	// of jobs. It starts at 1; 0 means not yet stored.
	Seq uint64
	// TicketNo is the number of a ticket as people say it (12号), counted from 1
	// within a community. 0 means none.
	TicketNo int
)

// String gives the number in digits, as people type it.
func (n TicketNo) String() string { return strconv.Itoa(int(n)) }
