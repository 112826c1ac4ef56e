package app

import (
	"archive/zip"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// page gives a page as a browser gets it.
func (s *visitor) page(path string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// raise says something and gives the number of the matter that it opens.
func (s *visitor) raise(group, from, text string) (id string, no int) {
	s.t.Helper()
	before := s.last()
	id = s.say(group, from, text)
	return id, *s.await(before, kindIs("ack", "group:"+group)).Ticket
}

func (s *visitor) quote(group, from, text, of string) string {
	s.t.Helper()
	return s.must("POST", "/api/say", ask{"group": group, "from": from, "text": text, "reply_to": of})["id"].(string)
}

func TestSceneAMergedMatterComesApartWithItsSupporters(t *testing.T) {
	s := grid1(t, "")
	_, lamp := s.raise("g1", "张大妈", "3号楼2单元门口路灯坏了，晚上看不见")
	said, trash := s.raise("g1", "陈小燕", "5号楼下垃圾桶满了三天没人清")
	s.say("g1", "刘叔", fmt.Sprintf("附议 %d", lamp))
	s.say("g1", "周姐", fmt.Sprintf("附议 %d", trash))
	s.say("g1", "孙伯", fmt.Sprintf("附议 %d", trash))
	s.say("staff:g1", "李敏", fmt.Sprintf("并案 %d %d", lamp, trash))
	s.push("1s")
	if tk := s.ticket(lamp); tk["supporters"] != 4.0 || tk["priority"] != 1.0 {
		t.Errorf("together: %v supporters, priority %v", tk["supporters"], tk["priority"])
	}
	s.quote("g1", "李敏", fmt.Sprintf("拆分 %d", lamp), said)
	s.push("1s")
	one, two := s.ticket(lamp), s.ticket(trash)
	if one["supporters"] != 1.0 || two["supporters"] != 2.0 || two["status"] != "proposed" || two["reporter"] != "陈小燕" {
		t.Errorf("apart: %v and %v supporters, %v", one["supporters"], two["supporters"], two["status"])
	}
	if one["priority"] != 0.0 || two["priority"] != 1.0 {
		t.Errorf("priorities %v and %v", one["priority"], two["priority"])
	}
	for _, tk := range []map[string]any{one, two} {
		split := false
		for _, e := range tk["journal"].([]any) {
			split = split || e.(map[string]any)["want"] == "split"
		}
		if !split {
			t.Errorf("the journal of %v does not tell of the split", tk["number"])
		}
	}
}

func TestSceneARecordOfThreeItemsIsThreeMattersAndTellsNoSecret(t *testing.T) {
	s := grid1(t, "")
	s.say("staff:g1", "李敏", "记\n1. 王大爷：3号楼2单元的路灯坏了\n2. 8号楼4单元陈姐说她老公又打她了，不敢回家\n3. 小区东门的垃圾桶满了没人清")
	s.push("1s")
	var all struct{ Tickets []map[string]any }
	s.read("/api/tickets", &all)
	if len(all.Tickets) != 3 {
		t.Fatalf("%d tickets", len(all.Tickets))
	}
	private := 0
	for i, tk := range all.Tickets {
		if tk["source"] != "offline" || tk["status"] != "proposed" {
			t.Errorf("ticket %d: %v %v", i+1, tk["source"], tk["status"])
		}
		if want := []string{"王大爷", "李敏", "李敏"}[i]; tk["reporter"] != want {
			t.Errorf("ticket %d was told by %v, want %s", i+1, tk["reporter"], want)
		}
		if tk["private"] == true {
			private++
		}
		if heard := s.ticket(i + 1)["heard"].([]any); len(heard) != 1 {
			t.Errorf("ticket %d rests on %d lines", i+1, len(heard))
		}
	}
	if private != 1 || all.Tickets[1]["private"] != true {
		t.Errorf("%d private ones", private)
	}
	s.say("staff:g1", "李敏", "确认 1")
	s.say("staff:g1", "李敏", "确认 2")
	s.say("staff:g1", "李敏", "办结 2 已送她去娘家，派出所已告诫")
	s.say("staff:g1", "李敏", "公示 2 做法：送陈姐回娘家 依据：反家庭暴力法 标准：安全 结果：已告诫")
	s.say("staff:g1", "李敏", "盯 2")
	s.push("120h")
	s.scan("陈姐", "8号楼", "老公", "不敢回家", "娘家")
	if _, body := s.page("/public"); strings.Contains(body, "陈姐") || strings.Contains(body, "娘家") {
		t.Error("the public page tells it")
	}
}

// scan looks at everything said in groups for what must not be said aloud.
func (s *visitor) scan(words ...string) {
	s.t.Helper()
	for _, p := range s.said(0) {
		for _, w := range words {
			if strings.HasPrefix(p.To, "group:") && strings.Contains(p.Text, w) {
				s.t.Errorf("%s is told to %s: %s", w, p.To, p.Text)
			}
		}
	}
}

func TestSceneAPublicResultIsRefusedThenShownWithoutNames(t *testing.T) {
	s := grid1(t, "")
	_, no := s.raise("g1", "张大妈", brokenLift)
	s.say("staff:g1", "李敏", fmt.Sprintf("确认 %d", no))
	result := "做法：给张大妈和王大爷家3-2-501门口的电梯换钢丝绳 依据：特种设备安全法；\n标准：年检合格、结果：恢复运行，电话13812345678"
	s.say("staff:g1", "李敏", fmt.Sprintf("公示 %d %s", no, result))
	s.push("1s")
	s.say("staff:g1", "李敏", fmt.Sprintf("办结 %d 换了钢丝绳", no))
	before := s.last()
	s.say("staff:g1", "李敏", fmt.Sprintf("公示 %d 做法：换钢丝绳 结果：恢复运行", no))
	if p := s.await(before, kindIs("refusal", "staff:g1")); !strings.Contains(p.Text, "依据、标准") {
		t.Errorf("the refusal names nothing: %s", p.Text)
	}
	if status, _ := s.page(fmt.Sprintf("/public/%d", no)); status != http.StatusNotFound {
		t.Errorf("what was refused is public: %d", status)
	}
	s.say("staff:g1", "李敏", fmt.Sprintf("公示 %d %s", no, result))
	s.push("2h")
	cards := 0
	for _, p := range s.said(before) {
		if strings.HasPrefix(p.To, "group:") && strings.Contains(p.Text, "【公示】") {
			cards++
		}
	}
	if cards != 1 {
		t.Errorf("%d cards in the group", cards)
	}
	for _, path := range []string{"/public", fmt.Sprintf("/public/%d", no)} {
		status, body := s.page(path)
		if status != http.StatusOK || !strings.Contains(body, "特种设备安全法") || !strings.Contains(body, "恢复运行") {
			t.Errorf("%s: %d %s", path, status, body)
		}
		for _, w := range []string{"张大妈", "王大爷", "501", "13812345678"} {
			if strings.Contains(body, w) {
				t.Errorf("%s tells %s", path, w)
			}
		}
	}
	s.say("private:张大妈", "张大妈", fmt.Sprintf("评价 %d 不满意 又停了", no))
	s.push("1s")
	if status, _ := s.page(fmt.Sprintf("/public/%d", no)); status != http.StatusNotFound {
		t.Errorf("what is done again is still public: %d", status)
	}
}

func TestSceneTheSecretaryExportsAndNoSecretLeavesByName(t *testing.T) {
	db := filepath.Join(t.TempDir(), "demo.db")
	s := grid1(t, db)
	s.raise("g1", "张大妈", brokenLift)
	s.say("g1", "陈姐", "我老公又打我了，我不敢回家，3栋2单元")
	s.push("1s")
	before := s.last()
	s.say("g1", "张大妈", "@小格 导出")
	s.await(before, kindIs("refusal", "group:g1"))
	s.say("private:王书记", "王书记", "导出")
	answer := s.await(before, kindIs("answer", "private:王书记"))
	_, file, _ := strings.Cut(answer.Text, "服务器的 ")
	file, _, _ = strings.Cut(file, "。")
	z, err := zip.OpenReader(filepath.Join(filepath.Dir(db), strings.TrimSpace(file)))
	if err != nil {
		t.Fatalf("%s: %v", answer.Text, err)
	}
	defer z.Close()
	all := ""
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all += string(b)
	}
	for _, w := range []string{"陈姐", "老公", "3栋"} {
		if strings.Contains(all, w) {
			t.Errorf("the export tells %s", w)
		}
	}
	for _, w := range []string{"张大妈", `"number":2`, `"private":true`} {
		if !strings.Contains(all, w) {
			t.Errorf("the export lacks %s", w)
		}
	}
}

func TestSceneTheSummaryTellsOnlineFromOffline(t *testing.T) {
	s := grid1(t, "")
	s.raise("g1", "张大妈", brokenLift)
	s.say("staff:g1", "李敏", "记 1. 王大爷：3号楼路灯坏了 2. 东门垃圾满了没人清")
	s.push("1s")
	before := s.last()
	s.say("private:王书记", "王书记", "本周小结")
	if p := s.await(before, kindIs("summary", "private:王书记")); !strings.Contains(p.Text, "线上1件，线下走访记下2件") {
		t.Errorf("%s", p.Text)
	}
}
