package reports

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"youshi/grid"
	"youshi/storage"
)

// notAMatter finds reasons of 驳回 that say that the message was none: talk,
// fun, an advertisement, a misreading. Others ("不归社区管") say who must act.
var notAMatter = regexp.MustCompile(`闲聊|聊天|聊闲|不是(诉求|事项|问题|报修|反映|事)|非(诉求|事项)|没有?诉求|误(报|判|会|识别|认|读)|认错|看错|玩笑|段子|广告|团购|无关(内容|消息|信息)`)

// NotAMatter reports whether the reason of a rejection (驳回) says that the
// message was no matter at all.
func NotAMatter(reason string) bool { return notAMatter.MatchString(reason) }

// Verdict is what staff's steps say that the report of a ticket means (认定),
// beside what the program had read.
type Verdict struct {
	Read   grid.Intent    // Kind, Category, Urgency, Topic as proposed; Chatter where the program had passed it over
	Gold   grid.Intent    // the same as decided, and Sensitive. Chatter: no matter; FollowUp: more of SameAs's matter
	SameAs grid.MessageID // merged: the message that raised the matter
	At     time.Time      // of the deciding step
	By     grid.Want      // the deciding step: confirm, reclassify, reject, merge, open
	Missed bool           // staff opened it from a message that was passed over
}

// VerdictOf says what the steps of those who decide make of a ticket, false when
// nobody has decided, or has for a reason that says nothing of the words. What
// was written down for somebody (记) was never read and has no verdict.
func VerdictOf(tx storage.Tx, t grid.Ticket) (v Verdict, ok bool, err error) {
	entries, err := tx.Journal().Of(t.No)
	if err != nil || t.Source == grid.Offline {
		return v, false, wrapped(err, "reading the journal of ticket %d", t.No)
	}
	read := proposal(t, entries)
	matter := grid.Intent{Kind: t.Kind, Category: t.Category, Urgency: t.Urgency, Topic: t.Topic, Sensitive: t.Private, Confidence: 1}
	if matter.Kind == grid.Suggestion {
		matter.Urgency = "" // the labels have none
	}
	for _, e := range entries {
		if !grid.Decides(e.By.Role) {
			continue
		}
		w := Verdict{Read: read, Gold: matter, At: e.At, By: e.Want, Missed: v.Missed}
		switch e.Want {
		case grid.WantOpen:
			if e.By.Person == t.Reporter {
				continue // staff may report like anybody
			}
			w.Missed = true
		case grid.WantConfirm, grid.WantReclassify:
		case grid.WantReject:
			words, err := wordsOf(tx, e.Why)
			if err != nil {
				return v, false, err
			}
			if !NotAMatter(words) {
				v, ok = Verdict{}, false
				continue
			}
			w.Gold = grid.Intent{Kind: grid.Chatter, Confidence: 1}
		case grid.WantMerge:
			into, err := tx.Tickets().Get(t.Into)
			if errors.Is(err, storage.ErrNotFound) {
				continue // split again
			} else if err != nil {
				return v, false, fmt.Errorf("reading ticket %d: %w", t.Into, err)
			}
			w.Gold, w.SameAs = grid.Intent{Kind: grid.FollowUp, Sensitive: t.Private, Confidence: 1}, into.Opening
		default:
			continue
		}
		v, ok = w, true
	}
	if v.Missed {
		v.Read = grid.Intent{Kind: grid.Chatter}
	}
	return v, ok, nil
}

// proposal is what the program had made of the words when somebody first decided
// otherwise.
func proposal(t grid.Ticket, entries []grid.Entry) grid.Intent {
	in := grid.Intent{Kind: t.Kind}
	for _, e := range entries {
		if e.Want == grid.WantReclassify {
			break
		}
		set(&in.Category, e.Set.Category)
		set(&in.Urgency, e.Set.Urgency)
		set(&in.Topic, e.Set.Topic)
	}
	if in.Kind == grid.Suggestion {
		in.Urgency = ""
	}
	return in
}

func set[T ~string](to *T, v T) {
	if v != "" {
		*to = v
	}
}

func wordsOf(tx storage.Tx, id grid.TextID) (string, error) {
	if id == "" {
		return "", nil
	}
	s, err := tx.Words().Get(id)
	return s, wrapped(err, "reading text %s", id)
}

// wrapped adds what was being done to an error, where there is one.
func wrapped(err error, doing string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(doing+": %w", append(args, err)...)
}
