package telegram_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"youshi/bot"
	"youshi/bot/telegram"
	"youshi/bot/telegram/telegramtest"
	"youshi/grid"
)

func TestEveryFaultOfASendEndsAsWhatItIs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault telegramtest.Fault
		state grid.PostState // "": said
		after time.Duration  // at least
		took  int            // how many the platform took
	}{
		"too many":              {telegramtest.TooMany(7), grid.Waiting, 7 * time.Second, 0},
		"too many for hours":    {telegramtest.TooMany(10072), grid.Waiting, 10072 * time.Second, 0},
		"the server in trouble": {telegramtest.Internal(), grid.Waiting, time.Second / 2, 0},
		"a page of a gateway":   {telegramtest.BadGateway(), grid.Waiting, time.Second / 2, 0},
		"cut before":            {telegramtest.Dropped(), grid.Unclear, 0, 0}, // who hears nothing knows nothing
		"the reply is lost":     {telegramtest.LostReply(), grid.Unclear, 0, 1},
		"the reply is cut":      {telegramtest.CutReply(), grid.Unclear, 0, 1},
		"slow":                  {telegramtest.Slow(2 * time.Second), "", 0, 1},
		"the token is refused":  {telegramtest.Unauthorized(), grid.Waiting, time.Second, 0},
		"thrown out":            {telegramtest.Refused(403, "Forbidden: bot was kicked from the supergroup chat"), grid.PutAside, 0, 0},
		"no such chat":          {telegramtest.Refused(400, "Bad Request: chat not found"), grid.PutAside, 0, 0},
		"refused":               {telegramtest.Refused(400, "Bad Request: something else"), grid.PutAside, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, telegramtest.Options{})
			s.start()
			s.server.Break(c.fault.On("sendMessage").For(1))
			ids, err := s.send(s.group, grid.Outgoing{Text: "办好了"})
			if c.state == "" {
				if err != nil || len(ids) != 1 {
					t.Errorf("Send = %v, %v", ids, err)
				}
			} else if u := undelivered(t, err); u.State != c.state || u.After < c.after || u.Say == "" {
				t.Errorf("Send = %+v, want %s after %v", u, c.state, c.after)
			}
			if n := len(s.group.Lines()); n != c.took {
				t.Errorf("the platform took %d posts, want %d", n, c.took)
			}
			if err != nil && strings.Contains(err.Error(), telegramtest.Token) {
				t.Errorf("the error holds the token: %v", err)
			}
			s.silent()
		})
	}
}

func TestAServerThatIsGoneIsNotHammeredAndNothingIsUnclear(t *testing.T) {
	t.Parallel()
	s := newSite(t, telegramtest.Options{})
	s.start()
	eventually(t, "it is online", func() bool { return s.ch.Health().State == bot.HealthOnline })
	s.server.Close()
	_, err := s.send(s.group, grid.Outgoing{Text: "办好了"})
	if u := undelivered(t, err); u.State != grid.Waiting {
		t.Errorf("Send to a server that is gone = %+v, want it said later", u)
	}
	if strings.Contains(err.Error(), telegramtest.Token) {
		t.Errorf("the error holds the token: %v", err)
	}
	eventually(t, "it is down", func() bool { return s.ch.Health().State == bot.HealthDown })
	s.silent()
}

// second gives the error of a call that gives something too.
func second[T any](_ T, err error) error { return err }

