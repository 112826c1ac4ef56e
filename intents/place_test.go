package intents

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestPlaceIsGivenAsWritten(t *testing.T) {
	for text, want := range map[string]string{
		"俺3#2单元的，楼道灯全瞎了":     "3#2单元",
		"5号楼3单元门口那个井又冒了":     "5号楼3单元门口",
		"三号楼楼顶养了七八只鸡":        "三号楼楼顶",
		"6栋1201一样黄":          "6栋1201",
		"我住7-3-402，暖气不热":     "7-3-402",
		"C座大堂灯坏了":            "C座大堂",
		"东门口有人摆摊":            "东门口",
		"大门卡住了":              "大门",
		"车棚里有死猫":             "车棚",
		"文化广场的灯不亮":           "文化广场",
		"在胜利路有个坑":            "胜利路",
		"我家又没水了":             "",
		"今天白菜一块二":            "",
		"借我3-5块钱":            "3-5", // a number pair reads like a sign; the LLM knows better
		"２栋南边那排树要修":          "2栋南边",
		"地下车库入口积水，4栋的注意":     "4栋", // a building says more than a spot
		"二单元四楼西户老权家，门反锁着":    "二单元四楼",
		"负二楼B区电梯厅门口漏水":       "负二楼B区",
		"手机号13800001111联系我":  "",
		"明天10点到12点停水，2026年了": "",
	} {
		if got := Place(text); got != want {
			t.Errorf("Place(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestBuildingIsOneFormForAllWaysToWriteIt(t *testing.T) {
	for text, want := range map[string]string{
		"3栋": "3", "３#": "3", "3号楼": "3", "三号楼": "3", "十二栋": "12", "二十一幢": "21", "3-2-501": "3", "b座": "B", "C5栋": "C5", "03栋": "3",
		"我家": "", "12点": "", "2026-11-10": "", "电话139-1234": "",
	} {
		if got := Building(text); got != want {
			t.Errorf("Building(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestSummaryIsOneShortLine(t *testing.T) {
	for text, want := range map[string]string{
		"大家好，3栋路灯坏了[捂脸]":  "3栋路灯坏了",
		"@小格 你好！2单元漏水了。。": "2单元漏水了",
		"东门\n积水\n好深":      "东门 积水 好深",
		"你好":              "你好",
		"哎呀，5号楼3单元门口那个下水井，又冒咧，臭水流了一院子，我早上出来差点滑一跤，物业快来看看": "5号楼3单元门口那个下水井，又冒咧，臭水流了一院子，我早上出来差点滑一跤",
	} {
		if got := Summarise(text); got != want {
			t.Errorf("Summarise(%q) = %q, want %q", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		got := Summarise(rapid.String().Draw(t, "text"))
		if utf8.RuneCountInString(got) > summaryLen || strings.Contains(got, "\n") {
			t.Fatalf("%q", got)
		}
	})
}
