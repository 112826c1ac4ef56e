package intents

import (
	"slices"

	"youshi/grid"
)

// verdict gathers what the steps say about one message.
type verdict struct {
	said []grid.Intent // every answer and hint, in the order of the steps
	best int           // index+1 of the best answer in said; 0: none yet
	sure bool          // the best answer is sure
	over bool          // it is that of a step that read with the others in hand

	unread string // why a Later step that should have answered did not
}

// hear takes one step's answer. A sure one ends the matter, unless a step that
// read with it in hand (over) is sure of another; of unsure ones the more
// confident counts, the later where they are equal; but a report that a rule finds
// is no follow-up because the local model thinks so, unless that is sure and the
// message names no place.
func (v *verdict) hear(in grid.Intent, sure, over bool) {
	v.said = append(v.said, in)
	if in.Kind == "" || v.sure && (!over || !sure) {
		return
	}
	if !over && (!sure || in.Location != "") && in.Kind == grid.FollowUp && v.best > 0 && v.said[v.best-1].By == "rule" && v.said[v.best-1].Kind.Actionable() {
		return // whether it is more of something is the Linker's to say
	}
	if sure || v.best == 0 || in.Confidence >= v.said[v.best-1].Confidence {
		v.best, v.sure, v.over = len(v.said), sure, over && sure
	}
}

// settled reports whether no further step need be asked: somebody is sure and
// no suspicion of danger waits for a second voice.
func (v *verdict) settled() bool {
	danger, shared := v.danger()
	return v.sure && (danger == "" || shared)
}

// danger gives the danger suspected and whether it is shared. A rule's danger
// word is a suspicion only, and two danger words in one message are still one
// step; it takes a step that concludes an emergency, or a second step that
// names the same danger.
func (v *verdict) danger() (name string, shared bool) {
	by := ""
	for _, in := range v.said {
		if in.Danger == "" {
			continue
		}
		if name == "" {
			name, by = in.Danger, in.By
		} else if in.Danger == name && in.By != by {
			shared = true
		}
	}
	for _, in := range v.said {
		shared = shared || name != "" && in.Urgency == grid.Emergency && in.Kind != ""
	}
	return name, shared
}

// conclude makes one answer of what was said. Only the best answer says what
// the message is; hints of the others fill what it leaves open, and what must
// not be said aloud is sensitive as soon as one step thinks so. Talk, which
// opens nothing, is as sensitive as a rule or a sure later reading says.
func (v *verdict) conclude() grid.Intent {
	in := grid.Intent{Kind: grid.Chatter, By: "rule"}
	if v.best > 0 {
		in = v.said[v.best-1]
	}
	for _, x := range v.said {
		in.Category, in.Urgency, in.Topic = or(in.Category, x.Category), fill(in.Urgency, x.Urgency), or(in.Topic, x.Topic)
		in.Location, in.Summary = or(in.Location, x.Location), or(in.Summary, x.Summary)
		in.Sensitive = in.Sensitive || x.Sensitive && (x.By == "rule" || !v.over || in.Kind != grid.Chatter)
		in.Elder = in.Elder || x.Elder
		if in.Kinds.Labels == nil {
			in.Kinds, in.Topics = x.Kinds, x.Topics
		}
	}
	in.Danger, in.Shared = v.danger()
	if in.Shared && !in.Elder {
		return emergency(in)
	}
	return in
}

// turned gives the answer on the other side of the line that the local model drew
// between what somebody must act on and all else, where the Linker, which has
// weighed m beside all that is open, says that m is there; false where the line
// was not the local model's to draw. No danger, not even a suspected one, nothing
// that must not be said aloud, and nothing that a rule also finds is turned into
// talk, nor a report into more of nothing. What sounds like more of something,
// but of nothing that is open, and like a danger to life, is one.
func (v *verdict) turned(in grid.Intent, turn Turn) (grid.Intent, bool) {
	if v.best == 0 || v.said[v.best-1].Else == nil || turn == AsRead {
		return grid.Intent{}, false
	}
	other := *v.said[v.best-1].Else
	if in.Kind.Actionable() {
		if turn == Opens || other.Kind == grid.FollowUp || in.Danger != "" || in.Urgency == grid.Emergency || in.Sensitive || in.Elder || v.agree() {
			return grid.Intent{}, false
		}
	} else if turn == Talks && (in.Kind != grid.FollowUp || other.Urgency != grid.Emergency) {
		return grid.Intent{}, false
	}
	own := verdict{said: slices.Clone(v.said), best: v.best, sure: v.sure}
	own.said[v.best-1] = other
	return own.conclude(), true
}

// agree reports whether two steps find that somebody must act.
func (v *verdict) agree() bool {
	n := 0
	for _, x := range v.said {
		if x.Kind.Actionable() {
			n++
		}
	}
	return n > 1
}

// actionable gives the most confident answer by which somebody has to act, with
// the hints of the others, and false when no step gave one.
func (v *verdict) actionable() (grid.Intent, bool) {
	own := verdict{said: v.said}
	for i, x := range v.said {
		if x.Kind.Actionable() && (own.best == 0 || x.Confidence >= v.said[own.best-1].Confidence) {
			own.best = i + 1
		}
	}
	return own.conclude(), own.best > 0
}

// emergency makes in the report of a danger to life. A follow-up stays one: the
// handler raises the matter it belongs to.
func emergency(in grid.Intent) grid.Intent {
	if in.Kind != grid.FollowUp {
		in.Kind = grid.Report
	}
	in.Urgency, in.Category = grid.Emergency, grid.Escalate
	return in
}

// fill is or for urgencies: a hint never makes an emergency.
func fill(own, hint grid.Urgency) grid.Urgency {
	if own == "" && hint != grid.Emergency {
		return hint
	}
	return own
}
