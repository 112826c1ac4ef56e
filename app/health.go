package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"youshi/app/print"
	"youshi/bot"
	"youshi/grid"
)

// watchEvery is how often the channels are looked at, in machine time.
const watchEvery = 10 * time.Second

// health (通道状态) is how the channels stand: what they say, and which of them ended.
type health struct {
	now  func() time.Time
	kick chan struct{}

	mu   sync.Mutex
	lost map[grid.ChannelID]bot.Health // whose Run ended
}

func newHealth(now func() time.Time) *health {
	return &health{now: now, kick: make(chan struct{}, 1), lost: map[grid.ChannelID]bot.Health{}}
}

// stir has the channels looked at now.
func (w *health) stir() {
	select {
	case w.kick <- struct{}{}:
	default:
	}
}

// changed is what a channel tells of each change (its Options.Changed).
func (h *house) changed(ch grid.ChannelID) func(bot.Health) {
	return func(now bot.Health) {
		log := h.log.With("part", "channels", "channel", ch, "state", now.State)
		if now.State == bot.HealthOnline || now.State == bot.HealthConnecting {
			log.Info("a channel changed", "say", now.Say)
		} else {
			log.Warn("a channel changed", "say", now.Say)
		}
		h.health.stir()
	}
}

// channelPart runs a channel. One that ends does not end the program: the others
// and the board go on without it.
func (h *house) channelPart(name string, ch bot.Channel) part {
	return part{name, func(ctx context.Context) error {
		err := ch.Run(ctx, h.ear.For(ch.ID()))
		if err == nil || ctx.Err() != nil {
			return err
		}
		h.log.Error("a channel ended; the rest goes on without it", "part", "channels", "channel", ch.ID(), "err", err)
		h.health.mu.Lock()
		h.health.lost[ch.ID()] = bot.Health{State: bot.HealthDown, Since: h.now(), Say: "it ended (" + err.Error() + "): look into the log, mend it and restart the program"}
		h.health.mu.Unlock()
		h.health.stir()
		<-ctx.Done()
		return nil
	}}
}

// standing is how one channel stands.
type standing struct {
	Channel grid.ChannelID
	bot.Health
}

// stands gives how each channel that knows it stands, sorted. A channel that does
// not watch itself (the web chat) is always there and not named.
func (h *house) stands() []standing {
	var out []standing
	for _, id := range slices.Sorted(maps.Keys(h.channels)) {
		if s, ok := h.stand(id); ok {
			out = append(out, s)
		}
	}
	return out
}

func (h *house) stand(id grid.ChannelID) (standing, bool) {
	watched, ok := h.channels[id].(bot.Watched)
	if !ok {
		return standing{}, false
	}
	s := standing{id, watched.Health()}
	h.health.mu.Lock()
	defer h.health.mu.Unlock()
	if lost, gone := h.health.lost[id]; gone {
		if s.State == bot.HealthBarred { // it says better why
			s.Since = lost.Since
			return s, true
		}
		s.Health = lost
	}
	return s, true
}

// mute reports whether nothing can be said on a channel: it is refused, cannot be
// reached or waits for a person.
func (h *house) mute(id grid.ChannelID) bool {
	if _, open := h.channels[id]; !open {
		return true
	}
	s, ok := h.stand(id)
	return ok && s.mute()
}

func (s standing) mute() bool {
	return s.State == bot.HealthBarred || s.State == bot.HealthDown || s.State == bot.HealthScan
}

// ill reports whether somebody must know of how a channel stands.
func (s standing) ill(now time.Time, after time.Duration) bool {
	switch s.State {
	case bot.HealthBarred, bot.HealthScan, bot.HealthDeaf:
		return true
	case bot.HealthDown, bot.HealthConnecting:
		return now.Sub(s.Since) >= after
	}
	return false
}

// watch looks after the channels until ctx is done: whoever must know is told, and
// what cannot be said there goes another way or is given up.
func (h *house) watch(ctx context.Context) error {
	every := time.NewTicker(watchEvery)
	defer every.Stop()
	for {
		select {
		case <-every.C:
		case <-h.health.kick:
		case <-ctx.Done():
			return nil
		}
		if err := h.lookAfter(ctx); err != nil && ctx.Err() == nil {
			h.log.Error("looking after the channels", "part", "channels", "err", err)
		}
	}
}

// lookAfter looks at every channel once.
func (h *house) lookAfter(ctx context.Context) error {
	for _, s := range h.stands() {
		if err := h.alarm(ctx, s); err != nil {
			return fmt.Errorf("telling how %s stands: %w", s.Channel, err)
		}
		if !s.mute() {
			continue
		}
		if err := h.detour(ctx, s); err != nil {
			return fmt.Errorf("saying elsewhere what %s cannot: %w", s.Channel, err)
		}
	}
	return nil
}

// channelLines tells check how the channels stand.
func (h *house) channelLines(_ context.Context, k *print.Findings) error {
	for _, s := range h.stands() {
		since := s.Since.In(h.cfg.Timezone).Format("2006-01-02 15:04")
		switch {
		case s.State == bot.HealthOnline && s.Say == "":
			k.OK("%s is online since %s", s.Channel, since)
		case s.State == bot.HealthOnline:
			k.Warn("%s is online since %s, but: %s", s.Channel, since, s.Say)
		case s.State == bot.HealthConnecting:
			k.Warn("%s is connecting since %s; %s", s.Channel, since, or(s.Say, "wait a moment and look again"))
		case s.State == bot.HealthScan:
			k.Wrong("%s waits since %s for a person to scan a code: %s; scan it on the board, or open %s", s.Channel, since, or(s.Say, "log in anew"), s.Scan)
		default:
			k.Wrong("%s is %s since %s: %s", s.Channel, s.State, since, or(s.Say, "look into the log"))
		}
	}
	return nil
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

var channelDesc = prometheus.NewDesc("youshi_channel_state", "1 for the state that a channel is in.", []string{"channel", "state"}, nil)

// channelGauge gives the channels' states at each scrape.
type channelGauge struct{ h *house }

// Describe names the gauge.
func (g channelGauge) Describe(ch chan<- *prometheus.Desc) { ch <- channelDesc }

// Collect gives every state of every channel, so that a graph shows 0 and not nothing.
func (g channelGauge) Collect(ch chan<- prometheus.Metric) {
	for _, s := range g.h.stands() {
		for _, state := range bot.HealthStates() {
			n := 0.0
			if state == s.State {
				n = 1
			}
			ch <- prometheus.MustNewConstMetric(channelDesc, prometheus.GaugeValue, n, string(s.Channel), string(state))
		}
	}
}
