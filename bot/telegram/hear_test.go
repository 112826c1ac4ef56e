package telegram_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"youshi/bot/telegram"
	"youshi/bot/telegram/telegramtest"
	"youshi/grid"
)

func sum(b []byte) grid.MediaID {
	h := sha256.Sum256(b)
	return grid.MediaID(hex.EncodeToString(h[:]))
}

func TestEveryKindOfMessageIsHeardAsWhatItIs(t *testing.T) {
	t.Parallel()
	file := []byte("the content of a file")
	type speaking = func(*telegramtest.Chat, telegramtest.User) telegramtest.Message
	for name, c := range map[string]struct {
		say  speaking
		kind grid.MessageKind
		text string
		file bool
	}{
		"a text": {func(g *telegramtest.Chat, u telegramtest.User) telegramtest.Message { return g.Say(u, "灯坏了") }, grid.TextMessage, "灯坏了", false},
		"a picture": {func(g *telegramtest.Chat, u telegramtest.User) telegramtest.Message {
			return g.Photo(u, file, "看看")
		},
			grid.ImageMessage, "看看", true},
		"a voice": {func(g *telegramtest.Chat, u telegramtest.User) telegramtest.Message { return g.Voice(u, file) }, grid.VoiceMessage, "", true},
		"a place": {func(g *telegramtest.Chat, u telegramtest.User) telegramtest.Message {
			return g.Place(u, 37.5, 118.5, "3号楼", "胜利街9号")
		}, grid.LocationMessage, "3号楼 胜利街9号", false},
		"a bare pin": {func(g *telegramtest.Chat, u telegramtest.User) telegramtest.Message {
			return g.Place(u, 37.5, 118.5, "", "")
		},
			grid.LocationMessage, "坐标 37.50000,118.50000", false},
		"a document": {func(g *telegramtest.Chat, u telegramtest.User) telegramtest.Message {
			return g.Document(u, "通知.pdf", file, "")
		},
			grid.FileMessage, "通知.pdf", true},
		"a contact": {func(g *telegramtest.Chat, u telegramtest.User) telegramtest.Message {
			return g.Contact(u, "老李", "13800000000")
		}, grid.OtherMessage, "名片：老李 13800000000", false},
		"a sticker": {func(g *telegramtest.Chat, u telegramtest.User) telegramtest.Message {
			return g.Post(u, map[string]any{"sticker": map[string]any{"emoji": "👍"}})
		}, grid.OtherMessage, "👍", false},
		"a service line": {func(g *telegramtest.Chat, u telegramtest.User) telegramtest.Message {
			return g.Service(u, "new_chat_title", "新名字")
		}, grid.OtherMessage, "", false},
		"a kind of tomorrow": {func(g *telegramtest.Chat, u telegramtest.User) telegramtest.Message {
			return g.Post(u, map[string]any{"hologram": true})
		}, grid.OtherMessage, "", false},
		"an origin of tomorrow": {func(g *telegramtest.Chat, u telegramtest.User) telegramtest.Message {
			return g.Say(u, "转发的", telegramtest.With("forward_origin", map[string]any{"type": "from_mars", "date": 1}))
		}, grid.TextMessage, "转发的", false},
		"a shape that nobody knows": {func(g *telegramtest.Chat, u telegramtest.User) telegramtest.Message {
			return g.Say(u, "还是听到", telegramtest.With("entities", "no list"))
		}, grid.TextMessage, "还是听到", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, telegramtest.Options{})
			s.server.Break(telegramtest.Internal().On("getFile").For(1)) // files come later, messages at once
			s.start()
			fang := s.server.Person("王芳")
			m := c.say(s.group, fang)
			ev := s.heard(1)[0]
			if ev.Message.Kind != c.kind || ev.Message.Text != c.text || ev.Kind != grid.EventMessage {
				t.Errorf("heard as %s %s %q, want %s %q", ev.Kind, ev.Message.Kind, ev.Message.Text, c.kind, c.text)
			}
			if want := fmt.Sprintf("telegram:%d:%d", s.group.ID, m.ID); string(ev.Message.ID) != want || ev.Speaker.ID != fmt.Sprint(fang.ID) {
				t.Errorf("heard as %s by %+v, want %s by %d", ev.Message.ID, ev.Speaker, want, fang.ID)
			}
			if c.file {
				eventually(t, "the file comes", func() bool { return slices.Equal(s.ears.files(ev.Message.ID), []grid.MediaID{sum(file)}) })
			}
		})
	}
}

