package app

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"youshi/bot/telegram/telegramtest"
	"youshi/config"
	"youshi/grid"
	"youshi/reports"
	"youshi/storage"
	"youshi/storage/bolt"
)

// telegramSite is the real program with a config that leads to a Bot API server
// of our own.
type telegramSite struct {
	t      *testing.T
	bin    string
	dir    string
	server *telegramtest.Server
	web    string
	groups []*telegramtest.Chat
	staff  *telegramtest.Chat
	extra  string // further lines of the config
	cmd    *exec.Cmd
	said   *bytes.Buffer
}

// newTelegramSite makes a site of so many grids, each with its group, in one
// community with a staff chat for the first grid.
func newTelegramSite(t *testing.T, grids int, o telegramtest.Options) *telegramSite {
	t.Helper()
	s := &telegramSite{t: t, dir: t.TempDir(), said: &bytes.Buffer{}}
	s.bin = filepath.Join(s.dir, "youshi")
	if out, err := exec.Command("go", "build", "-o", s.bin, "youshi/cmd/youshi").CombinedOutput(); err != nil {
		t.Fatalf("building the program: %v\n%s", err, out)
	}
	var err error
	if s.server, err = telegramtest.New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.server.Close)
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.web = l.Addr().String()
	l.Close()
	for i := range grids {
		s.groups = append(s.groups, s.server.Group(fmt.Sprintf("第%d网格", i+1)))
	}
	s.staff = s.server.Group("工作群")
	t.Cleanup(func() { s.kill() })
	return s
}

