package app

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"youshi/config"
)

// moment reads a time as the site's clocks show it.
func moment(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, config.Default().Timezone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// until pushes the clock to a time.
func (s *visitor) until(at time.Time) {
	s.t.Helper()
	s.must("POST", "/api/clock", ask{"to": at.Format(time.RFC3339)})
}

// due checks a ticket's deadline and the words that say why.
func (s *visitor) due(no int, at time.Time, why ...string) {
	s.t.Helper()
	tk := s.ticket(no)
	if got, _ := tk["due"].(string); got != at.Format(time.RFC3339) {
		s.t.Errorf("ticket %d is due %v, want %s", no, tk["due"], at.Format(time.RFC3339))
	}
	for _, w := range why {
		if got, _ := tk["due_because"].(string); !strings.Contains(got, w) {
			s.t.Errorf("ticket %d: %q does not say %q", no, got, w)
		}
	}
}

// between gives the posts said in [from, to) of some kinds (none: all).
func (s *visitor) between(from, to time.Time, kinds ...string) []said {
	s.t.Helper()
	var out []said
	for _, p := range s.said(0) {
		fits := len(kinds) == 0
		for _, k := range kinds {
			fits = fits || p.Kind == k
		}
		if fits && !p.At.Before(from) && p.At.Before(to) {
			out = append(out, p)
		}
	}
	return out
}

func TestADeadlineAcrossNationalDay(t *testing.T) {
	day := func(s string) time.Time { return moment(t, s) }
	s := onDutyFrom(t, filepath.Join(t.TempDir(), "d.db"), day("2025-09-27 18:00")) // a Saturday; the Sunday is worked
	s.say("g1", "张大妈", brokenLift)
	s.push("1s")
	s.due(1, day("2025-09-28 10:30"), "confirm: 2 service hours from Sun 08:30", "the 28th is a make-up day")
	s.until(day("2025-09-28 10:00"))
	s.say("staff:g1", "李敏", "确认 1")
	s.push("1s")
	s.due(1, day("2025-09-29 10:00"), "resolve: 1 working day")
	s.say("staff:g1", "李敏", "改类 1 待办")
	s.push("1s")
	s.due(1, day("2025-10-14 10:00"), "7 working days from Sun 28 Sep 10:00", "1–8 Oct are holidays", "the 11th is a make-up day")
	s.until(day("2025-10-08 23:59"))
	for _, p := range s.between(day("2025-10-01 00:00"), day("2025-10-08 23:59"), "reminder", "escalation", "digest") {
		t.Errorf("said in the holidays: %s %s %s", p.At, p.To, p.Text)
	}
	s.until(day("2025-10-09 16:00"))
	if n := len(s.between(day("2025-10-09 15:30"), day("2025-10-09 16:00"), "reminder")); n != 1 {
		t.Errorf("%d reminders at half of the clock, on the first day after the holidays", n)
	}
	s.say("staff:g1", "李敏", "待补充 1 是几号电梯")
	s.push("1s")
	s.is(1, ask{"status": "waiting", "due": nil, "due_because": nil})
	s.until(day("2025-10-11 13:00")) // 24 hours were left on the 9th at 16:00
	s.say("private:张大妈", "张大妈", "2单元东边那部")
	s.push("1s")
	s.say("staff:g1", "李敏", "进展 1 配件在路上")
	s.push("1s")
	s.due(1, day("2025-10-15 17:00"))
	s.until(day("2025-10-15 16:59"))
	if up := s.between(day("2025-10-11 13:00"), day("2025-10-15 17:00"), "escalation"); len(up) != 0 {
		t.Errorf("one level up was told too early: %+v", up)
	}
	s.until(day("2025-10-15 17:01"))
	if up := s.between(day("2025-10-15 17:00"), day("2025-10-15 17:01"), "escalation"); len(up) != 1 || up[0].To != "private:王书记" {
		t.Errorf("at the deadline: %+v", up)
	}
}

func TestANight(t *testing.T) {
	s := onDutyFrom(t, filepath.Join(t.TempDir(), "d.db"), moment(t, "2026-11-09 22:30"))
	dawn := moment(t, "2026-11-10 07:00")
	s.say("g1", "张大妈", brokenLift)
	s.push("30m")
	s.say("g1", "李大爷", "5号楼楼道一股煤气味，熏得人头晕，赶紧来人")
	s.push("1s")
	warned := s.await(0, kindIs("ack", "group:g1"))
	for _, part := range []string{"别点火", "119", "网格员", "社区书记"} {
		if !strings.Contains(warned.Text, part) {
			t.Errorf("the warning does not say %q: %s", part, warned.Text)
		}
	}
	s.say("g1", "张大妈", "@小格 我的")
	s.await(warned.Seq, kindIs("answer", "group:g1"))
	s.push("1h")
	for _, p := range s.said(0) {
		emergency := p.Ticket != nil && *p.Ticket == *warned.Ticket
		if !emergency && p.Kind != "answer" {
			t.Errorf("said at night: %s %s %s", p.At, p.Kind, p.Text)
		}
	}
	calls := 0
	for _, p := range s.said(0) {
		if p.Kind == "reminder" && p.To == "staff:g1" {
			calls++
		}
	}
	if calls < 5 {
		t.Errorf("an emergency that nobody answered was called to mind %d times in an hour", calls)
	}
	s.say("staff:g1", "李敏", fmt.Sprintf("确认 %d", *warned.Ticket))
	s.say("staff:g1", "李敏", fmt.Sprintf("办结 %d 阀门没关严，已关好通风", *warned.Ticket))
	over := s.await(warned.Seq, kindIs("result", "group:g1"))
	if !strings.Contains(over.Text, "险情解除") || !over.At.Before(dawn) {
		t.Errorf("that it is over: %s %s", over.At, over.Text)
	}
	s.until(dawn.Add(-time.Minute))
	was := s.last()
	s.until(dawn.Add(time.Minute))
	ack := s.await(was, kindIs("ack", "group:g1"))
	if ack.At.Before(dawn) {
		t.Errorf("the first answer came at %s", ack.At)
	}
}

func TestAReworkTwiceAndAnObjection(t *testing.T) {
	s := onDuty(t)
	s.opened()
	s.say("staff:g1", "李敏", "办结 1 换了接触器")
	s.push("1h")
	s.say("private:张大妈", "张大妈", "不满意 又停了")
	s.push("1s")
	s.is(1, ask{"status": "working", "round": 1.0, "level": "grid"})
	s.due(1, monday.Add(time.Hour+24*time.Hour), "resolve: 1 working day from Mon 11:00")
	s.say("staff:g1", "李敏", "办结 1 再换一次")
	s.push("1s")
	s.say("private:张大妈", "张大妈", "不满意 还是停")
	s.push("1s")
	s.is(1, ask{"status": "working", "round": 2.0, "level": "community"})
	s.hears("private:王书记", 0, "第2轮整改")
	s.say("private:王书记", "王书记", "办结 1 整机更换")
	s.push("1s")
	s.say("private:张大妈", "张大妈", "满意")
	s.push("71h")
	s.is(1, ask{"status": "resolved"})
	s.push("2h")
	s.is(1, ask{"status": "closed"})
	s.push("216h") // nine days
	s.say("private:张大妈", "张大妈", "评价 1 不满意 又坏了")
	s.push("1s")
	s.is(1, ask{"status": "working", "round": 3.0})
	s.say("private:王书记", "王书记", "办结 1 厂家重装")
	s.push("73h")
	s.is(1, ask{"status": "closed"})
	s.push("264h")
	was := s.last()
	s.say("private:张大妈", "张大妈", "评价 1 不满意 又坏了")
	s.await(was, kindIs("refusal", "private:张大妈"))
	s.is(1, ask{"status": "closed", "round": 3.0})
}

func TestAPollThatStrangersVoteIn(t *testing.T) {
	s := onDuty(t)
	s.opened()
	for _, who := range []string{"陈姐", "刘叔"} {
		s.say("g1", who, "附议 1")
	}
	s.say("staff:g1", "李敏", "办结 1 换了接触器")
	s.push("1s")
	was := s.last()
	card := s.await(0, func(p said) bool { return p.Kind == "poll" && p.To == "private:张大妈" })
	for _, who := range []string{"路人甲", "路人乙", "路人丙", "物业老马"} {
		s.say("g1", who, "评价 1 不满意 太差")
		s.await(was, func(p said) bool { return p.Kind == "refusal" && strings.Contains(p.Text, who) })
		if status, _ := s.call("POST", "/api/press", ask{"post": card.ID, "from": who, "button": "不满意"}); status == 200 {
			s.push("1s")
		}
	}
	poll := func() map[string]any { return s.ticket(1)["poll"].(map[string]any) }
	if p := poll(); p["asked"] != 3.0 || p["unsatisfied"] != 0.0 {
		t.Errorf("strangers were counted: %v", p)
	}
	s.is(1, ask{"status": "resolved", "round": 0.0})
	s.say("private:张大妈", "张大妈", "满意")
	s.say("g1", "陈姐", "评价 1 不满意 太慢")
	s.say("g1", "刘叔", "评价 1 不满意 还晃")
	s.push("49h")
	if n := len(s.between(monday.Add(47*time.Hour), monday.Add(49*time.Hour), "poll")); n != 0 {
		t.Errorf("%d reminded although all have answered", n)
	}
	s.push("24h")
	s.is(1, ask{"status": "working", "round": 1.0})
}

func TestAPrivateMatterIsNowhereInAnyGroup(t *testing.T) {
	s := onDuty(t)
	s.person("街道老赵", "subdistrict", "g1")
	s.say("g1", "陈姐", "我老公又打我了，我不敢回家，3栋2单元602")
	s.push("1s")
	no := *s.await(0, kindIs("confirm", "staff:g1")).Ticket
	s.hears("private:陈姐", 0, "110", "12338", "网格员")
	s.push("11m")
	s.hears("private:王书记", 0, fmt.Sprint(no))
	s.say("g1", "李敏", fmt.Sprintf("确认 %d", no))
	s.say("g1", "邻居", fmt.Sprintf("查 %d", no))
	s.say("g1", "邻居", fmt.Sprintf("附议 %d", no))
	s.push("25m")
	s.hears("private:王书记", 0, "请马上过问")
	s.say("staff:g1", "李敏", fmt.Sprintf("进展 %d 民警到场", no))
	s.say("staff:g1", "李敏", fmt.Sprintf("办结 %d", no))
	s.push("1s")
	s.hears("staff:g1", 0, "还差结果")
	s.is(no, ask{"status": "working"})
	s.say("staff:g1", "李敏", fmt.Sprintf("办结 %d 人已安全，送到娘家", no))
	s.push("1s")
	s.say("private:陈姐", "陈姐", "满意")
	s.say("g1", "王书记", "@小格 本周小结")
	s.push("80h")
	s.is(no, ask{"status": "closed", "private": true})
	secret := []string{"陈姐", "602", "3栋", "老公", "打我", "娘家", fmt.Sprintf("%d号", no)}
	for _, p := range s.said(0) {
		for _, word := range secret {
			switch {
			case p.To == "private:陈姐" || p.To == "private:李敏":
			case strings.HasPrefix(p.To, "group:") && strings.Contains(p.Text, word):
				t.Errorf("the group reads %q: %s", word, p.Text)
			case p.Kind == "summary" && strings.Contains(p.Text, word):
				t.Errorf("the summary names %q: %s", word, p.Text)
			case p.To == "private:邻居" && strings.Contains(p.Text, word):
				t.Errorf("a neighbour reads %q: %s", word, p.Text)
			case (word == "老公" || word == "打我" || word == "娘家") && strings.Contains(p.Text, word):
				t.Errorf("%s reads %q: %s", p.To, word, p.Text)
			}
		}
	}
}

func TestAfterADarkWeekendThereIsOneListForEach(t *testing.T) {
	db := filepath.Join(t.TempDir(), "dark.db")
	s := visit(t, DemoOptions{Transcript: "none", Start: moment(t, "2026-11-13 16:00"), DB: db}) // a Friday
	s.person("李敏", "grid_worker", "g1")
	s.person("王书记", "secretary", "g1")
	for _, x := range [][2]string{{"甲", brokenLift}, {"乙", "北门口路灯不亮了，晚上黑乎乎的"}, {"丙", "7号楼前垃圾桶满了没人清"},
		{"丁", "地下车库顶上漏水，我的车都泡了，物业来看看"}, {"戊", "5号楼楼道堆满纸箱，过不去人"}} {
		s.say("g1", x[0], x[1])
		s.push("1m")
	}
	var all struct {
		Tickets []struct {
			Number  int
			Summary string
		}
	}
	s.read("/api/tickets", &all)
	if len(all.Tickets) != 5 {
		t.Fatalf("%d tickets of five reports: %v", len(all.Tickets), all)
	}
	s.push("5m")
	was := s.last()
	s.stop()

	s = onDutyFrom(t, db, moment(t, "2026-11-16 11:30"))
	s.push("3m")
	named := map[string]int{}
	for _, p := range s.said(was) {
		if p.Kind != "reminder" && p.Kind != "escalation" {
			continue
		}
		named[p.To+" "+p.Kind]++
		for _, x := range all.Tickets {
			if n := strings.Count(p.Text, fmt.Sprintf("，%d号 ", x.Number)); p.Kind == "reminder" && n > 1 {
				t.Errorf("%d is named %d times: %s", x.Number, n, p.Text)
			}
		}
	}
	for to, n := range named {
		if n > 1 {
			t.Errorf("%s: %d posts instead of one list", to, n)
		}
	}
	if named["staff:g1 reminder"] != 1 || named["private:王书记 escalation"] != 1 {
		t.Errorf("told: %v", named)
		for _, p := range s.said(was) {
			t.Logf("%s %s %s %q", p.At.Format("02 15:04"), p.To, p.Kind, p.Text)
		}
	}
	s.push("20h")
	if lists := s.between(moment(t, "2026-11-16 11:33"), moment(t, "2026-11-17 07:00"), "reminder", "escalation"); len(lists) != 0 {
		t.Errorf("and more the same day: %+v", lists)
	}
}

func TestTheBotIsAGoodNeighbour(t *testing.T) {
	s := onDuty(t)
	id := s.say("g1", "张大妈", brokenLift)
	ack := s.await(0, kindIs("ack", "group:g1"))
	for _, x := range [][2]string{{"张大妈", "谢谢小格"}, {"李大爷", "@小格 谢谢"}, {"李大爷", "辛苦了🌹"}, {"陈姐", "今天天气真好"}, {"陈姐", "@小格 你好"}} {
		s.say("g1", x[0], x[1])
	}
	s.push("1m")
	if more := s.heardBy("group:g1", ack.Seq); more != "" {
		t.Errorf("talk was answered: %s", more)
	}
	was := s.last()
	s.say("g1", "李敏", "@小格 确认")
	which := s.await(was, kindIs("answer", "group:g1"))
	if !strings.Contains(which.Text, "确认 1") || s.ticket(1)["status"] != "proposed" {
		t.Errorf("a step without a number: %s, the ticket is %v", which.Text, s.ticket(1)["status"])
	}
	s.say("g1", "李大爷", "@小格 确认")
	s.push("1m")
	if more := s.heardBy("group:g1", which.Seq); more != "" {
		t.Errorf("a resident's bare staff word was answered: %s", more)
	}

	// The worker answers by hand: the bot holds what it has to say of it for half an hour.
	s.say("staff:g1", "李敏", "确认 1")
	s.must("POST", "/api/say", ask{"group": "g1", "from": "李敏", "text": "维保下午两点到，大家先走楼梯", "reply_to": id})
	s.push("1m")
	was = s.last()
	s.say("staff:g1", "李敏", "办结 1 换了接触器")
	s.push("25m")
	if early := s.heardBy("group:g1", was); early != "" {
		t.Errorf("said although a person was answering: %s", early)
	}
	s.push("10m")
	s.hears("group:g1", was, "换了接触器")
}
