package wechat_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"youshi/bot"
	"youshi/bot/wechat/wechattest"
	"youshi/grid"
)

// Only a friend with a remark of the owner's is anybody. Whoever takes a grid
// worker's nickname and group nickname stays a name.
func TestAnImpostorGetsNowhere(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	worker, bad := s.server.NewFriend("网格员王芳", "网格员#3-王芳"), s.server.Stranger("坏人")
	g := s.server.NewGroup(home, true, worker, bad)
	g.Show(worker, "三网格王芳")
	s.connect()
	s.server.Say(g, worker, "我是真的")
	real := s.hears("我是真的").Speaker
	if want := (grid.Identity{Channel: "wechat", ID: "remark:网格员#3-王芳"}); real.Identity != want || real.Name != "三网格王芳" {
		t.Errorf("the worker is %+v", real)
	}
	bad.Call("网格员王芳")
	g.Show(bad, "三网格王芳")
	s.server.Say(g, bad, "我是假的")
	fake := s.hears("我是假的").Speaker
	if !fake.Weak || fake.ID == real.ID {
		t.Errorf("the impostor is %+v", fake)
	}
	s.stop()
	s.server.Expire(1101) // and after another login, when nothing is remembered
	s.connect()
	s.server.Say(g, bad, "我还是假的")
	s.server.Say(g, worker, "我还是真的")
	if again := s.hears("我还是假的").Speaker; !again.Weak {
		t.Errorf("after a login the impostor is %+v", again)
	}
	if again := s.hears("我还是真的").Speaker; again.Identity != real.Identity {
		t.Errorf("after a login the worker is %+v", again)
	}
}

func TestWhoIsVouchedFor(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	twin1, twin2 := s.server.NewFriend("甲", "同名"), s.server.NewFriend("乙", "同名")
	plain, boss := s.server.NewFriend("丙", ""), s.server.NewFriend("丁", "书记-丁")
	g := s.server.NewGroup(home, true, twin1, twin2, plain, boss)
	s.connect()
	for i, c := range []struct {
		who  *wechattest.Person
		text string
		id   string
		weak bool
	}{
		{twin1, "两个人一个备注", "weak:" + home + "/甲", true},
		{plain, "没有备注", "weak:" + home + "/丙", true},
		{boss, "有备注", "remark:书记-丁", false},
	} {
		s.server.Say(g, c.who, c.text)
		if got := s.hears(c.text).Speaker; got.ID != c.id || got.Weak != c.weak {
			t.Errorf("%d: %+v, want %s", i, got, c.id)
		}
	}
	s.until("the operator is told of the remark", func() bool { return strings.Contains(s.ch.Health().Say, "remark") })
	s.server.Say(nil, boss, "私聊")
	ev := s.hears("私聊")
	if ev.Native.Kind != grid.PrivateChat || ev.Native.Native != "remark:书记-丁" || ev.Speaker.ID != "remark:书记-丁" {
		t.Errorf("in private the boss is %+v in %+v", ev.Speaker, ev.Native)
	}
	if native, ok := s.ch.PrivateChat(ev.Speaker.Identity); !ok || native != ev.Native.Native {
		t.Errorf("the private chat is %q, %v", native, ok)
	}
	s.server.Say(nil, plain, "我也私聊")
	if ev := s.hears("我也私聊"); !ev.Speaker.Weak || ev.Native.Kind != grid.PrivateChat {
		t.Errorf("a friend without a remark is %+v in %+v", ev.Speaker, ev.Native)
	}
	if _, ok := s.ch.PrivateChat(grid.Identity{Channel: "wechat", ID: "weak:/丙", Weak: true}); ok {
		t.Error("the bot would begin a private chat with somebody nobody vouches for")
	}
}

func TestResidentsOfOneNameAreNotOne(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	a, b := s.server.Stranger("王芳"), s.server.Stranger("王芳")
	g := s.server.NewGroup(home, true, a, b)
	s.connect()
	s.server.Say(g, a, "一")
	s.server.Say(g, b, "二")
	if x, y := s.hears("一").Speaker, s.hears("二").Speaker; x.ID == y.ID || !x.Weak || !y.Weak || x.Name != "王芳" || y.Name != "王芳" {
		t.Errorf("they are %+v and %+v", x, y)
	}
}

