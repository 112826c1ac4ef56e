package webchat

import (
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"youshi/grid"
	"youshi/web/webtest"
)

// A phone and a desk, in CSS pixels.
const phone, phoneHigh, desk, deskHigh = 390, 844, 1280, 800

// day is a morning in a group, for looking at.
func day(m *memory) {
	at := func(hm string) time.Time {
		t, _ := time.ParseInLocation("2006-01-02 15:04", "2026-11-10 "+hm, beijing)
		return t
	}
	m.lines["d01"] = []Line{
		{ID: "d01-1", At: at("06:31"), From: "老周3-2-501", Role: grid.Resident, Kind: "text", Text: "早上好[太阳]今天3到11度 北风 大家出门加衣裳"},
		{ID: "d01-2", At: at("06:33"), From: "平安是福", Role: grid.Resident, Kind: "text", Text: "[玫瑰][玫瑰][玫瑰]"},
		{ID: "d01-3", At: at("06:41"), From: "清风徐来", Role: grid.Resident, Kind: "text", Text: "3号楼2单元的电梯又坏了，卡在5楼下不来，老人出不了门", Ticket: 12},
		{ID: "d01-4", At: at("06:42"), From: "桐桐妈妈", Role: grid.Resident, Kind: "voice", Text: "对，我家也是，孩子上学要迟到了", Ticket: 12},
	}
	m.now = at("07:00")
	m.say("group:d01", grid.PostAck, "收到，已记为 12 号：3号楼2单元电梯故障。已告诉网格员王网格，8:30 上班后两小时内会有人确认。", "d01-3")
	m.lines["d01"] = append(m.lines["d01"],
		Line{ID: "d01-5", At: at("07:20"), From: "王网格", Role: grid.GridWorker, Kind: "text", Text: "看到了，我先联系维保公司。"},
		Line{ID: "d01-6", At: at("07:21"), From: "油二代", Role: grid.Resident, Kind: "location", Text: "3号楼2单元门口"},
		Line{ID: "d01-7", At: at("07:22"), From: "油二代", Role: grid.Resident, Kind: "text", Recalled: true})
	m.say("staff:d01", grid.PostConfirm, "12号 待确认\n3号楼2单元电梯故障，老人出不了门\n紧急 · 电梯 · 附议 1\n10:30 前请确认", "", "确认", "驳回")
	m.now = at("07:30")
}

// openAs opens the page and lets who speak; "" leaves whom the page chose.
func openAs(t *testing.T, s *site, who string, wide, high int64) *webtest.Page {
	t.Helper()
	p := webtest.Open(t, s.url+"/", wide, high)
	p.Until("somebody speaks", `document.querySelector("#as b")`)
	if who != "" {
		become(p, who)
	}
	return p
}

func become(p *webtest.Page, who string) {
	if p.Text("#as b") == who {
		return
	}
	p.Click("#as")
	p.Shows("#people-list", who)
	p.Run(`[...document.querySelectorAll("#people-list button")].find(b => b.innerText.includes(` + fmt.Sprintf("%q", who) + `)).setAttribute("data-test", "who")`)
	p.Click(`[data-test=who]`)
	p.Shows("#as", who)
}

func TestWhoSpeaksSeesTheirBubble(t *testing.T) {
	s := newSite(t, newMemory(true))
	day(s.memory)
	p := openAs(t, s, "", desk, deskHigh)
	p.Shows("#log", "卡在5楼")
	p.Fill("#text", "楼下路灯也不亮")
	p.Type("\r")
	p.Shows(".line.own .bubble", "楼下路灯也不亮")
	p.Hides(".line.own", "发送中")
	p.Until("the line is the program's", `document.querySelector('.line.own[data-id^="m-"]')`)
	evs := s.heard()
	if ev := evs[len(evs)-1]; ev.Message.Text != "楼下路灯也不亮" || ev.Speaker.ID != "清风徐来" || ev.Native.Native != "d01" {
		t.Errorf("heard %+v", ev)
	}
	p.Shot("desk-chat")
}

