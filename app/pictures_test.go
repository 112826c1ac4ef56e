package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"youshi/app/desk"
	"youshi/config"
	"youshi/storage/bolt"
	"youshi/web/webtest"
)

// The tests of this file play what the README and the manuals tell, and take their
// pictures: `make pictures` puts them into docs/pictures.

func TestPicturesOfTheRecordedDay(t *testing.T) {
	s := visit(t, DemoOptions{})
	s.must("POST", "/api/demo", ask{"play": false})
	s.must("POST", "/api/clock", ask{"to": "2026-11-10T07:20:00+08:00"})
	s.say("staff:d01", "网格员李敏", "确认 1")
	s.say("staff:d01", "网格员李敏", "确认 3")
	s.say("staff:d01", "网格员李敏", "派单 3 @物业小孙")
	s.push("1m")
	p := webtest.Open(t, s.url+"/", 1280, 800)
	p.Until("somebody speaks", `document.querySelector("#as b")`)
	p.Click("#hint button")
	p.Click(`[data-chat="d01"]`)
	p.Shows("#log", "您说的事记下了")
	p.Shot("chat")
	s.must("POST", "/api/clock", ask{"to": "2026-11-10T09:45:00+08:00"})
	phone := webtest.Open(t, s.url+"/", 390, 844)
	phone.Until("somebody speaks", `document.querySelector("#as b")`)
	phone.Click("#hint button")
	phone.Click(`[data-chat="d01"]`)
	phone.Shows("#log", "物业")
	phone.Shot("phone")
}

const grid3, staff3 = "第3网格", "staff:第3网格"

// weekOfWork is a demo in which a week's worth of matters came to stand everywhere.
func weekOfWork(t *testing.T, db string) *visitor {
	s := visit(t, DemoOptions{Transcript: "none", DB: db, Start: time.Date(2026, 11, 9, 9, 0, 0, 0, config.Default().Timezone)})
	s.person("市政", "unit", grid3)
	s.person("城管", "unit", grid3)
	_, trash := s.raise(grid3, "李大爷", "5号楼下垃圾桶满了三天没人清，味儿太大")
	_, lamp := s.raise(grid3, "陈小燕", "小区东门口的路灯坏了好几天，晚上看不见")
	work := func(who string, lines ...string) {
		for _, l := range lines {
			s.say(staff3, who, l)
			s.push("3m")
		}
	}
	work("网格员李敏", numbered("确认 %d", trash), numbered("确认 %d", lamp), numbered("派单 %d @物业小孙", lamp))
	work("物业小孙", numbered("签收 %d", lamp))
	s.say(grid3, "张大妈", numbered("附议 %d", lamp))
	s.say(grid3, "李大爷", numbered("附议 %d", lamp))
	work("网格员李敏", numbered("办结 %d 已清运，每天加清一次", trash))
	work("物业小孙", numbered("办结 %d 换了3个灯头，当晚亮灯", lamp))
	for _, who := range []string{"陈小燕", "张大妈"} {
		s.say("private:"+who, who, numbered("评价 %d 满意", lamp))
	}
	s.say("private:李大爷", "李大爷", numbered("评价 %d 基本满意", trash))
	s.push("73h")
	work("网格员李敏", numbered("公示 %d 做法：更换灯头3个、电缆12米 依据：物业服务合同 标准：夜间照度不低于10勒克斯 结果：11月9日当晚亮灯", lamp),
		numbered("公示 %d 做法：当天清运，每天加清一次 依据：城市生活垃圾管理办法 标准：日产日清 结果：桶满不过夜", trash))
	return s
}

func numbered(text string, no int) string { return strings.Replace(text, "%d", strconv.Itoa(no), 1) }

func TestPicturesOfTheManuals(t *testing.T) {
	db := filepath.Join(t.TempDir(), "youshi.db")
	s := weekOfWork(t, db)
	_, lift := s.raise(grid3, "张大妈", "3号楼2单元电梯又坏了，老人下不了楼")
	s.say(grid3, "陈小燕", "这周第二回了")
	p := webtest.Open(t, s.url+"/", 1100, 720)
	p.Until("somebody speaks", `document.querySelector("#as b")`)
	p.Click("#hint button")
	become(p, "网格员李敏")
	p.Click(`[data-chat="` + staff3 + `"]`)
	p.Shows(".card.confirm", "建议派给：物业小孙")
	p.Shot("staff")

	s.say(staff3, "网格员李敏", numbered("派单 %d @物业小孙", lift))
	s.push("4m")
	s.say(staff3, "物业小孙", numbered("签收 %d", lift))
	s.push("20m")
	s.say(staff3, "物业小孙", numbered("进展 %d 维保到了，在换抱闸", lift))
	s.push("50m")
	s.say(staff3, "物业小孙", numbered("办结 %d 换了抱闸，试运行10次正常", lift))
	s.push("1m")
	become(p, "张大妈")
	p.Click(`[data-chat="private:张大妈"]`)
	p.Shows(".card.poll", "您满意吗")
	p.Shows("#now", "11:39") // the page asks for the clock every two seconds
	p.Shot("judge")
	s.say("private:张大妈", "张大妈", "不满意 下午又停了")
	s.push("1m")

	_, hole := s.raise(grid3, "李大爷", "东门外马路上窨井盖没了，路也占着，要出事")
	s.say(staff3, "网格员李敏", numbered("确认 %d", hole))
	s.say(staff3, "网格员李敏", numbered("吹哨 %d 市政 城管：井盖丢失，摊位占道", hole))
	s.push("12m")
	s.say("private:市政", "市政", numbered("报到 %d", hole))
	s.push("1m")
	become(p, "网格员李敏")
	p.Click(`[data-chat="` + staff3 + `"]`)
	p.Shows("#log", "还没报到：城管")
	p.Shows("#now", "11:5")
	p.Shot("whistle")
	s.raise(grid3, "陈小燕", "9号楼1单元楼道灯不亮")
	s.say("private:陈小燕", "陈小燕", "我老公昨晚又动手打我了，我不敢回家")
	s.push("6m")

	p.Go(s.url + "/board")
	p.Shows("#column-working", strconv.Itoa(lift))
	p.Shot("board")
	p.Click(`[data-number="` + strconv.Itoa(lift) + `"]`)
	p.Shows("#ticket .steps", "换了抱闸")
	p.Run(`document.querySelector("#ticket .steps").previousElementSibling.scrollIntoView()`)
	p.Shot("ticket")
	p.Go(s.url + "/board#" + strconv.Itoa(hole))
	p.Shows("#ticket dl", "市政（牵头）已报到，城管等报到")
	p.Shot("joint")
	p.Go(s.url + "/public")
	p.Shows("body", "夜间照度不低于10勒克斯")
	p.Shot("public")

	s.stop()
	store, err := bolt.Open(t.Context(), db, bolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var chart bytes.Buffer
	err = desk.Answer(t.Context(), store, config.Default(), time.Date(2026, 11, 12, 12, 0, 0, 0, config.Default().Timezone),
		desk.Ask{Command: "summary", Period: "2026-W46", Format: "png"}, &chart)
	if err != nil {
		t.Fatal(err)
	}
	if shots := os.Getenv("YOUSHI_SHOTS"); shots != "" {
		if err := os.WriteFile(filepath.Join(shots, "summary.png"), chart.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