// config writes the config: its quiet hours are the minute of twelve hours ago, so
// that nothing is held back at whatever time this runs.
func (s *telegramSite) config() string {
	night := time.Now().In(config.Default().Timezone).Add(12 * time.Hour)
	var b strings.Builder
	fmt.Fprintf(&b, "data = %q\n[web]\naddr = %q\n[manners]\nquiet = \"%s-%s\"\n", filepath.Join(s.dir, "data"), s.web,
		night.Format("15:04"), night.Add(time.Minute).Format("15:04"))
	fmt.Fprintf(&b, "[telegram]\ntoken = \"env:TEST_TELEGRAM_TOKEN\"\nserver_url = %q\n", s.server.URL())
	b.WriteString("[[area]]\nname = \"社区\"\nkind = \"community\"\n")
	for i, g := range s.groups {
		fmt.Fprintf(&b, "[[area]]\nname = %q\nkind = \"grid\"\nparent = \"社区\"\n[[group]]\nchannel = \"telegram\"\nchat = \"%d\"\narea = %q\n", g.Title, g.ID, g.Title)
		if i == 0 {
			fmt.Fprintf(&b, "[[group]]\nchannel = \"telegram\"\nchat = \"%d\"\narea = %q\nstaff = true\n", s.staff.ID, g.Title)
		}
	}
	path := filepath.Join(s.dir, "youshi.toml")
	if err := os.WriteFile(path, []byte(b.String()+s.extra), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// start starts the program and waits until it answers.
func (s *telegramSite) start() {
	s.t.Helper()
	s.cmd = exec.Command(s.bin, "serve", "--config", s.config())
	s.cmd.Env = s.env()
	s.cmd.Stdout, s.cmd.Stderr = s.said, s.said
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.eventually("the program answers", func() bool {
		ctx, cancel := context.WithTimeout(s.t.Context(), time.Second)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.web+"/healthz", nil)
		if err != nil {
			s.t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
}

// kill ends the program at once, stop as an operator does; both wait until it is gone.
func (s *telegramSite) kill() { s.end(syscall.SIGKILL) }
func (s *telegramSite) stop() { s.end(syscall.SIGTERM) }

func (s *telegramSite) end(how os.Signal) {
	if s.cmd != nil {
		_ = s.cmd.Process.Signal(how) // gone already is fine
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

func (s *telegramSite) eventually(what string, is func() bool) {
	s.t.Helper()
	for late := time.Now().Add(60 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(late) {
			s.kill()
			s.t.Fatalf("%s: that did not come true\n%s", what, s.said)
		}
	}
}

// look reads the store while no program runs.
func (s *telegramSite) look(fn func(storage.Tx) error) {
	s.t.Helper()
	store, err := bolt.Open(s.t.Context(), filepath.Join(s.dir, "data", "youshi.db"), bolt.Options{ReadOnly: true})
	if err != nil {
		s.t.Fatal(err)
	}
	defer store.Close()
	if err := store.View(s.t.Context(), "社区", fn); err != nil {
		s.t.Fatal(err)
	}
}

// acted waits until everything that Telegram has was fetched and acted on, whatever
// is still to be said.
func (s *telegramSite) acted() {
	s.t.Helper()
	s.eventually("everything is fetched", func() bool { return s.server.Pending() == 0 })
	s.eventually("everything is acted on", func() bool {
		c := exec.Command(s.bin, "check", "--config", filepath.Join(s.dir, "youshi.toml"))
		c.Env = s.env()
		out, err := c.Output()
		return err == nil && bytes.Contains(out, []byte("in the inbox 0"))
	})
}

func (s *telegramSite) env() []string {
	return append(os.Environ(), "TEST_TELEGRAM_TOKEN="+telegramtest.Token)
}

// settled waits until everything that Telegram has was fetched, and said what there
// is to say.
func (s *telegramSite) settled() {
	s.t.Helper()
	s.eventually("everything is fetched", func() bool { return s.server.Pending() == 0 })
	for said, quiet := -1, 0; quiet < 40; time.Sleep(100 * time.Millisecond) {
		if now := len(s.server.Calls("sendMessage")); now != said {
			said, quiet = now, 0
		}
		quiet++
	}
}

// troubles are what residents report.
var troubles = []string{"电梯坏了，老人下不了楼", "路灯不亮了，晚上看不见", "下水道堵了，污水冒出来了", "门禁坏了，谁都能进", "垃圾没人收，臭死了"}

// The real program is killed at random moments while groups talk: nothing is lost,
// nothing heard twice, at most one post said twice a kill, and the limits hold.
func TestTelegramLosesNothingWhenTheProgramIsKilled(t *testing.T) {
	s := newTelegramSite(t, 6, telegramtest.Options{})
	messages := 80 * *kills
	var people []telegramtest.User
	for i := range 24 {
		people = append(people, s.server.Person(fmt.Sprintf("住户%d", i)))
	}
	spoken := make(chan struct{})
	go func() {
		defer close(spoken)
		for n := range messages {
			text := fmt.Sprintf("今天天气不错 %d", n)
			if n%20 == 7 {
				text = fmt.Sprintf("%d号楼%d单元的%s %d", n/20+1, rand.IntN(4)+1, troubles[n/20%len(troubles)], n)
			}
			who := rand.IntN(len(people))
			s.groups[who%len(s.groups)].Say(people[who], text)
			time.Sleep(8 * time.Millisecond)
		}
	}()
	for range *kills {
		s.start()
		time.Sleep(time.Duration(30+rand.IntN(2500)) * time.Millisecond)
		s.kill()
	}
	<-spoken
	s.start()
	s.settled()
	s.stop()

	heard := map[string]int{}
	s.look(func(tx storage.Tx) error {
		for m, err := range tx.Messages().Between(time.Time{}, time.Now().Add(time.Hour)) {
			if err != nil {
				return err
			}
			heard[m.Text]++
			if m.Outcome == "" || m.Outcome == grid.OutError {
				t.Errorf("message %s ended as %q (%s)", m.ID, m.Outcome, m.Reason)
			}
		}
		wrong, err := reports.Audit(tx)
		for _, w := range wrong {
			t.Error(w)
		}
		return err
	})
	for text, n := range heard {
		if n != 1 {
			t.Errorf("heard %d times: %q", n, text)
		}
	}
	if len(heard) != messages {
		t.Errorf("%d of %d messages were heard", len(heard), messages)
	}
	if doubles := s.server.Doubles(); len(doubles) > *kills {
		t.Errorf("%d posts were said twice over %d kills: %v", len(doubles), *kills, doubles)
	}
	s.inLimits()
	t.Logf("%d kills, %d messages, %d posts, busiest second %d and minute %d in a group", *kills, messages,
		len(s.server.Calls("sendMessage")), s.server.BusiestChat(time.Second, true), s.server.BusiestChat(time.Minute, true))
}

// inLimits holds what was said against Telegram's limits.
func (s *telegramSite) inLimits() {
	s.t.Helper()
	if n := s.server.BusiestChat(time.Second, false); n > 1 {
		s.t.Errorf("a chat got %d posts within a second", n)
	}
	if n := s.server.BusiestChat(time.Minute, true); n > 20 {
		s.t.Errorf("a group got %d posts within a minute", n)
	}
	if n := s.server.Busiest("sendMessage", time.Second); n > 30 {
		s.t.Errorf("%d posts were sent within a second", n)
	}
}