func TestAPostArrivesLiveAndItsButtonIsPressed(t *testing.T) {
	s := newSite(t, newMemory(true))
	day(s.memory)
	p := openAs(t, s, "王网格", desk, deskHigh)
	p.Click(`[data-chat="staff:d01"]`)
	p.Shows(".card.confirm", "12号 待确认")
	post := s.say("staff:d01", grid.PostReminder, "13号 还没有签收，已过去一半时间。", "", "签收", "转办")
	if _, err := s.chat.Send(t.Context(), grid.Chat{}, grid.Outgoing{ID: post.ID}); err != nil {
		t.Fatal(err)
	}
	p.Shows(".card.reminder", "还没有签收")
	p.Click(`[data-id="` + string(post.ID) + `"] .buttons button`)
	p.Shows(".card.reminder", "✓ 签收")
	p.Until("both buttons are done with", `[...document.querySelectorAll('.card.reminder .buttons button')].every(b => b.disabled)`)
	evs := s.heard()
	if ev := evs[len(evs)-1]; ev.Press == nil || *ev.Press != (grid.Press{Post: post.ID, Button: "签收"}) || ev.Speaker.ID != "王网格" {
		t.Errorf("heard %+v, want the press", ev)
	}
	p.Shot("desk-staff")
}

func TestQuotingEditingAndTakingBack(t *testing.T) {
	s := newSite(t, newMemory(true))
	day(s.memory)
	p := openAs(t, s, "清风徐来", desk, deskHigh)
	choose := func(id, label string) {
		p.Click(`[data-id="` + id + `"] .dots`)
		p.Shows(".menu", label)
		p.Shot("desk-menu")
		p.Run(`[...document.querySelectorAll(".menu button")].find(b => b.innerText === "` + label + `").setAttribute("data-test", "pick")`)
		p.Click(`.menu [data-test=pick]`)
	}
	p.Shows("#log", "我先联系维保公司")
	choose("d01-5", "引用")
	p.Shows("#context", "引用 王网格")
	p.Type("辛苦了\r")
	p.Shows(".line.own .quoted", "我先联系维保公司")
	p.Until("the line is the program's", `document.querySelector('.line.own[data-id^="m-"]')`)
	evs := s.heard()
	said := evs[len(evs)-1].Message
	if said.ReplyTo != "d01-5" {
		t.Errorf("the answer quotes %q", said.ReplyTo)
	}
	choose(string(said.ID), "修改")
	p.Shows("#context", "修改")
	p.Run(`document.querySelector("#text").value = ""`)
	p.Type("辛苦王姐了\r")
	p.Shows(".line.own .bubble", "辛苦王姐了")
	p.Shows(".line.own .state", "已修改")
	choose(string(said.ID), "撤回")
	p.Shows("#log", "你撤回了一条消息")
	p.Hides("#log", "辛苦王姐了")
}

func TestAPictureIsPreviewedSentAndEnlarged(t *testing.T) {
	s := newSite(t, newMemory(true))
	file := filepath.Join(t.TempDir(), "灯.png")
	img := image.NewRGBA(image.Rect(0, 0, 240, 160))
	for i := range img.Pix {
		img.Pix[i] = byte(i * 7)
	}
	img.Set(0, 0, color.White)
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	f.Close()
	p := openAs(t, s, "", desk, deskHigh)
	p.Shows("#log", "还没有人说话")
	p.File("#file", file)
	p.Until("a preview is shown", `document.querySelector("#context img")?.naturalWidth === 240`)
	p.Fill("#text", "灯就是这样的")
	p.Click("#send")
	p.Until("the picture came back from the program", `document.querySelector('.line.own[data-id^="m-"] img[src^="/media/"]')?.naturalWidth === 240`)
	p.Shows(".line.own .bubble", "灯就是这样的")
	p.Shot("desk-picture")
	p.Click(".line.own .bubble button")
	p.Until("it is shown large", `document.querySelector("#picture[open] img")?.naturalWidth === 240`)
}

