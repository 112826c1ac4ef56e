package app

import (
	"fmt"
	"strings"
	"testing"
)

func TestAcceptanceAJudgementIsChangedByPlainWords(t *testing.T) {
	s := grid1(t, "")
	s.say("g1", "张大妈", brokenLift)
	no := *s.await(0, kindIs("ack", "group:g1")).Ticket
	s.say("staff:g1", "李敏", fmt.Sprintf("确认 %d", no))
	s.say("g1", "陈小燕", fmt.Sprintf("附议 %d", no))
	s.say("staff:g1", "李敏", fmt.Sprintf("办结 %d 换了接触器", no))
	s.push("1s")
	s.say("private:陈小燕", "陈小燕", "满意")
	s.push("1s")
	s.say("private:陈小燕", "陈小燕", "不满意 太慢")
	s.push("1s")
	if poll := s.ticket(no)["poll"].(map[string]any); poll["unsatisfied"] != 1.0 || poll["satisfied"] != 0.0 {
		t.Errorf("the changed answer does not count: %v", poll)
	}
}

func TestAcceptanceAnEditThatTellsOfDangerIsAnEmergency(t *testing.T) {
	s := grid1(t, "")
	id := s.say("g1", "张大妈", "6号楼1单元门禁坏了，谁来修修")
	ack := s.await(0, kindIs("ack", "group:g1"))
	s.must("POST", "/api/edit", ask{"id": id, "from": "张大妈", "text": "我老公又打我了，我不敢回家，6号楼1单元"})
	s.push("1s")
	tk := s.ticket(*ack.Ticket)
	if tk["private"] != true || tk["urgency"] != "emergency" {
		t.Errorf("private %v, urgency %v", tk["private"], tk["urgency"])
	}
	s.await(ack.Seq, kindIs("answer", "private:张大妈"))
	s.await(ack.Seq, kindIs("escalation", "private:王书记"))
}

func TestAcceptanceANeighbourNeverJoinsAPrivateMatter(t *testing.T) {
	s := grid1(t, "")
	id := s.say("g1", "陈姐", "我老公又打我了，我不敢回家，3栋2单元")
	no := *s.await(0, kindIs("confirm", "staff:g1")).Ticket
	s.must("POST", "/api/say", ask{"group": "g1", "from": "邻居", "text": "+1", "reply_to": id})
	s.say("staff:g1", "李敏", fmt.Sprintf("确认 %d", no))
	s.say("staff:g1", "李敏", fmt.Sprintf("办结 %d 已送她去娘家", no))
	s.push("1s")
	if n := s.ticket(no)["supporters"]; n != 0.0 {
		t.Errorf("%v neighbours joined", n)
	}
	for _, p := range s.said(0) {
		if p.To == "private:邻居" || strings.HasPrefix(p.To, "group:") {
			t.Errorf("said to %s: %s", p.To, p.Text)
		}
	}
}
