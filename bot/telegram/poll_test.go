package telegram_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"youshi/bot"
	"youshi/bot/telegram"
	"youshi/bot/telegram/telegramtest"
)

func TestEveryFaultOfAPollIsOutlivedWithoutHammering(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault telegramtest.Fault
		state bot.HealthState
	}{
		"the token is refused":   {telegramtest.Unauthorized(), bot.HealthBarred},
		"another program polls":  {telegramtest.Conflict(), bot.HealthDown},
		"the server in trouble":  {telegramtest.Internal(), bot.HealthDown},
		"a page of a gateway":    {telegramtest.BadGateway(), bot.HealthDown},
		"cut before":             {telegramtest.Dropped(), bot.HealthDown},
		"the batch is lost":      {telegramtest.LostReply(), bot.HealthDown},
		"the batch is cut":       {telegramtest.CutReply(), bot.HealthDown},
		"too many, for a second": {telegramtest.TooMany(1), bot.HealthOnline},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, telegramtest.Options{})
			s.server.Break(c.fault.On("getUpdates").For(4))
			fang := s.server.Person("王芳")
			s.group.Say(fang, "一")
			s.group.Say(fang, "二")
			var states []bot.HealthState
			s.opt.Changed = func(h bot.Health) { states = append(states, h.State) }
			stop := s.start()
			evs := s.heard(2)
			if len(evs) != 2 || evs[0].Message.Text != "一" {
				t.Errorf("heard %+v", evs)
			}
			eventually(t, "it is online again", func() bool { return s.ch.Health().State == bot.HealthOnline })
			stop()
			if !strings.Contains(strings.Join(words(states), " "), string(c.state)) {
				t.Errorf("the states were %v, want %s among them", states, c.state)
			}
			if n := s.server.Busiest("getUpdates", time.Second); n > 4 {
				t.Errorf("%d polls came within a second", n)
			}
			s.silent()
		})
	}
}

func words(states []bot.HealthState) (out []string) {
	for _, s := range states {
		out = append(out, string(s))
	}
	return out
}

func TestAServerThatDoesNotHoldThePollIsNotHammered(t *testing.T) {
	t.Parallel()
	s := newSite(t, telegramtest.Options{})
	s.server.Break(telegramtest.EmptyAtOnce().On("getUpdates"))
	s.start()
	time.Sleep(2500 * time.Millisecond)
	if n := len(s.server.Calls("getUpdates")); n > 4 {
		t.Errorf("%d polls in 2.5 seconds", n)
	}
}

func TestPrivacyModeIsSaidLoudlyUntilItIsOff(t *testing.T) {
	t.Parallel()
	s := newSite(t, telegramtest.Options{Privacy: true})
	s.start()
	eventually(t, "it is online", func() bool { return s.ch.Health().State == bot.HealthOnline })
	if say := s.ch.Health().Say; !strings.Contains(say, "/setprivacy") || !strings.Contains(s.logged.String(), "/setprivacy") {
		t.Errorf("the operator reads %q", say)
	}
	st, err := telegram.Ask(t.Context(), telegramtest.Token, s.server.URL())
	if err != nil || !st.Privacy || st.Username != "youshi_bot" || !strings.Contains(st.Say(false), "/setprivacy") {
		t.Errorf("Ask = %+v, %v", st, err)
	}
	s.server.SetPrivacy(false)
	if st, err := telegram.Ask(t.Context(), telegramtest.Token, s.server.URL()); err != nil || st.Say(false) != "" {
		t.Errorf("Ask = %+v, %v", st, err)
	}
	_, err = telegram.Ask(t.Context(), "4242:wrong", s.server.URL())
	if err == nil || strings.Contains(err.Error(), "4242:wrong") {
		t.Errorf("a wrong token gives %v", err)
	}
}

func TestAWebhookLeftBehindIsTakenAwayAndNothingOfItIsLost(t *testing.T) {
	t.Parallel()
	s := newSite(t, telegramtest.Options{Retry: 10 * time.Millisecond})
	s.opt.Webhook = newHook(t)
	stop := s.start()
	fang := s.server.Person("王芳")
	s.group.Say(fang, "一")
	s.heard(1)
	stop()
	s.group.Say(fang, "二") // to a webhook where nobody listens
	s.opt.Webhook = nil
	s.start()
	if evs := s.heard(2); len(evs) != 2 || evs[1].Message.Text != "二" {
		t.Errorf("heard %+v", evs)
	}
}

func TestTheWebhookRefusesWhatIsNotTelegrams(t *testing.T) {
	t.Parallel()
	s := newSite(t, telegramtest.Options{})
	s.opt.Webhook = newHook(t)
	s.start()
	update := `{"update_id":1,"message":{"message_id":1,"date":1,"chat":{"id":-1,"type":"group"},"from":{"id":5,"first_name":"a"},"text":"x"}}`
	eventually(t, "it listens", func() bool { return deliver(t, s.opt.Webhook.URL, "hunter2", update) == http.StatusOK })
	for name, c := range map[string]struct {
		secret, body string
		want         int
	}{
		"a wrong secret":     {"hunter3", update, http.StatusUnauthorized},
		"no secret":          {"", update, http.StatusUnauthorized},
		"no JSON":            {"hunter2", "hello", http.StatusBadRequest},
		"no update":          {"hunter2", "{}", http.StatusBadRequest},
		"the same again":     {"hunter2", update, http.StatusOK},
		"a kind of tomorrow": {"hunter2", `{"update_id":2,"hologram":{}}`, http.StatusOK},
	} {
		if got := deliver(t, s.opt.Webhook.URL, c.secret, c.body); got != c.want {
			t.Errorf("%s is answered %d, want %d", name, got, c.want)
		}
	}
	if evs := s.heard(1); len(evs) != 1 {
		t.Errorf("heard %d events, want one", len(evs))
	}
}

func TestTheWebhookSaysNoUntilTheStoreHasIt(t *testing.T) {
	t.Parallel()
	s := newSite(t, telegramtest.Options{})
	s.opt.Webhook = newHook(t)
	s.start()
	say := func(n int) int {
		return deliver(t, s.opt.Webhook.URL, "hunter2", fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,"date":1,"chat":{"id":-1,"type":"group"},"from":{"id":5,"first_name":"a"},"text":"x"}}`, n, n))
	}
	eventually(t, "it listens", func() bool { return say(1) == http.StatusOK })
	s.ears.failing(func() error { return errors.New("the disk is full") })
	if got := say(2); got != http.StatusInternalServerError {
		t.Errorf("what could not be written down is answered %d, want 500", got)
	}
	s.ears.failing(nil)
	if got := say(2); got != http.StatusOK {
		t.Errorf("the same delivered again is answered %d, want 200", got)
	}
	if evs := s.heard(2); len(evs) != 2 {
		t.Errorf("heard %d events, want both", len(evs))
	}
}

// deliver posts a body to the webhook and gives the status; 0: nobody listens.
func deliver(t *testing.T, url, secret, body string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	if secret != "" {
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	return res.StatusCode
}

func TestSecretsThatTelegramDoesNotTakeAreRefused(t *testing.T) {
	t.Parallel()
	for secret, good := range map[string]bool{"hunter2": true, "A_b-9": true, "": false, "with space": false, "密码": false, strings.Repeat("a", 257): false} {
		if err := telegram.CheckSecret(secret); (err == nil) != good {
			t.Errorf("CheckSecret(%q) = %v", secret, err)
		}
	}
}
