// Package config reads the site's config (站点配置): one TOML file, strictly.
// Whatever is wrong in it is found in one go, with file, line, key and what
// would be right. Secrets come from the environment or from files and never
// print themselves.
package config

import (
	"time"
	_ "time/tzdata" // a bare machine has no time zones of its own

	"youshi"
	"youshi/grid"
)

// shanghai is where the trade is at home.
const shanghai = "Asia/Shanghai"

// Example gives the annotated example: every key, its default and its meaning.
func Example() string { return youshi.ConfigExample }

// Config is everything a site may set. Paths in it are usable as they are:
// Read has joined relative ones to the folder of the file.
type Config struct {
	Data     string         `toml:"data"` // folder of youshi.db, youshi.sock, media and sessions
	Timezone *time.Location `toml:"timezone"`

	Bot      Bot       `toml:"bot"`
	Web      Web       `toml:"web"`
	Telegram *Telegram `toml:"telegram"` // nil: channel off
	WeChat   *WeChat   `toml:"wechat"`   // nil: channel off
	LLM      *LLM      `toml:"llm"`      // nil: rules and local model alone

	Rules Rules `toml:"rules"`
	Model Model `toml:"model"`

	Clock   Clocks  `toml:"clock"`
	Service Service `toml:"service"`
	Manners Manners `toml:"manners"`
	Judging Judging `toml:"judging"`
	Keep    Keep    `toml:"keep"`
	Public  Public  `toml:"public"`
	Roles   Roles   `toml:"roles"`
	Watch   Watch   `toml:"watch"`

	Whistle      Whistle      `toml:"whistle"`
	ResolvePhoto ResolvePhoto `toml:"resolve_photo"`
	Assign       []Assign     `toml:"assign"`

	Areas  []Area   `toml:"area"`
	Groups []Group  `toml:"group"`
	People []Person `toml:"person"`
}

// Bot is how residents call the program.
type Bot struct {
	Name string `toml:"name"` // "@小格 …" and "小格，…" speak to it
}

// Web is the embedded web chat, board, health and metrics.
type Web struct {
	Addr      string `toml:"addr"`       // HOST:PORT to listen on
	PublicURL string `toml:"public_url"` // http(s) address for links that the bot sends; "": none
	// BehindProxy says that a proxy which speaks https stands before the page, so it
	// may listen where others can reach it.
	BehindProxy bool          `toml:"behind_proxy"`
	Session     time.Duration `toml:"session"` // how long a page stays signed in without being used
}

// Roles is how people come to hold a role.
type Roles struct {
	Invitation time.Duration `toml:"invitation"` // how long a one-time code is good for
}

// Watch is what is done about a channel that does not get through.
type Watch struct {
	After     time.Duration `toml:"after"`      // down for so long is worth an alarm
	Every     time.Duration `toml:"every"`      // the same alarm again at the earliest
	SecondWay time.Duration `toml:"second_way"` // what waited so long goes by another chat of the same people
	GiveUp    time.Duration `toml:"give_up"`    // what waited so long is put aside for the operator
}

// How the Telegram channel takes updates.
const (
	Polling = "polling" // it fetches them
	Webhook = "webhook" // Telegram delivers them to WebhookURL
)

// Telegram is the Telegram channel.
type Telegram struct {
	Token         Secret `toml:"token"`
	ServerURL     string `toml:"server_url"`
	Mode          string `toml:"mode"` // Polling or Webhook
	WebhookURL    string `toml:"webhook_url"`
	WebhookAddr   string `toml:"webhook_addr"`
	WebhookSecret Secret `toml:"webhook_secret"`
}

// LLM is a model behind an OpenAI-like API.
type LLM struct {
	BaseURL         string         `toml:"base_url"`
	APIKey          Secret         `toml:"api_key"` // may be unset: local servers want none
	Model           string         `toml:"model"`
	Timeout         time.Duration  `toml:"timeout"` // of the whole call, retry and repair included
	MaxCallsPerHour int            `toml:"max_calls_per_hour"`
	MaxCallsPerDay  int            `toml:"max_calls_per_day"`
	CallsPer100     int            `toml:"calls_per_100_messages"` // at most; retries and repairs count
	ExtraBody       map[string]any `toml:"extra_body"`             // merged into every request

	PromptPrice     float64 `toml:"price_per_million_prompt"` // tokens, in Currency; 0: not known
	CompletionPrice float64 `toml:"price_per_million_completion"`
	Currency        string  `toml:"currency"`
	MaxCostPerDay   float64 `toml:"max_cost_per_day"` // 0: no bound

	TranscribeModel string `toml:"transcribe_model"`   // hears voice messages; "": nobody does
	VisionModel     string `toml:"vision_model"`       // looks at pictures said in groups; "": nobody does
	MaxMediaPerHour int    `toml:"max_media_per_hour"` // voices and pictures sent to either
}

// Rules are a site's own words beside the built-in rules.
type Rules struct {
	File string `toml:"file"` // "": the built-in rules alone
}

// Model is the local model (本地模型).
type Model struct {
	File string `toml:"file"` // what `youshi train` wrote; "": the built-in one
}

// Clocks (时限) are the deadlines of each class.
type Clocks struct {
	Immediate Clock  `toml:"immediate"` // 即办件
	Pending   Clock  `toml:"pending"`   // 待办件
	Escalate  Clock  `toml:"escalate"`  // 上报件
	Emergency Clock  `toml:"emergency"` // 突发
	Level     Levels `toml:"level"`
}

// Clock is how long each step of a matter may take.
type Clock struct {
	Confirm grid.Span `toml:"confirm"` // from the report
	Accept  grid.Span `toml:"accept"`  // from assignment
	Resolve grid.Span `toml:"resolve"` // from confirmation; emergency: the first result
}

