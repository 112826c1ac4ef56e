package webchat

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"youshi/grid"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		http.DefaultClient.CloseIdleConnections()
		os.Exit(code)
	}))
}

// call makes a call and gives its status and JSON body.
func (s *site) call(t *testing.T, method, path, body string, with ...func(*http.Request)) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range with {
		f(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(raw, &out); err != nil && strings.HasPrefix(path, "/api/") {
		t.Fatalf("%s %s answered %d with %q, which is no JSON object", method, path, resp.StatusCode, raw)
	}
	return resp.StatusCode, out
}

func TestCallsAnswerWithTheStatusOfTheContract(t *testing.T) {
	m := newMemory(true)
	s := newSite(t, m)
	_, said := s.call(t, "POST", "/api/say", `{"group":"d01","from":"清风徐来","text":"3号楼电梯坏了"}`)
	mine := said["id"].(string)
	post := m.say("group:d01", grid.PostConfirm, "请确认", grid.MessageID(mine), "确认", "驳回")
	big := `{"group":"d01","from":"甲","text":"` + strings.Repeat("大", maxBody/3) + `"}`
	for name, c := range map[string]struct {
		method, path, body string
		want               int
	}{
		"a plain message is heard":                   {"POST", "/api/say", `{"group":"d01","from":"甲","text":"你好"}`, 200},
		"a group's name may come as said tells it":   {"POST", "/api/say", `{"group":"group:d01","from":"甲","text":"你好"}`, 200},
		"an unknown kind is heard as other":          {"POST", "/api/say", `{"group":"d01","from":"甲","text":"","kind":"sticker"}`, 200},
		"unknown fields are ignored":                 {"POST", "/api/say", `{"group":"d01","from":"甲","text":"你好","mood":"好"}`, 200},
		"null media and reply are none":              {"POST", "/api/say", `{"group":"d01","from":"甲","text":"你好","media":null,"reply_to":null}`, 200},
		"a picture without words is heard":           {"POST", "/api/say", `{"group":"d01","from":"甲","text":"","kind":"image"}`, 200},
		"an unknown group comes to be in demo":       {"POST", "/api/say", `{"group":"新网格","from":"甲","text":"你好"}`, 200},
		"a body over 1 MiB is too large":             {"POST", "/api/say", big, 413},
		"malformed JSON is refused":                  {"POST", "/api/say", `{"group":`, 400},
		"something after the object is refused":      {"POST", "/api/say", `{"group":"d01","from":"甲","text":"你好"} {}`, 400},
		"a list is refused":                          {"POST", "/api/say", `[1]`, 400},
		"null is refused":                            {"POST", "/api/say", `null`, 400},
		"an empty body is refused":                   {"POST", "/api/say", ``, 400},
		"a number for a text is refused":             {"POST", "/api/say", `{"group":"d01","from":"甲","text":7}`, 400},
		"broken UTF-8 is refused":                    {"POST", "/api/say", "{\"group\":\"d01\",\"from\":\"甲\",\"text\":\"\xff\xfe\"}", 400},
		"no group is refused":                        {"POST", "/api/say", `{"from":"甲","text":"你好"}`, 400},
		"no speaker is refused":                      {"POST", "/api/say", `{"group":"d01","text":"你好"}`, 400},
		"nothing said is refused":                    {"POST", "/api/say", `{"group":"d01","from":"甲","text":"  "}`, 400},
		"a name over lines is refused":               {"POST", "/api/say", `{"group":"d01","from":"甲\n乙","text":"你好"}`, 400},
		"an unknown file is refused":                 {"POST", "/api/say", `{"group":"d01","from":"甲","text":"","media":"../../etc/passwd"}`, 400},
		"somebody else's private chat is refused":    {"POST", "/api/say", `{"group":"private:乙","from":"甲","text":"你好"}`, 403},
		"one's own private chat is open":             {"POST", "/api/say", `{"group":"private:甲","from":"甲","text":"你好"}`, 200},
		"saying by GET is no method":                 {"GET", "/api/say", ``, 405},
		"a page is not posted to":                    {"POST", "/", ``, 405},
		"an unknown call is not found":               {"GET", "/api/nothing", ``, 404},
		"an unknown page's asset is not found":       {"GET", "/static/chat/nothing.js", ``, 404},
		"an unknown file is not found":               {"GET", "/media/" + strings.Repeat("0", 64), ``, 404},
		"a file by a strange name is not found":      {"GET", "/media/..%2f..%2fetc%2fpasswd", ``, 404},
		"an empty upload is refused":                 {"POST", "/api/media", ``, 400},
		"an upload over 10 MiB is too large":         {"POST", "/api/media", strings.Repeat("x", maxMedia+1), 413},
		"a button is pressed":                        {"POST", "/api/press", `{"post":"` + string(post.ID) + `","from":"王网格","button":"确认"}`, 200},
		"a button the post does not have is refused": {"POST", "/api/press", `{"post":"` + string(post.ID) + `","from":"王网格","button":"跳舞"}`, 400},
		"no button is refused":                       {"POST", "/api/press", `{"post":"` + string(post.ID) + `","from":"王网格"}`, 400},
		"an unknown post is not found":               {"POST", "/api/press", `{"post":"post-99","from":"王网格","button":"确认"}`, 404},
		"a resident's message is no post":            {"POST", "/api/press", `{"post":"` + mine + `","from":"王网格","button":"确认"}`, 404},
		"somebody else's message cannot be recalled": {"POST", "/api/recall", `{"id":"` + mine + `","from":"甲"}`, 403},
		"somebody else's message cannot be edited":   {"POST", "/api/edit", `{"id":"` + mine + `","from":"甲","text":"x"}`, 403},
		"an unknown message cannot be recalled":      {"POST", "/api/recall", `{"id":"m-none","from":"甲"}`, 404},
		"an unknown message cannot be edited":        {"POST", "/api/edit", `{"id":"m-none","from":"甲","text":"x"}`, 404},
		"an edit to nothing is refused":              {"POST", "/api/edit", `{"id":"` + mine + `","from":"清风徐来","text":""}`, 400},
		"what was said is told":                      {"GET", "/api/said?since=0", ``, 200},
		"said without since tells everything":        {"GET", "/api/said", ``, 200},
		"a since that is no number is refused":       {"GET", "/api/said?since=x", ``, 400},
		"a wait that is no time is refused":          {"GET", "/api/said?since=0&wait=long", ``, 400},
		"people are told":                            {"GET", "/api/people", ``, 200},
		"a person is appointed":                      {"POST", "/api/people", `{"name":"赵网格","role":"grid_worker","group":"d02"}`, 200},
		"a person without a role is a resident":      {"POST", "/api/people", `{"name":"钱大爷"}`, 200},
		"an unknown role is refused":                 {"POST", "/api/people", `{"name":"赵","role":"king","group":"d02"}`, 400},
		"the house is no role to hold":               {"POST", "/api/people", `{"name":"赵","role":"house","group":"d02"}`, 400},
		"a role without a group is refused":          {"POST", "/api/people", `{"name":"赵","role":"grid_worker"}`, 400},
		"a person without a name is refused":         {"POST", "/api/people", `{"role":"grid_worker","group":"d02"}`, 400},
		"people are not deleted":                     {"DELETE", "/api/people", ``, 405},
		"the clock is told":                          {"GET", "/api/clock", ``, 200},
		"a push by nothing is refused":               {"POST", "/api/clock", `{}`, 400},
		"a push by two things is refused":            {"POST", "/api/clock", `{"advance":"1h","to":"2026-12-01T00:00:00+08:00"}`, 400},
		"a push by no length is refused":             {"POST", "/api/clock", `{"advance":"soon"}`, 400},
		"a push backwards is refused":                {"POST", "/api/clock", `{"advance":"-1h"}`, 400},
		"a push to the past is refused":              {"POST", "/api/clock", `{"to":"2020-01-01T00:00:00+08:00"}`, 400},
		"a push to no time is refused":               {"POST", "/api/clock", `{"to":"morgen"}`, 400},
		"chats need a person":                        {"GET", "/api/chats", ``, 400},
		"chats are told":                             {"GET", "/api/chats?as=%E7%94%B2", ``, 200},
		"history is told":                            {"GET", "/api/history?chat=d01&as=%E7%94%B2", ``, 200},
		"another's private history is refused":       {"GET", "/api/history?chat=private:%E4%B9%99&as=%E7%94%B2", ``, 403},
		"a staff chat's history is not a resident's": {"GET", "/api/history?chat=staff:d01&as=%E7%94%B2", ``, 403},
		"demo needs no sign-in":                      {"POST", "/api/me", `{"name":"甲"}`, 403},
		"the page is there":                          {"GET", "/", ``, 200},
	} {
		t.Run(name, func(t *testing.T) {
			got, body := s.call(t, c.method, c.path, c.body)
			if got != c.want {
				t.Errorf("%s %s %.80s = %d %v, want %d", c.method, c.path, c.body, got, body, c.want)
			}
			if words, _ := body["error"].(string); c.want >= 400 && words == "" {
				t.Errorf("%s %s gives no sentence: %v", c.method, c.path, body)
			}
		})
	}
}

func TestWhatIsSaidIsHeardAsItWas(t *testing.T) {
	s := newSite(t, newMemory(true))
	text := "左\u200b右\u202eabc\u200f😀\n第二行"
	body, _ := json.Marshal(map[string]string{"group": "staff:d01", "from": "王网格", "text": text, "reply_to": "任意"})
	status, out := s.call(t, "POST", "/api/say", string(body))
	if status != 200 {
		t.Fatalf("say = %d %v", status, out)
	}
	ev := s.heard()[0]
	want := grid.Event{
		Kind:    grid.EventMessage,
		Key:     grid.EventKey{Channel: ID, Chat: "staff:d01", Message: out["id"].(string)},
		Native:  grid.Chat{Channel: ID, Native: "staff:d01", Kind: grid.StaffChat},
		Speaker: grid.Speaker{Identity: grid.Identity{Channel: ID, ID: "王网格"}, Name: "王网格"},
	}
	if ev.Kind != want.Kind || ev.Key != want.Key || ev.Native != want.Native || ev.Speaker != want.Speaker {
		t.Errorf("heard %+v, want %+v", ev, want)
	}
	m := ev.Message
	if m.Text != text || m.Kind != grid.TextMessage || m.ReplyTo != "任意" || !m.Sent.Equal(s.Now()) || string(m.ID) != out["id"] {
		t.Errorf("heard the message %+v", m)
	}
}

func TestAMessageThatCouldNotBeWrittenDownIsNoSuccess(t *testing.T) {
	s := newSite(t, newMemory(true))
	s.fail = errors.New("the disk is full")
	if status, _ := s.call(t, "POST", "/api/say", `{"group":"d01","from":"甲","text":"你好"}`); status != 500 {
		t.Errorf("say on a broken disk = %d, want 500", status)
	}
	s.fail = &grid.Error{Code: grid.Shut, Say: "硬盘满了。"}
	if status, out := s.call(t, "POST", "/api/say", `{"group":"d01","from":"甲","text":"你好"}`); status != 503 || out["error"] != "硬盘满了。" {
		t.Errorf("say on a full disk = %d %v, want 503 and the sentence", status, out)
	}
	s.stop()
	if status, _ := s.call(t, "POST", "/api/say", `{"group":"d01","from":"甲","text":"你好"}`); status != 503 {
		t.Errorf("say after the end = %d, want 503", status)
	}
}

func TestEditsRecallsAndPressesAreHeardOnTheirMessage(t *testing.T) {
	s := newSite(t, newMemory(true))
	_, out := s.call(t, "POST", "/api/say", `{"group":"d01","from":"甲","text":"电梯坏了"}`)
	id := out["id"].(string)
	p := s.say("group:d01", grid.PostConfirm, "请确认", "", "确认")
	for _, body := range []string{`{"id":"` + id + `","from":"甲","text":"2号电梯坏了"}`, `{"id":"` + id + `","from":"甲","text":"3号电梯坏了"}`} {
		if status, out := s.call(t, "POST", "/api/edit", body); status != 200 {
			t.Fatalf("edit = %d %v", status, out)
		}
	}
	s.call(t, "POST", "/api/press", `{"post":"`+string(p.ID)+`","from":"王网格","button":"确认"}`)
	s.call(t, "POST", "/api/recall", `{"id":"`+id+`","from":"甲"}`)
	if status, _ := s.call(t, "POST", "/api/recall", `{"id":"`+id+`","from":"甲"}`); status != 409 {
		t.Errorf("a second recall = %d, want 409", status)
	}
	evs := s.heard()[1:]
	kinds := []grid.EventKind{grid.EventEdit, grid.EventEdit, grid.EventPress, grid.EventRecall}
	if len(evs) != len(kinds) {
		t.Fatalf("heard %d events, want %d", len(evs), len(kinds))
	}
	keys := map[grid.EventKey]bool{}
	for i, ev := range evs {
		if ev.Kind != kinds[i] || ev.Key.Revision == "" || keys[ev.Key] || ev.Native.Native != "d01" {
			t.Errorf("event %d is %+v, want a %s with a key of its own", i, ev, kinds[i])
		}
		keys[ev.Key] = true
		if ev.Kind != grid.EventPress && (ev.Message.Of != grid.MessageID(id) || ev.Key.Message != id || ev.Message.ID == grid.MessageID(id)) {
			t.Errorf("event %d speaks of %+v, want message %s", i, ev.Message, id)
		}
	}
	if got := evs[2].Press; got == nil || *got != (grid.Press{Post: p.ID, Button: "确认"}) {
		t.Errorf("heard the press %+v", got)
	}
}

func TestSayingAgainAfterALostAnswerIsOneMessage(t *testing.T) {
	s := newSite(t, newMemory(true))
	say := func(group, from, once string) any {
		status, out := s.call(t, "POST", "/api/say", `{"group":"`+group+`","from":"`+from+`","text":"井盖没了","once":"`+once+`"}`)
		if status != 200 {
			t.Fatalf("say = %d %v", status, out)
		}
		return out["id"]
	}
	first := say("d01", "甲", "x1")
	if again := say("d01", "甲", "x1"); again != first || len(s.heard()) != 1 {
		t.Errorf("said again it is %v after %v, heard %d times; want one message", again, first, len(s.heard()))
	}
	for _, other := range []any{say("d02", "甲", "x1"), say("d01", "乙", "x1"), say("d01", "甲", "x2"), say("d01", "甲", ""), say("d01", "甲", "")} {
		if other == first {
			t.Error("another message has the same id")
		}
	}
	if len(s.heard()) != 6 {
		t.Errorf("heard %d messages, want 6", len(s.heard()))
	}
}