func TestAnAlbumIsOneMessageAndWhatFollowsComesAfterIt(t *testing.T) {
	t.Parallel()
	s := newSite(t, telegramtest.Options{})
	s.start()
	fang, min := s.server.Person("王芳"), s.server.Person("李敏")
	s.heard(0)
	parts := s.group.Album(fang, [][]byte{[]byte("picture one"), []byte("picture two"), []byte("picture three")}, "楼道堆满了")
	s.group.Say(min, "是的", telegramtest.Reply(parts[1]))
	evs := s.heard(2)
	if len(evs) != 2 || evs[0].Message.Text != "楼道堆满了" || evs[0].Message.Kind != grid.ImageMessage || evs[1].Message.Text != "是的" {
		t.Fatalf("heard %+v", evs)
	}
	if evs[1].Message.ReplyTo != evs[0].Message.ID {
		t.Errorf("an answer to one of its pictures names %q, want the album %q", evs[1].Message.ReplyTo, evs[0].Message.ID)
	}
	eventually(t, "its pictures come", func() bool { return len(s.ears.files(evs[0].Message.ID)) == 3 })
	if _, err := s.send(s.group, grid.Outgoing{Text: "收到", ReplyTo: evs[0].Message.ID}); err != nil {
		t.Fatal(err)
	}
	if l := s.group.Lines(); l[0].Answers != parts[0].ID {
		t.Errorf("the bot's answer quotes %d, want the first picture %d", l[0].Answers, parts[0].ID)
	}
}

func TestAnAlbumOutlivesAStopBetweenItsPictures(t *testing.T) {
	t.Parallel()
	s := newSite(t, telegramtest.Options{})
	stop := s.start()
	fang := s.server.Person("王芳")
	album := telegramtest.With("media_group_id", "77")
	s.group.Photo(fang, []byte("picture one"), "漏水", album)
	eventually(t, "the first picture is fetched", func() bool { return s.server.Pending() == 0 })
	stop()
	if n := len(s.ears.events()); n != 0 {
		t.Fatalf("%d events were heard of half an album", n)
	}
	s.group.Photo(fang, []byte("picture two"), "", album)
	s.start()
	ev := s.heard(1)[0]
	eventually(t, "both pictures come", func() bool { return len(s.ears.files(ev.Message.ID)) == 2 })
	// A straggler brings its picture, and its words as an edit.
	s.group.Photo(fang, []byte("picture three"), "在三楼", album)
	evs := s.heard(2)
	if evs[1].Kind != grid.EventEdit || evs[1].Message.Of != ev.Message.ID || evs[1].Message.Text != "在三楼" {
		t.Errorf("the straggler is heard as %+v", evs[1])
	}
	eventually(t, "its picture comes", func() bool { return len(s.ears.files(ev.Message.ID)) == 3 })
}

func TestAnEditThatNobodySeesIsNone(t *testing.T) {
	t.Parallel()
	s := newSite(t, telegramtest.Options{})
	stop := s.start()
	fang := s.server.Person("王芳")
	m := s.group.Say(fang, "灯坏了")
	s.heard(1)
	m.Edit("灯坏了") // a link's preview, a reaction
	stop()
	s.start() // what is known of messages outlives a restart
	m.Edit("灯坏了")
	m.Edit("5号楼灯坏了")
	m.Edit("5号楼2单元灯坏了") // within the same second
	s.group.Say(fang, "完")
	evs := s.heard(4)
	var texts []string
	for _, ev := range evs {
		texts = append(texts, ev.Message.Text)
	}
	if want := []string{"灯坏了", "5号楼灯坏了", "5号楼2单元灯坏了", "完"}; !slices.Equal(texts, want) {
		t.Errorf("heard %q, want %q", texts, want)
	}
}

