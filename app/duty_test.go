package app

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"youshi/grid"
	"youshi/reports"
	"youshi/storage"
	"youshi/storage/bolt"
)

// onDuty is grid1 whose store is looked through when the test ends: every ticket
// must be the fold of its journal.
func onDuty(t *testing.T) *visitor {
	t.Helper()
	return onDutyFrom(t, filepath.Join(t.TempDir(), "duty.db"), monday)
}

// onDutyFrom is onDuty at another time, with a store that may be there already.
func onDutyFrom(t *testing.T, db string, start time.Time) *visitor {
	t.Helper()
	var s *visitor
	t.Cleanup(func() {
		s.stop()
		store, err := bolt.Open(context.Background(), db, bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		err = store.View(context.Background(), grid.CommunityID(demoCommunity), func(tx storage.Tx) error {
			wrong, err := reports.Audit(tx)
			for _, w := range wrong {
				t.Error(w)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	s = grid1From(t, db, start)
	return s
}

// opened reports a broken lift and has it confirmed.
func (s *visitor) opened() {
	s.t.Helper()
	s.say("g1", "张大妈", brokenLift)
	s.push("1s")
	s.say("staff:g1", "李敏", "确认 1")
	s.push("1s")
}

// private is the private chat with somebody, as the API names it.
func (s *visitor) private(name string) string { return "private:" + name }

// heardBy gives what was said to a chat after a place, as one text.
func (s *visitor) heardBy(to string, since int) string {
	s.t.Helper()
	var out []string
	for _, p := range s.said(since) {
		if p.To == to {
			out = append(out, p.Text)
		}
	}
	return strings.Join(out, "\n")
}

func (s *visitor) hears(to string, since int, parts ...string) {
	s.t.Helper()
	got := s.heardBy(to, since)
	for _, part := range parts {
		if !strings.Contains(got, part) {
			s.t.Errorf("%s did not hear %q but:\n%s", to, part, got)
		}
	}
}

// is compares what a ticket shows.
func (s *visitor) is(no int, want ask) {
	s.t.Helper()
	tk := s.ticket(no)
	for key, v := range want {
		if tk[key] != v {
			s.t.Errorf("ticket %d: %s is %v, want %v", no, key, tk[key], v)
		}
	}
}

// steps are the wants of a ticket's journal.
func (s *visitor) steps(no int) []string {
	s.t.Helper()
	var out []string
	for _, e := range s.ticket(no)["journal"].([]any) {
		out = append(out, e.(map[string]any)["want"].(string))
	}
	return out
}

func TestAWhistleWithASilentUnitIsCarriedToItsEnd(t *testing.T) {
	s := onDuty(t)
	s.person("市政", "unit", "g1")
	s.person("城管", "unit", "g1")
	s.opened()
	seq := s.last()
	s.say("staff:g1", "李敏", "吹哨 1 市政 城管：电梯井进水")
	s.push("1s")
	for _, unit := range []string{"市政", "城管"} {
		s.hears(s.private(unit), seq, "请"+unit+"到场", "3号楼2单元", "电梯井进水", "市政牵头", "12:00", "报到 1")
	}
	s.is(1, ask{"status": "assigned", "assignee": "市政"})
	s.say(s.private("市政"), "市政", "报到 1")
	seq = s.last()
	s.push("2h")
	for _, to := range []string{"staff:g1", s.private("李敏"), s.private("王书记")} {
		s.hears(to, seq, "吹哨未报到", "城管没有在")
	}
	s.say(s.private("市政"), "市政", "办结 1 抽干了水")
	s.push("1s")
	s.is(1, ask{"status": "working"})
	s.say(s.private("城管"), "城管", "办结 1 堵了口子")
	s.say("staff:g1", "李敏", "办结 1 都好了")
	s.push("1s")
	s.is(1, ask{"status": "working"})
	s.say(s.private("市政"), "市政", "办结 1 抽干了水")
	s.push("1s")
	s.is(1, ask{"status": "resolved"})
	for _, u := range s.ticket(1)["units"].([]any) {
		unit := u.(map[string]any)
		if lead := unit["unit"] == "市政"; unit["lead"] != lead || unit["silent"] == lead || unit["ended"] == nil {
			t.Errorf("the unit shows as %v", unit)
		}
	}
	got := strings.Join(s.steps(1), " ")
	if !strings.Contains(got, "whistle report_in silent resolve resolve poll") {
		t.Errorf("the journal is %s", got)
	}
}

func TestAWorkerOnLeaveHasADeputyWhoHasTheMatters(t *testing.T) {
	s := onDuty(t)
	s.person("陈晨", "grid_worker", "g2")
	s.opened()
	seq := s.last()
	s.say(s.private("李敏"), "李敏", "请假 2天 代班 @陈晨")
	s.push("1s")
	s.hears(s.private("李敏"), seq, "请假2天", "陈晨代班", "1件")
	s.hears(s.private("陈晨"), seq, "李敏请假", "请您代班")
	s.hears("staff:g1", seq, "李敏请假", "从李敏转给您")
	s.is(1, ask{"assignee": "陈晨", "status": "assigned"})
	s.say("g1", "李大爷", "5号楼门口垃圾三天没人清了，臭死了")
	s.push("1s")
	s.say("staff:g1", "陈晨", "确认 2")
	s.push("1s")
	s.is(2, ask{"assignee": "陈晨", "status": "open"})
	s.push("50h")
	s.is(1, ask{"assignee": "李敏"})
	s.is(2, ask{"assignee": "李敏"})
	s.say("g1", "李大爷", "9号楼地下室漏水，水都漫到走廊了")
	s.push("1s")
	s.say("staff:g1", "陈晨", "确认 3")
	s.push("1s")
	s.is(3, ask{"status": "proposed"})
}

func TestAWorkerReplacedMidwayLeavesNoMatterBehind(t *testing.T) {
	for name, order := range map[string][]ask{
		"the old one leaves first": {{"name": "李敏", "role": "resident", "group": "g1"}, {"name": "陈晨", "role": "grid_worker", "group": "g1"}},
		"the new one comes first":  {{"name": "陈晨", "role": "grid_worker", "group": "g1"}, {"name": "李敏", "role": "resident", "group": "g1"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := onDuty(t)
			s.opened()
			s.say("staff:g1", "李敏", "进展 1 联系了维保")
			s.push("1s")
			for _, p := range order {
				s.must("POST", "/api/people", p)
			}
			s.is(1, ask{"assignee": "陈晨", "status": "assigned"})
			s.push("1s")
			s.hears("staff:g1", 0, "转给您")
			s.say("staff:g1", "李敏", "办结 1 好了")
			s.push("1s")
			s.is(1, ask{"status": "assigned"})
			s.say("staff:g1", "陈晨", "办结 1 好了")
			s.push("1s")
			s.is(1, ask{"status": "resolved", "assignee": "陈晨"})
		})
	}
}

func TestTwoWorkersPressConfirmAtOnce(t *testing.T) {
	s := onDuty(t)
	s.person("陈晨", "grid_worker", "g1")
	s.say("g1", "张大妈", brokenLift)
	card := s.await(0, kindIs("confirm", "staff:g1"))
	seq := s.last()
	var pressed sync.WaitGroup
	for _, who := range []string{"李敏", "陈晨"} {
		pressed.Go(func() { s.call("POST", "/api/press", ask{"post": card.ID, "from": who, "button": "确认"}) })
	}
	pressed.Wait()
	s.push("1s")
	s.is(1, ask{"status": "open"})
	if n := len(slices.DeleteFunc(s.steps(1), func(w string) bool { return w != "confirm" })); n != 1 {
		t.Errorf("confirmed %d times", n)
	}
	refused := 0
	for _, p := range s.said(seq) {
		if p.Kind == "refusal" {
			refused++
		}
	}
	if refused != 1 {
		t.Errorf("%d were told that it is not possible now", refused)
	}
}

func TestTheCardSendsThePropertyCompanyAndUnsignedItGoesToTheNext(t *testing.T) {
	s := onDuty(t)
	s.person("物业甲", "property", "g1")
	s.say("g1", "张大妈", brokenLift)
	card := s.await(0, kindIs("confirm", "staff:g1"))
	if !slices.Contains(card.Buttons, "派单 @物业甲") || !strings.Contains(card.Text, "物业甲（手上0件") {
		t.Fatalf("the card proposes nobody: %q %v", card.Text, card.Buttons)
	}
	s.must("POST", "/api/press", ask{"post": card.ID, "from": "李敏", "button": "派单 @物业甲"})
	s.push("1s")
	s.is(1, ask{"status": "assigned", "assignee": "物业甲"})
	s.hears(s.private("物业甲"), 0, "派给您", "3号楼2单元", "签收 1")
	s.person("物业乙", "property", "g1")
	s.push("2h1m")
	s.is(1, ask{"assignee": "物业乙"})
	s.hears(s.private("物业乙"), 0, "从物业甲转给您")
}

func TestWhatIsReportedUpClimbsBySilenceAndByRefusal(t *testing.T) {
	s := onDuty(t)
	s.person("赵主任", "subdistrict", "g1")
	s.person("钱科长", "district", "g1")
	s.opened()
	s.say("staff:g1", "李敏", "上报 1 要协调")
	s.push("1s")
	s.is(1, ask{"level": "community"})
	s.push("2h1m")
	s.is(1, ask{"level": "subdistrict"})
	who := s.ticket(1)["assignee"].(string)
	s.say(s.private(who), who, "退回 1 不归街道管")
	s.push("1s")
	s.is(1, ask{"level": "district", "status": "assigned"})
}
