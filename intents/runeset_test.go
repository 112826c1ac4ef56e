package intents

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func guards() []guarded {
	return []guarded{placeRe, spotRe, nameRe, buildingRe, unitRe, joinRe, bareJoinRe, outageRe, pointRe, buyRe, otherRe, hourRe, goneRe}
}

func sameWithoutGuard(t interface{ Errorf(string, ...any) }, text string) {
	for i, g := range guards() {
		if got, want := g.FindStringSubmatch(text), g.Regexp.FindStringSubmatch(text); !slices.Equal(got, want) {
			t.Errorf("guard %d, %q: %q, without the guard %q", i, text, got, want)
		}
	}
}

func TestGuardsLoseNoMatchOfTheRecordedDays(t *testing.T) {
	files, err := filepath.Glob("../testdata/*/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal("no recorded days", err)
	}
	for _, file := range append(files, "../testdata/lines.jsonl") {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			var line struct{ Text string }
			if json.Unmarshal(s.Bytes(), &line) == nil {
				sameWithoutGuard(t, line.Text)
				sameWithoutGuard(t, plain(line.Text))
			}
		}
	}
}

func TestGuardsLoseNoMatchOfAnyMixOfTheirWords(t *testing.T) {
	bits := []rune("栋幢座排甲巷号#组楼院单元门梯-层0123东西南北大小侧三二一十A K路街道湖桥口村库场亭附同问求议样支持+1也是没停水电气暖车闸刚拍的看图照片上面如就这另外还有再说个换对了顺便接龙团购拼斤下货预订报名箱点时断冇得来通都家我在")
	rapid.Check(t, func(t *rapid.T) {
		sameWithoutGuard(t, string(rapid.SliceOfN(rapid.SampledFrom(bits), 0, 12).Draw(t, "text")))
	})
}