// Levels are the accept clocks of a matter that was reported up, by level.
type Levels struct {
	Community   grid.Span `toml:"community"`
	Subdistrict grid.Span `toml:"subdistrict"`
	District    grid.Span `toml:"district"`
}

// Service is the working time (工作时间).
type Service struct {
	Hours    []Hours `toml:"hours"`    // of a working day, in order
	Holidays string  `toml:"holidays"` // file or folder of the site's own holidays; "": the built-in ones
}

// Manners are how the bot behaves in a group.
type Manners struct {
	PostsPerHour int           `toml:"posts_per_hour"`
	Quiet        Quiet         `toml:"quiet"`
	Gather       time.Duration `toml:"gather"` // reminders to one person within it go as one list
	ListsPerDay  int           `toml:"lists_per_day"`
	Fresh        time.Duration `toml:"fresh"`           // heard later than this after it was said, a report gets no first answer in the group
	Question     time.Duration `toml:"question"`        // how long the one question waits to be asked
	ByHand       time.Duration `toml:"by_hand"`         // posts on a matter that staff answer themselves wait so long
	Pressing     time.Duration `toml:"emergency_every"` // how often an unanswered emergency is called to mind
}

// Keep is how long words are kept (留存); tickets and the journal are kept for good.
type Keep struct {
	Months int `toml:"months"` // lines heard and posts said; 0: for good
}

// Judging is how residents judge a result (评事).
type Judging struct {
	Days        int           `toml:"days"`         // until a poll ends
	RemindAfter time.Duration `toml:"remind_after"` // from its beginning
}

// Public is how residents are told what became of a matter (公示).
type Public struct {
	Supporters int `toml:"supporters"` // from so many on the worker is reminded to publish; 0: by their number never
}

// Area is a node of the tree of areas.
type Area struct {
	Name       string        `toml:"name"`
	Kind       grid.AreaKind `toml:"kind"`
	Parent     string        `toml:"parent"` // "" at the top
	Households int           `toml:"households"`
}

// Group is a chat bound to an area.
type Group struct {
	Channel grid.ChannelID `toml:"channel"`
	Chat    string         `toml:"chat"` // the platform's id of it, or the group's name on WeChat
	Area    string         `toml:"area"`
	Staff   bool           `toml:"staff"` // the staff chat (工作群) of the area
}

// Person holds a role in an area. The same name again is the same person with
// a second office.
type Person struct {
	Name      string    `toml:"name"`
	Role      grid.Role `toml:"role"`
	Area      string    `toml:"area"`
	Until     Day       `toml:"until"` // the last day of the term; none: until further notice
	Household string    `toml:"household"`
	Telegram  int64     `toml:"telegram"` // 0: not bound here
}

// Default is the config of a program started without one.
func Default() Config {
	loc, err := time.LoadLocation(shanghai)
	if err != nil {
		panic(err) // the time zones are linked in
	}
	return Config{
		Data:     "data",
		Timezone: loc,
		Bot:      Bot{Name: "小格"},
		Web:      Web{Addr: "127.0.0.1:8080", Session: 90 * 24 * time.Hour},
		Clock: Clocks{
			Immediate: Clock{Confirm: grid.ServiceSpan(2 * time.Hour), Accept: grid.ServiceSpan(2 * time.Hour), Resolve: grid.WorkingDaySpan(1)},
			Pending:   Clock{Confirm: grid.ServiceSpan(4 * time.Hour), Accept: grid.WorkingDaySpan(1), Resolve: grid.WorkingDaySpan(7)},
			Escalate:  Clock{Confirm: grid.ServiceSpan(time.Hour), Accept: grid.ClockSpan(2 * time.Hour), Resolve: grid.WorkingDaySpan(15)},
			Emergency: Clock{Confirm: grid.ClockSpan(10 * time.Minute), Accept: grid.ClockSpan(10 * time.Minute), Resolve: grid.ClockSpan(2 * time.Hour)},
			Level:     Levels{Community: grid.ClockSpan(2 * time.Hour), Subdistrict: grid.ClockSpan(24 * time.Hour), District: grid.ClockSpan(7 * 24 * time.Hour)},
		},
		Service: Service{Hours: []Hours{
			{Open: 8*time.Hour + 30*time.Minute, Close: 12 * time.Hour},
			{Open: 14 * time.Hour, Close: 17*time.Hour + 30*time.Minute},
		}},
		Manners: Manners{PostsPerHour: 6, Quiet: Quiet{From: 22 * time.Hour, To: 7 * time.Hour}, Gather: 30 * time.Minute, ListsPerDay: 6,
			Fresh: 2 * time.Hour, Question: 12 * time.Hour, ByHand: 30 * time.Minute, Pressing: 10 * time.Minute},
		Keep:    Keep{Months: 24},
		Whistle: Whistle{ReportIn: grid.ServiceSpan(2 * time.Hour)},
		Judging: Judging{Days: 3, RemindAfter: 48 * time.Hour},
		Public:  Public{Supporters: 3},
		Roles:   Roles{Invitation: 7 * 24 * time.Hour},
		Watch:   Watch{After: 5 * time.Minute, Every: 30 * time.Minute, SecondWay: 2 * time.Hour, GiveUp: 72 * time.Hour},
	}
}

// preset fills a section that is present with what it need not say.
func (t *Telegram) preset() { t.ServerURL, t.Mode = officialServer, Polling }
func (l *LLM) preset() {
	l.Timeout, l.MaxCallsPerHour, l.MaxCallsPerDay, l.CallsPer100 = 3*time.Second, 600, 5000, 25
	l.Currency, l.MaxMediaPerHour = "元", 60
}
