// Package app builds the house: it knows every room, gives each what it needs,
// starts them in order and stops them backwards.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"youshi/bot"
	"youshi/bot/webchat"
	"youshi/calendar"
	"youshi/config"
	"youshi/grid"
	"youshi/handlers"
	"youshi/intents"
	"youshi/intents/asked"
	"youshi/intents/local"
	"youshi/llm"
	"youshi/prompts"
	"youshi/storage"
)

// The classifiers that replay and eval can be asked for.
const (
	ClassifyChain = "chain" // rules, then the local model, then the language model of [llm]
	ClassifyRules = "rules"
	ClassifyLocal = "local"
	ClassifyLLM   = "llm" // the language model alone
)

// house is the whole program around one store and one clock. Building it starts
// nothing.
type house struct {
	cfg         config.Config
	log         *slog.Logger
	store       storage.Store
	communities []grid.CommunityID // the first is the web chat's
	time        bot.Time
	calendar    *calendar.Calendar
	voice       *prompts.Voice
	asked       *asked.Step // nil without [llm]
	handlers    *handlers.Handlers
	chat        *webchat.Chat
	book        *chatBook
	channels    map[grid.ChannelID]bot.Channel
	health      *health
	outside     []part // the channels to platforms outside; they run after the rest
	ear         *bot.Ear
	dispatcher  *bot.Dispatcher
	clock       *bot.Clock
	sender      *bot.Sender
	jobs        *jobs
	insight     *insight
	senses      *llm.Senses // nil: no machine reads voices and pictures
}

// plan is what a house is built of beside its config.
type plan struct {
	cfg        config.Config
	log        *slog.Logger // nil: silent
	store      storage.Store
	time       bot.Time
	demo       bool // anyone may speak as anyone; unknown groups are made
	clock      webchat.Clock
	classifier string                        // "": chain
	think      func(bot.Thinker) bot.Thinker // wraps the chain; nil: as it is
	outside    bool                          // open the channels to platforms that the config switches on
}

