package bot_test

import (
	"testing"
	"time"

	"youshi/bot"
	"youshi/grid"
	"youshi/storage"
)

func TestQuotesThatCameAsTextNameWhatTheyAnswer(t *testing.T) {
	const dashes = "\n- - - - - - - - - - - - - - -\n"
	for name, c := range map[string]struct {
		text, want string
		to         grid.MessageID
	}{
		"a neighbour's line":           {"「张三：3号楼的灯坏了」" + dashes + "我家也是", "我家也是", "m1"},
		"a line with a break in it":    {"「李四：地址:\n5号楼」" + dashes + "知道了", "知道了", "m2"},
		"a picture":                    {"「张三：[图片]」" + dashes + "这是哪里", "这是哪里", "m3"},
		"the bot's post, with more":    {"「小格：@张三 「3号楼的灯」\n12号办好了，请评价」" + dashes + "满意", "满意", "post-1"},
		"an answer of several lines":   {"「张三：3号楼的灯坏了」" + dashes + "第一\n第二", "第一\n第二", "m1"},
		"something nobody said here":   {"「王五：明天停水」" + dashes + "真的吗", "「王五：明天停水」" + dashes + "真的吗", ""},
		"somebody who just likes 「」":   {"「通知：明天停水」请转告", "「通知：明天停水」请转告", ""},
		"a quote whose dashes are few": {"「张三：3号楼的灯坏了」\n- -\n好", "「张三：3号楼的灯坏了」\n- -\n好", ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := build(t, bot.MachineTime{})
			hear := h.ear.For(web)
			say := func(id string, m grid.Message) {
				m.ID, m.Sent = grid.MessageID(id), time.Now()
				ev := grid.Event{Kind: grid.EventMessage, Key: grid.EventKey{Channel: web, Chat: "g1", Message: id}, Message: m,
					Native:  grid.Chat{Channel: web, Native: "g1", Kind: grid.GroupChat},
					Speaker: grid.Speaker{Identity: grid.Identity{Channel: web, ID: "张三"}, Name: "张三"}}
				if err := hear(t.Context(), bot.Heard{Events: []grid.Event{ev}}); err != nil {
					t.Fatal(err)
				}
			}
			say("m1", grid.Message{Kind: grid.TextMessage, Text: "3号楼的灯坏了"})
			say("m2", grid.Message{Kind: grid.TextMessage, Text: "地址:\n5号楼"})
			say("m3", grid.Message{Kind: grid.ImageMessage})
			h.update(func(tx storage.Tx) error {
				o, err := tx.Outbox().Put(grid.Outgoing{To: "group:g1", Text: "12号办好了，请评价", Class: grid.ClassNotice, Written: time.Now()})
				if err != nil {
					return err
				}
				o.State, o.SentAt = grid.Sent, time.Now()
				_, err = tx.Outbox().Set(o)
				return err
			})
			say("m9", grid.Message{Kind: grid.TextMessage, Text: c.text})
			h.view(func(tx storage.Tx) error {
				got, err := tx.Messages().Get("m9")
				if got.Text != c.want || got.ReplyTo != c.to {
					t.Errorf("heard as %q answering %q, want %q answering %q", got.Text, got.ReplyTo, c.want, c.to)
				}
				return err
			})
		})
	}
}
