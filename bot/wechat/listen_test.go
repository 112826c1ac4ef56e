package wechat_test

import (
	"testing"
	"time"

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
