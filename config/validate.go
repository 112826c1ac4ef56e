package config

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"youshi/grid"
)

// kinds lists the kinds of area from the top of the tree down.
var kinds = []grid.AreaKind{grid.District, grid.Subdistrict, grid.Community, grid.Estate, grid.Grid, grid.Building}

var channels = []grid.ChannelID{"webchat", "telegram", "wechat"}

// validate notes what is decoded but impossible.
func (r *reader) validate(c Config) {
	r.filled("data", c.Data)
	r.filled("bot.name", c.Bot.Name)
	r.address("web.addr", c.Web.Addr)
	if c.Web.PublicURL != "" {
		r.link("web.public_url", c.Web.PublicURL, "https://youshi.example.org")
	}
	r.exists("rules.file", c.Rules.File)
	r.exists("model.file", c.Model.File)
	r.exists("service.holidays", c.Service.Holidays)
	r.hours(c.Service.Hours)
	r.between("manners.posts_per_hour", c.Manners.PostsPerHour, 1, 600)
	r.between("manners.lists_per_day", c.Manners.ListsPerDay, 1, 96)
	r.spans(c)
	if c.Keep.Months != 0 { // judging, objections and what comes again within 90 days need the words
		r.between("keep.months", c.Keep.Months, 4, 1200)
	}
	r.between("judging.days", c.Judging.Days, 1, 90)
	r.between("public.supporters", c.Public.Supporters, 0, 10_000)
	if days := int(c.Judging.RemindAfter.Hours() / 24); days >= c.Judging.Days && c.Judging.Days > 0 {
		r.wrong("judging.remind_after", "the reminder would come when judging has ended; right would be less than %d days", c.Judging.Days)
	}
	r.channels(c)
	r.areas(c.Areas)
	r.groups(c)
	r.people(c)
	r.assigns(c)
}

// spans checks lengths of time that must not be too short to be of use.
func (r *reader) spans(c Config) {
	for _, x := range []struct {
		key       string
		d         time.Duration
		low, high time.Duration
		right     string
	}{
		{"roles.invitation", c.Roles.Invitation, time.Minute, 90 * 24 * time.Hour, "7 days"},
		{"web.session", c.Web.Session, time.Hour, 3650 * 24 * time.Hour, "90 days"},
		{"manners.fresh", c.Manners.Fresh, time.Minute, 24 * time.Hour, "2h"},
		{"manners.question", c.Manners.Question, time.Minute, 7 * 24 * time.Hour, "12h"},
		{"manners.by_hand", c.Manners.ByHand, time.Second, 24 * time.Hour, "30m"},
		{"manners.emergency_every", c.Manners.Pressing, time.Minute, 24 * time.Hour, "10m"},
		{"watch.after", c.Watch.After, time.Second, 24 * time.Hour, "5m"},
		{"watch.every", c.Watch.Every, time.Second, 7 * 24 * time.Hour, "30m"},
		{"watch.second_way", c.Watch.SecondWay, time.Second, 30 * 24 * time.Hour, "2h"},
		{"watch.give_up", c.Watch.GiveUp, time.Minute, 90 * 24 * time.Hour, "3 days"},
	} {
		if (x.d < x.low || x.d > x.high) && !r.found(x.key) {
			r.wrong(x.key, "%s is impossible; right would be %q", x.d, x.right)
		}
	}
}

func (r *reader) channels(c Config) {
	if c.Telegram != nil {
		r.telegram(*c.Telegram)
	}
	if c.WeChat != nil {
		r.wechat(*c.WeChat)
	}
	if l := c.LLM; l != nil {
		r.link("llm.base_url", l.BaseURL, "http://127.0.0.1:11434/v1")
		r.filled("llm.model", l.Model)
		r.between("llm.max_calls_per_hour", l.MaxCallsPerHour, 1, 1_000_000)
		r.between("llm.max_calls_per_day", l.MaxCallsPerDay, 1, 10_000_000)
		r.between("llm.calls_per_100_messages", l.CallsPer100, 1, 100)
		r.between("llm.max_media_per_hour", l.MaxMediaPerHour, 1, 100_000)
		r.amount("llm.price_per_million_prompt", l.PromptPrice)
		r.amount("llm.price_per_million_completion", l.CompletionPrice)
		r.amount("llm.max_cost_per_day", l.MaxCostPerDay)
		if l.MaxCostPerDay > 0 && l.PromptPrice == 0 && l.CompletionPrice == 0 && !r.found("llm.max_cost_per_day") {
			r.wrong("llm.max_cost_per_day", "without a price nothing costs anything; right would be price_per_million_prompt and price_per_million_completion beside it")
		}
	}
}

// areas checks that the areas are a tree: every name once, every parent there
// and higher up. Because a parent is always of a higher kind, no loop is left.
func (r *reader) areas(areas []Area) {
	known := map[string]grid.AreaKind{}
	for i, a := range areas {
		key := fmt.Sprintf("area[%d]", i+1)
		r.filled(key+".name", a.Name)
		if _, twice := known[a.Name]; twice && a.Name != "" {
			r.wrong(key+".name", "there are two areas called %q; right would be a name of its own for each", a.Name)
		}
		known[a.Name] = a.Kind
	}
	for i, a := range areas {
		key := fmt.Sprintf("area[%d]", i+1)
		r.between(key+".households", a.Households, 0, 1_000_000)
		if !one(r, key+".kind", a.Kind, kinds) || a.Parent == "" {
			continue
		}
		above, exists := known[a.Parent]
		switch {
		case a.Parent == a.Name:
			r.wrong(key+".parent", "%q would lie in itself; right would be the area above it, or nothing at the top", a.Name)
		case !exists:
			r.wrong(key+".parent", "there is no area %q; right would be %s", a.Parent, areaNames(known, a.Name))
		case slices.Contains(kinds, above) && slices.Index(kinds, above) >= slices.Index(kinds, a.Kind):
			r.wrong(key+".parent", "%q is a %s and cannot stand above a %s; right would be an area of a higher kind (%s)",
				a.Parent, above, a.Kind, oneOf(kinds[:slices.Index(kinds, a.Kind)]))
		}
	}
}