func TestARemarkIsNeverSpoken(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	worker := s.server.NewFriend("芳芳", "3网格-王芳-有点凶")
	g := s.server.NewGroup(home, true, worker)
	s.connect()
	s.server.Say(g, worker, "门口的灯坏了")
	ev := s.hears("门口的灯坏了")
	if strings.Contains(ev.Speaker.Name, "凶") {
		t.Errorf("the name is %q", ev.Speaker.Name)
	}
	o := post("post-1", "记下了")
	o.ReplyTo = ev.Message.ID
	if _, err := s.send(group, o); err != nil {
		t.Fatal(err)
	}
	if got, want := s.server.SentTo(home), []string{"@芳芳 「门口的灯坏了」\n记下了"}; !slices.Equal(got, want) {
		t.Errorf("the group reads %q, want %q", got, want)
	}
}

var codeInSay = regexp.MustCompile(`the code ([A-Z]{8})`)

// silent fails when something can be said in the home group.
func silent(s *scene) string {
	s.t.Helper()
	s.until("a doubt", func() bool { return codeInSay.MatchString(s.ch.Health().Say) })
	if _, err := s.ch.Send(s.t.Context(), group, post("post-9", "不该说")); err == nil {
		s.t.Error("something was said in a group that is not certain")
	}
	return codeInSay.FindStringSubmatch(s.ch.Health().Say)[1]
}

// Where it is not certain which group is the right one, the bot hears and says
// nothing until somebody says the operator's code in it.
func TestADoubtfulGroupIsHeardAndNotAnswered(t *testing.T) {
	t.Parallel()
	for name, upset := range map[string]func(s *scene, g *wechattest.Group, people []*wechattest.Person) *wechattest.Group{
		"another group took its name": func(s *scene, g *wechattest.Group, _ []*wechattest.Person) *wechattest.Group {
			s.server.NewGroup(home, true, s.server.Stranger("别人"), s.server.Stranger("谁"))
			return g
		},
		"it was renamed while nobody was there": func(_ *scene, g *wechattest.Group, _ []*wechattest.Person) *wechattest.Group {
			g.Name = "幸福一家人"
			return g
		},
		"most members are others": func(s *scene, g *wechattest.Group, people []*wechattest.Person) *wechattest.Group {
			for _, p := range people[1:] {
				g.Leave(p)
				g.Join(s.server.Stranger("新" + p.Nick))
			}
			return g
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			var people []*wechattest.Person
			for _, n := range []string{"甲", "乙", "丙", "丁", "戊"} {
				people = append(people, s.server.Stranger(n))
			}
			g := s.server.NewGroup(home, true, people...)
			s.connect()
			s.server.Say(g, people[0], "从前")
			before := s.hears("从前")
			if _, err := s.send(group, post("post-1", "好")); err != nil {
				t.Fatal(err)
			}
			s.stop()
			s.server.Expire(1101)
			g = upset(s, g, people)
			s.connect()
			s.online()
			s.server.Say(g, people[0], "现在")
			now := s.hears("现在")
			if now.Native.Native != home || now.Speaker.ID == before.Speaker.ID {
				t.Errorf("heard in %+v by %+v: the group is the bound one, its people are nobody known", now.Native, now.Speaker)
			}
			code := silent(s)
			s.server.Say(g, people[0], "就是这个群 "+strings.ToLower(code))
			s.until("certainty", func() bool { return !strings.Contains(s.ch.Health().Say, "not certain") })
			if _, err := s.send(group, post("post-2", "又能说了")); err != nil {
				t.Fatal(err)
			}
			s.server.Say(g, people[0], "后来")
			if after := s.hears("后来"); after.Speaker.Identity != before.Speaker.Identity || after.Native.Native != home {
				t.Errorf("afterwards heard in %+v by %+v, before by %+v", after.Native, after.Speaker, before.Speaker)
			}
			s.stop()
			s.server.Expire(1101)
			s.connect() // once confirmed it stays so over logins
			if _, err := s.send(group, post("post-3", "还能说")); err != nil {
				t.Errorf("after another login: %v; %s", err, s.ch.Health().Say)
			}
		})
	}
}

