package app

import (
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// A hundred groups talk at once through 64 clients: every message is on disk
// when it is acknowledged, kept in order within its group, and hearing stays fast.
const (
	loadGroups   = 100
	loadMessages = 50
	loadClients  = 64
	loadP99      = 100 * time.Millisecond
)

func TestAHundredGroupsAreHeardInOrderAndFast(t *testing.T) {
	db := filepath.Join(t.TempDir(), "load.db")
	s := visit(t, DemoOptions{Transcript: "none", Start: monday, DB: db})
	const tries = 3 // other tests share the processors: the best of them counts
	best := time.Hour
	for try := 0; try < tries && best > loadP99; try++ {
		took := load(t, s, try)
		slices.Sort(took)
		p99 := took[len(took)*99/100]
		best = min(best, p99)
		t.Logf("p50 %s, p99 %s, longest %s", took[len(took)/2], p99, took[len(took)-1])
		s.push("1s") // everything is acted on
	}
	if best > loadP99 {
		t.Errorf("p99 of hearing is %s at best, more than %s", best, loadP99)
	}
	s.stop()

	s = visit(t, DemoOptions{Transcript: "none", DB: db})
	for g := range loadGroups {
		if texts := s.heard(fmt.Sprintf("load0-%d", g)); len(texts) != loadMessages || !slices.IsSorted(texts) {
			t.Fatalf("group %d holds %d of %d messages, or not in order: %v", g, len(texts), loadMessages, texts)
		}
	}
}

// heard gives the texts that people said in a group, oldest first.
func (s *visitor) heard(group string) []string {
	s.t.Helper()
	var texts []string
	for before := ""; ; {
		page := s.must("GET", "/api/history?chat="+group+"&as=听众&before="+before, nil)
		var older []string
		for _, l := range page["lines"].([]any) {
			if line := l.(map[string]any); line["from"] != "" {
				older = append(older, line["text"].(string))
			}
		}
		texts = append(older, texts...)
		if before = page["before"].(string); before == "" {
			return texts
		}
	}
}

// load speaks in all groups: the messages of one group one after the other,
// groups side by side. It gives how long each took to be acknowledged.
func load(t *testing.T, s *visitor, try int) []time.Duration {
	t.Helper()
	groups := make(chan int)
	took := make([]time.Duration, loadGroups*loadMessages)
	var clients sync.WaitGroup
	for range loadClients {
		clients.Go(func() {
			for g := range groups {
				for i := range loadMessages {
					start := time.Now()
					status, out := s.call("POST", "/api/say", ask{"group": fmt.Sprintf("load%d-%d", try, g), "from": fmt.Sprintf("住户%d", i%7),
						"text": fmt.Sprintf("n%03d 今天天气不错", i)})
					took[g*loadMessages+i] = time.Since(start)
					if status != 200 {
						t.Errorf("group %d message %d: %d %v", g, i, status, out)
						return
					}
				}
			}
		})
	}
	for g := range loadGroups {
		groups <- g
	}
	close(groups)
	clients.Wait()
	return took
}
