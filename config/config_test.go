package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"youshi/grid"
)

// site writes a config into an empty folder and reads it.
func site(t *testing.T, text string) (Config, string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "site.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Read(path)
	return c, path, err
}

func TestExampleShowsTheDefaults(t *testing.T) {
	c, path, err := site(t, Example())
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Data = filepath.Join(filepath.Dir(path), want.Data)
	if !reflect.DeepEqual(c, want) {
		t.Errorf("the example says\n%+v\nand the defaults are\n%+v", c, want)
	}
}

// TestExampleNamesEveryKey takes the "#" from the keys that are off.
func TestExampleNamesEveryKey(t *testing.T) {
	on := regexp.MustCompile(`(?m)^#([^ \n])`).ReplaceAllString(Example(), "$1")
	c, _, err := site(t, on)
	if err != nil {
		t.Fatal(err)
	}
	if c.Telegram == nil || c.WeChat == nil || c.LLM == nil || len(c.Areas) != 2 || len(c.Groups) != 1 || len(c.People) != 1 {
		t.Errorf("sections are missing: %+v", c)
	}
	for _, key := range keys(reflect.TypeFor[Config]()) {
		if !regexp.MustCompile(`(?m)^(` + key + ` =|\[+([a-z_]+\.)*` + key + `\.?[a-z_]*\])`).MatchString(on) {
			t.Errorf("the example does not show the key %q", key)
		}
	}
	preset := &LLM{}
	preset.preset()
	if c.LLM.Timeout != preset.Timeout || c.LLM.MaxCallsPerHour != preset.MaxCallsPerHour {
		t.Errorf("the example's [llm] differs from what is preset: %+v", c.LLM)
	}
}

func keys(t reflect.Type) (all []string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for f := range t.Fields() {
		if key := f.Tag.Get("toml"); key != "" {
			all = append(append(all, key), keys(f.Type)...)
		}
	}
	return all
}

