package grid_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"youshi/grid"
)

func TestPubliclyTakesOutWhatPointsAtAResident(t *testing.T) {
	names := []string{"清风徐来", "张大妈", "张", "Tom"}
	for text, want := range map[string]string{
		"已联系清风徐来和张大妈":   "已联系某居民和某居民",
		"王大爷家、小李阿姨家都通了": "某居民家、某居民家都通了",
		"3-2-501漏水":     "3-2-***漏水",
		"3号楼501室漏水":     "3号楼***室漏水",
		"3号楼2单元501":     "3号楼2单元***",
		"12栋2单元1101户门前": "12栋2单元***户门前",
		"5#2单元602 已修":   "5#2单元*** 已修",
		"住在3-501。":      "住在3-***。",
		"501王小明家漏水，到3号楼502室李强家查看":      "***某居民家漏水，到3号楼***室某居民家查看",
		"二单元五零一室":                      "二单元***室",
		"501室、502室都修了":                 "***室、***室都修了",
		"电话13812345678":                "电话***",
		"请打0546-2551234、138 1234 5678": "请打***、***",
		"身份证370502199001011234":        "身份证***",
		"楼上的孙丽华天天骂人，1栋王小磊被判过":          "楼上的某居民天天骂人，1栋某居民被判过",
		"微信号：wxid_abc123":              "微信号：***",
		"打１３８１２３４５６７８或+8613812345678":  "打***或+***",
		"138-123-45678、1381-234-5678":  "138-123-45678、***",
		"幺三八一二三四五六七八找我":                "***找我",
	} {
		if got := grid.Publicly(text, names); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestPubliclyLeavesWhatEverybodyMayRead(t *testing.T) {
	for _, text := range []string{"3号楼2单元电梯更换钢丝绳，用时2天", "更换路灯12盏，投入3600元", "惠及300户居民", "依据GB7588-2003第5条", "2026-11-09至2026-11-12施工",
		"请打12345热线", "每米20-100元", "按《物业管理条例》第二十六条", "3号楼门前积水", "119、120、110", "1.5米宽",
		"小区的杨树枝被砍了", "楼上的熊孩子天天跳", "我的孙女被打了", "夏天里又停电，周末还又停", "许多人又停在门口", "楼上的陈列架总是倒"} {
		if got := grid.Publicly(text, nil); got != text {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func TestPubliclyIsDoneOnceAndNamesNobody(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.StringOfN(rapid.SampledFrom([]rune("清风徐来阳光明月")), 2, 4, -1).Draw(r, "name")
		parts := rapid.SliceOf(rapid.OneOf(rapid.Just(name), rapid.Just("3-2-501"), rapid.Just("13812345678"), rapid.StringMatching(`[修好了楼灯，0-9]{0,6}`))).Draw(r, "parts")
		got := grid.Publicly(strings.Join(parts, "，"), []string{name})
		if strings.Contains(got, name) || strings.Contains(got, "3-2-501") || strings.Contains(got, "13812345678") {
			r.Fatalf("%s", got)
		}
		if again := grid.Publicly(got, []string{name}); again != got {
			r.Fatalf("again: %s, before %s", again, got)
		}
	})
}