// build makes the house and writes what the config says about areas, chats and
// people into the store.
func build(ctx context.Context, p plan) (*house, error) {
	h := &house{cfg: p.cfg, log: p.log, store: p.store, time: p.time}
	if h.log == nil {
		h.log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	var err error
	if h.calendar, err = newCalendar(p.cfg); err != nil {
		return nil, err
	}
	if h.voice, err = prompts.Open("zh"); err != nil {
		return nil, err
	}
	if h.asked, err = newAsked(p.cfg, p.classifier, p.time.Now, h.log); err != nil {
		return nil, err
	}
	if h.senses, err = newSenses(p.cfg, h.asked); err != nil {
		return nil, err
	}
	think, err := newThinker(p.cfg, p.classifier, h.asked, h.log)
	if err != nil {
		return nil, err
	}
	if p.think != nil {
		think = p.think(think)
	}
	if h.communities, err = settle(ctx, p.store, p.cfg, p.time.Now()); err != nil {
		return nil, err
	}
	h.book = &chatBook{store: p.store, community: h.communities[0], bot: p.cfg.Bot.Name, now: h.now, demo: p.demo, session: p.cfg.Web.Session}
	h.chat = webchat.New(webchat.Options{Book: h.book, Media: filepath.Join(p.cfg.Data, "media"), Now: h.now,
		Bot: p.cfg.Bot.Name, Log: h.log, Demo: p.demo, Clock: p.clock,
		Secure: strings.HasPrefix(p.cfg.Web.PublicURL, "https://"), Origin: originOf(p.cfg.Web.PublicURL), Proxied: p.cfg.Web.BehindProxy})
	h.channels, h.health = map[grid.ChannelID]bot.Channel{webchat.ID: h.chat}, newHealth(h.now)
	if p.outside {
		if err := h.openChannels(ctx); err != nil {
			return nil, err
		}
	}
	h.handlers = handlers.New(handlers.Options{Calendar: h.calendar, Voice: h.voice, Bot: p.cfg.Bot.Name,
		Clocks: clocksOf(p.cfg), Assign: assignOf(p.cfg), Photo: photoOf(p.cfg),
		Judging: handlers.Judging{Lasts: time.Duration(p.cfg.Judging.Days) * 24 * time.Hour, RemindAfter: p.cfg.Judging.RemindAfter},
		Public:  handlers.Public{URL: p.cfg.Web.PublicURL, Supporters: p.cfg.Public.Supporters},
		Manners: handlers.Manners{Fresh: p.cfg.Manners.Fresh, Question: p.cfg.Manners.Question, ByHand: p.cfg.Manners.ByHand,
			Pressing: p.cfg.Manners.Pressing},
		KeepMonths: p.cfg.Keep.Months, Reach: h.reach, Edits: h.editsIn, Senses: handlers.Senses{Hear: h.senses.Hears(), See: h.senses.Sees()}})
	h.insight = &insight{store: p.store, community: h.communities[0], now: h.now}
	h.wire(think)
	h.book.appointed, h.book.stirred = h.handlers.Sweep, func() {
		h.clock.Kick()
		h.sender.Kick()
		h.chat.Changed()
	}
	return h, h.begin(ctx)
}

// wire makes the loops and tells each of them whom to wake.
func (h *house) wire(think bot.Thinker) {
	wake := func(c grid.CommunityID, l grid.LaneID) { h.dispatcher.Wake(c, l) }
	h.ear = &bot.Ear{Store: h.store, Time: h.time, Home: h.communities[0], Where: h.where, Unknown: h.stranger, Woken: wake, Log: h.log}
	h.dispatcher = &bot.Dispatcher{Store: h.store, Time: h.time, Think: think, Act: h.handlers, Name: h.cfg.Bot.Name, Log: h.log,
		Acted: func() {
			h.clock.Kick()
			h.jobs.Kick()
			h.sender.Kick()
			h.chat.Changed()
		}}
	h.clock = &bot.Clock{Store: h.store, Time: h.time, Woken: wake, Log: h.log}
	h.sender = &bot.Sender{Store: h.store, Time: h.time, Channels: h.channels, Log: h.log,
		Manners: mannersOf(h.cfg), Digest: h.digest,
		Ended: h.ended}
	h.ear.Attached = h.handlers.Attached
	h.jobs = &jobs{store: h.store, communities: h.communities, voice: h.voice, location: h.cfg.Timezone, log: h.log,
		exports: &exports{store: h.store, voice: h.voice, location: h.cfg.Timezone, dir: h.exportDir(), url: h.cfg.Web.PublicURL},
		reader:  &reader{store: h.store, senses: h.senses, media: filepath.Join(h.cfg.Data, "media"), now: h.time.Now, woken: wake},
		done: func() {
			h.clock.Kick()
			h.sender.Kick()
		}}
}

// begin sets the timers that every community has, and drops what was remembered
// for long enough.
func (h *house) begin(ctx context.Context) error {
	for _, c := range h.communities {
		err := h.store.Update(ctx, c, func(tx storage.Tx) error {
			if err := tx.Inbox().Forget(h.time.Now()); err != nil {
				return err
			}
			return h.handlers.Begin(tx, h.time.Now())
		})
		if err != nil {
			return fmt.Errorf("beginning with community %s: %w", c, err)
		}
	}
	return nil
}

// exportDir is where exports are written.
func (h *house) exportDir() string { return filepath.Join(h.cfg.Data, "exports") }

// now is the one clock, in the site's time zone.
func (h *house) now() time.Time { return h.time.Now().In(h.cfg.Timezone) }

// reach gives the private chat with a person: the one the person spoke in, or
// one on a channel that can begin a private chat by itself.
func (h *house) reach(tx storage.Tx, p grid.Person) (grid.ChatID, bool, error) {
	if p.Into != "" { // whose accounts are another person's now
		var err error
		if p, err = tx.Roster().Person(p.Into); err != nil {
			return "", false, fmt.Errorf("looking up who somebody is now: %w", err)
		}
	}
	id := bot.PrivateID(p.ID)
	known, err := tx.Roster().Chat(id)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return "", false, fmt.Errorf("looking up chat %s: %w", id, err)
	}
	if err == nil && known.Native != "" && h.opens(known, p) {
		return id, true, nil
	}
	for _, account := range p.Identities {
		private, ok := h.channels[account.Channel].(bot.Private)
		if !ok {
			continue
		}
		native, ok := private.PrivateChat(account)
		if !ok {
			continue
		}
		c := grid.Chat{ID: id, Kind: grid.PrivateChat, Channel: account.Channel, Native: native, Person: p.ID}
		if err := tx.Roster().PutChat(c); err != nil {
			return "", false, fmt.Errorf("binding chat %s: %w", id, err)
		}
		return id, true, nil
	}
	return "", false, nil
}

// opens reports whether a private chat can still be spoken in: the platform may
// have said that it cannot. A channel that is off may be switched on again.
func (h *house) opens(c grid.Chat, p grid.Person) bool {
	private, ok := h.channels[c.Channel].(bot.Private)
	if !ok {
		return true
	}
	for _, account := range p.Identities {
		if native, ok := private.PrivateChat(account); account.Channel == c.Channel && ok && native == c.Native {
			return true
		}
	}
	return false
}

// digest gives the one post that stands for several.
func (h *house) digest(tx storage.Tx, posts []grid.Outgoing) (string, error) {
	var texts []string
	for _, o := range posts {
		texts = append(texts, o.Text)
	}
	return h.voice.Say("digest", texts)
}

func newCalendar(cfg config.Config) (*calendar.Calendar, error) {
	o := calendar.Options{Location: cfg.Timezone, Holidays: cfg.Service.Holidays}
	for _, s := range cfg.Service.Hours {
		o.Hours = append(o.Hours, calendar.Hours{Open: s.Open, Close: s.Close})
	}
	return calendar.New(o)
}