func TestReadTakesWhatIsSaid(t *testing.T) {
	c, path, err := site(t, "\ufeff"+`data = "store"
timezone = "Asia/Urumqi"
[web]
addr = "[::1]:9000"
[clock.pending]
resolve = "3 working days"
[service]
hours = ["09:00-24:00"]
[manners]
quiet = "00:00-00:00"
[llm]
base_url = "http://localhost:1/v1"
model = "m"
timeout = "5s"
[llm.extra_body]
seed = 7
[[area]]
name = "东社区"
kind = "community"
[[area]]
name = "1网格"
kind = "grid"
parent = "东社区"
[[group]]
channel = "webchat"
chat = "g1"
area = "1网格"
[[person]]
name = "王"
role = "grid_worker"
area = "1网格"
[[person]]
name = "王"
role = "secretary"
area = "东社区"
`)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(path)
	if c.Data != filepath.Join(dir, "store") || c.Timezone.String() != "Asia/Urumqi" || c.Web.Addr != "[::1]:9000" {
		t.Errorf("data %q, timezone %v, addr %q", c.Data, c.Timezone, c.Web.Addr)
	}
	if c.Clock.Pending.Resolve != grid.WorkingDaySpan(3) || c.Clock.Pending.Confirm != Default().Clock.Pending.Confirm {
		t.Errorf("clock: %+v", c.Clock.Pending)
	}
	if len(c.Service.Hours) != 1 || c.Service.Hours[0] != (Hours{9 * time.Hour, 24 * time.Hour}) || c.Manners.Quiet != (Quiet{}) {
		t.Errorf("hours %v, quiet %v", c.Service.Hours, c.Manners.Quiet)
	}
	if c.LLM.Timeout != 5*time.Second || c.LLM.MaxCallsPerHour != 600 || c.LLM.ExtraBody["seed"] != int64(7) {
		t.Errorf("llm: %+v", c.LLM)
	}
	if len(c.Areas) != 2 || len(c.Groups) != 1 || len(c.People) != 2 {
		t.Errorf("areas %v, groups %v, people %v", c.Areas, c.Groups, c.People)
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	const tree = "[[area]]\nname=\"社区\"\nkind=\"community\"\n[[area]]\nname=\"网格\"\nkind=\"grid\"\nparent=\"社区\"\n"
	for name, c := range map[string]struct {
		text string
		line int
		key  string
		say  string // a part of it
	}{
		"an unknown key":                   {"[bot]\nname=\"a\"\nnickname=\"b\"", 3, "bot.nickname", "right would be one of name"},
		"an unknown section":               {"\n[bott]\nname=\"a\"", 2, "bott", "unknown"},
		"an unknown key within a list":     {tree + "colour=1", 8, "area[2].colour", "unknown"},
		"text for a number":                {"[manners]\nposts_per_hour=\"6\"", 2, "manners.posts_per_hour", "whole number"},
		"a fraction for a number":          {"[manners]\nposts_per_hour=1.5", 2, "manners.posts_per_hour", "whole number"},
		"a number for text":                {"data=1", 1, "data", "text in \"quotes\""},
		"text for yes or no":               {tree + "[[group]]\nchannel=\"webchat\"\nchat=\"x\"\narea=\"网格\"\nstaff=\"yes\"", 12, "group[1].staff", "true or false"},
		"text for a section":               {"bot=\"小格\"", 1, "bot", "[bot]"},
		"a section for a list of sections": {"[area]\nname=\"x\"", 1, "area", "[[area]]"},
		"text for a list":                  {"[service]\nhours=\"08:30-12:00\"", 2, "service.hours", "list"},
		"no TOML":                          {"a\nb=", 1, "", "no TOML"},
		"a key twice":                      {"data=\"a\"\ndata=\"b\"", 2, "", "no TOML"},
		"an impossible span":               {"[clock.immediate]\nconfirm=\"soon\"", 2, "clock.immediate.confirm", "2h service"},
		"a negative span":                  {"[clock.immediate]\nconfirm=\"-2h\"", 2, "clock.immediate.confirm", "no sign"},
		"an unknown clock":                 {"[clock.later]\nconfirm=\"2h\"", 1, "clock.later", "immediate"},
		"working time for clock time":      {"[manners]\ngather=\"2h service\"", 2, "manners.gather", "30m"},
		"an unknown time zone":             {"timezone=\"Asia/Peking\"", 1, "timezone", "Asia/Shanghai"},
		"no address":                       {"[web]\naddr=\"8080\"", 2, "web.addr", "127.0.0.1:8080"},
		"a port out of range":              {"[web]\naddr=\"127.0.0.1:99999\"", 2, "web.addr", "127.0.0.1:8080"},
		"no link":                          {"[web]\npublic_url=\"ftp://x\"", 2, "web.public_url", "https://"},
		"hours that close before opening":  {"[service]\nhours=[\"12:00-08:00\"]", 2, "service.hours[1]", "open before they close"},
		"hours that overlap":               {"[service]\nhours=[\"08:00-12:00\",\"11:00-13:00\"]", 2, "service.hours", "overlap"},
		"no hours":                         {"[service]\nhours=[]", 2, "service.hours", "nobody would ever work"},
		"no such hour":                     {"[manners]\nquiet=\"22:00-25:00\"", 2, "manners.quiet", "22:00-07:00"},
		"no budget":                        {"[manners]\nposts_per_hour=0", 2, "manners.posts_per_hour", "1 to 600"},
		"a reminder after the end":         {"[judging]\ndays=2", 1, "judging.remind_after", "less than 2 days"},
		"a missing file":                   {"[rules]\nfile=\"none.toml\"", 2, "rules.file", "no file"},
		"an unknown kind of area":          {"[[area]]\nname=\"a\"\nkind=\"gird\"", 3, "area[1].kind", `"grid"`},
		"an area without name":             {"[[area]]\nkind=\"grid\"", 1, "area[1].name", "missing"},
		"two areas of one name":            {tree + "[[area]]\nname=\"网格\"\nkind=\"grid\"", 9, "area[3].name", "two areas"},
		"a parent that is not there":       {"[[area]]\nname=\"a\"\nkind=\"grid\"\nparent=\"b\"", 4, "area[1].parent", "no area \"b\""},
		"an area in itself":                {"[[area]]\nname=\"a\"\nkind=\"grid\"\nparent=\"a\"", 4, "area[1].parent", "in itself"},
		"a loop": {"[[area]]\nname=\"a\"\nkind=\"community\"\nparent=\"b\"\n[[area]]\nname=\"b\"\nkind=\"grid\"\nparent=\"a\"",
			4, "area[1].parent", "higher kind"},
		"a group in no area":            {tree + "[[group]]\nchannel=\"webchat\"\nchat=\"x\"\narea=\"别处\"", 11, "group[1].area", `"社区"`},
		"a group on an unknown channel": {tree + "[[group]]\nchannel=\"irc\"\nchat=\"x\"\narea=\"网格\"", 9, "group[1].channel", `"webchat"`},
		"a chat bound twice":            {tree + strings.Repeat("[[group]]\nchannel=\"webchat\"\nchat=\"x\"\narea=\"网格\"\n", 2), 14, "group[2].chat", "bound twice"},
		"an unknown role":               {tree + "[[person]]\nname=\"王\"\nrole=\"boss\"\narea=\"网格\"", 10, "person[1].role", `"grid_worker"`},
		"the house as a role":           {tree + "[[person]]\nname=\"王\"\nrole=\"house\"\narea=\"网格\"", 10, "person[1].role", `"grid_worker"`},
		"a person without area":         {tree + "[[person]]\nname=\"王\"\nrole=\"unit\"", 8, "person[1].area", "missing"},
		"a number of two people":        {tree + "[[person]]\nname=\"王\"\nrole=\"unit\"\narea=\"网格\"\ntelegram=4\n[[person]]\nname=\"李\"\nrole=\"unit\"\narea=\"网格\"\ntelegram=4", 17, "person[2].telegram", "belongs to 王"},
		"two numbers of one person":     {tree + "[[person]]\nname=\"王\"\nrole=\"unit\"\narea=\"网格\"\ntelegram=4\n[[person]]\nname=\"王\"\nrole=\"unit\"\narea=\"社区\"\ntelegram=5", 17, "person[2].telegram", "one number a person"},
		"telegram without token":        {"[telegram]\n", 1, "telegram.token", "env:NAME"},
		"a webhook without address":     {"[telegram]\ntoken=\"env:T\"\nmode=\"webhook\"\nwebhook_url=\"https://a/b\"\nwebhook_secret=\"env:S\"", 1, "telegram.webhook_addr", "127.0.0.1"},
		"a webhook without https":       {"[telegram]\ntoken=\"env:T\"\nmode=\"webhook\"\nwebhook_url=\"http://a/b\"\nwebhook_addr=\"127.0.0.1:1\"\nwebhook_secret=\"env:S\"", 4, "telegram.webhook_url", "https"},
		"a webhook on any port":         {"[telegram]\ntoken=\"env:T\"\nmode=\"webhook\"\nwebhook_url=\"https://a:9000/b\"\nwebhook_addr=\"127.0.0.1:1\"\nwebhook_secret=\"env:S\"", 4, "telegram.webhook_url", "8443"},
		"a telegram group by name":      {tree + "[[group]]\nchannel=\"telegram\"\nchat=\"第3网格\"\narea=\"网格\"", 10, "group[1].chat", "-1001234567890"},
		"a group's number for a person": {tree + "[[person]]\nname=\"王\"\nrole=\"unit\"\narea=\"网格\"\ntelegram=-4", 12, "person[1].telegram", "positive"},
		"a stand-in for a person":       {tree + "[[person]]\nname=\"王\"\nrole=\"unit\"\narea=\"网格\"\ntelegram=1087968824", 12, "person[1].telegram", "nobody"},
		"an unknown mode":               {"[wechat]\nmode=\"phone\"", 2, "wechat.mode", `"desktop"`},
		"WeChat faster than a person":   {"[wechat]\ngap=\"100ms\"", 2, "wechat.gap", "1s"},
		"WeChat without end":            {"[wechat]\nmessages_per_minute=60", 2, "wechat.messages_per_minute", "20"},
		"a session outside the data":    {"[wechat]\nsession=\"../x\"", 2, "wechat.session", "wechat.json"},
		"a model without name":          {"[llm]\nbase_url=\"http://a/v1\"", 1, "llm.model", "missing"},
		"a price that is text":          {"[llm]\nbase_url=\"http://a/v1\"\nmodel=\"m\"\nprice_per_million_prompt=\"2\"", 4, "llm.price_per_million_prompt", "number"},
		"a price below nothing":         {"[llm]\nbase_url=\"http://a/v1\"\nmodel=\"m\"\nprice_per_million_prompt=-2", 4, "llm.price_per_million_prompt", "0 or more"},
		"a bound without a price":       {"[llm]\nbase_url=\"http://a/v1\"\nmodel=\"m\"\nmax_cost_per_day=5", 4, "llm.max_cost_per_day", "price_per_million"},
		"a timeout that is no time":     {"[llm]\nbase_url=\"http://a/v1\"\nmodel=\"m\"\ntimeout=\"3\"", 4, "llm.timeout", "3s"},
		"an inline section":             {"data=\"a\"\nbot={name=\"a\",\n x=1}", 3, "bot.x", "unknown"},
		"areas as a list":               {"area=[{name=\"a\",kind=\"grid\"},\n {name=\"b\",kind=\"gird\"}]", 2, "area[2].kind", `"grid"`},
		"a dotted key":                  {"data=\"a\"\nweb.addr=\"x\"", 2, "web.addr", "address"},
	} {
		t.Run(name, func(t *testing.T) {
			_, path, err := site(t, c.text)
			var found Findings
			if !errors.As(err, &found) {
				t.Fatalf("got %v, want findings", err)
			}
			if len(found) != 1 {
				t.Errorf("want one finding, got:\n%v", err)
			}
			f := found[0]
			if f.File != path || f.Line != c.line || f.Key != c.key || !strings.Contains(f.Say, c.say) {
				t.Errorf("got line %d, key %q, %q;\nwant line %d, key %q, …%s…", f.Line, f.Key, f.Say, c.line, c.key, c.say)
			}
			if want := fmt.Sprintf("%s:%d: ", path, c.line); !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%q does not begin with %q", err, want)
			}
		})
	}
}

