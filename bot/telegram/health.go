package telegram

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	tg "github.com/go-telegram/bot"

	"youshi/bot"
)

// The sentences for the operator.
const (
	sayPrivacy  = "privacy mode is on, so the bot hears only commands and answers to itself: send /setprivacy to @BotFather, choose the bot, Disable, then remove the bot from each group and add it again (or make it an administrator)"
	sayToken    = "Telegram refuses the token: the bot was deleted or its token was changed; ask @BotFather for the token, put it where [telegram] token points, see that server_url is right, and restart"
	sayTwice    = "another program fetches this bot's updates (or a webhook is set): end it, or give it a bot of its own; two cannot share one token"
	sayGone     = "Telegram cannot be reached: look at the network, at HTTPS_PROXY, and at server_url; what residents write waits at Telegram for 24 hours"
	sayHookFail = "Telegram cannot deliver to the webhook (%s): look at webhook_url, the certificate and the way to webhook_addr"
)

// standing is the channel's health.
type standing struct {
	now     func() time.Time
	changed func(bot.Health)
	log     *slog.Logger

	mu     sync.Mutex
	health bot.Health
	blind  bool // privacy mode is on
	failed int  // calls in a row that failed
}

func newStanding(now func() time.Time, changed func(bot.Health), log *slog.Logger) *standing {
	return &standing{now: now, changed: changed, log: log, health: bot.Health{State: bot.HealthConnecting, Since: now()}}
}

func (s *standing) get() bot.Health {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.health
}

// set changes the state; whoever watches is told once a change.
func (s *standing) set(state bot.HealthState, say string) {
	s.mu.Lock()
	was := s.health
	if was.State == state && was.Say == say {
		s.mu.Unlock()
		return
	}
	if was.State != state {
		s.health.Since = s.now()
	}
	s.health.State, s.health.Say = state, say
	now := s.health
	s.mu.Unlock()
	if state == bot.HealthOnline {
		s.log.Info("telegram", "state", state, "was", was.State, "say", say)
	} else {
		s.log.Error("telegram", "state", state, "was", was.State, "say", say)
	}
	if was.State != state && s.changed != nil {
		s.changed(now)
	}
}

// well says that Telegram answered.
func (s *standing) well() {
	s.mu.Lock()
	s.failed = 0
	say := ""
	if s.blind {
		say = sayPrivacy
	}
	s.mu.Unlock()
	s.set(bot.HealthOnline, say)
}

// sees notes whether the bot hears everything said in groups.
func (s *standing) sees(all bool) {
	s.mu.Lock()
	s.blind = !all
	s.mu.Unlock()
	if !all {
		s.log.Warn(sayPrivacy)
	}
}

func (s *standing) isBlind() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.blind
}

// barred reports whether Telegram refuses the token, so that asking is no use.
func (s *standing) barred() bool { return s.get().State == bot.HealthBarred }

// How long a failing server is left alone: doubling from the first to the longest.
const (
	firstPause   = 500 * time.Millisecond
	longestPause = time.Minute
)

// ill takes an error of asking Telegram and gives how long to leave it alone.
func (s *standing) ill(err error) time.Duration {
	s.mu.Lock()
	s.failed++
	n := s.failed
	s.mu.Unlock()
	pause := min(firstPause<<min(n-1, 10), longestPause)
	var busy *tg.TooManyRequestsError
	switch {
	case errors.As(err, &busy):
		s.log.Warn("Telegram asks to wait", "seconds", busy.RetryAfter)
		return max(pause, time.Duration(busy.RetryAfter)*time.Second)
	case errors.Is(err, tg.ErrorUnauthorized), errors.Is(err, tg.ErrorNotFound), errors.Is(err, tg.ErrorForbidden):
		s.set(bot.HealthBarred, sayToken)
		return max(pause, 2*time.Second)
	case errors.Is(err, tg.ErrorConflict):
		if n > 1 { // the first may be this program's own poll before a quick restart
			s.set(bot.HealthDown, sayTwice)
		}
		return max(pause, time.Second)
	}
	s.log.Warn("Telegram does not answer", "failed", n, "pause", pause, "err", err)
	if n > 2 {
		s.set(bot.HealthDown, fmt.Sprintf("%s (%v)", sayGone, err))
	}
	return pause
}