func TestWhatTelegramSaysOfAPrivateChatIsRemembered(t *testing.T) {
	t.Parallel()
	s := newSite(t, telegramtest.Options{})
	fang := s.server.PersonAs(4243, "王网格")
	s.opt.Bound = []int64{4243, 4244}
	stop := s.start()
	account := grid.Identity{Channel: telegram.ID, ID: "4243"}
	if native, ok := s.ch.PrivateChat(account); !ok || native != "4243" {
		t.Fatalf("the private chat of a bound account is %q, %v", native, ok)
	}
	stranger := grid.Identity{Channel: telegram.ID, ID: "4244"} // Telegram never saw bot and person together
	nowhere := grid.Chat{ID: "private:p2", Kind: grid.PrivateChat, Channel: telegram.ID, Native: "4244"}
	if u := undelivered(t, second(s.ch.Send(t.Context(), nowhere, grid.Outgoing{ID: "post-0", Text: "请确认"}))); u.State != grid.PutAside {
		t.Errorf("Send to somebody unknown = %+v", u)
	}
	if _, ok := s.ch.PrivateChat(stranger); ok {
		t.Error("the bot still believes that it may write to somebody whom Telegram does not know")
	}
	private := grid.Chat{ID: "private:p1", Kind: grid.PrivateChat, Channel: telegram.ID, Native: "4243"}
	_, err := s.ch.Send(t.Context(), private, grid.Outgoing{ID: "post-1", Text: "请确认"})
	if u := undelivered(t, err); u.State != grid.PutAside {
		t.Errorf("Send to somebody who never began = %+v", u)
	}
	stop()
	s.start()
	if _, ok := s.ch.PrivateChat(account); ok {
		t.Error("after a restart the bot believes again that it may write")
	}
	s.server.Private(fang).Say(fang, "你好")
	s.heard(1)
	if _, ok := s.ch.PrivateChat(account); !ok {
		t.Error("whoever spoke cannot be written to")
	}
	s.server.Private(fang).Blocked(fang)
	eventually(t, "that it was blocked is known", func() bool { _, ok := s.ch.PrivateChat(account); return !ok })
	for _, other := range []grid.Identity{{Channel: "wechat", ID: "4243"}, {Channel: telegram.ID, ID: "chat:-1", Weak: true}, {Channel: telegram.ID, ID: "5"}} {
		if _, ok := s.ch.PrivateChat(other); ok {
			t.Errorf("%+v has a private chat", other)
		}
	}
}

func TestALongPostGoesInPartsAndGoesOnWhereItWasBroken(t *testing.T) {
	t.Parallel()
	s := newSite(t, telegramtest.Options{})
	s.start()
	line := strings.Repeat("汉", 500) + "🏠\n"
	text := strings.Repeat(line, 20) // about 10,000 units
	o := grid.Outgoing{ID: "post-9", Text: text, Attempts: 1, Buttons: []grid.Button{{Label: "满意"}}}
	s.server.Break(telegramtest.Slow(0).On("sendMessage").For(1))
	s.server.Break(telegramtest.TooMany(1).On("sendMessage").For(1)) // the second part
	_, err := s.send(s.group, o)
	if u := undelivered(t, err); u.State != grid.Waiting {
		t.Fatalf("Send = %+v", u)
	}
	time.Sleep(1200 * time.Millisecond)
	o.Attempts = 2
	ids, err := s.send(s.group, o)
	if err != nil || len(ids) != 3 {
		t.Fatalf("Send = %v, %v; want three ids", ids, err)
	}
	lines := s.group.Lines()
	if len(lines) != 3 {
		t.Fatalf("residents see %d messages", len(lines))
	}
	var all []string
	for i, l := range lines {
		if n := len(utf16.Encode([]rune(l.Text))); n > 4096 {
			t.Errorf("part %d has %d units", i, n)
		}
		if (len(l.Buttons) > 0) != (i == 2) {
			t.Errorf("part %d has the buttons %q", i, l.Buttons)
		}
		all = append(all, l.Text)
	}
	if strings.Join(all, "\n")+"\n" != text {
		t.Error("the parts are not the whole")
	}
}

func TestRewritingSaysWhatCannotBeRewritten(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault telegramtest.Fault
		state grid.PostState // "": rewritten
	}{
		"not modified":     {telegramtest.Refused(400, "Bad Request: message is not modified: specified new message content"), ""},
		"gone":             {telegramtest.Refused(400, "Bad Request: message to edit not found"), grid.PutAside},
		"too old":          {telegramtest.Refused(400, "Bad Request: message can't be edited"), grid.PutAside},
		"too many":         {telegramtest.TooMany(3), grid.Waiting},
		"the reply lost":   {telegramtest.LostReply(), grid.Waiting},
		"cut before":       {telegramtest.Dropped(), grid.Waiting},
		"a gateway's page": {telegramtest.BadGateway(), grid.Waiting},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, telegramtest.Options{})
			s.start()
			ids, err := s.send(s.group, grid.Outgoing{Text: "待确认", Buttons: []grid.Button{{Label: "确认"}}})
			if err != nil {
				t.Fatal(err)
			}
			s.server.Break(c.fault.On("editMessageText").For(1))
			err = s.ch.Edit(t.Context(), to(s.group), ids, grid.Outgoing{ID: "post-2", Text: "已立案"})
			if c.state == "" && err != nil || c.state != "" && undelivered(t, err).State != c.state {
				t.Errorf("Edit = %v, want %q", err, c.state)
			}
		})
	}
}