func TestWhatFailsStaysAndIsSentAgain(t *testing.T) {
	s := newSite(t, newMemory(true))
	p := openAs(t, s, "", desk, deskHigh)
	p.Shows("#log", "还没有人说话")
	s.mu.Lock()
	s.fail = &grid.Error{Code: grid.Shut, Say: "硬盘满了。"}
	s.mu.Unlock()
	p.Fill("#text", "井盖没了")
	p.Click("#send")
	p.Shows(".state.failed", "硬盘满了")
	p.Shot("desk-failed")
	p.Click(".state.failed button")
	p.Until("the line is the program's", `document.querySelector('.line.own[data-id^="m-"]')`)
	p.Hides("#log", "没发出去")
	if n := len(s.heard()); n != 1 {
		t.Errorf("heard %d messages, want 1", n)
	}
}

func TestAChosenCharacterIsNotSentAndShiftEnterBreaksTheLine(t *testing.T) {
	s := newSite(t, newMemory(true))
	p := openAs(t, s, "", desk, deskHigh)
	p.Shows("#log", "还没有人说话")
	p.Fill("#text", "di")
	p.Run(`document.querySelector("#text").dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", isComposing: true, bubbles: true, cancelable: true}))`)
	p.Run(`document.querySelector("#text").dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", keyCode: 229, bubbles: true, cancelable: true}))`)
	p.Type("\r", webtest.Shift)
	p.Type("第二行")
	p.Until("the text has two lines", `document.querySelector("#text").value === "di\n第二行"`)
	if n := len(s.heard()); n != 0 {
		t.Fatalf("heard %d messages while characters were being chosen", n)
	}
	p.Type("\r")
	p.Until("the line is the program's", `document.querySelector('.line.own[data-id^="m-"]')`)
	if got := s.heard()[0].Message.Text; got != "di\n第二行" {
		t.Errorf("heard %q", got)
	}
}

func TestThePhoneShowsTheListThenTheChat(t *testing.T) {
	s := newSite(t, newMemory(true))
	day(s.memory)
	p := webtest.Open(t, s.url+"/", phone, phoneHigh)
	p.Shows("#rooms", "d01居民群")
	p.Until("the chat waits", `document.querySelector(".talk").offsetParent === null`)
	p.Shot("phone-list")
	p.Click(`[data-chat="d01"]`)
	p.Shows("#log", "卡在5楼")
	p.Until("the list made way", `document.querySelector(".list").offsetParent === null`)
	p.Until("nothing is wider than the phone", `document.documentElement.scrollWidth <= innerWidth`)
	p.Until("the end is in view", `(l => l.scrollHeight - l.scrollTop - l.clientHeight < 4)(document.querySelector("#log"))`)
	p.Shot("phone-chat")
	p.Click("#back")
	p.Until("the list is back", `document.querySelector(".list").offsetParent !== null`)
	s.say("group:d02", grid.PostAnswer, "今晚停水到十点。", "")
	s.chat.Changed()
	p.Shows(`[data-chat="d02"] .badge`, "1")
	p.Click(`[data-chat="d02"]`)
	p.Shows(".card.answer", "今晚停水")
	p.Click("#back")
	p.Until("nothing is unread", `!document.querySelector(".badge")`)
}