// newThinker makes the chain of steps: rules, then the local model, then the
// language model where there is one.
func newThinker(cfg config.Config, classifier string, later *asked.Step, log *slog.Logger) (bot.Thinker, error) {
	rules, err := loadRules(cfg.Rules.File)
	if err != nil {
		return nil, err
	}
	model, err := loadModel(cfg.Model.File)
	if err != nil {
		return nil, err
	}
	links, err := linksOf(model)
	if err != nil {
		return nil, err
	}
	chain := intents.Chain{Log: log, Linker: intents.Linker{Weights: links}}
	switch classifier {
	case "", ClassifyChain:
		chain.Steps = []intents.Step{rules, model}
		if later != nil {
			chain.Steps = append(chain.Steps, later)
		}
	case ClassifyRules:
		chain.Steps = []intents.Step{rules}
	case ClassifyLocal:
		chain.Steps = []intents.Step{model}
	case ClassifyLLM:
		if later == nil {
			return nil, &grid.Error{Code: grid.Invalid, Say: "the classifier llm needs a model: [llm] in the config would be right"}
		}
		chain.Steps = []intents.Step{later}
	default:
		return nil, &grid.Error{Code: grid.Invalid, Say: fmt.Sprintf("there is no classifier %q: chain, rules, local or llm would be right", classifier)}
	}
	return chain, nil
}

// linksOf gives how the Linker weighs: as the model learnt it, or, where it learnt
// from no days, as the shipped one did.
func linksOf(model *local.Step) (*intents.Weights, error) {
	if links := model.Links(); links != nil {
		return links, nil
	}
	shipped, err := local.Shipped()
	if err != nil {
		return nil, err
	}
	return shipped.Links(), nil
}

func loadRules(path string) (*intents.Rules, error) {
	if path == "" {
		return intents.LoadRules(nil)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the site's rules: %w", err)
	}
	defer f.Close()
	r, err := intents.LoadRules(f)
	if err != nil {
		return nil, fmt.Errorf("reading the site's rules %s: %w", path, err)
	}
	return r, nil
}

func loadModel(path string) (*local.Step, error) {
	if path == "" {
		return local.Shipped()
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("opening the local model: %w", err)
	}
	step, err := local.Open(b)
	if err != nil {
		return nil, fmt.Errorf("reading the local model %s: %w", path, err)
	}
	return step, nil
}

func clocksOf(cfg config.Config) handlers.Clocks {
	steps := func(c config.Clock) handlers.Steps {
		return handlers.Steps{Confirm: c.Confirm, Accept: c.Accept, Resolve: c.Resolve}
	}
	return handlers.Clocks{
		Class: map[grid.Category]handlers.Steps{grid.Immediate: steps(cfg.Clock.Immediate),
			grid.Pending: steps(cfg.Clock.Pending), grid.Escalate: steps(cfg.Clock.Escalate)},
		Emergency: steps(cfg.Clock.Emergency),
		Level: map[grid.Level]grid.Span{grid.LevelCommunity: cfg.Clock.Level.Community,
			grid.LevelSubdistrict: cfg.Clock.Level.Subdistrict, grid.LevelDistrict: cfg.Clock.Level.District},
		ReportIn: cfg.Whistle.ReportIn,
	}
}

func mannersOf(cfg config.Config) bot.Manners {
	m := cfg.Manners
	minutes := func(d time.Duration) int { return int(d / time.Minute) }
	return bot.Manners{PostsPerHour: m.PostsPerHour, Quiet: [2]int{minutes(m.Quiet.From), minutes(m.Quiet.To)},
		Location: cfg.Timezone, GatherFor: m.Gather, ListsPerDay: m.ListsPerDay}
}

// quiet reports whether everything that may happen now has happened: nothing
// in a lane, no timer or post due, no job waiting.
func (h *house) quiet(ctx context.Context) (bool, error) {
	now := h.time.Now()
	if at, ok, err := h.clock.Next(ctx); err != nil || ok && !at.After(now) {
		return false, err
	}
	if at, ok, err := h.sender.Next(ctx); err != nil || ok && !at.After(now) {
		return false, err
	}
	for _, c := range h.communities {
		busy := false
		err := h.store.View(ctx, c, func(tx storage.Tx) error {
			lanes, err := tx.Inbox().Lanes()
			if err != nil {
				return err
			}
			_, waiting, err := tx.Jobs().Next()
			busy = len(lanes) > 0 || waiting
			return err
		})
		if err != nil || busy {
			return false, err
		}
	}
	return true, nil
}

// earliest gives the earliest of several moments, false when there is none.
func earliest(ctx context.Context, of ...func(context.Context) (time.Time, bool, error)) (time.Time, bool, error) {
	var all []time.Time
	for _, next := range of {
		at, ok, err := next(ctx)
		if err != nil {
			return at, false, err
		}
		if ok {
			all = append(all, at)
		}
	}
	if len(all) == 0 {
		return time.Time{}, false, nil
	}
	return slices.MinFunc(all, time.Time.Compare), true, nil
}
