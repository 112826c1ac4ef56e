package app

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"youshi/config"
	"youshi/llm/llmtest"
)

// upload gives a file to the program.
func (s *visitor) upload(b []byte) string {
	s.t.Helper()
	res, err := http.Post(s.url+"/api/media", "application/octet-stream", bytes.NewReader(b))
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	var out map[string]string
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || out["media"] == "" {
		s.t.Fatalf("uploading: %d %v %v", res.StatusCode, out, err)
	}
	return out["media"]
}

func (s *visitor) voice(group, from string) string {
	s.t.Helper()
	return s.must("POST", "/api/say", ask{"group": group, "from": from, "kind": "voice", "media": s.upload(append([]byte("OggS"), from...))})["id"].(string)
}

// aPhoto is a small picture.
func aPhoto(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 20, 20))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (s *visitor) tickets() []any {
	s.t.Helper()
	return s.must("GET", "/api/tickets", nil)["tickets"].([]any)
}

// ears answers questions with nothing, and voices with a text.
func ears(t *testing.T, reply llmtest.Reply) (*llmtest.Server, config.Config) {
	s := llmtest.New(t, func(w http.ResponseWriter, r *http.Request, q llmtest.Request) {
		if q.Sound == nil && !strings.Contains(q.Last(), "照片") {
			llmtest.Fails(500, "", "not now")(w, r, q)
			return
		}
		reply(w, r, q)
	})
	c := withModel(s)
	c.LLM.TranscribeModel, c.LLM.VisionModel, c.LLM.MaxMediaPerHour = "whisper", "eyes", 5
	c.Data = t.TempDir()
	return s, c
}

func TestAVoiceReportOpensItsTicketLateAndIsMarkedAsTheMachines(t *testing.T) {
	s, c := ears(t, llmtest.Hears("3栋2单元楼道的灯坏了，黑得看不见，老人不敢下楼，我的电话13812345678"))
	v := visit(t, DemoOptions{Config: c, Transcript: "none", Start: monday})
	v.voice("g", "老周")
	v.push("1s")
	all := v.tickets()
	if len(all) != 1 {
		t.Fatalf("%d tickets", len(all))
	}
	one := v.ticket(1)
	heard := one["heard"].([]any)[0].(map[string]any)
	if text := heard["text"].(string); !strings.HasPrefix(text, "机器听写：3栋2单元") || heard["kind"] != "voice" {
		t.Errorf("the ticket's page says %v", heard)
	}
	if sum := one["summary"].(string); !strings.HasPrefix(sum, "机器听写：") || one["location"] != "3栋2单元楼道" {
		t.Errorf("the card says %v at %v", sum, one["location"])
	}
	for _, p := range v.said(0) {
		if strings.Contains(p.Text, "13812345678") {
			t.Errorf("a number is repeated: %s", p.Text)
		}
	}
	if n := len(s.Requests()); n == 0 || s.Requests()[0].Sound == nil {
		t.Error("nothing was heard")
	}
}

func TestAVoiceGivesNoOrders(t *testing.T) {
	_, c := ears(t, llmtest.Hears("办结 1 修好了"))
	v := visit(t, DemoOptions{Config: c, Transcript: "none", Start: monday})
	v.person("王网格", "grid_worker", "g")
	v.say("g", "老周", "3栋2单元楼道的灯坏了，黑得看不见，老人不敢下楼")
	v.push("1s")
	v.voice("g", "王网格")
	v.push("1s")
	if status := v.ticket(1)["status"]; status != "proposed" {
		t.Errorf("a voice made the ticket %v", status)
	}
}

func TestAPictureIsDescribedAndOpensNothing(t *testing.T) {
	s, c := ears(t, llmtest.Says("路面一个井盖缺了一角，露出一个洞"))
	v := visit(t, DemoOptions{Config: c, Transcript: "none", Start: monday})
	v.must("POST", "/api/say", ask{"group": "g", "from": "老周", "kind": "image", "media": v.upload(aPhoto(t))})
	v.push("1s")
	if n := len(v.tickets()); n != 0 {
		t.Errorf("a picture alone opened %d tickets", n)
	}
	lines := v.must("GET", "/api/history?chat=g&as=小李", nil)["lines"].([]any)
	if text := lines[0].(map[string]any)["text"]; text != "机器看图：路面一个井盖缺了一角，露出一个洞" {
		t.Errorf("the page says %v", text)
	}
	v.must("POST", "/api/say", ask{"group": "private:小李", "from": "小李", "kind": "image", "media": v.upload(aPhoto(t))})
	v.push("1s")
	looked := 0
	for _, q := range s.Requests() {
		if len(q.Messages) > 0 && q.Messages[0].Picture != "" {
			looked++
		}
	}
	if looked != 1 {
		t.Errorf("%d pictures went out: the private one is nobody's", looked)
	}
}

func TestAVoiceThatNobodyCanHearIsTriedAgain(t *testing.T) {
	s, c := ears(t, llmtest.Fails(503, "", "later"))
	v := visit(t, DemoOptions{Config: c, Transcript: "none", Start: monday})
	v.voice("g", "老周")
	v.push("1s")
	if n := len(v.tickets()); n != 0 {
		t.Fatalf("%d tickets", n)
	}
	s.Now(llmtest.Hears("3栋2单元楼道的灯坏了，黑得看不见，老人不敢下楼"))
	v.push("11m")
	if n := len(v.tickets()); n != 1 {
		t.Errorf("%d tickets after the backend came back", n)
	}
}

func TestWithoutAModelThatHearsNothingLeaves(t *testing.T) {
	s, c := ears(t, llmtest.Hears("3栋2单元楼道的灯坏了"))
	c.LLM.TranscribeModel, c.LLM.VisionModel = "", ""
	v := visit(t, DemoOptions{Config: c, Transcript: "none", Start: monday})
	v.voice("g", "老周")
	v.must("POST", "/api/say", ask{"group": "g", "from": "老周", "kind": "image", "media": v.upload(aPhoto(t))})
	v.push("1s")
	for _, q := range s.Requests() {
		if q.Sound != nil || q.Messages[0].Picture != "" {
			t.Error("a file left the machine")
		}
	}
	if took := v.push("1m"); took.Before(monday.Add(time.Minute)) {
		t.Error("the clock stood still")
	}
}