func TestAGroupRenamedInSightStaysItself(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	wang, li, zhao := s.server.Stranger("王芳"), s.server.Stranger("李强"), s.server.Stranger("赵敏")
	g := s.server.NewGroup(home, true, wang, li, zhao)
	s.connect()
	s.server.Say(g, wang, "一")
	s.hears("一")
	g.Rename("幸福家园群")
	s.server.Say(g, wang, "二")
	s.hears("二")
	s.server.Expire(1101)
	s.server.Say(g, wang, "三")
	for _, text := range []string{"二", "三"} {
		if ev := s.hears(text); ev.Native.Native != home {
			t.Errorf("%s was heard in %q", text, ev.Native.Native)
		}
	}
	if _, err := s.send(group, post("post-1", "好")); err != nil {
		t.Errorf("%v; %s", err, s.ch.Health().Say)
	}
}

func TestAGroupThatNobodyBoundIsAStranger(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	wang := s.server.Stranger("王芳")
	g := s.server.NewGroup("麻将群", true, wang)
	s.connect()
	s.server.Say(g, wang, "三缺一")
	ev := s.hears("三缺一")
	if ev.Native.Native != "麻将群" || ev.Native.Name != "麻将群" {
		t.Errorf("heard in %+v: the house must see that it is none of ours", ev.Native)
	}
	if kept, _ := s.notes.All(t.Context(), "said/"); len(kept) != 0 {
		t.Errorf("%d of its lines are kept", len(kept))
	}
}

func TestEveryKindOfMessageIsHeard(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	wang := s.server.Stranger("王芳")
	g := s.server.NewGroup(home, true, wang)
	s.connect()
	s.online()
	s.server.Say(g, s.server.Self(), "机主自己说的")
	s.server.Kind(g, wang, 51, "")
	s.server.Kind(nil, nil, 1, "没有人说的")
	pic := []byte("\x89PNG a picture")
	s.server.Picture(g, wang, pic)
	s.server.VoiceAt(g, wang, time.Now())
	s.server.PlaceAt(g, wang, "天后宫社区3号楼", time.Now())
	s.server.Kind(g, wang, 47, "&lt;msg&gt;&lt;emoji/&gt;&lt;/msg&gt;")
	s.server.Kind(g, wang, 424242, "将来的东西")
	said := s.server.Say(g, wang, "说错了")
	s.server.Recall(g, wang, said)
	g.System("“王芳”邀请“网格员#3-李强”加入了群聊")
	s.server.Say(g, wang, "完")
	last := s.hears("完")
	s.until("the picture", func() bool {
		return slices.ContainsFunc(s.events(), func(ev grid.Event) bool { return ev.Kind == grid.EventMedia })
	})
	var got []string
	byID := map[grid.MessageID]grid.Event{}
	for _, ev := range s.events() {
		if ev.Kind == grid.EventMedia {
			of := byID[ev.Message.ID]
			data, err := os.ReadFile(bot.Media{Dir: s.opt.Media.Dir}.Path(ev.Message.Media[0]))
			if of.Message.Kind != grid.ImageMessage || err != nil || string(data) != string(pic) {
				t.Errorf("the picture of %+v holds %q, %v", of.Message, data, err)
			}
			continue
		}
		byID[ev.Message.ID] = ev
		got = append(got, string(ev.Kind)+" "+string(ev.Message.Kind)+" "+ev.Message.Text)
		if ev.Kind == grid.EventRecall && (ev.Speaker.Identity != last.Speaker.Identity || byID[ev.Message.Of].Message.Text != "说错了") {
			t.Errorf("the recall by %+v is of %q", ev.Speaker, ev.Message.Of)
		}
	}
	want := []string{"message image ", "message voice ", "message location 天后宫社区3号楼", "message other ", "message other ",
		"message text 说错了", "recall recall ", "join join ", "message text 完"}
	if !slices.Equal(got, want) {
		t.Errorf("heard %q, want %q", got, want)
	}
}
