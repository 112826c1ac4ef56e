package wechat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"youshi/bot"
	"youshi/grid"
)

const (
	longest    = 1500 // runes of one message; what is longer goes as several
	quoted     = 12   // runes of the message answered
	notYet     = 20 * time.Second
	soonThere  = 3 * time.Second // a login without a person takes so long
	mostNo     = 5               // times that the platform refuses a post before a person must look
	unsettled  = time.Minute
	digitsKept = 6 // a longer run of digits is somebody's number
)

// Send says o in a group that is certain, or to a friend, in its turn. What the
// platform may have taken without saying so is unclear and not said again.
func (c *Channel) Send(ctx context.Context, to grid.Chat, o grid.Outgoing) (ids []grid.MessageID, err error) {
	l := c.current()
	if l == nil || !l.ready.Load() {
		after := notYet
		if c.Health().State == bot.HealthConnecting {
			after = soonThere
		}
		return nil, &bot.Undelivered{State: grid.Waiting, After: after, Say: "WeChat is not connected"}
	}
	if until, resting := c.pace.resting(time.Now()); resting {
		return nil, &bot.Undelivered{State: grid.Waiting, After: time.Until(until), Say: "WeChat said \"too often\": nothing is sent for a while"}
	}
	user, err := l.addressee(to)
	if err != nil {
		return nil, err
	}
	parts, err := c.compose(ctx, to, o)
	if err != nil {
		return nil, &bot.Undelivered{State: grid.PutAside, Say: "the message cannot be written", Err: err}
	}
	if wait := c.pace.turn(postOf(to, o), o.Class, time.Now()); wait > 0 {
		return nil, &bot.Undelivered{State: grid.Waiting, After: wait, Say: "WeChat takes one message every few seconds"}
	}
	for i, part := range parts {
		if i > 0 {
			if err := c.pace.again(ctx); err != nil {
				return ids, fmt.Errorf("sending part %d of %d: %w", i+1, len(parts), err)
			}
		}
		if err := c.opt.Notes.Put(ctx, c.pace.note()); err != nil {
			return ids, undelivered(i, time.Second, "the pace cannot be written down", err)
		}
		id, err := l.deliver(ctx, user, part, i, postOf(to, o))
		c.pace.landed(time.Now())
		if err != nil {
			return ids, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// postOf names a post over all communities, in each of which they are counted anew.
func postOf(to grid.Chat, o grid.Outgoing) string { return to.Native + " " + string(o.ID) }

// undelivered is the error of a part that was surely not said: the first may be
// said later, after others the post is said by half and nobody repeats it.
func undelivered(part int, after time.Duration, say string, err error) error {
	if part > 0 {
		return fmt.Errorf("%s after %d parts of the post were said: %w", say, part, err)
	}
	return &bot.Undelivered{State: grid.Waiting, After: after, Say: say, Err: err}
}

// deliver sends one part.
func (l *login) deliver(ctx context.Context, user, text string, part int, post string) (grid.MessageID, error) {
	id, wrote, err := l.say(ctx, user, text)
	b, page := errors.AsType[*broken](err)
	switch ret := refused(err); {
	case err == nil && id == "":
		return "", fmt.Errorf("sending a message: the answer gives it no number")
	case err == nil:
		l.refusals.forget(post)
		return messageID(id), nil
	case !wrote, page && b.status != http.StatusGatewayTimeout: // an error page is no message taken, but for who waited in vain for a word
		return "", undelivered(part, 0, "WeChat could not be reached", err)
	case ret == retTooOften:
		l.tooOften(ctx)
		until, _ := l.pace.resting(time.Now())
		return "", undelivered(part, time.Until(until), "WeChat said \"too often\"", err)
	case ret == retLoggedOut || ret == retElsewhere || ret == retCookie || ret == retTicket:
		l.ready.Store(false) // the loop will find out
		return "", undelivered(part, notYet, "the WeChat session has ended", err)
	case ret != 0:
		if part == 0 && l.refusals.count(post) >= mostNo {
			return "", &bot.Undelivered{State: grid.PutAside, Say: "WeChat refuses this message again and again", Err: err}
		}
		return "", undelivered(part, notYet, "WeChat refused the message", err)
	}
	return "", err // it may have arrived
}

// tooOften stops all sending for a while and alarms the operator.
func (l *login) tooOften(ctx context.Context) {
	d := l.pace.strike(l.opt.Rest, time.Now())
	l.opt.Log.Error("WeChat said \"too often\" (1205): nothing is sent for a while", "rest", d.Round(time.Second))
	l.tellPace()
	if err := l.opt.Notes.Put(context.WithoutCancel(ctx), l.pace.note()); err != nil {
		l.opt.Log.Error("the rest cannot be written down", "err", err)
	}
}

// tellPace tells the operator whether nothing is sent for a while.
func (l *login) tellPace() {
	say := ""
	if until, resting := l.pace.resting(time.Now()); resting {
		say = fmt.Sprintf("WeChat said \"too often\": nothing is sent until %s; send less, or the account will be barred",
			until.In(l.opt.Now().Location()).Format("15:04"))
	}
	l.state.note("pace", say)
}

// addressee gives whom the platform calls the chat in this session.
func (l *login) addressee(to grid.Chat) (string, error) {
	if to.Kind != grid.PrivateChat {
		user, why := l.groups.room(to.Native)
		if why != sure {
			return "", &bot.Undelivered{State: grid.Waiting, After: unsettled, Say: fmt.Sprintf("the WeChat group %q is not certain (%s)", to.Native, why)}
		}
		return user, nil
	}
	var user string
	var ok bool
	if remark, strong := strings.CutPrefix(to.Native, remarkPrefix); strong {
		user, ok = l.book.friendOf(remark)
	} else {
		user, ok = l.book.friendCalled(strings.TrimPrefix(to.Native, weakPrefix+"/"))
	}
	if !ok {
		return "", &bot.Undelivered{State: grid.PutAside, Say: "no friend, or more than one, has the name under which this person was known on WeChat"}
	}
	return user, nil
}

// PrivateChat gives the private chat with a friend who has a remark; one can be
// begun by the bot. Others have one once they speak to it.
func (c *Channel) PrivateChat(id grid.Identity) (string, bool) {
	return id.ID, id.Channel == ID && !id.Weak && strings.HasPrefix(id.ID, remarkPrefix)
}

// compose writes the post as WeChat can show it: whom and what it answers, its
// words, and what to reply where others have buttons.
func (c *Channel) compose(ctx context.Context, to grid.Chat, o grid.Outgoing) ([]string, error) {
	text := o.Text
	if id, ok := strings.CutPrefix(string(o.ReplyTo), string(messageID(""))); ok && to.Kind != grid.PrivateChat {
		if s, ok := c.saidAs(ctx, id); ok && s.Native == to.Native && s.Words != "" {
			head, err := c.opt.Voice.Say("wechat.answer", s)
			if err != nil {
				return nil, err
			}
			text = head + "\n" + text
		}
	}
	if len(o.Buttons) > 0 {
		foot, err := c.opt.Voice.Say("wechat.reply", o)
		if err != nil {
			return nil, err
		}
		if foot != "" {
			text += "\n" + foot
		}
	}
	return split(text, longest), nil
}

// opening gives the first words of a line, as an answer may quote them: no
// number of anybody.
func opening(text string) string {
	var out []rune
	digits := 0
	for _, r := range strings.Join(strings.Fields(text), " ") {
		if digits++; !unicode.IsDigit(r) {
			digits = 0
		}
		if digits == digitsKept+1 { // what stands before belongs to it
			out = append(out[:len(out)-digitsKept], '…')
		}
		if digits <= digitsKept {
			out = append(out, r)
		}
	}
	if len(out) > quoted {
		out = append(out[:quoted], '…')
	}
	return string(out)
}

// split cuts a text into parts of at most n runes, at the end of a line where
// there is one in the second half.
func split(text string, n int) []string {
	var parts []string
	for utf8.RuneCountInString(text) > n {
		r := []rune(text)
		at := n
		for i := n; i > n/2; i-- {
			if r[i-1] == '\n' {
				at = i
				break
			}
		}
		parts = append(parts, strings.TrimRight(string(r[:at]), "\n"))
		text = string(r[at:])
	}
	return append(parts, text)
}
