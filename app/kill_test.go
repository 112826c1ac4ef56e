package app

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"youshi/grid"
	"youshi/reports"
	"youshi/storage"
	"youshi/storage/bolt"
)

var kills = flag.Int("kills", 6, "how often the kill test kills the program")

// The real program is killed at random moments while people talk, report and
// press buttons. Whatever was acknowledged must be there once, acted on once.
func TestNothingIsLostOrDoubledWhenTheProgramIsKilled(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "youshi")
	if out, err := exec.Command("go", "build", "-o", bin, "youshi/cmd/youshi").CombinedOutput(); err != nil {
		t.Fatalf("building the program: %v\n%s", err, out)
	}
	db := filepath.Join(t.TempDir(), "kill.db")
	k := &killed{t: t, acked: map[string]string{}}
	for i := range *kills {
		p := start(t, bin, db)
		ctx, stop := context.WithTimeout(t.Context(), time.Duration(30+rand.IntN(400))*time.Millisecond)
		k.talk(ctx, p.url, i)
		stop()
		p.kill()
	}
	p := start(t, bin, db)
	p.must("POST", "/api/clock", ask{"advance": "1s"}) // everything that was heard is acted on
	p.kill()
	t.Logf("%d kills, %d messages acknowledged", *kills, len(k.acked))
	if len(k.acked) < *kills {
		t.Fatalf("only %d messages were acknowledged in %d lives: the test tests nothing", len(k.acked), *kills)
	}
	store, err := bolt.Open(t.Context(), db, bolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	all, err := store.Communities(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("communities %v: %v", all, err)
	}
	if err := store.View(t.Context(), all[0], k.check); err != nil {
		t.Fatal(err)
	}
}

// process is a program that runs.
type process struct {
	*visitor
	cmd *exec.Cmd
}

var addressLine = regexp.MustCompile(`http://[0-9.:]+`)

func start(t *testing.T, bin, db string) *process {
	t.Helper()
	cmd := exec.Command(bin, "demo", "--transcript", "none", "--addr", "127.0.0.1:0", "--db", db)
	var said strings.Builder
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{&visitor{t: t}, cmd}
	t.Cleanup(p.kill)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if url := addressLine.FindString(lines.Text()); url != "" {
			p.url = url
			return p
		}
	}
	_ = cmd.Wait()
	t.Fatalf("the program did not start: %s", said.String())
	return nil
}

// kill ends the program at once and waits until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Signal(syscall.SIGKILL) // gone already is fine
	_ = p.cmd.Wait()
}

// killed remembers what the program promised to have kept.
type killed struct {
	t     *testing.T
	mu    sync.Mutex
	acked map[string]string // id of a message that was acknowledged -> its text
}

// talk lets people speak in several groups until ctx is done.
func (k *killed) talk(ctx context.Context, url string, life int) {
	var people sync.WaitGroup
	for person := range 8 {
		people.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				k.speak(ctx, url, person, fmt.Sprintf("%d-%d-%d", life, person, n))
			}
		})
	}
	people.Wait()
}

func (k *killed) speak(ctx context.Context, url string, person int, mark string) {
	text := "今天天气不错 " + mark
	if strings.HasSuffix(mark, "1") {
		text = fmt.Sprintf("%d号楼%d单元的电梯坏了，老人下不了楼 %s", rand.IntN(30)+1, rand.IntN(4)+1, mark)
	}
	body, err := json.Marshal(ask{"group": fmt.Sprintf("k%d", person%4), "from": fmt.Sprintf("住户%d", person), "text": text})
	if err != nil {
		k.t.Error(err)
		return
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/api/say", strings.NewReader(string(body)))
	if err != nil {
		k.t.Error(err)
		return
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return // killed, or out of time: nothing was promised
	}
	defer res.Body.Close()
	var answer struct{ ID string }
	if res.StatusCode != http.StatusOK || json.NewDecoder(res.Body).Decode(&answer) != nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.acked[answer.ID] = text
}

// check reads the store as the last life left it.
func (k *killed) check(tx storage.Tx) error {
	for id, text := range k.acked {
		m, err := tx.Messages().Get(grid.MessageID(id))
		if err != nil || m.Text != text {
			k.t.Errorf("message %s was acknowledged and is lost: %q, %v", id, m.Text, err)
		}
	}
	far := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	texts, opened := map[string]bool{}, map[grid.TicketNo]grid.MessageID{}
	for m, err := range tx.Messages().Between(time.Time{}, far) {
		if err != nil {
			return err
		}
		if m.Outcome == "" || m.Outcome == grid.OutError {
			k.t.Errorf("message %s ended as %q (%s)", m.ID, m.Outcome, m.Reason)
		}
		if texts[m.Text] {
			k.t.Errorf("heard twice: %q", m.Text)
		}
		texts[m.Text] = true
		if m.Outcome == grid.OutTicket {
			if other, twice := opened[m.Ticket]; twice {
				k.t.Errorf("ticket %d was opened by %s and by %s", m.Ticket, other, m.ID)
			}
			opened[m.Ticket] = m.ID
		}
	}
	tickets := 0
	for t, err := range tx.Tickets().All() {
		if err != nil {
			return err
		}
		tickets++
		acks := 0
		posts, err := tx.Outbox().Of(t.No)
		if err != nil {
			return err
		}
		for _, o := range posts {
			if o.Kind == grid.PostAck {
				acks++
			}
			if o.State == grid.Trying || o.State == grid.Unclear {
				k.t.Errorf("post %s of ticket %d is still %s", o.ID, t.No, o.State)
			}
		}
		if acks != 1 {
			k.t.Errorf("ticket %d has %d first answers", t.No, acks)
		}
	}
	if tickets != len(opened) || tickets == 0 {
		k.t.Errorf("%d tickets, %d messages that opened one", tickets, len(opened))
	}
	wrong, err := reports.Audit(tx)
	for _, w := range wrong {
		k.t.Error(w)
	}
	return err
}