func TestWhoIsHiddenOrAProgramIsNobody(t *testing.T) {
	t.Parallel()
	worker := telegramtest.User{ID: 4242, First: "王网格"}
	for name, say := range map[string]func(s *site){
		"an anonymous administrator": func(s *site) { s.group.Say(worker, "确认 1", telegramtest.Anonymous()) },
		"one without the group":      func(s *site) { s.group.Say(s.server.PersonAs(1087968824, "Group"), "确认 1") },
		"somebody as a channel": func(s *site) {
			s.group.Say(worker, "确认 1", telegramtest.AsChannel(s.server.Channel("物业"), false))
		},
		"the group's own channel": func(s *site) {
			s.group.Say(worker, "确认 1", telegramtest.AsChannel(s.server.Channel("物业"), true))
		},
		"another bot": func(s *site) { s.group.Say(s.server.OtherBot("weather"), "确认 1") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, telegramtest.Options{})
			s.start()
			say(s)
			ev := s.heard(1)[0]
			if !ev.Speaker.Weak || ev.Speaker.ID == "4242" || ev.Speaker.Name == "" {
				t.Errorf("heard by %+v, want an account that nothing vouches for", ev.Speaker)
			}
			if name == "another bot" && (ev.Message.Text != "" || ev.Message.Kind != grid.OtherMessage) {
				t.Errorf("another program's words are heard as %+v", ev.Message)
			}
		})
	}
}

func TestJoinsAreHeardOnceEachAndBotsAreNot(t *testing.T) {
	t.Parallel()
	s := newSite(t, telegramtest.Options{})
	s.start()
	s.group.Join(s.server.Person("张三"), s.server.Person("李四"), s.server.OtherBot("spam"))
	s.group.Say(s.server.Person("王芳"), "欢迎")
	evs := s.heard(3)
	if len(evs) != 3 || evs[0].Kind != grid.EventJoin || evs[0].Speaker.Name != "张三" || evs[1].Speaker.Name != "李四" || evs[0].Message.ID == evs[1].Message.ID {
		t.Errorf("heard %+v", evs)
	}
}

func TestTopicsAnswerWhereTheyWereAsked(t *testing.T) {
	t.Parallel()
	s := newSite(t, telegramtest.Options{})
	forum := s.server.Forum("大群")
	fang := s.server.Person("王芳")
	topic := forum.OpenTopic(fang, "报修")
	s.start()
	m := forum.Say(fang, "灯坏了", telegramtest.Topic(topic))
	evs := s.heard(2)
	if evs[1].Message.ReplyTo != "" {
		t.Errorf("a word in a topic quotes %q, want nothing", evs[1].Message.ReplyTo)
	}
	if _, err := s.send(forum, grid.Outgoing{Text: "收到", ReplyTo: evs[1].Message.ID}); err != nil {
		t.Fatal(err)
	}
	if l := forum.Lines(); l[0].Topic != topic || l[0].Answers != m.ID {
		t.Errorf("the answer stands in topic %d and quotes %d, want %d and %d", l[0].Topic, l[0].Answers, topic, m.ID)
	}
	s.server.Break(telegramtest.Refused(400, "Bad Request: message thread not found").On("sendMessage").For(1))
	if _, err := s.send(forum, grid.Outgoing{ID: "post-2", Text: "又收到", ReplyTo: evs[1].Message.ID}); err != nil {
		t.Errorf("a topic that is gone: %v, want it said all the same", err)
	}
}