func TestTheKeyboardAloneSuffices(t *testing.T) {
	s := newSite(t, newMemory(true))
	day(s.memory)
	p := openAs(t, s, "", desk, deskHigh)
	p.Shows("#log", "卡在5楼")
	p.Type("\t") // the skip link is the first stop
	p.Until("the skip link is in focus", `document.activeElement.className === "skip"`)
	p.Type("\r")
	p.Until("it leads to the text", `document.activeElement.id === "text"`)
	p.Type("键盘也行\r")
	p.Shows(".line.own .bubble", "键盘也行")
	s.say("group:d01", grid.PostPoll, "12号办好了，您满意吗？", "d01-3", "满意", "不满意")
	s.chat.Changed()
	p.Shows(".card.poll", "您满意吗")
	// Backwards from the text: each stop is visible, and the card's buttons are among them.
	seen := false
	for range 30 {
		p.Type("\t", webtest.Shift)
		p.Until("what has the focus is in view", `(e => e === document.body || e.getClientRects().length > 0)(document.activeElement)`)
		if p.Is(`document.activeElement.closest(".card.poll") && document.activeElement.innerText === "满意"`) {
			seen = true
			p.Shot("desk-focus")
			break
		}
	}
	if !seen {
		t.Fatal("the keyboard does not reach the buttons of a card")
	}
	p.Type("\r")
	p.Shows(".card.poll", "✓ 满意")
}

func TestThePageCatchesUpAfterTheProgramWasAway(t *testing.T) {
	var away atomic.Bool
	s := newSite(t, newMemory(true))
	proxy := newProxy(t, s.url, &away)
	p := webtest.Open(t, proxy.url+"/", desk, deskHigh)
	p.Shows("#log", "还没有人说话")
	away.Store(true)
	proxy.hangUp()
	p.Shows("#trouble", "重连")
	s.say("group:d01", grid.PostAck, "断线时说的", "")
	away.Store(false)
	p.Shows("#log", "断线时说的")
	p.Until("the trouble is over", `document.querySelector("#trouble").hidden`)
}

func TestTheDemoPushesTheClockAndPlaysTheDay(t *testing.T) {
	var play atomic.Bool
	s := newSite(t, newMemory(true), func(mux *http.ServeMux) {
		mux.HandleFunc("/api/demo", func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				var in struct{ Play bool }
				_ = json.NewDecoder(r.Body).Decode(&in)
				play.Store(in.Play)
			}
			writeJSON(w, 200, map[string]any{"playing": play.Load(), "line": 12, "lines": 150})
		})
		mux.HandleFunc("/api/tickets", func(w http.ResponseWriter, r *http.Request) {
			writeJSON(w, 200, json.RawMessage(tickets))
		})
		mux.HandleFunc("/api/tickets/", http.NotFound)
	})
	day(s.memory)
	p := openAs(t, s, "", desk, deskHigh)
	p.Shows("#now", "11月10日 周二 07:30")
	p.Shows("#tickets", "3号楼2单元电梯故障")
	p.Shows("#tickets", "不公开的事项")
	p.Click("#play")
	p.Shows("#play", "暂停")
	if !play.Load() {
		t.Error("the day does not play")
	}
	p.Shot("desk-demo")
	p.Click("[data-morning]")
	p.Shows("#now", "11月10日 周二 08:30")
	p.Until("the buttons are back", `!document.querySelector("[data-morning]").disabled`)
	p.Click("[data-morning]")
	p.Shows("#now", "11月11日 周三 08:30")
	p.Until("the buttons are back", `!document.querySelector("[data-morning]").disabled`)
	p.Click("[data-advance='48h']")
	p.Shows("#now", "11月13日 周五 08:30")
}

// tickets are an answer of the board's room, which the page asks in demo.
const tickets = `{"tickets":[
{"number":12,"summary":"3号楼2单元电梯故障，老人出不了门","status":"working","category":"immediate","urgency":"urgent","topic":"elevator","supporters":3,"assignee":"王网格","private":false,"due":"2026-11-10T10:30:00+08:00","due_because":"","step":"resolve","round":0,"overdue":false},
{"number":11,"summary":"2号楼楼道灯不亮","status":"proposed","category":"immediate","urgency":"normal","topic":"facilities","supporters":0,"assignee":null,"private":false,"due":"2026-11-09T17:30:00+08:00","step":"confirm","round":0,"overdue":true},
{"number":10,"summary":"秘密","status":"open","category":"pending","urgency":"normal","topic":"neighbour","supporters":0,"assignee":null,"private":true,"due":null,"round":0,"overdue":false},
{"number":9,"summary":"垃圾桶满了","status":"closed","category":"immediate","urgency":"normal","topic":"sanitation","supporters":1,"assignee":"赵物业","private":false,"due":null,"round":0,"overdue":false}]}`

