package intents

import (
	"testing"

	"youshi/grid"
)

func TestEveryItemOfARecordIsAMatterReadByItself(t *testing.T) {
	rules, err := LoadRules(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := grid.Scene{Bot: "小格", Chat: grid.Chat{Kind: grid.StaffChat}, Role: grid.GridWorker,
		Recent: []grid.Message{{ID: "m0", Text: "电梯坏了"}}, Quoted: &grid.Quoted{ID: "m0", Ticket: 4}}
	m := grid.Message{ID: "m1", Kind: grid.TextMessage, ReplyTo: "m0", Text: "记\n1. 王大爷：3号楼2单元的路灯坏了\n2. 5号楼楼道有燃气味\n3. 陈姐说我老公又打我了，我不敢回家\n4. 天气不错"}
	in := Chain{Steps: []Step{rules}}.Think(t.Context(), m, s)
	if in.Command == nil || in.Command.Want != grid.WantRecord || len(in.Items) != 4 {
		t.Fatalf("%+v", in)
	}
	for i, x := range in.Items {
		if !x.Kind.Actionable() || x.Category == "" || !x.Topic.Valid() || x.Link.Ticket != 0 || x.Link.PartOf != "" {
			t.Errorf("item %d: %+v", i+1, x)
		}
	}
	light, gas, home := in.Items[0], in.Items[1], in.Items[2]
	if light.Location != "3号楼2单元" || light.Summary != "3号楼2单元的路灯坏了" {
		t.Errorf("the lamp is at %q: %q", light.Location, light.Summary)
	}
	if in.Command.Teller(0) != "王大爷" || in.Command.Teller(1) != "" {
		t.Errorf("told by %q", in.Command.Tellers)
	}
	if gas.Danger != "gas" {
		t.Errorf("gas: %+v", gas)
	}
	if !home.Sensitive {
		t.Errorf("said at home: %+v", home)
	}
}

func TestThePlaceOfWhoToldAnItemStaysWithoutItsParticle(t *testing.T) {
	if got := untold("12号楼的刘奶奶：灯坏了", "刘奶奶"); got != "12号楼 灯坏了" {
		t.Errorf("%q", got)
	}
}

func TestWhoToldAnItem(t *testing.T) {
	for item, want := range map[string]string{
		"王大爷：路灯坏了":         "王大爷",
		"欧阳静: 垃圾没人收":       "欧阳静",
		"赵叔反映：楼上漏水":        "赵叔",
		"3栋2单元李阿姨：楼上漏水":    "李阿姨",
		"12号楼的刘奶奶：灯坏":      "刘奶奶",
		"东门的刘奶奶：灯坏":        "刘奶奶",
		"门口的灯：不亮":          "",
		"3号楼南门：灯坏":         "",
		"3号楼：灯坏":           "",
		"地点：东门":            "",
		"物业：电梯停了":          "",
		"有居民说：噪音大":         "",
		"路灯坏了":             "",
		"昨天晚上八点到十二点一直有：噪音": "",
	} {
		got := tellersOf([]string{item})
		switch {
		case want == "" && got != nil, want != "" && (len(got) != 1 || got[0] != want):
			t.Errorf("%s: told by %q, want %q", item, got, want)
		}
		if want != "" {
			if rest := untold(item, want); rest == item || len(rest) == 0 {
				t.Errorf("%s without the name is %q", item, rest)
			}
		}
	}
}
