package intents

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"unicode/utf8"

	"youshi/grid"
	"youshi/llm"
)

// Step is one way to understand a message.
type Step interface {
	// Name is what Intent.By and the journal call the step: rule, local, llm.
	Name() string
	// Try says what m means. An Intent without a Kind is no answer, but its
	// other fields still count as hints (Danger, Sensitive, Topic …). sure
	// ends the chain. Confidence is 0..1: how often such answers are right.
	//
	// A step that waits for others (a network, a process) returns ctx.Err()
	// as soon as ctx is done, at once if it is done already. A step that only
	// computes ignores ctx and takes well under a millisecond: its answer
	// stands when the lane is behind.
	Try(ctx context.Context, m grid.Message, s grid.Scene) (in grid.Intent, sure bool, err error)
}

// Later is a Step that reads with the answers of the steps before it in hand: a
// model elsewhere, which costs time and money and is asked only where that helps.
type Later interface {
	Step
	// After is asked about every message instead of Try. soFar is what the
	// chain would conclude without it, the Linker's word and Doubt included,
	// settled says that nobody doubts it. The step itself decides whether there
	// is anything to ask: an Intent without a Kind and without an error says
	// that there was not. A sure answer goes over the sure one of an earlier
	// step; a danger that is shared stays shared.
	//
	// An error says that the step should have answered and could not.
	After(ctx context.Context, m grid.Message, s grid.Scene, soFar grid.Intent, settled bool) (in grid.Intent, sure bool, err error)
}

// tellingLen is how many characters it takes to tell something of a person.
const tellingLen = 12

// Chain understands a message: commands first, then the steps in order until
// one is sure, then those that come Later, then the Linker. It is a bot.Thinker and safe for use by many
// lanes at once when its steps are.
type Chain struct {
	Steps  []Step
	Linker Linker
	Log    *slog.Logger // nil: quiet
}

// Think gives the best answer that can be had by ctx's deadline. It never
// fails: a step that errs is skipped, and without any answer the message is
// chatter with confidence 0.
func (c Chain) Think(ctx context.Context, m grid.Message, s grid.Scene) grid.Intent {
	in, ok := Parse(m, s)
	if !ok {
		return c.understand(ctx, m, s)
	}
	if in.Command.Want == grid.WantRecord {
		in.Items = c.items(ctx, m, s, *in.Command)
	}
	if doubtful(*in.Command, s) && !Addressed(m, s) && !in.Command.Quoted {
		other := c.understand(ctx, m, s)
		in.Otherwise = &other
	}
	return in
}

// weigh asks the steps.
func (c Chain) weigh(ctx context.Context, m grid.Message, s grid.Scene) verdict {
	v := verdict{}
	for _, step := range c.Steps {
		later, waits := step.(Later)
		if !waits && v.settled() {
			continue
		}
		var in grid.Intent
		var sure bool
		var err error
		if waits {
			soFar := c.settle(v, m, s)
			soFar.Danger, soFar.Shared = v.danger()
			in, sure, err = later.After(ctx, m, s, soFar, v.settled())
		} else {
			in, sure, err = step.Try(ctx, m, s)
		}
		if err != nil {
			c.tell(ctx, step, m, err)
			if waits {
				v.unread = or(string(llm.CauseOf(err)), "error")
			}
			continue
		}
		in.By = step.Name()
		v.hear(in, sure, waits)
	}
	return v
}

// understand asks the steps and the Linker.
func (c Chain) understand(ctx context.Context, m grid.Message, s grid.Scene) grid.Intent {
	v := c.weigh(ctx, m, s)
	in := c.settle(v, m, s)
	if m.Kind == grid.LocationMessage && in.Kind.Actionable() && in.Link.Ticket == 0 && in.Link.PartOf == "" {
		// A place alone reports nothing: it waits for its words.
		in = grid.Intent{Kind: grid.Chatter, By: in.By, Confidence: in.Confidence}
	}
	in.Unread = v.unread
	in.Sensitive = in.Sensitive || tellsOn(m, s)
	return Consistent(placed(in, m))
}

// differ is the least doubt where Linker and local model differ.
const differ = 0.5

// settle makes one answer of what the steps and the Linker say.
func (c Chain) settle(v verdict, m grid.Message, s grid.Scene) grid.Intent {
	in, turn := c.join(placed(v.conclude(), m), m, s)
	if turn != AsRead && (turn == Opens) != in.Kind.Actionable() {
		in.Doubt = max(in.Doubt, differ)
	}
	if other, ok := v.turned(in, turn); ok {
		other.Link, other.Doubt = in.Link, in.Doubt
		in = placed(other, m)
	}
	if in.Kind == grid.FollowUp && in.Link.Ticket == 0 && in.Link.PartOf == "" {
		// It goes on with nothing that is known: a first report in such words.
		if first, ok := v.actionable(); ok {
			in, _ = c.join(placed(first, m), m, s)
		}
	}
	if !in.Kind.Actionable() && len(in.Link.Earlier) > 0 {
		in.Link = grid.Link{} // talk explains no picture
	}
	return in
}

// tell logs that a step failed. A deadline is the lane's business and a model's
// health the model's own: it says so once, not at every message.
func (c Chain) tell(ctx context.Context, step Step, m grid.Message, err error) {
	if c.Log != nil && ctx.Err() == nil && llm.CauseOf(err) == "" {
		c.Log.Warn("a step of understanding failed", "part", "intents", "step", step.Name(), "message", m.ID, "err", err)
	}
}

