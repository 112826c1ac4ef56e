package intents_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"youshi/grid"
	"youshi/intents"
	"youshi/intents/local"
)

// shippedLinker weighs as the shipped model learnt to.
func shippedLinker(t *testing.T) intents.Linker {
	t.Helper()
	step, err := local.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return intents.Linker{Weights: step.Links()}
}

// A short day of a group, told by minutes after 08:00.
type line struct {
	min    int
	from   grid.PersonID
	text   string
	kind   grid.MessageKind
	intent grid.Intent
	ticket grid.TicketNo
}

var eight = time.Date(2026, 11, 10, 8, 0, 0, 0, time.UTC)

func at(min int) time.Time { return eight.Add(time.Duration(min) * time.Minute) }

func scene(matters []grid.Matter, lines ...line) grid.Scene {
	s := grid.Scene{Bot: "小格", Chat: grid.Chat{Kind: grid.GroupChat}, Role: grid.Resident, Open: matters}
	for i, l := range lines {
		if l.kind == "" {
			l.kind = grid.TextMessage
		}
		s.Recent = append(s.Recent, grid.Message{ID: grid.MessageID(rune('a' + i)), Chat: "g", From: l.from, Name: string(l.from), Sent: at(l.min), Kind: l.kind, Text: l.text,
			Intent: l.intent, Ticket: l.ticket})
	}
	return s
}

func matter(no grid.TicketNo, min int, by grid.PersonID, topic grid.Topic, place, summary string) grid.Matter {
	return grid.Matter{Ticket: grid.Ticket{No: no, Kind: grid.Report, Topic: topic, Category: grid.Immediate, Urgency: grid.Urgent, Reporter: by,
		Status: grid.Proposed, Heard: at(min), Opened: at(min), Messages: []grid.MessageID{"a"}}, SummaryText: summary, LocationText: place}
}

func heard(min int, from grid.PersonID, text string) grid.Message {
	return grid.Message{ID: "now", Chat: "g", From: from, Sent: at(min), Kind: grid.TextMessage, Text: text}
}