func (r *reader) groups(c Config) {
	seen := map[string]bool{}
	for i, g := range c.Groups {
		key := fmt.Sprintf("group[%d]", i+1)
		one(r, key+".channel", g.Channel, channels)
		r.filled(key+".chat", g.Chat)
		r.inArea(key, g.Area, c.Areas)
		if g.Channel == "telegram" {
			r.telegramChat(key+".chat", g.Chat)
		}
		chat := string(g.Channel) + " " + g.Chat
		if seen[chat] && g.Chat != "" {
			r.wrong(key+".chat", "the %s chat %q is bound twice; right would be one area a chat", g.Channel, g.Chat)
		}
		seen[chat] = true
	}
}

func (r *reader) people(c Config) {
	number := map[string]int64{} // of each name
	owner := map[int64]string{}
	for i, p := range c.People {
		key := fmt.Sprintf("person[%d]", i+1)
		r.filled(key+".name", p.Name)
		one(r, key+".role", p.Role, grid.Roles())
		r.inArea(key, p.Area, c.Areas)
		if p.Telegram == 0 {
			continue
		}
		r.telegramAccount(key+".telegram", p.Telegram)
		if n, known := number[p.Name]; known && n != p.Telegram {
			r.wrong(key+".telegram", "%s has the number %d further up; right would be one number a person, or another name for another person", p.Name, n)
		}
		if who, known := owner[p.Telegram]; known && who != p.Name {
			r.wrong(key+".telegram", "the number %d belongs to %s; right would be one person a number", p.Telegram, who)
		}
		number[p.Name], owner[p.Telegram] = p.Telegram, p.Name
	}
}

// inArea checks a binding to an area.
func (r *reader) inArea(key, area string, areas []Area) {
	if r.found(key + ".area") {
		return
	}
	if area == "" {
		r.wrong(key+".area", "the area is missing; right would be the name of an [[area]]")
		return
	}
	known := map[string]grid.AreaKind{}
	for _, a := range areas {
		known[a.Name] = a.Kind
	}
	if _, ok := known[area]; !ok {
		r.wrong(key+".area", "there is no area %q; right would be %s", area, areaNames(known, ""))
	}
}

// areaNames words the areas that are known, but for one.
func areaNames(known map[string]grid.AreaKind, but string) string {
	var names []string
	for n := range known {
		if n != but && n != "" {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	switch {
	case len(names) == 0:
		return "an [[area]] of that name"
	case len(names) > 8:
		return fmt.Sprintf("one of the %d areas of this file, such as %s", len(names), oneOf(names[:3]))
	}
	return oneOf(names)
}

func (r *reader) hours(hours []Hours) {
	if len(hours) == 0 {
		r.wrong("service.hours", `nobody would ever work; right would be ["08:30-12:00", "14:00-17:30"]`)
	}
	for i := 1; i < len(hours); i++ {
		if hours[i].Open < hours[i-1].Close && hours[i] != (Hours{}) {
			r.wrong("service.hours", "%s begins before %s has ended; right would be hours in order that do not overlap", hours[i], hours[i-1])
		}
	}
}

func (r *reader) filled(key, value string) {
	if strings.TrimSpace(value) == "" && !r.found(key) {
		r.wrong(key, "this is missing or empty; right would be a value")
	}
}

func (r *reader) present(key string, s Secret) {
	if s.IsZero() && !r.found(key) {
		r.wrong(key, `the secret is missing; right would be "env:NAME" or "file:PATH"`)
	}
}

// found says whether the key has a finding already: one wrong value is one finding.
func (r *reader) found(key string) bool {
	return slices.ContainsFunc(r.findings, func(f Finding) bool { return f.Key == key })
}

func (r *reader) between(key string, n, low, high int) {
	if (n < low || n > high) && !r.found(key) {
		r.wrong(key, "%d is impossible; right would be %d to %d", n, low, high)
	}
}

// amount checks a sum of money.
func (r *reader) amount(key string, n float64) {
	if !(n >= 0 && n <= 1e9) && !r.found(key) {
		r.wrong(key, "%v is impossible; right would be 0 or more", n)
	}
}

// one checks a word against those that exist, and says whether it is one.
func one[T ~string](r *reader, key string, word T, words []T) bool {
	if slices.Contains(words, word) {
		return true
	}
	switch {
	case r.found(key):
	case word == "":
		r.wrong(key, "this is missing; right would be one of %s", oneOf(words))
	default:
		r.wrong(key, "%q is unknown; right would be one of %s", string(word), oneOf(words))
	}
	return false
}

func (r *reader) address(key, addr string) {
	_, port, err := net.SplitHostPort(addr)
	n, bad := strconv.Atoi(port)
	if (err != nil || bad != nil || n < 0 || n > 65535) && !r.found(key) {
		r.wrong(key, `%q is no address to listen on; right would be "127.0.0.1:8080"`, addr)
	}
}

func (r *reader) link(key, address, right string) {
	u, err := url.Parse(address)
	if (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil) && !r.found(key) {
		r.wrong(key, "this is no http address; right would be %q", right)
	}
}

func (r *reader) exists(key, path string) {
	if path == "" {
		return
	}
	if _, err := os.Stat(path); err != nil && !r.found(key) {
		r.wrong(key, "there is no file %s; right would be an existing one, or \"\"", path)
	}
}