func TestReadSaysEverythingAtOnce(t *testing.T) {
	_, _, err := site(t, "dta=\"x\"\ntimezone=5\n[manners]\nposts_per_hour=-1\n[clock.emergency]\naccept=\"\"\n[[area]]\nkind=\"gird\"\n")
	var found Findings
	if !errors.As(err, &found) {
		t.Fatalf("got %v", err)
	}
	var lines []int
	for _, f := range found {
		lines = append(lines, f.Line)
	}
	if want := []int{1, 2, 4, 6, 7, 8}; !reflect.DeepEqual(lines, want) {
		t.Errorf("findings on lines %v, want %v:\n%v", lines, want, err)
	}
}

func TestReadOfNoFileSaysSo(t *testing.T) {
	if _, err := Read(filepath.Join(t.TempDir(), "none.toml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestWarningsNameWhatIsNotBuilt(t *testing.T) {
	if w := Default().Warnings(); len(w) != 0 {
		t.Errorf("the defaults warn: %v", w)
	}
	c, _, err := site(t, `[llm]
base_url = "http://a/v1"
model = "m"
timeout = "20s"
[[area]]
name = "a"
kind = "grid"
[[group]]
channel = "telegram"
chat = "-1"
area = "a"
[[group]]
channel = "wechat"
chat = "第3网格群"
area = "a"
`)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(c.Warnings(), "\n")
	for _, part := range []string{"[wechat] is missing", "[llm]", "[[group]] a", "[telegram] is missing"} {
		if !strings.Contains(all, part) {
			t.Errorf("%s is silently ignored; warnings:\n%s", part, all)
		}
	}
}

func TestSecretNeverPrintsItself(t *testing.T) {
	const word = "hunter2"
	t.Setenv("YOUSHI_TEST_SECRET", word)
	var s Secret
	if err := s.UnmarshalText([]byte("env:YOUSHI_TEST_SECRET")); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Open(); err != nil || got != word {
		t.Fatalf("opened %q, %v", got, err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("start", "token", s, "config", Config{LLM: &LLM{APIKey: s}})
	b, err := json.Marshal(Telegram{Token: s})
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{log.String(), string(b), fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q", s, s, s, s, s), fmt.Sprintf("%#v", LLM{APIKey: s})} {
		if strings.Contains(out, word) || strings.Contains(out, "YOUSHI_TEST_SECRET") || !strings.Contains(out, hidden) && out != log.String() {
			t.Errorf("it shows: %s", out)
		}
	}
}

func TestSecretInTheConfigIsRefusedUnprinted(t *testing.T) {
	for name, text := range map[string]string{
		"as a value":        "[telegram]\ntoken = \"4242:hunter2\"",
		"in broken TOML":    "[telegram]\ntoken = \"4242:hunter2\" oops",
		"without its quote": "[telegram]\ntoken = hunter2",
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := site(t, text)
			if err == nil || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestSecretFileLiesBesideTheConfig(t *testing.T) {
	c, path, err := site(t, "[telegram]\ntoken = \"file:token.txt\"")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Telegram.Token.Open(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("before there is a file: %v", err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "token.txt"), []byte("abc\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Telegram.Token.Open(); err != nil || got != "abc" {
		t.Errorf("got %q, %v", got, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(Example())
	f.Add("[[area]]\nname='a'\nkind='grid'\n[area.x]\ny=1\n[[area.z]]\n")
	f.Add("area=[{name='a'},[1],2]\nclock.level={community='2h'}")
	f.Add("\"\".\"a.b\" = 1\n[service]\nhours=[1979-05-27, 'x']")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parse("site.toml", []byte(text))
		if err != nil {
			var found Findings
			if !errors.As(err, &found) || len(found) == 0 {
				t.Fatalf("an error without findings: %v", err)
			}
			last := strings.Count(text, "\n") + 1
			for _, x := range found {
				if x.Line < 0 || x.Line > last || x.Say == "" {
					t.Fatalf("finding %+v in a text of %d lines", x, last)
				}
			}
			return
		}
		if c.Timezone == nil || c.Data == "" || len(c.Service.Hours) == 0 || c.Manners.PostsPerHour < 1 {
			t.Fatalf("let through: %+v", c)
		}
		c.Warnings()
	})
}