func TestLinker(t *testing.T) {
	linker := shippedLinker(t)
	report := grid.Intent{Kind: grid.Report, Topic: "facilities", Confidence: 0.8}
	follow := grid.Intent{Kind: grid.FollowUp, Confidence: 0.8}
	chat := grid.Intent{Kind: grid.Chatter, Confidence: 0.8}
	light := matter(1, 0, "张", "facilities", "3栋2单元", "3栋2单元楼道灯全不亮")
	water := matter(2, 0, "张", "water_power_gas", "6栋", "6栋停水了")
	lit := line{0, "张", "3栋2单元楼道灯全不亮", "", report, 1}
	picture := func(m grid.Message) grid.Message { m.Kind, m.Text = grid.ImageMessage, ""; return m }
	private := light
	private.Private = true
	byStaff := scene([]grid.Matter{light}, lit)
	byStaff.Role = grid.GridWorker
	waiting := light
	waiting.Poll = nil

	for name, c := range map[string]struct {
		s    grid.Scene
		m    grid.Message
		in   grid.Intent
		want grid.Link
	}{
		"a first report stays by itself": {scene(nil), heard(0, "张", "3栋灯坏了"), report, grid.Link{}},
		"a picture after one's report is part of it": {scene([]grid.Matter{light}, lit), picture(heard(2, "张", "")), chat,
			grid.Link{Ticket: 1, PartOf: "a", Why: "part"}},
		"another's picture is not": {scene([]grid.Matter{light}, lit), picture(heard(2, "李", "")), chat, grid.Link{}},
		"the place a minute later is part of it": {scene([]grid.Matter{matter(1, 0, "张", "facilities", "", "楼道灯全不亮")}, line{0, "张", "楼道灯全不亮", "", report, 1}),
			heard(1, "张", "3栋2单元"), chat, grid.Link{Ticket: 1, PartOf: "a", Why: "part"}},
		"more of a report that is no ticket yet": {scene(nil, line{0, "张", "楼道灯全不亮", "", report, 0}), heard(1, "张", "灯罩也掉下来了"), report,
			grid.Link{PartOf: "a", Why: "part"}},
		"one's report of another building is its own": {scene([]grid.Matter{light}, lit), heard(1, "张", "5栋的灯也坏了"), report, grid.Link{}},
		"one's report an hour later is its own":       {scene([]grid.Matter{light}, lit), heard(70, "张", "东门道闸坏了"), report, grid.Link{}},
		"words explain one's picture sent before": {scene(nil, line{0, "张", "", grid.ImageMessage, chat, 0}, line{1, "李", "啥啊", "", chat, 0}),
			heard(5, "张", "3栋楼道灯全不亮"), report, grid.Link{Earlier: []grid.MessageID{"a"}, Why: "words for a picture"}},
		"words do not explain another's picture": {scene(nil, line{0, "李", "", grid.ImageMessage, chat, 0}), heard(5, "张", "3栋楼道灯全不亮"), report, grid.Link{}},
		"me too, right after": {scene([]grid.Matter{light}, lit), heard(1, "李", "+1"), follow,
			grid.Link{Ticket: 1, MeToo: true, Why: "me too"}},
		"me too after a group buy is none": {scene([]grid.Matter{light}, lit, line{1, "王", "车厘子接龙 一箱起", "", chat, 0}), heard(2, "李", "+1"), follow, grid.Link{}},
		"me too a day later is none":       {scene([]grid.Matter{light}, lit), heard(1500, "李", "+1"), follow, grid.Link{}},
		"a neighbour without water too": {scene([]grid.Matter{light, water}, lit, line{0, "张", "6栋停水了", "", report, 2}), heard(10, "李", "我家也没水，6栋的"), follow,
			grid.Link{Ticket: 2, MeToo: true, Why: "me too"}},
		"another's words for the same place and fault": {scene([]grid.Matter{light}, lit), heard(20, "李", "3栋2单元楼道灯怎么全不亮啊"), report,
			grid.Link{Ticket: 1, Why: "the same again"}},
		"another topic in the same place is its own": {scene([]grid.Matter{light}, lit), heard(200, "李", "3栋2单元楼道有人打架"), grid.Intent{Kind: grid.Report, Topic: "security_fire", Confidence: 0.8}, grid.Link{}},
		"the same fault in another unit is its own":  {scene([]grid.Matter{light}, lit), heard(20, "李", "3栋1单元楼道灯全不亮"), report, grid.Link{}},
		"a cut next door is the cut that is open":    {scene([]grid.Matter{light, water}, lit, line{0, "王", "6栋停水了", "", report, 2}), heard(90, "李", "9栋停水了怎么回事"), grid.Intent{Kind: grid.Report, Topic: "water_power_gas", Confidence: 0.8}, grid.Link{Ticket: 2, Why: "same outage"}},
		"power gone is not the water that is":        {scene([]grid.Matter{water}, line{0, "王", "6栋停水了", "", report, 2}), heard(90, "李", "9栋停电了怎么回事"), grid.Intent{Kind: grid.Report, Topic: "water_power_gas", Confidence: 0.8}, grid.Link{}},
		"another fault in the same place is its own": {scene([]grid.Matter{light}, lit), heard(200, "李", "3栋2单元门口有一堆垃圾"), grid.Intent{Kind: grid.Report, Topic: "sanitation", Confidence: 0.8}, grid.Link{}},
		"a worker's answer to what is talked about":  {byStaff, heard(5, "党", "马上过去"), follow, grid.Link{Ticket: 1, Why: "being talked about"}},
		"of two matters an answer goes to the last": {scene([]grid.Matter{light, water}, lit, line{1, "王", "停水了", "", report, 2}), heard(5, "党", "马上过去"), follow,
			grid.Link{Ticket: 2, Why: "being talked about"}},
		"a worker who names the reporter": {scene([]grid.Matter{light, water}, lit, line{1, "王", "停水了", "", report, 2}), heard(5, "党", "@张 马上过去"), follow,
			grid.Link{Ticket: 1, Why: "reporter named"}},
		"a report that an emergency is here does not vanish in a lesser matter": {scene([]grid.Matter{light}, lit), heard(5, "李", "3栋2单元楼道灯冒火了全是烟"),
			grid.Intent{Kind: grid.Report, Urgency: grid.Emergency, Topic: "facilities"}, grid.Link{}},
		"a sensitive message does not join what all can read": {scene([]grid.Matter{light}, lit), heard(5, "李", "3栋2单元楼道灯不亮那家又打人了"),
			grid.Intent{Kind: grid.Report, Sensitive: true}, grid.Link{}},
		"talk in the same breath is part of it":        {scene([]grid.Matter{light}, lit), heard(1, "张", "从早上五点就开始了"), chat, grid.Link{Ticket: 1, PartOf: "a", Why: "part"}},
		"another matter in the same breath is its own": {scene([]grid.Matter{light}, lit), heard(1, "张", "另外车棚门也锁不上了"), report, grid.Link{}},
		"talk under a report is talk":                  {scene([]grid.Matter{light}, lit), heard(1, "李", "我还以为眼花了"), chat, grid.Link{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, _, _ := linker.Link(c.m, c.in, c.s)
			if got.Ticket != c.want.Ticket || got.PartOf != c.want.PartOf || got.MeToo != c.want.MeToo || got.Why != c.want.Why || !slices.Equal(got.Earlier, c.want.Earlier) {
				t.Errorf("Link(%q) = %+v; want %+v", c.m.Text, got, c.want)
			}
		})
	}
}