func TestSomebodyIsAddedAndSpeaksAtOnce(t *testing.T) {
	s := newSite(t, newMemory(true))
	day(s.memory)
	p := openAs(t, s, "", desk, deskHigh)
	p.Click("#as")
	p.Shows("#people-list", "李书记")
	p.Shot("desk-people")
	p.Fill("#add-name", "孙楼长")
	p.Run(`document.querySelector("#add-role").value = "building_head"`)
	p.Click("#add .main")
	p.Shows("#as", "孙楼长")
	p.Shows("#as", "楼栋长")
	p.Fill("#text", "我来看看")
	p.Type("\r")
	p.Shows(".line.own .bubble", "我来看看")
}

func TestServeAsksOnceForAName(t *testing.T) {
	s := newSite(t, newMemory(false))
	day(s.memory)
	p := webtest.Open(t, s.url+"/", phone, phoneHigh)
	p.Shows("#welcome", "怎么称呼您")
	p.Shot("phone-welcome")
	p.Fill("#sign-up-name", "李书记")
	p.Click("#sign-up .main")
	p.Shows("#sign-up .error", "已经有人用了")
	p.Run(`document.querySelector("#sign-up-name").value = ""`)
	p.Fill("#sign-up-name", "王阿姨")
	p.Click("#sign-up .main")
	p.Shows("#rooms", "d01居民群")
	p.Hides("#rooms", "工作群")
	p.Until("there is no demo bar", `document.querySelector("#demo").hidden`)
	p.Go(s.url + "/")
	p.Shows("#rooms", "d01居民群")
	p.Until("nobody asks again", `!document.querySelector("#welcome").open`)
	p.Click(`[data-chat="d01"]`)
	p.Fill("#text", "你们好")
	p.Click("#send")
	p.Shows(".line.own .bubble", "你们好")
}

func TestWordsOfPeopleAreNeverMarkup(t *testing.T) {
	s := newSite(t, newMemory(true))
	evil := `<img src=x onerror="document.title='hacked'"><script>document.title='hacked'</script>`
	s.lines["d01"] = []Line{{ID: "x", At: s.Now(), From: "<b>名</b>", Kind: "text", Text: evil, Quote: &Quote{From: "<i>甲</i>", Text: evil}}}
	s.say("group:d01", grid.PostAck, evil, "", "<b>确认</b>")
	p := openAs(t, s, "", desk, deskHigh)
	p.Shows("#log", "onerror")
	p.Shows(".card", "<b>确认</b>")
	p.Until("nothing of it became an element", `!document.querySelector("#log img, #log script, #log b, #log i") && document.title !== "hacked"`)
}

func TestOlderLinesComeWhenAskedFor(t *testing.T) {
	s := newSite(t, newMemory(true))
	for i := range 100 {
		s.lines["d01"] = append(s.lines["d01"], Line{ID: grid.MessageID(fmt.Sprintf("n-%03d", i)), At: s.Now().Add(time.Duration(i) * time.Minute), From: "甲", Kind: "text", Text: fmt.Sprintf("第%03d句", i)})
	}
	p := openAs(t, s, "", desk, deskHigh)
	p.Shows("#log", "第099句")
	p.Hides("#log", "第000句")
	for strings.Contains(p.Text("#log"), "更早的消息") {
		p.Click("#log .middle button")
		time.Sleep(100 * time.Millisecond)
	}
	p.Shows("#log", "第000句")
	p.Until("every line is there once", `document.querySelectorAll("#log .line").length === 100`)
}