// placed adds place and summary from the message's own words where the kind
// has them and no step gave them.
func placed(in grid.Intent, m grid.Message) grid.Intent {
	if located(in.Kind) && in.Location == "" {
		in.Location = Place(m.Text)
	}
	if located(in.Kind) && in.Summary == "" {
		in.Summary = Summarise(m.Text)
	}
	return in
}

// located reports whether a message of the kind has a place, as the recorded days
// are labelled.
func located(k grid.Kind) bool { return k.Actionable() || k == grid.Inquiry || k == grid.FollowUp }

// join adds the Linker's answer and what follows from it, and gives what the
// Linker takes the message for.
func (c Chain) join(in grid.Intent, m grid.Message, s grid.Scene) (grid.Intent, Turn) {
	l, turn, sure := c.Linker.Link(m, in, s)
	in.Link, in.Doubt = l, 1-sure
	if x, ok := matterOf(s, l.Ticket); ok {
		// What goes on with a private matter says as little aloud, but for a
		// few words, which say nothing anyhow.
		in.Sensitive = in.Sensitive || x.Private && utf8.RuneCountInString(m.Text) >= tellingLen
		if x.Urgency == grid.Emergency && !in.Shared {
			in.Danger = "" // it is known already: nobody need be asked
		}
	}
	switch {
	case l.PartOf != "":
		// Parts carry the labels of the first, as recorded days are labelled,
		// unless this part is what tells us how bad it is.
		if first, ok := find(s.Recent, l.PartOf); ok && first.Intent.Kind.Actionable() {
			in = partOf(in, first.Intent)
		} else if x, ok := matterOf(s, l.Ticket); ok {
			in = partOf(in, grid.Intent{Kind: x.Kind, Category: x.Category, Urgency: x.Urgency, Topic: x.Topic, Sensitive: x.Private, Elder: x.Elder})
		}
	case l.Ticket != 0 && m.Of == "" && in.Kind != grid.Praise && in.Kind != grid.Order:
		// An edit is read for what it says itself. A neighbour's own words for a matter that is known already, a question
		// about it, a picture of it.
		in.Kind = grid.FollowUp
	}
	return in, turn
}

// ofSomebody is how people go on about somebody whom they have named.
const ofSomebody = "他她"

// tellsOn reports whether the speaker goes on about somebody of whom he has just
// said what must not be said aloud ("他没钱", after whose debts they are).
func tellsOn(m grid.Message, s grid.Scene) bool {
	if m.From == "" || !strings.ContainsAny(m.Text, ofSomebody) {
		return false
	}
	for _, x := range slices.Backward(s.Recent) {
		if m.Sent.Sub(x.Sent) > partWithin {
			break
		}
		if x.From == m.From && x.Chat == m.Chat {
			return x.Intent.Sensitive
		}
	}
	return false
}

// partOf gives in the labels of the report's first message, keeping its own
// place, and its own danger where that is the worse.
func partOf(in, first grid.Intent) grid.Intent {
	worse := in.Urgency == grid.Emergency && in.Kind.Actionable()
	in.Kind = first.Kind
	in.Topic = first.Topic
	in.Sensitive = in.Sensitive || first.Sensitive
	in.Elder = in.Elder || first.Elder
	if !worse {
		in.Category, in.Urgency = first.Category, first.Urgency
	}
	return in
}

// Consistent clears the fields that a kind does not carry and fills those that
// it must, as recorded days are labelled: category for report, suggestion and
// wish, urgency for report and wish, topic for these and inquiry, location for
// these and follow-up.
func Consistent(in grid.Intent) grid.Intent {
	if in.Elder && in.Kind == grid.Report && in.Urgency != grid.Emergency {
		in.Category, in.Urgency, in.Topic, in.Sensitive = grid.Immediate, grid.Urgent, "elderly_children", true
	}
	if in.Kind == grid.Report && in.Urgency == grid.Emergency {
		in.Category = grid.Escalate
	}
	if in.Kind.Actionable() {
		in.Category = or(in.Category, grid.Immediate)
	} else {
		in.Category = ""
	}
	if in.Kind == grid.Report || in.Kind == grid.Wish {
		in.Urgency = or(in.Urgency, grid.Normal)
	} else {
		in.Urgency = ""
	}
	if in.Kind.Actionable() || in.Kind == grid.Inquiry {
		if !in.Topic.Valid() {
			in.Topic = "other"
		}
	} else {
		in.Topic = ""
	}
	if !located(in.Kind) {
		in.Location, in.Summary = "", ""
	}
	if in.Kind != grid.Order {
		in.Command = nil
	}
	return in
}

// matterOf gives a matter of the scene by its number.
func matterOf(s grid.Scene, no grid.TicketNo) (grid.Matter, bool) {
	for _, x := range slices.Backward(s.Open) {
		if x.No == no {
			return x, true
		}
	}
	return grid.Matter{}, false
}

func or[T ~string](a, b T) T {
	if a != "" {
		return a
	}
	return b
}

// find gives the message with the id among ms, looking from the latest back.
func find(ms []grid.Message, id grid.MessageID) (grid.Message, bool) {
	for _, m := range slices.Backward(ms) {
		if m.ID == id {
			return m, true
		}
	}
	return grid.Message{}, false
}
