package grid

import "time"

// Flat is a ticket with names and words in place of ids: the ticket of
// `replay --json` and of GET /api/tickets. A nil pointer is null there.
type Flat struct {
	Number     TicketNo    `json:"number"`
	Messages   []MessageID `json:"messages"`
	Supporters int         `json:"supporters"` // without the reporter
	Category   *Category   `json:"category"`
	Urgency    *Urgency    `json:"urgency"`
	Topic      *Topic      `json:"topic"`
	Location   *string     `json:"location"`
	Summary    string      `json:"summary"`
	Reporter   string      `json:"reporter"`
	Status     Status      `json:"status"`
	Round      int         `json:"round"`
	Level      Level       `json:"level"`
	Private    bool        `json:"private"`
	Due        *time.Time  `json:"due"`         // the next deadline of the present step; the poll's end while resolved
	DueBecause *string     `json:"due_because"` // in English, why it is then
	Assignee   *string     `json:"assignee"`
	Source     Source      `json:"source"`
	Priority   int         `json:"priority"`
	Reason     *string     `json:"reason"` // of rejecting: the words, else the code; of withdrawing: "withdrawn"
	Poll       *FlatPoll   `json:"poll"`
}

// FlatPoll is the judging of the present round: how many were asked, how many
// said what, and when it ends.
type FlatPoll struct {
	Asked       int       `json:"asked"`
	Satisfied   int       `json:"satisfied"`
	Partly      int       `json:"partly"`
	Unsatisfied int       `json:"unsatisfied"`
	Ends        time.Time `json:"ends"`
}
