package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"youshi/bot"
	"youshi/config"
	"youshi/llm/llmtest"
)

// burst is what a group says at once: two matters and talk around them.
var burst = []ask{
	{"group": "g", "from": "老周", "text": "3栋2单元楼道的灯坏了，黑得看不见，老人不敢下楼"},
	{"group": "g", "from": "小李", "text": "大家早上好"},
	{"group": "g", "from": "桐桐妈妈", "text": "北门垃圾堆了三天没人收，臭得不行，物业管管"},
	{"group": "g", "from": "小李", "text": "今天的豆浆真好喝"},
}

// understood says the burst to a program and gives its tickets, and how long it
// took until all of them were there.
func understood(t *testing.T, c config.Config, tickets int) (summaries string, took time.Duration) {
	t.Helper()
	s := visit(t, DemoOptions{Config: c, Transcript: "none", Start: monday})
	var talk []string
	start := time.Now()
	for i, m := range burst {
		id := s.must("POST", "/api/say", m)["id"].(string)
		if i%2 == 1 {
			talk = append(talk, id)
		}
	}
	var rows []any
	for len(rows) < tickets && time.Since(start) < 20*time.Second {
		time.Sleep(20 * time.Millisecond)
		rows = s.must("GET", "/api/tickets", nil)["tickets"].([]any)
	}
	took = time.Since(start)
	s.push("1s") // the lane is empty: what follows is silence
	rows = s.must("GET", "/api/tickets", nil)["tickets"].([]any)
	for _, r := range rows {
		summaries += fmt.Sprintln(r.(map[string]any)["number"], r.(map[string]any)["summary"], r.(map[string]any)["category"])
	}
	for _, p := range s.said(0) {
		for _, id := range talk {
			if p.ReplyTo != nil && *p.ReplyTo == id {
				t.Errorf("talk is answered: %+v", p)
			}
		}
	}
	return summaries, took
}

func TestWhateverTheModelDoesEveryMessageHasItsEndInTime(t *testing.T) {
	want, _ := understood(t, config.Default(), 2)
	if strings.Count(want, "\n") != 2 {
		t.Fatalf("without a model:\n%s", want)
	}
	for name, reply := range map[string]llmtest.Reply{
		"it hangs":                    llmtest.Hangs(),
		"it drips blank lines":        llmtest.Drips(),
		"it floods":                   llmtest.Floods(),
		"it answers in prose":         llmtest.Says("好的，我来帮您看看这个问题。首先……"),
		"in other words":              llmtest.Says(`{"intent":"投诉","category":"urgent","urgency":"high","topic":"灯","sensitive":"no","confidence":"very"}`),
		"in a list":                   llmtest.Says(`[{"intent":"chatter"}]`),
		"thinking for ever":           llmtest.Ends("<think>"+strings.Repeat("嗯", 3000), "length"),
		"it refuses":                  llmtest.Refuses(),
		"a content filter":            llmtest.Ends("", "content_filter"),
		"a filter before":             llmtest.Body(400, `{"code":"DataInspectionFailed","message":"inappropriate content"}`),
		"200 with an error body":      llmtest.Body(200, `{"error":{"code":"1305","message":"busy"}}`),
		"200 without anything":        llmtest.Body(200, `{}`),
		"502 as a page":               llmtest.Body(502, "<html>Bad Gateway</html>"),
		"a wrong key":                 llmtest.Fails(401, "invalid_api_key", "no"),
		"it is busy for an hour":      llmtest.Fails(429, "", "slow down", "Retry-After: 3600"),
		"the answer breaks off":       llmtest.Cuts(),
		"the connection breaks":       llmtest.Drops(),
		"blanks":                      llmtest.Says("   \n\n  "),
		"a request it does not grasp": llmtest.Fails(400, "", "unknown parameter: response_format"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := withModel(llmtest.New(t, reply))
			c.LLM.Timeout = bot.Patience
			got, took := understood(t, c, 2)
			if got != want {
				t.Errorf("it understood\n%sinstead of\n%s", got, want)
			}
			if most := bot.Patience + time.Second; took > most { // a second for a busy machine
				t.Errorf("it took %v, want at most %v", took, most)
			}
		})
	}
}
