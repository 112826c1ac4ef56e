package app

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"youshi/config"
)

// monday is a working day, at ten.
var monday = time.Date(2026, 11, 9, 10, 0, 0, 0, config.Default().Timezone)

const brokenLift = "3号楼2单元的电梯又坏了，老人下不了楼，谁来修修"

// grid1 is a demo with one grid, one worker and one secretary of its own.
func grid1(t *testing.T, db string) *visitor { return grid1From(t, db, monday) }

// grid1From is grid1 at another time.
func grid1From(t *testing.T, db string, start time.Time) *visitor {
	s := visit(t, DemoOptions{Transcript: "none", Start: start, DB: db})
	s.person("李敏", "grid_worker", "g1")
	s.person("王书记", "secretary", "g1")
	return s
}

func TestAMatterIsCarriedFromTheReportToTheSummary(t *testing.T) {
	s := grid1(t, "")
	var before struct{ Now time.Time }
	s.read("/api/clock", &before)
	id := s.say("g1", "张大妈", brokenLift)
	ack := s.await(0, kindIs("ack", "group:g1"))
	if took := ack.At.Sub(before.Now); took > 5*time.Second {
		t.Errorf("the first answer came after %s", took)
	}
	if ack.ReplyTo == nil || *ack.ReplyTo != id || ack.Ticket == nil {
		t.Fatalf("the first answer does not quote the report: %+v", ack)
	}
	no := *ack.Ticket
	card := s.await(0, kindIs("confirm", "staff:g1"))

	s.say("g1", "李大爷", fmt.Sprintf("确认 %d", no))
	s.await(0, kindIs("refusal", "group:g1"))
	if tk := s.ticket(no); tk["status"] != "proposed" || len(tk["journal"].([]any)) != 1 {
		t.Errorf("a resident's 确认 changed the ticket: %v", tk)
	}

	s.must("POST", "/api/press", ask{"post": card.ID, "from": "李敏", "button": "确认"})
	s.await(ack.Seq, kindIs("answer", "staff:g1"))
	if tk := s.ticket(no); tk["status"] != "open" || tk["assignee"] != "李敏" {
		t.Fatalf("after the worker's 确认 the ticket is %v of %v", tk["status"], tk["assignee"])
	}
	s.say("g1", "陈小燕", fmt.Sprintf("附议 %d", no))
	s.say("staff:g1", "李敏", fmt.Sprintf("办结 %d 换了接触器，恢复运行", no))
	s.await(ack.Seq, kindIs("result", "group:g1"))
	s.push("1m")
	asked := map[string]bool{}
	for _, p := range s.said(0) {
		if p.Kind == "poll" {
			asked[p.To] = true
		}
	}
	if len(asked) != 2 || !asked["private:张大妈"] || !asked["private:陈小燕"] {
		t.Errorf("asked for a judgement: %v", asked)
	}
	s.say("private:张大妈", "张大妈", "不满意 没修好")
	s.push("1m")
	if tk := s.ticket(no); tk["round"] != 1.0 || tk["status"] != "working" {
		t.Errorf("after the reporter's no: round %v, %v", tk["round"], tk["status"])
	}
	seq := s.last()
	s.say("g1", "王书记", "@小格 本周小结")
	s.await(seq, kindIs("summary", ""))
	s.say("g1", "李大爷", "@小格 本周小结")
	s.await(seq, kindIs("refusal", "group:g1"))
}

func TestTwoDaysPushedBringRemindersAndOneLevelUpInOrderAndNoneAtNight(t *testing.T) {
	s := grid1(t, "")
	s.say("g1", "张大妈", brokenLift)
	no := *s.await(0, kindIs("ack", "group:g1")).Ticket
	s.push("48h")
	var last time.Time
	seen := map[string]bool{}
	reminders, up := 0, 0
	for _, p := range s.said(0) {
		if p.At.Before(last) {
			t.Errorf("%s was said at %s, after %s", p.Kind, p.At, last)
		}
		last = p.At
		if p.Kind != "reminder" && p.Kind != "escalation" {
			continue
		}
		if h := p.At.Hour(); h >= 22 || h < 7 {
			t.Errorf("%s at night: %s", p.Kind, p.At)
		}
		if key := p.To + p.At.String() + p.Text; seen[key] {
			t.Errorf("said twice: %s", p.Text)
		} else {
			seen[key] = true
		}
		if p.Kind == "reminder" && p.Ticket != nil && *p.Ticket == no {
			reminders++
		}
		if p.Kind == "escalation" && p.To == "private:王书记" {
			up++
		}
	}
	if reminders < 3 || up != 1 {
		t.Errorf("%d reminders and %d notices one level up in two days", reminders, up)
		for _, p := range s.said(0) {
			t.Logf("%s %s %s %q", p.At.Format("02 15:04"), p.To, p.Kind, p.Text)
		}
	}
}

func TestADemoThatIsStartedAgainGoesOnWhereItWas(t *testing.T) {
	db := filepath.Join(t.TempDir(), "demo.db")
	s := grid1(t, db)
	s.say("g1", "张大妈", brokenLift)
	no := *s.await(0, kindIs("ack", "group:g1")).Ticket
	was := s.push("26h")
	before := s.said(0)
	s.stop()

	_, err := openDemo(t.Context(), DemoOptions{Transcript: "none", Start: monday, DB: db, Config: config.Default()})
	if err == nil || !strings.Contains(err.Error(), "cannot start before") {
		t.Fatalf("a start before the store's last event: %v", err)
	}
	s = visit(t, DemoOptions{Transcript: "none", Start: was.Add(3 * time.Hour), DB: db})
	s.push("1m")
	if tk := s.ticket(no); tk["status"] != "proposed" {
		t.Errorf("the ticket is %v", tk["status"])
	}
	after := s.said(0)
	if len(after) < len(before) {
		t.Fatalf("%d posts before, %d after", len(before), len(after))
	}
	for i, p := range before {
		if after[i].ID != p.ID || after[i].Text != p.Text {
			t.Errorf("post %d changed: %+v, %+v", i, p, after[i])
		}
	}
}

func TestTheRecordedDayPlaysByItselfAndByNext(t *testing.T) {
	s := visit(t, DemoOptions{})
	s.must("POST", "/api/demo", ask{"play": false})
	at := s.must("GET", "/api/demo", nil)
	for range 3 {
		s.must("POST", "/api/demo", ask{"next": true})
	}
	now := s.must("GET", "/api/demo", nil)
	if now["line"].(float64) != at["line"].(float64)+3 || now["playing"] != false {
		t.Errorf("three lines on from %v: %v", at, now)
	}
	s.push("3h") // over the first reports of the day
	if tickets := s.must("GET", "/api/tickets", nil)["tickets"].([]any); len(tickets) == 0 {
		t.Error("the morning of the recorded day opened no ticket")
	}
}
