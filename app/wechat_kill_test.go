package app

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"youshi/bot/wechat/wechattest"
	"youshi/grid"
	"youshi/reports"
	"youshi/storage"
	"youshi/storage/bolt"
)

var (
	wechatKills = flag.Int("wechat-kills", 3, "how often the WeChat kill test kills the program")
	wechatLines = flag.Int("wechat-lines", 150, "how many messages it hears meanwhile; a district hears half as many more")
)

// wechatSite is a folder with a config for `youshi serve`, and the program.
type wechatSite struct {
	t      *testing.T
	bin    string
	dir    string
	server *wechattest.Server
	log    lockedBuffer
}

// lockedBuffer is what the program's many lives wrote to stderr.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.b.Bytes()
	return string(b[max(0, len(b)-4000):])
}

// newWeChatSite binds groups of the server to grids of the same names.
func newWeChatSite(t *testing.T, server *wechattest.Server, grids ...string) *wechatSite {
	t.Helper()
	s := &wechatSite{t: t, dir: t.TempDir(), server: server}
	s.bin = filepath.Join(s.dir, "youshi")
	if out, err := exec.Command("go", "build", "-o", s.bin, "youshi/cmd/youshi").CombinedOutput(); err != nil {
		t.Fatalf("building the program: %v\n%s", err, out)
	}
	var cfg strings.Builder
	cfg.WriteString("data = \"data\"\n[bot]\nname = \"小格\"\n[web]\naddr = \"127.0.0.1:0\"\n[manners]\nquiet = \"00:00-00:00\"\n[wechat]\ngap = \"1s\"\nmessages_per_minute = 20\n")
	for _, g := range grids {
		fmt.Fprintf(&cfg, "[[area]]\nname = %q\nkind = \"grid\"\n[[group]]\nchannel = \"wechat\"\nchat = %q\narea = %q\n", g, g, g)
	}
	if err := os.WriteFile(s.config(), []byte(cfg.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *wechatSite) config() string { return filepath.Join(s.dir, "site.toml") }
func (s *wechatSite) db() string     { return filepath.Join(s.dir, "data", "youshi.db") }

// serve starts the unmodified program, which reaches the platform by its proxy.
func (s *wechatSite) serve() *exec.Cmd {
	s.t.Helper()
	cmd := exec.Command(s.bin, "serve", "--config", s.config())
	cmd.Env = append(os.Environ(), "HTTPS_PROXY="+s.server.Proxy(), "SSL_CERT_FILE="+s.server.CAFile(), "NO_PROXY=")
	cmd.Stderr = &s.log
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { s.end(cmd, syscall.SIGKILL) })
	return cmd
}

// end ends one life of the program.
func (s *wechatSite) end(cmd *exec.Cmd, sig syscall.Signal) {
	if cmd.ProcessState == nil {
		_ = cmd.Process.Signal(sig) // gone already is fine
		_ = cmd.Wait()
	}
}

// settled runs the program until everything that was delivered is acted on.
func (s *wechatSite) settled() {
	s.t.Helper()
	for range 5 {
		cmd := s.serve()
		for end := time.Now().Add(90 * time.Second); s.server.Waiting() > 0; time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				s.t.Fatalf("%d messages were not fetched\n%s", s.server.Waiting(), s.log.tail())
			}
		}
		time.Sleep(2 * time.Second)
		s.end(cmd, syscall.SIGTERM)
		idle := false
		s.view(func(tx storage.Tx) error {
			lanes, err := tx.Inbox().Lanes()
			idle = len(lanes) == 0
			return err
		})
		if idle {
			return
		}
	}
	s.t.Fatal("the lanes do not come to an end")
}

// view reads the store of a program that does not run.
func (s *wechatSite) view(do func(tx storage.Tx) error) {
	s.t.Helper()
	store, err := bolt.Open(s.t.Context(), s.db(), bolt.Options{ReadOnly: true})
	if err != nil {
		s.t.Fatal(err)
	}
	defer store.Close()
	all, err := store.Communities(s.t.Context())
	if err != nil || len(all) == 0 {
		s.t.Fatalf("communities %v: %v", all, err)
	}
	for _, c := range all {
		if err := store.View(s.t.Context(), c, do); err != nil {
			s.t.Fatal(err)
		}
	}
}

// The real program is killed at random moments while residents write in WeChat.
// The platform tells again what was not acknowledged: every message is there
// once, acted on once, and answered at most once more than once a kill.
func TestNothingSaidOnWeChatIsLostOrDoubledByKills(t *testing.T) {
	server := wechattest.New(t, "有事助手")
	grids := []string{"第1网格", "第2网格", "第3网格", "第4网格"}
	var groups []*wechattest.Group
	var people []*wechattest.Person
	for i, name := range grids {
		var in []*wechattest.Person
		for j := range 5 {
			in = append(in, server.Stranger(fmt.Sprintf("住户%d-%d", i, j)))
		}
		people = append(people, in...)
		groups = append(groups, server.NewGroup(name, i%2 == 0, in...))
	}
	s := newWeChatSite(t, server, grids...)
	said := map[string]bool{}
	speak := func(n int) {
		text := fmt.Sprintf("今天天气不错 %d", n)
		if n%9 == 0 {
			text = fmt.Sprintf("%d号楼%d单元的电梯坏了，老人下不了楼 %d", rand.IntN(30)+1, rand.IntN(4)+1, n)
		}
		said[text] = true
		g := n % len(groups)
		server.Say(groups[g], people[g*5+rand.IntN(5)], text)
	}
	for life := range *wechatKills {
		cmd := s.serve()
		end := time.Now().Add(time.Duration(1500+rand.IntN(3500)) * time.Millisecond)
		share := *wechatLines / *wechatKills
		for n := range share {
			speak(life*share + n)
			time.Sleep(min(40*time.Millisecond, time.Until(end)/time.Duration(share-n)))
		}
		time.Sleep(time.Until(end))
		s.end(cmd, syscall.SIGKILL)
	}
	s.settled()
	texts := map[string]int{}
	s.view(func(tx storage.Tx) error {
		for m, err := range tx.Messages().Between(time.Time{}, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)) {
			if err != nil {
				return err
			}
			texts[m.Text]++
			if m.Outcome == "" || m.Outcome == grid.OutError {
				t.Errorf("%s ended as %q (%s)", m.Text, m.Outcome, m.Reason)
			}
		}
		wrong, err := reports.Audit(tx)
		for _, w := range wrong {
			t.Error(w)
		}
		return err
	})
	for text := range said {
		if texts[text] != 1 {
			t.Errorf("%q was heard %d times", text, texts[text])
		}
	}
	double := map[string]int{}
	for _, m := range server.Sent() {
		double[m.To+" "+m.Text]++
	}
	extra := 0
	for _, n := range double {
		extra += n - 1
	}
	if extra > *wechatKills {
		t.Errorf("%d posts were said once more, in %d kills", extra, *wechatKills)
	}
	t.Logf("%d kills, %d messages, %d posts, %d of them again, %d logins", *wechatKills, len(said), len(server.Sent()), extra, server.Logins())
	if server.Logins() != 1 {
		t.Errorf("%d logins needed a person, want the first alone", server.Logins())
	}
}
