package local

import (
	"slices"
	"strings"
	"testing"
	"time"

	"youshi/grid"
)

// seen gives the facts that the model sees of the last message of a talk.
func seen(t *testing.T, heard ...Heard) []string {
	t.Helper()
	scenes := Scenes(heard, "小格", func(_ int, e Example) grid.Intent { return e.Gold })
	last := scenes[len(scenes)-1]
	return read(last.Message, last.Scene).Flags
}

func one(from, text string, minute int, kind grid.Kind) Heard {
	return Heard{Message: said(from, text, minute), Role: grid.Resident, Gold: grid.Intent{Kind: kind}}
}

func TestWhatIsSeenOfAMessage(t *testing.T) {
	report := one("a", "3栋电梯又坏了", 0, grid.Report)
	report.ID = "r"
	quote := func(h Heard) Heard { h.ReplyTo = "r"; return h }
	picture := one("a", "", 1, grid.Report)
	picture.Kind = grid.ImageMessage
	night := one("a", "吵死了", 0, grid.Report)
	night.Sent = time.Date(2026, 11, 10, 23, 0, 0, 0, time.UTC)
	staff := one("w", "收到", 0, grid.Chatter)
	staff.Role = grid.GridWorker
	for name, c := range map[string]struct {
		talk []Heard
		want string
	}{
		"a place":                          {[]Heard{one("a", "3栋2单元", 0, "")}, "place"},
		"a question":                       {[]Heard{one("a", "几点？", 0, "")}, "question"},
		"a price":                          {[]Heard{one("a", "鸡蛋25元一板", 0, "")}, "price"},
		"an address":                       {[]Heard{one("a", "看 https://x.cn/a", 0, "")}, "address"},
		"an echo":                          {[]Heard{one("a", "我家也是", 0, "")}, "echo"},
		"a plus one":                       {[]Heard{one("a", "+1", 0, "")}, "echo"},
		"to the bot":                       {[]Heard{one("a", "@小格 你好", 0, "")}, "to the bot"},
		"night":                            {[]Heard{night}, "night=true"},
		"a staff member":                   {[]Heard{staff}, "staff"},
		"a picture after one's own report": {[]Heard{report, picture}, "own before=matter text 1m"},
		"words after a neighbour's report": {[]Heard{report, one("b", "怎么了", 2, "")}, "other before=matter 3m"},
		"words after talk":                 {[]Heard{one("a", "早", 0, grid.Chatter), one("b", "早", 5, "")}, "other before=talk 10m"},
		"words after a question":           {[]Heard{one("a", "几点", 0, grid.Inquiry), one("b", "八点", 5, "")}, "other before=inquiry 10m"},
		"a quote of a matter":              {[]Heard{report, quote(one("b", "对", 9, ""))}, "quotes=a matter"},
		"a quote of one's own matter":      {[]Heard{report, quote(one("a", "对", 9, ""))}, "quotes=the own matter"},
		"a matter said again":              {[]Heard{report, one("b", "3栋电梯又坏了啊", 30, "")}, "known=well"},
		"something new":                    {[]Heard{report, one("b", "北门垃圾没人收", 30, "")}, "known=no"},
		"nothing open":                     {[]Heard{one("b", "北门垃圾没人收", 30, "")}, "known=none open"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := seen(t, c.talk...); !slices.Contains(got, c.want) {
				t.Errorf("seen is %q, want %q among it", got, c.want)
			}
		})
	}
}

func TestTheBotsOwnPostIsSeenAsSuch(t *testing.T) {
	d := read(said("a", "好的", 0), grid.Scene{Quoted: &grid.Quoted{Post: true, Text: "已收到"}})
	if !slices.Contains(d.Flags, "quotes=the bot") || d.Fields[1].Name != fieldQuote || d.Fields[1].Text != "已收到" {
		t.Errorf("got %+v", d)
	}
}

func TestNightIsTheSitesNotTheChannels(t *testing.T) {
	m := said("a", "吵死了", 0) // 10:00 UTC
	for zone, want := range map[int]string{8: "night=false", 13: "night=true"} {
		scene := grid.Scene{Now: m.Sent.In(time.FixedZone("", zone*3600))}
		if got := read(m, scene).Flags; !slices.Contains(got, want) {
			t.Errorf("UTC+%d: %q, want %s", zone, got, want)
		}
	}
}

func TestAClosedMatterAndARecalledTextAreNotLookedAt(t *testing.T) {
	scene := grid.Scene{
		Open:   []grid.Matter{{Ticket: grid.Ticket{No: 1, Status: grid.Closed}, SummaryText: "北门垃圾没人收"}},
		Recent: []grid.Message{{From: "a", Sent: said("a", "", 0).Sent, Kind: grid.TextMessage, Text: "隐私", Recalled: said("a", "", 0).Sent}},
	}
	d := read(said("a", "北门垃圾没人收", 1), scene)
	if !slices.Contains(d.Flags, "known=no") {
		t.Errorf("a closed matter is still known: %q", d.Flags)
	}
	for _, f := range d.Fields {
		if strings.Contains(f.Text, "隐私") {
			t.Error("a recalled text is read")
		}
	}
}

func TestASceneHoldsOnlyWhatCameBefore(t *testing.T) {
	heard := []Heard{one("a", "漏水", 0, grid.Report), one("a", "三楼", 1, grid.Report), one("b", "我家也是", 3, grid.FollowUp), one("c", "早", 4, grid.Chatter), one("c", "噪音", 50, grid.Report)}
	scenes := Scenes(heard, "", func(_ int, e Example) grid.Intent { return e.Gold })
	var tickets []grid.TicketNo
	for i, e := range scenes {
		if len(e.Scene.Recent) != i {
			t.Errorf("scene %d holds %d messages", i, len(e.Scene.Recent))
		}
		if i > 0 {
			tickets = append(tickets, e.Scene.Recent[i-1].Ticket)
		}
	}
	if want := []grid.TicketNo{1, 1, 1, 0}; !slices.Equal(tickets, want) {
		t.Errorf("tickets %v, want %v", tickets, want)
	}
	if last := scenes[4].Scene; len(last.Open) != 1 {
		t.Errorf("%d open before the second matter, want 1", len(last.Open))
	}
}

func TestASceneForgetsWhatALaneForgets(t *testing.T) {
	var heard []Heard
	for i := range recent + 20 {
		heard = append(heard, one("a", "早", i, grid.Chatter))
	}
	scenes := Scenes(heard, "", func(_ int, e Example) grid.Intent { return e.Gold })
	if got := scenes[len(scenes)-1].Scene.Recent; len(got) != recent || !got[0].Sent.Equal(heard[19].Sent) {
		t.Errorf("%d messages from %v", len(got), got[0].Sent)
	}
}
