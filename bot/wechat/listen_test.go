package wechat_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"youshi/bot"
	"youshi/bot/wechat/wechattest"
)

// While only waiting for news fails they are fetched now and then: more and more
// slowly, and one request a second in all. What is to be said is said.
func TestAFailingHeartbeatSlowsTheChannelAndDoesNotSilenceIt(t *testing.T) {
	t.Parallel()
	const lasts = 8 * time.Second
	s := ready(t)
	s.server.Break(wechattest.Fault{Path: "synccheck", Code: 500})
	broken := time.Now()
	said := false
	for n := 0; time.Since(broken) < lasts; n++ {
		if _, err := s.send(group, post("post-1", "还在")); err == nil && !said {
			said = true
			if took := time.Since(broken); took > 5*time.Second {
				t.Errorf("the post went out after %v", took)
			}
		}
		if said {
			time.Sleep(lasts - time.Since(broken))
		}
		time.Sleep(100 * time.Millisecond)
	}
	if !said {
		t.Error("the post did not go out")
	}
	var asked []time.Time // beside the message sent
	for _, r := range s.server.Requests() {
		if r.At.After(broken) && r.Path != "webwxsendmsg" {
			asked = append(asked, r.At)
		}
	}
	if n := wechattest.Busiest(asked, time.Second); n > 1 {
		t.Errorf("%d requests within one second, want 1", n)
	}
	if len(asked) > 8 { // at 1, 1, 2, 1, 4 seconds and so on
		t.Errorf("%d requests in %v, want fewer and fewer", len(asked), lasts)
	}
}

// A platform that opens sessions and ends each at once is not asked again and
// again as fast as it answers; when it comes to itself nothing was lost.
func TestSessionsThatEndAtOnceAreOpenedMoreAndMoreSlowly(t *testing.T) {
	t.Parallel()
	for _, ret := range []int{-14, 1100, 1101} {
		t.Run(fmt.Sprint(ret), func(t *testing.T) {
			t.Parallel()
			const lasts = 8 * time.Second
			s := newScene(t)
			wang := s.server.Stranger("王芳")
			g := s.server.NewGroup(home, true, wang)
			s.connect()
			s.online()
			s.server.Say(g, wang, "先")
			s.hears("先")
			s.server.Break(wechattest.Fault{Path: "synccheck", Ret: ret})
			broken := time.Now()
			s.server.Say(g, wang, "中")
			time.Sleep(lasts)
			var asked []time.Time
			for _, r := range s.server.Requests() {
				if r.At.After(broken) {
					asked = append(asked, r.At)
				}
			}
			if n := wechattest.Busiest(asked, time.Second); n > 2 { // the end of one session and the beginning of the next
				t.Errorf("%d requests within one second", n)
			}
			if len(asked) > 9 {
				t.Errorf("%d requests in %v", len(asked), lasts)
			}
			s.server.Heal()
			s.server.Say(g, wang, "后")
			s.hears("中")
			s.hears("后")
		})
	}
}

// page is a log that several goroutines write.
type page struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *page) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

// An error that the log or the operator reads opens the session to nobody.
func TestErrorsDoNotTellWhatOpensTheSession(t *testing.T) {
	t.Parallel()
	var log page
	s := newScene(t)
	s.opt.Log = slog.New(slog.NewTextHandler(&log, nil))
	wang := s.server.Stranger("王芳")
	g := s.server.NewGroup(home, true, wang)
	s.connect()
	s.online()
	s.server.Break(wechattest.Fault{Path: "webwxsendmsg", Drop: true})
	_, err := s.send(group, post("post-1", "在"))
	if err == nil {
		t.Fatal("the message went out")
	}
	s.server.Break(wechattest.Fault{Drop: true})
	time.Sleep(3 * time.Second)
	s.server.Heal()
	s.server.Say(g, wang, "后")
	s.hears("后")
	log.mu.Lock()
	defer log.mu.Unlock()
	for _, secret := range []string{"skey=", "sid=", "pass_ticket="} {
		if told := log.text.String() + err.Error(); strings.Contains(told, secret) {
			t.Errorf("%q is told: %s", secret, told)
		}
	}
}

// Servers that have not answered for a while are not called reachable.
func TestAServerThatIsGoneIsNotCalledOnline(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	wang := s.server.Stranger("王芳")
	g := s.server.NewGroup(home, true, wang)
	s.connect()
	s.online()
	s.server.Break(wechattest.Fault{Drop: true})
	s.server.Say(g, wang, "中")
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end) && s.ch.Health().State == bot.HealthOnline; {
		time.Sleep(100 * time.Millisecond)
	}
	s.until("down", func() bool { return s.ch.Health().State == bot.HealthDown })
	s.server.Heal()
	s.hears("中")
	s.online()
}
