package local

import (
	"testing"

	"youshi/grid"
)

func TestALaneKeepsWhichMatterEachMessageIsOf(t *testing.T) {
	l := NewLane("小格")
	say := func(from, text string, minute int, in grid.Intent) grid.TicketNo {
		h := Heard{Message: said(from, text, minute)}
		h.ID = grid.MessageID(text)
		return l.Take(h, in)
	}
	report := grid.Intent{Kind: grid.Report, Summary: "灯坏了"}
	if no := say("张", "灯坏了", 0, report); no != 1 {
		t.Errorf("the first report went to %d", no)
	}
	if no := say("李", "吃了没", 1, grid.Intent{Kind: grid.Chatter}); no != 0 {
		t.Errorf("talk went to %d", no)
	}
	picture := Heard{Message: said("王", "", 2)}
	picture.ID = "picture"
	l.Take(picture, grid.Intent{Kind: grid.Chatter})
	if no := say("王", "垃圾没人收", 3, grid.Intent{Kind: grid.Report, Link: grid.Link{Earlier: []grid.MessageID{"picture"}}}); no != 2 {
		t.Errorf("another report went to %d", no)
	}
	if no := say("赵", "我家也黑", 4, grid.Intent{Kind: grid.FollowUp, Link: grid.Link{Ticket: 1}}); no != 1 {
		t.Errorf("a follow-up went to %d", no)
	}
	quoting := Heard{Message: said("孙", "收到", 5)}
	quoting.ReplyTo = "我家也黑"
	s := l.Scene(quoting)
	if s.Quoted == nil || s.Quoted.Ticket != 1 || len(s.Open) != 2 || len(s.Open[0].Messages) != 2 || s.Recent[2].Ticket != 2 {
		t.Errorf("the scene: %+v", s)
	}
}