func TestABurstKeepsTheLimitsOfTelegram(t *testing.T) {
	t.Parallel()
	s := newSite(t, telegramtest.Options{Strict: true})
	s.start()
	n := 0
	for i := range 24 { // a Sender that knows no limits
		_, err := s.send(s.group, grid.Outgoing{ID: grid.MessageID(fmt.Sprint("post-", i)), Text: fmt.Sprint("第", i, "条")})
		if err == nil {
			n++
			continue
		}
		if u := undelivered(t, err); u.State != grid.Waiting || u.After <= 0 || u.After > time.Minute {
			t.Fatalf("Send = %+v", u)
		}
		break // the minute is full
	}
	if n < 15 || n > 20 {
		t.Errorf("%d posts were said before the minute was full", n)
	}
	if m := s.server.BusiestChat(time.Second, true); m > 1 {
		t.Errorf("%d posts came within a second", m)
	}
	for _, c := range s.server.Calls("sendMessage") {
		if c.Code == 429 {
			t.Error("Telegram had to refuse")
		}
	}
}

func TestAChatThatMustRestIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t, telegramtest.Options{})
	s.start()
	s.server.Break(telegramtest.TooMany(30).In(s.group))
	other := s.server.Supergroup("第4网格")
	for i := range 5 {
		_, err := s.send(s.group, grid.Outgoing{ID: grid.MessageID(fmt.Sprint("post-", i)), Text: "办好了"})
		if u := undelivered(t, err); u.State != grid.Waiting || u.After < 25*time.Second {
			t.Errorf("Send = %+v, want it said when the chat has rested", u)
		}
	}
	if n := len(s.server.Calls("sendMessage")); n != 1 {
		t.Errorf("a chat that must rest was asked %d times", n)
	}
	if _, err := s.send(other, grid.Outgoing{ID: "post-9", Text: "办好了"}); err != nil {
		t.Errorf("another chat: %v", err)
	}
}

func TestAPressIsHeardOnceAndAlwaysAnswered(t *testing.T) {
	t.Parallel()
	s := newSite(t, telegramtest.Options{})
	s.start()
	fang := s.server.Person("王芳")
	ids, err := s.send(s.group, grid.Outgoing{Text: "请评价", Buttons: []grid.Button{{Label: "满意"}, {Label: "不满意"}}})
	if err != nil {
		t.Fatal(err)
	}
	id := s.group.Lines()[0].ID
	query, err := s.group.Press(fang, id, "满意")
	if err != nil {
		t.Fatal(err)
	}
	ev := s.heard(1)[0]
	if ev.Press.Button != "满意" || !slices.Contains(ids, ev.Press.Post) || !strings.Contains(ev.Key.Revision, query) {
		t.Errorf("heard %+v %+v", ev.Key, ev.Press)
	}
	eventually(t, "it is answered", func() bool { return s.server.Answered(query) > 0 })
	forgotten := s.group.PressForgotten(fang, id, "不满意")
	if ev := s.heard(2)[1]; ev.Press.Button != "不满意" || !slices.Contains(ids, ev.Press.Post) {
		t.Errorf("a press under a forgotten message is heard as %+v", ev.Press)
	}
	eventually(t, "it is answered", func() bool { return s.server.Answered(forgotten) > 0 })
	if strings.Contains(s.logged.String(), "query is too old") {
		t.Error("an old query is worth no line")
	}
	_, err = s.group.Press(fang, id, "没有")
	if err == nil || errors.Is(err, nil) {
		t.Error("a button that is not there was pressed")
	}
}