func TestAGroupThatMovesIsToldBeforeWhatIsSaidThere(t *testing.T) {
	t.Parallel()
	s := newSite(t, telegramtest.Options{})
	group := s.server.Group("第4网格")
	fang := s.server.Person("王芳")
	group.Say(fang, "一")
	next := group.Migrate()
	next.Say(fang, "二")
	s.start()
	evs := s.heard(3)
	if len(evs) != 3 || evs[1].Kind != grid.EventMoved || evs[1].Native.Native != fmt.Sprint(group.ID) || evs[1].Moved != fmt.Sprint(next.ID) || evs[2].Message.Text != "二" {
		t.Fatalf("heard %+v", evs)
	}
	silent := s.server.Group("第5网格")
	later := silent.MigrateSilently()
	_, err := s.send(silent, grid.Outgoing{Text: "办好了"})
	if u := undelivered(t, err); u.State != grid.Waiting || u.After > 5*time.Second {
		t.Errorf("a post to a group that moved is %+v, want it said soon", u)
	}
	if ev := s.heard(4)[3]; ev.Kind != grid.EventMoved || ev.Moved != fmt.Sprint(later.ID) {
		t.Errorf("heard %+v", ev)
	}
}

func TestNothingIsLostWhenTheStoreDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for name, hook := range map[string]bool{"fetching": false, "by webhook": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, telegramtest.Options{Retry: 20 * time.Millisecond})
			if hook {
				s.opt.Webhook = newHook(t)
			}
			calls := 0
			s.ears.failing(func() error { // every second time
				if calls++; calls%2 == 1 {
					return errors.New("the disk is full")
				}
				return nil
			})
			s.start()
			fang := s.server.Person("王芳")
			for i := range 10 {
				s.group.Say(fang, fmt.Sprint(i))
			}
			for i, ev := range s.heard(10) {
				if ev.Message.Text != fmt.Sprint(i) {
					t.Errorf("message %d is heard as %q", i, ev.Message.Text)
				}
			}
		})
	}
}

func TestAServerThatForgetsItsIdsIsFollowed(t *testing.T) {
	t.Parallel()
	s := newSite(t, telegramtest.Options{})
	stop := s.start()
	fang := s.server.Person("王芳")
	s.group.Say(fang, "去年")
	s.heard(1)
	stop()
	s.server.Skip(1000) // after a week of silence ids begin anywhere
	s.group.Say(fang, "今年")
	s.start()
	if evs := s.heard(2); evs[1].Message.Text != "今年" {
		t.Errorf("heard %+v", evs)
	}
}

func TestTheBotsAccountAndSlashesMeanItsName(t *testing.T) {
	t.Parallel()
	s := newSite(t, telegramtest.Options{Username: "youshi_bot"})
	s.start()
	fang := s.server.Person("王芳")
	private := s.server.Private(fang)
	for said, want := range map[string]string{
		"@youshi_bot 查 12": "@小格 查 12", "@Youshi_Bot 帮助": "@小格 帮助", "/help@youshi_bot": "@小格 帮助",
		"/help@other_bot": "/help@other_bot", "@youshi_bot2 查": "@youshi_bot2 查", "/show 12": "@小格 查 12", "请看 /help": "请看 /help",
	} {
		s.group.Say(fang, said)
		evs := s.heard(len(s.ears.events()) + 1)
		if got := evs[len(evs)-1].Message.Text; got != want {
			t.Errorf("%q is heard as %q, want %q", said, got, want)
		}
	}
	for said, want := range map[string]string{"/start": "帮助", "/start K7M2": "绑定 K7M2", "查 12": "查 12"} {
		private.Say(fang, said)
		evs := s.heard(len(s.ears.events()) + 1)
		if ev := evs[len(evs)-1]; ev.Message.Text != want || ev.Native.Kind != grid.PrivateChat {
			t.Errorf("%q alone is heard as %q in %+v, want %q", said, ev.Message.Text, ev.Native, want)
		}
	}
	if _, ok := s.ch.PrivateChat(grid.Identity{Channel: telegram.ID, ID: fmt.Sprint(fang.ID)}); !ok {
		t.Error("whoever spoke in private cannot be reached there")
	}
}
