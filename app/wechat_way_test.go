package app

import (
	"syscall"
	"testing"
	"time"

	"youshi/bot/wechat/wechattest"
	"youshi/grid"
	"youshi/storage"
)

// becomes runs the program until ticket 1 has the status.
func (s *wechatSite) becomes(status grid.Status) {
	s.t.Helper()
	var got grid.Ticket
	for range 3 {
		s.settled()
		s.view(func(tx storage.Tx) (err error) {
			got, err = tx.Tickets().Get(1)
			return err
		})
		if got.Status == status {
			return
		}
	}
	s.t.Fatalf("ticket 1 is %s, want %s\n%s", got.Status, status, s.log.tail())
}

// A grid worker's word counts on WeChat because of the owner's remark and a code,
// and goes on counting after another login; whoever looks like the worker has none.
func TestAnImpostorOnWeChatIsRefusedAndTheWorkerIsNotAfterARelogin(t *testing.T) {
	const name = "第1网格"
	server := wechattest.New(t, "有事助手")
	worker := server.NewFriend("网格员王芳", "网格员#1-王芳")
	resident, bad := server.Stranger("李强"), server.Stranger("路人")
	g := server.NewGroup(name, true, worker, resident, bad)
	s := newWeChatSite(t, server, name)
	cmd := s.serve()
	time.Sleep(time.Second) // the admin socket
	s.invited(worker, grid.GridWorker, name)
	server.Say(g, resident, "3号楼2单元的电梯坏了，按了没反应")
	for end := time.Now().Add(30 * time.Second); len(server.SentTo(name)) == 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the resident got no first answer\n%s", s.log.tail())
		}
	}
	s.end(cmd, syscall.SIGTERM)
	s.becomes(grid.Proposed)

	bad.Call("网格员王芳")
	g.Show(bad, "网格员王芳")
	server.Say(g, bad, "确认 1")
	server.Say(nil, bad, "确认 1")
	s.becomes(grid.Proposed)
	server.Say(g, worker, "确认 1")
	s.becomes(grid.Open)

	server.Expire(1101)
	server.Say(g, bad, "办结 1 没事了")
	s.becomes(grid.Open)
	server.Say(g, worker, "办结 1 电梯修好了")
	s.becomes(grid.Resolved)
	if server.Logins() != 2 {
		t.Errorf("%d logins, want the first and the one after the end of the session", server.Logins())
	}
}

// A group is bound by a code of the operator's, and spoken in from then on.
func TestAWeChatGroupIsBoundByACode(t *testing.T) {
	const name = "第1网格"
	server := wechattest.New(t, "有事助手")
	resident := server.Stranger("李强")
	server.NewGroup(name, true, resident)
	other := server.NewGroup("新来的群", true, resident)
	s := newWeChatSite(t, server, name)
	cmd := s.serve()
	time.Sleep(time.Second) // the admin socket
	server.Say(other, resident, "没人听的话")
	code := s.ask("groups", "invite", "--area", name)
	server.Say(other, resident, "绑定 "+code)
	for end := time.Now().Add(60 * time.Second); len(server.SentTo("新来的群")) == 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the group was not answered\n%s", s.log.tail())
		}
	}
	s.end(cmd, syscall.SIGTERM)
}