// What local model and Linker make of words together.
func TestAnothersReportOfWhatIsKnownGoesOnWithIt(t *testing.T) {
	step, err := local.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	rules, err := intents.LoadRules(nil)
	if err != nil {
		t.Fatal(err)
	}
	chain := intents.Chain{Steps: []intents.Step{rules, step}, Linker: intents.Linker{Weights: step.Links()}}
	light := matter(1, 0, "张", "facilities", "3栋2单元", "3栋2单元楼道灯全不亮")
	lit := line{0, "张", "3栋2单元楼道灯全不亮", "", grid.Intent{Kind: grid.Report, Topic: "facilities", Confidence: 0.8}, 1}
	for text, want := range map[string]struct {
		kind   grid.Kind
		ticket grid.TicketNo
	}{
		"3栋2单元楼道灯怎么全不亮啊":    {grid.FollowUp, 1},
		"5栋1单元的下水道堵了，臭水冒出来": {grid.Report, 0},
		"晚上吃火锅去不去":          {grid.Chatter, 0},
	} {
		in := chain.Think(context.Background(), heard(20, "李", text), scene([]grid.Matter{light}, lit))
		if in.Kind != want.kind || in.Link.Ticket != want.ticket {
			t.Errorf("%s: %s of %d, want %s of %d", text, in.Kind, in.Link.Ticket, want.kind, want.ticket)
		}
	}
}

func TestLinkerTakesQuotesAnswersAndEnds(t *testing.T) {
	linker := shippedLinker(t)
	follow := grid.Intent{Kind: grid.FollowUp, Confidence: 0.8}
	chat := grid.Intent{Kind: grid.Chatter, Confidence: 0.8}
	water := matter(2, 0, "张", "water_power_gas", "6栋", "6栋停水了")
	s := scene([]grid.Matter{water}, line{0, "张", "6栋停水了", "", grid.Intent{Kind: grid.Report}, 2})

	quoted := s
	quoted.Quoted = &grid.Quoted{ID: "a", Ticket: 2}
	if got, _, _ := linker.Link(heard(300, "李", "几点来水"), follow, quoted); got.Ticket != 2 || got.Why != "quote" {
		t.Errorf("a quote: %+v", got)
	}
	if got, _, _ := linker.Link(heard(300, "李", "哈哈哈"), chat, quoted); got.Ticket != 0 {
		t.Errorf("a laugh under a quote: %+v", got)
	}
	if got, _, _ := linker.Link(heard(90, "李", "来水了！谢谢"), follow, s); got.Ticket != 2 || !got.Over {
		t.Errorf("the end: %+v", got)
	}
	if got, _, _ := linker.Link(heard(90, "李", "几点来水啊"), follow, s); got.Over {
		t.Errorf("a question is no end: %+v", got)
	}

	noPlace := matter(3, 0, "张", "facilities", "", "路灯不亮")
	answering := scene([]grid.Matter{noPlace})
	answering.Asked = []grid.TicketNo{3}
	if got, _, _ := linker.Link(heard(8, "张", "东门进来第二盏"), chat, answering); got.Ticket != 3 || got.PartOf != "a" || got.Why != "answer" {
		t.Errorf("an answer: %+v", got)
	}
	if got, _, _ := linker.Link(heard(8, "李", "东门"), chat, answering); got.Ticket != 0 {
		t.Errorf("another's answer: %+v", got)
	}
	if got, _, _ := linker.Link(heard(40, "张", "东门"), chat, answering); got.Ticket != 0 {
		t.Errorf("a late answer: %+v", got)
	}
}

func TestWhatAMatterWaitsForIsTakenHoursLater(t *testing.T) {
	linker := shippedLinker(t)
	chat := grid.Intent{Kind: grid.Chatter, Confidence: 0.8}
	lift := matter(3, 0, "张", "elevator", "", "电梯又坏了")
	lift.Status = grid.OnHold
	s := scene([]grid.Matter{lift})
	s.Asked = []grid.TicketNo{3}
	if got, _, _ := linker.Link(heard(600, "张", "是左边那部电梯"), chat, s); got.Ticket != 3 || got.Why != "answer" {
		t.Errorf("the answer in the group: %+v", got)
	}
	if got, _, _ := linker.Link(heard(600, "张", "今天菜价真贵"), chat, s); got.Ticket != 0 {
		t.Errorf("the same person about something else: %+v", got)
	}
	s.Chat.Kind = grid.PrivateChat
	if got, _, _ := linker.Link(heard(600, "张", "左边的"), chat, s); got.Ticket != 3 {
		t.Errorf("the answer in private: %+v", got)
	}
}

func TestNobodyButItsReporterJoinsAPrivateMatter(t *testing.T) {
	linker := shippedLinker(t)
	follow := grid.Intent{Kind: grid.FollowUp, Confidence: 0.8}
	beaten := matter(4, 0, "张", "security_fire", "3栋", "3栋打老婆")
	beaten.Private = true
	s := scene([]grid.Matter{beaten}, line{0, "张", "3栋打老婆", "", grid.Intent{Kind: grid.Report}, 4})
	for _, text := range []string{"我家也是", "3栋又打老婆了，谁管管", "+1"} {
		if got, _, _ := linker.Link(heard(2, "李", text), follow, s); got.Ticket != 0 {
			t.Errorf("%q of a neighbour: %+v", text, got)
		}
	}
	if got, _, _ := linker.Link(heard(2, "张", "3栋又打了"), follow, s); got.Ticket != 4 {
		t.Errorf("the reporter's own words: %+v", got)
	}
}
